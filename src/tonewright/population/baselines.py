"""What any model of a population must beat, and what none can: baselines and bounds behind one interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tonewright.population.clouds import Cloud
from tonewright.population.data import Item, Population, PopulationError, prompt_key
from tonewright.population.distribution import PlaneDistribution
from tonewright.population.embeddings import Embedding, fitted
from tonewright.population.plane import PRESETS, clip
from tonewright.population.ridge import Ridge, chosen_shape

Array = NDArray[np.float64]

#: Takes items and returns a cloud for each. Items come without answers, unless the system is a bound.
Predictor = Callable[[Sequence[Item]], list[Cloud]]


class System(Protocol):
    """What can be judged: learns from a population, then predicts clouds for items.

    A system that has an attribute ``sees_answers`` which is true is given items with their answers: it is a bound on
    what can be reached, no competitor, and every table says so.
    """

    @property
    def name(self) -> str:
        """For tables and files."""
        ...

    def fit(self, train: Population, seed: int) -> Predictor:
        """Learn from a population; the same seed gives the same predictor."""
        ...


@dataclass(frozen=True)
class Constant:
    """Answers everything with the same cloud: uniform, flat, a preset."""

    name: str
    cloud: Cloud

    def fit(self, train: Population, seed: int) -> Predictor:  # noqa: ARG002
        """Learn nothing."""
        return lambda items: [self.cloud] * len(items)


@dataclass(frozen=True)
class PromptBlind:
    """Answers with everything people chose for any other prompt: what ignoring the prompt can reach."""

    name: str = "prompt-blind"

    def fit(self, train: Population, seed: int) -> Predictor:  # noqa: ARG002
        """Remember all choices."""
        cloud = Cloud.of_points(train.points)
        return lambda items: [cloud] * len(items)


@dataclass(frozen=True)
class NearestPrompts:
    """Answers with what people chose for the prompts nearest by the cosine of an embedding.

    Attributes
    ----------
    embedding
        Of prompts.
    count
        How many prompts are pooled.
    """

    embedding: Embedding
    count: int = 8
    name: str = "nearest-prompts"

    def fit(self, train: Population, seed: int) -> Predictor:  # noqa: ARG002
        """Embed the prompts of a population."""
        texts, pools = prompt_pools(train)
        embed = fitted(self.embedding, texts)
        known = unit_rows(embed(texts))

        def predict(items: Sequence[Item]) -> list[Cloud]:
            likeness = unit_rows(embed([item.prompt for item in items])) @ known.T
            nearest = np.argsort(-likeness, axis=1, kind="stable")[:, : self.count]
            return [Cloud.of_points(np.concatenate([pools[i] for i in row])) for row in nearest]

        return predict


@dataclass(frozen=True)
class KernelRidge:
    """Answers with a mean predicted from an embedding, and people's deviations from their prompt's mean around it.

    Kernel and penalty are chosen by folds inside of what it learns from. Deviations from predictions of such folds,
    which are wider, were tried and score lower.

    Attributes
    ----------
    embedding
        Of prompts.
    """

    embedding: Embedding
    name: str = "kernel-ridge"

    def fit(self, train: Population, seed: int) -> Predictor:
        """Fit the mean of each prompt's choices."""
        texts, pools = prompt_pools(train)
        embed = fitted(self.embedding, texts)
        known = unit_rows(embed(texts))
        targets = np.array([pool.mean(axis=0) for pool in pools])
        model = Ridge(chosen_shape(known, targets, seed), known, targets)
        deviations = np.concatenate([pool - mean for pool, mean in zip(pools, targets, strict=True)])

        def predict(items: Sequence[Item]) -> list[Cloud]:
            means = model(unit_rows(embed([item.prompt for item in items])))
            return [Cloud.of_points(clip(mean + deviations)) for mean in means]

        return predict


@dataclass(frozen=True)
class OracleMean:
    """Is told each item's true mean and adds people's deviations from theirs: what the best mean alone can reach."""

    name: str = "oracle-mean"
    sees_answers: bool = True

    def fit(self, train: Population, seed: int) -> Predictor:  # noqa: ARG002
        """Collect deviations of choices from their item's mean."""
        own = [item.points for item in train.items if item.choices]
        deviations = np.concatenate([points - points.mean(axis=0) for points in own])
        return lambda items: [Cloud.of_points(clip(item.points.mean(axis=0) + deviations)) for item in items]


@dataclass(frozen=True)
class SamePeople:
    """Is told what the same people chose for the same prompt on another occasion: the floor of all distances.

    Attributes
    ----------
    population
        Where the other occasions are looked for.
    """

    population: Population
    name: str = "retest"
    sees_answers: bool = True

    def fit(self, train: Population, seed: int) -> Predictor:  # noqa: ARG002
        """Learn nothing."""
        return lambda items: [self._other_occasion(item) for item in items]

    def covers(self, item: Item) -> bool:
        """Tell whether an item's prompt was asked on another occasion."""
        return bool(self._others(item))

    def _others(self, item: Item) -> list[Item]:
        same = self.population.prompts().get(prompt_key(item.prompt), ())
        return [one for one in same if one.id != item.id and one.choices and one.track == item.track]

    def _other_occasion(self, item: Item) -> Cloud:
        others = self._others(item)
        if not others:
            raise PopulationError(f"The prompt of item {item.id} was asked only once; there is no retest for it.")
        return Cloud.of_points(np.concatenate([one.points for one in others]))


def constants() -> list[Constant]:
    """Return the systems that learn nothing: uniform, flat and the published presets (one of which is flat)."""
    points = {"flat": (0.0, 0.0), **{name: point for name, point in PRESETS.items() if any(point)}}
    uniform = Constant("uniform", Cloud.of_distribution(PlaneDistribution.uniform()))
    return [uniform, *(Constant(name, Cloud.of_points([point])) for name, point in points.items())]


def prompt_pools(population: Population) -> tuple[list[str], list[Array]]:
    """Return each prompt of a population once, and all its choices, ``(choices, dimensions)``, in the same order."""
    groups = [[item for item in items if item.choices] for items in population.prompts().values()]
    groups = [items for items in groups if items]
    if not groups:
        raise PopulationError("There are no choices to learn from.")
    return [items[0].prompt for items in groups], [np.concatenate([item.points for item in items]) for items in groups]


def unit_rows(rows: Array) -> Array:
    """Return rows, ``(n, d)``, divided by their lengths; zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, lengths, out=np.zeros_like(rows, dtype=np.float64), where=lengths > 0))
