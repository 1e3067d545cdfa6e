"""What pairs of different songs say: distances before and after, and how far music is from itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, ClassVar

from tonewright.evaluation.real_pairs import PAIR_METRICS
from tonewright.evaluation.report import Report
from tonewright.evaluation.systems import NOTHING
from tonewright.evaluation.tables import Table, interval, percent
from tonewright.statistics import Interval, bootstrap


@dataclass(frozen=True)
class PairSummary:
    """One system by one distance, intervals at 95 % over works.

    Attributes
    ----------
    mean
        Of the distance after (BCa).
    ratio
        That mean over the mean of doing nothing, resampled together.
    nearer
        Share of works that came nearer than doing nothing (Wilson).
    """

    mean: Interval
    ratio: Interval
    nearer: Interval


@dataclass(frozen=True)
class PairReport(Report):
    """The result of a run over pairs of different songs; ``scale`` of a row is how far music is from itself."""

    names: ClassVar[Mapping[str, str]] = {"corpus": "corpus", "metrics": "distances"}

    def scale(self, metric: str) -> Interval:
        """Return the mean distance of two excerpts of the reference's work: how far music is from itself."""
        return bootstrap([row.about["scale"][metric] for row in self.rows], self.row_units, seed=self.seed)

    @cached_property
    def summaries(self) -> dict[str, dict[str, PairSummary]]:
        """Summaries by distance, then by system."""
        return {
            metric: {
                name: PairSummary(self.mean(name, metric), self.ratio(name, metric), self.better(name, metric))
                for name in self.systems
            }
            for metric in PAIR_METRICS
        }

    def content(self) -> dict[str, Any]:
        """Return summaries and tests by distance."""
        return {
            **self.asked_data(),
            "metrics": list(PAIR_METRICS),
            "works": len(self.works),
            "skipped": self.skipped,
            "scale": {metric: self.scale(metric) for metric in PAIR_METRICS},
            "summary": {
                name: {
                    **{metric: asdict(self.summaries[metric][name]) for metric in PAIR_METRICS},
                    "seconds": self.seconds(name),
                    "errors": self.errors(name),
                }
                for name in self.systems
            },
            "tests_by_metric": {metric: self.tests_data(metric) for metric in PAIR_METRICS},
        }

    def headline(self) -> str:
        """Return one line: corpus, size, seed."""
        skipped = f"; {len(self.skipped)} works skipped" if self.skipped else ""
        pairs = f"{len(self.works)} works, {len(self.rows)} pairs, seed {self.seed}"
        return f"{self.corpus}: {pairs}; {self.protocol.excerpt_s:g} s of each{skipped}"

    def tables(self) -> list[Table]:
        """Return for each distance what every system reaches, then the tests between systems."""
        several = len(self.works) > 1
        return [self._distance(metric) for metric in PAIR_METRICS] + ([self._comparisons()] if several else [])

    def page(self) -> list[str | Table]:
        """Return the same."""
        return list(self.tables())

    def sheets(self) -> dict[str, list[Sequence[Any]]]:
        """Return the distances of every pair and system."""
        return {"rows.csv": list(self._lines())}

    def _lines(self) -> Iterator[Sequence[Any]]:
        yield ["work", "reference", "draw", "starts_s", "system", *PAIR_METRICS, "seconds", "error"]
        for row in self.rows:
            starts = " ".join(f"{start:.3f}" for start in row.about["starts_s"])
            head = [row.unit, row.about["reference_work"], row.about["draw"], starts]
            yield [*head, "scale", *(repr(row.about["scale"][name]) for name in PAIR_METRICS), "", ""]
            for system, scores in row.scores.items():
                values = [repr(scores.metrics[name]) for name in PAIR_METRICS]
                yield [*head, system, *values, f"{scores.seconds:.4f}", scores.error]

    def _distance(self, metric: str) -> Table:
        """One distance to the reference: its mean, the ratio to doing nothing, and how many works came nearer."""
        about, tests = PAIR_METRICS[metric], self.tests(metric)
        rows = []
        for system, found in self.summaries[metric].items():
            refused = self.errors(system)
            name = system + (f" ({refused} refused)" if refused else "")
            test = tests.get((system, NOTHING))
            others = ("", "", "") if system == NOTHING else (
                interval(found.ratio), percent(found.nearer), "" if test is None else f"{test.p_holm:.2g}"
            )  # fmt: skip
            rows.append((name, interval(found.mean), *others))
        rows.append(("reference's work to itself", interval(self.scale(metric)), "", "", ""))
        caption = (
            f"{about.meaning} Means over works with 95 % intervals; p against {NOTHING}, Holm over all pairs tested. "
            "0 is not the aim: the music differs."
        )
        headings = (f"{about.label}, {about.unit}", "to the reference", "of nothing's", "nearer", "p (Holm)")
        return Table(headings, rows, caption)

    def _comparisons(self) -> Table:
        """Return the paired tests of every distance, those against doing nothing left out."""
        rows = [
            (PAIR_METRICS[metric].label, f"{first} - {second}", f"{test.median_difference:+.3f}", f"{test.p_holm:.2g}")
            for metric in PAIR_METRICS
            for (first, second), test in self.tests(metric).items()
            if second != NOTHING
        ]
        caption = "Paired Wilcoxon signed-rank tests on the works' means, two-sided, Holm-adjusted; negative: nearer."
        return Table(("distance", "systems", "median difference", "p (Holm)"), rows, caption)
