"""Writing: whole or not at all, never over an input, in constant memory, beyond 4 GiB."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tonewright.audio import Audio, Format, Reader, Writer, read, write
from tonewright.audio import writer as writer_module
from tonewright.errors import OutputError

NOISE = np.random.default_rng(0).normal(0, 0.1, (2, 20_000)).astype(np.float32)


def old_file(tmp_path: Path) -> tuple[Path, bytes]:
    path = write(tmp_path / "a.wav", Audio(NOISE[:, :100], 44100)).path
    return path, path.read_bytes()


@pytest.mark.parametrize("older", [False, True])
def test_a_fault_in_the_middle_leaves_everything_as_it_was(tmp_path: Path, older: bool) -> None:
    path, before = old_file(tmp_path) if older else (tmp_path / "a.wav", b"")
    writer = Writer(path, 44100, 2)

    def work() -> None:
        with writer:
            writer.write(NOISE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert [each.name for each in tmp_path.iterdir()] == (["a.wav"] if older else [])
    if older:
        assert path.read_bytes() == before
    with pytest.raises(OutputError, match="given up"):
        writer.close()


@pytest.mark.parametrize("problem", [OSError(28, "No space left on device"), KeyboardInterrupt(), AssertionError()])
def test_a_fault_of_the_disk_or_an_interrupt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: BaseException
) -> None:
    path, before = old_file(tmp_path)
    real, calls = soundfile.SoundFile.write, []

    def failing(self: soundfile.SoundFile, data: Any) -> Any:
        calls.append(len(data))
        if len(calls) == 2:
            raise problem
        return real(self, data)

    monkeypatch.setattr(soundfile.SoundFile, "write", failing)
    expected = KeyboardInterrupt if isinstance(problem, KeyboardInterrupt) else OutputError
    with pytest.raises(expected) as caught:
        write(path, Audio(NOISE, 44100))
    assert len(calls) == 2
    if expected is OutputError:
        assert "a.wav cannot be written" in str(caught.value)
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.aiff"])
def test_a_full_disk(tmp_path: Path, name: str) -> None:
    resource = pytest.importorskip("resource", reason="file size limits are a thing of Unix")
    path, before = old_file(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
        with pytest.raises(OutputError, match=rf"{name} cannot be written"):
            write(tmp_path / name, Audio(NOISE, 44100))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]
    assert path.read_bytes() == before


def test_a_fault_at_the_very_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, before = old_file(tmp_path)

    def refuse(*_names: str, **_folders: int) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(OutputError, match="Permission denied"):
        write(path, Audio(NOISE, 44100))
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]
    assert path.read_bytes() == before


def test_a_name_of_255_bytes_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 251 + ".mp3")
    assert read(write(path, Audio(NOISE, 44100, {"title": "t"})).path).tags == {"title": "t"}


def test_an_older_result_is_replaced(tmp_path: Path) -> None:
    path, _ = old_file(tmp_path)
    write(path, Audio(NOISE, 48000))
    assert read(path).frames == NOISE.shape[1]


def test_an_input_is_never_written_over(tmp_path: Path) -> None:
    path, before = old_file(tmp_path)
    (tmp_path / "soft.wav").symlink_to(path)
    os.link(path, tmp_path / "hard.wav")
    (tmp_path / "inner").mkdir()
    (tmp_path / "folder").symlink_to(tmp_path, target_is_directory=True)
    for name in ("a.wav", "soft.wav", "hard.wav", "folder/a.wav", "inner/../a.wav"):
        with pytest.raises(OutputError, match="is an input"):
            write(tmp_path / name, Audio(NOISE, 44100), inputs=[path])
        with pytest.raises(OutputError, match="is an input"):
            write(tmp_path / name, read(path))
    assert path.read_bytes() == before
    write(tmp_path / "b.wav", read(path), inputs=[path, tmp_path / "not there"])


def test_a_link_to_an_older_result_stays_a_link(tmp_path: Path) -> None:
    path, _ = old_file(tmp_path)
    (tmp_path / "soft.wav").symlink_to(path)
    write(tmp_path / "soft.wav", Audio(NOISE, 44100))
    assert (tmp_path / "soft.wav").is_symlink()
    assert read(path).frames == NOISE.shape[1]


def test_permissions_are_those_of_new_files(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    written = write(tmp_path / "a.mp3", Audio(NOISE, 44100, {"title": "t"}))
    assert written.path.stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3"])
@pytest.mark.parametrize("block", [1, 777, 20_000])
def test_blocks_give_the_bytes_of_the_whole(tmp_path: Path, name: str, block: int) -> None:
    audio = Audio(NOISE[:, :3000] if block == 1 else NOISE, 44100, {"title": "t"}, Format("WAV", "PCM_16"))
    write(tmp_path / f"whole_{name}", audio)
    with Writer(tmp_path / name, 44100, 2, like=audio.format, tags=audio.tags, dither=True) as writer:
        for start in range(0, audio.frames, block):
            writer.write(audio.samples[:, start : start + block])
    assert writer.result is not None
    assert writer.result.frames == audio.frames
    np.testing.assert_array_equal(read(tmp_path / name).samples, read(tmp_path / f"whole_{name}").samples)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3", "a.aiff"])
def test_reading_in_blocks_equals_reading_whole(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, Audio(NOISE, 44100))
    whole = read(tmp_path / name).samples
    for block in (333, 20_000, 1 << 20):
        with Reader(tmp_path / name) as reader:
            pieces = list(reader.blocks(block))
        assert max(piece.shape[1] for piece in pieces) <= block
        np.testing.assert_array_equal(np.concatenate(pieces, axis=1), whole)
    with Reader(tmp_path / name) as reader:
        reader.seek(1234)
        np.testing.assert_allclose(reader.read(100), whole[:, 1234:1334], atol=2e-3)
        reader.seek(reader.frames)
        assert reader.read(10).shape == (2, 0)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT", "DOUBLE"])
@pytest.mark.parametrize("told", [True, False])
def test_a_wav_that_becomes_too_large_turns_into_rf64(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, subtype: str, told: bool
) -> None:
    monkeypatch.setattr(writer_module, "WAV_LIMIT_BYTES", 60_000)
    tags = {"title": "long", "composer": "c"}
    form = Format("WAV", subtype)
    samples = np.round(NOISE[:, :17_000] * 2.0**15) / 2.0**15
    with Writer(tmp_path / "a.wav", 44100, 2, like=form, tags=tags, frames=17_000 if told else None) as writer:
        for start in range(0, 17_000, 1000):
            writer.write(samples[:, start : start + 1000])
    audio = read(tmp_path / "a.wav", dtype="float64")
    assert writer.result is not None
    assert audio.format == writer.result.format == Format("RF64", subtype)
    assert (tmp_path / "a.wav").read_bytes()[:4] == b"RF64"
    assert audio.tags["title"] == "long"
    np.testing.assert_array_equal(audio.samples, samples)
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]


def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    def peak_of(minutes: int) -> int:
        block = np.tile(NOISE, 3)[:, :44100]
        tracemalloc.start()
        with Writer(tmp_path / "long.wav", 44100, 2, like=Format("WAV", "PCM_16"), dither=True) as writer:
            for _ in range(60 * minutes):
                writer.write(block)
        with Reader(tmp_path / "long.wav") as reader, Writer(tmp_path / "copy.wav", 44100, 2) as copy:
            for piece in reader.blocks():
                copy.write(piece)
        assert copy.result is not None
        assert copy.result.frames == 60 * minutes * 44100
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak_of(1)
    assert peak_of(10) < peak_of(1) + 200_000
    assert peak_of(1) < 8_000_000
