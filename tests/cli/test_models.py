"""``tonewright models`` from the outside."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tonewright.controllers.say.reading.convert import CONVERTER, folder_of
from tonewright.controllers.say.reading.sources import DEFAULT, sha256_of

Command = Any  # of conftest.py

#: Looked for, not imported: that would take longer than the tests.
needs_llm = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("torch", "transformers", "gguf", "accelerate")),
    reason="torch, transformers, gguf or accelerate is not installed",
)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TONEWRIGHT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def stored(empty: Path) -> Path:
    """Lay out a folder as a conversion leaves it, its weights replaced by a few bytes."""
    folder = folder_of(DEFAULT.name, DEFAULT.sha256)
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    record = {
        "name": DEFAULT.name,
        "source": DEFAULT.file,
        "source_sha256": DEFAULT.sha256,
        "converter": CONVERTER,
        "licence": DEFAULT.licence,
        "files": {"model.safetensors": sha256_of(folder / "model.safetensors")},
    }
    (folder / "tonewright.json").write_text(json.dumps(record))
    (empty / "models" / ".making-x").mkdir()  # what an interrupted fetch may leave is no model
    return folder


def data(done: Any, verb: str) -> dict[str, Any]:
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    assert found["verb"] == verb
    return found


def test_what_is_there_is_not_fetched_again(cli: Command, stored: Path) -> None:
    found = data(cli("models", "get", "--json"), "models get")
    assert found["reused"] is True
    assert found["folder"] == str(stored)
    assert (found["name"], found["licence"], found["bytes"]) == (DEFAULT.name, "Apache-2.0", 7)
    assert found["sha256"] == DEFAULT.sha256
    assert "was there" in cli("models", "get").out


def test_list(cli: Command, stored: Path) -> None:
    found = data(cli("models", "list", "--json"), "models list")
    assert [each["folder"] for each in found["models"]] == [str(stored)]
    done = cli("models", "list")
    assert DEFAULT.name in done.out
    assert DEFAULT.sha256[:12] in done.out


def test_nothing_to_list(cli: Command, empty: Path) -> None:
    done = cli("models", "list")
    assert (done.code, done.out) == (0, "")
    assert "tonewright models get" in done.err
    assert data(cli("models", "list", "--json"), "models list")["models"] == []
    assert not empty.exists()


def test_verify(cli: Command, stored: Path) -> None:
    assert len(data(cli("models", "verify", "--json"), "models verify")["models"]) == 1
    (stored / "model.safetensors").write_bytes(b"weighty")
    for verb in (("models", "verify"), ("models", "get")):
        done = cli(*verb)
        assert (done.code, done.out) == (1, "")
        assert "is damaged (model.safetensors)" in done.err
        assert len(done.err.strip().splitlines()) == 1


def test_nothing_to_verify(cli: Command, empty: Path) -> None:
    assert cli("models", "verify").code == 1


@needs_llm
def test_a_file_that_is_not_the_model_is_refused(cli: Command, empty: Path, tmp_path: Path) -> None:
    (tmp_path / "other.gguf").write_bytes(b"GGUF")
    done = cli("models", "get", "--from", tmp_path / "other.gguf")
    assert done.code == 1
    assert "other.gguf is not the expected file" in done.err
    assert list((empty / "models").iterdir()) == []
    assert "is not there" in cli("models", "get", "--from", tmp_path / "absent.gguf").err


@needs_llm
def test_a_home_that_cannot_be_written(cli: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("TONEWRIGHT_HOME", str(tmp_path / "file"))
    done = cli("models", "get", "--from", tmp_path / "any.gguf")
    assert done.code == 1
    assert "cannot be written" in done.err


def test_without_the_packages_it_says_what_to_install(
    cli: Command, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tonewright.controllers.say.reading.quiet.find_spec", lambda name: None)
    done = cli("models", "get")
    assert done.code == 6
    assert "pip install 'tonewright[llm]'" in done.err
    assert not empty.exists()
