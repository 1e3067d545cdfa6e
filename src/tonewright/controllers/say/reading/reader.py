"""A language model as a reader: requests in, distributions out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tonewright.controllers.say.leaning import leaned
from tonewright.controllers.say.reading.load import Loaded, keep_layers, torch_threads
from tonewright.controllers.say.reading.places import LAYERS, place_planter, states
from tonewright.controllers.say.reading.questions import KIND, KINDS, PLANE, REGIONS, TRAINED, Frame, Question
from tonewright.controllers.say.reading.readout import CERTAIN, Readout, as_distribution
from tonewright.controllers.say.reading.tree import Planter, Trees, answers
from tonewright.population.distribution import PlaneDistribution

#: A region is named only from this probability of all regions together on; else the population is asked.
SURE = 0.6
#: Requests per pass.
_BATCH = 16


@dataclass(frozen=True, eq=False)
class Reading:
    """What a model says of a request.

    Attributes
    ----------
    plane
        Where people would put it.
    kinds
        Probability of each of :data:`~tonewright.controllers.say.reading.questions.KINDS`, (24,); ``None`` from a model
        that was not asked.
    """

    plane: PlaneDistribution
    kinds: NDArray[np.float64] | None = None

    def probability(self, kind: str) -> float:
        """Return how probable a kind is; 0 if the model was not asked."""
        return 0.0 if self.kinds is None else float(self.kinds[KINDS.index(kind)])

    @property
    def kind(self) -> str:
        """The most probable kind: the regions count together against each of the others, then the likeliest of them."""
        if self.kinds is None:
            return "plane"
        regions = self.kinds[: 2 * len(REGIONS)]
        others = self.kinds[2 * len(REGIONS) :].copy()
        if others[-1] <= CERTAIN:
            others[-1] = 0.0
        if others.max() >= regions.sum() or regions.sum() < SURE:
            return KINDS[2 * len(REGIONS) + int(np.argmax(others))]
        return KINDS[int(np.argmax(regions))]


class Reader:
    """Reads requests with one model.

    Parameters
    ----------
    loaded
        The model, any adapter merged.
    frame
        Words around a request: as the adapter was trained, or with an explanation for a model without one.
    kinds
        Whether to ask for the kind too: only a model that was trained to answer it can.
    examples
        Text before every request (in-context learning).
    """

    def __init__(self, loaded: Loaded, *, frame: Frame = TRAINED, kinds: bool = True, examples: str = "") -> None:
        self.loaded = loaded
        questions: list[Question] = [PLANE, KIND] if kinds else [PLANE]
        self._planter = Planter(loaded.tokenizer, questions, frame, examples)

    def read(self, requests: Sequence[str]) -> list[Reading]:
        """Return a reading for each request, in order; the same bytes every time."""
        found: list[Reading] = []
        for first in range(0, len(requests), _BATCH):
            found.extend(read_batch(self._answers, self._planter, requests[first : first + _BATCH]))
        return found

    def _answers(self, trees: Trees) -> list[Tensor]:
        return answers(self.loaded.model, trees)


class ReadoutReader:
    """Reads requests in one model's states, with trained maps; see :mod:`~.places` and :mod:`~.readout`.

    What the maps say is moved along the request's own words: :mod:`tonewright.controllers.say.leaning`.

    Parameters
    ----------
    loaded
        The model, at least as deep as the last layer that is looked at; cut to it here.
    readout
        The maps.
    """

    def __init__(self, loaded: Loaded, readout: Readout) -> None:
        keep_layers(loaded.model, LAYERS[-1])
        self.loaded, self._readout = loaded, readout
        self._planter = place_planter(loaded.tokenizer)

    def read(self, requests: Sequence[str]) -> list[Reading]:
        """Return a reading for each request, in order."""
        found: list[Reading] = []
        for first in range(0, len(requests), _BATCH):
            with torch.inference_mode(), torch_threads():
                heard = states(self.loaded.model, self._planter, requests[first : first + _BATCH]).numpy()
            planes, kinds = self._readout.distributions(heard)
            part = requests[first : first + _BATCH]
            found.extend(
                Reading(leaned(one, request), kind) for one, kind, request in zip(planes, kinds, part, strict=True)
            )
        return found


def read_batch(reads: Callable[[Trees], list[Tensor]], planter: Planter, requests: Sequence[str]) -> list[Reading]:
    """Read some requests in one pass; `reads` gives the logarithms of :func:`~.tree.answers`."""
    with torch.inference_mode(), torch_threads():
        tables = [one.exp().double().numpy() for one in reads(planter.plant(requests))]
    return [
        Reading(as_distribution(tables[0][row]), tables[1][row] if len(tables) > 1 else None)
        for row in range(len(requests))
    ]
