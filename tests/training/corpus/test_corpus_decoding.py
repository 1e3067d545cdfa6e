"""Any file becomes one channel at 44.1 kHz."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from corpora import Make, maker

from tonewright.errors import AudioError
from tonewright.training.corpus.decoding import decode, decode_all, resample, to_mono


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return maker(tmp_path)


def sine(frequency: float, rate: int, seconds: float = 1.0) -> Any:
    return np.sin(2 * np.pi * frequency * np.arange(int(seconds * rate)) / rate).astype(np.float32)


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 22_050, 32_000, 48_000, 96_000])
def test_resampling_keeps_the_sound(rate: int) -> None:
    frequency = 0.4 * min(rate, 44_100)  # 0.8 of the lower half
    heard = resample(sine(frequency, rate), rate)
    assert heard.dtype == np.float32
    assert heard.size == 44_100
    inner = slice(4410, -4410)
    assert np.abs(heard - sine(frequency, 44_100))[inner].max() < 1e-3


def test_resampling_lets_nothing_fold_back() -> None:
    heard = resample(sine(30_000, 96_000), 96_000)
    assert np.abs(heard[4410:-4410]).max() < 1e-4
    images = resample(sine(7000, 16_000), 16_000)[4410:-4410]
    spectrum = np.abs(np.fft.rfft(images * np.blackman(images.size)))
    assert spectrum[int(8200 / 44_100 * images.size) :].max() < 1e-4 * spectrum.max()


def test_channels_that_cancel() -> None:
    tone = sine(440, 44_100)
    assert np.array_equal(to_mono(np.stack([tone, 0.5 * tone])), 0.75 * tone)
    assert np.array_equal(to_mono(np.stack([0.9 * tone, -tone])), 0.5 * (0.9 * tone - tone))
    assert np.array_equal(to_mono(np.stack([tone, -tone])), tone)
    assert np.array_equal(to_mono(np.stack([0.98 * tone, -tone])), -tone)


def test_through_ffmpeg(make: Make, tmp_path: Path) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    wav = make("tone.wav", rate=16_000, samples=0.5 * sine(440, 16_000, 2.0))
    subprocess.run(["ffmpeg", "-v", "error", "-i", wav, tmp_path / "tone.g722"], check=True)
    samples, rate = decode(tmp_path / "tone.g722", 1.5)
    assert rate == 16_000
    assert samples.size == pytest.approx(1.5 * 44_100, abs=2)
    spectrum = np.abs(np.fft.rfft(samples))
    assert np.argmax(spectrum) == pytest.approx(440 * 1.5, abs=1)
    assert np.sqrt((samples**2).mean()) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)
    both = list(decode_all([tmp_path / "tone.g722", wav, tmp_path / "tone.g722"], 3.5))
    assert [part.size for part, _ in both] == pytest.approx([2.0 * 44_100, 1.5 * 44_100], abs=50)
    assert np.array_equal(both[0][0][:40_000], samples[:40_000])
    (tmp_path / "noise.ogg").write_bytes(b"no sound at all")
    with pytest.raises(AudioError, match="neither by libsndfile nor by ffmpeg"):
        decode(tmp_path / "noise.ogg", 1.0)


def test_without_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (tmp_path / "a.g722").write_bytes(bytes(8000))
    with pytest.raises(AudioError, match="needs ffmpeg"):
        decode(tmp_path / "a.g722", 1.0)
