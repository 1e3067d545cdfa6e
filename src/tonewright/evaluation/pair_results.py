"""What pairs of different songs say: distances before and after, intervals over works, paired tests, as plain data."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tonewright import __version__
from tonewright.evaluation.plain import plain
from tonewright.evaluation.protocol import Protocol
from tonewright.evaluation.real_pairs import PAIR_METRICS
from tonewright.evaluation.systems import NOTHING, tested_pairs
from tonewright.reporting.files import write_text
from tonewright.statistics import (
    Comparison,
    Interval,
    bootstrap,
    compare_pairs,
    ratio_of_columns,
    share_better,
    work_means,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True)
class PairScores:
    """One system on one pair.

    Attributes
    ----------
    distances
        To the reference, see :func:`~tonewright.evaluation.real_pairs.pair_distances`.
    seconds
        Wall time of the system.
    error
        Why the system gave no usable answer; the distances are then those of doing nothing.
    """

    distances: dict[str, float]
    seconds: float
    error: str = ""


@dataclass(frozen=True)
class PairRow:
    """One pair; `scale` is how far another excerpt of the reference's work is from the reference."""

    work: str
    reference_work: str
    draw: int
    sample_rate: int
    starts_s: tuple[float, float, float]
    scale: dict[str, float]
    scores: dict[str, PairScores]


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
class PairReport:
    """The result of a run over pairs; attributes as of :class:`~tonewright.evaluation.results.Report`."""

    corpus: str
    protocol: Protocol
    systems: tuple[str, ...]
    baselines: tuple[str, ...]
    rows: list[PairRow]
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def row_works(self) -> list[str]:
        """The input's work of each row."""
        return [row.work for row in self.rows]

    @property
    def works(self) -> list[str]:
        """Names of the works judged."""
        return list(dict.fromkeys(self.row_works))

    def column(self, system: str, metric: str) -> NDArray[np.float64]:
        """Return one distance of one system on every pair, shape ``(rows,)``."""
        return np.array([row.scores[system].distances[metric] for row in self.rows], dtype=np.float64)

    def scale(self, metric: str) -> Interval:
        """Return the mean distance of two excerpts of the reference's work: how far music is from itself."""
        return bootstrap([row.scale[metric] for row in self.rows], self.row_works, seed=self.protocol.seed)

    @cached_property
    def summaries(self) -> dict[str, dict[str, PairSummary]]:
        """Summaries by distance, then by system."""
        return {metric: {name: self._summarise(name, metric) for name in self.systems} for metric in PAIR_METRICS}

    def _summarise(self, system: str, metric: str) -> PairSummary:
        ours, theirs, seed = self.column(system, metric), self.column(NOTHING, metric), self.protocol.seed
        both = np.column_stack([ours, theirs])
        return PairSummary(
            bootstrap(ours, self.row_works, seed=seed),
            bootstrap(both, self.row_works, ratio_of_columns, seed=seed),
            share_better(ours, theirs, self.row_works),
        )

    def tests(self, metric: str) -> dict[tuple[str, str], Comparison]:
        """Compare systems by one distance, Holm over the pairs; a negative median difference: the first is nearer."""
        pairs = tested_pairs(self.systems, self.baselines)
        columns = {name: self.column(name, metric) for name in self.systems}
        return compare_pairs(columns, self.row_works, pairs) if len(self.works) > 1 else {}

    def seconds(self, system: str) -> float:
        """Return a system's mean time over works."""
        return float(work_means([row.scores[system].seconds for row in self.rows], self.row_works).mean())

    def errors(self, system: str) -> int:
        """Return how many pairs a system gave no usable answer for."""
        return sum(bool(row.scores[system].error) for row in self.rows)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data for JSON; bounds that do not exist are null."""
        whole: dict[str, Any] = plain(
            {
                "benchmark": "pairs",
                "tonewright": __version__,
                "corpus": self.corpus,
                "protocol": asdict(self.protocol),
                "systems": list(self.systems),
                "baselines": list(self.baselines),
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
                "tests_by_metric": {
                    metric: [{"pair": list(pair), **test._asdict()} for pair, test in self.tests(metric).items()]
                    for metric in PAIR_METRICS
                },
                "rows": [asdict(row) for row in self.rows],
            }
        )
        return whole

    def write(self, path: Path) -> None:
        """Write :meth:`to_dict` as JSON, beside and renamed."""
        write_text(path, json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n")
