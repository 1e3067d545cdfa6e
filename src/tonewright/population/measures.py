"""How a predicted cloud compares with people beside its distance: typicality, spread, schools."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonewright.population.distances import pairwise

Array = NDArray[np.float64]

#: The schools whose shares are compared: quadrants of the plane.
QUADRANTS = ("relaxed and warm", "relaxed and bright", "energetic and warm", "energetic and bright")


def human_relative_percentile(predicted: ArrayLike, people: ArrayLike) -> Array:
    """Return where predictions rank among people by centrality: 50 is a typical person, 0 more central than anybody.

    A prediction's median distance to the people is ranked among the median distances of each person to the others, in
    per cent; ties count half (Human-Relative Percentile of ``pskeough/the-listening-gap``). It measures typicality,
    not quality: people's own mean has a value near 0, and a cloud like people has 50 on average.

    Parameters
    ----------
    predicted
        Shape ``(..., n, d)``.
    people
        Shape ``(m, d)``, m at least 3.

    Returns
    -------
    ndarray
        Mean over the n points, shape ``(...)``, from 0 to 100.
    """
    people = np.asarray(people, dtype=np.float64)
    if len(people) < 3:
        raise ValueError(f"Ranking among people needs at least three of them, got {len(people)}.")
    others = pairwise(people, people)[~np.eye(len(people), dtype=bool)].reshape(len(people), -1)
    own = np.sort(np.median(others, axis=1))
    found = np.median(pairwise(predicted, people), axis=-1)
    below = np.searchsorted(own, found, side="left") + np.searchsorted(own, found, side="right")
    return np.asarray(50.0 * below.mean(axis=-1) / len(people))


def spread(points: ArrayLike) -> Array:
    """Return the root of the trace of the unbiased covariance of clouds, ``(..., n, d)``: shape ``(...)``."""
    return np.asarray(np.sqrt(np.var(np.asarray(points, dtype=np.float64), axis=-2, ddof=1).sum(axis=-1)))


def spread_ratio(predicted: ArrayLike, people: ArrayLike) -> float:
    """Return the spread of a cloud, ``(n, d)``, over that of people, ``(m, d)``: 1 as varied as they, 0 collapsed."""
    return float(spread(predicted) / spread(people))


def mode_shares(points: ArrayLike) -> Array:
    """Return the share of a cloud, ``(..., n, 2)``, in each of :data:`QUADRANTS`: shape ``(..., 4)``.

    Quadrants rather than clusters found in the data: eleven people are too few to find schools among, and a fixed
    question has the same answer in every run. What lies on an axis counts half on either side.
    """
    points = np.asarray(points, dtype=np.float64)
    right, up = np.moveaxis(0.5 * (np.sign(points) + 1.0), -1, 0)
    parts = ((1.0 - right) * (1.0 - up), (1.0 - right) * up, right * (1.0 - up), right * up)
    return np.stack([part.mean(axis=-1) for part in parts], axis=-1)


def shares_apart(predicted: ArrayLike, people: ArrayLike) -> Array:
    """Return the total variation between the mode shares of clouds: 0 the same, 1 nothing in common."""
    return np.asarray(0.5 * np.abs(mode_shares(predicted) - mode_shares(people)).sum(axis=-1))
