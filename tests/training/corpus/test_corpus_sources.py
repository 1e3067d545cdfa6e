"""Folders, fetched packages, joined prompts, and what a configuration may say."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from corpora import Make, config, maker

from tonewright.errors import AudioError, SettingsError
from tonewright.training.corpus import Corpus
from tonewright.training.corpus.config import find_config, read_config
from tonewright.training.corpus.leaks import LeakError
from tonewright.training.corpus.recordings import duration_s, recordings

CONFIGS = ("corpus-music", "corpus-speech", "corpus-test", "corpus-musdb18", "corpus-musdb18-hq")


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return maker(tmp_path)


def fetched(folder: Path, *rows: tuple[str, str, str, str]) -> None:
    """Write the manifest that scripts/fetch_music.py leaves: path, package, artist, title."""
    works = [
        {
            "path": path,
            "package": package,
            "artist": artist,
            "title": title,
            "licence": f"{package}/copyright",
            "sha256": hashlib.sha256((folder / path).read_bytes()).hexdigest(),
        }
        for path, package, artist, title in rows
    ]
    (folder / "manifest.json").write_text(json.dumps({"works": works}), "utf-8")


def test_packages(make: Make, tmp_path: Path) -> None:
    make("raw/game/a.ogg")
    make("raw/game/b.ogg")
    make("raw/other/c.ogg")
    fetched(tmp_path / "raw", ("game/a.ogg", "game", "Ann", "Air"), ("other/c.ogg", "other", "", ""))
    Corpus.build(config({"kind": "packages"}), tmp_path / "store", root=tmp_path)
    first, second = Corpus.open(tmp_path / "store").works
    assert (first.name, first.source, first.artist, first.licence) == ("game/a.ogg", "game", "Ann", "game/copyright")
    assert second.producers == {"source other"}
    make("raw/game/a.ogg", seconds=2.0)
    with pytest.raises(AudioError, match="fetch the packages again"):
        Corpus.build(config({"kind": "packages"}), tmp_path / "store", root=tmp_path)


def test_leaks_are_refused_or_dropped(make: Make, tmp_path: Path) -> None:
    make("old/z.wav", artist="Zed")
    make("raw/a.wav", artist="Ann")
    make("raw/z.wav", artist="ZED")
    make("raw/x.wav", artist="Cy")
    make("more/b.wav", artist="Ann & Bob")
    Corpus.build(config({"path": "old", "split": "test"}), tmp_path / "test", root=tmp_path)
    sources: tuple[dict[str, Any], ...] = ({}, {"path": "more", "split": "validation"})
    with pytest.raises(LeakError, match="producer ann"):
        Corpus.build(config(*sources), tmp_path / "store", root=tmp_path)
    assert not (tmp_path / "store").exists()
    chosen = config(*sources, leaks="drop", apart_from=["test"])
    built = Corpus.build(chosen, tmp_path / "store", root=tmp_path)
    assert set(built.dropped) == {"raw/a.wav", "raw/z.wav"}
    assert [work.name for work in Corpus.open(tmp_path / "store").works] == ["raw/x.wav", "more/b.wav"]
    with pytest.raises(AudioError, match="is no corpus"):
        Corpus.build(config(apart_from=["nowhere"]), tmp_path / "other", root=tmp_path)


def test_prompts_are_joined(make: Make, tmp_path: Path) -> None:
    for number in range(5):
        make(f"raw/ann/{number}.wav", seconds=1.0)
    make("raw/bob/0.wav", seconds=1.5)
    Corpus.build(config({"join_s": 2.0, "profile": "speech"}), tmp_path / "store", root=tmp_path)
    corpus = Corpus.open(tmp_path / "store")
    assert [work.duration_s for work in corpus.works] == [2.0, 2.0, 1.0, 1.5]
    assert len({work.name for work in corpus.works}) == 4
    assert all(work.profile == "speech" for work in corpus.works)


def test_prompts_are_joined_by_what_their_names_say(make: Make, tmp_path: Path) -> None:
    for stamp in ("animals/cat", "plants/tree"):
        for language in ("de", "fr"):
            make(f"raw/{stamp}_desc_{language}.wav")
    found = recordings(config({"join_s": 60.0, "join_by": "_desc_([a-z]+)"}), tmp_path)
    assert [[path.name for path in each.paths] for each in found] == [
        ["cat_desc_de.wav", "tree_desc_de.wav"],
        ["cat_desc_fr.wav", "tree_desc_fr.wav"],
    ]


def test_patterns_and_known_artists(make: Make, tmp_path: Path) -> None:
    for name in ("music/a.wav", "music/beep.wav", "sfx/b.wav"):
        make(f"raw/{name}")
    found = recordings(config({"only": ["music/*"], "leave_out": ["*beep*"], "artist": "Ann", "name": "box"}), tmp_path)
    assert [(each.name, each.artist, each.source) for each in found] == [("box/music/a.wav", "Ann", "box")]


def test_durations(make: Make, tmp_path: Path) -> None:
    assert duration_s(make("a.wav", seconds=1.5)) == pytest.approx(1.5)
    (tmp_path / "a.g722").write_bytes(bytes(12_000))
    assert duration_s(tmp_path / "a.g722") == 1.5
    (tmp_path / "a.ogg").write_bytes(b"no")
    assert duration_s(tmp_path / "a.ogg") == 0.0


def test_what_sources_may_lack(make: Make, tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="is no folder"):
        Corpus.build(config(), tmp_path / "store", root=tmp_path)
    make("raw/a.wav")
    with pytest.raises(AudioError, match="offers no recording"):
        Corpus.build(config({"only": ["nothing/*"]}), tmp_path / "store", root=tmp_path)
    with pytest.raises(AudioError, match=r"manifest\.json cannot be read"):
        Corpus.build(config({"kind": "packages"}), tmp_path / "store", root=tmp_path)
    make("one/a.wav", artist="Ann")
    make("two/a.wav", seconds=2.0, artist="Ann")
    twins = config({"path": "one", "name": "x"}, {"path": "two", "name": "x"})
    with pytest.raises(AudioError, match=r"Two works are called x/a\.wav"):
        Corpus.build(twins, tmp_path / "store", root=tmp_path)


@pytest.mark.parametrize("name", CONFIGS)
def test_our_configurations(name: str) -> None:
    settings = read_config(find_config(name))
    assert settings.store == f"store/{name.removeprefix('corpus-')}"


SOURCE: dict[str, Any] = {"kind": '"folder"', "path": '"x"', "split": '"train"'}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"split": None}, "split is missing"),
        ({"split": '"dev"'}, "source.0.split"),
        ({"split": "{train = 0.5}"}, "must add up to 1"),
        ({"kind": '"radio"'}, "source.0.kind"),
        ({"kind": '"musdb18"'}, "fixed by its lists"),
        ({"minimum": "3"}, "source.0.minimum: Extra"),
        ({"join_by": '"["'}, "regular expression with a group"),
        ({"path": "["}, "cannot be read as TOML"),
    ],
)
def test_mistakes_in_a_configuration(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    rows = [f"{key} = {value}" for key, value in {**SOURCE, **changes}.items() if value is not None]
    path = tmp_path / "mine.toml"
    path.write_text("\n".join(['store = "s"', "[[source]]", *rows]), "utf-8")
    with pytest.raises(SettingsError, match=message):
        read_config(path)


def test_configurations_that_are_not_there() -> None:
    with pytest.raises(SettingsError, match="corpus-music"):
        find_config("corpus-jazz")
    with pytest.raises(SettingsError, match="No such file"):
        read_config(find_config("nowhere.toml"))
