"""What judged predictions of people's choices say: skill against ignoring the prompt, distances, tests.

A prompt is the unit: items of one prompt are averaged first. Skill is 1 - mean distance / mean distance of prompt-blind
humans over the same prompts: 0 for ignoring the prompt, 1 for the very same choices.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Self

from tonewright.evaluation.report import Report, Row, Scores, known_or_nan
from tonewright.evaluation.say_scores import DISTANCES, MEASURES
from tonewright.evaluation.tables import ORACLE_MARK, Table, named, tested
from tonewright.population.data import prompt_key
from tonewright.statistics import Interval

#: What skill is measured against.
BLIND = "prompt-blind"
#: Distances for which tests are made.
TESTED = ("energy", "sinkhorn", "w2", "curve_energy")
_LABELS = {
    "energy": "energy",
    "sinkhorn": "Sinkhorn",
    "w2": "W2",
    "curve_energy": "energy of curves, dB",
    "exact_energy": "energy, exact",
    "exact_sinkhorn": "Sinkhorn, exact",
}


@dataclass(frozen=True)
class SaySummary:
    """What a system did over prompts, intervals at 95 %.

    Attributes
    ----------
    prompts
        How many it covers.
    means
        Each measure, its mean over prompts (BCa bootstrap over prompts).
    skill
        For each distance, against prompt-blind humans on the same prompts (BCa bootstrap over prompts).
    skill_people
        Skill in energy, prompts and listeners both drawn anew; ``None`` where items do not share their listeners.
    spread_ratio
        Mean spread of drawn clouds over mean spread of people.
    """

    prompts: int
    means: dict[str, Interval]
    skill: dict[str, Interval]
    skill_people: Interval | None
    spread_ratio: Interval


@dataclass(frozen=True)
class SayReport(Report):
    """The result of a run on a population.

    Attributes
    ----------
    source
        Where the population comes from.
    skill_people
        By system, see :class:`SaySummary`.
    """

    source: str = ""
    skill_people: Mapping[str, Interval | None] = field(default_factory=dict)

    baseline: ClassVar[str] = BLIND
    names: ClassVar[Mapping[str, str]] = {"corpus": "population", "oracles": "sees_answers"}

    @property
    def seed(self) -> int:
        """The first of the protocol's."""
        return int(self.protocol.first_seed)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Which systems are tested: each that is judged against each baseline; baselines against prompt-blind."""
        rivals = [system for system in self.systems if system not in self.oracles]
        old = [system for system in rivals if system in self.baselines]
        judged = [system for system in rivals if system not in self.baselines]
        return [(new, one) for new in judged for one in old] + [(one, BLIND) for one in old if one != BLIND]

    @cached_property
    def summaries(self) -> dict[str, SaySummary]:
        """Every system's summary."""
        return {
            system: SaySummary(
                prompts=len(set(self.known(system, "energy")[1])),
                means={name: self.mean(system, name) for name in MEASURES},
                skill={name: _one_minus(self.ratio(system, name)) for name in DISTANCES},
                skill_people=self.skill_people.get(system),
                spread_ratio=self.ratio(system, "spread", (system, "human_spread")),
            )
            for system in self.systems
        }

    # -- the file

    def content(self) -> dict[str, Any]:
        """Return how it was judged, summaries and tests by distance."""
        asked = self.protocol
        whole = self.asked_data()
        protocol = whole.pop("protocol")
        return {
            "source": self.source,
            "protocol": protocol,
            "distances": {
                "energy": {"cost": "Euclidean, all pairs, own ones too", "n": asked.size},
                "sinkhorn": {"cost": "squared Euclidean", "epsilon": asked.epsilon, "n": asked.size},
                "w2": {"cost": "squared Euclidean", "n": asked.size},
                "curve_energy": {"cost": "RMS dB of mean-free responses", "n": asked.size},
            },
            "items": len(self.rows),
            "prompts": len(self.works),
            **whole,
            "summary": {system: _summary(found) for system, found in self.summaries.items()},
            "tests": {measure: self.tests_data(measure) for measure in TESTED},
        }

    def rows_data(self) -> Iterator[dict[str, Any]]:
        """Yield a row per item and system that covers it: item, prompt, system and all measures."""
        for row in self.rows:
            for system, scores in row.scores.items():
                yield {**row.about, "system": system, **scores.metrics}

    @classmethod
    def rows_of(cls, data: Sequence[Mapping[str, Any]]) -> list[Row]:
        """Return the rows that :meth:`rows_data` gave."""
        rows: dict[str, Row] = {}
        for flat in data:
            about = {name: flat[name] for name in ("item", "prompt")}
            row = rows.setdefault(flat["item"], Row(prompt_key(flat["prompt"]), about, {}))
            row.scores[flat["system"]] = Scores(known_or_nan({name: flat[name] for name in MEASURES}))
        return list(rows.values())

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], protocol: Any) -> Self:
        """Return the result that :meth:`to_dict` gave; what depends on single listeners is as it was written."""
        people = {name: one["skill_people"] for name, one in data["summary"].items()}
        return replace(
            super().from_dict(data, protocol),
            source=data["source"],
            skill_people={name: None if one is None else Interval(**one) for name, one in people.items()},
        )

    # -- what is shown

    def headline(self) -> str:
        """Return one line: population, size, folds, seeds, and what distances depend on."""
        asked = self.protocol
        return (
            f"{self.corpus}: {len(self.works)} prompts, {len(self.rows)} items, {asked.folds} folds by prompt, "
            f"{asked.seeds} seed{'s' * (asked.seeds > 1)} from {asked.first_seed}, {asked.draws} clouds of n = "
            f"{asked.size}, squared Euclidean cost, epsilon {asked.epsilon:g}"
        )

    def tables(self) -> list[Table]:
        """Return skill, distances and the tests by energy."""
        return [self._skill_table(), self._distance_table(), *self._paired_tests("energy")]

    def page(self) -> list[str | Table]:
        """Return skill, distances and all tests."""
        tests = [table for measure in TESTED for table in self._paired_tests(measure)]
        return [self._skill_table(), self._distance_table(), *tests]

    def sheets(self) -> dict[str, list[Sequence[Any]]]:
        """Return all measures of every item and system, and all tests."""
        rows = list(self.rows_data())
        tests = [
            [measure, *pair, *test] for measure in TESTED for pair, test in self.tests(measure).items()
        ]  # fmt: skip
        headings = ["measure", "first", "second", "median_difference", "p", "p_holm"]
        return {
            "rows.csv": [list(rows[0]), *(list(row.values()) for row in rows)] if rows else [],
            "tests.csv": [headings, *tests] if tests else [],
        }

    def _skill_table(self) -> Table:
        """Each system's skill against prompt-blind humans with intervals, its spread and its typicality."""
        rows = []
        for system in self.systems:
            found = self.summaries[system]
            people = "" if found.skill_people is None else _bounds(found.skill_people)
            rows.append(
                (
                    named(system, self.oracles),
                    _skill(found.skill["energy"]),
                    people,
                    _skill(found.skill["sinkhorn"]),
                    f"{found.skill['w2'].estimate:.2f}",
                    f"{found.skill['curve_energy'].estimate:.2f}",
                    f"{found.spread_ratio.estimate:.2f}",
                    f"{found.means['hrp'].estimate:.0f}",
                    str(found.prompts),
                )
            )
        caption = (
            "Skill = 1 - distance / distance of prompt-blind humans, on the same prompts; 95 % intervals by BCa "
            "bootstrap over prompts, of energy also over prompts and listeners. Spread: predicted over human. HRP: 50 "
            f"is a typical person. {ORACLE_MARK} was told answers: a bound, no competitor."
        )
        headings = ("system", "skill, energy", "and people", "Sinkhorn", "W2", "curves", "spread", "HRP", "prompts")
        return Table(headings, rows, caption)

    def _distance_table(self) -> Table:
        """Return the mean distances over prompts: clouds of equal size, then the exact distributions."""
        rows = []
        for system in self.systems:
            found = self.summaries[system]
            rows.append(
                (
                    named(system, self.oracles),
                    *(f"{found.means[name].estimate:.2f}" for name in _LABELS),
                    f"{found.skill['exact_energy'].estimate:.2f}",
                    f"{found.skill['exact_sinkhorn'].estimate:.2f}",
                    f"{found.means['shares_apart'].estimate:.2f}",
                )
            )
        headings = ("system", *_LABELS.values(), "exact skill, energy", "exact skill, Sinkhorn", "quadrants apart")
        caption = (
            "Means over prompts; lower is better but for skill. Exact distributions have another size than people's "
            "clouds and are compared with the exact prompt-blind one. Quadrants apart: total variation of the shares."
        )
        return Table(headings, rows, caption)

    def _paired_tests(self, measure: str) -> list[Table]:
        """Return the paired tests by one distance; none where there is nothing to test."""
        rows = [(f"{new} - {old}", *tested(test)) for (new, old), test in self.tests(measure).items()]
        caption = f"Paired Wilcoxon signed-rank test over prompts, {_LABELS[measure]}, Holm-adjusted; negative: better."
        return [Table(("systems", "median difference", "p", "p (Holm)"), rows, caption)] if rows else []


def _one_minus(value: Interval) -> Interval:
    return Interval(1.0 - value.estimate, 1.0 - value.high, 1.0 - value.low)


def _summary(found: SaySummary) -> dict[str, Any]:
    data = asdict(found)
    for name in ("means", "skill"):
        data[name] = {key: value._asdict() for key, value in getattr(found, name).items()}
    data["skill_people"] = None if found.skill_people is None else found.skill_people._asdict()
    data["spread_ratio"] = found.spread_ratio._asdict()
    return data


def _skill(value: Interval) -> str:
    return f"{value.estimate:.2f} {_bounds(value)}"


def _bounds(value: Interval) -> str:
    return f"[{value.low:.2f}, {value.high:.2f}]" if math.isfinite(value.low) else ""
