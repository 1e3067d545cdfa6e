"""Study files: what they accept, how they refuse, what their hash means; the examples."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from study_helpers import ADJUSTMENT, EXAMPLES, MUSHRA

from tonewright.listening.beginning import kinds, write_template
from tonewright.listening.study.model import StudyError
from tonewright.listening.study.reading import open_study, parse_study
from tonewright.listening.words import shipped, words


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (changed(MUSHRA, 'kind = "mushra"', 'kind = "opinion"'), r"kind: .*'opinion'"),
        (changed(MUSHRA, 'title = "A small comparison"', ""), r"title is missing"),
        (changed(MUSHRA, "training = 0", "trainings = 0"), r"order\.trainings is not a known key"),
        (changed(MUSHRA, 'reference = "original"', 'reference = "gold"'), r"mushra\.reference: .*'gold'"),
        (changed(MUSHRA, "snr_db = 20", "snr_db = 200"), r"systems\.1\.snr_db: .*80, got 200"),
        (changed(MUSHRA, 'make = "noise"', 'make = "hiss"'), r"systems\.1\.make must be one of auto, clipped"),
        (changed(MUSHRA, "duration_s = 1.5", "duration_s = 0.2"), r"tracks\.0\.duration_s"),
        (changed(MUSHRA, 'name = "noisy"', 'name = "original"'), r"systems has the name 'original' twice"),
        (changed(MUSHRA, 'name = "noisy"', 'name = "anchor 3.5 kHz"'), r"is the name of an anchor"),
        (changed(MUSHRA, 'name = "noisy"', 'name = "catch"'), r"'catch'"),
        (changed(ADJUSTMENT, "least_s = 0", "labels = true"), r"adjustment: labels .*hidden_zero"),
        (changed(ADJUSTMENT, "[[requests]]", "[[systems]]"), r"systems\.0"),
        (changed(ADJUSTMENT, "[adjustment]\nleast_s = 0", "[rating]"), r"kind adjustment has no section rating"),
        ("kind = ", r"is no TOML"),
    ],
)
def test_a_fault_is_one_sentence_that_names_the_key(text: str, sentence: str) -> None:
    with pytest.raises(StudyError) as caught:
        parse_study(text, "my.toml")
    said = str(caught.value)
    assert said.startswith("my.toml")
    assert re.search(sentence, said), said
    assert "\n" not in said
    assert said.endswith(".")


def test_yaml_says_the_same_as_toml(tmp_path: Path) -> None:
    data = tomllib.loads(ADJUSTMENT)
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    (tmp_path / "a.toml").write_text(ADJUSTMENT, encoding="utf-8")
    assert open_study(tmp_path / "a.yaml").study == open_study(tmp_path / "a.toml").study
    with pytest.raises(StudyError, match=r"is no YAML.*line 1"):
        parse_study("kind: [", "my.yaml", yaml=True)


def test_the_hash_follows_content_and_files_only(tmp_path: Path) -> None:
    song = (EXAMPLES / "song.ogg").read_bytes()
    text = changed(MUSHRA, (EXAMPLES / "song.ogg").as_posix(), "one.ogg")
    (tmp_path / "one.ogg").write_bytes(song)
    (tmp_path / "two.ogg").write_bytes(song)
    path = tmp_path / "study.toml"

    def hashed(content: str) -> str:
        path.write_text(content, encoding="utf-8")
        return open_study(path).hash()

    first = hashed(text)
    assert re.fullmatch(r"[0-9a-f]{64}", first)
    assert hashed("# a comment\n" + text) == first
    assert hashed(text.replace("one.ogg", "two.ogg")) == first
    assert hashed(text.replace("seed = 3", "seed = 4")) != first
    (tmp_path / "one.ogg").write_bytes(song + b"\0")
    assert hashed(text) != first
    (tmp_path / "one.ogg").unlink()
    with pytest.raises(StudyError, match=r"tracks\.song\.file: .*one\.ogg cannot be read"):
        hashed(text)


@pytest.mark.parametrize("kind", kinds())
def test_the_examples_are_the_templates_and_can_be_read(kind: str, tmp_path: Path) -> None:
    example = EXAMPLES / "studies" / f"{kind}.toml"
    opened = open_study(example)
    assert opened.study.kind == kind
    assert all(path.exists() for path in opened.files().values())
    for language in opened.study.languages:
        assert words(opened, language)["language"]
    written = write_template(kind, tmp_path / "mine.toml", Path("../song.ogg"))
    assert written.read_text("utf-8").replace("reference.wav", "../reference.ogg") == example.read_text("utf-8")


def test_every_kind_has_a_template() -> None:
    assert kinds() == sorted(["adjustment", "rating", "mushra", "ab", "abx", "preference"])


def test_all_languages_say_everything() -> None:
    folder = Path(__file__).parents[2] / "src" / "tonewright" / "listening" / "words"
    texts = {code: tomllib.loads((folder / f"{code}.toml").read_text("utf-8")) for code in shipped()}
    assert set(texts) == {"en", "de", "fr", "da"}
    for code, found in texts.items():
        assert found.keys() == texts["en"].keys(), code
        for key, text in found.items():
            places = set(re.findall(r"\{\w+\}", texts["en"][key]))
            assert set(re.findall(r"\{\w+\}", text)) == places, (code, key)


def test_pages_use_the_texts_there_are() -> None:
    root = Path(__file__).parents[2] / "src" / "tonewright" / "listening"
    known = tomllib.loads((root / "words" / "en.toml").read_text("utf-8")).keys()
    code = "\n".join(path.read_text("utf-8") for path in (root / "static").rglob("*.js"))
    used = set(re.findall(r'\bsay\("(\w+)"', code))
    assert used
    assert used <= known


def test_another_language_comes_by_file(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(changed(MUSHRA, "seed = 3", 'seed = 3\nlanguages = ["sv"]\nwords = "texts"'), encoding="utf-8")
    opened = open_study(path)
    with pytest.raises(StudyError, match=r"no texts in 'sv'.*da, de, en, fr"):
        words(opened, "sv")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "sv.toml").write_text('play = "Spela"\n', encoding="utf-8")
    assert words(opened, "sv")["play"] == "Spela"
    assert words(opened, "sv")["pause"] == "Pause"
    (tmp_path / "texts" / "sv.toml").write_text('spela = "Spela"\n', encoding="utf-8")
    with pytest.raises(StudyError, match="spela is not a known key"):
        words(opened, "sv")
