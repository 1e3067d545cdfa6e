r"""How many listeners the next study needs: by formula, and by simulating it.

For paired differences with mean :math:`\Delta` and standard deviation :math:`\sigma` over listeners, the paired t-test
with n listeners rejects with the probability that a noncentral t variable with :math:`\sqrt n \Delta / \sigma` leaves
the critical range (Cohen, 1988). Where ratings over several items are averaged,

.. math:: \sigma^2 = 2 \left(\tau^2 + \frac{\rho^2}{\text{items} \cdot \text{repeats}}\right)

with :math:`\tau` the standard deviation of listeners' own liking of a system and :math:`\rho` that of single ratings.
More items cannot bring :math:`\sigma` below :math:`\sqrt 2 \tau`: then only more listeners help.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy.integrate
import scipy.stats
from numpy.typing import NDArray

from tonewright.listening.analysis.paired import wilcoxon
from tonewright.statistics import Interval, holm, wilson

Array = NDArray[np.float64]

#: More listeners than this are not asked for.
MOST_LISTENERS = 100_000


@dataclass(frozen=True)
class Components:
    """Standard deviations of ratings: listeners' own liking of each system, and single ratings, in scale units."""

    liking: float
    rating: float

    def of_difference(self, items: int, repeats: int = 1) -> float:
        """Return the standard deviation over listeners of a difference of two systems."""
        return float(np.sqrt(2.0 * (self.liking**2 + self.rating**2 / (items * repeats))))


def paired_power(difference: float, sd: float, listeners: int, alpha: float = 0.05) -> float:
    """Return the power of the two-sided paired t-test."""
    if listeners < 2:
        return 0.0
    shift = abs(difference) / sd * np.sqrt(listeners)
    critical = scipy.stats.t.ppf(1.0 - alpha / 2.0, listeners - 1)
    above = float(scipy.stats.nct.sf(critical, listeners - 1, shift))
    below = float(scipy.stats.nct.cdf(-critical, listeners - 1, shift))
    # Far out, scipy's noncentral t is not a number; there is nothing left to add or to reject.
    return min(1.0, (above if np.isfinite(above) else 1.0) + (below if np.isfinite(below) else 0.0))


def equivalence_power(margin: float, sd: float, listeners: int, alpha: float = 0.05, difference: float = 0.0) -> float:
    r"""Return the power of TOST, exactly: both tests reject where the mean lies in the margin less ``t s / sqrt(n)``.

    The integral over the standard deviation s that is seen, by its chi distribution.
    """
    if listeners < 2:
        return 0.0
    degrees = listeners - 1
    error = sd / np.sqrt(listeners)
    critical = float(scipy.stats.t.ppf(1.0 - alpha, degrees))
    # Beyond this ratio of seen to true deviation nothing can be equivalent.
    most = margin / (critical * error)

    def inside(ratio: float) -> float:
        reach = margin - critical * ratio * error
        share = scipy.stats.norm.cdf((reach - difference) / error) - scipy.stats.norm.cdf((-reach - difference) / error)
        return float(share * scipy.stats.chi.pdf(ratio * np.sqrt(degrees), degrees) * np.sqrt(degrees))

    spread = 8.0 / np.sqrt(2.0 * degrees)
    low, high = max(0.0, 1.0 - spread), min(most, 1.0 + spread)
    if high <= low:
        return 0.0
    return float(np.clip(scipy.integrate.quad(inside, low, high, limit=200)[0], 0.0, 1.0))


def choice_power(share: float, trials: int, alpha: float = 0.05, *, one_sided: bool = False) -> float:
    """Return the power of the exact binomial test against one half when one answer has this share."""
    counts = np.arange(trials + 1)
    upper = scipy.stats.binom.sf(counts - 1, trials, 0.5)
    lower = scipy.stats.binom.cdf(counts, trials, 0.5)
    p = upper if one_sided else np.minimum(1.0, 2.0 * np.minimum(upper, lower))
    return float(scipy.stats.binom.pmf(counts, trials, share)[p <= alpha].sum())


def fewest(power_of: Callable[[int], float], wanted: float, first: int = 2) -> int | None:
    """Return the fewest listeners, or trials, with at least the wanted power; ``None`` beyond :data:`MOST_LISTENERS`.

    Powers of exact tests saw up and down: the answer is the first count from which on eight in turn have it.
    """
    high = first
    while power_of(high) < wanted:
        if high >= MOST_LISTENERS:
            return None
        high = min(2 * high, MOST_LISTENERS)
    low = max(first, high // 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if power_of(middle) >= wanted else (middle + 1, high)
    count = max(first, low - 16)
    while not all(power_of(each) >= wanted for each in range(count, count + 8)):
        count += 1
    return count


def simulated_power(
    means: Sequence[float],
    listeners: int,
    items: int,
    components: Components,
    *,
    alpha: float = 0.05,
    scale: tuple[float, float] = (0.0, 100.0),
    step: float = 0.0,
    studies: int = 400,
    seed: int = 0,
) -> Interval:
    """Return how often whole simulated studies find every difference that is there, with Wilson's interval.

    Each study draws ratings on the scale (clipped at its ends, rounded to ``step``), averages them within listeners,
    tests all pairs of systems by Wilcoxon's signed-rank test and corrects by Holm. A study counts where all pairs with
    different means come out below ``alpha``, in the right direction.

    Parameters
    ----------
    means
        True mean of each system.
    listeners, items, components
        Of the study that is planned.
    """
    if len(set(means)) < 2:
        raise ValueError("power is about differences: not all means may be equal")
    rng = np.random.default_rng(seed)
    pairs = list(combinations(range(len(means)), 2))
    wanted = [np.sign(means[a] - means[b]) for a, b in pairs]
    found = 0
    for _ in range(studies):
        own = np.asarray(means) + rng.normal(0.0, components.liking, (listeners, len(means)))
        ratings = own[:, None, :] + rng.normal(0.0, components.rating, (listeners, items, len(means)))
        ratings = np.clip(np.round(ratings / step) * step if step else ratings, *scale)
        mean = ratings.mean(axis=1)
        gaps = [mean[:, a] - mean[:, b] for a, b in pairs]
        adjusted = holm([wilcoxon(gap)[1] for gap in gaps])
        found += all(
            p < alpha and np.sign(gap.mean()) == sign
            for gap, p, sign in zip(gaps, adjusted, wanted, strict=True)
            if sign
        )
    return wilson(found, studies)
