"""A store holds what the files hold, is found again, and is never half there."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from corpora import Make, config, maker

from tonewright.errors import AudioError, OutputError
from tonewright.training.corpus import Corpus, building


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return maker(tmp_path)


def test_works_come_back_as_they_were(make: Make, tmp_path: Path) -> None:
    make("raw/one.wav", seconds=1.5, artist="Ann", title="First")
    make("raw/inner/two.flac", channels=2)
    built = Corpus.build(config({"licence": "CC0"}), tmp_path / "store", root=tmp_path)
    assert not built.reused
    corpus = Corpus.open(tmp_path / "store")
    assert [work.name for work in corpus.works] == ["raw/inner/two.flac", "raw/one.wav"]
    two, one = corpus.works
    assert (one.artist, one.title, one.licence, one.source, one.split) == ("Ann", "First", "CC0", "raw", "train")
    assert (two.offset, two.frames, one.offset, one.frames) == (0, 44_100, 44_100, 66_150)
    for work in corpus.works:
        samples, _ = sf.read(tmp_path / work.name, always_2d=True)
        expected = samples.mean(axis=1)
        assert work.scale == pytest.approx(np.abs(expected).max(), rel=1e-6)
        heard = corpus.read(work, 0, work.frames)
        assert heard.dtype == np.float32
        assert np.abs(heard - expected).max() <= 0.51 * work.scale / 32767 + 1e-7
        assert np.array_equal(corpus.read(work, 1000, 50), heard[1000:1050])
    assert corpus.split("train") == corpus.works
    assert corpus.split("test") == ()


def test_the_files_are_what_the_contract_says(make: Make, tmp_path: Path) -> None:
    make("raw/one.wav", seconds=4.0, rate=22_050)
    Corpus.build(config(), tmp_path / "store", root=tmp_path)
    manifest = json.loads((tmp_path / "store" / "corpus.json").read_text("utf-8"))
    (work,) = manifest["works"]
    assert (manifest["version"], manifest["sample_rate"]) == (1, 44_100)
    keys = "name source artist title licence sha256 profile split source_rate frames offset scale loud"
    assert list(work) == keys.split()
    assert (work["source_rate"], work["frames"], work["loud"]) == (22_050, 4 * 44_100, [1])
    raw = np.fromfile(tmp_path / "store" / "audio.i16", "<i2")
    assert raw.size == 4 * 44_100
    assert np.abs(raw).max() == 32767


def test_a_finished_store_is_reused_until_something_changes(make: Make, tmp_path: Path) -> None:
    make("raw/one.wav")
    store = tmp_path / "store"

    def again(**source: object) -> bool:
        return Corpus.build(config(source), store, root=tmp_path).reused

    assert [again(), again()] == [False, True]
    stamp = (store / "audio.i16").stat().st_mtime_ns
    assert again()
    assert (store / "audio.i16").stat().st_mtime_ns == stamp
    assert [again(maximum_s=0.5), again(maximum_s=0.5)] == [False, True]
    make("raw/one.wav", seconds=0.7)
    assert not again(maximum_s=0.5)
    (store / "audio.i16").write_bytes(b"")
    assert not again(maximum_s=0.5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw", "store"]


def test_a_failure_leaves_the_older_store(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make("raw/one.wav")
    store = tmp_path / "store"
    Corpus.build(config(), store, root=tmp_path)
    before = (store / "corpus.json").read_bytes()
    make("raw/two.wav")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(building, "write_manifest", full)
        with pytest.raises(OutputError, match="No space left"):
            Corpus.build(config(), store, root=tmp_path)
    assert (store / "corpus.json").read_bytes() == before
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", full)
        with pytest.raises(OutputError, match="No space left"):
            Corpus.build(config(), tmp_path / "other", root=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw", "store"]


def test_nothing_else_is_replaced(make: Make, tmp_path: Path) -> None:
    make("raw/one.wav")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("years")
    with pytest.raises(OutputError, match="no corpus"):
        Corpus.build(config(), tmp_path / "full", root=tmp_path)
    with pytest.raises(OutputError, match="is a file"):
        Corpus.build(config(), tmp_path / "raw" / "one.wav", root=tmp_path)


def test_what_cannot_be_used_is_left_out(
    make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")  # no ffmpeg to try
    make("raw/good.wav", seconds=2.0)
    make("raw/short.wav", seconds=0.5)
    make("raw/silent.wav", samples=np.zeros(88_200))
    (tmp_path / "raw" / "broken.ogg").write_bytes(b"OggS" + bytes(100))
    built = Corpus.build(config({"minimum_s": 1.0}), tmp_path / "store", root=tmp_path)
    assert set(built.skipped) == {"raw/short.wav", "raw/silent.wav", "raw/broken.ogg"}
    assert [record.message.count("broken.ogg") for record in caplog.records] == [1]
    assert len(Corpus.open(tmp_path / "store").works) == 1
    with pytest.raises(AudioError, match="Nothing is left"):
        Corpus.build(config({"minimum_s": 60.0}), tmp_path / "other", root=tmp_path)
    assert not (tmp_path / "other").exists()


def test_long_works_are_cut_and_copies_taken_once(make: Make, tmp_path: Path) -> None:
    long = make("raw/long.wav", seconds=3.0)
    (tmp_path / "raw" / "copy.wav").write_bytes(long.read_bytes())
    Corpus.build(config({"maximum_s": 1.25}), tmp_path / "store", root=tmp_path)
    (work,) = Corpus.open(tmp_path / "store").works
    assert work.frames == int(1.25 * 44_100)


def test_memory_does_not_grow_with_the_corpus(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "_BATCH", 2)
    monkeypatch.setenv("TONEWRIGHT_THREADS", "1")
    peaks = []
    for count in (2, 10):
        for index in range(count):
            make(f"raw{count}/{index}.wav", seconds=5.0)
        tracemalloc.start()
        Corpus.build(config({"path": f"raw{count}"}), tmp_path / f"store{count}", root=tmp_path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_reading_and_opening_refuse(make: Make, tmp_path: Path) -> None:
    make("raw/one.wav")
    Corpus.build(config(), tmp_path / "store", root=tmp_path)
    corpus = Corpus.open(tmp_path / "store")
    assert "1 works" in repr(corpus)
    for start, frames in ((-1, 5), (0, 44_101), (44_100, 1)):
        with pytest.raises(AudioError, match="is not in it"):
            corpus.read(corpus.works[0], start, frames)
    with pytest.raises(AudioError, match="is no corpus"):
        Corpus.open(tmp_path / "raw")
    manifest = tmp_path / "store" / "corpus.json"
    text = manifest.read_text("utf-8")
    for wrong in (text.replace('"version":1', '"version":2'), text.replace('"train"', '"dev"'), "{}", "[", "[]"):
        manifest.write_text(wrong, "utf-8")
        with pytest.raises(AudioError, match="build the corpus again"):
            Corpus.open(tmp_path / "store")
    manifest.write_text(text, "utf-8")
    (tmp_path / "store" / "audio.i16").write_bytes(b"12")
    with pytest.raises(AudioError, match="not as long"):
        Corpus.open(tmp_path / "store")
