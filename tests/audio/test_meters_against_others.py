"""The meters beside pyloudnorm and ffmpeg, and the properties that hold for any audio."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonewright.audio import (
    Audio,
    Format,
    Meter,
    apply_gain,
    loudness_gain_db,
    measure,
    read,
    write,
)
from tonewright.audio.weighting import k_weighting
from tonewright.errors import AudioError

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.ogg")) + sorted(
    (Path(__file__).parents[2] / "examples").glob("*.flac")
)


def music(seed: int, channels: int = 2, rate: int = 44100, seconds: float = 12.0) -> Audio:
    """Return pink-like noise with a slow, deep swell: something to gate."""
    rng = np.random.default_rng(seed)
    frames = round(rate * seconds)
    spectrum = np.fft.rfft(rng.normal(size=(channels, frames)))
    spectrum /= np.maximum(np.arange(spectrum.shape[1]), 20) ** 0.5
    noise = np.fft.irfft(spectrum, frames)
    swell = 10 ** (-(20 * np.sin(2 * np.pi * np.arange(frames) / frames * rng.uniform(1, 3)) ** 2) / 20)
    return Audio((0.5 * noise / np.abs(noise).max() * swell).astype(np.float32), rate)


@pytest.mark.parametrize("rate", [32000, 44100, 48000, 96000])
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_integrated_loudness_equals_pyloudnorm(rate: int, channels: int) -> None:
    pyloudnorm = pytest.importorskip("pyloudnorm")
    audio = music(channels, channels, rate)
    theirs = pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(audio.samples.T.astype(float))
    # pyloudnorm leaves the high-pass numerator at (1, -2, 1) for every rate; the standard's gain is that of 48 kHz.
    same_gain = 20 * math.log10(k_weighting(rate)[1, 0])
    assert abs(same_gain) < 0.03
    assert measure(audio).integrated_lufs == pytest.approx(theirs + same_gain, abs=0.005)


def by_ffmpeg(path: Path) -> dict[str, float]:
    """Return integrated, range, sample and true peak as ``ffmpeg -af ebur128`` prints them."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    command = [
        "ffmpeg",
        "-hide_banner",
        "-nostats",
        "-i",
        str(path),
        "-af",
        "ebur128=peak=true+sample",
        "-f",
        "null",
        "-",
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    summary = said[said.rindex("Summary:") :]
    peaks = re.findall(r"Peak:\s+(-?[\d.]+|-inf) dBFS", summary)
    return {
        "integrated": float(re.findall(r"I:\s+(-?[\d.]+) LUFS", summary)[0]),
        "range": float(re.findall(r"LRA:\s+(-?[\d.]+) LU", summary)[0]),
        "sample": float(peaks[0]),
        "true": float(peaks[1]),
    }


def agrees_with_ffmpeg(path: Path) -> None:
    theirs, ours = by_ffmpeg(path), measure(read(path))
    # ffmpeg prints one decimal; its true peak comes from another interpolator.
    assert ours.integrated_lufs == pytest.approx(theirs["integrated"], abs=0.1)
    assert ours.loudness_range_lu == pytest.approx(theirs["range"], abs=0.3)
    assert ours.sample_peak_dbfs == pytest.approx(theirs["sample"], abs=0.06)
    assert ours.true_peak_dbtp == pytest.approx(theirs["true"], abs=0.4)


@pytest.mark.parametrize(("channels", "rate"), [(1, 44100), (2, 44100), (2, 48000), (6, 48000), (2, 96000)])
def test_all_figures_agree_with_ffmpeg(tmp_path: Path, channels: int, rate: int) -> None:
    audio = music(7, channels, rate, 20.0)
    agrees_with_ffmpeg(write(tmp_path / "a.wav", Audio(audio.samples, rate, format=Format("WAVEX", "PCM_24"))).path)


@pytest.mark.skipif(not EXAMPLES, reason="no example recordings in this checkout")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_all_figures_agree_with_ffmpeg_on_music(path: Path) -> None:
    agrees_with_ffmpeg(path)


@given(
    rate=st.integers(8000, 384000),
    channels=st.integers(1, 8),
    frames=st.integers(0, 6000),
    cuts=st.lists(st.integers(1, 700), min_size=1, max_size=20),
    double=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_figures_are_finite_or_minus_infinity_and_do_not_depend_on_blocks(
    rate: int, channels: int, frames: int, cuts: list[int], double: bool
) -> None:
    rng = np.random.default_rng(frames)
    samples = rng.normal(0, 0.2, (channels, frames))
    audio = Audio(samples if double else samples.astype(np.float32), rate)
    whole = measure(audio)
    meter, start, turn = Meter(rate, channels), 0, 0
    while start < frames:
        length = cuts[turn % len(cuts)]
        meter.feed(audio.samples[:, start : start + length])
        if turn == 3:
            meter.result()  # looking in between changes nothing
        start, turn = start + length, turn + 1
    assert meter.result() == whole
    for value in (*list(whole.__dict__.values())[:8], *whole.true_peaks_dbtp):
        assert value < math.inf  # false for NaN too
    assert whole.true_peak_dbtp >= whole.sample_peak_dbfs
    assert whole.loudness_range_lu >= 0
    assert whole.crest_db >= 0
    assert math.isfinite(whole.integrated_lufs) == (frames >= _first_window(rate))


def _first_window(rate: int) -> int:
    return (20 * rate + 25) // 50


@pytest.mark.parametrize("rate", [11025, 22050, 44100, 48000])
def test_long_audio_does_not_depend_on_blocks(rate: int) -> None:
    audio = music(3, 2, rate, 7.3)
    whole = measure(audio)
    for block in (441, 1024, 65536):
        meter = Meter(rate, 2)
        for start in range(0, audio.frames, block):
            meter.feed(audio.samples[:, start : start + block])
        assert meter.result() == whole


@given(gain=st.floats(-40, 40), seed=st.integers(0, 5))
@settings(max_examples=20, deadline=None)
def test_a_gain_moves_every_level_by_itself(gain: float, seed: int) -> None:
    audio = music(seed, 1, 16000, 4.0)
    # The gates move with the level, except the one at -70 LUFS: keep clear of it.
    before, after = measure(apply_gain(audio, 20.0)), measure(apply_gain(audio, 20.0 + gain))
    for name in ("integrated_lufs", "momentary_max_lufs", "short_term_max_lufs", "true_peak_dbtp", "sample_peak_dbfs"):
        assert getattr(after, name) - getattr(before, name) == pytest.approx(gain, abs=0.01)
    assert after.crest_db == pytest.approx(before.crest_db, abs=0.01)
    assert after.loudness_range_lu == pytest.approx(before.loudness_range_lu, abs=0.01)


@pytest.mark.parametrize("target", [-70.0, -23.0, -14.0, 0.0])
def test_a_loudness_is_reached(target: float) -> None:
    audio = music(1)
    there = apply_gain(audio, loudness_gain_db(audio, max(target, -50.0)))
    assert measure(there).integrated_lufs == pytest.approx(max(target, -50.0), abs=0.1)
    assert loudness_gain_db(measure(there), max(target, -50.0)) == pytest.approx(0.0, abs=0.01)
    assert there.processed


@pytest.mark.parametrize("frames", [0, 1000, 100_000])
def test_silence_cannot_be_brought_to_a_loudness(frames: int) -> None:
    silence = Audio(np.zeros((1, frames)), 44100)
    with pytest.raises(AudioError, match="is silent or shorter than 400 ms"):
        loudness_gain_db(silence, -23.0)
    with pytest.raises(AudioError, match="finite"):
        loudness_gain_db(music(1), -math.inf)
