r"""Two systems heard by the same listeners: normality, paired t, Wilcoxon, effect sizes, equivalence.

Everything takes one difference per listener, so that listeners, not ratings, are counted. With mean :math:`\bar d`,
standard deviation :math:`s` and n listeners:

.. math::

    t = \frac{\bar d}{s / \sqrt n}, \qquad d_z = \frac{\bar d}{s}, \qquad
    t_{\text{lower}} = \frac{\bar d + \delta}{s / \sqrt n}, \quad t_{\text{upper}} = \frac{\bar d - \delta}{s / \sqrt n}

The last two are the two one-sided tests (TOST): both must reject for equivalence within :math:`\pm\delta`. Sources:
Student (1908); Wilcoxon (1945); Shapiro and Wilk (1965); Cohen (1988); Cliff (1993); Kerby (2014) for the matched
rank-biserial correlation; Schuirmann (1987) and Lakens (2017) for TOST.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike, NDArray

from tonewright.statistics import Interval

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Paired:
    """One comparison of two systems over listeners.

    Attributes
    ----------
    n
        Listeners who rated both.
    difference
        Mean difference with the t distribution's 95 % interval.
    sd
        Standard deviation of the differences.
    t, degrees, p_t
        Paired t-test, two-sided.
    w, p_wilcoxon
        Signed-rank test, two-sided: the smaller sum of ranks, zeros left out; exact below 51 untied differences.
    shapiro_w, p_shapiro
        Shapiro-Wilk on the differences; ``None`` where it cannot be computed.
    dz
        Mean over standard deviation of the differences (Cohen); ``None`` without spread.
    rank_biserial
        Share of favourable less share of unfavourable rank sums, -1 to 1.
    """

    n: int
    difference: Interval
    sd: float
    t: float | None
    degrees: int
    p_t: float
    w: float | None
    p_wilcoxon: float
    shapiro_w: float | None
    p_shapiro: float | None
    dz: float | None
    rank_biserial: float


class Equivalence(NamedTuple):
    """Two one-sided tests: `p` is the larger of both; `low` and `high` bound the 90 % interval of the difference."""

    margin: float
    t_lower: float
    t_upper: float
    p: float
    low: float
    high: float


def compare(first: ArrayLike, second: ArrayLike, confidence: float = 0.95) -> Paired:
    """Compare two systems, one value per listener each, shape ``(listeners,)``; listeners with a NaN are left out.

    Raises
    ------
    ValueError
        With fewer than two listeners.
    """
    gap = _gaps(first, second)
    n = len(gap)
    if n < 2:
        raise ValueError("a paired comparison needs at least two listeners")
    mean, sd = float(gap.mean()), float(gap.std(ddof=1))
    # Differences that are equal but for rounding have no spread that a test could use.
    flat = sd <= 1e-12 * max(1.0, abs(mean))
    error = sd / np.sqrt(n)
    reach = float(scipy.stats.t.ppf((1.0 + confidence) / 2.0, n - 1) * error)
    t = None if flat else float(mean / error)
    p_t = (1.0 if abs(mean) < 1e-12 else 0.0) if t is None else float(2.0 * scipy.stats.t.sf(abs(t), n - 1))
    w, p_w = wilcoxon(gap)
    shapiro = scipy.stats.shapiro(gap) if n >= 3 and not flat else None
    return Paired(
        n=n,
        difference=Interval(mean, mean - reach, mean + reach),
        sd=sd,
        t=t,
        degrees=n - 1,
        p_t=p_t,
        w=w,
        p_wilcoxon=p_w,
        shapiro_w=None if shapiro is None else float(shapiro.statistic),
        p_shapiro=None if shapiro is None else float(shapiro.pvalue),
        dz=None if flat else mean / sd,
        rank_biserial=rank_biserial(gap),
    )


def wilcoxon(gaps: ArrayLike) -> tuple[float | None, float]:
    """Return the signed-rank statistic and its two-sided p-value; nothing and 1 where all differences are zero."""
    gap = _cleaned(np.asarray(gaps, dtype=np.float64))
    if not gap.any():
        return None, 1.0
    found = scipy.stats.wilcoxon(gap)
    return float(found.statistic), float(found.pvalue)


def rank_biserial(gaps: ArrayLike) -> float:
    """Return the matched-pairs rank-biserial correlation of differences: 1 if all favour the first, -1 the second."""
    gap = _cleaned(np.asarray(gaps, dtype=np.float64))
    gap = gap[gap != 0.0]
    if not gap.size:
        return 0.0
    ranks = scipy.stats.rankdata(np.abs(gap))
    return float(np.sum(np.sign(gap) * ranks) / ranks.sum())


def cliffs_delta(first: ArrayLike, second: ArrayLike) -> float:
    """Return how much more often a value of the first exceeds one of the second than the other way, -1 to 1.

    Over all pairs of values, paired or not, shapes ``(n,)`` and ``(m,)``; NaN are left out.
    """
    x, y = (np.asarray(each, dtype=np.float64) for each in (first, second))
    x, y = x[np.isfinite(x)], y[np.isfinite(y)]
    return float(np.mean(np.sign(x[:, None] - y[None, :])))


def equivalence(mean: float, sd: float, n: int, margin: float, alpha: float = 0.05) -> Equivalence:
    """Test whether a mean difference lies within ``-margin`` and ``margin``, by TOST.

    Parameters
    ----------
    mean, sd, n
        Of the differences over listeners.
    margin
        The largest difference that does not matter, above 0, chosen before the data are seen.
    alpha
        Of each one-sided test; the interval has the confidence ``1 - 2 alpha``.
    """
    if margin <= 0.0:
        raise ValueError("a margin of equivalence must be above 0")
    if n < 2:
        raise ValueError("a test of equivalence needs at least two listeners")
    error = max(sd / np.sqrt(n), 1e-300)
    lower, upper = (mean + margin) / error, (mean - margin) / error
    p = max(float(scipy.stats.t.sf(lower, n - 1)), float(scipy.stats.t.cdf(upper, n - 1)))
    reach = float(scipy.stats.t.ppf(1.0 - alpha, n - 1) * error)
    return Equivalence(margin, float(lower), float(upper), p, mean - reach, mean + reach)


def _gaps(first: ArrayLike, second: ArrayLike) -> Array:
    x, y = (np.asarray(each, dtype=np.float64) for each in (first, second))
    gap = x - y
    return _cleaned(gap[np.isfinite(gap)])


def _cleaned(gap: Array) -> Array:
    # Means over items of equal ratings differ in their last bits: those would break ties and undo zeros.
    return np.round(gap, 10)
