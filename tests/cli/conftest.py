"""The command line under test: in this process for speed, or as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import tonewright
from tonewright.audio import Audio, Format, write
from tonewright.cli.main import run
from tonewright.settings import Band, Compressor, Settings


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Outcome]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command in this process."""

    def call(*arguments: str | Path) -> Outcome:
        capsys.readouterr()
        code = run([str(each) for each in arguments])
        return Outcome(code, *capsys.readouterr())

    return call


@pytest.fixture
def process() -> Command:
    """Run a command as a process of its own."""

    def call(*arguments: str | Path, **environment: str) -> Outcome:
        source = str(Path(tonewright.__file__).parents[1])
        paths = os.pathsep.join(filter(None, (source, os.environ.get("PYTHONPATH", ""))))
        done = subprocess.run(
            [sys.executable, "-m", "tonewright", *map(str, arguments)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8", **environment},
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return call


def pink(seconds: float, channels: int = 2, rate: int = 44_100, seed: int = 0) -> np.ndarray[Any, Any]:
    """Noise with music's slope and beats, peaks near 0.4."""
    random = np.random.default_rng(seed)
    frames = round(seconds * rate)
    spectrum = np.fft.rfft(random.standard_normal((channels, frames)))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(frames, 1 / rate), 20.0))
    noise = np.fft.irfft(spectrum, frames) * (0.6 + 0.4 * np.sin(2 * np.pi * 2.0 * np.arange(frames) / rate))
    return np.asarray(0.4 * noise / np.abs(noise).max(), dtype=np.float32)


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """Write six seconds of stereo in 16 bit, with tags."""
    path = tmp_path / "song.wav"
    tags = {"title": "Ton", "artist": "Wir"}
    write(path, Audio(pink(6.0), 44_100, tags, Format("WAV", "PCM_16"), processed=False))
    return path


@pytest.fixture
def settings() -> Settings:
    return Settings(
        preamp_db=1.0,
        bands=(
            Band(
                type="low_shelf",
                frequency_hz=120.0,
                gain_db=4.0,
                compressor=Compressor(threshold_db=-30.0, ratio=2.5, makeup_db=2.0),
            ),
            Band(type="peak", frequency_hz=2500.0, gain_db=-5.0, q=1.2),
        ),
        note="for a test",
    )


@pytest.fixture
def settings_file(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "settings.json"
    settings.save(path)
    return path
