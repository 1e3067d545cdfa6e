"""What ratings show: means over listeners, tests between systems, models. Opinion scores, free ratings, MUSHRA."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from tonewright.listening.analysis.mixed import Contrast, MixedModel, fit_mixed
from tonewright.listening.analysis.paired import Equivalence, Paired, cliffs_delta, compare, equivalence
from tonewright.listening.analysis.power import Components
from tonewright.listening.analysis.scores import Scores, retest_gaps, roles, scores_of
from tonewright.listening.results import Results
from tonewright.statistics import Interval, bootstrap, holm

_RESAMPLES = 10_000


@dataclass(frozen=True)
class SystemScore:
    """One system.

    Attributes
    ----------
    name, role
        As in the results.
    listeners, ratings
        How many.
    mean
        Over listeners' means, with the BCa interval of drawing whole listeners.
    median, sd
        Over listeners' means.
    """

    name: str
    role: str
    listeners: int
    ratings: int
    mean: Interval
    median: float
    sd: float


@dataclass(frozen=True)
class PairOfSystems:
    """Two systems compared.

    Attributes
    ----------
    first, second
        Names; differences are first minus second.
    paired
        Over listeners' means.
    p_holm, p_t_holm
        Wilcoxon's and the t-test's p, each corrected over all pairs of the study.
    cliff
        Cliff's delta over listeners' means.
    equivalence
        TOST; ``None`` where no margin was given.
    """

    first: str
    second: str
    paired: Paired
    p_holm: float
    p_t_holm: float
    cliff: float
    equivalence: Equivalence | None


@dataclass(frozen=True, eq=False)
class RatingFindings:
    """All that is found in ratings.

    Attributes
    ----------
    listeners, items, ratings
        Counts.
    systems
        Sorted by mean, highest first.
    pairs
        All pairs of systems; hidden references and anchors take no part.
    normal
        Whether no Shapiro-Wilk test of differences rejects at 0.05, uncorrected; ``None`` without tests.
    model, contrasts
        ``score ~ system + (1 | listener) + (1 | item)``, and its differences, p uncorrected.
    model_liking, contrasts_liking
        The same with listeners' own liking of each system, ``(1 | listener:system)``: the more cautious one.
    components
        For planning the next study; ``None`` where the model has none.
    retests, retest_mean_gap
        Repeated ratings, and their mean absolute difference from the first.
    """

    listeners: int
    items: int
    ratings: int
    systems: tuple[SystemScore, ...]
    pairs: tuple[PairOfSystems, ...]
    normal: bool | None
    model: MixedModel
    contrasts: tuple[Contrast, ...]
    model_liking: MixedModel
    contrasts_liking: tuple[Contrast, ...]
    components: Components | None
    retests: int
    retest_mean_gap: float | None


def analyse_ratings(results: Results, margin: float | None = None, seed: int = 0) -> RatingFindings:
    """Analyse the ratings of a study with at least two listeners.

    Parameters
    ----------
    margin
        Of equivalence, in units of the scale; no such test if absent.
    """
    scores, role = scores_of(results), roles(results)
    systems = sorted((_describe(scores, name, role[name], seed) for name in scores.systems), key=lambda s: -s.mean[0])
    tested = [each.name for each in systems if each.role == "system"]
    pairs = _pairs(scores, tested, margin)
    shapiro = [each.paired.p_shapiro for each in pairs if each.paired.p_shapiro is not None]
    model, liking = _models(results, set(tested))
    gaps = retest_gaps(results)
    names = [(each.first, each.second) for each in pairs]
    parts = liking.deviations
    usable = not liking.note and "residual" in parts
    return RatingFindings(
        listeners=len(scores.listeners),
        items=len(scores.items),
        ratings=sum(not each.catch for each in results.ratings),
        systems=tuple(systems),
        pairs=pairs,
        normal=all(p > 0.05 for p in shapiro) if shapiro else None,
        model=model,
        contrasts=() if model.note else tuple(model.contrast(*each) for each in names),
        model_liking=liking,
        contrasts_liking=() if liking.note else tuple(liking.contrast(*each) for each in names),
        components=Components(parts.get("listener:system", 0.0), parts["residual"]) if usable else None,
        retests=len(gaps),
        retest_mean_gap=float(np.abs(gaps).mean()) if len(gaps) else None,
    )


def _describe(scores: Scores, name: str, role: str, seed: int) -> SystemScore:
    values, who = scores.rows(name)
    means = scores.by_listener(name)
    means = means[np.isfinite(means)]
    return SystemScore(
        name=name,
        role=role,
        listeners=len(means),
        ratings=len(values),
        mean=bootstrap(values, who, seed=seed, resamples=_RESAMPLES),
        median=float(np.median(means)),
        sd=float(means.std(ddof=1)) if len(means) > 1 else 0.0,
    )


def _pairs(scores: Scores, tested: list[str], margin: float | None) -> tuple[PairOfSystems, ...]:
    found = []
    for first, second in combinations(tested, 2):
        x, y = scores.pair(first, second)
        if np.isfinite(x).sum() < 2:
            continue
        paired = compare(x, y)
        same = None if margin is None else equivalence(paired.difference.estimate, paired.sd, paired.n, margin)
        found.append(PairOfSystems(first, second, paired, 1.0, 1.0, cliffs_delta(x, y), same))
    by_ranks = holm([each.paired.p_wilcoxon for each in found])
    by_t = holm([each.paired.p_t for each in found])
    return tuple(replace(each, p_holm=p, p_t_holm=p_t) for each, p, p_t in zip(found, by_ranks, by_t, strict=True))


def _models(results: Results, tested: set[str]) -> tuple[MixedModel, MixedModel]:
    rated = [each for each in results.ratings if not each.catch and each.system in tested]
    scores, systems = [each.score for each in rated], [each.system for each in rated]
    effects: dict[str, list[str]] = {
        "listener": [each.listener for each in rated],
        "item": [each.item for each in rated],
    }
    own = [f"{each.listener}\0{each.system}" for each in rated]
    # A liking that is rated once cannot be told from the rating's own error.
    liked = effects | ({"listener:system": own} if len(set(own)) < len(own) else {})
    listeners = len(set(effects["listener"]))
    return fit_mixed(scores, systems, effects), fit_mixed(scores, systems, liked, degrees=max(1, listeners - 1))
