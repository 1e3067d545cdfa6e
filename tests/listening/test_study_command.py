"""``tonewright study`` from the outside: files, sentences, exit codes."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from study_helpers import EXAMPLES, MUSHRA

pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")

from tonewright.listening.planning.plans import plan
from tonewright.listening.store.store import Store
from tonewright.listening.study.reading import open_study


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(MUSHRA, encoding="utf-8")
    return path


def began(study: Path, listeners: int) -> list[str]:
    """Let listeners begin, as the server does."""
    opened = open_study(study)
    with Store(study.with_suffix(".sqlite")) as store:
        store.open_edition(opened.study.model_dump(mode="json"), opened.hash(), {})
        made = [
            store.begin(opened.hash(), lambda number: plan(opened.study, number)).result() for _ in range(listeners)
        ]
        for person, _ in made[:1]:
            store.add(person, "an-answer", "answer", "s01", {"seconds": 1.0}).result()
    return [person.pseudonym for person, _ in made]


def test_new_check(cli: Any, tmp_path: Path) -> None:
    target = tmp_path / "fresh.toml"
    done = cli("study", "new", "mushra", target, "--track", EXAMPLES / "song.ogg")
    assert done.code == 0
    assert "tonewright study check" in done.out
    again = cli("study", "new", "mushra", target)
    assert (again.code, "exists already" in again.err) == (5, True)
    wrong = cli("study", "new", "opinion", tmp_path / "x.toml")
    assert (wrong.code, "no kind of study" in wrong.err) == (3, True)
    # The template names a reference that is not here: said with the key, before anything is made.
    missing = cli("study", "check", target)
    assert missing.code == 3
    assert "reference.wav" in missing.err


def test_check_prints_a_plan(cli: Any, study: Path) -> None:
    done = cli("study", "check", study)
    assert done.code == 0
    assert "2 trials (1 retests, 0 catch trials)" in done.out
    assert "equal within 0.0" in done.out
    data = json.loads(cli("study", "check", study, "--json").out)
    assert data["verb"] == "study check"
    assert data["hash"] == open_study(study).hash()
    assert {each["system"] for each in data["stimuli"]} == {"original", "noisy", "anchor 3.5 kHz"}


def test_a_fault_in_the_file_is_one_sentence(cli: Any, study: Path) -> None:
    study.write_text(MUSHRA.replace("snr_db", "snr"), encoding="utf-8")
    done = cli("study", "check", study)
    assert done.code == 3
    assert len(done.err.strip().splitlines()) == 1
    assert "systems.1.snr_db is missing" in done.err


def test_status_export_delete(cli: Any, study: Path, tmp_path: Path) -> None:
    none = cli("study", "status", study)
    assert (none.code, "tonewright study serve makes one" in none.err) == (5, True)
    first, second = began(study, 2)
    said = cli("study", "status", study)
    assert "2 began, 0 finished" in said.out
    assert f"{first}: 1 of 3 pages" in said.out
    data = json.loads(cli("study", "status", study, "--json").out)
    assert [each["answered"] for each in data["editions"][0]["listeners"]] == [1, 0]
    assert cli("study", "export", study, "-o", tmp_path / "results.json").code == 0
    results = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert [each["id"] for each in results["listeners"]] == [first, second]
    assert cli("study", "export", study, "-o", tmp_path / "x", "--format", "excel").code == 3
    gone = cli("study", "delete", study, first)
    assert (gone.code, gone.out.strip()) == (0, f"{first}: deleted, with 1 events")
    assert cli("study", "delete", study, first).code == 1
    after = json.loads(cli("study", "status", study, "--json").out)["editions"][0]
    assert (after["began"], after["deleted"], len(after["listeners"])) == (2, 1, 1)


def test_a_changed_study_does_not_go_on(cli: Any, study: Path) -> None:
    began(study, 1)
    study.write_text(MUSHRA.replace("seed = 3", "seed = 4"), encoding="utf-8")
    done = cli("study", "serve", study, "--port", "0")
    assert done.code == 3
    assert "--as-new" in done.err
    assert "Traceback" not in done.err


def test_a_taken_port_is_said(cli: Any, study: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = cli("study", "preview", study, "--port", taken.getsockname()[1])
    assert done.code == 5
    assert "choose another with --port" in done.err


def test_a_missing_extra_is_said(cli: Any, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "uvicorn" else real(name, *rest)
    )
    done = cli("study", "serve", study)
    assert done.code == 6
    assert "pip install 'tonewright[study]'" in done.err
