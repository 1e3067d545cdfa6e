"""From a finished training to a weight file that ``tonewright`` runs without torch."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import torch

from tonewright.files import make_folder, write_bytes
from tonewright.networks.network import HEADER
from tonewright.networks.trust import NAMES
from tonewright.training.build import build_network, specification_of
from tonewright.training.calibration import calibrate, fit_expectation, typical_spectra
from tonewright.training.config import ConfigError, Experiment, parse_experiment
from tonewright.training.examples import Examples
from tonewright.training.networks import ControllerNetwork
from tonewright.training.runner import BEST, CHECKPOINT
from tonewright.training.tasks import Objective

#: Validation examples from which is learned how far to follow answers.
_CALIBRATION_EXAMPLES = 240
#: Training batches on which is learned what to expect.
_EXPECTATION_BATCHES = 100


def export(folder: Path, target: Path, experiment: Experiment) -> dict[str, Any]:
    """Calibrate the best averaged weights of a run and write them as safetensors, beside and renamed.

    Parameters
    ----------
    folder
        Of the run.
    target
        The file to write.
    experiment
        Says where the corpora lie.

    Returns
    -------
    What a model card needs of it: ``sha256``, ``parameters``, ``step``, ``ratio`` (validation error relative to doing
    nothing), ``experiment``.

    Raises
    ------
    ConfigError
        If there is no finished validation, or the network is none of ours.
    """
    from safetensors.numpy import save

    if not (folder / BEST).exists() or not (folder / CHECKPOINT).exists():
        raise ConfigError(f"{folder} holds no validated training; train first.")
    checkpoint = torch.load(folder / CHECKPOINT, weights_only=True)
    best = torch.load(folder / BEST, weights_only=True)
    trained = parse_experiment(checkpoint["experiment"], str(folder / CHECKPOINT))
    experiment = trained.changed(data=experiment.data, validation_examples=_CALIBRATION_EXAMPLES)
    network = build_network(experiment)
    if not isinstance(network, ControllerNetwork):
        raise ConfigError(f"Networks of kind {experiment.network.kind} run in torch only and are not exported.")
    network.load_state_dict(best["weights"])
    examples, objective = Examples(experiment), Objective(experiment)
    if network.specification.ridge:
        examples.ridge = network.held()
    # Beyond the steps that were trained on: other excerpts and settings, of the same works.
    first = experiment.data.reuse * experiment.steps
    fit_expectation(network, objective, (examples.batch(first + n) for n in range(_EXPECTATION_BATCHES)))
    arrays = {name: value.numpy() for name, value in network.arrays().items()}
    arrays |= calibrate(network.eval(), objective, examples.validation())
    arrays |= typical_spectra(examples)
    content = save(arrays, metadata={HEADER: specification_of(experiment).to_json()})
    make_folder(target.parent)
    write_bytes(target, content)
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "parameters": sum(array.size for array in arrays.values()),
        "step": best["step"],
        "ratio": best["ratio"],
        "trust": {name: arrays[name].tolist() for name in NAMES},
        "experiment": trained.model_dump(mode="json"),
    }
