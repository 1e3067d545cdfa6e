"""Files in and out: what goes in comes back, bit for bit where the format can, with rate, depth, channels and tags."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tonewright.audio import Audio, Format, choose_format, read, write
from tonewright.audio.id3 import build
from tonewright.errors import TonewrightError

TAGS = {
    "title": "Über den Wölken 日本",
    "artist": "Ärtist & Söhne",
    "album": "Album «Ω»",
    "date": "2021-03-04",
    "track": "3/12",
    "genre": "Jazz Fusion",
    "comment": "two words, and a comma",
}

LOSSLESS = [
    ("WAV", "PCM_U8", ".wav"),
    ("WAV", "PCM_16", ".wav"),
    ("WAV", "PCM_24", ".wav"),
    ("WAV", "PCM_32", ".wav"),
    ("WAV", "FLOAT", ".wav"),
    ("WAV", "DOUBLE", ".wav"),
    ("WAVEX", "PCM_24", ".wav"),
    ("RF64", "PCM_16", ".wav"),
    ("RF64", "PCM_24", ".wav"),
    ("RF64", "FLOAT", ".wav"),
    ("FLAC", "PCM_S8", ".flac"),
    ("FLAC", "PCM_16", ".flac"),
    ("FLAC", "PCM_24", ".flac"),
    ("AIFF", "PCM_S8", ".aiff"),
    ("AIFF", "PCM_16", ".aif"),
    ("AIFF", "PCM_24", ".aiff"),
    ("AIFF", "FLOAT", ".aiff"),
    ("CAF", "PCM_24", ".caf"),
]
LOSSY = [
    ("OGG", "VORBIS", ".ogg", 44100),
    ("OGG", "OPUS", ".opus", 48000),
    ("OGG", "OPUS", ".ogg", 48000),
    ("MP3", "MPEG_LAYER_III", ".mp3", 44100),
]


def stored_samples(subtype: str, channels: int, frames: int, seed: int = 0) -> npt.NDArray[Any]:
    """Return random samples that lie on the subtype's grid, with both ends of the range among them."""
    rng = np.random.default_rng(seed)
    bits = Format("WAV", subtype).bits
    if bits is None:
        return rng.normal(0, 1.0, (channels, frames)).astype(Format("WAV", subtype).exact_dtype)
    whole = rng.integers(-(2 ** (bits - 1)), 2 ** (bits - 1), (channels, frames))
    whole[:, 0], whole[:, 1] = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    return whole / 2.0 ** (bits - 1)


@pytest.mark.parametrize(("container", "subtype", "extension"), LOSSLESS)
@pytest.mark.parametrize("channels", [1, 2])
def test_a_read_file_is_written_again_bit_for_bit(
    tmp_path: Path, container: str, subtype: str, extension: str, channels: int
) -> None:
    frames = 3002 if subtype == "PCM_S8" else 3001  # libsndfile makes odd 8-bit AIFF files a frame too long
    samples = stored_samples(subtype, channels, frames)
    source = tmp_path / f"source{extension}"
    # Written by libsndfile alone, from integers, so that our writer is not its own judge.
    bits = Format(container, subtype).bits
    raw = samples.T if bits is None else np.round(samples.T * 2.0**31).astype(np.int32)
    soundfile.write(source, raw, 22050, subtype, format=container)

    audio = read(source, dtype="float64")
    np.testing.assert_array_equal(audio.samples, samples)
    written = write(tmp_path / f"copy{extension}", audio)
    again = read(written.path, dtype="float64")

    np.testing.assert_array_equal(again.samples, samples)
    assert (again.sample_rate, again.channels) == (22050, channels)
    assert again.format == audio.format == Format(container, subtype)
    assert (written.dropped, written.clipped, written.frames) == ([], 0, frames)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "FLOAT"])
def test_float32_holds_what_it_promises(tmp_path: Path, subtype: str) -> None:
    samples = stored_samples(subtype, 2, 2000)
    write(tmp_path / "a.wav", Audio(samples, 48000, format=Format("WAV", subtype)), dither=False)
    audio = read(tmp_path / "a.wav")
    assert audio.samples.dtype == np.float32
    assert audio.samples.flags.c_contiguous
    np.testing.assert_array_equal(audio.samples, samples)


def test_float32_of_a_32_bit_file_is_rounded_and_float64_exact(tmp_path: Path) -> None:
    samples = stored_samples("PCM_32", 1, 2000)
    write(tmp_path / "a.wav", Audio(samples, 48000, format=Format("WAV", "PCM_32")))
    np.testing.assert_array_equal(read(tmp_path / "a.wav", dtype="float64").samples, samples)
    assert Format("WAV", "PCM_32").exact_dtype == "float64"
    np.testing.assert_allclose(read(tmp_path / "a.wav").samples, samples, atol=2**-24)
    assert not np.array_equal(read(tmp_path / "a.wav").samples, samples)


@pytest.mark.parametrize(("container", "subtype", "extension", "rate"), LOSSY)
@pytest.mark.parametrize("channels", [1, 2])
def test_lossy_round_trip_keeps_length_rate_place_and_sound(
    tmp_path: Path, container: str, subtype: str, extension: str, rate: int, channels: int
) -> None:
    time = np.arange(rate) / rate
    tone = 0.5 * np.sin(2 * np.pi * 440 * time) * np.sin(np.pi * time) ** 2
    samples = np.stack([tone, 0.5 * tone])[:channels]
    audio = Audio(samples, rate, format=Format(container, subtype))
    written = write(tmp_path / f"a{extension}", audio)
    again = read(written.path)
    assert again.format is not None
    assert (again.format.container, again.format.subtype) == (container, subtype)
    assert (again.sample_rate, again.channels, again.frames) == (rate, channels, rate)
    error = again.samples - samples
    assert np.sum(error**2) < 1e-3 * np.sum(samples**2)


@pytest.mark.parametrize("extension", [".wav", ".flac", ".aiff", ".ogg", ".opus", ".mp3", ".rf64", ".caf"])
def test_tags_round_trip(tmp_path: Path, extension: str) -> None:
    audio = Audio(np.zeros((2, 4800)), 48000, TAGS)
    written = write(tmp_path / f"a{extension}", audio)
    assert written.dropped == []
    assert dict(read(written.path).tags) == TAGS
    # And through another format and back.
    write(tmp_path / "b.wav", read(written.path))
    assert dict(read(tmp_path / "b.wav").tags) == TAGS


@pytest.mark.parametrize("extension", [".wav", ".flac", ".ogg", ".mp3", ".aiff"])
def test_tags_can_be_read_by_libsndfile_or_ffprobe(tmp_path: Path, extension: str) -> None:
    write(tmp_path / f"a{extension}", Audio(np.zeros((2, 4800)), 48000, TAGS))
    if extension in {".wav", ".flac", ".ogg"}:
        with soundfile.SoundFile(tmp_path / f"a{extension}") as file:
            seen = {"title": file.title, "artist": file.artist, "album": file.album, "date": file.date}
    else:
        if shutil.which("ffprobe") is None:
            pytest.skip("ffprobe is not installed")
        command = ["ffprobe", "-v", "error", "-show_entries", "format_tags", "-of", "default=noprint_wrappers=1"]
        out = subprocess.run([*command, tmp_path / f"a{extension}"], capture_output=True, text=True, check=True).stdout
        lines = dict(line.removeprefix("TAG:").split("=", 1) for line in out.splitlines() if "=" in line)
        seen = {key: lines.get(key) for key in ("title", "artist", "album", "date")}
    assert seen == {key: TAGS[key] for key in seen}


@pytest.mark.parametrize("extension", [".wav", ".aiff", ".mp3"])
def test_words_without_a_field_of_their_own_round_trip_in_id3(tmp_path: Path, extension: str) -> None:
    tags = {"title": "t", "albumartist": "Various", "composer": "J. S. Bach", "disc": "1/2"}
    write(tmp_path / f"a{extension}", Audio(np.zeros((1, 4801)), 44100, tags))
    again = read(tmp_path / f"a{extension}")
    assert dict(again.tags) == tags
    assert again.frames == 4801


def test_dropped_tags_are_told(tmp_path: Path) -> None:
    audio = Audio(np.zeros((1, 100)), 44100, {"title": "t", "composer": "c"})
    written = write(tmp_path / "a.flac", audio)
    assert written.dropped == ['The tag "composer" is dropped: it is not written to FLAC files.']
    assert dict(read(written.path).tags) == {"title": "t"}
    assert len(write(tmp_path / "a.w64", audio).dropped) == 2


def with_picture(path: Path) -> None:
    """Put a picture before an MP3's sound."""
    picture = b"\x00image/png\x00\x03\x00" + b"\x89PNG\r\n\x1a\n" + bytes(64)
    frame = b"APIC" + struct.pack(">I", len(picture)) + b"\x00\x00" + picture
    assert len(picture) < 128  # so that plain and syncsafe sizes agree
    head = build({"title": "t"})
    body = head[10:] + frame
    path.write_bytes(head[:6] + bytes([0, 0, len(body) >> 7, len(body) & 127]) + body + path.read_bytes())


def test_lost_cover_art_is_told(tmp_path: Path) -> None:
    write(tmp_path / "a.mp3", Audio(np.zeros((1, 44100)), 44100))
    with_picture(tmp_path / "a.mp3")
    audio = read(tmp_path / "a.mp3")
    assert audio.lost == ("cover art",)
    assert audio.tags["title"] == "t"
    assert write(tmp_path / "b.mp3", audio).dropped == ["Cover art of the source is not in b.mp3."]


def test_lost_cue_points_are_told(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", Audio(np.zeros((1, 100)), 44100))
    data = bytearray((tmp_path / "a.wav").read_bytes()) + b"cue \x04\x00\x00\x00\x00\x00\x00\x00"
    data[4:8] = struct.pack("<I", len(data) - 8)
    (tmp_path / "a.wav").write_bytes(data)
    assert write(tmp_path / "b.wav", read(tmp_path / "a.wav")).dropped == ["Cue points of the source is not in b.wav."]


@pytest.mark.parametrize(
    ("name", "like", "expected"),
    [
        ("a.wav", Format("WAV", "PCM_16"), Format("WAV", "PCM_16")),
        ("a.wav", Format("RF64", "PCM_24"), Format("RF64", "PCM_24")),
        ("a.wav", Format("WAVEX", "FLOAT"), Format("WAVEX", "FLOAT")),
        ("a.WAV", Format("FLAC", "PCM_24"), Format("WAV", "PCM_24")),
        ("a.wav", Format("FLAC", "PCM_S8"), Format("WAV", "PCM_U8")),
        ("a.wav", Format("MP3", "MPEG_LAYER_III", 320), Format("WAV", "PCM_16")),
        ("a.flac", Format("WAV", "FLOAT"), Format("FLAC", "PCM_24")),
        ("a.flac", Format("WAV", "PCM_32"), Format("FLAC", "PCM_24")),
        ("a.flac", Format("WAV", "ULAW"), Format("FLAC", "PCM_16")),
        ("a.flac", Format("WAV", "PCM_U8"), Format("FLAC", "PCM_S8")),
        ("a.mp3", Format("OGG", "VORBIS", 128), Format("MP3", "MPEG_LAYER_III", 128)),
        ("a.mp3", Format("WAV", "PCM_16"), Format("MP3", "MPEG_LAYER_III")),
        ("a.ogg", Format("OGG", "OPUS", 96), Format("OGG", "OPUS", 96)),
        ("a.ogg", Format("MP3", "MPEG_LAYER_III", 128), Format("OGG", "VORBIS", 128)),
        ("a.opus", Format("OGG", "VORBIS", 128), Format("OGG", "OPUS", 128)),
        ("a.wav", None, Format("WAV", "PCM_24")),
    ],
)
def test_the_nearest_format_is_chosen(name: str, like: Format | None, expected: Any) -> None:
    assert choose_format(Path(name), like) == expected


@pytest.mark.parametrize(
    ("extension", "rate", "kbps"),
    [
        (".mp3", 44100, 128),
        (".mp3", 44100, 192),
        (".mp3", 48000, 170),
        (".mp3", 22050, 64),
        (".opus", 48000, 96),
        (".opus", 48000, 160),
        (".ogg", 44100, 96),
        (".ogg", 44100, 224),
        (".ogg", 22050, 50),
    ],
)
def test_the_bit_rate_of_a_lossy_source_is_kept(tmp_path: Path, extension: str, rate: int, kbps: float) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (2, 6 * rate))
    form = choose_format(tmp_path / f"a{extension}")
    first = write(tmp_path / f"a{extension}", Audio(noise, rate, format=Format(form.container, form.subtype, kbps)))
    told = read(first.path).format
    assert told is not None
    assert told.bitrate_kbps == pytest.approx(kbps, rel=0.07)
    second = write(tmp_path / f"b{extension}", read(first.path))
    assert second.path.stat().st_size == pytest.approx(first.path.stat().st_size, rel=0.15)


@pytest.mark.parametrize("channels", [3, 5, 6, 7, 8])
def test_ogg_channels_come_back_in_the_order_of_wav(tmp_path: Path, channels: int) -> None:
    time = np.arange(8000) / 48000
    samples = np.stack([0.3 * np.sin(2 * np.pi * 60 * (1 + channel) * time) for channel in range(channels)])
    write(tmp_path / "a.ogg", Audio(samples, 48000))
    again = read(tmp_path / "a.ogg").samples
    likeness = np.abs(np.corrcoef(np.vstack([samples, again]))[:channels, channels:])
    assert likeness.argmax(axis=1).tolist() == list(range(channels))


def test_ogg_5_1_has_the_channels_where_ffmpeg_has_them(tmp_path: Path) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    time = np.arange(48000) / 48000
    samples = np.stack([0.3 * np.sin(2 * np.pi * 20 * (1 + channel) * time) for channel in range(6)])
    write(tmp_path / "a.ogg", Audio(samples, 48000))
    command = ["ffmpeg", "-v", "error", "-i", str(tmp_path / "a.ogg"), "-c:a", "pcm_s16le", str(tmp_path / "a.wav")]
    subprocess.run(command, check=True)
    decoded = read(tmp_path / "a.wav").samples
    likeness = np.abs(np.corrcoef(np.vstack([samples, decoded[:, :48000]]))[:6, 6:])
    assert likeness.argmax(axis=1).tolist() == list(range(6))


@given(
    rate=st.integers(8000, 384000),
    channels=st.integers(1, 8),
    frames=st.integers(0, 3000),
    kind=st.sampled_from([(".wav", "PCM_16"), (".wav", "FLOAT"), (".flac", "PCM_24"), (".aiff", "PCM_16")]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_rate_channels_and_length(tmp_path: Path, rate: int, channels: int, frames: int, kind: Any) -> None:
    extension, subtype = kind
    samples = np.random.default_rng(frames).integers(-(2**15), 2**15, (channels, frames)) / 2.0**15
    audio = Audio(samples, rate, {"title": "x"}, format=Format("WAV", subtype))
    if extension == ".flac" and (frames == 0 or (rate > 65535 and rate % 10)):
        with pytest.raises(TonewrightError, match=r"write to \.wav"):
            write(tmp_path / "a.flac", audio)
        return
    write(tmp_path / f"a{extension}", audio, dither=False)
    again = read(tmp_path / f"a{extension}")
    np.testing.assert_array_equal(again.samples, samples)
    assert (again.sample_rate, again.channels, again.frames) == (rate, channels, frames)


def test_equal_audio_gives_equal_bytes(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).normal(0, 0.2, (2, 5000))
    for name, form in {"f.wav": Format("WAV", "FLOAT"), "i.wav": Format("WAV", "PCM_16"), "c.flac": None}.items():
        first = write(tmp_path / name, Audio(samples, 44100, TAGS, form)).path.read_bytes()
        second = write(tmp_path / name, Audio(samples, 44100, TAGS, form)).path.read_bytes()
        assert first == second
        assert b"PEAK" not in first[:200]


def test_a_broken_tag_does_not_keep_anyone_from_the_sound(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", Audio(np.full((1, 100), 0.5), 44100))
    data = bytearray((tmp_path / "a.wav").read_bytes()) + b"id3 \x0c\x00\x00\x00ID3\x04\x00\x00\x7f\x7f\x7f\x7f\xff\xff"
    data[4:8] = struct.pack("<I", len(data) - 8)
    (tmp_path / "a.wav").write_bytes(data)
    np.testing.assert_array_equal(read(tmp_path / "a.wav").samples, np.full((1, 100), 0.5))


@pytest.mark.parametrize("frames", [1, 7, 3001])
def test_odd_8_bit_aiff_is_not_a_frame_too_long(tmp_path: Path, frames: int) -> None:
    samples = stored_samples("PCM_S8", 1, frames + 1)[:, :frames]
    write(tmp_path / "a.aiff", Audio(samples, 8000, {"album": "x"}, Format("AIFF", "PCM_S8")), dither=False)
    again = read(tmp_path / "a.aiff")
    np.testing.assert_array_equal(again.samples, samples)
    assert dict(again.tags) == {"album": "x"}
