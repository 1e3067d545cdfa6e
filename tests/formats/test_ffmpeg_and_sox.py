"""The real ffmpeg and SoX on exported settings."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from drawn_settings import drawn_compressor, drawn_settings

from tonewright.audio import read
from tonewright.formats import export
from tonewright.processor.filters import response_db
from tonewright.processor.render import render_array
from tonewright.settings import Settings

SONG = Path(__file__).parents[2] / "examples" / "song.ogg"
RATE = 48_000
needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
needs_sox = pytest.mark.skipif(not shutil.which("sox"), reason="sox is not installed")
Samples = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def run(program: str, text: str, x: Samples, rate: int, folder: Path) -> Samples:
    """Process (channels, frames) in double precision."""
    source, target = folder / "in.wav", folder / "out.wav"
    soundfile.write(source, x.T, rate, subtype="DOUBLE")
    if program == "ffmpeg":
        command: list[str | Path] = [
            "ffmpeg",
            "-v",
            "error",
            "-y",
            "-i",
            source,
            "-af",
            text.strip(),
            "-c:a",
            "pcm_f64le",
            target,
        ]
    else:
        command = ["sox", "-V1", "-D", source, "-e", "float", "-b", "64", target, *text.split()]
    subprocess.run(command, check=True, timeout=120)
    return np.asarray(soundfile.read(target, dtype="float64", always_2d=True)[0].T)


@pytest.mark.parametrize("program", [pytest.param("ffmpeg", marks=needs_ffmpeg), pytest.param("sox", marks=needs_sox)])
def test_static_part(program: str, tmp_path: Path) -> None:
    """The response of what the program does to an impulse is ours, to 0.01 dB."""
    rng = np.random.default_rng(21)
    frames = 2**17
    frequency = np.fft.rfftfreq(frames, 1 / RATE)
    heard = (frequency >= 20) & (frequency <= 20_000)
    for index in range(6):
        settings = drawn_settings(rng, compressors=False, gain_db=12.0, passes=index % 2 == 0)
        done = export(settings, program, rate_hz=RATE)
        assert isinstance(done.text, str)
        impulse = np.zeros((1, frames))
        impulse[0, 64] = 0.9
        out = run(program, done.text, impulse, RATE, tmp_path)
        theirs = 20 * np.log10(np.maximum(np.abs(np.fft.rfft(out[0])), 1e-12) / 0.9)
        ours = response_db(done.settings, frequency[heard], RATE)
        off = np.abs(theirs[heard] - ours)
        # SoX works in 32-bit integers: their noise is as loud as an impulse is far below.
        floor = -40.0 if program == "sox" else -100.0
        assert off[ours > floor + ours.max()].max() < 0.01, settings


def levels_db(x: Samples, rate: int) -> Samples:
    """Levels of 400 ms of all channels together."""
    size = int(0.4 * rate)
    blocks = x[:, : x.shape[1] // size * size].reshape(x.shape[0], -1, size)
    return np.asarray(10 * np.log10((blocks**2).mean(axis=(0, 2)) + 1e-12))


@pytest.mark.parametrize("program", [pytest.param("ffmpeg", marks=needs_ffmpeg), pytest.param("sox", marks=needs_sox)])
def test_compressors_on_music(program: str, tmp_path: Path) -> None:
    """Converted compressors up to 4:1 leave the levels of music within 0.5 dB (median) and 1.5 dB (95 %)."""
    song = read(SONG)
    x = np.asarray(song.samples[:, : 10 * song.sample_rate], dtype=np.float64)
    rng = np.random.default_rng(22)
    off = []
    for _ in range(12):
        settings = Settings(compressor=drawn_compressor(rng, highest_ratio=4.0))
        done = export(settings, program, rate_hz=song.sample_rate)
        assert done.exactness == "approximate"
        assert isinstance(done.text, str)
        theirs = run(program, done.text, x, song.sample_rate, tmp_path)
        ours = render_array(x, song.sample_rate, done.settings)
        off.append(np.abs(levels_db(theirs, song.sample_rate) - levels_db(ours, song.sample_rate)))
        changed = np.abs(levels_db(ours, song.sample_rate) - levels_db(x, song.sample_rate))
        assert changed.max() > 0.2, "the compressor does something"
    every = np.concatenate(off)
    assert np.median(every) < 0.5
    assert np.quantile(every, 0.95) < 1.5


@needs_ffmpeg
def test_static_curve_of_ffmpegs_compressor(tmp_path: Path) -> None:
    """On steady levels behind the attack the gain is that of our curve: threshold, ratio, knee and makeup are right."""
    rng = np.random.default_rng(23)
    for _ in range(4):
        compressor = drawn_compressor(rng, highest_ratio=8.0).changed(attack_ms=1.0, release_ms=10.0)
        done = export(Settings(compressor=compressor), "ffmpeg", rate_hz=RATE)
        assert isinstance(done.text, str)
        steps = np.repeat(10.0 ** (np.arange(-48.0, 0.1, 6.0) / 20.0), RATE // 4)[None]
        theirs = run("ffmpeg", done.text, steps, RATE, tmp_path)
        ours = render_array(steps, RATE, done.settings)
        ends = np.arange(RATE // 4, steps.size + 1, RATE // 4) - 1
        off = 20 * np.log10(np.abs(theirs[0, ends] / ours[0, ends]))
        # ffmpeg's Hermite knee is ours between its ends.
        assert np.abs(off).max() < 0.01
