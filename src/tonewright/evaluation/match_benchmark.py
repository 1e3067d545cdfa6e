"""Run systems over the match protocol and say what may be said about them.

    report = run(Path("corpora/test"), ["closed-form", "match"])
    report.write(Path("match.json"))

Every case depends only on the seed, the work and the draw, so systems may be added later and works left out without
changing the others, and the rows are the same for any number of processes.
"""

from __future__ import annotations

import json
import math
import multiprocessing
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright import __version__
from tonewright.errors import AudioError, OutputError, TonewrightError
from tonewright.evaluation.match_protocol import Case, Protocol, Work, cases_of, find_works
from tonewright.evaluation.metrics import at_rms, crest_error_db, si_sdr_db, spectrum_error_db
from tonewright.evaluation.mrstft import mrstft
from tonewright.evaluation.statistics import (
    Comparison,
    Interval,
    bootstrap,
    compare_pairs,
    ratio_of_columns,
    share_better,
    work_means,
)
from tonewright.evaluation.systems import NOTHING, System, find_system, label

#: Called after each work with how many are done, how many there are, and its name.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Scores:
    """One system on one case; all against the target at equal RMS.

    Attributes
    ----------
    mrstft, lsd_db, crest_db, si_sdr_db
        See :mod:`tonewright.evaluation.mrstft` and :mod:`tonewright.evaluation.metrics`; lower is better, except for
        SI-SDR.
    seconds
        Wall time of the system.
    error
        Why the system gave no usable answer; the other numbers are then those of doing nothing.
    """

    mrstft: float
    lsd_db: float
    crest_db: float
    si_sdr_db: float
    seconds: float
    error: str = ""


@dataclass(frozen=True)
class Row:
    """One case and every system's scores on it."""

    work: str
    draw: int
    sample_rate: int
    starts_s: tuple[float, float]
    settings: dict[str, Any]
    scores: dict[str, Scores]


@dataclass(frozen=True)
class SystemSummary:
    """What a system did over all works, intervals at 95 %.

    Attributes
    ----------
    mrstft
        Mean over works.
    ratio
        That mean over the mean of doing nothing; both resampled together.
    mean_ratio
        Mean over works of each work's own ratio to doing nothing: the same question, outliers weighted otherwise.
    better
        Share of works whose mean over draws is better than doing nothing (Wilson).
    lsd_db, crest_db, si_sdr_db, seconds
        Means over works.
    lost
        Works that the system made worse, with the ratio, worst first.
    errors
        How many cases had no usable answer.
    """

    mrstft: Interval
    ratio: Interval
    mean_ratio: Interval
    better: Interval
    lsd_db: float
    crest_db: float
    si_sdr_db: float
    seconds: float
    lost: dict[str, float]
    errors: int


@dataclass(frozen=True)
class MatchReport:
    """The result of a run; `tests` are paired Wilcoxon tests on work means of MRSTFT, Holm over the family."""

    corpus: str
    protocol: Protocol
    systems: tuple[str, ...]
    rows: list[Row]
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def works(self) -> list[str]:
        """Names of the works judged."""
        return list(dict.fromkeys(row.work for row in self.rows))

    def column(self, system: str, metric: str = "mrstft") -> NDArray[np.float64]:
        """Return one metric of one system on every row, shape ``(rows,)``."""
        return np.array([getattr(row.scores[system], metric) for row in self.rows], dtype=np.float64)

    def summary(self, system: str) -> SystemSummary:
        """Summarise one system over all works."""
        row_works = [row.work for row in self.rows]
        ours, theirs = self.column(system), self.column(NOTHING)
        ratios = work_means(ours, row_works)[:, 0] / work_means(theirs, row_works)[:, 0]
        lost = {work: float(r) for work, r in zip(self.works, ratios, strict=True) if r > 1}
        seed = self.protocol.seed
        names = ("lsd_db", "crest_db", "si_sdr_db", "seconds")
        means = {name: float(work_means(self.column(system, name), row_works).mean()) for name in names}
        return SystemSummary(
            mrstft=bootstrap(ours, row_works, seed=seed),
            ratio=bootstrap(np.column_stack([ours, theirs]), row_works, ratio_of_columns, seed=seed),
            mean_ratio=bootstrap(ratios, self.works, seed=seed),
            better=share_better(ours, theirs, row_works),
            lost=dict(sorted(lost.items(), key=lambda item: -item[1])),
            errors=sum(bool(row.scores[system].error) for row in self.rows),
            **means,
        )

    def tests(self) -> dict[tuple[str, str], Comparison]:
        """Compare every pair of systems, later against earlier."""
        pairs = [(later, earlier) for earlier, later in combinations(self.systems, 2)]
        return compare_pairs({s: self.column(s) for s in self.systems}, [row.work for row in self.rows], pairs)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data for JSON; bounds that do not exist are null."""
        return {
            "benchmark": "match",
            "tonewright": __version__,
            "corpus": self.corpus,
            "protocol": asdict(self.protocol),
            "systems": list(self.systems),
            "works": len(self.works),
            "skipped": self.skipped,
            "summary": {system: _plain(asdict(self.summary(system))) for system in self.systems},
            "tests": [{"pair": list(pair), **test._asdict()} for pair, test in self.tests().items()],
            "rows": [asdict(row) for row in self.rows],
        }

    def write(self, path: Path) -> None:
        """Write :meth:`to_dict` as JSON, beside and renamed."""
        beside = path.with_name(path.name + ".partial")
        try:
            beside.write_text(json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n", encoding="utf-8")
            beside.replace(path)
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror}.") from error


def run(
    folder: Path,
    systems: Sequence[str] = ("closed-form", "match"),
    protocol: Protocol | None = None,
    *,
    limit: int | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> MatchReport:
    """Judge systems on every usable work of a corpus folder.

    Parameters
    ----------
    folder
        A corpus, see :func:`~tonewright.evaluation.match_protocol.find_works`.
    systems
        Names as in :func:`~tonewright.evaluation.systems.find_system`; ``nothing`` is always judged too.
    limit
        Judge only that many works, chosen by the protocol's seed.
    jobs
        Processes; the rows do not depend on it.
    progress
        Called after each work.

    Raises
    ------
    AudioError
        If the corpus has no usable work.
    TonewrightError
        If a system cannot be found; an answer that a system refuses to give is a row with an error instead.
    """
    protocol = protocol or Protocol()
    names = tuple(dict.fromkeys((NOTHING, *systems)))
    for name in names:
        find_system(name)
    works, skipped = find_works(folder, protocol)
    if limit is not None and limit < len(works):
        kept = np.random.default_rng(protocol.seed).choice(len(works), size=limit, replace=False)
        works = [works[index] for index in sorted(kept)]
    rows: list[Row] = []
    for index, (work, result) in enumerate(zip(works, _each(works, names, protocol, jobs), strict=True)):
        if isinstance(result, str):
            skipped[work.name] = result
        else:
            rows += result
        if progress:
            progress(index + 1, len(works), work.name)
    if not rows:
        rates = " or ".join(f"{rate} Hz" for rate in protocol.sample_rates)
        raise AudioError(f"{folder} holds no usable work: at least {protocol.minimum_s:g} s of music at {rates}.")
    return MatchReport(folder.name, protocol, tuple(label(name) for name in names), rows, skipped)


def _each(works: Sequence[Work], names: tuple[str, ...], protocol: Protocol, jobs: int) -> Iterable[list[Row] | str]:
    one = partial(judge_work, names=names, protocol=protocol)
    if jobs <= 1:
        yield from map(one, works)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(one, works)


def judge_work(work: Work, names: tuple[str, ...], protocol: Protocol) -> list[Row] | str:
    """Judge every system on every draw of one work, or say why the work cannot be used."""
    systems = {label(name): find_system(name) for name in names}
    try:
        return [judge_case(case, systems, protocol.level_db) for case in cases_of(work, protocol)]
    except AudioError as error:
        return str(error)


def judge_case(case: Case, systems: dict[str, System], level_db: float) -> Row:
    """Judge every system on one case; a system that refuses is scored as doing nothing, and its reason is kept."""
    scores = {}
    for name, system in systems.items():
        start, error = time.perf_counter(), ""
        try:
            output = _answer(system, case, level_db)
        except TonewrightError as refusal:
            output, error = case.input.samples, str(refusal)
        seconds = time.perf_counter() - start
        target, rate = case.target
        scores[name] = Scores(
            mrstft=mrstft(output, target),
            lsd_db=spectrum_error_db(output, target, rate),
            crest_db=crest_error_db(output, target),
            si_sdr_db=si_sdr_db(output, target),
            seconds=seconds,
            error=error,
        )
    return Row(case.work, case.draw, case.input.sample_rate, case.starts_s, case.settings.to_dict(), scores)


def _answer(system: System, case: Case, level_db: float) -> NDArray[np.float32]:
    output = np.asarray(system(case.input, case.reference))
    if output.shape != case.input.samples.shape:
        raise AudioError(f"The answer has shape {output.shape}, not {case.input.samples.shape}.")
    return at_rms(output, level_db)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
