"""Batches for ``say``: prompts with people's choices, and synthetic texts, everything from the seed and the step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonewright.controllers.say.reading.questions import KINDS, REGIONS
from tonewright.population.data import Population
from tonewright.population.imports import load_population
from tonewright.training.say.config import SayExperiment
from tonewright.training.say.targets import table_of_normal, table_of_points
from tonewright.training.say.texts.paraphrase import paraphrase
from tonewright.training.say.texts.synthesis import Text, generate

Floats = NDArray[np.float32]

#: Share of a neighbouring region where a text is about one: words for regions are not sharp.
_NEIGHBOUR = 0.08
#: People differ in the smile more than in the tilt: factors on a text's spread, (smile, tilt).
_DEVIATIONS = np.array([1.12, 0.88])
#: Of the answer to what is no request about sound.
_NEUTRAL = 0.7
#: Different synthetic texts; more would hardly add any.
_TEXTS = 24_000


@dataclass(frozen=True)
class Part:
    """Prompts with targets: tables (prompts, 10, 10) of the plane and, if known, (prompts, 24) of the kind."""

    prompts: list[str]
    plane: Floats
    kind: Floats | None


@dataclass(frozen=True)
class Lesson:
    """A batch: prompts people answered, and synthetic texts."""

    people: Part
    texts: Part

    def parts(self) -> tuple[Part, Part]:
        """Return what is asked about the plane only, and what is asked everything."""
        return self.people, self.texts


class Lessons:
    """Where batches come from.

    Parameters
    ----------
    experiment
        Its data; the population is loaded, the fold is set aside.
    population
        Instead of the experiment's file.
    """

    def __init__(self, experiment: SayExperiment, population: Population | None = None) -> None:
        data = experiment.data
        self.data, self.seed = data, experiment.seed
        if population is None and data.population is not None:
            population = load_population(data.population)
        self.taught: list[tuple[str, Floats]] = []
        self.held: Population | None = None
        self.everybody: NDArray[np.float64] = np.zeros((0, 2))
        if population is not None:
            train, self.held = set_aside(population, data.aside, experiment.seed)
            self.everybody = train.points
            self.taught = [
                (items[0].prompt, np.mean([table_of_points(item.points, data.bandwidth) for item in items], axis=0))
                for items in train.prompts().values()
            ]
        self._texts: Sequence[Text] = generate(seed=experiment.seed, count=_TEXTS) if data.texts else ()

    def lesson(self, step: int) -> Lesson:
        """Return the batch of a step: every prompt comes once before any comes again."""
        rng = np.random.default_rng([self.seed, step])
        return Lesson(self._people(step, rng), self._synthetic(rng))

    def _people(self, step: int, rng: np.random.Generator) -> Part:
        count = self.data.people
        if not count:
            return Part([], np.zeros((0, 0, 0), dtype=np.float32), None)
        total = len(self.taught)
        chosen = []
        for place in range(step * count, (step + 1) * count):
            order = np.random.default_rng([self.seed, 1, place // total]).permutation(total)
            chosen.append(self.taught[int(order[place % total])])
        prompts = [paraphrase(one, rng) if rng.random() < self.data.reworded else one for one, _ in chosen]
        return Part(prompts, np.array([table for _, table in chosen]), None)

    def _synthetic(self, rng: np.random.Generator) -> Part:
        if not self.data.texts:
            return Part([], np.zeros((0, 0, 0), dtype=np.float32), None)
        texts = [self._texts[int(one)] for one in rng.integers(len(self._texts), size=self.data.texts)]
        return Part(
            [text.prompt for text in texts],
            np.array([plane_target(text) for text in texts]),
            np.array([kind_target(text) for text in texts]),
        )


def set_aside(population: Population, share: float, seed: int) -> tuple[Population, Population | None]:
    """Split by prompt, repeats of one prompt together; returns what is learned from and what is not, if anything."""
    prompts = list(population.prompts())
    count = round(share * len(prompts))
    if not count:
        return population, None
    order = np.random.default_rng([seed, 2]).permutation(len(prompts))
    held, kept = ([prompts[int(one)] for one in part] for part in (order[:count], order[count:]))
    return population.subset(prompts=kept), population.subset(prompts=held)


def plane_target(text: Text) -> Floats:
    """Return where on the plane a text's listeners would be, as a table (tilt, smile)."""
    if text.plane is None:
        return table_of_normal((0.0, 0.0), (_NEUTRAL, _NEUTRAL))
    return table_of_normal(text.plane, _DEVIATIONS * text.spread)


def plane_kind() -> Floats:
    """Return the table of a request for a tone of the whole."""
    table = np.zeros(len(KINDS), dtype=np.float32)
    table[KINDS.index("plane")] = 1.0
    return table


def kind_target(text: Text) -> Floats:
    """Return the probabilities of the kinds for a text, (24,)."""
    table = np.zeros(len(KINDS), dtype=np.float32)
    if text.kind == "unrelated":
        table[KINDS.index("unrelated")] = 1.0
    elif text.region is not None:
        sign = "+" if text.direction > 0 else "-"
        place = REGIONS.index(text.region)
        near = [one for one in (place - 1, place + 1) if 0 <= one < len(REGIONS)]
        for one in near:
            table[KINDS.index(f"{REGIONS[one]}{sign}")] = _NEIGHBOUR
        table[KINDS.index(f"{text.region}{sign}")] = 1.0 - _NEIGHBOUR * len(near)
    else:
        table[KINDS.index(text.dynamics or "plane")] = 1.0
    return table
