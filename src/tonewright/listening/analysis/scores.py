"""Ratings as a cube: listeners, items, systems."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonewright.listening.results import Rating, Results

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scores:
    """Ratings, repeats averaged, catch trials left out.

    Attributes
    ----------
    listeners, items, systems
        Names along the axes, in order of first appearance.
    values
        Shape ``(listeners, items, systems)``; NaN where nothing was rated.
    """

    listeners: tuple[str, ...]
    items: tuple[str, ...]
    systems: tuple[str, ...]
    values: Array

    def by_listener(self, system: str) -> Array:
        """Return each listener's mean over items, ``(listeners,)``; NaN for who rated none."""
        return _means(self.values[:, :, self.systems.index(system)])

    def pair(self, first: str, second: str) -> tuple[Array, Array]:
        """Return each listener's means of two systems over the items where both were rated, ``(listeners,)`` each."""
        x, y = (self.values[:, :, self.systems.index(name)] for name in (first, second))
        both = np.isfinite(x) & np.isfinite(y)
        return _means(np.where(both, x, np.nan)), _means(np.where(both, y, np.nan))

    def rows(self, system: str) -> tuple[Array, list[str]]:
        """Return the ratings of one system, and whose each is."""
        column = self.values[:, :, self.systems.index(system)]
        who, where = np.nonzero(np.isfinite(column))
        return column[who, where], [self.listeners[index] for index in who]


def scores_of(results: Results, systems: Collection[str] | None = None) -> Scores:
    """Return the cube of a study's ratings, of some systems or of all."""
    rated = [each for each in results.ratings if not each.catch and (systems is None or each.system in systems)]
    listeners = tuple(dict.fromkeys(each.listener for each in rated))
    items = tuple(dict.fromkeys(each.item for each in rated))
    names = tuple(dict.fromkeys(each.system for each in rated))
    place = [{name: index for index, name in enumerate(axis)} for axis in (listeners, items, names)]
    sums, counts = np.zeros((2, len(listeners), len(items), len(names)))
    for each in rated:
        where = place[0][each.listener], place[1][each.item], place[2][each.system]
        sums[where] += each.score
        counts[where] += 1
    values = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
    return Scores(listeners, items, names, values)


def roles(results: Results) -> dict[str, str]:
    """Return the role of each system: ``system``, ``reference`` or ``anchor``."""
    return {each.system: each.role for each in results.ratings if not each.catch}


def retest_gaps(results: Results) -> Array:
    """Return the differences between a listener's repeated ratings of one stimulus and the first, ``(repeats,)``."""
    first: dict[tuple[str, str, str], float] = {}
    again: list[tuple[tuple[str, str, str], float]] = []
    for each in sorted((one for one in results.ratings if not one.catch), key=_turn):
        key = (each.listener, each.item, each.system)
        if key in first:
            again.append((key, each.score))
        else:
            first[key] = each.score
    return np.array([score - first[key] for key, score in again])


def _turn(rating: Rating) -> int:
    return rating.repeat


def _means(values: Array) -> Array:
    seen = np.isfinite(values)
    counts = seen.sum(axis=1)
    sums = np.where(seen, values, 0.0).sum(axis=1)
    return np.asarray(np.divide(sums, counts, out=np.full(len(values), np.nan), where=counts > 0))
