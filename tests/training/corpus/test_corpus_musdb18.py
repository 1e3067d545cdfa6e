"""MUSDB18 and MUSDB18-HQ, on a small corpus in their layouts."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from corpora import config, maker

from tonewright.errors import AudioError, MissingExtraError
from tonewright.training.corpus import Corpus, musdb18

HQ = {"kind": "musdb18-hq", "path": "hq", "split": None}
STEMS = {"kind": "musdb18", "path": "stems", "split": None}


def test_the_lists() -> None:
    lists = musdb18._lists()
    assert len(set(lists["validation"])) == lists["works"]["validation"] == 10
    assert lists["works"] == {"train": 90, "validation": 10, "test": 50}


def test_the_validation_list_is_from_musdb() -> None:
    musdb = pytest.importorskip("musdb", reason="musdb is not installed")
    content = pytest.importorskip("yaml").safe_load(
        (Path(musdb.__path__[0]) / "configs" / "mus.yaml").read_text("utf-8")
    )
    assert content["validation_tracks"][:10] == musdb18._lists()["validation"]


def test_hq(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    make = maker(tmp_path / "hq")
    for name in ("train/Leaf - Summerghost", "train/A Band - A - Song", "test/Some One - Tune"):
        make(f"{name}/mixture.wav", channels=2, seconds=0.5)
        make(f"{name}/vocals.wav", channels=2, seconds=0.5)
    Corpus.build(config(HQ), tmp_path / "store", root=tmp_path)
    works = Corpus.open(tmp_path / "store").works
    assert {(work.artist, work.title, work.split) for work in works} == {
        ("Leaf", "Summerghost", "validation"),
        ("A Band", "A - Song", "train"),
        ("Some One", "Tune", "test"),
    }
    assert works[1].name == "musdb18-hq/Leaf - Summerghost"
    assert works[1].source == "musdb18-hq"
    assert "1 train (of 90), 1 validation (of 10), 1 test (of 50)" in caplog.text


def test_the_published_division_shares_artists(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    make = maker(tmp_path / "hq")
    make("train/Leaf - Summerghost/mixture.wav", seconds=0.5)
    make("train/Leaf - Wicked/mixture.wav", seconds=0.5)
    make("test/Some One - Tune/mixture.wav", seconds=0.5)
    Corpus.build(config(HQ, leaks="allow"), tmp_path / "store", root=tmp_path)
    assert len(Corpus.open(tmp_path / "store").works) == 3
    assert "producer leaf" in caplog.text
    built = Corpus.build(config(HQ, leaks="drop"), tmp_path / "store", root=tmp_path)
    assert built.dropped == ("musdb18-hq/Leaf - Wicked",)


def test_stems(tmp_path: Path) -> None:
    pytest.importorskip("musdb", reason="musdb is not installed")
    stempeg = pytest.importorskip("stempeg", reason="stempeg is not installed")
    if shutil.which("ffprobe") is None:
        pytest.skip("ffmpeg is not installed")
    for place in ("train", "test"):
        (tmp_path / "stems" / place).mkdir(parents=True)
    example = stempeg.example_stem_path()
    shutil.copy(example, tmp_path / "stems" / "train" / "The Easton Ellises - Falcon 69.stem.mp4")
    Corpus.build(config({**STEMS, "maximum_s": 4.0}), tmp_path / "store", root=tmp_path)
    corpus = Corpus.open(tmp_path / "store")
    (work,) = corpus.works
    assert (work.artist, work.title, work.split) == ("The Easton Ellises", "Falcon 69", "train")
    assert work.frames == 4 * 44_100
    assert work.loud == (1,)
    mixture, _ = stempeg.read_stems(example, stem_id=0, duration=4.0)
    heard = corpus.read(work, 0, work.frames)
    assert np.abs(heard - mixture.mean(axis=1)).max() < work.scale / 32767


def test_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stems" / "train").mkdir(parents=True)
    (tmp_path / "hq").mkdir()
    with pytest.raises(AudioError, match="has no folder train"):
        Corpus.build(config(HQ), tmp_path / "store", root=tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "musdb", None)
    with pytest.raises(MissingExtraError, match="pip install musdb"):
        Corpus.build(config(STEMS), tmp_path / "store", root=tmp_path)
