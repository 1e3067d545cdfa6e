r"""Kernel ridge regression on unit vectors, its kernel and penalty chosen by folds.

.. math:: f(x) = \bar y + k(x, X) (K + \lambda I)^{-1} (Y - \bar y), \quad k(x, x') = \exp(\gamma (x \cdot x' - 1))

For unit vectors that is the Gaussian kernel; :math:`\gamma \to 0` makes it linear.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: What is tried.
SHARPNESS = (0.5, 1.0, 2.0, 4.0, 8.0)
PENALTIES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
_FOLDS = 5


class Shape(NamedTuple):
    """The kernel's gamma and the penalty's lambda."""

    sharpness: float
    penalty: float


class Ridge:
    """A regression from unit vectors, ``(n, d)``, to targets, ``(n, k)``."""

    def __init__(self, shape: Shape, known: Array, targets: Array) -> None:
        self.shape, self.known = shape, known
        self.mean, self.coefficients = _solved(shape, known @ known.T, targets)

    def __call__(self, rows: Array) -> Array:
        """Return predictions, ``(m, k)``, for unit vectors, ``(m, d)``."""
        return np.asarray(self.mean + _kernel(self.shape, rows @ self.known.T) @ self.coefficients)


def chosen_shape(known: Array, targets: Array, seed: int) -> Shape:
    """Return the shape with the least squared error on rows that were held out in turn.

    Parameters
    ----------
    known, targets
        Unit vectors, ``(n, d)``, and what belongs to them, ``(n, k)``; n at least 2.
    seed
        Of the folds.
    """
    folds = list(_folds(len(known), seed))
    likeness = known @ known.T
    best: tuple[float, Shape] | None = None
    for shape in map(Shape._make, product(SHARPNESS, PENALTIES)):
        predicted = np.empty_like(targets)
        for held in folds:
            kept = np.setdiff1d(np.arange(len(known)), held)
            mean, coefficients = _solved(shape, likeness[np.ix_(kept, kept)], targets[kept])
            predicted[held] = mean + _kernel(shape, likeness[np.ix_(held, kept)]) @ coefficients
        error = float(np.mean(np.square(predicted - targets)))
        if best is None or error < best[0]:
            best = (error, shape)
    assert best is not None
    return best[1]


def _kernel(shape: Shape, likeness: Array) -> Array:
    return np.asarray(np.exp(shape.sharpness * (likeness - 1.0)))


def _solved(shape: Shape, likeness: Array, targets: Array) -> tuple[Array, Array]:
    mean = targets.mean(axis=0)
    kernel = _kernel(shape, likeness) + shape.penalty * np.eye(len(likeness))
    return np.asarray(mean), np.asarray(np.linalg.solve(kernel, targets - mean))


def _folds(count: int, seed: int) -> Iterator[NDArray[np.intp]]:
    if count < 2:
        raise ValueError(f"Folds need at least two rows, got {count}.")
    order = np.random.default_rng(seed).permutation(count)
    yield from np.array_split(order, min(_FOLDS, count))
