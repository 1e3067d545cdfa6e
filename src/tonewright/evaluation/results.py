"""What a benchmark's rows say: summaries over works, paired tests, and all of it as plain data.

A case is a row. Summaries average a work's rows first, see :mod:`tonewright.statistics`. The distance that
decides is MRSTFT; every other metric is summarised and tested beside it.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright import __version__
from tonewright.evaluation.metrics import THIRD_OCTAVES
from tonewright.evaluation.plain import plain
from tonewright.evaluation.protocol import Protocol
from tonewright.evaluation.registry import METRICS
from tonewright.evaluation.systems import NOTHING, tested_pairs
from tonewright.reporting.files import write_text
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

#: The metric that ratios, wins and losses are about.
DECIDING = "mrstft"

_UNKNOWN = Interval(math.nan, math.nan, math.nan)


@dataclass(frozen=True)
class Scores:
    """One system on one case.

    Attributes
    ----------
    metrics
        By name, see :data:`tonewright.evaluation.registry.METRICS`; all against the target at equal RMS. NaN where a
        metric does not apply.
    seconds
        Wall time of the system.
    error
        Why the system gave no usable answer; the metrics are then those of doing nothing.
    change_db
        Where nothing was hidden: what the system did to each third-octave band of the input, in dB, mean removed.
    """

    metrics: dict[str, float]
    seconds: float
    error: str = ""
    change_db: tuple[float, ...] = ()


@dataclass(frozen=True)
class Row:
    """One case and every system's scores on it; `settings` is what was hidden, ``None`` for a real pair."""

    work: str
    draw: int
    sample_rate: int
    starts_s: tuple[float, ...]
    settings: dict[str, Any] | None
    scores: dict[str, Scores]


@dataclass(frozen=True)
class MetricSummary:
    """Mean and median over works of one metric, with 95 % intervals (BCa; percentile), and how many works it has."""

    mean: Interval
    median: Interval
    works: int


@dataclass(frozen=True)
class SystemSummary:
    """What a system did over all works, intervals at 95 %.

    Attributes
    ----------
    mrstft
        Mean over works.
    ratio
        That mean over the mean of doing nothing; both resampled together. NaN where doing nothing is perfect.
    mean_ratio
        Mean over works of each work's own ratio to doing nothing: the same question, outliers weighted otherwise.
    better
        Share of works whose mean over draws is better than doing nothing (Wilson).
    metrics
        Every metric that was computed.
    seconds
        Mean over works.
    lost
        Works that the system made worse, with the ratio, worst first.
    errors
        How many cases had no usable answer.
    """

    mrstft: Interval
    ratio: Interval
    mean_ratio: Interval
    better: Interval
    metrics: dict[str, MetricSummary]
    seconds: float
    lost: dict[str, float]
    errors: int


@dataclass(frozen=True)
class Change:
    """How much a system changes music that needs no change.

    Attributes
    ----------
    median_db
        Median over works of the work's median over third-octave bands of absolute change, in dB.
    bands_db
        Median over works of absolute change in each band of :data:`tonewright.evaluation.metrics.THIRD_OCTAVES`, in dB.
    """

    median_db: Interval
    bands_db: tuple[float, ...]


@dataclass(frozen=True)
class Report:
    """The result of a run.

    Attributes
    ----------
    benchmark
        ``auto`` or ``match``.
    corpus
        Name of the folder.
    systems
        In the order asked, ``nothing`` first.
    baselines, oracles
        Which of them are there to be compared with, and which were told the target.
    skipped
        Works that could not be used, and why.
    """

    benchmark: str
    corpus: str
    protocol: Protocol
    systems: tuple[str, ...]
    baselines: tuple[str, ...]
    oracles: tuple[str, ...]
    rows: list[Row]
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def works(self) -> list[str]:
        """Names of the works judged."""
        return list(dict.fromkeys(row.work for row in self.rows))

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics, in the order of the registry."""
        return list(self.rows[0].scores[NOTHING].metrics)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Which systems are tested, later against earlier: all but oracles, and baselines only against nothing."""
        return tested_pairs([system for system in self.systems if system not in self.oracles], self.baselines)

    def column(self, system: str, metric: str = DECIDING) -> NDArray[np.float64]:
        """Return one metric of one system on every row, shape ``(rows,)``; ``seconds`` counts as one."""
        scores = (row.scores[system] for row in self.rows)
        values = (one.seconds if metric == "seconds" else one.metrics[metric] for one in scores)
        return np.array(list(values), dtype=np.float64)

    def ratios(self, system: str) -> NDArray[np.float64]:
        """Return each work's mean distance over that of doing nothing, shape ``(works,)``; NaN where that is 0."""
        works = [row.work for row in self.rows]
        ours, theirs = (work_means(self.column(name), works)[:, 0] for name in (system, NOTHING))
        return np.divide(ours, theirs, out=np.full_like(ours, np.nan), where=theirs > 0)

    @cached_property
    def summaries(self) -> dict[str, SystemSummary]:
        """Every system's summary."""
        return {system: self._summarise(system) for system in self.systems}

    def summary(self, system: str) -> SystemSummary:
        """Return the summary of one system over all works."""
        return self.summaries[system]

    def _summarise(self, system: str) -> SystemSummary:
        row_works, seed = [row.work for row in self.rows], self.protocol.seed
        ours, theirs, ratios = self.column(system), self.column(NOTHING), self.ratios(system)
        comparable = bool(np.isfinite(ratios).all())
        table = np.column_stack([ours, theirs])
        lost = {work: float(ratio) for work, ratio in zip(self.works, ratios, strict=True) if ratio > 1}
        return SystemSummary(
            mrstft=bootstrap(ours, row_works, seed=seed),
            ratio=bootstrap(table, row_works, ratio_of_columns, seed=seed) if comparable else _UNKNOWN,
            mean_ratio=bootstrap(ratios, self.works, seed=seed) if comparable else _UNKNOWN,
            better=share_better(ours, theirs, row_works),
            metrics={name: self._metric(system, name) for name in self.metrics},
            seconds=float(work_means(self.column(system, "seconds"), row_works).mean()),
            lost=dict(sorted(lost.items(), key=lambda item: -item[1])),
            errors=sum(bool(row.scores[system].error) for row in self.rows),
        )

    def _metric(self, system: str, name: str) -> MetricSummary:
        values = self.column(system, name)
        known = np.isfinite(values)
        works = [row.work for row, good in zip(self.rows, known, strict=True) if good]
        if not works:
            return MetricSummary(_UNKNOWN, _UNKNOWN, 0)
        seed = self.protocol.seed
        mean, median = (f(values[known], works, seed=seed) for f in (bootstrap, bootstrap_median))
        return MetricSummary(mean, median, len(set(works)))

    def change(self, system: str) -> Change | None:
        """Return how much a system changes good music; ``None`` where something was hidden in it."""
        changes = np.array([row.scores[system].change_db for row in self.rows], dtype=np.float64)
        if changes.size == 0:
            return None
        works = [row.work for row in self.rows]
        bands = np.median(work_means(np.abs(changes), works), axis=0)
        return Change(
            bootstrap_median(np.median(np.abs(changes), axis=1), works, seed=self.protocol.seed),
            tuple(float(value) for value in bands),
        )

    def tests(self, metric: str = DECIDING) -> dict[tuple[str, str], Comparison]:
        """Compare :attr:`pairs` by one metric; a negative median difference means that the first is better.

        Metrics of which more is better are turned round, of signed ones the size counts. Rows that a metric says
        nothing about for any of the systems are left out.
        """
        names = list(dict.fromkeys(name for pair in self.pairs for name in pair))
        higher = METRICS[metric].better == "higher"
        columns = {name: -self.column(name, metric) if higher else np.abs(self.column(name, metric)) for name in names}
        known = np.all([np.isfinite(column) for column in columns.values()], axis=0) if columns else np.array([])
        if not known.any():
            return {}
        works = [row.work for row, good in zip(self.rows, known, strict=True) if good]
        return compare_pairs({name: column[known] for name, column in columns.items()}, works, self.pairs)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data for JSON; what does not exist (a bound, a ratio to 0) is null."""
        whole: dict[str, Any] = plain(
            {
                "benchmark": self.benchmark,
                "tonewright": __version__,
                "corpus": self.corpus,
                "protocol": asdict(self.protocol),
                "systems": list(self.systems),
                "baselines": list(self.baselines),
                "sees_target": list(self.oracles),
                "metrics": self.metrics,
                "works": len(self.works),
                "skipped": self.skipped,
                "summary": {system: self._summary_dict(system) for system in self.systems},
                "tests": [{"pair": list(pair), **test._asdict()} for pair, test in self.tests().items()],
                "tests_by_metric": {
                    metric: [{"pair": list(pair), **test._asdict()} for pair, test in self.tests(metric).items()]
                    for metric in self.metrics
                    if metric != DECIDING
                },
                "rows": [asdict(row) for row in self.rows],
            }
        )
        return whole

    def _summary_dict(self, system: str) -> dict[str, Any]:
        found = self.summary(system)
        means = {name: one.mean.estimate for name, one in found.metrics.items() if name != DECIDING}
        change = self.change(system)
        changed = {} if change is None else {"change": {**asdict(change), "frequency_hz": list(THIRD_OCTAVES)}}
        return {**asdict(found), **means, **changed}

    def write(self, path: Path) -> None:
        """Write :meth:`to_dict` as JSON, beside and renamed."""
        write_text(path, json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n")
