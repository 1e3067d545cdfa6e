r"""Permutation tests: whether two groups of listeners choose alike, and whether the request matters at all.

Whole listeners are shuffled, never single choices: one person's choices are not independent. With equal weights a and b
on two groups and distances D between choices, the energy distance is :math:`-(a - b)^T D (a - b)`, so that thousands of
permutations are one product of matrices. p counts the data themselves as one permutation (Phipson and Smyth, 2010).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonewright.population.data import Item, Population, PopulationError
from tonewright.population.distances import pairwise, sinkhorn, w2
from tonewright.population.reliability import variance_explained

Array = NDArray[np.float64]


@dataclass(frozen=True)
class GroupsCompared:
    """Two groups of listeners on the prompts that both answered.

    Attributes
    ----------
    prompts, listeners
        How many prompts, and listeners of the first and the second group.
    energy, w2, sinkhorn
        Mean distances over prompts; W2 and Sinkhorn are ``None`` where a package that they need is missing.
    expected_energy
        Mean energy over permutations: what groups of these sizes show by chance.
    p
        Of the energy, by permutation of listeners.
    """

    prompts: int
    listeners: tuple[int, int]
    energy: float
    w2: float | None
    sinkhorn: float | None
    expected_energy: float
    p: float


def compare_groups(first: Population, second: Population, draws: int = 1999, seed: int = 0) -> GroupsCompared:
    """Compare the choices of two groups of listeners, who may not overlap, in one space.

    Raises
    ------
    PopulationError
        If they share no prompt, or the spaces differ.
    """
    if first.dimensions != second.dimensions:
        raise PopulationError("The two groups chose in different spaces and cannot be compared.")
    ours, theirs = first.prompts(), second.prompts()
    shared = [
        key
        for key in ours
        if key in theirs and any(i.choices for i in ours[key]) and any(i.choices for i in theirs[key])
    ]
    if not shared:
        raise PopulationError("The two groups answered no prompt in common and cannot be compared.")
    people = [("first", name) for name in first.listeners] + [("second", name) for name in second.listeners]
    place = {person: index for index, person in enumerate(people)}
    rng = np.random.default_rng(seed)
    labels = np.zeros((draws + 1, len(people)), dtype=bool)
    labels[:, : len(first.listeners)] = True
    labels[1:] = rng.permuted(labels[1:], axis=1)
    totals = np.zeros(draws + 1)
    counted = np.zeros(draws + 1)
    clouds = []
    for key in shared:
        x, who_x = _choices(ours[key], "first", place)
        y, who_y = _choices(theirs[key], "second", place)
        clouds.append((x, y))
        points = np.concatenate([x, y])
        mine = labels[:, who_x + who_y]
        sizes = mine.sum(axis=1), (~mine).sum(axis=1)
        both = (sizes[0] > 0) & (sizes[1] > 0)
        gap = mine / np.maximum(sizes[0], 1)[:, None] - (~mine) / np.maximum(sizes[1], 1)[:, None]
        totals += np.where(both, -np.sum((gap @ pairwise(points, points)) * gap, axis=1), 0.0)
        counted += both
    means = totals / np.maximum(counted, 1)
    return GroupsCompared(
        prompts=len(shared),
        listeners=(len(first.listeners), len(second.listeners)),
        energy=float(means[0]),
        w2=_mean_over(clouds, lambda x, y: w2(x, y).value),
        sinkhorn=_mean_over(clouds, lambda x, y: sinkhorn(x, y).value),
        expected_energy=float(means[1:].mean()),
        p=float(np.mean(means >= means[0] - 1e-12)),
    )


def request_matters(population: Population, draws: int = 499, seed: int = 0) -> tuple[Array, float]:
    """Return the share of variance that the prompt explains, per axis, and its p by permutation.

    Each listener's choices are shuffled over the prompts that they answered: then only their own taste is left.
    """
    seen = variance_explained(population)
    rng = np.random.default_rng(seed)
    rows = [
        (prompt, place, choice.listener, choice.point)
        for prompt, items in population.prompts().items()
        for place, item in enumerate(items)
        for choice in item.choices
    ]
    points = np.array([row[3] for row in rows])
    prompts = np.unique([row[0] for row in rows], return_inverse=True)[1]
    listeners = np.unique([row[2] for row in rows], return_inverse=True)[1]
    groups = [np.flatnonzero(listeners == each) for each in range(listeners.max() + 1)]
    whole = np.square(points - points.mean(axis=0)).sum(axis=0)
    whole = np.where(whole > 0.0, whole, 1.0)
    sizes = np.bincount(prompts)[:, None]
    least = 1
    for _ in range(draws):
        shuffled = points.copy()
        for group in groups:
            shuffled[group] = points[rng.permutation(group)]
        sums = np.stack([np.bincount(prompts, shuffled[:, axis]) for axis in range(points.shape[1])], axis=1)
        between = np.sum(sums**2 / sizes, axis=0) - shuffled.sum(axis=0) ** 2 / len(points)
        least += float(np.mean(between / whole)) >= float(np.mean(seen)) - 1e-12
    return seen, least / (draws + 1)


def _choices(items: tuple[Item, ...], side: str, place: dict[tuple[str, str], int]) -> tuple[Array, list[int]]:
    points = [choice.point for item in items for choice in item.choices]
    who = [place[side, choice.listener] for item in items for choice in item.choices]
    return np.array(points, dtype=np.float64), who


def _mean_over(clouds: list[tuple[Array, Array]], distance: Callable[[Array, Array], float]) -> float | None:
    from tonewright.errors import MissingExtraError

    try:
        return float(np.mean([distance(x, y) for x, y in clouds]))
    except MissingExtraError:
        return None
