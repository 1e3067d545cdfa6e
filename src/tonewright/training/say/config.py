"""One TOML file per experiment of ``task = "say"``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from tonewright.training.config import Optimiser, StrictModel, checked, read_toml


class SayData(StrictModel):
    """What examples are made of.

    Attributes
    ----------
    population
        File with listening data, or none: then synthetic texts alone.
    aside
        Share of the prompts that is not learned from but validated on.
    people
        Prompts with people's choices per batch.
    texts
        Synthetic texts per batch; see :mod:`tonewright.training.say.texts`.
    reworded
        How often a prompt is replaced by another wording of it.
    bandwidth
        Of the kernel under a choice, in units of the plane.
    """

    population: Path | None = None
    aside: float = Field(0.0, ge=0, le=0.5)
    people: int = Field(16, ge=0)
    texts: int = Field(0, ge=0)
    reworded: float = Field(0.5, ge=0, le=1)
    bandwidth: float = Field(0.8, gt=0)

    @model_validator(mode="after")
    def _something(self) -> SayData:
        if (self.people > 0) != (self.population is not None):
            raise ValueError("people are drawn from a population: name both or neither")
        if self.people + self.texts == 0:
            raise ValueError("a batch must hold something")
        return self


class SayModel(StrictModel):
    """Which language model, and how it is taught.

    Attributes
    ----------
    name
        As for :func:`~tonewright.controllers.say.reading.load.load`; the default model if absent.
    method, rank, targets, dropout
        See :class:`~tonewright.training.say.methods.Pupil`; ``readout`` trains what reads a frozen model's states.
    depth
        How many layers are kept, all if absent: the last ones write words, and none are wanted.
    first_layer
        The first layer that LoRA and bottlenecks touch: below it nothing has to be differentiated.
    start
        Folder or weights of a run to start from.
    precision
        Of the frozen weights.
    """

    name: str | None = None
    method: Literal["readout", "lora", "prefix", "prompt", "bottleneck"] = "lora"
    rank: int = Field(8, ge=1)
    targets: Literal["attention", "all"] = "attention"
    depth: int | None = Field(None, ge=1)
    first_layer: int = Field(0, ge=0)
    dropout: float = Field(0.05, ge=0, lt=1)
    start: Path | None = None
    precision: Literal["float32", "bfloat16"] = "bfloat16"


class SayLoss(StrictModel):
    """Weights of the objective.

    Attributes
    ----------
    likelihood
        Of the mean negative logarithm of what is said about people's choices, less the target's own entropy.
    sinkhorn
        Of the divergence, per squared unit of the plane.
    kind
        Of the likelihood of the kind of request, where it is known.
    """

    likelihood: float = Field(1.0, ge=0)
    sinkhorn: float = Field(0.05, ge=0)
    kind: float = Field(0.3, ge=0)


class ReadoutOptions(StrictModel):
    """What the readout is fitted on, and how strictly; see :mod:`tonewright.training.say.readout`.

    Attributes
    ----------
    texts, chunk
        Synthetic texts in all, made and kept in chunks of so many, the first with the experiment's seed.
    rewordings
        Of each prompt that people answered.
    people_share
        What people's prompts together count when the kind of request is learned, relative to all texts.
    texts_share
        What all texts together count, relative to all people's prompts.
    penalty, kind_penalty, iterations
        See :func:`~tonewright.training.say.fitting.fit_readout`.
    sharpness
        Factor on the logits of the plane afterwards: a penalised fit is wider than people are.
    """

    texts: int = Field(15_000, ge=1)
    chunk: int = Field(5_000, ge=1)
    rewordings: int = Field(6, ge=0)
    people_share: float = Field(0.3, ge=0)
    texts_share: float = Field(0.5, ge=0)
    penalty: float = Field(2e-5, gt=0)
    kind_penalty: float = Field(1e-5, gt=0)
    iterations: int = Field(60, ge=1)
    sharpness: float = Field(1.15, gt=0)


class SayExperiment(StrictModel):
    """A whole experiment; the shared fields are those of :class:`~tonewright.training.config.Experiment`."""

    name: str = Field(pattern=r"^[\w.-]+$")
    task: Literal["say"]
    seed: int = Field(0, ge=0)
    steps: int = Field(1, gt=0)
    validate_every: int = Field(100, ge=1)
    patience: int = Field(1000, ge=1)
    checkpoint_s: float = Field(120.0, gt=0)
    data: SayData
    model: SayModel = SayModel()
    loss: SayLoss = SayLoss()
    readout: ReadoutOptions = ReadoutOptions()
    optimiser: Optimiser = Optimiser(rate=1e-3, betas=(0.9, 0.98), warm_up=10, decay=0.5, average=0.0)


def load_say_experiment(path: str | Path) -> SayExperiment:
    """Read an experiment from TOML.

    Raises
    ------
    ConfigError
        If the file cannot be read, or says something unknown or impossible (the first problem is named).
    """
    return checked(SayExperiment, read_toml(path), str(path))
