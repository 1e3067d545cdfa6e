"""From a finished training to a weight file that ``tonewright`` runs without torch."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import torch

from tonewright.errors import OutputError
from tonewright.networks.network import HEADER
from tonewright.training.build import build_network, specification_of
from tonewright.training.config import ConfigError, parse_experiment
from tonewright.training.networks import ControllerNetwork
from tonewright.training.trainer import BEST, CHECKPOINT


def export(folder: Path, target: Path) -> dict[str, Any]:
    """Write the best averaged weights of a run as safetensors, beside and renamed.

    Parameters
    ----------
    folder
        Of the run.
    target
        The file to write.

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
    experiment = parse_experiment(checkpoint["experiment"], str(folder / CHECKPOINT))
    network = build_network(experiment)
    if not isinstance(network, ControllerNetwork):
        raise ConfigError(f"Networks of kind {experiment.network.kind} run in torch only and are not exported.")
    network.load_state_dict(best["weights"])
    arrays = {name: value.numpy() for name, value in network.arrays().items()}
    content = save(arrays, metadata={HEADER: specification_of(experiment).to_json()})
    beside = target.with_name(target.name + ".partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(target)
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror}.") from error
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "parameters": sum(array.size for array in arrays.values()),
        "step": best["step"],
        "ratio": best["ratio"],
        "experiment": experiment.model_dump(mode="json"),
    }
