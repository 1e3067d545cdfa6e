"""What a benchmark may claim: intervals over works, paired tests, shares. Excerpts of one work are not independent.

A *work* is the unit everywhere: draws and excerpts are averaged within a work first, and resampling draws whole works.
Everything random takes a seed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Literal, NamedTuple

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
    method: Literal["bca", "percentile"] = "bca",
) -> Interval:
    r"""Return a statistic of the means over works with its cluster-bootstrap confidence interval.

    Works are drawn with replacement, each with all its rows (averaged, so that every work weighs the same). The
    percentile method takes the quantiles of the resampled statistics; BCa (Efron, 1987) corrects them for bias
    :math:`z_0` (the share of resamples below the estimate) and acceleration :math:`a` (skewness of the jackknife):

    .. math:: q_\pm = \Phi\!\left(z_0 + \frac{z_0 + z_\pm}{1 - a (z_0 + z_\pm)}\right).

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
    confidence, resamples, method
        As named.
    """
    table = work_means(values, works)
    count = len(table)
    estimate = float(statistic(table.mean(axis=0)))
    if count < 2:
        return Interval(estimate, -np.inf, np.inf)
    picks = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=resamples)
    replicas = np.sort(statistic(picks @ table / count))
    tails = np.array([(1 - confidence) / 2, (1 + confidence) / 2])
    if method == "bca" and replicas[0] < replicas[-1]:
        below = np.mean(replicas < estimate) + 0.5 * np.mean(replicas == estimate)
        bias = scipy.stats.norm.ppf(np.clip(below, 0.5 / resamples, 1 - 0.5 / resamples))
        left_out = statistic((table.sum(axis=0) - table) / (count - 1))
        skew = left_out.mean() - left_out
        spread = float(np.sum(skew**2)) ** 1.5
        acceleration = float(np.sum(skew**3)) / (6 * spread) if spread > 0 else 0.0
        z = bias + scipy.stats.norm.ppf(tails)
        tails = scipy.stats.norm.cdf(bias + z / (1 - acceleration * z))
    low, high = np.quantile(replicas, tails)
    return Interval(estimate, float(low), float(high))


def share_better(
    values: ArrayLike, baseline: ArrayLike, works: Sequence[Hashable], confidence: float = 0.95
) -> Interval:
    """Return the share of works whose mean is below the baseline's (ties are not better), with its Wilson interval."""
    wins = work_means(values, works) < work_means(baseline, works)
    return wilson(int(wins.sum()), wins.size, confidence)


def wilson(successes: int, count: int, confidence: float = 0.95) -> Interval:
    r"""Return a share with Wilson's score interval (1927), in closed form.

    .. math:: \frac{p + z^2/2n \pm z \sqrt{p(1-p)/n + z^2/4n^2}}{1 + z^2/n}
    """
    if count < 1:
        raise ValueError("a share needs at least one work")
    share = successes / count
    z = float(scipy.stats.norm.ppf((1 + confidence) / 2))
    centre = share + z * z / (2 * count)
    half = z * np.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)
    scale = 1 + z * z / count
    return Interval(share, float(max(0.0, (centre - half) / scale)), float(min(1.0, (centre + half) / scale)))


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


def bootstrap_median(
    values: ArrayLike, works: Sequence[Hashable], *, seed: int = 0, confidence: float = 0.95, resamples: int = 2_000
) -> Interval:
    """Return the median over works of the works' means with its percentile-bootstrap interval.

    Parameters as in :func:`bootstrap`, `values` of shape ``(rows,)``.
    """
    means = work_means(values, works)[:, 0]
    if len(means) < 2:
        return Interval(float(np.median(means)), -np.inf, np.inf)
    picks = np.random.default_rng(seed).integers(0, len(means), size=(resamples, len(means)))
    low, high = np.quantile(np.median(means[picks], axis=1), [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(np.median(means)), float(low), float(high))
