"""Run systems over a protocol on a folder of music.

    report = run(TASKS["match"], Path("corpora/test"), ["closed-form", "match"])
    report.write(Path("match.json"))

Every case depends only on the seed, the work and the draw, so systems may be added later and works left out without
changing the others, and the rows are the same for any number of processes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tonewright.errors import AudioError, TonewrightError
from tonewright.evaluation import registry
from tonewright.evaluation.entrants import find_entrant, find_entrants
from tonewright.evaluation.jobs import Progress, work_through
from tonewright.evaluation.metrics import at_rms, third_octave_levels
from tonewright.evaluation.protocol import Case, Protocol, Work, find_works
from tonewright.evaluation.report import Report, Row, Scores
from tonewright.evaluation.systems import NOTHING, Heard, System
from tonewright.evaluation.truth_report import DECIDING, TruthReport

#: What is computed unless asked otherwise.
DEFAULT_METRICS = ("mrstft", "lsd_db", "mel_distance", "crest_db", "si_sdr_db")

#: A work, and the others that its cases may need.
Piece = tuple[Work, Sequence[Work]]


@dataclass(frozen=True)
class Task:
    """A benchmark with a known target; a subclass says what another one does otherwise.

    Attributes
    ----------
    name
        Of the benchmark.
    protocol
        The published one.
    cases_of
        Yields the cases of a work, given the work, a protocol, and the others that go with it.
    systems
        Those that have names.
    usual
        Judged unless others are asked for.
    hears
        What a function of anyone is given.
    """

    name: str
    protocol: Protocol
    cases_of: Callable[[Work, Any, Sequence[Work]], Iterator[Case]]
    systems: Mapping[str, System]
    usual: tuple[str, ...]
    hears: tuple[Heard, ...]

    report: ClassVar[type[Report]] = TruthReport
    #: Why a work may not be judged that :meth:`company` leaves out.
    alone: ClassVar[str] = ""

    def find(self, name: str) -> System:
        """Return a system by its name, see :mod:`tonewright.evaluation.entrants`."""
        return find_entrant(name, self.systems, self.hears)

    def find_all(self, names: Sequence[str]) -> dict[str, System]:
        """Return systems by their labels, each once; two of the same label are an error."""
        return find_entrants(names, self.systems, self.hears)

    def company(self, works: Sequence[Work]) -> Mapping[Work, Sequence[Work]]:
        """Return the works to judge, each with the others that its cases may need."""
        return dict.fromkeys(works, ())

    def no_works(self, folder: Path, protocol: Protocol) -> str:
        """Return what is wrong with a corpus of which nothing could be judged."""
        rates = " or ".join(f"{rate} Hz" for rate in protocol.sample_rates)
        return f"{folder} holds no usable work: at least {protocol.minimum_s:g} s of music at {rates}."

    def about(self, case: Case) -> dict[str, Any]:
        """Return what a file says about a case, beside its work."""
        settings = None if case.settings is None else case.settings.to_dict()
        rate = case.input.sample_rate
        return {"draw": case.draw, "sample_rate": rate, "starts_s": case.starts_s, "settings": settings}

    def measured(self, case: Case, output: NDArray[np.float32], metrics: Sequence[str]) -> dict[str, float]:
        """Return the metrics of an answer, which is at the protocol's level."""
        return registry.compute(metrics, output, case.target.samples, case.target.sample_rate)


def choose_metrics(asked: str) -> tuple[str, ...]:
    """Return names of metrics for ``default``, ``all`` (that can be computed here) or a list with commas.

    Raises
    ------
    TonewrightError
        If there is no such metric, or the package that it needs is missing.
    """
    if asked == "all":
        return tuple(name for name in registry.METRICS if registry.available(name) is None)
    names = DEFAULT_METRICS if asked == "default" else tuple(name for name in asked.split(",") if name)
    for name in names:
        reason = registry.available(name)
        if reason is not None:
            raise TonewrightError(reason)
    return tuple(dict.fromkeys((DECIDING, *names)))


def run(
    task: Task,
    folder: Path,
    systems: Sequence[str] | None = None,
    protocol: Protocol | None = None,
    *,
    metrics: Sequence[str] = DEFAULT_METRICS,
    limit: int | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Any:
    """Judge systems on every usable work of a corpus folder, and return the task's kind of report.

    Parameters
    ----------
    task
        What is judged.
    folder
        A corpus, see :func:`~tonewright.evaluation.protocol.find_works`.
    systems
        Names as :mod:`tonewright.evaluation.entrants` understands them; ``nothing`` is always judged too.
    protocol
        The published one if absent.
    metrics
        Keys of :data:`tonewright.evaluation.registry.METRICS`; MRSTFT is always computed.
    limit
        Judge only that many works, chosen by the protocol's seed; all remain there to go with them.
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
    protocol = protocol or task.protocol
    names = tuple(dict.fromkeys((NOTHING, *(task.usual if systems is None else systems))))
    entrants = task.find_all(names)
    wanted = tuple(name for name in registry.METRICS if name in (DECIDING, *metrics))
    works, skipped = find_works(folder, protocol)
    company = task.company(works)
    skipped |= {work.name: task.alone for work in works if work not in company}
    pieces: list[Piece] = list(company.items())
    if limit is not None and limit < len(pieces):
        kept = np.random.default_rng(protocol.seed).choice(len(pieces), size=limit, replace=False)
        pieces = [pieces[index] for index in sorted(kept)]
    rows: list[Row] = []
    one = partial(judge_work, task=task, names=names, protocol=protocol, metrics=wanted)
    for (work, _), result in work_through(one, pieces, jobs=jobs, named=lambda piece: piece[0].name, progress=progress):
        if isinstance(result, str):
            skipped[work.name] = result
        else:
            rows += result
    if not rows:
        raise AudioError(task.no_works(folder, protocol))
    return task.report(
        benchmark=task.name,
        corpus=folder.name,
        protocol=protocol,
        systems=tuple(entrants),
        baselines=tuple(name for name, system in entrants.items() if system.baseline),
        oracles=tuple(name for name, system in entrants.items() if system.sees_target),
        rows=rows,
        skipped=skipped,
    )


def judge_work(
    piece: Piece, task: Task, names: tuple[str, ...], protocol: Protocol, metrics: tuple[str, ...]
) -> list[Row] | str:
    """Judge every system on every draw of one work, or say why the work cannot be used."""
    systems = task.find_all(names)
    work, others = piece
    try:
        cases = task.cases_of(work, protocol, others)
        return [judge_case(task, case, systems, protocol.level_db, metrics) for case in cases]
    except AudioError as error:
        return str(error)


def judge_case(
    task: Task,
    case: Case,
    systems: Mapping[str, System],
    level_db: float,
    metrics: Sequence[str] = DEFAULT_METRICS,
) -> Row:
    """Judge every system on one case; a system that refuses is scored as doing nothing, and its reason is kept."""
    scores = {}
    unspoilt = case.settings is not None and case.settings.is_neutral
    for name, system in systems.items():
        start, error = time.perf_counter(), ""
        try:
            output = _answer(system, case, level_db)
        except TonewrightError as refusal:
            output, error = case.input.samples, str(refusal)
        seconds = time.perf_counter() - start
        scores[name] = Scores(
            metrics=task.measured(case, output, metrics),
            seconds=seconds,
            error=error,
            change_db=_change(output, case.input.samples, case.input.sample_rate) if unspoilt else (),
        )
    return Row(case.work, task.about(case), scores)


def _answer(system: System, case: Case, level_db: float) -> NDArray[np.float32]:
    output = system.answer(case)
    if output.shape != case.input.samples.shape:
        raise AudioError(f"The answer has shape {output.shape}, not {case.input.samples.shape}.")
    return at_rms(output, level_db)


def _change(output: NDArray[Any], heard: NDArray[Any], rate: int) -> tuple[float, ...]:
    change = third_octave_levels(output, rate) - third_octave_levels(heard, rate)
    return tuple(float(value) for value in change - change.mean())
