"""What every training does beside learning: log, validate, stop early, keep checkpoints, go on from one.

A course says what a step is; :class:`~tonewright.training.trainer.Trainer` teaches networks that hear,
:class:`~tonewright.training.say.trainer.SayTrainer` language models that read.
"""

from __future__ import annotations

import json
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import BaseModel

from tonewright.files import Draft, append_text
from tonewright.training.config import Optimiser

CHECKPOINT, BEST, LOG = "checkpoint.pt", "best.pt", "log.jsonl"
#: Steps between lines of the log.
_LOG_EVERY = 20
#: What may change between a run and its going on, in every experiment.
_FREE = ("name", "steps", "patience", "checkpoint_s", "validate_every")


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Attributes
    ----------
    steps
        Taken in all.
    best_step, best_ratio
        The validated step whose weights were best, and its mean error over that of doing nothing.
    stopped
        ``finished``, ``early`` (validation got no better), or ``paused`` (asked to stop).
    """

    steps: int
    best_step: int
    best_ratio: float
    stopped: str


@dataclass(frozen=True)
class Plan:
    """How long to train, how often to look, when to stop: the fields that all experiments share."""

    steps: int
    validate_every: int
    patience: int
    checkpoint_s: float


class Runner(ABC):
    """Runs one experiment in one folder.

    Parameters
    ----------
    folder
        Where checkpoints, the best weights and the log are kept.
    plan
        How long and how often.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder, self.plan = folder, plan
        self.step = 0
        self.best: tuple[float, int] = (float("inf"), 0)
        self.failures = 0

    @abstractmethod
    def learn(self) -> dict[str, float]:
        """Take one step, add one to :attr:`step`, and return what it cost by name; ``ratio`` is reported."""

    @abstractmethod
    def validate(self) -> dict[str, float]:
        """Judge what was learned; the least ``ratio`` is best."""

    @abstractmethod
    def learned(self) -> dict[str, Any]:
        """Return what the best weights file keeps beside step and ratio."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Return everything a checkpoint needs beside step, best and failures."""

    @abstractmethod
    def set_state(self, state: dict[str, Any], path: Path) -> None:
        """Take over a checkpoint's state, or raise if it is of another experiment."""

    def run(
        self, *, until: Callable[[], bool] | None = None, tell: Callable[[str, float], None] | None = None
    ) -> Outcome:
        """Train to the end.

        Parameters
        ----------
        until
            Asked after every step whether to pause; a checkpoint is written then.
        tell
            Called with a line and the part that is done.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        plan = self.plan
        saved = began = time.monotonic()
        rows: list[dict[str, float]] = []
        while self.step < plan.steps:
            rows.append(self.learn())
            if self.step % _LOG_EVERY == 0:
                means = self.summary(rows)
                pace = (time.monotonic() - began) / len(rows)
                self._log(step=self.step, **means, seconds_per_step=pace)
                if tell:
                    tell(f"step {self.step}: {self.line(means)}, {pace:.2f} s per step", self.step / plan.steps)
                rows, began = [], time.monotonic()
            if self.step % plan.validate_every == 0 or self.step == plan.steps:
                self._validate(tell)
                began = time.monotonic()
                if self.failures >= plan.patience:
                    self.save()
                    return self._outcome("early")
            if time.monotonic() - saved > plan.checkpoint_s:
                self.save()
                saved = time.monotonic()
            if until is not None and until():
                self.save()
                return self._outcome("paused")
        self.save()
        return self._outcome("finished")

    def summary(self, rows: list[dict[str, float]]) -> dict[str, float]:
        """Return the means of what some steps cost."""
        return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}

    def line(self, means: dict[str, float]) -> str:
        """Say in a line how it goes."""
        return f"{means['ratio']:.3f} of doing nothing"

    def save(self) -> None:
        """Write a checkpoint, beside and renamed."""
        save(
            self.folder / CHECKPOINT,
            {**self.state(), "step": self.step, "best": self.best, "failures": self.failures},
        )

    def resume(self) -> bool:
        """Go on from the folder's checkpoint; tell whether there was one.

        Raises
        ------
        ConfigError
            If the checkpoint is of another experiment.
        """
        path = self.folder / CHECKPOINT
        if not path.exists():
            return False
        state = torch.load(path, weights_only=True)
        self.set_state(state, path)
        self.step, self.best, self.failures = state["step"], tuple(state["best"]), state["failures"]
        return True

    def _validate(self, tell: Callable[[str, float], None] | None) -> None:
        result = self.validate()
        self._log(step=self.step, validation=result)
        if tell:
            tell(f"step {self.step}: validation {result['ratio']:.3f}", self.step / self.plan.steps)
        if result["ratio"] < self.best[0]:
            self.best, self.failures = (result["ratio"], self.step), 0
            save(self.folder / BEST, {"step": self.step, "ratio": result["ratio"], **self.learned()})
        else:
            self.failures += 1

    def _outcome(self, stopped: str) -> Outcome:
        return Outcome(self.step, self.best[1], self.best[0], stopped)

    def _log(self, **row: Any) -> None:
        append_text(self.folder / LOG, json.dumps(_rounded(row)) + "\n")


def schedule(step: int, steps: int, options: Optimiser) -> float:
    """Return the factor of the learning rate: linear warm-up, then what the options' schedule says."""
    rise = min(1.0, (step + 1) / options.warm_up) if options.warm_up else 1.0
    if options.schedule == "cosine":
        return rise * 0.5 * (1.0 + math.cos(math.pi * step / steps))
    fall = min(1.0, (steps - step) / (options.decay * steps)) if options.decay > 0 else 1.0
    return rise * fall


def step_seed(seed: int, step: int) -> int:
    """Return the seed of a step's own randomness."""
    return int(np.random.default_rng([seed, step]).integers(2**62))


def essence(experiment: BaseModel, elsewhere: Sequence[str], free: Sequence[str] = ()) -> dict[str, Any]:
    """Return what must agree for a run to go on: not how long to train, how often to look, where things lie.

    Parameters
    ----------
    elsewhere
        Fields below another one, ``part.field``, that say where something lies.
    free
        Further fields that may change.
    """
    kept = {key: value for key, value in experiment.model_dump(mode="json").items() if key not in {*_FREE, *free}}
    for part, _, name in (each.partition(".") for each in elsewhere):
        kept[part].pop(name)
    return kept


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a file of torch, beside and renamed."""
    with Draft(path) as draft, draft.path.open("r+b") as file:
        torch.save(state, file)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return round(float(value), 5) if isinstance(value, float | np.floating) else value
