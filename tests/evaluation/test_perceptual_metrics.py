"""PESQ and ViSQOL, where their packages are installed: the right way round, at the right rate, silent on silence."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.signal
from numpy.typing import NDArray

from tonewright.errors import AudioError
from tonewright.evaluation.perceptual import pesq_score, visqol_score
from tonewright.evaluation.registry import METRICS, available, compute

RATE = 44_100


def voice(seconds: float = 2.0) -> NDArray[np.float64]:
    """A buzz through three formants in syllables, enough like speech for both models."""
    rng = np.random.default_rng(0)
    time = np.arange(round(seconds * RATE)) / RATE
    buzz = scipy.signal.sawtooth(2 * np.pi * 120 * time) + 0.1 * rng.standard_normal(time.size)
    for frequency in (600, 1200, 2500):
        buzz = buzz + 2 * scipy.signal.lfilter(*scipy.signal.iirpeak(frequency, 6, fs=RATE), buzz)
    syllables = np.maximum(np.sin(2 * np.pi * 3 * time), 0) ** 0.5
    return np.asarray(0.05 * buzz * syllables + 1e-4 * rng.standard_normal(time.size))


VOICE = voice()
NOISY = VOICE + 0.03 * np.random.default_rng(1).standard_normal(VOICE.size)


def test_pesq_of_equal_and_noisy_speech() -> None:
    pytest.importorskip("pesq", reason="pesq is not installed")
    assert pesq_score(VOICE, VOICE, RATE) == pytest.approx(4.644, abs=1e-3)  # the top of the P.862.2 mapping
    assert 1.0 < pesq_score(NOISY, VOICE, RATE) < 3.5
    assert math.isnan(pesq_score(VOICE * 0, VOICE, RATE))
    assert math.isnan(pesq_score(VOICE[:4000], VOICE[:4000], RATE))


def test_pesq_takes_the_package_at_its_word() -> None:
    pesq = pytest.importorskip("pesq", reason="pesq is not installed")
    x, y = VOICE[:32_000].astype(np.float32), NOISY[:32_000].astype(np.float32)
    assert pesq_score(y, x, 16_000) == pytest.approx(pesq.pesq(16_000, x, y, "wb"), abs=1e-9)
    stereo = pesq_score(np.stack([y, x]), np.stack([x, x]), 16_000)
    assert stereo == pytest.approx((pesq.pesq(16_000, x, y, "wb") + pesq_score(x, x, 16_000)) / 2, abs=1e-6)


def test_visqol_of_equal_and_noisy_music() -> None:
    pytest.importorskip("visqol", reason="visqol-python is not installed")
    assert visqol_score(VOICE, VOICE, RATE) == pytest.approx(4.732, abs=1e-3)  # the top of its regression
    assert visqol_score(NOISY, VOICE, RATE) < 4.5
    assert math.isnan(visqol_score(VOICE * 0, VOICE, RATE))
    assert math.isnan(visqol_score(VOICE[:4000], VOICE[:4000], RATE))
    with pytest.raises(AudioError, match="same shape"):
        visqol_score(VOICE[1:], VOICE, RATE)


@pytest.mark.parametrize("name", ["pesq", "visqol"])
def test_the_registry_agrees_about_what_is_there(name: str) -> None:
    reason = available(name)
    if reason is not None:
        assert METRICS[name].needs in reason
        pytest.skip(reason)
    assert compute([name], VOICE, VOICE, RATE)[name] > 4
