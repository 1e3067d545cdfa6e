"""The result of any benchmark: rows of scores, intervals over units, paired tests, a file, and what is shown of it.

A row is a case; it belongs to a *unit*: a work, a prompt. Everything is averaged within units first, intervals resample
whole units, tests pair them, see :mod:`tonewright.statistics`. What a benchmark says with that is its own class:
:class:`~tonewright.evaluation.truth_report.TruthReport` where a target is known,
:class:`~tonewright.evaluation.pair_report.PairReport` for different songs,
:class:`~tonewright.evaluation.say_report.SayReport` for what people choose.
"""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from tonewright import __version__
from tonewright.evaluation.pictures import Curves
from tonewright.evaluation.plain import plain
from tonewright.evaluation.systems import NOTHING, tested_pairs
from tonewright.evaluation.tables import Table
from tonewright.files import write_text
from tonewright.statistics import (
    Comparison,
    Interval,
    bootstrap,
    bootstrap_median,
    compare_pairs,
    ratio_of_columns,
    share_better,
    work_means,
)

Array = NDArray[np.float64]

#: What is not known: a bound of too few units, a ratio to 0.
UNKNOWN = Interval(math.nan, math.nan, math.nan)


@dataclass(frozen=True)
class Scores:
    """One system on one case.

    Attributes
    ----------
    metrics
        By name; NaN where a metric does not apply.
    seconds
        Wall time of the system; NaN where it is not taken.
    error
        Why the system gave no usable answer; the metrics are then those of doing nothing.
    change_db
        Where nothing was hidden: what the system did to each third-octave band of the input, in dB, mean removed.
    """

    metrics: dict[str, float]
    seconds: float = math.nan
    error: str = ""
    change_db: tuple[float, ...] = ()


@dataclass(frozen=True)
class Row:
    """One case.

    Attributes
    ----------
    unit
        What intervals are over: the work, or the prompt.
    about
        What else the file says about the case: its draw, its settings, its item.
    scores
        By system; one that does not cover the case is absent.
    """

    unit: str
    about: dict[str, Any]
    scores: dict[str, Scores]


@dataclass(frozen=True)
class Report(ABC):
    """The result of a run.

    Attributes
    ----------
    benchmark
        Its name.
    corpus
        Name of the folder or the population.
    protocol
        A dataclass of what was chosen.
    systems
        In the order asked, :attr:`baseline` first.
    baselines, oracles
        Which of them are there to be compared with, and which were told the answer.
    skipped
        Units that could not be used, and why.
    """

    benchmark: str
    corpus: str
    protocol: Any
    systems: tuple[str, ...]
    baselines: tuple[str, ...]
    oracles: tuple[str, ...]
    rows: list[Row]
    skipped: dict[str, str] = field(default_factory=dict)

    #: The system that ratios, shares and tests are against.
    baseline: ClassVar[str] = NOTHING
    #: What the file calls the corpus, the metrics of a row, and the systems that were told the answer, if any may be.
    names: ClassVar[Mapping[str, str]] = {"corpus": "corpus", "metrics": "metrics", "oracles": "sees_target"}

    @property
    def row_units(self) -> list[str]:
        """The unit of each row."""
        return [row.unit for row in self.rows]

    @property
    def works(self) -> list[str]:
        """The units judged, in order."""
        return list(dict.fromkeys(self.row_units))

    @property
    def seed(self) -> int:
        """Of the protocol; intervals are resampled with it too."""
        return int(self.protocol.seed)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Which systems are tested, later against earlier: all but oracles, and baselines only against nothing."""
        return tested_pairs([system for system in self.systems if system not in self.oracles], self.baselines)

    def column(self, system: str, metric: str) -> Array:
        """Return one metric of one system on every row, shape ``(rows,)``; ``seconds`` counts as one."""
        scores = (row.scores.get(system) for row in self.rows)
        values = (
            math.nan if one is None else one.seconds if metric == "seconds" else one.metrics[metric] for one in scores
        )
        return np.array(list(values), dtype=np.float64)

    def known(self, system: str, metric: str) -> tuple[Array, list[str]]:
        """Return a column without what a metric says nothing about, and the units of its rows."""
        values = self.column(system, metric)
        good = np.isfinite(values)
        return values[good], [unit for unit, one in zip(self.row_units, good, strict=True) if one]

    def mean(self, system: str, metric: str) -> Interval:
        """Return the mean over units."""
        values, units = self.known(system, metric)
        return bootstrap(values, units, seed=self.seed) if units else UNKNOWN

    def median(self, system: str, metric: str) -> Interval:
        """Return the median over units."""
        values, units = self.known(system, metric)
        return bootstrap_median(values, units, seed=self.seed) if units else UNKNOWN

    def ratio(self, system: str, metric: str, against: tuple[str, str] | None = None) -> Interval:
        """Return a mean over that of the baseline, or of another system's metric, both resampled together."""
        other = (self.baseline, metric) if against is None else against
        both = np.column_stack([self.column(system, metric), self.column(*other)])
        good = np.asarray(np.isfinite(both).all(axis=1))
        units = [unit for unit, one in zip(self.row_units, good, strict=True) if one]
        return bootstrap(both[good], units, ratio_of_columns, seed=self.seed) if units else UNKNOWN

    def better(self, system: str, metric: str) -> Interval:
        """Return the share of units whose mean is below the baseline's."""
        return share_better(self.column(system, metric), self.column(self.baseline, metric), self.row_units)

    def seconds(self, system: str) -> float:
        """Return a system's mean time over units."""
        return float(work_means(self.column(system, "seconds"), self.row_units).mean())

    def errors(self, system: str) -> int:
        """Return how many cases a system gave no usable answer for."""
        return sum(bool(row.scores[system].error) for row in self.rows)

    def turned(self, metric: str, values: Array) -> Array:  # noqa: ARG002
        """Return a column so that less is better."""
        return values

    def tests(self, metric: str) -> dict[tuple[str, str], Comparison]:
        """Compare :attr:`pairs` by one metric; a negative median difference means that the first is better.

        Rows that a metric says nothing about for any of the systems are left out; one unit alone is no test.
        """
        names = list(dict.fromkeys(name for pair in self.pairs for name in pair))
        columns = {name: self.turned(metric, self.column(name, metric)) for name in names}
        good = np.ones(len(self.rows), dtype=np.bool_)
        for column in columns.values():
            good &= np.isfinite(column)
        units = [unit for unit, one in zip(self.row_units, good, strict=True) if one]
        if len(set(units)) < 2:
            return {}
        return compare_pairs({name: column[good] for name, column in columns.items()}, units, self.pairs)

    def tests_data(self, metric: str) -> list[dict[str, Any]]:
        """Return the tests by one metric as plain data."""
        return [{"pair": list(pair), **test._asdict()} for pair, test in self.tests(metric).items()]

    def write(self, path: Path) -> None:
        """Write :meth:`to_dict` as JSON, beside and renamed."""
        write_text(path, json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data for JSON; what does not exist (a bound, a ratio to 0) is null."""
        whole: dict[str, Any] = plain(
            {
                "benchmark": self.benchmark,
                "tonewright": __version__,
                self.names["corpus"]: self.corpus,
                **self.content(),
                "rows": list(self.rows_data()),
            }
        )
        return whole

    @abstractmethod
    def content(self) -> dict[str, Any]:
        """Return what a file holds between the names of benchmark and corpus and the rows."""

    def asked_data(self) -> dict[str, Any]:
        """Return what was asked: protocol, systems, and what they are."""
        told = {self.names["oracles"]: self.oracles} if "oracles" in self.names else {}
        asked = {"protocol": asdict(self.protocol), "systems": self.systems, "baselines": self.baselines}
        return asked | told

    def rows_data(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of the file."""
        for row in self.rows:
            scores = {system: self.scores_data(one) for system, one in row.scores.items()}
            yield {"work": row.unit, **row.about, "scores": scores}

    def scores_data(self, scores: Scores) -> dict[str, Any]:
        """Return a system's scores on a case as the file holds them."""
        return {self.names["metrics"]: scores.metrics, "seconds": scores.seconds, "error": scores.error}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], protocol: Any) -> Self:
        """Return the result that :meth:`to_dict` gave, all but its protocol, which is read already."""
        return cls(
            benchmark=data["benchmark"],
            corpus=data[cls.names["corpus"]],
            protocol=protocol,
            systems=tuple(data["systems"]),
            baselines=tuple(data["baselines"]),
            oracles=tuple(data[cls.names["oracles"]]) if "oracles" in cls.names else (),
            rows=cls.rows_of(data["rows"]),
            skipped=data.get("skipped", {}),
        )

    @classmethod
    def rows_of(cls, data: Sequence[Mapping[str, Any]]) -> list[Row]:
        """Return the rows that :meth:`rows_data` gave."""
        return [
            Row(
                row["work"],
                {name: value for name, value in row.items() if name not in ("work", "scores")},
                {
                    system: Scores(
                        known_or_nan(one[cls.names["metrics"]]),
                        one["seconds"],
                        one["error"],
                        tuple(one.get("change_db", ())),
                    )
                    for system, one in row["scores"].items()
                },
            )
            for row in data
        ]

    @abstractmethod
    def headline(self) -> str:
        """Return one line: corpus, size, seed, and what was asked."""

    @abstractmethod
    def tables(self) -> list[Table]:
        """Return what a terminal shows."""

    def sentences(self) -> list[str]:
        """Return what is said below the tables."""
        return []

    @abstractmethod
    def page(self) -> list[str | Table]:
        """Return what a page shows below the headline; a text is a paragraph."""

    @abstractmethod
    def sheets(self) -> dict[str, list[Sequence[Any]]]:
        """Return lines of CSV by the file's name, headings first."""

    def pictures(self) -> dict[str, Curves]:
        """Return pictures by the file's name."""
        return {}


def known_or_nan(values: Mapping[str, float | None]) -> dict[str, float]:
    """Return metrics as they were before what is not known became null."""
    return {name: math.nan if value is None else value for name, value in values.items()}
