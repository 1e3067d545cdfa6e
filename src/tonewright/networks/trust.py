"""How far a network's answer is followed: what validation showed about answers that expected so much.

A weight file may hold three arrays, all ascending in the first: ``trust.log_ratio`` (what the network expects),
``trust.amount`` (the amount of its answer that was best for such expectations, 0 to 1.5) and ``trust.actual`` (the
logarithm of the error that was left then, relative to doing nothing). Between them lines are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tonewright.networks.network import Network

#: Names of the arrays in a weight file.
NAMES = ("trust.log_ratio", "trust.amount", "trust.actual")


@dataclass(frozen=True)
class Trust:
    """What becomes of an answer.

    Attributes
    ----------
    amount
        Of the answer that is used, 0 to 1.5: a network that learned on much that needs nothing answers too little where
        something is needed, so it may be best to go beyond what it says.
    remaining
        Expected part of the error that is left, relative to doing nothing.
    """

    amount: float
    remaining: float


def trust(network: Network, log_ratio: float) -> Trust:
    """Look up how far to follow an answer; fully where the network was not calibrated."""
    if any(name not in network.weights for name in NAMES):
        return Trust(1.0, float(np.exp(log_ratio)))
    asked, amounts, actual = (network.weights[name] for name in NAMES)
    return Trust(float(np.interp(log_ratio, asked, amounts)), float(np.exp(np.interp(log_ratio, asked, actual))))
