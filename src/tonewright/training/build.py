"""From a configuration to a network."""

from __future__ import annotations

from torch import nn

from tonewright.layouts import LAYOUTS
from tonewright.networks.specification import Specification
from tonewright.training.config import ConfigError, Experiment
from tonewright.training.networks import ControllerNetwork
from tonewright.training.paper import AutoEqNetwork, Shape, StyleNetwork

#: Numbers beside the recordings, by task; see :class:`~tonewright.networks.specification.Specification`.
HINTS = {"auto": 2, "match": 76}
#: How many of them are filters to start from.
STARTS = {"auto": 0, "match": 18}
#: What a regression adds to the hint of ``auto``: its curve, and filters to start from.
_CURVE, _FILTERS = 57, 18


def specification_of(experiment: Experiment) -> Specification:
    """Return what the experiment's network is, for our own kind."""
    shape = experiment.network
    return Specification(
        task=experiment.task,
        layout=experiment.layout,
        size=LAYOUTS[experiment.layout].size,
        hint=HINTS[experiment.task] + (_CURVE + _FILTERS if shape.ridge else 0),
        start=STARTS[experiment.task] + (_FILTERS if shape.ridge else 0),
        channels=shape.channels,
        summary=shape.summary,
        hidden=shape.hidden,
        dilations=shape.dilations,
        heads=shape.heads,
        ridge=shape.ridge,
    )


def shape_of(experiment: Experiment) -> Shape:
    """Return what the experiment's network is, for the paper's kinds."""
    shape = experiment.network
    return Shape(
        channels=shape.channels,
        hidden=shape.hidden,
        summary=shape.summary,
        dilations=shape.dilations,
        kernel=shape.kernel,
        padding=shape.padding,
        film=shape.film,
        neutral_start=shape.neutral_start,
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
    if (kind, experiment.task) == ("paper-autoeq", "auto"):
        return AutoEqNetwork(experiment.predicted, shape_of(experiment))
    if (kind, experiment.task) == ("paper-st", "match"):
        return StyleNetwork(experiment.predicted, shape_of(experiment))
    raise ConfigError(f"There is no network {kind!r} for {experiment.task}.")
