r"""One person's taste: after a few choices between two, what a population would choose becomes what this person would.

A person's ideal for a request lies at an offset :math:`\delta` from the mean of what people choose,
:math:`u = \mu + \delta`, the same for every request: some like more bass, whatever is asked. Choices between two points
a and b are noisy,

.. math:: P(a \text{ over } b \mid \delta) = \frac{1}{1 + e^{-s (|b - u| - |a - u|)}},

and the offset has a Gaussian prior, :math:`\delta \sim N(0, \Sigma_\delta)`, independent between the axes. The
posterior lives on a grid.

What people chose, :math:`p(z)`, is the same offsets of many persons and what varies from one request to the next. A
choice z therefore says something about who made it: :math:`\delta \mid z \sim N(R (z - \mu), (1 - R) \Sigma_\delta)`
with R the share of the within-request variance that stays with a person. By Bayes' rule one person's distribution is

.. math:: p(z \mid \text{choices}) \propto p(z) \int p(\delta \mid z) \, L(\delta) \, d\delta

with L the likelihood of the choices: without any it is 1, and the prior stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonewright.population.distribution import PlaneDistribution
from tonewright.population.plane import EDGE, cell_points, clip

Array = NDArray[np.float64]

#: Standard deviation of people's choices for one request, in units of the plane: of x and y. Measured on eleven
#: listeners and 103 requests (the published tone-plane listening data).
WITHIN = (2.87, 2.22)
#: Share of that variance that stays with a person from request to request. There it was 0.06 in x and 0.03 in y, of
#: people with one taste in common, trained listeners, in one room; other people differ more.
SHARE = 0.1
#: Of the logistic, per unit of the plane: 0.31 there, of the first choice as the ideal and the second as the judge.
SLOPE = 0.3
#: Offsets that are considered: so many on each axis, from -EDGE to EDGE.
_OFFSETS = 33
#: Pairs that are compared when one is proposed.
_CANDIDATES = 32


@dataclass(frozen=True)
class Choice:
    """One choice between two points of the plane.

    Attributes
    ----------
    chosen, other
        Each (x, y).
    mean
        Of what people would have chosen for the request, (x, y).
    """

    chosen: tuple[float, float]
    other: tuple[float, float]
    mean: tuple[float, float]


@dataclass(frozen=True)
class Taste:
    """What is known of a person.

    Attributes
    ----------
    choices
        In the order they were made; the order does not matter.
    """

    choices: tuple[Choice, ...] = ()

    def choose(self, chosen: ArrayLike, other: ArrayLike, plane: PlaneDistribution) -> Taste:
        """Return the taste after one more choice.

        Parameters
        ----------
        chosen, other
            Points of the plane, shape (2,); outside of the square they are moved to its edge.
        plane
            What people would choose for the request.
        """
        return Taste((*self.choices, Choice(_pair(clip(chosen)), _pair(clip(other)), _pair(plane.mean()))))

    @property
    def offset(self) -> Array:
        """The mean of the posterior, shape (2,): how far the person's ideal lies from other people's."""
        return np.asarray(self.posterior @ _offsets())

    @property
    def uncertainty(self) -> Array:
        """The posterior's standard deviation on both axes, shape (2,)."""
        return np.asarray(np.sqrt(self.posterior @ (_offsets() - self.offset) ** 2))

    @cached_property
    def posterior(self) -> Array:
        """Probability of each of the offsets on the grid, shape (offsets,)."""
        unscaled = _prior() * self._likelihood
        return np.asarray(unscaled / unscaled.sum())

    def personal(self, plane: PlaneDistribution) -> PlaneDistribution:
        """Return what the person would choose where people would choose ``plane``; the same object without choices."""
        if not self.choices:
            return plane
        weight = _given(plane) @ self._likelihood
        return PlaneDistribution(plane.weights * weight.reshape(plane.weights.shape))

    def propose(self, plane: PlaneDistribution, rng: np.random.Generator) -> tuple[Array, Array]:
        """Return the two points, each (2,), of which the choice tells most about the person.

        Of pairs that people would choose for the request, drawn at random, the one with the highest mutual information
        between answer and offset, in random order.
        """
        pairs = plane.sample(2 * _CANDIDATES, rng).reshape(-1, 2, 2)
        ideals = plane.mean() + _offsets()
        answers = _probability(pairs[:, 0, None], pairs[:, 1, None], ideals)
        gains = _entropy(answers @ self.posterior) - _entropy(answers) @ self.posterior
        first, second = pairs[int(np.argmax(gains))]
        return np.array(first), np.array(second)

    @cached_property
    def _likelihood(self) -> Array:
        log = np.zeros(len(_offsets()))
        for choice in self.choices:
            ideals = np.asarray(choice.mean) + _offsets()
            log += np.log(_probability(choice.chosen, choice.other, ideals))
        return np.asarray(np.exp(log - log.max()))


def _probability(chosen: ArrayLike, other: ArrayLike, ideals: Array) -> Array:
    near = np.linalg.norm(np.asarray(chosen) - ideals, axis=-1)
    far = np.linalg.norm(np.asarray(other) - ideals, axis=-1)
    return np.asarray(1.0 / (1.0 + np.exp(-SLOPE * (far - near))))


def _entropy(probability: Array) -> Array:
    p = np.clip(probability, 1e-12, 1.0 - 1e-12)
    return np.asarray(-p * np.log(p) - (1.0 - p) * np.log(1.0 - p))


@cache
def _offsets() -> Array:
    axis = np.linspace(-EDGE, EDGE, _OFFSETS)
    return np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)


@cache
def _prior() -> Array:
    variance = SHARE * np.square(WITHIN)
    return np.asarray(np.exp(-0.5 * (_offsets() ** 2 / variance).sum(axis=-1)))


def _given(plane: PlaneDistribution) -> Array:
    """Return the probability of each offset for someone who chose each cell of a plane, (cells, offsets)."""
    axis = np.linspace(-EDGE, EDGE, _OFFSETS)
    places = cell_points(plane.size) - plane.mean()
    rows: list[Array] = []
    for index in (0, 1):
        variance = SHARE * (1.0 - SHARE) * WITHIN[index] ** 2
        row = np.exp(-0.5 * (axis - SHARE * places[:, index, None]) ** 2 / variance)
        rows.append(row / row.sum(axis=1, keepdims=True))
    return np.asarray((rows[0][:, :, None] * rows[1][:, None, :]).reshape(len(places), -1))


def _pair(values: ArrayLike | Sequence[float]) -> tuple[float, float]:
    x, y = np.asarray(values, dtype=np.float64)
    return round(float(x), 4), round(float(y), 4)
