"""From an experiment of ``task = "say"`` to a folder that ``say --adapter`` takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from tonewright.controllers.say.reading.readout import FILE
from tonewright.controllers.say.reading.sources import DEFAULT
from tonewright.controllers.say.shipped import RECORD
from tonewright.errors import OutputError
from tonewright.files import write_text
from tonewright.population.imports import load_population
from tonewright.training.config import ConfigError
from tonewright.training.runner import BEST
from tonewright.training.say.config import SayExperiment
from tonewright.training.say.readout import States, teach_readout
from tonewright.training.say.trainer import SayTrainer, make_pupil

Tell = Callable[[str, float], None]


def train_say(
    experiment: SayExperiment,
    folder: Path,
    *,
    resume: bool = False,
    until: Callable[[], bool] | None = None,
    tell: Tell | None = None,
) -> dict[str, Any]:
    """Run an experiment in a folder; return what is worth printing.

    A readout is fitted and written at once; the other methods train in steps and can be resumed.
    """
    if experiment.model.method != "readout":
        trainer = SayTrainer(experiment, folder)
        if resume:
            trainer.resume()
        return {"folder": str(folder), **vars(trainer.run(until=until, tell=tell))}
    population = None if experiment.data.population is None else load_population(experiment.data.population)
    states = States(experiment.model.name, experiment.model.precision)
    readout = teach_readout(experiment, population, states, tell)
    folder.mkdir(parents=True, exist_ok=True)
    readout.save(folder / FILE)
    _record(folder, experiment, "readout", None)
    return {"folder": str(folder), "method": "readout", "states": len(readout.mean)}


def export_say(experiment: SayExperiment, run: Path, folder: Path) -> dict[str, Any]:
    """Write a LoRA adapter from a run's best weights, as peft does, with how it is to be read.

    Raises
    ------
    ConfigError, OutputError
        If the method has no such adapter, or the run holds no weights.
    """
    if experiment.model.method != "lora":
        raise ConfigError(
            f"Only LoRA is exported from a run; {experiment.model.method} is used from where it was made."
        )
    try:
        weights = torch.load(run / BEST, weights_only=True)["weights"]
    except OSError as error:
        raise OutputError(f"{run} holds no trained weights ({error.strerror}).") from error
    pupil, _ = make_pupil(experiment)
    pupil.take(weights)
    pupil.model.save_pretrained(str(folder))
    _record(folder, experiment, "lora", experiment.model.depth)
    return {"folder": str(folder), "method": "lora"}


def _record(folder: Path, experiment: SayExperiment, method: str, depth: int | None) -> None:
    base = experiment.model.name or DEFAULT.name
    record = {"version": 1, "method": method, "base": base, "depth": depth, "experiment": experiment.name}
    write_text(folder / RECORD, json.dumps(record, indent=2) + "\n")
