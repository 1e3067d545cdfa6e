"""A distribution on the grid against its samples and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from numpy.typing import NDArray

from tonewright.population.data import PopulationError
from tonewright.population.distribution import PlaneDistribution

POINTS = np.array([[-5.5, 5.9], [1.0, 2.0], [3.0, -4.0]])


def test_moments_are_those_of_its_samples() -> None:
    found = PlaneDistribution.from_points(POINTS, [1, 2, 20], bandwidth=1.0)
    drawn = found.sample(200_000, np.random.default_rng(0))
    np.testing.assert_allclose(drawn.mean(axis=0), found.mean(), atol=0.03)
    np.testing.assert_allclose(np.cov(drawn.T), found.covariance(), atol=0.15)
    assert found.spread() == pytest.approx(np.sqrt(np.trace(found.covariance())))
    np.testing.assert_allclose(found.mode(), [3.0, -4.0], atol=0.3)
    assert np.abs(drawn).max() <= 6.0


def test_the_kernel_is_mirrored_at_the_edges() -> None:
    """Against the sum of a normal density over mirror images, on both axes, written out."""
    found = PlaneDistribution.from_points([[-5.5, 5.9]], bandwidth=(1.0, 0.5), size=48)
    edges = np.linspace(-6, 6, 49)

    def masses(value: float, width: float) -> NDArray[np.float64]:
        images = [value, -12 - value, 12 - value]
        return np.asarray(np.sum([np.diff(scipy.stats.norm.cdf(edges, image, width)) for image in images], axis=0))

    np.testing.assert_allclose(found.weights, np.outer(masses(-5.5, 1.0), masses(5.9, 0.5)), atol=1e-9)
    wide = PlaneDistribution.from_points(POINTS, bandwidth=60.0)
    np.testing.assert_allclose(wide.weights, 1 / 576, atol=1e-6)


def test_axes() -> None:
    found = PlaneDistribution.from_points([[5.9, -5.9]], size=4)
    assert found.weights[3, 0] == 1.0
    assert found.density([5.0, -5.0]) == pytest.approx(1 / 9)
    assert found.density([-5.0, 5.0]) == 0.0
    np.testing.assert_allclose(found.quantized[0][12], [4.5, -4.5])


def test_moves() -> None:
    found = PlaneDistribution.from_points([[1.0, 2.0]], bandwidth=0.5)
    np.testing.assert_allclose(found.shifted([1.3, -0.7]).mean() - found.mean(), [1.3, -0.7], atol=1e-3)
    np.testing.assert_allclose(found.scaled(0.5).mean(), 0.5 * found.mean(), atol=1e-9)
    np.testing.assert_allclose(found.scaled(0.0).mean(), 0.0, atol=1e-9)
    np.testing.assert_allclose(found.scaled(1.5).mean(), 1.5 * found.mean(), atol=1e-2)
    np.testing.assert_allclose(found.shifted([100, 0]).mean()[0], 5.75)
    np.testing.assert_array_equal(found.scaled(1.0).weights, found.weights)
    np.testing.assert_allclose(PlaneDistribution.at([1.1, -3.3]).mean(), [1.1, -3.3], atol=1e-9)


def test_grids_and_mixtures() -> None:
    found = PlaneDistribution.from_points(POINTS, bandwidth=0.7)
    coarse = found.resampled(12)
    np.testing.assert_allclose(coarse.weights, found.weights.reshape(12, 2, 12, 2).sum(axis=(1, 3)), atol=1e-12)
    np.testing.assert_allclose(found.resampled(31).mean(), found.mean(), atol=0.02)
    mixed = found.mixed([PlaneDistribution.uniform(12)], [0.25, 0.75])
    np.testing.assert_allclose(mixed.weights, 0.25 * found.weights + 0.75 / 576, atol=1e-12)


def test_plain_data_and_faults() -> None:
    found = PlaneDistribution.from_points(POINTS, bandwidth=0.7)
    np.testing.assert_allclose(PlaneDistribution.from_dict(found.to_dict()).weights, found.weights, rtol=1e-12)
    for weights in (np.zeros((2, 2)), [[1.0, -1.0], [0.0, 1.0]], [[np.nan, 1.0], [0.0, 1.0]]):
        with pytest.raises(PopulationError, match="finite weights"):
            PlaneDistribution(np.asarray(weights))
    with pytest.raises(PopulationError, match="The amount must lie"):
        found.scaled(2.0)
    with pytest.raises(PopulationError, match="at least one point"):
        PlaneDistribution.from_points(np.zeros((0, 2)))
