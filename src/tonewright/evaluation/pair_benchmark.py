"""Run systems over pairs of different songs.

    report = run_pairs(Path("corpora/test"), ["closed-form", "match"])

Every pair depends on the seed, the work, the draw and the list of works; what is measured says
:mod:`tonewright.evaluation.real_pairs`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from tonewright.errors import AudioError, TonewrightError
from tonewright.evaluation.benchmark import Progress, in_processes
from tonewright.evaluation.metrics import at_rms
from tonewright.evaluation.pair_results import PairReport, PairRow, PairScores
from tonewright.evaluation.protocol import Protocol, Work, find_works
from tonewright.evaluation.real_pairs import SongPair, pair_distances, pairs_of, partners
from tonewright.evaluation.systems import NOTHING, System
from tonewright.evaluation.tasks import TASKS

#: Judged unless others are asked for.
USUAL = ("closed-form", "match-without-network", "match")
#: One setting of each pair is enough to compare systems; the works are what counts.
PUBLISHED = Protocol(draws=1)


def run_pairs(
    folder: Path,
    systems: Sequence[str] | None = None,
    protocol: Protocol | None = None,
    *,
    limit: int | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> PairReport:
    """Judge systems on a pair or more for every usable work of a corpus folder.

    Parameters
    ----------
    folder
        A corpus, see :func:`~tonewright.evaluation.protocol.find_works`.
    systems
        Of the task ``match``, as :mod:`tonewright.evaluation.entrants` understands them; ``nothing`` is always judged
        too. None may hear the target: there is none.
    protocol
        18 s of each song and one pair per work if absent.
    limit
        Judge only so many works, chosen by the protocol's seed; all works remain possible references.
    jobs
        Processes; the rows do not depend on it.
    progress
        Called after each work.

    Raises
    ------
    AudioError
        If the corpus has no usable pair.
    TonewrightError
        If a system cannot be found, or would hear a target.
    """
    protocol = protocol or PUBLISHED
    names = tuple(dict.fromkeys((NOTHING, *(USUAL if systems is None else systems))))
    entrants = TASKS["match"].find_all(names)
    knowing = [name for name, system in entrants.items() if system.sees_target]
    if knowing:
        raise TonewrightError(f"{knowing[0]} hears the target, and two different songs have none.")
    works, skipped = find_works(folder, protocol)
    found = partners(works)
    skipped |= {work.name: "is alone at its sample rate" for work in works if work not in found}
    chosen = list(found)
    if limit is not None and limit < len(chosen):
        kept = np.random.default_rng(protocol.seed).choice(len(chosen), size=limit, replace=False)
        chosen = [chosen[index] for index in sorted(kept)]
    one = partial(judge_pairs, names=names, protocol=protocol)
    rows: list[PairRow] = []
    asked = [(work, found[work]) for work in chosen]
    for index, (work, result) in enumerate(zip(chosen, in_processes(one, asked, jobs), strict=True)):
        if isinstance(result, str):
            skipped[work.name] = result
        else:
            rows += result
        if progress:
            progress(index + 1, len(chosen), work.name)
    if not rows:
        raise AudioError(f"{folder} holds no usable pair: two works of at least {protocol.minimum_s:g} s at one rate.")
    return PairReport(
        corpus=folder.name,
        protocol=protocol,
        systems=tuple(entrants),
        baselines=tuple(name for name, system in entrants.items() if system.baseline),
        rows=rows,
        skipped=skipped,
    )


def judge_pairs(asked: tuple[Work, Sequence[Work]], names: tuple[str, ...], protocol: Protocol) -> list[PairRow] | str:
    """Judge every system on every pair of one work, or say why the work cannot be used."""
    systems = TASKS["match"].find_all(names)
    try:
        return list(_judged(pairs_of(*asked, protocol), systems, protocol.level_db))
    except AudioError as error:
        return str(error)


def _judged(pairs: Iterator[SongPair], systems: Mapping[str, System], level_db: float) -> Iterator[PairRow]:
    for pair in pairs:
        rate = pair.reference.sample_rate
        scale = pair_distances(pair.scale.samples, pair.reference.samples, rate)
        scores = {name: judge_pair(pair, system, level_db) for name, system in systems.items()}
        yield PairRow(pair.work, pair.reference_work, pair.draw, rate, pair.starts_s, scale, scores)


def judge_pair(pair: SongPair, system: System, level_db: float) -> PairScores:
    """Judge a system on a pair; one that refuses is scored as doing nothing, and its reason is kept."""
    heard = {"input": pair.input, "reference": pair.reference}
    start, error = time.perf_counter(), ""
    try:
        output = at_rms(system.function(*(heard[name] for name in system.hears)), level_db)
        if output.shape != pair.input.samples.shape:
            raise AudioError(f"The answer has shape {output.shape}, not {pair.input.samples.shape}.")
    except TonewrightError as refusal:
        output, error = pair.input.samples, str(refusal)
    seconds = time.perf_counter() - start
    return PairScores(pair_distances(output, pair.reference.samples, pair.reference.sample_rate), seconds, error)
