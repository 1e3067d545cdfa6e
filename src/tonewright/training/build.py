"""From a configuration to a network."""

from __future__ import annotations

from torch import nn

from tonewright.layouts import LAYOUTS
from tonewright.networks.specification import Specification
from tonewright.training.config import ConfigError, Experiment
from tonewright.training.networks import ControllerNetwork

#: Numbers beside the recordings, by task; see :class:`~tonewright.networks.specification.Specification`.
HINTS = {"auto": 2, "match": 58}


def specification_of(experiment: Experiment) -> Specification:
    """Return what the experiment's network is, for our own kind."""
    shape = experiment.network
    return Specification(
        task=experiment.task,
        layout=experiment.layout,
        size=LAYOUTS[experiment.layout].size,
        hint=HINTS[experiment.task],
        channels=shape.channels,
        summary=shape.summary,
        hidden=shape.hidden,
        dilations=shape.dilations,
        heads=shape.heads,
    )


def build_network(experiment: Experiment) -> nn.Module:
    """Build the network of an experiment with fresh weights.

    Raises
    ------
    ConfigError
        If the kind does not fit the task.
    """
    kind = experiment.network.kind
    if kind == "controller":
        return ControllerNetwork(specification_of(experiment), experiment.network.dropout)
    raise ConfigError(f"There is no network {kind!r} for {experiment.task}.")
