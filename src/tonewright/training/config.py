"""One TOML file per experiment, checked before anything starts."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tonewright.errors import SettingsError
from tonewright.frozen import Frozen
from tonewright.layouts import LAYOUTS, Layout, Mapping
from tonewright.training.degradations import DEGRADATIONS


class ConfigError(SettingsError):
    """A training configuration cannot be used."""


_Checked = TypeVar("_Checked", bound=BaseModel)


class StrictModel(Frozen):
    """Refuses what it does not know, and does not change."""

    model_config = ConfigDict(allow_inf_nan=True)


class Source(StrictModel):
    """A corpus store and how often it is drawn from.

    Attributes
    ----------
    path
        Folder made by ``tonewright corpus build``; relative paths are relative to the working folder.
    share
        Relative frequency.
    """

    path: Path
    share: float = Field(1.0, gt=0)


class Data(StrictModel):
    """What examples are made of.

    Attributes
    ----------
    sources
        Corpora.
    degradations
        Names of :data:`~tonewright.training.degradations.DEGRADATIONS` and their probabilities.
    context_s, reference_s
        Lengths that are heard of the input and of the reference; one of each is drawn per batch.
    crop_frames
        Length on which the loss is taken.
    reuse
        Steps in turn that share what is heard and take the loss on other crops: hearing costs more than learning.
    mixed
        Probability that a second work is laid under the first, 6 to 20 dB lower.
    varied_speed
        Probability that a work is played faster or slower, by up to a ninth.
    varied_tone_db
        For ``auto``: standard deviation of a random smooth curve by which the spectrum that is heard differs, in dB, as
        if the work had been mastered otherwise. What was hidden stays the answer, so no spectrum is learned by heart.
    level
        Of recordings when settings are hidden: ``rms``, -20 dBFS, or ``peak``, 0 dBFS as in the paper's AutoEQ.
    """

    sources: tuple[Source, ...] = Field(min_length=1)
    degradations: dict[str, float]
    context_s: tuple[float, ...] = (18.0,)
    reference_s: tuple[float, ...] = (18.0,)
    crop_frames: int = Field(131072, ge=16384)
    reuse: int = Field(2, ge=1)
    mixed: float = Field(0.25, ge=0, le=1)
    varied_speed: float = Field(0.3, ge=0, le=1)
    varied_tone_db: float = Field(0.0, ge=0)
    level: Literal["rms", "peak"] = "rms"

    @model_validator(mode="after")
    def _known(self) -> Data:
        unknown = sorted(set(self.degradations) - set(DEGRADATIONS))
        if unknown or not self.degradations or min(self.degradations.values()) <= 0:
            known = ", ".join(DEGRADATIONS)
            raise ValueError(f"degradations must be some of {known} with positive probabilities")
        return self


class Architecture(StrictModel):
    """Which network. ``controller`` is ours; the paper's are ``paper-autoeq`` and ``paper-st``.

    Attributes
    ----------
    heads, dropout
        Of ours only; see :class:`~tonewright.networks.specification.Specification`.
    ridge
        Of ours for ``auto`` only: learn a regression on long-term spectra first, and start from its answer.
    kernel, padding, film, neutral_start
        Of the paper's only; see :class:`~tonewright.training.paper.Shape`.
    """

    kind: Literal["controller", "paper-autoeq", "paper-st"] = "controller"
    channels: int = Field(128, ge=8)
    summary: int = Field(256, ge=8)
    hidden: int = Field(384, ge=8)
    dilations: tuple[int, ...] = (1, 2, 4)
    heads: int = Field(4, ge=1)
    dropout: float = Field(0.1, ge=0, lt=1)
    ridge: bool = False
    kernel: int = Field(7, ge=1)
    padding: Literal["same", "none"] = "same"
    film: bool = False
    neutral_start: bool = True


class Loss(StrictModel):
    """Weights of the objective; see :mod:`tonewright.training.losses.stft` for its first four.

    Attributes
    ----------
    curve
        Of the distance between the filters' response and the true change of the spectrum, per 10 dB.
    confidence
        Of the squared error of the expected logarithm of what is left.
    """

    resolutions: tuple[int, ...] = (512, 2048, 8192)
    convergence: float = Field(1.0, ge=0)
    log_magnitude: float = Field(1.0, ge=0)
    linear_magnitude: float = Field(0.0, ge=0)
    transients: float = Field(0.0, ge=0)
    curve: float = Field(0.3, ge=0)
    confidence: float = Field(0.1, ge=0)


class Optimiser(StrictModel):
    """Adam with decoupled weight decay, warm-up, and how the rate goes on.

    Attributes
    ----------
    betas
        Of Adam.
    schedule
        ``constant`` with a linear decay over the last part, or ``cosine``: half a period from the rate to zero.
    decay
        Part of the steps over which a constant rate falls to zero.
    clip
        Largest norm of a gradient.
    average
        Of the exponential moving average of weights, which is what is validated and exported.
    """

    rate: float = Field(1e-3, gt=0)
    weight_decay: float = Field(0.01, ge=0)
    betas: tuple[float, float] = (0.9, 0.98)
    schedule: Literal["constant", "cosine"] = "constant"
    warm_up: int = Field(200, ge=0)
    decay: float = Field(0.25, ge=0, le=1)
    clip: float = Field(1.0, gt=0)
    average: float = Field(0.998, ge=0, lt=1)


class Experiment(StrictModel):
    """A whole experiment.

    Attributes
    ----------
    name
        Of the folder with everything that is kept.
    layout, mapping
        What is predicted, and its scales: each parameter's own (``log``), or all linear as in the paper.
    steps, batch
        Gradient steps, examples per step.
    validate_every, validation_examples, patience
        Steps between validations, examples of each (the same every time), and how many validations without improvement
        end the training.
    checkpoint_s
        Seconds between checkpoints.
    """

    name: str = Field(pattern=r"^[\w.-]+$")
    task: Literal["auto", "match"]
    layout: str = "even54"
    mapping: Mapping = "log"
    seed: int = Field(0, ge=0)
    steps: int = Field(gt=0)
    batch: int = Field(8, ge=1)
    sample_rate: int = 44100
    validate_every: int = Field(500, ge=1)
    validation_examples: int = Field(48, ge=1)
    patience: int = Field(20, ge=1)
    checkpoint_s: float = Field(120.0, gt=0)
    data: Data
    network: Architecture = Architecture()
    loss: Loss = Loss()
    optimiser: Optimiser = Optimiser()

    @model_validator(mode="after")
    def _consistent(self) -> Experiment:
        if self.layout not in LAYOUTS:
            raise ValueError(f"layout must be one of {', '.join(LAYOUTS)}")
        if self.mapping != "log" and self.network.kind == "controller":
            raise ValueError("the controller network's files know the mapping log only")
        if self.network.ridge and (self.task, self.network.kind) != ("auto", "controller"):
            raise ValueError("only the controller network for auto starts from a ridge")
        return self

    @property
    def predicted(self) -> Layout:
        """What the network predicts: the layout with its mapping."""
        return LAYOUTS[self.layout].with_mapping(self.mapping)


def load_experiment(path: str | Path) -> Experiment:
    """Read an experiment from TOML.

    Raises
    ------
    ConfigError
        If the file cannot be read, is not TOML, or says something unknown or impossible (the first problem is named).
    """
    return parse_experiment(read_toml(path), str(path))


def read_toml(path: str | Path) -> dict[str, Any]:
    """Read a configuration as plain data; its ``task`` says of which kind it is.

    Raises
    ------
    ConfigError
        If the file cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}.") from error


def parse_experiment(data: dict[str, Any], name: str) -> Experiment:
    """Check plain data; `name` says in errors where it came from."""
    return checked(Experiment, data, name)


def checked(kind: type[_Checked], data: dict[str, Any], name: str) -> _Checked:
    """Check plain data of any kind of experiment; the first problem is raised as a ConfigError."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the experiment"
        raise ConfigError(f"{name}: {place}: {first['msg'].removeprefix('Value error, ')}.") from error
