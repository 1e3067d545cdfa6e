"""Centroid, bandwidth and flatness of signals whose spectrum is known."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
import scipy.stats

from tonewright.errors import AudioError
from tonewright.evaluation.spectral_metrics import (
    bandwidth_error_hz,
    centroid_error_hz,
    flatness_error,
    spectral_shape,
)

RATE = 48_000
TIME = np.arange(RATE) / RATE
NOISE = 0.1 * np.random.default_rng(0).standard_normal(4 * RATE)


def sine(frequency_hz: float) -> np.ndarray:
    return np.sin(2 * np.pi * frequency_hz * TIME)


def test_a_sine_has_its_frequency_and_no_width() -> None:
    shape = spectral_shape(0.1 * sine(3000), RATE)  # on a bin
    assert shape.centroid_hz == pytest.approx(3000, abs=1)
    assert shape.bandwidth_hz < 60  # two and a half bins of the window's main lobe
    assert shape.flatness < 1e-6


def test_two_equal_sines_lie_in_the_middle_and_are_half_their_distance_wide() -> None:
    shape = spectral_shape(sine(3000) + sine(9000), RATE)
    assert shape.centroid_hz == pytest.approx(6000, abs=2)
    assert shape.bandwidth_hz == pytest.approx(3000, rel=0.001)


def test_white_noise_fills_its_band_evenly() -> None:
    """The centroid is a quarter of the rate, the width that of a rectangle, the flatness exp(-gamma)."""
    shape = spectral_shape(NOISE, RATE)
    assert shape.centroid_hz == pytest.approx(RATE / 4, rel=0.005)
    assert shape.bandwidth_hz == pytest.approx(RATE / 2 / np.sqrt(12), rel=0.005)
    assert shape.flatness == pytest.approx(np.exp(-np.euler_gamma), rel=0.02)


def test_it_agrees_with_a_slow_loop() -> None:
    x = scipy.signal.lfilter([1], [1, -0.9], NOISE[:20_000])
    frequency, centroids, widths, flats = np.arange(1025) * RATE / 2048, [], [], []
    for start in range(0, len(x) - 2047, 512):
        power = np.abs(np.fft.rfft(x[start : start + 2048] * scipy.signal.get_window("hann", 2048))) ** 2
        part = np.sqrt(power) / np.sqrt(power).sum()
        centroids.append(frequency @ part)
        widths.append(np.sqrt((frequency - centroids[-1]) ** 2 @ part))
        flats.append(scipy.stats.gmean(power) / power.mean())
    expected = [np.mean(values) for values in (centroids, widths, flats)]
    np.testing.assert_allclose(spectral_shape(x, RATE), expected, rtol=1e-4)


def test_the_errors_are_differences() -> None:
    assert centroid_error_hz(sine(3000), sine(9000), RATE) == pytest.approx(6000, abs=2)
    both = sine(3000) + sine(9000)
    assert bandwidth_error_hz(sine(6000), both, RATE) == pytest.approx(3000, rel=0.02)
    assert flatness_error(NOISE[:RATE], sine(3000), RATE) == pytest.approx(np.exp(-np.euler_gamma), rel=0.03)


def test_a_treble_shelf_raises_the_centroid_and_noise_flattens() -> None:
    dull = scipy.signal.lfilter([1], [1, -0.95], NOISE)
    bright = scipy.signal.lfilter([1, -0.5], [1], dull)
    assert spectral_shape(bright, RATE).centroid_hz > spectral_shape(dull, RATE).centroid_hz + 1000
    assert spectral_shape(dull + NOISE, RATE).flatness > spectral_shape(dull, RATE).flatness + 0.1
    assert flatness_error(dull + NOISE, dull, RATE) > 0.1


def test_silence_in_between_does_not_count() -> None:
    gaps = np.concatenate([NOISE[:RATE], np.zeros(2 * RATE), 1e-7 * NOISE[:RATE]])
    assert centroid_error_hz(gaps, np.tile(NOISE[:RATE], 4), RATE) == pytest.approx(0, abs=60)


def test_an_empty_top_octave_counts_the_same_however_empty() -> None:
    lowpass = scipy.signal.cheby2(12, 100, 12_000, fs=RATE, output="sos")
    empty = scipy.signal.sosfiltfilt(lowpass, NOISE)
    assert flatness_error(empty, empty + 1e-9 * NOISE, RATE) < 1e-3


def test_channels_are_summed_in_power() -> None:
    low, high = sine(3000), sine(9000)
    assert spectral_shape(np.stack([low, high]), RATE).centroid_hz == pytest.approx(6000, abs=2)
    assert centroid_error_hz(np.stack([low, -low]), np.stack([low, low]), RATE) == 0.0


def test_refusals() -> None:
    with pytest.raises(AudioError, match="at least 2048 samples, got 2047"):
        spectral_shape(NOISE[:2047], RATE)
    with pytest.raises(AudioError, match="silent"):
        spectral_shape(np.zeros(4096), RATE)
    ends = np.zeros(2048 + 300)
    ends[-200:] = 0.1  # sound beyond the last whole window
    with pytest.raises(AudioError, match="silent"):
        spectral_shape(ends, RATE)
