"""Harmonic and phase distortion against closed forms: noise, harmonics, filters, delays, all-passes."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal

from tonewright.evaluation.alignment import aligned, delay_samples
from tonewright.evaluation.distortion_metrics import harmonic_distortion, phase_distortion
from tonewright.processor.render import render_array
from tonewright.settings import Settings

RATE = 44_100
RNG = np.random.default_rng(1)
NOISE = (0.1 * RNG.standard_normal((1, 6 * RATE))).astype(np.float32)
OTHER = (0.1 * RNG.standard_normal((1, 6 * RATE))).astype(np.float32)


def delayed(x: np.ndarray, samples: int) -> np.ndarray:
    return np.concatenate([np.zeros((len(x), samples), x.dtype), x[:, :-samples]], axis=1)


def rendered(x: np.ndarray, band: dict[str, object]) -> np.ndarray:
    return render_array(x, RATE, Settings.model_validate({"bands": [band]}))


@pytest.mark.parametrize("samples", [1, 37, 2000])
def test_the_delay_is_found_in_both_directions(samples: int) -> None:
    late = delayed(NOISE, samples)
    assert delay_samples(late, NOISE, RATE) == pytest.approx(samples, abs=0.01)
    assert delay_samples(NOISE, -late, RATE) == pytest.approx(-samples, abs=0.01)
    x, y, rest = aligned(late, NOISE, RATE)
    np.testing.assert_array_equal(x, y)
    assert abs(rest) < 0.01


def test_part_of_a_sample_of_delay() -> None:
    spectrum = np.fft.rfft(NOISE) * np.exp(-2j * np.pi * np.fft.rfftfreq(NOISE.shape[1]) * 12.3)
    smooth = np.array([[1.0, 4, 6, 4, 1]]) / 16  # a parabola fits a smooth peak better than a sinc's
    late, own = (scipy.signal.fftconvolve(x, smooth, axes=1) for x in (np.fft.irfft(spectrum), NOISE))
    assert delay_samples(late.astype(np.float32), own.astype(np.float32), RATE) == pytest.approx(12.3, abs=0.05)
    assert delay_samples(0 * NOISE, NOISE, RATE) == 0.0


@pytest.mark.parametrize("part", [0.01, 0.1, 1.0])
def test_added_noise_is_its_share(part: float) -> None:
    expected = part / np.sqrt(1 + part**2)
    assert harmonic_distortion(NOISE + part * OTHER, NOISE, RATE) == pytest.approx(expected, rel=0.03)


def test_a_cubic_makes_the_distortion_that_algebra_says() -> None:
    """For Gaussian x of variance 1, x + a x^3 is (1 + 3a) x plus what is uncorrelated, of variance 6 a^2."""
    x = NOISE / 0.1
    for a in (0.01, 0.05):
        expected = np.sqrt(6) * a / np.sqrt((1 + 3 * a) ** 2 + 6 * a**2)
        assert harmonic_distortion(x + a * x**3, x, RATE) == pytest.approx(expected, rel=0.05)


def test_the_harder_it_clips_the_more() -> None:
    values = [harmonic_distortion(np.clip(NOISE, -limit, limit), NOISE, RATE) for limit in (0.4, 0.2, 0.1, 0.05)]
    assert values == sorted(values)
    assert values[0] < 0.005
    assert values[-1] > 0.2


@pytest.mark.parametrize(
    "band",
    [
        {"type": "low_shelf", "frequency_hz": 30, "gain_db": 12, "q": 0.7},
        {"type": "peak", "frequency_hz": 60, "gain_db": 12, "q": 4},
        {"type": "high_shelf", "frequency_hz": 8000, "gain_db": -12, "q": 0.7},
    ],
)
def test_an_equalizer_distorts_nothing(band: dict[str, object]) -> None:
    output = rendered(NOISE, band)
    assert harmonic_distortion(output, NOISE, RATE) < 0.02
    assert harmonic_distortion(delayed(output, 400), NOISE, RATE) < 0.02


def test_a_compressor_distorts_more_with_its_ratio() -> None:
    beating = (NOISE * (1 + np.sin(2 * np.pi * 3 * np.arange(NOISE.shape[1]) / RATE))).astype(np.float32)
    band = {"type": "peak", "frequency_hz": 1000, "gain_db": 0, "q": 1}
    compressor = {"threshold_db": -30, "attack_ms": 5, "release_ms": 50, "knee_db": 6, "makeup_db": 0}
    values = [
        harmonic_distortion(rendered(beating, {**band, "compressor": {**compressor, "ratio": ratio}}), beating, RATE)
        for ratio in (1, 2, 4)
    ]
    assert values[0] < 1e-4
    assert 0.02 < values[1] < values[2]


def test_unrelated_recordings() -> None:
    assert harmonic_distortion(OTHER, NOISE, RATE) == pytest.approx(1.0, abs=0.03)
    assert phase_distortion(OTHER, NOISE, RATE) == pytest.approx(np.pi / 2, abs=0.03)


def test_channels_have_their_own_filters_and_weights() -> None:
    target = np.concatenate([NOISE, OTHER])
    assert harmonic_distortion(target * np.array([[1.0], [-0.3]]), target, RATE) < 1e-4
    half = np.concatenate([NOISE, -OTHER])
    assert phase_distortion(half, target, RATE) == pytest.approx(np.pi / 2, abs=0.01)


def test_an_inverted_copy_is_half_a_turn_away_and_a_late_one_nothing() -> None:
    assert phase_distortion(-NOISE, NOISE, RATE) == pytest.approx(np.pi, abs=1e-4)
    assert phase_distortion(delayed(NOISE, 300), NOISE, RATE) < 1e-3


def test_an_all_pass_turns_by_its_phase() -> None:
    """Of white noise each bin counts alike, so that the result is the mean of the filter's phase, delay taken out."""
    output = np.asarray(scipy.signal.lfilter([-0.9, 1], [1, -0.9], NOISE), dtype=np.float32)
    delay = delay_samples(output, NOISE, RATE)
    frequency, response = scipy.signal.freqz([-0.9, 1], [1, -0.9], worN=np.linspace(0, np.pi, 1025))
    expected = np.mean(np.abs(np.angle(response * np.exp(1j * frequency * delay))))
    assert expected > 0.1
    assert phase_distortion(output, NOISE, RATE) == pytest.approx(expected, rel=0.05)


def test_a_filter_with_linear_phase_turns_nothing_and_a_minimum_phase_one_does() -> None:
    taps = scipy.signal.firwin2(401, [0, 0.1, 0.2, 1], [1, 1, 0.2, 0.2])
    linear = np.asarray(scipy.signal.fftconvolve(NOISE, taps[None], axes=1)[:, : NOISE.shape[1]], dtype=np.float32)
    assert phase_distortion(linear, NOISE, RATE) < 0.05
    shelf = rendered(NOISE, {"type": "peak", "frequency_hz": 4000, "gain_db": 12, "q": 0.5})
    assert phase_distortion(shelf, NOISE, RATE) > 0.2
