"""What the language model shall answer, as tables over the cells of the questions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from tonewright.population.plane import EDGE

Floats = NDArray[np.float32]

#: Width of the kernel under a person's choice, in units of the plane: about what a person misses when asked again,
#: divided by the root of twice the dimensions.
BANDWIDTH = 0.8
#: Cells along an axis.
CELLS = 10


def table_of_points(points: ArrayLike, bandwidth: float = BANDWIDTH) -> Floats:
    """Return a kernel density of choices, reflected at the edges, as a table (tilt, smile) of probabilities.

    Parameters
    ----------
    points
        (choices, 2): smile (x) and tilt (y), within the plane.
    """
    points = np.atleast_2d(np.asarray(points, dtype=np.float64))
    x, y = (_masses(points[:, axis], np.full(len(points), bandwidth)) for axis in (0, 1))
    return np.asarray(np.einsum("ny,nx->yx", y, x) / len(points), dtype=np.float32)


def table_of_normal(mean: ArrayLike, deviations: ArrayLike) -> Floats:
    """Return a normal distribution, folded back at the edges, as a table (tilt, smile).

    Parameters
    ----------
    mean, deviations
        (2,): smile, tilt.
    """
    mean, deviations = np.asarray(mean, dtype=np.float64), np.asarray(deviations, dtype=np.float64)
    x, y = (_masses(mean[axis, None], deviations[axis, None])[0] for axis in (0, 1))
    return np.asarray(np.outer(y, x), dtype=np.float32)


def _masses(centres: NDArray[np.float64], widths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mass in each cell of an axis of normal kernels reflected at its ends, (kernels, cells)."""
    edges = np.linspace(-EDGE, EDGE, CELLS + 1)
    total = np.zeros((len(centres), CELLS))
    for mirrored in (centres, 2.0 * EDGE - centres, -2.0 * EDGE - centres):
        below = ndtr((edges[None] - mirrored[:, None]) / widths[:, None])
        total += np.diff(below, axis=1)
    return np.asarray(total / total.sum(axis=1, keepdims=True))
