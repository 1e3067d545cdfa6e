"""What the benchmarks with a known target say: ``auto``, ``match`` and ``style``.

The distance that decides is MRSTFT; every other metric is summarised and tested beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tonewright.evaluation.metrics import THIRD_OCTAVES
from tonewright.evaluation.pictures import Curves
from tonewright.evaluation.registry import METRICS
from tonewright.evaluation.report import UNKNOWN, Array, Report, Row, Scores
from tonewright.evaluation.systems import NOTHING
from tonewright.evaluation.tables import ORACLE_MARK, Table, interval, named, number, percent, tested
from tonewright.statistics import Interval, bootstrap, bootstrap_median, work_means

#: The metric that ratios, wins and losses are about.
DECIDING = "mrstft"
#: How many lost works are named per system.
_NAMED = 5


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
class TruthReport(Report):
    """The result of a run on hidden settings or real pairs."""

    @property
    def metrics(self) -> list[str]:
        """Names of the metrics, in the order of the registry."""
        return list(self.rows[0].scores[NOTHING].metrics)

    def column(self, system: str, metric: str = DECIDING) -> Array:
        """Return one metric of one system on every row, shape ``(rows,)``; ``seconds`` counts as one."""
        return super().column(system, metric)

    def turned(self, metric: str, values: Array) -> Array:
        """Return a column so that less is better: of signed metrics the size counts."""
        return -values if METRICS[metric].better == "higher" else np.abs(values)

    def ratios(self, system: str) -> Array:
        """Return each work's mean distance over that of doing nothing, shape ``(works,)``; NaN where that is 0."""
        ours, theirs = (work_means(self.column(name), self.row_units)[:, 0] for name in (system, NOTHING))
        return np.divide(ours, theirs, out=np.full_like(ours, np.nan), where=theirs > 0)

    @cached_property
    def summaries(self) -> dict[str, SystemSummary]:
        """Every system's summary."""
        return {system: self._summarise(system) for system in self.systems}

    def summary(self, system: str) -> SystemSummary:
        """Return the summary of one system over all works."""
        return self.summaries[system]

    def _summarise(self, system: str) -> SystemSummary:
        ratios = self.ratios(system)
        comparable = bool(np.isfinite(ratios).all())
        lost = {work: float(ratio) for work, ratio in zip(self.works, ratios, strict=True) if ratio > 1}
        return SystemSummary(
            mrstft=self.mean(system, DECIDING),
            ratio=self.ratio(system, DECIDING) if comparable else UNKNOWN,
            mean_ratio=bootstrap(ratios, self.works, seed=self.seed) if comparable else UNKNOWN,
            better=self.better(system, DECIDING),
            metrics={
                name: MetricSummary(
                    self.mean(system, name), self.median(system, name), len(set(self.known(system, name)[1]))
                )
                for name in self.metrics
            },
            seconds=self.seconds(system),
            lost=dict(sorted(lost.items(), key=lambda item: -item[1])),
            errors=self.errors(system),
        )

    def change(self, system: str) -> Change | None:
        """Return how much a system changes good music; ``None`` where something was hidden in it."""
        changes = np.array([row.scores[system].change_db for row in self.rows], dtype=np.float64)
        if changes.size == 0:
            return None
        bands = np.median(work_means(np.abs(changes), self.row_units), axis=0)
        return Change(
            bootstrap_median(np.median(np.abs(changes), axis=1), self.row_units, seed=self.seed),
            tuple(float(value) for value in bands),
        )

    # -- the file

    def content(self) -> dict[str, Any]:
        """Return summaries and tests."""
        return {
            **self.asked_data(),
            "metrics": self.metrics,
            "works": len(self.works),
            "skipped": self.skipped,
            "summary": {system: self._summary_dict(system) for system in self.systems},
            "tests": self.tests_data(DECIDING),
            "tests_by_metric": {name: self.tests_data(name) for name in self.metrics if name != DECIDING},
        }

    @classmethod
    def rows_of(cls, data: Sequence[Mapping[str, Any]]) -> list[Row]:
        """Return the rows of a file; metrics that there are no more are left out."""
        rows = super().rows_of(data)
        for scores in (one for row in rows for one in row.scores.values()):
            for name in scores.metrics.keys() - METRICS.keys():
                del scores.metrics[name]
        return rows

    def scores_data(self, scores: Scores) -> dict[str, Any]:
        """Return a system's scores on a case, with the change of good music."""
        return {**super().scores_data(scores), "change_db": scores.change_db}

    def _summary_dict(self, system: str) -> dict[str, Any]:
        found = self.summary(system)
        means = {name: one.mean.estimate for name, one in found.metrics.items() if name != DECIDING}
        change = self.change(system)
        changed = {} if change is None else {"change": {**asdict(change), "frequency_hz": THIRD_OCTAVES}}
        return {**asdict(found), **means, **changed}

    # -- what is shown

    def headline(self) -> str:
        """Return one line: corpus, size, seed, and what was asked otherwise than published."""
        works = f"{len(self.works)} works, {len(self.rows)} cases, seed {self.seed}"
        skipped = f"; {len(self.skipped)} works skipped" if self.skipped else ""
        published = type(self.protocol)()
        changed = [
            f"{name} {value}"
            for name, value in vars(self.protocol).items()
            if value != getattr(published, name) and name not in ("seed", "draws")
        ]
        return f"{self.corpus}: {works}{skipped}" + "".join(f"; {each}" for each in changed)

    def tables(self) -> list[Table]:
        """Return overview, means, and the change of good music or the tests."""
        change = self._change_table()
        last = [change] if change is not None else [self._comparisons()] if len(self.works) > 1 else []
        return [self._overview(), self._means(), *last]

    def sentences(self) -> list[str]:
        """Return a sentence for each system that made works worse, with the worst ones."""
        sentences = []
        for system in self.systems:
            lost = self.summary(system).lost
            if lost and system != NOTHING:
                first = list(lost.items())[:_NAMED]
                worst = ", ".join(f"{work.rsplit('/', 1)[-1]} ({ratio:.2f})" for work, ratio in first)
                more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
                sentences.append(f"{system} made {len(lost)} of {len(self.works)} works worse: {worst}{more}")
        return sentences

    def page(self) -> list[str | Table]:
        """Return overview, means, change, pictures, the works that were made worse, tests, a table per metric."""
        parts: list[str | Table] = [self._overview(), self._means()]
        change = self._change_table()
        if change is not None:
            parts += ["## Change where none is needed", change]
        parts += [f"![{name}]({name})" for name in self.pictures()]
        parts += self.sentences()
        if len(self.works) > 1:
            parts += ["## Tests", self._comparisons()]
        for metric in self.metrics:
            parts += [f"## {METRICS[metric].label}", self._metric_table(metric)]
        return parts

    def sheets(self) -> dict[str, list[Sequence[Any]]]:
        """Return every system's scores on every case, and all tests."""
        return {"rows.csv": list(self._row_lines()), "tests.csv": list(self._test_lines())}

    def _row_lines(self) -> Iterator[Sequence[Any]]:
        yield ["work", "draw", "sample_rate", "starts_s", "system", *self.metrics, "seconds", "error"]
        for row in self.rows:
            starts = " ".join(f"{start:.3f}" for start in row.about["starts_s"])
            case = [row.unit, row.about["draw"], row.about["sample_rate"], starts]
            for system, scores in row.scores.items():
                values = [repr(scores.metrics[name]) for name in self.metrics]
                yield [*case, system, *values, f"{scores.seconds:.4f}", scores.error]

    def _test_lines(self) -> Iterator[Sequence[Any]]:
        yield ["metric", "system", "against", "median_difference", "p", "p_holm"]
        for metric in self.metrics:
            for (first, second), test in self.tests(metric).items():
                yield [metric, first, second, *(repr(value) for value in test)]

    def pictures(self) -> dict[str, Curves]:
        """Return every work's ratio to doing nothing, sorted for each system, and the change of good music."""
        pictures = {}
        rivals = [system for system in self.systems if system != NOTHING]
        if np.isfinite(self.ratios(NOTHING)).all():
            ratios = [(named(system, self.oracles), np.sort(self.ratios(system))) for system in rivals]
            pictures["ratios.png"] = Curves(
                f"{self.benchmark}: each work's MRSTFT over that of doing nothing",
                "works, from the best to the worst for each system",
                "distance, of nothing's",
                [(name, np.arange(1, each.size + 1), each) for name, each in ratios],
                level=1.0,
            )
        changes = [(system, change) for system in rivals if (change := self.change(system)) is not None]
        if self.change(NOTHING) is not None:
            pictures["change.png"] = Curves(
                f"{self.benchmark}: change of music that needs none",
                "frequency, Hz",
                "median |change|, dB",
                [
                    (named(system, self.oracles), THIRD_OCTAVES[: len(change.bands_db)], change.bands_db)
                    for system, change in changes
                ],
                logarithmic=True,
            )
        return pictures

    def _overview(self) -> Table:
        """One row per system: the deciding distance and its ratio to doing nothing, with intervals, and the time."""
        rows = []
        for system in self.systems:
            found = self.summary(system)
            own = system == NOTHING
            rows.append(
                (
                    named(system, self.oracles) + (f" ({found.errors} refused)" if found.errors else ""),
                    interval(found.mrstft),
                    "" if own else interval(found.ratio),
                    "" if own else percent(found.better),
                    f"{found.seconds:.2f}",
                )
            )
        caption = (
            "Against the target at equal RMS; means over works with 95 % intervals (BCa bootstrap over works; Wilson)."
        )
        if self.oracles:
            caption += f" {ORACLE_MARK} was told the target: a bound, no competitor."
        return Table(("system", METRICS[DECIDING].label, "of nothing's", "works better", "seconds"), rows, caption)

    def _means(self) -> Table:
        """Return the mean over works of every metric, one row per metric, one column per system."""
        rows = []
        for name in self.metrics:
            about = METRICS[name]
            means = (self.summary(system).metrics[name].mean.estimate for system in self.systems)
            heading = f"{about.label}, {about.unit}" if about.unit else about.label
            rows.append((heading, *(number(mean, name) for mean in means)))
        higher = ", ".join(METRICS[name].label for name in self.metrics if METRICS[name].better == "higher")
        caption = "Means over works." + (f" Lower is better, except for {higher}." if higher else " Lower is better.")
        return Table(("metric", *(named(system, self.oracles) for system in self.systems)), rows, caption)

    def _metric_table(self, metric: str) -> Table:
        """Mean and median of one metric with intervals, and the test of each system against doing nothing."""
        tests = self.tests(metric)
        rows = []
        for system in self.systems:
            found = self.summary(system).metrics[metric]
            test = tests.get((system, NOTHING))
            p = "" if test is None else f"{test.p_holm:.2g}"
            rows.append(
                (named(system, self.oracles), interval(found.mean), interval(found.median), p, str(found.works))
            )
        about = METRICS[metric]
        better = f"{about.better.capitalize()} is better."
        caption = f"{about.meaning} {better} p against {NOTHING}, Holm over all pairs tested."
        return Table(("system", "mean", "median", "p (Holm)", "works"), rows, caption)

    def _comparisons(self) -> Table:
        """Return the paired tests by the deciding metric."""
        rows = [(f"{first} - {second}", *tested(test)) for (first, second), test in self.tests(DECIDING).items()]
        label = METRICS[DECIDING].label
        caption = (
            f"Paired Wilcoxon signed-rank test on the works' mean {label}, two-sided, Holm-adjusted; negative: better."
        )
        return Table(("systems", "median difference", "p", "p (Holm)"), rows, caption)

    def _change_table(self) -> Table | None:
        """How much each system changes good music; ``None`` where something was hidden."""
        rows = []
        for system in self.systems:
            change = self.change(system)
            if change is None:
                return None
            rows.append((named(system, self.oracles), interval(change.median_db), f"{max(change.bands_db):.2f}"))
        caption = (
            "Nothing was hidden: every change is damage. Median over works of the median |change| of a third-octave "
            "band."
        )
        return Table(("system", "change, dB", "most changed band, dB"), rows, caption)
