"""A model for tests of what surrounds models: it knows the vocabulary's words and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tonewright.controllers.say.vocabulary import interpret
from tonewright.population.distribution import PlaneDistribution


@dataclass
class Heard:
    """What :class:`WordModel` says of a request."""

    plane: PlaneDistribution
    kind: str


class WordModel:
    """Reads the vocabulary's words as clouds around a point, anything else as a warm evening."""

    def read(self, requests: Sequence[str]) -> list[Heard]:
        """Return a reading for each request."""
        found = []
        for request in requests:
            word = interpret(request)
            centre = (-2.0, -2.5) if word is None else tuple(2.0 * word.strength * np.array(word.plane))
            kind = "unrelated" if "capital of" in request else "plane"
            found.append(Heard(PlaneDistribution.from_points([centre], bandwidth=1.5), kind))
        return found
