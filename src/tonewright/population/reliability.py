"""How well people agree with themselves and with one another: the most that any prediction can reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tonewright.population.data import Item, Population, PopulationError
from tonewright.population.distances import energy, pairwise, sinkhorn, w2

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Retest:
    """The same people asked again, over pairs of items that share prompt and track.

    Attributes
    ----------
    pairs
        How many pairs of items.
    energy, w2, sinkhorn
        Mean distances between the two clouds: the floor for any prediction.
    same_person, other_person
        Mean distance between a listener's two choices, and between those of different listeners for one prompt.
    median_same_person
        Median of the former.
    listeners
        Each listener's mean distance between the two choices; a large one answers by chance.
    """

    pairs: int
    energy: float
    w2: float
    sinkhorn: float
    same_person: float
    median_same_person: float
    other_person: float
    listeners: dict[str, float]


def repeats(population: Population) -> Iterator[tuple[Item, Item]]:
    """Yield each pair of items with the same prompt, context and track and choices in both."""
    for items in population.prompts().values():
        for first, second in combinations([item for item in items if item.choices], 2):
            if (first.track, first.context) == (second.track, second.context):
                yield first, second


def retest(population: Population) -> Retest:
    """Measure how well listeners repeat themselves.

    Raises
    ------
    PopulationError
        If nothing was asked twice, or nobody answered twice.
    """
    pairs = list(repeats(population))
    own: dict[str, list[float]] = {}
    for first, second in pairs:
        then, now = ({choice.listener: choice.point for choice in item.choices} for item in (first, second))
        for listener in then.keys() & now.keys():
            gap = np.subtract(then[listener], now[listener])
            own.setdefault(listener, []).append(float(np.linalg.norm(gap)))
    if not own:
        raise PopulationError("Nobody answered the same prompt twice, so that reliability cannot be measured.")
    same = np.concatenate([np.asarray(values) for values in own.values()])
    clouds = [(first.points, second.points) for first, second in pairs]
    return Retest(
        pairs=len(pairs),
        energy=float(np.mean([energy(x, y).value for x, y in clouds])),
        w2=float(np.mean([w2(x, y).value for x, y in clouds])),
        sinkhorn=float(np.mean([sinkhorn(x, y).value for x, y in clouds])),
        same_person=float(same.mean()),
        median_same_person=float(np.median(same)),
        other_person=float(np.mean(np.concatenate([_between_people(item.points) for item in population.items]))),
        listeners={name: float(np.mean(own[name])) for name in population.listeners if name in own},
    )


def agreement(population: Population) -> dict[str, float]:
    """Return each listener's correlation with the mean of the others over items, averaged over the axes.

    Near 0 for somebody who hears the prompts unlike everybody else; leaving one out, so that nobody agrees with
    themselves. Listeners with fewer than three items are left out.
    """
    found = {}
    for listener in population.listeners:
        own, others = [], []
        for item in population.items:
            if listener in item.listeners and len(item.choices) > 1:
                index = item.listeners.index(listener)
                own.append(item.points[index])
                others.append(np.delete(item.points, index, axis=0).mean(axis=0))
        if len(own) > 2:
            found[listener] = _correlation(np.array(own), np.array(others))
    return found


def variance_explained(population: Population) -> Array:
    """Return the share of the variance of choices that the prompt explains, per axis, shape ``(dimensions,)``."""
    groups = [np.concatenate([i.points for i in items if i.choices]) for items in population.prompts().values()]
    within = sum(np.square(group - group.mean(axis=0)).sum(axis=0) for group in groups)
    whole = population.points
    return np.asarray(1.0 - within / np.square(whole - whole.mean(axis=0)).sum(axis=0))


def _between_people(points: Array) -> Array:
    rows, columns = np.triu_indices(len(points), 1)
    return np.asarray(pairwise(points, points)[rows, columns])


def _correlation(x: Array, y: Array) -> float:
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    scale = np.sqrt(np.square(x).sum(axis=0) * np.square(y).sum(axis=0))
    return float(np.mean(np.divide((x * y).sum(axis=0), scale, out=np.zeros_like(scale), where=scale > 0)))
