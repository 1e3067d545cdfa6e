"""What simulated panels share: names, careless people, catch trials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tonewright.listening.results import Listener

#: How often somebody careless passes a catch trial.
_LUCK = 0.5


@dataclass(frozen=True)
class Panel:
    """Who takes part.

    Attributes
    ----------
    listeners
        How many, the careless ones among them.
    careless
        How many answer at random; they are the last.
    catches
        Catch trials that each listener gets.
    seed
        Of everything drawn for the panel.
    """

    listeners: int = 20
    careless: int = 0
    catches: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.careless <= self.listeners:
            raise ValueError("there are as many careless listeners as listeners at most")

    @property
    def names(self) -> tuple[str, ...]:
        """Pseudonyms, in order."""
        return tuple(f"p{number:03}" for number in range(1, self.listeners + 1))

    def people(self) -> tuple[Listener, ...]:
        """Return the listeners of the results; the questionnaire tells nothing."""
        return tuple(Listener(id=name) for name in self.names)

    def is_careless(self, index: int) -> bool:
        """Tell whether a listener answers at random."""
        return index >= self.listeners - self.careless

    def passes(self, index: int, rng: np.random.Generator) -> bool:
        """Draw whether a listener passes a catch trial."""
        return not self.is_careless(index) or bool(rng.random() < _LUCK)
