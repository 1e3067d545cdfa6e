"""What ``say`` answers to a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tonewright.population.distribution import PlaneDistribution
from tonewright.population.plane import to_settings
from tonewright.settings import Settings

#: Which part decided: numbers in the request, words of an engineer, the population, or that it is not about sound.
Part = Literal["numbers", "vocabulary", "population", "unrelated"]


@dataclass(frozen=True, eq=False)
class Answer:
    """Settings for a request, and everything behind them.

    Attributes
    ----------
    prompt
        The request, verbatim.
    settings
        For audio at the working level, -23 LUFS.
    decided_by
        The parts that decided, in the order they are listed in :data:`Part`.
    plane
        What a population would choose on the tone plane, whatever decided.
    samples
        Independent draws from it, (count, 2).
    kind
        What the model took the request for; see :data:`~tonewright.controllers.say.reading.questions.KINDS`.
    said
        Sentences: what was done and why, what was limited.
    """

    prompt: str
    settings: Settings
    decided_by: tuple[Part, ...]
    plane: PlaneDistribution = field(repr=False)
    samples: NDArray[np.float64] = field(repr=False)
    kind: str
    said: tuple[str, ...]

    def takes(self) -> list[Settings]:
        """Return settings for each of the samples: other people's choices, to be tried."""
        return [to_settings(point) for point in self.samples]

    def explain(self) -> str:
        """Say in plain words what was done and why."""
        return "\n".join(self.said)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "prompt": self.prompt,
            "settings": self.settings.to_dict(),
            "decided_by": "+".join(self.decided_by),
            "kind": self.kind,
            "plane": {
                "mode": _point(self.plane.mode()),
                "mean": _point(self.plane.mean()),
                "spread": round(float(self.plane.spread()), 3),
                "samples": [_point(sample) for sample in self.samples],
            },
            "explanation": list(self.said),
        }


def _point(values: NDArray[np.float64]) -> list[float]:
    return [round(float(value), 4) + 0.0 for value in values]
