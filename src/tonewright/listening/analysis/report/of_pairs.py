"""What choices between two show, in words and tables."""

from __future__ import annotations

from tonewright.listening.analysis.pairs import Contest, Heard, PairFindings
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
    percent,
)
from tonewright.statistics import Interval


def sentences(found: PairFindings) -> list[str]:
    """Return what may be claimed, one fact a sentence."""
    said = [
        f"{counted(found.listeners, 'listener')} made {counted(found.choices, 'choice')} on "
        f"{counted(found.items, 'item')}."
    ]
    said += [_heard(each) for each in found.heard] + [_contest(each) for each in found.contests]
    count = len(found.heard) + len(found.contests)
    if count > 1:
        said.append(f"These p-values are corrected for {count} comparisons (Holm); the intervals are not.")
    if found.strengths:
        order = [f"{name} {interval(value)}" for name, value in zip(found.systems, found.strengths, strict=True)]
        said.append(f"Strengths on one scale (Bradley-Terry, log odds, mean 0): {listed(order)}.")
    if found.fit_p is not None and found.fit_p < ALPHA:
        said.append(
            f"The choices do not fit one scale well ({p_said(found.fit_p)}): read the pairs, not the strengths."
        )
    said += list(found.notes)
    if found.first_share is not None and found.p_first is not None and found.p_first < ALPHA:
        said.append(
            f"What came first was chosen in {percent(found.first_share)} of the choices ({p_said(found.p_first)}): "
            "listeners had a bias of position, which the random order spreads over all systems."
        )
    if found.consistent is not None:
        said.append(f"{percent(found.consistent)} of {counted(found.repeats, 'repeat')} came out as the first time.")
    return said


def claims(found: PairFindings) -> dict[tuple[str, str], int]:
    """Return for each pair what is claimed: 1 the first wins (or a difference was heard), -1 the second, 0 nothing."""
    shown = {(each.first, each.second): int(each.p_holm < ALPHA) for each in found.heard}
    return shown | {(each.first, each.second): _claim(each) for each in found.contests}


def tables(found: PairFindings) -> list[Table]:
    """Return all numbers; the first table is the one for a paper."""
    made = []
    if found.strengths:
        made.append(_strengths(found))
    if found.contests:
        made.append(_contests(found))
    if found.heard:
        made.append(_abx(found))
    return made


def _claim(contest: Contest) -> int:
    if contest.p_holm >= ALPHA:
        return 0
    return 1 if contest.share.estimate > 0.5 else -1


def _shares(value: Interval) -> str:
    scaled = Interval(*(100.0 * each for each in value))
    return bounds(scaled, 0)


def _contest(each: Contest) -> str:
    claim = _claim(each)
    ties = f", {counted(each.ties, 'tie')}" if each.ties else ""
    share, better, worse = each.share, each.first, each.second
    if share.estimate < 0.5:
        share, better, worse = Interval(1 - share.estimate, 1 - share.high, 1 - share.low), each.second, each.first
    size = f"{percent(share.estimate)} of the choices, {_shares(share)}{ties}, {p_said(each.p_holm)}"
    if claim:
        return f"{better} was preferred to {worse} ({size})."
    return (
        f"A preference between {better} and {worse} was not shown ({better} {size}), which does not mean there is none."
    )


def _heard(each: Heard) -> str:
    found = each.found
    size = (
        f"{found.right} of {found.trials} right, {percent(found.share.estimate)}, {_shares(found.share)}, "
        f"{p_said(each.p_holm)}"
    )
    if each.p_holm < ALPHA:
        return f"{each.first} and {each.second} were told apart ({size}; d' {number(found.d_prime.estimate)})."
    return (
        f"That {each.first} and {each.second} can be told apart was not shown ({size}), which does not mean that the "
        "difference cannot be heard."
    )


def _strengths(found: PairFindings) -> Table:
    rows = [
        (name, interval(value), number(error))
        for name, value, error in zip(found.systems, found.strengths, found.errors, strict=True)
    ]
    tie = f" Readiness for ties {number(found.fit.tie)}." if found.fit and found.fit.tie else ""
    fit = "" if found.fit_p is None else f" Fit: p = {p_value(found.fit_p)}."
    caption = (
        "Strengths: Bradley and Terry's model, log odds with mean 0, 95 % intervals by bootstrap of whole listeners; "
        f"errors from the model, which takes choices for independent.{tie}{fit}"
    )
    return Table(caption, ("system", "strength [95 %]", "error"), rows, "strengths")


def _contests(found: PairFindings) -> Table:
    rows = [
        (
            f"{each.first} : {each.second}",
            str(each.wins),
            str(each.losses),
            str(each.ties),
            interval(each.share),
            p_value(each.p),
            p_value(each.p_holm),
            p_value(each.p_binomial),
        )
        for each in found.contests
    ]
    caption = (
        "Pairs: choices for the first, the second, ties; share of the first (ties as halves) over listeners with its "
        "95 % interval (BCa bootstrap of whole listeners); signed-rank test of listeners' shares against one half, "
        "alone and corrected (Holm); exact binomial test, for one choice per listener only."
    )
    headings = ("pair", "first", "second", "ties", "share [95 %]", "p", "p (Holm)", "p (binomial)")
    return Table(caption, headings, rows, "pairs")


def _abx(found: PairFindings) -> Table:
    rows = [
        (
            f"{each.first} : {each.second}",
            str(each.found.right),
            str(each.found.trials),
            interval(each.found.share),
            p_value(each.found.p),
            p_value(each.p_holm),
            p_value(each.found.p_listeners),
            interval(each.found.d_prime),
            str(each.found.listeners),
        )
        for each in found.heard
    ]
    caption = (
        "ABX: right answers, their share with Wilson's 95 % interval over trials; exact binomial test against "
        "guessing, one-sided, alone and corrected (Holm); signed-rank test of listeners' shares; d' by differencing."
    )
    headings = ("pair", "right", "trials", "share [95 %]", "p", "p (Holm)", "p (listeners)", "d' [95 %]", "listeners")
    return Table(caption, headings, rows, "abx")
