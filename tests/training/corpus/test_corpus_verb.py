"""The verb from the outside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from corpora import maker

from tonewright.audio import read
from tonewright.cli.main import run
from tonewright.training.corpus import Corpus

CONFIG = """
store = "stores/music"

[[source]]
kind = "folder"
path = "{path}"
split = "{split}"
minimum_s = 0.1
"""


def write(folder: Path, path: str, split: str) -> Path:
    file = folder / f"{path}.toml"
    file.write_text(CONFIG.format(path=path, split=split), "utf-8")
    return file


def call(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run([str(each) for each in ("corpus", *arguments)])
    return code, *capsys.readouterr()


def test_build_and_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make = maker(tmp_path)
    make("raw/a.wav", seconds=3.0, artist="Ann", title="Air")
    make("raw/b.wav", seconds=0.01, artist="Ann")
    make("judge/c.wav", artist="Bob")
    config = write(tmp_path, "raw", "train")
    code, out, err = call(capsys, "build", config, "--root", tmp_path)
    assert code == 0
    assert "built." in out
    assert "1 works are too short, silent or unreadable" in err
    assert (tmp_path / "stores" / "music" / "corpus.json").exists()
    code, out, _ = call(capsys, "build", config, "--root", tmp_path, "--json")
    data: dict[str, Any] = json.loads(out)
    assert (code, data["verb"], data["reused"]) == (0, "corpus build", True)
    judge = write(tmp_path, "judge", "test")
    assert call(capsys, "build", judge, "--root", tmp_path, "-o", tmp_path / "judged")[0] == 0
    code, out, _ = call(capsys, "check", tmp_path / "stores" / "music", tmp_path / "judged")
    assert code == 0
    assert "No content, work or producer is in two splits." in out
    code, out, _ = call(capsys, "check", tmp_path / "stores" / "music", tmp_path / "judged", "--json")
    data = json.loads(out)
    assert data["leaks"] == []
    assert [(row["split"], row["works"], row["producers"]) for row in data["amounts"]] == [
        ("train", 1, 1),
        ("test", 1, 1),
    ]
    assert data["amounts"][0]["minutes"] == pytest.approx(0.05)


def test_check_finds_what_two_stores_share(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make = maker(tmp_path)
    make("raw/a.wav", artist="Ann")
    make("judge/c.wav", artist="ann")
    for name, split in (("raw", "train"), ("judge", "test")):
        config = write(tmp_path, name, split)
        assert call(capsys, "build", config, "--root", tmp_path, "-o", tmp_path / f"{name}.store")[0] == 0
    code, out, err = call(capsys, "check", tmp_path / "raw.store", tmp_path / "judge.store", "--json")
    assert code == 1
    assert "producer ann" in " ".join(err.split())
    assert out == ""


def test_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "build", "corpus-jazz")[0] == 3
    assert call(capsys, "check", tmp_path)[0] == 4
    assert call(capsys, "check")[0] == 2


def test_no_torch() -> None:
    code = "import sys, tonewright.cli.corpus, tonewright.training.corpus.checking; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_export_gives_recordings_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make = maker(tmp_path)
    make("raw/a.wav", seconds=3.0, artist="Ann", title="Air")
    make("judge/c.wav", seconds=2.0, artist="Bob")
    stores = {}
    for name, split in (("raw", "train"), ("judge", "test")):
        stores[name] = tmp_path / f"{name}.store"
        assert call(capsys, "build", write(tmp_path, name, split), "--root", tmp_path, "-o", stores[name])[0] == 0
    code, out, _ = call(capsys, "export", stores["judge"], tmp_path / "out", "--split", "test", "--json")
    assert code == 0
    (file,) = json.loads(out)["files"]
    written = read(file)
    corpus = Corpus.open(stores["judge"])
    work = corpus.works[0]
    assert written.tags["artist"] == "Bob"
    assert written.sample_rate == 44100
    expected = corpus.read(work, 0, work.frames)
    assert written.samples.shape == (1, work.frames)
    np.testing.assert_allclose(written.samples[0], expected, atol=2.0**-23)
    code, _, err = call(capsys, "export", stores["judge"], tmp_path / "out")
    assert code == 5
    assert "is not empty" in err
    code, _, err = call(capsys, "export", stores["judge"], tmp_path / "none", "--split", "train")
    assert code == 4
    assert "holds no train works." in err
    assert not (tmp_path / "none").exists()
