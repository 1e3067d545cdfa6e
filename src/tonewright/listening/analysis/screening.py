"""Whose answers are left out, and why: rules fixed before the results are seen.

A listener of a MUSHRA test is left out who rates the hidden reference below 90 on more than 15 % of the items (ITU-R
Recommendation BS.1534-3). The other rules are ours: failed catch trials, too few answers, and in adjustments repeats
that are farther from the listener's own first choices than other people's choices are. Few repeats say little, so that
nobody is left out for less than four.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tonewright.listening.analysis.choices import to_population
from tonewright.listening.results import PART_OF, Results
from tonewright.population.data import PopulationError
from tonewright.population.reliability import retest


@dataclass(frozen=True)
class Rules:
    """When a listener is left out.

    Attributes
    ----------
    reference_below, reference_share
        MUSHRA: the hidden reference below this score on more than this share of the items.
    catch_share
        More than this share of the catch trials failed.
    least_share
        Less than this share of the median listener's answers.
    retest_ratio
        Adjustments: a mean distance between repeats above this ratio of the mean distance between people.
    least_repeats
        Adjustments: nobody with fewer repeats is left out for them.
    headphones
        Whether a failed headphone check leaves out.
    """

    reference_below: float = 90.0
    reference_share: float = 0.15
    catch_share: float = 0.34
    least_share: float = 0.5
    retest_ratio: float = 1.15
    least_repeats: int = 4
    headphones: bool = False


@dataclass(frozen=True)
class Measured:
    """What the rules look at, for one listener; ``None`` where the study does not tell.

    Attributes
    ----------
    answers
        How many, catch trials not counted.
    low_references, references
        Items on which the hidden reference was rated too low, of how many.
    failed_catches, catches
        Of how many.
    retest
        Mean distance between repeats, in units of the space.
    reasons
        Sentences; empty for who stays.
    """

    listener: str
    answers: int
    low_references: int | None
    references: int
    failed_catches: int
    catches: int
    retest: float | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Screening:
    """All listeners against the rules; `between_people` is what a retest distance is compared with."""

    rules: Rules
    listeners: tuple[Measured, ...]
    between_people: float | None

    @property
    def excluded(self) -> dict[str, tuple[str, ...]]:
        """Who is left out, with reasons."""
        return {each.listener: each.reasons for each in self.listeners if each.reasons}

    @property
    def kept(self) -> int:
        """How many listeners stay."""
        return sum(not each.reasons for each in self.listeners)


def screen(results: Results, rules: Rules | None = None) -> Screening:
    """Hold all listeners against the rules."""
    rules = rules or Rules()
    answers = [each for each in results.answers if not each.catch]
    usual = float(np.median([sum(a.listener == one.id for a in answers) for one in results.listeners] or [0]))
    own, between = _retests(results)
    found = []
    for listener in results.listeners:
        name = listener.id
        count = sum(each.listener == name for each in answers)
        caught = [each.passed for each in results.answers if each.catch and each.listener == name]
        failed = sum(passed is False for passed in caught)
        low, references = _references(results, name, rules.reference_below)
        reasons = []
        if low is not None and low > rules.reference_share * references:
            reasons.append(
                f"rated the hidden reference below {rules.reference_below:g} on {low} of {references} items "
                f"(more than {100 * rules.reference_share:g} %)"
            )
        if caught and failed > rules.catch_share * len(caught):
            reasons.append(f"failed {failed} of {len(caught)} catch trials")
        if count < rules.least_share * usual:
            reasons.append(f"gave {count} answers where the median is {usual:g}")
        distance = own.get(name)
        again = sum(each.repeat > 0 and each.listener == name for each in answers)
        enough = again >= rules.least_repeats
        if enough and distance is not None and between is not None and distance > rules.retest_ratio * between:
            reasons.append(
                f"missed their own earlier choices by {distance:.2f} on average, where different people are "
                f"{between:.2f} apart"
            )
        if rules.headphones and listener.headphones is False:
            reasons.append("failed the headphone check")
        found.append(Measured(name, count, low, references, failed, len(caught), distance, tuple(reasons)))
    return Screening(rules, tuple(found), between)


def _references(results: Results, listener: str, below: float) -> tuple[int | None, int]:
    if results.kind != "mushra":
        return None, 0
    scores: dict[str, list[float]] = {}
    for each in results.ratings:
        if each.listener == listener and each.role == "reference" and not each.catch:
            scores.setdefault(each.item, []).append(each.score)
    return sum(float(np.mean(each)) < below for each in scores.values()), len(scores)


def _retests(results: Results) -> tuple[dict[str, float], float | None]:
    if PART_OF[results.kind] != "adjustments" or not any(each.repeat for each in results.adjustments):
        return {}, None
    try:
        found = retest(to_population(results))
    except PopulationError:
        return {}, None
    return found.listeners, found.other_person
