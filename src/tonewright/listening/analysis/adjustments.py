"""What adjustments show: what each request moves, how far people differ, and whether there are schools among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonewright.listening.analysis.choices import to_population
from tonewright.listening.analysis.permutation import GroupsCompared, compare_groups, request_matters
from tonewright.listening.analysis.schools import Schools, find_schools
from tonewright.listening.results import Results, ResultsError
from tonewright.population.data import TONE_PLANE, Item, Population, PopulationError
from tonewright.population.distances import energies, pairwise
from tonewright.population.measures import mode_shares, spread
from tonewright.population.reliability import Retest, agreement, retest
from tonewright.statistics import Interval, bootstrap, ratio_of_columns

Array = NDArray[np.float64]

#: Draws of clouds of equal size from the other requests' choices.
_DRAWS = 100
#: Listeners with fewer items than this are in no school.
_FEW = 3
#: Schools are not looked for among fewer listeners, nor among fewer than three per dimension.
_LEAST = 8


@dataclass(frozen=True, eq=False)
class ItemChoices:
    """What was chosen for one item, first occasions only.

    Attributes
    ----------
    id, prompt, listeners
        What it is and how many chose.
    mean
        Of each axis, with the BCa interval of drawing listeners.
    spread
        Root of the trace of the covariance; ``None`` for a single listener.
    shares
        Of the tone plane's quadrants; ``None`` in another space.
    energy
        Distance to equally many choices of other requests: how much this request says; ``None`` without others.
    """

    id: str
    prompt: str
    listeners: int
    mean: tuple[Interval, ...]
    spread: float | None
    shares: tuple[float, ...] | None
    energy: float | None


@dataclass(frozen=True, eq=False)
class AdjustmentFindings:
    """All that is found in adjustments.

    Attributes
    ----------
    listeners, prompts, choices
        Counts, repeats among the choices.
    axes
        Names of the dimensions.
    explained, p_request
        Share of the variance that the request explains, per axis, and p by permutation within listeners; ``None`` with
        a single request.
    start_slope
        How far a choice follows where the control stood first, per axis: 0 not at all, 1 not moved; ``None`` where
        starts are unknown or all alike.
    items
        In the order of the study.
    retest
        ``None`` where nobody was asked twice.
    agreement
        Each listener's correlation with the mean of the others.
    schools, tastes
        Groups among listeners, ``None`` where there are too few; and each listener's mean deviation from everybody, by
        name.
    groups
        Listeners split by what they answered to a question, or against another population; ``None`` unless asked for.
    notes
        What the reader must know.
    """

    listeners: int
    prompts: int
    choices: int
    axes: tuple[str, ...]
    explained: tuple[float, ...] | None
    p_request: float | None
    start_slope: tuple[Interval, ...] | None
    items: tuple[ItemChoices, ...]
    retest: Retest | None
    agreement: dict[str, float]
    schools: Schools | None
    tastes: dict[str, tuple[float, ...]]
    groups: tuple[str, str, GroupsCompared] | None
    notes: tuple[str, ...]


def analyse_adjustments(
    results: Results, *, by: str | None = None, against: Population | None = None, seed: int = 0
) -> AdjustmentFindings:
    """Analyse the choices of a study.

    Parameters
    ----------
    by
        A question of the questionnaire that splits the listeners in two groups, by the most frequent answer against all
        others.
    against
        Another population to compare with instead.

    Raises
    ------
    ResultsError, PopulationError
        If nothing was chosen, or nobody, or everybody, answered the question alike.
    """
    population = to_population(results)
    first = to_population(results, repeats=False)
    many = len(first.prompts()) > 1
    explained, p = request_matters(first, seed=seed) if many else (None, None)
    tastes = _tastes(first)
    notes = []
    schools = None
    least = max(_LEAST, 3 * len(population.dimensions))
    if len(tastes) >= least:
        schools = find_schools(list(tastes.values()), seed=seed)
    else:
        notes.append(f"Schools of taste are not looked for with fewer than {least} listeners.")
    rng = np.random.default_rng(seed)
    return AdjustmentFindings(
        listeners=len(first.listeners),
        prompts=len(first.prompts()),
        choices=len(population.points),
        axes=tuple(axis.name for axis in population.dimensions),
        explained=None if explained is None else tuple(map(float, explained)),
        p_request=p,
        start_slope=_start_slope(first, seed),
        items=tuple(_item(item, first, rng, seed) for item in first.items),
        retest=_retest(population),
        agreement=agreement(first),
        schools=schools,
        tastes=tastes,
        groups=_groups(results, first, by, against, seed),
        notes=tuple(notes),
    )


def _item(item: Item, population: Population, rng: np.random.Generator, seed: int) -> ItemChoices:
    points, count = item.points, len(item.choices)
    others = np.array([c.point for i in population.items if i.prompt != item.prompt for c in i.choices])
    energy = None
    if len(others) >= count:
        drawn = others[np.argsort(rng.random((_DRAWS, len(others))), axis=1)[:, :count]]
        found = energies(pairwise(drawn, points), pairwise(drawn, drawn), pairwise(points, points))
        energy = float(found.mean())
    on_plane = population.space == TONE_PLANE
    return ItemChoices(
        id=item.id,
        prompt=item.prompt,
        listeners=count,
        mean=tuple(bootstrap(column, item.listeners, seed=seed, resamples=2000) for column in points.T),
        spread=float(spread(points)) if count > 1 else None,
        shares=tuple(map(float, mode_shares(points))) if on_plane else None,
        energy=energy,
    )


def _retest(population: Population) -> Retest | None:
    try:
        return retest(population)
    except PopulationError:
        return None


def _start_slope(population: Population, seed: int) -> tuple[Interval, ...] | None:
    rows = [(c.listener, c.start, c.point) for item in population.items for c in item.choices if c.start is not None]
    if len(rows) < 3:
        return None
    who = [row[0] for row in rows]
    starts, points = (np.array([row[place] for row in rows]) for place in (1, 2))
    starts, points = starts - starts.mean(axis=0), points - points.mean(axis=0)
    if np.any(starts.std(axis=0) < 1e-9):
        return None
    # The slope of least squares is a ratio of two means, so that whole listeners can be drawn.
    return tuple(
        bootstrap(np.stack([s * p, s * s], axis=1), who, ratio_of_columns, seed=seed, resamples=2000)
        for s, p in zip(starts.T, points.T, strict=True)
    )


def _tastes(population: Population) -> dict[str, tuple[float, ...]]:
    away: dict[str, list[Array]] = {}
    for item in population.items:
        if len(item.choices) > 1:
            for listener, gap in zip(item.listeners, item.points - item.points.mean(axis=0), strict=True):
                away.setdefault(listener, []).append(gap)
    return {
        name: tuple(map(float, np.mean(gaps, axis=0)))
        for name, gaps in away.items()
        if len(gaps) >= min(_FEW, len(population.items))
    }


def _groups(
    results: Results, population: Population, by: str | None, against: Population | None, seed: int
) -> tuple[str, str, GroupsCompared] | None:
    if against is not None:
        return results.study, against.source or "the other", compare_groups(population, against, seed=seed)
    if by is None:
        return None
    said = {each.id: each.answers.get(by) for each in results.listeners}
    known = [answer for answer in said.values() if answer is not None]
    if not known:
        raise ResultsError(f"Nobody answered a question {by!r} in {results.study}.")
    usual = max(dict.fromkeys(known), key=known.count)
    ours = {name for name, answer in said.items() if answer == usual}
    theirs = {name for name, answer in said.items() if answer is not None and answer != usual}
    if not theirs:
        raise ResultsError(f"Everybody answered {usual!r} to {by!r}, so that there are no two groups.")
    found = compare_groups(population.subset(listeners=ours), population.subset(listeners=theirs), seed=seed)
    return f"{by}: {usual}", f"{by}: otherwise", found
