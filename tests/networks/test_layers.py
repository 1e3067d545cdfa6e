"""Layers in numpy against loops and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import erf, softmax

from tonewright.networks.layers import attend, convolve, gelu, linear, normalise, power_mean, spread

RNG = np.random.default_rng(0)


def draw(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return RNG.standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("dilation", [1, 2, 4])
@pytest.mark.parametrize("frames", [1, 3, 12])
def test_convolution_is_its_definition(frames: int, dilation: int) -> None:
    x, weight, bias = draw(frames, 5), draw(4, 5, 3), draw(4)
    expected = np.tile(bias.astype(np.float64), (frames, 1))
    for t in range(frames):
        for tap in range(3):
            at = t + (tap - 1) * dilation
            if 0 <= at < frames:
                expected[t] += weight[:, :, tap].astype(np.float64) @ x[at]
    assert convolve(x, weight, bias, dilation) == pytest.approx(expected, abs=1e-5)


def test_gelu_is_near_the_exact_one() -> None:
    x = np.linspace(-6.0, 6.0, 101, dtype=np.float32)
    exact = 0.5 * x * (1.0 + erf(x / math.sqrt(2.0)))
    assert gelu(x) == pytest.approx(exact, abs=1e-3)


def test_linear_and_normalise() -> None:
    x, weight, bias = draw(7, 6), draw(3, 6), draw(3)
    assert linear(x, weight, bias) == pytest.approx(np.einsum("ti,oi->to", x, weight) + bias, abs=1e-5)
    flat = normalise(3.0 * x + 2.0, np.ones(6, np.float32), np.zeros(6, np.float32))
    assert flat.mean(axis=1) == pytest.approx(np.zeros(7), abs=1e-6)
    assert flat.std(axis=1) == pytest.approx(np.ones(7), abs=1e-3)


def test_attention_is_a_weighted_mean() -> None:
    x, scores = draw(9, 4), 5.0 * draw(9, 2)
    weights = softmax(scores.astype(np.float64), axis=0)
    assert attend(x, scores) == pytest.approx(weights.T @ x, abs=1e-5)
    shifted = attend(x, scores + np.float32(300.0))
    assert shifted == pytest.approx(weights.T @ x, abs=1e-3), "large scores do not overflow"


def test_statistics_of_constants() -> None:
    x = np.full((5, 3), -2.5, dtype=np.float32)
    assert spread(x) == pytest.approx(np.full(3, 1e-3), rel=1e-3)
    assert power_mean(x, 15.0) == pytest.approx(np.full(3, -2.5), abs=1e-5)


def test_power_mean_is_a_mean_of_powers() -> None:
    x = draw(20, 3)
    expected = 10.0 * np.log10(np.mean(10.0 ** (1.5 * x.astype(np.float64)), axis=0)) / 15.0
    assert power_mean(x, 15.0) == pytest.approx(expected, abs=1e-5)
