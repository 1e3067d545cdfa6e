"""Metrics on signals whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.signal

from tonewright.errors import AudioError
from tonewright.evaluation.metrics import (
    SI_SDR_CEILING_DB,
    THIRD_OCTAVES,
    at_rms,
    crest_db,
    crest_error_db,
    loudness_error_lu,
    rms_db,
    si_sdr_db,
    spectrum_error_db,
    third_octave_levels,
)

RATE = 44_100
RNG = np.random.default_rng(0)
NOISE = RNG.standard_normal((1, 30 * RATE)) * 0.1


def test_bands_are_the_nominal_ones() -> None:
    nominal = [25, 31.5, 40, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000]
    nominal += [2500, 3150, 4000, 5000, 6300, 8000, 10000, 12500, 16000]
    np.testing.assert_allclose(THIRD_OCTAVES, nominal, rtol=0.02)


def test_rms_and_scaling() -> None:
    assert rms_db(np.ones(10)) == 0.0
    assert rms_db(np.sin(np.arange(RATE) * 2 * np.pi * 100 / RATE)) == pytest.approx(-3.0103, abs=1e-3)
    assert rms_db(np.zeros(4)) == -math.inf
    scaled = at_rms(NOISE, -20.0)
    assert scaled.dtype == np.float32
    assert scaled.shape == NOISE.shape
    assert rms_db(scaled) == pytest.approx(-20.0, abs=1e-4)


def test_scaling_refuses_what_has_no_level() -> None:
    with pytest.raises(AudioError, match="silent"):
        at_rms(np.zeros(100))
    with pytest.raises(AudioError, match="not finite"):
        at_rms(np.array([1.0, np.nan]))
    with pytest.raises(AudioError, match="not finite"):
        at_rms(np.array([1.0, np.inf]))


def test_white_noise_rises_one_db_per_third_octave() -> None:
    levels = third_octave_levels(NOISE, RATE)
    assert levels.shape == (29,)
    np.testing.assert_allclose(np.diff(levels[14:]), 1.0, atol=0.2)
    whole = 10 * np.log10(np.var(NOISE) * (THIRD_OCTAVES[20] * (10**0.05 - 10**-0.05)) / (RATE / 2))
    assert levels[20] == pytest.approx(whole, abs=0.1)


def test_a_sine_lies_in_its_band() -> None:
    x = np.sin(np.arange(10 * RATE) * 2 * np.pi * 1000 / RATE)
    levels = third_octave_levels(x, RATE)
    assert int(np.argmax(levels)) == THIRD_OCTAVES.index(1000.0)
    assert levels.max() == pytest.approx(-3.0103, abs=0.01)
    assert levels.min() == pytest.approx(levels.max() - 80, abs=0.01)


def test_low_rates_have_fewer_bands() -> None:
    assert len(third_octave_levels(NOISE[:, :80_000], 8_000)) == 22  # up to 3.15 kHz


def test_spectrum_error_of_a_known_filter() -> None:
    b, a = scipy.signal.butter(1, 1000, fs=RATE)
    filtered = scipy.signal.lfilter(b, a, NOISE)
    _, response = scipy.signal.freqz(b, a, worN=np.array(THIRD_OCTAVES), fs=RATE)
    expected = float(np.std(20 * np.log10(np.abs(response))))
    assert spectrum_error_db(filtered, NOISE, RATE) == pytest.approx(expected, rel=0.02)


def test_spectrum_error_ignores_level() -> None:
    assert spectrum_error_db(0.25 * NOISE, NOISE, RATE) == pytest.approx(0.0, abs=1e-9)


def test_si_sdr_of_known_noise() -> None:
    target, other = RNG.standard_normal((2, RATE))
    other -= target * (other @ target) / (target @ target)
    other *= np.linalg.norm(target) / np.linalg.norm(other)
    assert si_sdr_db(3 * (target + 0.1 * other), target) == pytest.approx(20.0, abs=1e-9)
    assert si_sdr_db(target, target) == SI_SDR_CEILING_DB
    assert si_sdr_db(other, target) == pytest.approx(-SI_SDR_CEILING_DB)
    assert si_sdr_db(np.zeros(8), np.ones(8)) == 0.0
    with pytest.raises(AudioError, match="equally many"):
        si_sdr_db(np.ones(3), np.ones(4))


def test_crest() -> None:
    sine = np.sin(np.arange(RATE) * 2 * np.pi * 100 / RATE)
    assert crest_db(sine) == pytest.approx(3.0103, abs=1e-3)
    assert crest_error_db(sine, np.sign(sine + 1e-9)) == pytest.approx(3.0103, abs=1e-3)
    assert crest_db(np.zeros(5)) == 0.0


def test_channels_are_not_mixed() -> None:
    opposite = np.concatenate([NOISE, -NOISE])
    np.testing.assert_allclose(
        third_octave_levels(opposite, RATE), third_octave_levels(NOISE, RATE) + 3.0103, atol=1e-3
    )


def test_loudness_error_agrees_with_another_meter() -> None:
    pyloudnorm = pytest.importorskip("pyloudnorm", reason="pyloudnorm is not installed")
    b, a = scipy.signal.butter(2, 2_000, fs=48_000)
    bright = NOISE[:, : 10 * 48_000]
    dull = scipy.signal.lfilter(b, a, bright)
    meter = pyloudnorm.Meter(48_000)
    expected = abs(meter.integrated_loudness(bright.T) - meter.integrated_loudness(dull.T))
    assert expected > 3
    assert loudness_error_lu(dull, bright, 48_000) == pytest.approx(expected, abs=0.05)


def test_loudness_error_of_gain_and_silence() -> None:
    x = NOISE[:, : 2 * RATE]
    assert loudness_error_lu(0.5 * x, x, RATE) == pytest.approx(6.0206, abs=1e-3)
    assert loudness_error_lu(0 * x, 0 * x, RATE) == 0.0
    assert loudness_error_lu(0 * x, x, RATE) == math.inf
