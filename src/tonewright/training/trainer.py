"""The one trainer: steps, averaged weights, validation, early stopping, checkpoints that a killed run goes on from.

Everything that happens at a step follows from the seed and the step's number, and a checkpoint holds all that was
learned, so on one thread a run that was killed and resumed ends with the same bytes as one that was not.
"""

from __future__ import annotations

import copy
import json
import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tonewright.errors import OutputError
from tonewright.training.build import build_network
from tonewright.training.config import ConfigError, Experiment, Optimiser, parse_experiment
from tonewright.training.examples import Batch, Examples
from tonewright.training.networks import ControllerNetwork
from tonewright.training.regression import fit_ridge
from tonewright.training.tasks import Objective, Terms

CHECKPOINT, BEST, LOG = "checkpoint.pt", "best.pt", "log.jsonl"
#: Steps between lines of the log.
_LOG_EVERY = 20


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Attributes
    ----------
    steps
        Taken in all.
    best_step, best_ratio
        The validated step whose averaged weights were best, and its mean error over that of doing nothing.
    stopped
        ``finished``, ``early`` (validation got no better), or ``paused`` (asked to stop).
    """

    steps: int
    best_step: int
    best_ratio: float
    stopped: str


class Trainer:
    """Trains one experiment in one folder.

    Parameters
    ----------
    experiment
        What to do.
    folder
        Where checkpoints, the best weights and the log are kept.
    examples
        Where batches come from; from the experiment's corpora if absent.
    """

    def __init__(self, experiment: Experiment, folder: Path, examples: Examples | None = None) -> None:
        torch.manual_seed(experiment.seed)
        self.experiment, self.folder = experiment, folder
        self.examples = examples or Examples(experiment)
        self.objective = Objective(experiment)
        self.network = build_network(experiment)
        self.average = copy.deepcopy(self.network).eval()
        options = experiment.optimiser
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=options.rate, weight_decay=options.weight_decay, betas=options.betas
        )
        self.step = 0
        self.best: tuple[float, int] = (float("inf"), 0)
        self.failures = 0
        self._validation: list[Batch] | None = None

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
        experiment = self.experiment
        saved = time.monotonic()
        sums: list[tuple[float, float, float]] = []
        began = time.monotonic()
        while self.step < experiment.steps:
            terms = self.take_step()
            sums.append((float(terms.error.mean()), float(terms.nothing.mean()), float(terms.curve)))
            if self.step % _LOG_EVERY == 0:
                error, nothing, curve = np.mean(sums, axis=0)
                pace = (time.monotonic() - began) / len(sums)
                self._log(
                    step=self.step,
                    loss=error,
                    nothing=nothing,
                    ratio=error / nothing,
                    curve=curve,
                    seconds_per_step=pace,
                )
                if tell:
                    line = f"step {self.step}: {error / nothing:.3f} of doing nothing, {pace:.2f} s per step"
                    tell(line, self.step / experiment.steps)
                sums, began = [], time.monotonic()
            if self.step % experiment.validate_every == 0 or self.step == experiment.steps:
                self._validate(tell)
                began = time.monotonic()
                if self.failures >= experiment.patience:
                    self.save()
                    return self._outcome("early")
            if time.monotonic() - saved > experiment.checkpoint_s:
                self.save()
                saved = time.monotonic()
            if until is not None and until():
                self.save()
                return self._outcome("paused")
        self.save()
        return self._outcome("finished")

    def take_step(self) -> Terms:
        """Take the next step; return what its batch cost before it."""
        experiment, options = self.experiment, self.experiment.optimiser
        self._prepare()
        torch.manual_seed(_step_seed(experiment.seed, self.step))
        self.network.train()
        batch = self.examples.batch(self.step)
        for group in self.optimiser.param_groups:
            group["lr"] = options.rate * schedule(self.step, experiment.steps, options)
        self.optimiser.zero_grad(set_to_none=True)
        terms: Terms = self.objective(self.network, batch)
        terms.total.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), options.clip)
        if torch.isfinite(norm):
            self.optimiser.step()
        # A young average forgets faster, so that it is not dragged by the first weights.
        keep = min(options.average, (1.0 + self.step) / (10.0 + self.step))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(now, 1.0 - keep)
            for held, current in zip(self.average.buffers(), self.network.buffers(), strict=True):
                held.copy_(current)
        self.step += 1
        return terms

    def validate(self) -> dict[str, float]:
        """Judge the averaged weights on the validation examples: mean errors, their ratio, how confidence fares."""
        self._prepare()
        if self._validation is None:
            self._validation = self.examples.validation()
        rows: list[Tensor] = []
        with torch.no_grad():
            for batch in self._validation:
                terms = self.objective(self.average, batch)
                rows.append(torch.stack([terms.error, terms.nothing, terms.expected]))
        error, nothing, expected = torch.cat(rows, dim=1).double().numpy()
        actual = np.log(error / nothing.clip(1e-6))
        varied = expected.std() > 0 and actual.std() > 0
        return {
            "error": float(error.mean()),
            "nothing": float(nothing.mean()),
            "ratio": float(error.mean() / nothing.mean()),
            "better": float(np.mean(error < nothing)),
            "confidence_correlation": float(np.corrcoef(expected, actual)[0, 1]) if varied else 0.0,
        }

    def _prepare(self) -> None:
        """Learn the regression of the hints before the first example is drawn; later it is among the weights."""
        network, average = self.network, self.average
        if not isinstance(network, ControllerNetwork) or not isinstance(average, ControllerNetwork):
            return
        if not network.specification.ridge or self.examples.ridge is not None:
            return
        if self.step == 0:
            ridge = fit_ridge(self.examples)
            network.hold(ridge)
            average.hold(ridge)
        self.examples.ridge = network.held()

    def _validate(self, tell: Callable[[str, float], None] | None) -> None:
        result = self.validate()
        self._log(step=self.step, validation=result)
        if tell:
            tell(f"step {self.step}: validation {result['ratio']:.3f}", self.step / self.experiment.steps)
        if result["ratio"] < self.best[0]:
            self.best, self.failures = (result["ratio"], self.step), 0
            _save(
                self.folder / BEST, {"step": self.step, "ratio": result["ratio"], "weights": self.average.state_dict()}
            )
        else:
            self.failures += 1

    def _outcome(self, stopped: str) -> Outcome:
        return Outcome(self.step, self.best[1], self.best[0], stopped)

    def _log(self, **row: Any) -> None:
        try:
            with (self.folder / LOG).open("a", encoding="utf-8") as file:
                file.write(json.dumps(_rounded(row)) + "\n")
        except OSError as error:
            raise OutputError(f"{self.folder / LOG} cannot be written: {error.strerror}.") from error

    def save(self) -> None:
        """Write a checkpoint, beside and renamed."""
        _save(
            self.folder / CHECKPOINT,
            {
                "experiment": self.experiment.model_dump(mode="json"),
                "step": self.step,
                "network": self.network.state_dict(),
                "average": self.average.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "best": self.best,
                "failures": self.failures,
            },
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
        # Read again, so that a checkpoint from before an option existed has the option's default.
        of = parse_experiment(state["experiment"], str(path))
        if _essence(of) != _essence(self.experiment):
            raise ConfigError(f"{path} belongs to another experiment; choose another folder, or delete it.")
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.best, self.failures = state["step"], tuple(state["best"]), state["failures"]
        return True


def schedule(step: int, steps: int, options: Optimiser) -> float:
    """Return the factor of the learning rate: linear warm-up, then what the options' schedule says."""
    rise = min(1.0, (step + 1) / options.warm_up) if options.warm_up else 1.0
    if options.schedule == "cosine":
        return rise * 0.5 * (1.0 + math.cos(math.pi * step / steps))
    fall = min(1.0, (steps - step) / (options.decay * steps)) if options.decay > 0 else 1.0
    return rise * fall


def _step_seed(seed: int, step: int) -> int:
    return int(np.random.default_rng([seed, step]).integers(2**62))


def _essence(experiment: Experiment) -> dict[str, Any]:
    """Return what must agree for a run to go on: not where data lies, how long to train, how often to look."""
    free = {"name", "steps", "patience", "checkpoint_s", "validate_every", "validation_examples"}
    kept = {key: value for key, value in experiment.model_dump(mode="json").items() if key not in free}
    kept["data"].pop("sources")
    return kept


def _save(path: Path, state: dict[str, Any]) -> None:
    beside = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with beside.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written: {error.strerror}.") from error


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return round(float(value), 5) if isinstance(value, float | np.floating) else value
