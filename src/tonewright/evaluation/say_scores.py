"""One prediction against the people of one item: distances of drawn clouds of equal size, and of the exact one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonewright.population import curves, measures
from tonewright.population.clouds import Cloud
from tonewright.population.data import Item
from tonewright.population.distances import (
    assignment_distances,
    energies,
    own_transport_cost,
    pairwise,
    transport_cost,
    w2,
)

Array = NDArray[np.float64]

#: The measures of a prediction, in the order of tables. Distances first; those are better the lower.
DISTANCES = ("energy", "sinkhorn", "w2", "curve_energy", "exact_energy", "exact_sinkhorn")
MEASURES = (*DISTANCES, "hrp", "spread", "human_spread", "shares_apart")
#: Accuracy of plans: the values then are off by less than a thousandth, and their means by far less.
_ENOUGH = 1e-3


@dataclass(frozen=True)
class Score:
    """What is kept of a prediction.

    Attributes
    ----------
    values
        By name, :data:`MEASURES`: means over draws.
    to_listeners
        Mean distance from drawn points to each listener's choice, ``(listeners,)``.
    within
        Mean distance within a drawn cloud, all pairs: with the former, the energy for any weights of listeners.
    """

    values: dict[str, float]
    to_listeners: Array
    within: float

    @classmethod
    def mean(cls, scores: Sequence[Score]) -> Score:
        """Average the scores of one item over seeds."""
        return cls(
            {name: float(np.mean([one.values[name] for one in scores])) for name in MEASURES},
            np.mean([one.to_listeners for one in scores], axis=0),
            float(np.mean([one.within for one in scores])),
        )


class People:
    """The choices for one item and what is computed from them once.

    Parameters
    ----------
    item
        With at least three choices on the plane.
    epsilon
        Of the Sinkhorn divergence.
    """

    def __init__(self, item: Item, epsilon: float) -> None:
        self.points, self.epsilon = item.points, epsilon
        self.within = pairwise(self.points, self.points)
        self.cost = own_transport_cost(self.within[None] ** 2, epsilon)[0]
        self.curves = curves.compact(self.points)
        self.curves_within = pairwise(self.curves, self.curves)
        self.spread = float(measures.spread(self.points))

    def score(self, cloud: Cloud, draws: int, size: int, rng: np.random.Generator, exact: Exact) -> Score:
        """Judge a cloud by so many draws of so many points each, and as a whole."""
        drawn = cloud.samples(draws, size, rng)
        between, within = pairwise(drawn, self.points), pairwise(drawn, drawn)
        drawn_curves = curves.compact(drawn)
        sinkhorn = (
            _costs(between**2, self.epsilon)
            - 0.5 * own_transport_cost(within**2, self.epsilon, enough=_ENOUGH)
            - 0.5 * self.cost
        )
        values = {
            "energy": energies(between, within, self.within).mean(),
            "sinkhorn": sinkhorn.mean(),
            "w2": self._w2(drawn, between).mean(),
            "curve_energy": energies(
                pairwise(drawn_curves, self.curves), pairwise(drawn_curves, drawn_curves), self.curves_within
            ).mean(),
            "hrp": measures.human_relative_percentile(drawn, self.points).mean(),
            "spread": measures.spread(drawn).mean(),
            "human_spread": self.spread,
            "shares_apart": measures.shares_apart(drawn, self.points).mean(),
            **exact.distances(cloud, self),
        }
        ordered = {name: float(values[name]) for name in MEASURES}
        return Score(ordered, between.mean(axis=(0, 1)), float(within.mean()))

    def _w2(self, drawn: Array, between: Array) -> Array:
        if between.shape[1] == between.shape[2]:
            return assignment_distances(between**2)
        return np.array([w2(one, self.points).value for one in drawn])


class Exact:
    """Distances of whole predicted distributions; what a prediction is within itself is computed once for each."""

    def __init__(self, epsilon: float) -> None:
        self.epsilon = epsilon
        # The cloud is kept beside its result: an identity is no one else's only as long as its owner lives.
        self._last: tuple[Cloud, Array, Array, float, float] | None = None

    def distances(self, cloud: Cloud, people: People) -> dict[str, float]:
        """Return energy and Sinkhorn divergence of the whole cloud, cells as points at their middles."""
        if self._last is None or self._last[0] is not cloud:
            whole = cloud.gridded()
            kept = whole.weights > 1e-9
            points, weights = whole.points[kept], whole.weights[kept] / whole.weights[kept].sum()
            within = pairwise(points, points)
            own = own_transport_cost(within[None] ** 2, self.epsilon, weights[None], enough=_ENOUGH)[0]
            self._last = (cloud, points, weights, float(weights @ within @ weights), float(own))
        _, points, weights, mean, own = self._last
        between = pairwise(points, people.points)
        energy = 2.0 * float((weights @ between).mean()) - mean - float(people.within.mean())
        cost = _costs(between[None] ** 2, self.epsilon, weights[None])[0]
        return {"exact_energy": energy, "exact_sinkhorn": float(cost - 0.5 * own - 0.5 * people.cost)}


def _costs(squares: Array, epsilon: float, a: Array | None = None) -> Array:
    return transport_cost(squares, epsilon, a, enough=_ENOUGH)
