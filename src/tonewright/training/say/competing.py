"""Ways of asking the same language model, as systems of ``tonewright evaluate say``.

    tonewright evaluate say DATA --systems LoRA=tonewright.training.say.competing:lora,...

Without training: :func:`zero_shot`, :func:`in_context` and :func:`in_context_histograms`, whose examples are the
nearest prompts with what people chose for them, told as a centroid or as a histogram (raw cases are known to hurt).
With training on the folds that are not judged: :func:`lora`, :func:`prefix`, :func:`prompt` and :func:`bottleneck`, all
with the same batches, steps, layers and objective; :func:`lora_likelihood` and :func:`lora_sinkhorn` leave out one half
of it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from tonewright.controllers.say.reading.load import Loaded, load
from tonewright.controllers.say.reading.questions import EXPLAINED, Frame
from tonewright.controllers.say.reading.reader import Reader
from tonewright.population.baselines import prompt_pools, unit_rows
from tonewright.population.clouds import Cloud
from tonewright.population.data import Item, Population
from tonewright.population.embeddings import WordPieces
from tonewright.training.say.config import SayData, SayExperiment, SayLoss, SayModel
from tonewright.training.say.methods import Method
from tonewright.training.say.targets import table_of_points
from tonewright.training.say.trainer import SayTrainer

#: Nearest prompts that stand before a request.
_EXAMPLES = 8
#: Most frequent cells that a histogram tells.
_CELLS = 4
#: Steps of every trained system here, and prompts of people and synthetic texts in a step.
STEPS, PEOPLE, TEXTS = 40, 8, 0

Predict = Callable[[Sequence[Item]], list[Cloud]]


@lru_cache(maxsize=1)
def _model() -> Loaded:
    return load()


@dataclass(frozen=True)
class ZeroShot:
    """The model as it is, with the form of the answer explained."""

    name: str = "zero-shot"

    def fit(self, train: Population, seed: int) -> Predict:  # noqa: ARG002
        """Learn nothing."""
        reader = Reader(_model(), frame=EXPLAINED, kinds=False)
        return lambda items: [Cloud.of_distribution(one.plane) for one in reader.read([i.prompt for i in items])]


@dataclass(frozen=True)
class InContext:
    """The model as it is, with the nearest prompts and what people chose for them before the request.

    Attributes
    ----------
    histograms
        Tell the most frequent cells with their shares instead of the centroid.
    count
        Examples, the nearest one last.
    """

    histograms: bool = False
    count: int = _EXAMPLES
    name: str = "in-context"

    def fit(self, train: Population, seed: int) -> Predict:  # noqa: ARG002
        """Embed the prompts that may be shown, and tell what people chose."""
        texts, pools = prompt_pools(train)
        embed = WordPieces(texts)
        known = unit_rows(embed(texts))
        tell = _histogram if self.histograms else _centroid
        lines = [
            f'Request: "{text}" means the sound should be {tell(pool)}\n'
            for text, pool in zip(texts, pools, strict=True)
        ]
        explained, ask = EXPLAINED.before.rsplit("Request", 1)

        def predict(items: Sequence[Item]) -> list[Cloud]:
            likeness = unit_rows(embed([item.prompt for item in items])) @ known.T
            found = []
            for item, row in zip(items, likeness, strict=True):
                nearest = np.argsort(row, kind="stable")[-self.count :]
                shown = "".join(lines[index] for index in nearest)
                frame = Frame(f"{explained}{shown}Request{ask}", EXPLAINED.after)
                reading = Reader(_model(), frame=frame, kinds=False).read([item.prompt])[0]
                found.append(Cloud.of_distribution(reading.plane))
            return found

        return predict


def _centroid(points: np.ndarray) -> str:
    smile, tilt = np.clip((points.mean(axis=0) + 6.0) / 1.2, 0, 9).astype(int)
    return f"{tilt}{smile}"


def _histogram(points: np.ndarray) -> str:
    table = table_of_points(points, 0.8)
    first = np.argsort(-table, axis=None, kind="stable")[:_CELLS]
    shares = table.ravel()[first] / table.ravel()[first].sum()
    return " or ".join(f"{index // 10}{index % 10} ({share:.0%})" for index, share in zip(first, shares, strict=True))


@dataclass(frozen=True)
class Taught:
    """The model with one method of parameter-efficient fine-tuning, trained on the folds that are not judged.

    Attributes
    ----------
    name, method
        What it is called, and a :data:`~tonewright.training.say.methods.Method`.
    loss
        The objective.
    rank
        See :class:`~tonewright.training.say.methods.Pupil`.
    rate
        Of the optimiser: prompts and prefixes need larger steps.
    """

    name: str
    method: Method
    loss: SayLoss = field(default_factory=SayLoss)
    rank: int = 8
    rate: float = 1e-3

    def experiment(self, seed: int) -> SayExperiment:
        """Return what is trained."""
        found = SayExperiment(
            name=self.name,
            task="say",
            seed=seed,
            steps=STEPS,
            validate_every=10 * STEPS,
            # The population itself is handed over; the path is only to say that there is one.
            data=SayData(population=Path("given"), people=PEOPLE, texts=TEXTS, bandwidth=0.4),
            model=SayModel(method=self.method, rank=self.rank, targets="all", depth=10, first_layer=6),
            loss=self.loss,
        )
        return found.changed(optimiser=found.optimiser.changed(rate=self.rate))

    def fit(self, train: Population, seed: int) -> Predict:
        """Train, in a folder that is removed at once."""
        with tempfile.TemporaryDirectory(prefix="tonewright-say-") as folder:
            trainer = SayTrainer(self.experiment(seed), Path(folder), train)
            trainer.run()
        return lambda items: trainer.predict([item.prompt for item in items])


def zero_shot() -> ZeroShot:
    """Return the model without examples."""
    return ZeroShot()


def in_context() -> InContext:
    """Return the model with centroids of the nearest prompts before the request."""
    return InContext()


def in_context_histograms() -> InContext:
    """Return the model with histograms of the nearest prompts before the request."""
    return InContext(histograms=True, name="in-context-histograms")


def lora() -> Taught:
    """Return low-rank adaptation (Hu et al. 2021)."""
    return Taught("lora", "lora")


def prefix() -> Taught:
    """Return prefix tuning (Li and Liang 2021)."""
    return Taught("prefix", "prefix", rate=1e-2)


def prompt() -> Taught:
    """Return prompt tuning (Lester et al. 2021)."""
    return Taught("prompt", "prompt", rate=1e-2)


def bottleneck() -> Taught:
    """Return bottleneck adapters (Houlsby et al. 2019)."""
    return Taught("bottleneck", "bottleneck", rank=16)


def lora_likelihood() -> Taught:
    """Return LoRA without the Sinkhorn half of the objective."""
    return Taught("lora-likelihood", "lora", SayLoss(sinkhorn=0.0))


def lora_sinkhorn() -> Taught:
    """Return LoRA without the likelihood half of the objective."""
    return Taught("lora-sinkhorn", "lora", SayLoss(likelihood=0.0))
