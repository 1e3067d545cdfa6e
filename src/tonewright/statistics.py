"""What a benchmark may claim: intervals over works, paired tests, shares. Excerpts of one work are not independent.

A *work* is the unit everywhere: draws and excerpts are averaged within a work first, and resampling draws whole works.
Everything random takes a seed.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike, NDArray

_Floats = NDArray[np.float64]

#: Maps column means, shape ``(..., columns)``, to the statistic, shape ``(...)``.
Statistic = Callable[[_Floats], _Floats]


class Interval(NamedTuple):
    """An estimate and its confidence interval."""

    estimate: float
    low: float
    high: float


class Comparison(NamedTuple):
    """One paired test of a family: `p` as tested alone, `p_holm` with the family corrected (Holm, 1979)."""

    median_difference: float
    p: float
    p_holm: float


def work_means(values: ArrayLike, works: Sequence[Hashable]) -> _Floats:
    """Average rows that belong to the same work.

    Parameters
    ----------
    values
        Shape ``(rows,)`` or ``(rows, columns)``.
    works
        The work of each row.

    Returns
    -------
    ndarray
        Shape ``(works, columns)``, in order of first appearance.
    """
    table = np.asarray(values, dtype=np.float64)
    table = table[:, None] if table.ndim == 1 else table
    if len(works) != len(table):
        raise ValueError(f"{len(table)} rows but {len(works)} names of works")
    order = {work: index for index, work in enumerate(dict.fromkeys(works))}
    index = np.array([order[work] for work in works], dtype=np.intp)
    sums = np.zeros((len(order), table.shape[1]))
    np.add.at(sums, index, table)
    return np.asarray(sums / np.bincount(index)[:, None])


def first_column(means: _Floats) -> _Floats:
    """Return the first column: as a statistic, the mean over works."""
    return means[..., 0]


def ratio_of_columns(means: _Floats) -> _Floats:
    """Return the first column over the second: as a statistic, the ratio of two means over works."""
    return np.asarray(means[..., 0] / means[..., 1])


def bootstrap(
    values: ArrayLike,
    works: Sequence[Hashable],
    statistic: Statistic = first_column,
    *,
    seed: int = 0,
    confidence: float = 0.95,
    resamples: int = 10_000,
) -> Interval:
    """Return a statistic of the means over works with its cluster-bootstrap confidence interval (BCa; Efron, 1987).

    Works are drawn with replacement, each with all its rows (averaged, so that every work weighs the same).

    Parameters
    ----------
    values
        Shape ``(rows,)`` or ``(rows, columns)``.
    works
        The work of each row; with a single work the interval is the whole line.
    statistic
        Of the column means over works, e.g. :func:`first_column` or :func:`ratio_of_columns`.
    seed
        The same seed gives the same interval.
    confidence, resamples
        As named.
    """
    table = work_means(values, works)

    def of_columns(*columns: _Floats, axis: int = -1) -> _Floats:
        return statistic(np.stack([column.mean(axis=axis) for column in columns], axis=-1))

    estimate = float(statistic(table.mean(axis=0)))
    return _resampled(table, of_columns, estimate, "BCa", seed, confidence, resamples)


def bootstrap_median(
    values: ArrayLike, works: Sequence[Hashable], *, seed: int = 0, confidence: float = 0.95, resamples: int = 2_000
) -> Interval:
    """Return the median over works of the works' means with its percentile-bootstrap interval.

    Parameters as in :func:`bootstrap`, `values` of shape ``(rows,)``.
    """
    means = work_means(values, works)
    return _resampled(means, np.median, float(np.median(means)), "percentile", seed, confidence, resamples)


def _resampled(
    table: _Floats,
    statistic: Callable[..., Any],
    estimate: float,
    method: Literal["BCa", "percentile"],
    seed: int,
    confidence: float,
    resamples: int,
) -> Interval:
    """Resample the rows of a table of means by works, ``(works, columns)``."""
    if len(table) < 2:
        return Interval(estimate, -np.inf, np.inf)
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        # Works that are all alike have no BCa interval; their percentiles are what they are.
        warnings.simplefilter("ignore", scipy.stats.DegenerateDataWarning)
        found = scipy.stats.bootstrap(
            tuple(table.T),
            statistic,
            paired=True,
            vectorized=True,
            n_resamples=resamples,
            confidence_level=confidence,
            method=method,
            rng=np.random.default_rng(seed),
        )
    low, high = found.confidence_interval
    if np.isnan(low) or np.isnan(high):
        low, high = np.quantile(found.bootstrap_distribution, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(estimate, float(low), float(high))


def share_better(
    values: ArrayLike, baseline: ArrayLike, works: Sequence[Hashable], confidence: float = 0.95
) -> Interval:
    """Return the share of works whose mean is below the baseline's (ties are not better), with its Wilson interval."""
    wins = work_means(values, works) < work_means(baseline, works)
    return wilson(int(wins.sum()), wins.size, confidence)


def wilson(successes: int, count: int, confidence: float = 0.95) -> Interval:
    """Return a share with Wilson's score interval (1927)."""
    if count < 1:
        raise ValueError("a share needs at least one work")
    found = scipy.stats.binomtest(successes, count).proportion_ci(confidence, method="wilson")
    return Interval(successes / count, float(found.low), float(found.high))


def compare_pairs(
    values: Mapping[str, ArrayLike], works: Sequence[Hashable], pairs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Comparison]:
    """Test each pair of systems with Wilcoxon's signed-rank test on work means, two-sided, Holm over the family.

    Parameters
    ----------
    values
        For each system its value on every row, shape ``(rows,)``, rows in the same order.
    works
        The work of each row.
    pairs
        Which systems to compare; a negative median difference means that the first has the lower values.
    """
    means = {name: work_means(column, works)[:, 0] for name, column in values.items()}
    gaps = [means[first] - means[second] for first, second in pairs]
    alone = [float(scipy.stats.wilcoxon(gap).pvalue) if np.any(gap) else 1.0 for gap in gaps]
    return {
        pair: Comparison(float(np.median(gap)), p, corrected)
        for pair, gap, p, corrected in zip(pairs, gaps, alone, holm(alone), strict=True)
    }


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust a family of p-values by Holm's step-down method (1979).

    The i-th smallest of m, counted from 0, becomes ``max over j <= i of min(1, (m - j) p_(j))``.
    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted
