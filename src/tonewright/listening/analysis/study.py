"""One study analysed: screening, then everything twice, without and with those who were left out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

import numpy as np

from tonewright import __version__
from tonewright.listening.analysis.adjustments import AdjustmentFindings, analyse_adjustments
from tonewright.listening.analysis.pairs import PairFindings, analyse_pairs
from tonewright.listening.analysis.ratings import RatingFindings, analyse_ratings
from tonewright.listening.analysis.screening import Rules, Screening, screen
from tonewright.listening.results import PART_OF, Results, ResultsError
from tonewright.population.data import Population

Findings = RatingFindings | PairFindings | AdjustmentFindings


@dataclass(frozen=True)
class Options:
    """What may be chosen about an analysis, before its results are seen.

    Attributes
    ----------
    rules
        Of screening.
    margin
        Of equivalence between ratings, in units of their scale; no such test if absent.
    by
        Adjustments: a question of the questionnaire that splits the listeners in two groups to compare.
    against
        Adjustments: another population to compare with.
    seed
        Of bootstraps and permutations.
    """

    rules: Rules = field(default_factory=Rules)
    margin: float | None = None
    by: str | None = None
    against: Population | None = None
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Analysis:
    """What a study shows.

    Attributes
    ----------
    results, options, screening
        What was analysed, and how.
    findings
        Of the listeners who stay: these are reported.
    everybody
        Of all listeners, to see what leaving out changes; ``None`` where nobody is left out.
    """

    results: Results
    options: Options
    screening: Screening
    findings: Findings
    everybody: Findings | None

    def to_dict(self) -> dict[str, Any]:
        """Return all numbers as plain data; what has no value is ``None``."""
        options = self.options
        return {
            "study": self.results.study,
            "kind": self.results.kind,
            "hash": self.results.hash,
            "tonewright": __version__,
            "options": {"margin": options.margin, "by": options.by, "seed": options.seed, "confidence": 0.95},
            "screening": plain(self.screening) | {"excluded": plain(self.screening.excluded)},
            "findings": plain(self.findings),
            "with_everybody": plain(self.everybody),
        }


def analyse(results: Results, options: Options | None = None) -> Analysis:
    """Analyse a study.

    Raises
    ------
    ResultsError
        If nothing was answered, too few listeners stay, or an option does not fit the kind of study.
    PopulationError
        If populations cannot be compared.
    """
    options = options or Options()
    part = PART_OF[results.kind]
    if not [each for each in results.answers if not each.catch]:
        raise ResultsError(f"{results.study} holds no answers yet, so that there is nothing to analyse.")
    if options.margin is not None and part != "ratings":
        raise ResultsError(f"A margin of equivalence is for ratings; {results.study} is of the kind {results.kind}.")
    if (options.by or options.against is not None) and part != "adjustments":
        raise ResultsError(f"Groups are compared in adjustments; {results.study} is of the kind {results.kind}.")
    screening = screen(results, options.rules)
    kept = results.without(set(screening.excluded))
    staying = len({each.listener for each in kept.answers if not each.catch})
    # One person's ABX says something about that person; everything else is about listeners.
    if staying < (1 if results.kind == "abx" else 2):
        raise ResultsError(
            f"After screening {results.study} has the answers of {staying} "
            f"listener{'' if staying == 1 else 's'}; an analysis needs two."
        )
    return Analysis(
        results=results,
        options=options,
        screening=screening,
        findings=_find(kept, options),
        everybody=_find(results, options) if screening.excluded else None,
    )


def _find(results: Results, options: Options) -> Findings:
    part = PART_OF[results.kind]
    if part == "ratings":
        return analyse_ratings(results, options.margin, options.seed)
    if part == "pairs":
        return analyse_pairs(results, options.seed)
    return analyse_adjustments(results, by=options.by, against=options.against, seed=options.seed)


def plain(value: Any) -> Any:
    """Turn findings into what JSON can say: named tuples and dataclasses to objects, infinities to ``None``."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(item) for name, item in value._asdict().items()}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value
