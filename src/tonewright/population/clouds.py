"""What a system predicts for a request: a weighted cloud of points, from which clouds of any size are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonewright.population import plane
from tonewright.population.distribution import SIZE, PlaneDistribution

Array = NDArray[np.float64]

#: Larger clouds are put on a grid where their exact distance is asked for.
_FEW = 64


@dataclass(frozen=True, eq=False)
class Cloud:
    """A distribution over points.

    Attributes
    ----------
    points
        Shape ``(m, d)``.
    weights
        Shape ``(m,)``, sum 1.
    cell
        Width of the square around each point over which its weight is spread; 0 for points as such.
    """

    points: Array
    weights: Array
    cell: float = 0.0

    @classmethod
    def of_points(cls, points: ArrayLike, weights: ArrayLike | None = None) -> Cloud:
        """Return the cloud of these points, shape ``(m, d)``; equal weights if absent."""
        found = np.atleast_2d(np.asarray(points, dtype=np.float64))
        mass = np.ones(len(found)) if weights is None else np.asarray(weights, dtype=np.float64)
        return cls(found, mass / mass.sum())

    @classmethod
    def of_distribution(cls, distribution: PlaneDistribution) -> Cloud:
        """Return a distribution on the plane as a cloud of its cells."""
        return cls(*distribution.quantized, distribution.cell)

    @cached_property
    def _equal(self) -> bool:
        return self.cell == 0.0 and bool(np.ptp(self.weights) < 1e-12)

    def sample(self, count: int, rng: np.random.Generator) -> Array:
        """Draw points, shape ``(count, d)``.

        From at least as many points of equal weight, different ones, as when that many people are asked; else
        independently by weight. Points of cells are uniform inside of them.
        """
        return np.asarray(self.samples(1, count, rng)[0])

    def samples(self, draws: int, count: int, rng: np.random.Generator) -> Array:
        """Draw several clouds at once, shape ``(draws, count, d)``, each like :meth:`sample`."""
        size = len(self.points)
        if self._equal and size >= count:
            picks = np.argpartition(rng.random((draws, size)), count - 1, axis=1)[:, :count]
        else:
            picks = rng.choice(size, size=(draws, count), p=self.weights)
        found = self.points[picks]
        if self.cell:
            found = found + rng.uniform(-0.5, 0.5, size=found.shape) * self.cell
        return np.asarray(found)

    def gridded(self, size: int = SIZE) -> Cloud:
        """Return a cloud on the plane as one of at most ``size * size`` points, its mean kept.

        What has few points, or lies on such a grid, stays as it is; otherwise each point is shared by the four cells
        around it.
        """
        if self.cell or len(self.points) <= _FEW:
            return self
        place = np.clip((plane.clip(self.points) + plane.EDGE) * size / (2.0 * plane.EDGE) - 0.5, 0.0, size - 1.0)
        x, y = (np.maximum(1.0 - np.abs(place[:, axis, None] - np.arange(size)), 0.0) for axis in (0, 1))
        weights = (x * self.weights[:, None]).T @ y
        return Cloud(plane.cell_points(size), weights.reshape(-1) / weights.sum())
