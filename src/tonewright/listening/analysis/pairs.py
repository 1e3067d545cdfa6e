"""What choices between two show: strengths, shares, whether a difference was heard at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import scipy.stats
from numpy.typing import NDArray

from tonewright.listening.analysis.bradley_terry import Strengths, fit_strengths
from tonewright.listening.analysis.discrimination import Discrimination, discriminate
from tonewright.listening.analysis.paired import wilcoxon
from tonewright.listening.results import Pair, Results
from tonewright.statistics import Interval, bootstrap, holm

Array = NDArray[np.float64]

_REFITS = 500
#: Refits without finite strengths may be this share at most for an interval to be given.
_LOST = 0.05


@dataclass(frozen=True)
class Contest:
    """Two systems against each other.

    Attributes
    ----------
    first, second
        Names.
    wins, losses, ties
        Of the first.
    share
        Of the first, ties as halves, over listeners' shares with the BCa interval of drawing whole listeners.
    p, p_holm
        Signed-rank test of listeners' shares against one half (where everybody chose once, the exact binomial test),
        and corrected over all pairs.
    p_binomial
        Exact test of choices without ties: right only where each listener chose once.
    """

    first: str
    second: str
    wins: int
    losses: int
    ties: int
    share: Interval
    p: float
    p_holm: float
    p_binomial: float


@dataclass(frozen=True)
class Heard:
    """Whether two systems were told apart in ABX; `p_holm` corrects the binomial p over all pairs."""

    first: str
    second: str
    found: Discrimination
    p_holm: float


@dataclass(frozen=True, eq=False)
class PairFindings:
    """All that is found in choices between two.

    Attributes
    ----------
    listeners, items, choices
        Counts.
    systems
        By strength, strongest first; in order of appearance without strengths.
    strengths
        Log strength of each system with the percentile interval of drawing whole listeners; empty for ABX or where
        there are none.
    errors
        Of the strengths, from the model, which takes choices for independent.
    fit
        The fitted model; ``None`` for ABX.
    fit_p
        Of the model's fit, by chi-squared of the deviance; ``None`` where nothing is left to test.
    contests
        All pairs that met; empty for ABX.
    heard
        ABX only.
    first_share, p_first
        How often the one shown first was chosen, ties left out, and the exact p against one half: a bias of position.
    repeats, consistent
        Repeated choices, and the share that came out as before.
    notes
        What the reader must know.
    """

    listeners: int
    items: int
    choices: int
    systems: tuple[str, ...]
    strengths: tuple[Interval, ...]
    errors: tuple[float, ...]
    fit: Strengths | None
    fit_p: float | None
    contests: tuple[Contest, ...]
    heard: tuple[Heard, ...]
    first_share: float | None
    p_first: float | None
    repeats: int
    consistent: float | None
    notes: tuple[str, ...]


def analyse_pairs(results: Results, seed: int = 0) -> PairFindings:
    """Analyse the choices of a study."""
    pairs = [each for each in results.pairs if not each.catch]
    listeners = tuple(dict.fromkeys(each.listener for each in pairs))
    systems = tuple(dict.fromkeys(name for each in pairs for name in (each.first, each.second)))
    decided = [each for each in pairs if each.chosen != "tie"]
    firsts = sum(each.chosen == "first" for each in decided)
    repeats, same = _consistency(pairs)
    found = PairFindings(
        listeners=len(listeners),
        items=len({each.item for each in pairs}),
        choices=len(pairs),
        systems=systems,
        strengths=(),
        errors=(),
        fit=None,
        fit_p=None,
        contests=(),
        heard=(),
        first_share=firsts / len(decided) if decided else None,
        p_first=float(scipy.stats.binomtest(firsts, len(decided)).pvalue) if decided else None,
        repeats=repeats,
        consistent=same / repeats if repeats else None,
        notes=(),
    )
    if results.kind == "abx":
        return replace(found, heard=_heard(pairs, listeners))
    return _with_strengths(replace(found, contests=_contests(pairs, seed)), pairs, listeners, seed)


def _with_strengths(found: PairFindings, pairs: Sequence[Pair], listeners: tuple[str, ...], seed: int) -> PairFindings:
    wins, ties = _counts(pairs, listeners, found.systems)
    fit = fit_strengths(wins.sum(axis=0), ties.sum(axis=0))
    if fit.note:
        return replace(found, fit=fit, notes=(fit.note,))
    order = np.argsort(-fit.strengths, kind="stable")
    picks = np.random.default_rng(seed).multinomial(
        len(listeners), np.full(len(listeners), 1.0 / len(listeners)), size=_REFITS
    )
    drawn = [
        again.strengths
        for again in (
            fit_strengths(np.tensordot(pick, wins, 1), np.tensordot(pick, ties, 1)) for pick in picks.astype(float)
        )
        if not again.note
    ]
    enough = len(listeners) > 1 and len(drawn) >= (1.0 - _LOST) * _REFITS
    low, high = (
        np.quantile(np.array(drawn), [0.025, 0.975], axis=0)
        if enough
        else np.full((2, len(order)), [[-np.inf], [np.inf]])
    )
    notes = () if enough else ("There are too few listeners, or too one-sided choices, for intervals of strengths.",)
    total, tied = wins.sum(axis=0), ties.sum(axis=0)
    met = int(np.sum(np.triu(total + total.T + tied, 1) > 0))
    with_ties = bool(ties.any())
    freedom = met * (2 if with_ties else 1) - (len(order) - 1) - with_ties
    return replace(
        found,
        systems=tuple(found.systems[index] for index in order),
        strengths=tuple(Interval(float(fit.strengths[i]), float(low[i]), float(high[i])) for i in order),
        errors=tuple(float(fit.covariance[i, i]) ** 0.5 for i in order),
        fit=fit,
        fit_p=float(scipy.stats.chi2.sf(fit.deviance, freedom)) if freedom > 0 else None,
        notes=notes,
    )


def _counts(pairs: Sequence[Pair], listeners: Sequence[str], systems: Sequence[str]) -> tuple[Array, Array]:
    """Return wins (row over column) and ties per listener, ``(listeners, systems, systems)`` each."""
    who, what = ({name: index for index, name in enumerate(names)} for names in (listeners, systems))
    wins, ties = np.zeros((2, len(who), len(what), len(what)))
    for each in pairs:
        a, b = what[each.first], what[each.second]
        if each.chosen == "tie":
            ties[who[each.listener], a, b] += 1
            ties[who[each.listener], b, a] += 1
        else:
            winner, loser = (a, b) if each.chosen == "first" else (b, a)
            wins[who[each.listener], winner, loser] += 1
    return wins, ties


def _contests(pairs: Sequence[Pair], seed: int) -> tuple[Contest, ...]:
    names = tuple(dict.fromkeys(name for each in pairs for name in (each.first, each.second)))
    found = []
    for first, second in combinations(names, 2):
        met = [each for each in pairs if {each.first, each.second} == {first, second}]
        if not met:
            continue
        points = [0.5 if each.winner is None else float(each.winner == first) for each in met]
        who = [each.listener for each in met]
        wins, losses = points.count(1.0), points.count(0.0)
        shares = [
            float(np.mean([p for p, w in zip(points, who, strict=True) if w == one])) for one in dict.fromkeys(who)
        ]
        binomial = float(scipy.stats.binomtest(wins, wins + losses).pvalue) if wins + losses else 1.0
        p = binomial if len(shares) == len(points) else wilcoxon(np.array(shares) - 0.5)[1]
        share = bootstrap(points, who, seed=seed)
        found.append(Contest(first, second, wins, losses, points.count(0.5), share, p, p, binomial))
    adjusted = holm([each.p for each in found])
    return tuple(replace(each, p_holm=p) for each, p in zip(found, adjusted, strict=True))


def _heard(pairs: Sequence[Pair], listeners: Sequence[str]) -> tuple[Heard, ...]:
    groups: dict[tuple[str, str], list[Pair]] = {}
    for each in pairs:
        groups.setdefault((min(each.first, each.second), max(each.first, each.second)), []).append(each)
    found = []
    for (first, second), met in groups.items():
        counts = [
            (sum(p.chosen == p.x for p in met if p.listener == one), sum(p.listener == one for p in met))
            for one in listeners
        ]
        judged = discriminate([each for each in counts if each[1]])
        found.append(Heard(first, second, judged, judged.p))
    adjusted = holm([each.p_holm for each in found])
    return tuple(replace(each, p_holm=p) for each, p in zip(found, adjusted, strict=True))


def _consistency(pairs: Sequence[Pair]) -> tuple[int, int]:
    """Return how many choices are repeats, and how many came out as before; ABX has trials, no repeats."""
    first: dict[tuple[str, str, frozenset[str]], str | None] = {}
    count = same = 0
    for each in sorted((pair for pair in pairs if pair.x is None), key=lambda pair: pair.repeat):
        key = (each.listener, each.item, frozenset((each.first, each.second)))
        if not each.repeat:
            first[key] = each.winner
        elif key in first:
            count += 1
            same += each.winner == first[key]
    return count, same
