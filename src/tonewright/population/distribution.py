"""A distribution over the tone plane: probabilities of the cells of a regular grid, uniform inside each cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.special
from numpy.typing import ArrayLike, NDArray

from tonewright.population.data import PopulationError
from tonewright.population.plane import EDGE, cell_centres, cell_edges, cell_points, clip

Array = NDArray[np.float64]

#: Cells per axis unless asked otherwise: half a unit wide.
SIZE = 24


@dataclass(frozen=True, eq=False)
class PlaneDistribution:
    """What may be chosen on the plane, and how likely.

    Attributes
    ----------
    weights
        Probability of each cell, shape ``(n, n)``: the first axis is x ascending, the second y ascending. Given as any
        finite numbers that are not negative and not all 0; kept with sum 1.
    """

    weights: Array

    def __post_init__(self) -> None:
        weights = np.array(self.weights, dtype=np.float64)
        if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or weights.size == 0:
            raise ValueError(f"A grid has as many cells in x as in y, got shape {weights.shape}.")
        total = weights.sum()
        if not (math.isfinite(total) and total > 0.0 and weights.min() >= 0.0):
            raise PopulationError("A distribution needs finite weights that are not negative and not all 0.")
        weights /= total
        weights.flags.writeable = False
        object.__setattr__(self, "weights", weights)

    # How one is made

    @classmethod
    def uniform(cls, size: int = SIZE) -> PlaneDistribution:
        """Return the distribution that prefers nothing."""
        return cls(np.ones((size, size)))

    @classmethod
    def from_points(
        cls,
        points: ArrayLike,
        weights: ArrayLike | None = None,
        bandwidth: float | tuple[float, float] = 0.0,
        size: int = SIZE,
    ) -> PlaneDistribution:
        """Estimate a density by Gaussian kernels that are reflected at the edges.

        A kernel's part beyond an edge is mirrored back, so that nothing is lost there and choices on the edge, which
        are common, do not look rare (as in arXiv 2609.12607). Each cell gets the kernels' exact integral over it.

        Parameters
        ----------
        points
            Shape ``(m, 2)``, m at least 1; outside of the square they are moved to its edge.
        weights
            Shape ``(m,)``, not negative; equal if absent.
        bandwidth
            Standard deviation of the kernel in units of the plane, for both axes or for each; 0 counts points in cells.
        size
            Cells per axis.
        """
        found = clip(points).reshape(-1, 2)
        if len(found) == 0:
            raise PopulationError("A density needs at least one point.")
        mass = np.ones(len(found)) if weights is None else np.asarray(weights, dtype=np.float64)
        widths = (bandwidth, bandwidth) if isinstance(bandwidth, int | float) else bandwidth
        x, y = (_kernel_masses(found[:, axis], widths[axis], size) for axis in (0, 1))
        return cls((x * mass[:, None]).T @ y)

    @classmethod
    def at(cls, point: ArrayLike, size: int = SIZE) -> PlaneDistribution:
        """Return all mass at one point, shape ``(2,)``, shared by the four cells around it so that the mean is exact.

        Within half a cell of an edge the mean stops at the outermost cells' middles.
        """
        x, y = (_shares(clip(point)[axis : axis + 1], size) for axis in (0, 1))
        return cls(x.T @ y)

    @classmethod
    def from_dict(cls, data: Any) -> PlaneDistribution:
        """Return what :meth:`to_dict` wrote."""
        return cls(np.asarray(data["weights"], dtype=np.float64))

    # What it says

    @property
    def size(self) -> int:
        """Cells per axis."""
        return len(self.weights)

    @property
    def cell(self) -> float:
        """Width of a cell in units of the plane."""
        return 2.0 * EDGE / self.size

    @cached_property
    def quantized(self) -> tuple[Array, Array]:
        """The middles of all cells, ``(n * n, 2)``, and their probabilities, ``(n * n,)``."""
        return cell_points(self.size), self.weights.reshape(-1)

    def mean(self) -> Array:
        """Return the mean point, shape ``(2,)``."""
        points, weights = self.quantized
        return np.asarray(weights @ points)

    def mode(self) -> Array:
        """Return the middle of the most likely cell, shape ``(2,)``."""
        points, weights = self.quantized
        return np.array(points[int(np.argmax(weights))])

    def covariance(self) -> Array:
        """Return the covariance of its samples, shape ``(2, 2)``: between cells, and of the uniform inside of them."""
        points, weights = self.quantized
        gap = points - self.mean()
        return np.asarray((gap * weights[:, None]).T @ gap + np.eye(2) * self.cell**2 / 12.0)

    def spread(self) -> float:
        """Return the root of the trace of the covariance, in units of the plane."""
        return float(np.sqrt(np.trace(self.covariance())))

    def density(self, points: ArrayLike) -> Array:
        """Return the probability density, per squared unit of the plane, at points of shape ``(..., 2)``."""
        index = np.clip(((clip(points) + EDGE) / self.cell).astype(np.intp), 0, self.size - 1)
        return np.asarray(self.weights[index[..., 0], index[..., 1]] / self.cell**2)

    def sample(self, count: int, rng: np.random.Generator) -> Array:
        """Draw points, shape ``(count, 2)``: a cell by its probability, then uniformly inside of it."""
        points, weights = self.quantized
        picked = points[rng.choice(len(points), size=count, p=weights)]
        return np.asarray(picked + rng.uniform(-0.5, 0.5, size=(count, 2)) * self.cell)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: ``edge``, ``size`` and ``weights`` as rows of x."""
        return {"edge": EDGE, "size": self.size, "weights": self.weights.tolist()}

    # What can be made of it

    def mixed(self, others: Sequence[PlaneDistribution], shares: Sequence[float] | None = None) -> PlaneDistribution:
        """Return the mixture with others of any grid, in this one's grid.

        Parameters
        ----------
        others
            What is mixed in.
        shares
            Of this one, then of the others, not negative; equal if absent.
        """
        parts = [self, *(other.resampled(self.size) for other in others)]
        amounts = np.ones(len(parts)) if shares is None else np.asarray(shares, dtype=np.float64)
        if amounts.shape != (len(parts),):
            raise ValueError(f"{len(parts)} distributions need as many shares, got {amounts.size}.")
        return PlaneDistribution(np.tensordot(amounts, np.stack([part.weights for part in parts]), axes=1))

    def shifted(self, by: ArrayLike) -> PlaneDistribution:
        """Return it moved by a vector, shape ``(2,)``; what would leave the square stops at its edge."""
        dx, dy = np.asarray(by, dtype=np.float64)
        return self._moved(cell_centres(self.size) + dx, cell_centres(self.size) + dy)

    def scaled(self, amount: float) -> PlaneDistribution:
        """Return it with every point multiplied by an amount from 0 (flat) to 1.5, stopping at the edges.

        Half the amount is half the decibels of every point, exactly: the plane's closed form is radial.
        """
        if not 0.0 <= amount <= 1.5:
            raise PopulationError(f"The amount must lie between 0 and 1.5, got {amount:g}.")
        centres = cell_centres(self.size) * amount
        return self._moved(centres, centres)

    def resampled(self, size: int) -> PlaneDistribution:
        """Return it on a grid of another size: cells share their probability by overlapping area."""
        if size == self.size:
            return self
        old, new = cell_edges(self.size), cell_edges(size)
        low = np.maximum(old[:-1, None], new[None, :-1])
        high = np.minimum(old[1:, None], new[None, 1:])
        overlap = np.maximum(high - low, 0.0) / self.cell
        return PlaneDistribution(overlap.T @ self.weights @ overlap)

    def _moved(self, x: Array, y: Array) -> PlaneDistribution:
        return PlaneDistribution(_shares(x, self.size).T @ self.weights @ _shares(y, self.size))


def _shares(values: Array, size: int) -> Array:
    """Share each value, (m,), between the two nearest middles of cells, linearly: (m, size)."""
    place = np.clip((values + EDGE) * size / (2.0 * EDGE) - 0.5, 0.0, size - 1.0)
    return np.asarray(np.maximum(1.0 - np.abs(place[:, None] - np.arange(size)), 0.0))


def _kernel_masses(values: Array, bandwidth: float, size: int) -> Array:
    """Integrate a reflected Gaussian around each value, (m,), over the cells of one axis: (m, size), rows sum to 1."""
    if not (math.isfinite(bandwidth) and bandwidth >= 0.0):
        raise ValueError(f"A bandwidth is a number from 0, got {bandwidth}.")
    if bandwidth == 0.0:
        index = np.clip(((values + EDGE) * size / (2.0 * EDGE)).astype(np.intp), 0, size - 1)
        return np.eye(size)[index]
    # Mirrored in both edges again and again, as far as the kernel reaches.
    period = 4.0 * EDGE
    turns = np.arange(-1, 2) + np.arange(0, math.ceil(6.0 * bandwidth / period) + 1)[:, None]
    turns = np.unique(np.concatenate([turns.ravel(), -turns.ravel()]))
    images = np.concatenate([values[:, None] + period * turns, 2.0 * EDGE - values[:, None] + period * turns], axis=1)
    steps = scipy.special.ndtr((cell_edges(size) - images[..., None]) / bandwidth)
    masses = np.diff(steps, axis=-1).sum(axis=1)
    return np.asarray(masses / masses.sum(axis=1, keepdims=True))
