"""What cannot be read or written is refused in one sentence, never with a traceback of another library."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tonewright.audio import Audio, Format, Reader, Writer, read, write
from tonewright.errors import AudioError, OutputError

NOISE = np.random.default_rng(0).normal(0, 0.1, (2, 20_000)).astype(np.float32)


def a_file(tmp_path: Path, name: str = "a.wav") -> Path:
    return write(tmp_path / name, Audio(NOISE, 44100)).path


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"nothing\.wav does not exist"):
        read(tmp_path / "nothing.wav")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="is a folder"):
        read(tmp_path)


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    with pytest.raises(AudioError, match=r"a\.wav is empty"):
        read(tmp_path / "a.wav")


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.flac", "a.ogg", "a.aiff"])
@pytest.mark.parametrize(
    "content", [b"Dear diary, today I heard a sound.\n", b"RIFF", b"RIFF\x10\0\0\0WAVEjunk", b"\0" * 5000]
)
def test_what_is_no_sound(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AudioError, match=r"not a sound file that can be read") as caught:
        read(tmp_path / name)
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.aiff", "a.rf64"])
@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_a_truncated_file(tmp_path: Path, name: str, share: float) -> None:
    path = a_file(tmp_path, name)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(AudioError, match=r"truncated|cannot be decoded|not a sound file"):
        read(path)


def test_a_flac_with_a_hole(tmp_path: Path) -> None:
    path = a_file(tmp_path, "a.flac")
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 6000] = bytes(6000)
    path.write_bytes(data)
    with pytest.raises(AudioError, match=r"truncated|cannot be decoded"):
        read(path)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3", "a.aiff", "a.opus"])
def test_any_damage_gives_sound_or_a_sentence(tmp_path: Path, name: str) -> None:
    rate = 48000
    good = write(tmp_path / f"good.{name[2:]}", Audio(NOISE[:, :4000], rate, {"title": "x" * 50})).path.read_bytes()
    rng = np.random.default_rng(1)
    for _ in range(60):
        data = bytearray(good[: rng.integers(1, len(good) + 1)])
        for place in rng.integers(0, min(len(data), 300), rng.integers(0, 6)):
            data[place] = rng.integers(0, 256)
        (tmp_path / name).write_bytes(data)
        try:
            audio = read(tmp_path / name)
        except AudioError:
            continue  # anything else would fail the test
        assert np.isfinite(audio.samples).all()


def test_a_wav_from_a_pipe_is_whole(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    data = bytearray(path.read_bytes())
    at = data.find(b"data")
    data[at + 4 : at + 8] = b"\xff\xff\xff\xff"
    data[4:8] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert read(path).frames == NOISE.shape[1]


def test_zero_frames_are_an_empty_recording(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", Audio(np.zeros((2, 0)), 48000, {"title": "t"})).path
    audio = read(path)
    assert (audio.channels, audio.frames, audio.sample_rate, audio.duration) == (2, 0, 48000, 0.0)
    assert dict(audio.tags) == {"title": "t"}


@pytest.mark.parametrize("name", ["a.flac", "a.ogg", "a.opus", "a.mp3"])
def test_no_empty_file_where_none_can_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(AudioError, match="There is no sound to write"):
        write(tmp_path / name, Audio(np.zeros((1, 0)), 48000))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("value", "word"), [(np.nan, "NaN"), (np.inf, "infinity")])
@pytest.mark.parametrize("block", [1000, 100_000])
def test_not_finite_samples_in_a_file_are_named(tmp_path: Path, value: float, word: str, block: int) -> None:
    import soundfile

    samples = NOISE.copy()
    samples[1, 12_345] = value
    soundfile.write(tmp_path / "a.wav", samples.T, 44100, "FLOAT")
    with pytest.raises(AudioError, match=rf"a\.wav holds {word} in channel 2 at frame 12345"):
        read(tmp_path / "a.wav")
    with Reader(tmp_path / "a.wav") as reader, pytest.raises(AudioError, match="frame 12345"):
        list(reader.blocks(block))


def test_not_finite_samples_are_not_written(tmp_path: Path) -> None:
    out = Writer(tmp_path / "a.wav", 44100, 1)
    out.write(np.zeros((1, 100)))
    with pytest.raises(AudioError, match="infinity in channel 1 at frame 103"):
        out.write(np.array([[0, 0, 0, np.inf]]))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.txt", "a", "a.m4a", ".wav"])
def test_an_unknown_extension(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="names no audio format; use one of"):
        write(tmp_path / name, Audio(NOISE, 44100))


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"The folder .*nowhere does not exist"):
        write(tmp_path / "nowhere" / "a.wav", Audio(NOISE, 44100))


def test_a_folder_as_target(tmp_path: Path) -> None:
    (tmp_path / "a.wav").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        write(tmp_path / "a.wav", Audio(NOISE, 44100))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_what_is_no_ordinary_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.wav")
    with pytest.raises(OutputError, match="no ordinary file"):
        write(tmp_path / "a.wav", Audio(NOISE, 44100))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            write(tmp_path / "a.wav", Audio(NOISE, 44100))
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    ("name", "rate", "channels", "words"),
    [
        ("a.mp3", 96000, 2, "MP3 knows"),
        ("a.mp3", 44100, 6, "cannot hold 6 channels"),
        ("a.opus", 44100, 2, "Opus knows"),
        ("a.flac", 48000, 9, "cannot hold 9 channels"),
        ("a.flac", 65537, 1, "multiples of 10"),
        ("a.flac", 700_000, 1, "FLAC ends"),
        ("a.ogg", 384_000, 1, "Vorbis ends"),
    ],
)
def test_what_a_format_cannot_hold(tmp_path: Path, name: str, rate: int, channels: int, words: str) -> None:
    with pytest.raises(OutputError, match=words):
        write(tmp_path / name, Audio(np.zeros((channels, 10)), rate))
    assert list(tmp_path.iterdir()) == []


def test_blocks_of_another_shape(tmp_path: Path) -> None:
    with Writer(tmp_path / "a.wav", 44100, 2, like=Format("WAV", "PCM_16")) as writer:
        with pytest.raises(AudioError, match="2 channels"):
            writer.write(np.zeros((10, 2), np.float32).T[:1])
        writer.write(np.zeros((2, 10), np.float32))
    assert read(tmp_path / "a.wav").frames == 10
    with pytest.raises(OutputError, match="is closed"):
        writer.write(np.zeros((2, 10), np.float32))
