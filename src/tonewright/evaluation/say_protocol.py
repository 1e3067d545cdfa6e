"""The protocol by which predictions of a population's choices are judged: folds by prompt, clouds of equal size.

The prompts of a population are dealt into folds, all repeats of a prompt together. A system learns from all folds but
one and predicts a cloud for each item of that one, seeing the prompt and the context but no answer. From the cloud, as
many points as people answered are drawn, fifty times, and compared with the people's; the whole distribution is
compared beside it. Clouds of unequal size are never compared, since the size alone moves every distance.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tonewright.errors import TonewrightError
from tonewright.evaluation import folds
from tonewright.evaluation.jobs import Progress, work_through
from tonewright.evaluation.report import Row, Scores
from tonewright.evaluation.say_listeners import skill_over_listeners
from tonewright.evaluation.say_report import BLIND, SayReport
from tonewright.evaluation.say_rules import SayProtocol
from tonewright.evaluation.say_scores import MEASURES, Exact, People, Score
from tonewright.evaluation.say_systems import SYSTEMS, find_say_system, is_bound, usual_systems
from tonewright.evaluation.systems import label
from tonewright.files import make_folder, write_bytes
from tonewright.population.baselines import System
from tonewright.population.clouds import Cloud
from tonewright.population.data import TONE_PLANE, Item, Population, PopulationError, prompt_key


def deal(population: Population, count: int, seed: int) -> list[tuple[Population, tuple[Item, ...]]]:
    """Deal the prompts into folds: for each, what to learn from, and the items that are held out.

    Raises
    ------
    PopulationError
        If there are fewer prompts than folds.
    """
    prompts = list(population.prompts())
    try:
        dealt = folds.deal(prompts, count, seed)
    except ValueError:
        raise PopulationError(
            f"{len(prompts)} prompts cannot be dealt into {count} folds; ask for 2 or more, not more."
        ) from None
    parts = []
    for held in dealt:
        train = population.subset(prompts=[prompt for prompt in prompts if prompt not in held])
        parts.append((train, tuple(item for item in population.items if prompt_key(item.prompt) in held)))
    return parts


class Piece(NamedTuple):
    """One system on one fold of one seed."""

    name: str
    system: System
    seed: int
    train: Population
    held: tuple[Item, ...]


def judge(
    population: Population,
    systems: Sequence[str] | None = None,
    protocol: SayProtocol | None = None,
    *,
    name: str = "population",
    cache: Path | None = None,
    progress: Progress | None = None,
) -> SayReport:
    """Judge systems on a population on the tone plane.

    Parameters
    ----------
    population
        Items with fewer than three choices take no part in judging.
    systems
        Names, or ``[label=]module:attribute``; all baselines and bounds if absent. Prompt-blind is always judged.
    protocol
        The published one if absent.
    name
        Of the population, for the report.
    cache
        A folder where predictions are kept per fold, so that what was interrupted goes on where it was. Whoever
        changes a system gives it another label or folder: only its label, the data and the seed tell predictions apart.
    progress
        Called after each fold of each system.

    Raises
    ------
    TonewrightError
        If a system cannot be found, or the population is in another space or too small.
    """
    protocol = protocol or SayProtocol()
    if population.space != TONE_PLANE:
        raise PopulationError("Predictions are judged on the tone plane; this population is in another space.")
    names = tuple(dict.fromkeys((BLIND, *(usual_systems() if systems is None else systems))))
    entrants = {label(each): find_say_system(each, population) for each in names}
    items = [item for item in population.items if len(item.choices) >= 3]
    people = {item.id: People(item, protocol.epsilon) for item in items}
    if cache is not None:
        make_folder(cache)
    seeds = range(protocol.first_seed, protocol.first_seed + protocol.seeds)
    dealt = {seed: deal(population, protocol.folds, seed) for seed in seeds}
    pieces = [
        Piece(each, system, seed, train, held)
        for each, system in entrants.items()
        for seed in seeds
        for train, held in dealt[seed]
    ]
    found: dict[str, dict[str, list[Score]]] = {each: {} for each in entrants}
    one = partial(judge_fold, people=people, protocol=protocol, cache=cache)
    for piece, scores in work_through(one, pieces, named=lambda piece: piece.name, progress=progress):
        for item, score in scores.items():
            found[piece.name].setdefault(item, []).append(score)
    means = {each: {item: Score.mean(scores) for item, scores in own.items()} for each, own in found.items()}
    return SayReport(
        benchmark="say",
        corpus=name,
        protocol=protocol,
        systems=tuple(entrants),
        baselines=tuple(each for each in entrants if each in SYSTEMS),
        oracles=tuple(each for each, system in entrants.items() if is_bound(system)),
        rows=[_row(item, means) for item in items],
        source=population.source,
        skill_people={
            each: skill_over_listeners(items, own, means[BLIND], protocol.first_seed) for each, own in means.items()
        },
    )


def judge_fold(
    piece: Piece, people: Mapping[str, People], protocol: SayProtocol, cache: Path | None
) -> dict[str, Score]:
    """Judge a system on the items of a fold that it covers, by their names."""
    covers: Callable[[Item], bool] = getattr(piece.system, "covers", lambda _: True)
    asked = [item for item in piece.held if item.id in people and covers(item)]
    if not asked:
        return {}
    clouds = _predicted(piece.name, piece.system, piece.train, asked, piece.seed, cache)
    exact, scores = Exact(protocol.epsilon), {}
    for item, cloud in zip(asked, clouds, strict=True):
        # The same numbers for every system: an item's draws differ by what is predicted only.
        digest = int.from_bytes(hashlib.sha256(item.id.encode()).digest()[:8], "big")
        rng = np.random.default_rng([piece.seed, digest])
        scores[item.id] = people[item.id].score(cloud, protocol.draws, protocol.size, rng, exact)
    return scores


def _row(item: Item, means: Mapping[str, Mapping[str, Score]]) -> Row:
    scores = {
        each: Scores({name: own[item.id].values[name] for name in MEASURES})
        for each, own in means.items()
        if item.id in own
    }
    return Row(prompt_key(item.prompt), {"item": item.id, "prompt": item.prompt}, scores)


def _predicted(
    name: str, system: System, train: Population, asked: Sequence[Item], seed: int, cache: Path | None
) -> list[Cloud]:
    shown = list(asked) if is_bound(system) else [item.asked() for item in asked]
    if cache is None:
        return _answers(name, system, train, shown, seed)
    key = hashlib.sha256(repr((name, seed, train.to_json(), [item.model_dump() for item in shown])).encode())
    path = cache / f"{''.join(c if c.isalnum() else '-' for c in name)}-{seed}-{key.hexdigest()[:16]}.npz"
    if path.exists():
        with np.load(path, allow_pickle=False) as kept:
            return [
                Cloud(kept[f"points_{i}"], kept[f"weights_{i}"], float(kept["cells"][i])) for i in range(len(shown))
            ]
    clouds = _answers(name, system, train, shown, seed)
    arrays: dict[str, NDArray[np.float64]] = {"cells": np.array([cloud.cell for cloud in clouds])}
    for i, cloud in enumerate(clouds):
        arrays |= {f"points_{i}": cloud.points, f"weights_{i}": cloud.weights}
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)  # type: ignore[arg-type]
    write_bytes(path, content.getvalue())
    return clouds


def _answers(name: str, system: System, train: Population, shown: list[Item], seed: int) -> list[Cloud]:
    clouds = system.fit(train, seed)(shown)
    if len(clouds) != len(shown):
        raise TonewrightError(f"The system {name} was asked about {len(shown)} items and answered {len(clouds)}.")
    for cloud in clouds:
        fine = cloud.points.ndim == 2 and cloud.points.shape == (len(cloud.weights), 2)
        if not fine or not np.isfinite(cloud.points).all() or abs(cloud.weights.sum() - 1.0) > 1e-6:
            raise TonewrightError(f"The system {name} answered with something that is no distribution on the plane.")
    return clouds
