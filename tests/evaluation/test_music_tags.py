"""The fetch script's tag reader against libsndfile, which wrote the files."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile as sf

SCRIPT = Path(__file__).parents[2] / "scripts" / "music_tags.py"


@pytest.fixture(scope="module")
def music_tags() -> ModuleType:
    spec = importlib.util.spec_from_file_location("music_tags", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["music_tags"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("suffix", "subtype", "codec"),
    [
        ("ogg", "VORBIS", "vorbis"),
        ("ogg", "OPUS", "opus"),
        ("flac", "PCM_16", "flac"),
        ("mp3", "MPEG_LAYER_III", "mp3"),
    ],
)
@pytest.mark.parametrize(("rate", "channels"), [(48_000, 2), (24_000, 1)])
def test_reads_what_libsndfile_wrote(
    tmp_path: Path, music_tags: ModuleType, suffix: str, subtype: str, codec: str, rate: int, channels: int
) -> None:
    path = tmp_path / f"x.{suffix}"
    noise = 0.1 * np.random.default_rng(0).standard_normal((3 * rate, channels))
    with sf.SoundFile(path, "w", rate, channels, subtype) as file:
        file.artist, file.title = "Björk Nobody", "A title"
        file.write(noise)
    tags = music_tags.read_tags(path)
    assert (tags.artist, tags.title, tags.codec) == ("Björk Nobody", "A title", codec)
    assert tags.channels == channels
    assert tags.sample_rate == (48_000 if codec == "opus" else rate)
    assert tags.duration_s == pytest.approx(3.0, abs=0.1 if codec == "mp3" else 0.02)


def test_wav_and_what_is_not_music(tmp_path: Path, music_tags: ModuleType) -> None:
    sf.write(tmp_path / "x.wav", np.zeros((8_000, 2)), 8_000)
    assert music_tags.read_tags(tmp_path / "x.wav").duration_s == 1.0
    for name, content in (("empty", b""), ("text", b"hello"), ("cut.ogg", b"OggS\0\0"), ("cut.flac", b"fLaC\0")):
        (tmp_path / name).write_bytes(content)
        assert music_tags.read_tags(tmp_path / name) is None


@pytest.mark.parametrize(("version", "encoding", "code"), [(3, "utf-16", 1), (3, "latin-1", 0), (4, "utf-8", 3)])
def test_mp3_with_a_tag_in_front(
    tmp_path: Path, music_tags: ModuleType, version: int, encoding: str, code: int
) -> None:
    def frame(name: str, text: str) -> bytes:
        body = bytes([code]) + text.encode(encoding)
        return name.encode() + len(body).to_bytes(4, "big") + b"\0\0" + body  # below 128 bytes synchsafe is plain

    path = tmp_path / "x.mp3"
    sf.write(path, np.zeros((44_100, 2)), 44_100, format="MP3")
    block = frame("TPE1", "Björk Nobody") + frame("TALB", "Album") + frame("TIT2", "Ö") + bytes(40)
    size = bytes([0, 0, len(block) >> 7, len(block) & 127])
    path.write_bytes(b"ID3" + bytes([version, 0, 0]) + size + block + path.read_bytes())
    tags = music_tags.read_tags(path)
    assert (tags.artist, tags.title) == ("Björk Nobody", "Ö")
    assert tags.duration_s == pytest.approx(1.0, abs=0.1)
