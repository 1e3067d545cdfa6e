"""What may be chosen about how predictions of a population's choices are judged."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SayProtocol:
    """What may be chosen.

    Attributes
    ----------
    folds
        Into how many parts the prompts are dealt.
    seeds
        How often everything is done with other folds, fits and draws; results are averaged.
    first_seed
        The first; the others follow it.
    size
        Points per drawn cloud.
    draws
        Clouds drawn per item.
    epsilon
        Of the Sinkhorn divergence, in squared units of the plane.
    """

    folds: int = 5
    seeds: int = 1
    first_seed: int = 0
    size: int = 11
    draws: int = 50
    epsilon: float = 1.0
