"""The one trainer: steps, averaged weights, validation, early stopping, checkpoints that a killed run goes on from.

Everything that happens at a step follows from the seed and the step's number, and a checkpoint holds all that was
learned, so on one thread a run that was killed and resumed ends with the same bytes as one that was not.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tonewright.training.build import build_network
from tonewright.training.config import ConfigError, Experiment, parse_experiment
from tonewright.training.examples import Batch, Examples
from tonewright.training.networks import ControllerNetwork
from tonewright.training.regression import fit_ridge
from tonewright.training.runner import Plan, Runner, essence, schedule, step_seed
from tonewright.training.tasks import Objective, Terms


class Trainer(Runner):
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
        super().__init__(
            folder, Plan(experiment.steps, experiment.validate_every, experiment.patience, experiment.checkpoint_s)
        )
        torch.manual_seed(experiment.seed)
        self.experiment = experiment
        self.examples = examples or Examples(experiment)
        self.objective = Objective(experiment)
        self.network = build_network(experiment)
        self.average = copy.deepcopy(self.network).eval()
        options = experiment.optimiser
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=options.rate, weight_decay=options.weight_decay, betas=options.betas
        )
        self._validation: list[Batch] | None = None

    def learn(self) -> dict[str, float]:
        """Take the next step; return what its batch cost before it."""
        terms = self.take_step()
        return {
            "loss": float(terms.error.mean()),
            "nothing": float(terms.nothing.mean()),
            "curve": float(terms.curve),
        }

    def summary(self, rows: list[dict[str, float]]) -> dict[str, float]:
        """Return means, and the ratio of the mean errors."""
        means = super().summary(rows)
        return {**means, "ratio": means["loss"] / means["nothing"]}

    def take_step(self) -> Terms:
        """Take the next step; return what its batch cost before it."""
        experiment, options = self.experiment, self.experiment.optimiser
        self._prepare()
        torch.manual_seed(step_seed(experiment.seed, self.step))
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

    def learned(self) -> dict[str, Any]:
        """Return the averaged weights, which are what is validated and exported."""
        return {"weights": self.average.state_dict()}

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return {
            "experiment": self.experiment.model_dump(mode="json"),
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }

    def set_state(self, state: dict[str, Any], path: Path) -> None:
        """Take over a checkpoint's state."""
        # Read again, so that a checkpoint from before an option existed has the option's default.
        of = parse_experiment(state["experiment"], str(path))
        if _essence(of) != _essence(self.experiment):
            raise ConfigError(f"{path} belongs to another experiment; choose another folder, or delete it.")
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])


def _essence(experiment: Experiment) -> dict[str, Any]:
    return essence(experiment, ["data.sources"], ["validation_examples"])
