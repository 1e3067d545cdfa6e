"""What ratings show, in words and tables."""

from __future__ import annotations

from tonewright.listening.analysis.mixed import Contrast, MixedModel
from tonewright.listening.analysis.ratings import PairOfSystems, RatingFindings
from tonewright.listening.analysis.report.parts import Table
from tonewright.listening.analysis.report.say import (
    ALPHA,
    bounds,
    counted,
    interval,
    listed,
    number,
    p_said,
    p_value,
)


def sentences(found: RatingFindings, scale: tuple[float, float]) -> list[str]:
    """Return what may be claimed, one fact a sentence."""
    low, high = scale
    judged = [each for each in found.systems if each.role == "system"]
    means = [f"{each.name} {number(each.mean.estimate)} ({bounds(each.mean)})" for each in judged]
    said = [
        f"{counted(found.listeners, 'listener')} rated {counted(len(judged), 'system')} on "
        f"{counted(found.items, 'item')}, from {low:g} to {high:g}.",
        f"Mean ratings: {listed(means)}; intervals are BCa bootstraps over listeners.",
    ]
    if not found.pairs:
        return [*said, "No two systems were rated by the same listeners, so that nothing is compared."]
    said += [_pair(each) for each in found.pairs]
    count = len(found.pairs)
    if count > 1:
        rest = "intervals and tests of equivalence" if any(each.equivalence for each in found.pairs) else "intervals"
        said.append(f"These p-values are corrected for {count} comparisons (Holm); the {rest} are not.")
    if found.normal is False:
        said.append(
            "Not all differences are normally distributed (Shapiro-Wilk), so that the t-tests in the tables are for "
            "comparison with other papers only."
        )
    said.append(_model(found))
    return [each for each in said if each]


def claims(found: RatingFindings) -> dict[tuple[str, str], int]:
    """Return for each pair what is claimed: 1 the first is higher, -1 the second, 0 nothing."""
    return {(each.first, each.second): _claim(each) for each in found.pairs}


def tables(found: RatingFindings) -> list[Table]:
    """Return all numbers: systems, tests, models. The first table is the one for a paper."""
    made = [_systems(found), *([_tests(found)] if found.pairs else [])]
    if any(each.equivalence for each in found.pairs):
        made.append(_equivalence(found))
    made += [_contrasts(model, contrasts) for model, contrasts in _models(found) if contrasts]
    return made


def _claim(pair: PairOfSystems) -> int:
    if pair.p_holm >= ALPHA:
        return 0
    return 1 if pair.paired.rank_biserial > 0 else -1


def _pair(pair: PairOfSystems) -> str:
    found, claim = pair.paired, _claim(pair)
    size = f"mean difference {number(found.difference.estimate)}, {bounds(found.difference)}, {p_said(pair.p_holm)}"
    if claim:
        better, worse = (pair.first, pair.second) if claim > 0 else (pair.second, pair.first)
        text = f"{better} was rated higher than {worse} ({size}, dz {number(found.dz)})"
    else:
        text = f"A difference between {pair.first} and {pair.second} was not shown ({size})"
    same = pair.equivalence
    if same is None:
        return f"{text}." if claim else f"{text}, which does not mean that they are equal."
    shown = same.p < ALPHA
    within = f"within {same.margin:g} points of each other"
    if shown:
        return f"{text}; on average they are {within} (TOST, {p_said(same.p)})."
    return (
        f"{text}; that they are {within} on average was not shown either (TOST, {p_said(same.p)})."
        if not claim
        else (f"{text}; that they are {within} on average was not shown (TOST, {p_said(same.p)}).")
    )


def _model(found: RatingFindings) -> str:
    if found.model_liking.note:
        return found.model_liking.note
    if not found.contrasts_liking:
        return ""
    liked = {(each.first, each.second): each.p for each in found.contrasts_liking}
    against = [
        f"{pair.first} and {pair.second}" for pair in found.pairs
        if bool(_claim(pair)) != (liked.get((pair.first, pair.second), 1.0) < ALPHA)
    ]  # fmt: skip
    if not against:
        return "A mixed model with listeners and items as random effects agrees on all of this (its p uncorrected)."
    return f"A mixed model with listeners and items as random effects (p uncorrected) differs on {listed(against)}."


def _systems(found: RatingFindings) -> Table:
    rows = [
        (
            each.name if each.role == "system" else f"{each.name} ({each.role})",
            interval(each.mean),
            number(each.median),
            number(each.sd),
            str(each.listeners),
            str(each.ratings),
        )
        for each in found.systems
    ]
    caption = (
        "Ratings: means over listeners with 95 % intervals (BCa bootstrap of whole listeners), median and standard "
        "deviation of listeners' means."
    )
    return Table(caption, ("system", "mean [95 %]", "median", "sd", "listeners", "ratings"), rows, "systems")


def _tests(found: RatingFindings) -> Table:
    rows = [
        (
            f"{each.first} - {each.second}",
            interval(each.paired.difference),
            p_value(each.paired.p_wilcoxon),
            p_value(each.p_holm),
            number(each.paired.t),
            p_value(each.paired.p_t),
            p_value(each.p_t_holm),
            p_value(each.paired.p_shapiro),
            number(each.paired.dz),
            number(each.paired.rank_biserial),
            number(each.cliff),
            str(each.paired.n),
        )
        for each in found.pairs
    ]
    caption = (
        "Pairs of systems over listeners' means: mean difference with its 95 % t interval; Wilcoxon's signed-rank "
        "test, alone and corrected (Holm); the paired t-test likewise, with Shapiro-Wilk's p of the differences; "
        "Cohen's dz, matched rank-biserial correlation, Cliff's delta."
    )
    headings = (
        "pair", "difference [95 %]", "p", "p (Holm)", "t", "p (t)", "p (t, Holm)", "p (normal)", "dz", "r (ranks)",
        "delta", "listeners",
    )  # fmt: skip
    return Table(caption, headings, rows, "tests")


def _equivalence(found: RatingFindings) -> Table:
    rows = [
        (
            f"{each.first} - {each.second}",
            number(each.equivalence.margin),
            f"[{number(each.equivalence.low)}, {number(each.equivalence.high)}]",
            number(each.equivalence.t_lower),
            number(each.equivalence.t_upper),
            p_value(each.equivalence.p),
        )
        for each in found.pairs
        if each.equivalence
    ]
    caption = (
        "Equivalence by two one-sided tests (TOST): p below 0.05 shows a difference within the margin; uncorrected."
    )
    return Table(caption, ("pair", "margin", "90 % interval", "t (lower)", "t (upper)", "p"), rows, "equivalence")


def _models(found: RatingFindings) -> list[tuple[MixedModel, tuple[Contrast, ...]]]:
    both = [(found.model, found.contrasts), (found.model_liking, found.contrasts_liking)]
    return both if found.model.formula != found.model_liking.formula else both[:1]


def _contrasts(model: MixedModel, contrasts: tuple[Contrast, ...]) -> Table:
    rows = [
        (
            f"{each.first} - {each.second}",
            interval(each.difference),
            number(each.error),
            number(each.t),
            p_value(each.p),
        )
        for each in contrasts
    ]
    parts = ", ".join(f"{name} {number(sd)}" for name, sd in model.deviations.items())
    degrees = "the normal distribution" if model.degrees == float("inf") else f"t with {model.degrees:g} degrees"
    remarks = "".join(f" {each}" for each in model.remarks)
    caption = (
        f"Mixed model {model.formula}, REML, {model.ratings} ratings; standard deviations: {parts}; tests by "
        f"{degrees}, uncorrected.{remarks}"
    )
    name = "mixed-model-liking" if "listener:system" in model.formula else "mixed-model"
    return Table(caption, ("pair", "difference [95 %]", "error", "statistic", "p"), rows, name)
