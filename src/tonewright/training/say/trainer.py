"""Teach a language model to answer requests as a population does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from tonewright.controllers.say.reading.load import keep_layers, load
from tonewright.controllers.say.reading.questions import KIND, PLANE, TRAINED
from tonewright.controllers.say.reading.reader import read_batch
from tonewright.controllers.say.reading.tree import Planter
from tonewright.population.clouds import Cloud
from tonewright.population.data import Population
from tonewright.population.distances import energy
from tonewright.training.config import ConfigError
from tonewright.training.runner import Plan, Runner, essence, schedule, step_seed
from tonewright.training.say.config import SayExperiment
from tonewright.training.say.examples import Lessons
from tonewright.training.say.methods import Pupil
from tonewright.training.say.objective import judge

#: Prompts per pass when nothing is learned.
_BATCH = 16


class SayTrainer(Runner):
    """Trains one experiment of ``task = "say"`` in one folder.

    Parameters
    ----------
    experiment
        What to do.
    folder
        Where everything is kept.
    population
        Instead of the experiment's file.
    """

    def __init__(self, experiment: SayExperiment, folder: Path, population: Population | None = None) -> None:
        super().__init__(
            folder,
            Plan(experiment.steps, experiment.validate_every, experiment.patience, experiment.checkpoint_s),
        )
        self.experiment = experiment
        self.lessons = Lessons(experiment, population)
        torch.manual_seed(experiment.seed)
        self.pupil, tokenizer = make_pupil(experiment)
        options = experiment.optimiser
        self.optimiser = torch.optim.AdamW(
            self.pupil.trained().values(), lr=options.rate, weight_decay=options.weight_decay, betas=options.betas
        )
        self.planters = (Planter(tokenizer, [PLANE], TRAINED), Planter(tokenizer, [PLANE, KIND], TRAINED))

    def learn(self) -> dict[str, float]:
        """Take the next step; return what its batch cost before it."""
        experiment, options = self.experiment, self.experiment.optimiser
        torch.manual_seed(step_seed(experiment.seed, self.step))
        self.pupil.train()
        for group in self.optimiser.param_groups:
            group["lr"] = options.rate * schedule(self.step, experiment.steps, options)
        self.optimiser.zero_grad(set_to_none=True)
        terms = judge(self.pupil, self.planters, self.lessons.lesson(self.step), experiment.loss)
        terms.total.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.pupil.trained().values(), options.clip)
        if torch.isfinite(norm):
            self.optimiser.step()
        self.step += 1
        return {
            "loss": float(terms.total.detach()),
            "likelihood": terms.likelihood,
            "sinkhorn": terms.sinkhorn,
            "kind": terms.kind,
        }

    def line(self, means: dict[str, float]) -> str:
        """Say in a line how it goes."""
        return f"loss {means['loss']:.3f}, {means['sinkhorn']:.2f} to people"

    def validate(self) -> dict[str, float]:
        """Compare with people on prompts that are set aside; the ratio is to ignoring the prompt, in energy.

        Without such prompts the last weights are the best.
        """
        held = self.lessons.held
        if held is None:
            return {"ratio": 1.0 / (1.0 + self.step)}
        found = self.predict([item.prompt for item in held.items])
        everybody = self.lessons.everybody
        ours = np.mean(
            [
                energy(cloud.points, item.points, cloud.weights).value
                for cloud, item in zip(found, held.items, strict=True)
            ]
        )
        theirs = np.mean([energy(everybody, item.points).value for item in held.items])
        return {"ratio": float(ours / theirs), "energy": float(ours)}

    def predict(self, prompts: list[str]) -> list[Cloud]:
        """Return what the pupil says of prompts, as clouds of weighted points."""
        self.pupil.eval()
        found: list[Cloud] = []
        for first in range(0, len(prompts), _BATCH):
            readings = read_batch(self.pupil, self.planters[0], prompts[first : first + _BATCH])
            found.extend(Cloud.of_distribution(reading.plane) for reading in readings)
        return found

    def learned(self) -> dict[str, Any]:
        """Return the trained weights."""
        return {"weights": {name: value.detach() for name, value in self.pupil.trained().items()}}

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return {
            "experiment": self.experiment.model_dump(mode="json"),
            "pupil": {name: value.detach() for name, value in self.pupil.trained().items()},
            "optimiser": self.optimiser.state_dict(),
        }

    def set_state(self, state: dict[str, Any], path: Path) -> None:
        """Take over a checkpoint's state."""
        of = SayExperiment.model_validate(state["experiment"])
        if _essence(of) != _essence(self.experiment):
            raise ConfigError(f"{path} belongs to another experiment; choose another folder, or delete it.")
        self.pupil.take(state["pupil"])
        self.optimiser.load_state_dict(state["optimiser"])


def make_pupil(experiment: SayExperiment) -> tuple[Pupil, Any]:
    """Return the model of an experiment with fresh or given weights to train, and its tokenizer."""
    options = experiment.model
    if options.method == "readout":
        raise ConfigError("A readout is fitted, not trained in steps.")
    loaded = load(options.name, dtype=options.precision)
    keep_layers(loaded.model, options.depth)
    pupil = Pupil(
        loaded.model,
        loaded.tokenizer,
        options.method,
        options.rank,
        targets=options.targets,
        first_layer=options.first_layer,
        dropout=options.dropout,
    )
    if options.start is not None:
        try:
            pupil.take(torch.load(options.start, weights_only=True)["weights"])
        except (OSError, KeyError, RuntimeError) as error:
            raise ConfigError(f"{options.start} cannot be started from ({error}).") from None
    return pupil, loaded.tokenizer


def _essence(experiment: SayExperiment) -> dict[str, Any]:
    return essence(experiment, ["data.population", "model.start"])
