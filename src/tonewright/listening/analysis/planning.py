"""The next study, planned: how many listeners, by which test, in one sentence each."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tonewright.listening.analysis.discrimination import right_share
from tonewright.listening.analysis.power import (
    Components,
    choice_power,
    equivalence_power,
    fewest,
    paired_power,
    simulated_power,
)
from tonewright.listening.results import ResultsError
from tonewright.statistics import Interval


@dataclass(frozen=True)
class Aim:
    """What a study shall be able to show.

    Attributes
    ----------
    power
        Wanted probability of showing it, if it is there.
    alpha
        Of the test, two-sided, before it is divided.
    comparisons
        How many pairs are tested: alpha is divided by it, as Holm's first step does.
    """

    power: float = 0.8
    alpha: float = 0.05
    comparisons: int = 1

    @property
    def level(self) -> float:
        """Alpha of one comparison."""
        return self.alpha / self.comparisons


@dataclass(frozen=True)
class Plan:
    """An answer.

    Attributes
    ----------
    what
        The question.
    unit
        What is counted: ``listeners`` or ``choices``.
    count
        How many; ``None`` if no study of a sensible size can show it.
    power
        By the formula, at that count.
    simulated
        By simulated studies at that count, Wilcoxon's test; ``None`` where nothing was simulated.
    said
        All of it in a sentence.
    """

    what: str
    unit: str
    count: int | None
    power: float | None
    simulated: Interval | None
    said: str


def plan_difference(
    difference: float,
    components: Components,
    items: int,
    aim: Aim | None = None,
    *,
    scale: tuple[float, float] = (0.0, 100.0),
    seed: int = 0,
) -> Plan:
    """Plan a study of ratings that shall show a difference between two systems.

    Parameters
    ----------
    difference
        The smallest one that matters, in units of the scale.
    components, items
        Spread of ratings, and how many items each listener rates.
    """
    aim = aim or Aim()
    sd = components.of_difference(items)
    if difference == 0.0 or sd <= 0.0:
        raise ResultsError("A plan needs a difference other than 0 and a spread above 0.")
    count = fewest(lambda n: paired_power(difference, sd, n, aim.level), aim.power)
    what = f"a mean difference of {abs(difference):g} over {items} item{'s' * (items > 1)}"
    if count is None:
        return _hopeless(what, "listeners")
    # An unbounded scale has no middle, and needs none.
    middle = (scale[0] + scale[1]) / 2.0 if math.isfinite(scale[1] - scale[0]) else 0.0
    means = (middle - difference / 2.0, middle + difference / 2.0)
    drawn = simulated_power(means, count, items, components, alpha=aim.level, scale=scale, seed=seed)
    reached = paired_power(difference, sd, count, aim.level)
    said = (
        f"{count} listeners show {what} with power {reached:.2f} (paired t-test at {aim.level:.3g}, standard deviation "
        f"of differences {sd:.2f}); in simulated studies Wilcoxon's test found it in {100 * drawn.estimate:.0f} % "
        f"({100 * drawn.low:.0f} to {100 * drawn.high:.0f} %)."
    )
    return Plan(what, "listeners", count, reached, drawn, said)


def plan_equivalence(margin: float, components: Components, items: int, aim: Aim | None = None) -> Plan:
    """Plan a study that shall show that two systems are equivalent, if they are exactly equal (TOST).

    Alpha is not divided: the analysis does not correct these tests either.
    """
    aim = aim or Aim()
    sd = components.of_difference(items)
    if margin <= 0.0 or sd <= 0.0:
        raise ResultsError("A plan needs a margin above 0 and a spread above 0.")
    count = fewest(lambda n: equivalence_power(margin, sd, n, aim.alpha), aim.power)
    what = f"equivalence within {margin:g} over {items} item{'s' * (items > 1)}"
    if count is None:
        return _hopeless(what, "listeners")
    reached = equivalence_power(margin, sd, count, aim.alpha)
    said = (
        f"{count} listeners show {what} with power {reached:.2f} if the systems are equal (two one-sided tests at "
        f"{aim.alpha:.3g}, standard deviation of differences {sd:.2f})."
    )
    return Plan(what, "listeners", count, reached, None, said)


def plan_choices(share: float, aim: Aim | None = None) -> Plan:
    """Plan a study of preferences: one system is chosen in this share of the choices, each by another listener."""
    aim = aim or Aim()
    if not 0.0 < share < 1.0 or share == 0.5:
        raise ResultsError("A plan needs a share between 0 and 1 other than one half.")
    return _counted(share, f"a preference of {100 * share:g} %", aim, one_sided=False)


def plan_abx(sensitivity: float, aim: Aim | None = None) -> Plan:
    """Plan an ABX study of listeners with this d'."""
    aim = aim or Aim()
    if sensitivity <= 0.0:
        raise ResultsError("A plan needs a d' above 0.")
    share = right_share(sensitivity)
    what = f"that a d' of {sensitivity:g} is heard in ABX ({100 * share:.0f} % right)"
    return _counted(share, what, aim, one_sided=True)


def _counted(share: float, what: str, aim: Aim, *, one_sided: bool) -> Plan:
    def power_of(count: int) -> float:
        return choice_power(share, count, aim.level, one_sided=one_sided)

    count = fewest(power_of, aim.power)
    if count is None:
        return _hopeless(what, "choices")
    reached = power_of(count)
    said = (
        f"{count} choices show {what} with power {reached:.2f} (exact binomial test at {aim.level:.3g}); choices of "
        "one listener are alike, so that one choice of each of as many listeners counts most."
    )
    return Plan(what, "choices", count, reached, None, said)


def _hopeless(what: str, unit: str) -> Plan:
    return Plan(what, unit, None, None, None, f"No study of a sensible size shows {what}; make it easier to hear.")
