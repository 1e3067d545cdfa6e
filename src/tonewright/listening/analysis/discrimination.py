r"""Whether a difference was heard: ABX and choices between two, against guessing.

With a listener's sensitivity :math:`d'` and no bias, the share of right answers is

.. math::

    \text{two alternatives} &: p = \Phi(d' / \sqrt 2) \\
    \text{ABX, by difference} &: p \, q + (1 - p) (1 - q), \quad q = \Phi(d' / \sqrt 6) \\
    \text{ABX, each on its own} &: p \, q + (1 - p) (1 - q), \quad q = \Phi(d' / 2)

(Macmillan and Creelman, *Detection Theory*, 2nd ed. 2005, chapters 7 and 9.) The differencing rule is what listeners do
where tracks change from trial to trial. Shares below one half have a :math:`d'` of 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.optimize
import scipy.stats
from scipy.special import ndtr

from tonewright.statistics import Interval, wilson

Task = Literal["two", "abx", "abx-independent"]
#: Nobody is more sensitive than this, for the search: a share of 1 has no finite d'.
_MOST = 8.0


@dataclass(frozen=True)
class Discrimination:
    """Right answers against guessing.

    Attributes
    ----------
    right, trials, listeners
        Counts.
    share
        Of right answers, with Wilson's 95 % interval over trials.
    p
        Exact binomial test against one half; one-sided (more right answers than guessing) for ABX.
    p_listeners
        Signed-rank test of the listeners' shares against one half, two-sided: right also where listeners differ.
    d_prime
        Sensitivity with the interval of the share; infinite at a share of 1.
    """

    right: int
    trials: int
    listeners: int
    share: Interval
    p: float
    p_listeners: float
    d_prime: Interval


def discriminate(counts: Sequence[tuple[int, int]], task: Task = "abx") -> Discrimination:
    """Judge right answers out of trials, one pair of counts per listener.

    Raises
    ------
    ValueError
        Without any trial.
    """
    right, trials = sum(each[0] for each in counts), sum(each[1] for each in counts)
    if trials < 1:
        raise ValueError("a test against guessing needs at least one trial")
    share = wilson(right, trials)
    side: Literal["two-sided", "greater"] = "two-sided" if task == "two" else "greater"
    gaps = np.round([each[0] / each[1] - 0.5 for each in counts if each[1]], 10)
    return Discrimination(
        right=right,
        trials=trials,
        listeners=sum(each[1] > 0 for each in counts),
        share=share,
        p=float(scipy.stats.binomtest(right, trials, alternative=side).pvalue),
        p_listeners=float(scipy.stats.wilcoxon(gaps).pvalue) if gaps.any() else 1.0,
        d_prime=Interval(*(d_prime(each, task) for each in share)),
    )


def right_share(sensitivity: float, task: Task = "abx") -> float:
    """Return the expected share of right answers at a sensitivity of 0 or more."""
    first = float(ndtr(sensitivity / math.sqrt(2.0)))
    if task == "two":
        return first
    second = float(ndtr(sensitivity / (math.sqrt(6.0) if task == "abx" else 2.0)))
    return first * second + (1.0 - first) * (1.0 - second)


def d_prime(share: float, task: Task = "abx") -> float:
    """Return the sensitivity at a share of right answers: 0 up to one half, infinite at 1."""
    if share <= 0.5:
        return 0.0
    if share >= right_share(_MOST, task):
        return math.inf
    return float(scipy.optimize.brentq(lambda each: right_share(each, task) - share, 0.0, _MOST))
