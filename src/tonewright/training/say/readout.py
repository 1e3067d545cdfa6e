"""Teach the readout: a frozen model's states for people's prompts and synthetic texts, then one convex fit."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tonewright.controllers.say.leaning import leaned
from tonewright.controllers.say.reading.home import home
from tonewright.controllers.say.reading.load import keep_layers, load, torch_threads
from tonewright.controllers.say.reading.places import FRAME, LAYERS, LEADS, place_planter, states
from tonewright.controllers.say.reading.readout import Readout, shape_of
from tonewright.files import Draft
from tonewright.population.clouds import Cloud
from tonewright.population.data import Item, Population
from tonewright.training.say.config import SayData, SayExperiment, SayModel
from tonewright.training.say.examples import kind_target, plane_kind, plane_target
from tonewright.training.say.fitting import fit_readout
from tonewright.training.say.targets import table_of_points
from tonewright.training.say.texts.paraphrase import paraphrase
from tonewright.training.say.texts.synthesis import Text, generate

Floats = NDArray[np.float32]
Tell = Callable[[str, float], None]

_BATCH = 24


class States:
    """A frozen model's states for texts, kept in files: they take minutes and never change.

    Parameters
    ----------
    name
        Of the model; see :func:`~tonewright.controllers.say.reading.load.load`.
    precision
        Number format of the pass.
    folder
        Where to keep them; below ``TONEWRIGHT_HOME`` if absent.
    """

    def __init__(self, name: str | None = None, precision: str = "bfloat16", folder: Path | None = None) -> None:
        self._name, self._precision = name, precision
        self._folder = folder or home() / "states"
        self._model: Any = None

    def __call__(self, texts: Sequence[str], tell: Tell | None = None) -> Floats:
        """Return the states, (texts, states), in order."""
        path = self._folder / f"{self._key(texts)}.npy"
        if path.exists():
            return np.load(path).astype(np.float32)  # type: ignore[no-any-return]
        found = self._compute(texts, tell)
        self._folder.mkdir(parents=True, exist_ok=True)
        with Draft(path) as draft, draft.path.open("r+b") as file:
            np.save(file, found.astype(np.float16))
        return found.astype(np.float16).astype(np.float32)

    def _key(self, texts: Sequence[str]) -> str:
        what = [str(self._name), self._precision, FRAME.around("?"), *LEADS, *map(str, LAYERS), *texts]
        return hashlib.sha256("\0".join(what).encode()).hexdigest()[:24]

    def _compute(self, texts: Sequence[str], tell: Tell | None) -> Floats:
        if self._model is None:
            loaded = load(self._name, dtype=self._precision)
            keep_layers(loaded.model, LAYERS[-1])
            self._model = loaded.model, place_planter(loaded.tokenizer)
        model, planter = self._model
        # Texts of like length together: shorter ones are not padded much.
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        rows: list[Floats] = [np.zeros(0, dtype=np.float32)] * len(texts)
        for first in range(0, len(order), _BATCH):
            part = order[first : first + _BATCH]
            with torch.inference_mode(), torch_threads():
                found = states(model, planter, [texts[index] for index in part]).numpy()
            for index, row in zip(part, found, strict=True):
                rows[index] = row
            if tell:
                tell("reading texts", first / len(order))
        return np.array(rows)


def teach_readout(
    experiment: SayExperiment, population: Population | None, heard: States, tell: Tell | None = None
) -> Readout:
    """Fit the readout of an experiment.

    Parameters
    ----------
    population
        What people chose, or nothing: then synthetic texts alone teach.
    heard
        Gives states.
    """
    options, seed = experiment.readout, experiment.seed
    texts: list[Text] = []
    parts: list[Floats] = []
    for number, first in enumerate(range(0, options.texts, options.chunk)):
        chunk = generate(seed + number, min(options.chunk, options.texts - first))
        parts.append(heard([text.prompt for text in chunk], tell))
        texts += chunk
    read = np.concatenate(parts)
    about = np.array([text.plane is not None for text in texts])
    rows, tables, weights = [read[about]], [np.array([plane_target(t) for t in texts if t.plane is not None])], []
    people, shape = 1.0, shape_of(np.zeros((0, 2)))
    if population is not None:
        prompts = {items[0].prompt: items for items in population.prompts().values()}
        worded = [_reworded(prompt, options.rewordings) for prompt in prompts]
        targets = [
            np.mean([table_of_points(item.points, experiment.data.bandwidth) for item in items], axis=0)
            for items in prompts.values()
        ]
        shape = shape_of(np.concatenate([item.points - item.points.mean(axis=0) for item in population.items]))
        counts = [len(one) for one in worded]
        rows.append(heard([text for one in worded for text in one], tell))
        tables.append(np.repeat(np.array(targets, dtype=np.float32), counts, axis=0))
        # The prompt itself counts as much as all its rewordings together.
        weights.append(np.concatenate([_weights(count) for count in counts]))
        people = float(weights[0].sum())
    kind_rows, kind_tables = [read], [np.array([kind_target(text) for text in texts])]
    kind_weights = [np.ones(len(texts))]
    if population is not None:
        # What people were asked is about the tone of the whole, in words that no synthetic text has.
        count = len(rows[-1])
        kind_rows.append(rows[-1])
        kind_tables.append(np.tile(plane_kind(), (count, 1)))
        kind_weights.append(np.full(count, options.people_share * len(texts) / count))
    weights.insert(0, np.full(int(about.sum()), options.texts_share * people / about.sum()))
    found = fit_readout(
        np.concatenate(rows),
        np.concatenate(tables),
        np.concatenate(weights).astype(np.float32),
        np.concatenate(kind_rows),
        np.concatenate(kind_tables),
        np.concatenate(kind_weights).astype(np.float32),
        shape=shape,
        penalty=options.penalty,
        kind_penalty=options.kind_penalty,
        iterations=options.iterations,
    )
    return replace(found, plane=found.plane * options.sharpness, base=found.base * options.sharpness)


def _reworded(prompt: str, count: int) -> list[str]:
    rng = np.random.default_rng(zlib.crc32(prompt.encode()))
    return [prompt, *(paraphrase(prompt, rng) for _ in range(count))]


def _weights(count: int) -> NDArray[np.float64]:
    return np.array([1.0, *([1.0 / (count - 1)] * (count - 1))]) if count > 1 else np.ones(1)


class ReadoutSystem:
    """Competes in ``tonewright evaluate say``: a readout fitted on what may be learned from.

    Parameters
    ----------
    options
        Instead of the shipped experiment's; changed fields of it.
    leaning
        Whether answers are moved along the request's words, as the shipped reader's are.
    """

    name = "readout"

    def __init__(self, experiment: SayExperiment | None = None, leaning: bool = True) -> None:
        self._leaning = leaning
        self._experiment = experiment or SayExperiment(
            name="readout",
            task="say",
            seed=11,
            data=SayData(people=0, texts=1, bandwidth=0.4),
            model=SayModel(method="readout"),
        )
        self._heard = States()

    def fit(self, train: Population, seed: int) -> Callable[[Sequence[Item]], list[Cloud]]:  # noqa: ARG002
        """Fit; the fit has no randomness but the texts'."""
        readout = teach_readout(self._experiment, train, self._heard)

        def predict(items: Sequence[Item]) -> list[Cloud]:
            found, _ = readout.distributions(self._heard([item.prompt for item in items]))
            if self._leaning:
                found = [leaned(one, item.prompt) for one, item in zip(found, items, strict=True)]
            return [Cloud.of_distribution(one) for one in found]

        return predict


def readout_alone() -> ReadoutSystem:
    """Return the readout without what the request's own words say."""
    return ReadoutSystem(leaning=False)
