r"""How far apart two clouds of choices are: energy distance, Wasserstein-2 with its plan, Sinkhorn divergence.

For clouds x of n and y of m points with weights a and b (equal unless given) and a distance :math:`d`, Euclidean here:

.. math::

    \text{energy} &= 2 \, E d(x, y) - E d(x, x') - E d(y, y') \quad \text{(all pairs, own ones too)} \\
    \text{W2} &= \sqrt{\textstyle\min_P \sum_{ij} P_{ij} \, d(x_i, y_j)^2}, \quad P 1 = a, \; P^T 1 = b \\
    \text{OT}_\epsilon &= \textstyle\min_P \sum_{ij} P_{ij} \, d(x_i, y_j)^2 + \epsilon \, \mathrm{KL}(P \,|\, a b^T) \\
    \text{Sinkhorn} &= \text{OT}_\epsilon(x, y) - \tfrac12 \text{OT}_\epsilon(x, x) - \tfrac12 \text{OT}_\epsilon(y, y)

The cost is the squared distance without a factor 1/2, the value holds the entropy term; a library with
:math:`d^2 / 2` needs half the epsilon and gives half the value. Sources: Székely and Rizzo (2013); Kantorovich (1942);
Feydy and others (AISTATS 2019) for the divergence; Schmitzer (SIAM J. Sci. Comput. 41, 2019) for absorbing the
scalings into the potentials, which keeps the iteration in the range of numbers for any epsilon.

All three move with the size of the clouds as much as with what they say: compare at equal n.
"""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

import numpy as np
import scipy.optimize
from numpy.typing import ArrayLike, NDArray

from tonewright.errors import MissingExtraError
from tonewright.population.scaling import scale, scale_alike

Array = NDArray[np.float64]

#: The published regularisation, in squared units of the plane.
EPSILON = 1.0
#: How often scalings are absorbed at most, and turns between.
_ROUNDS = 10
_TURNS = 1000


class Distance(NamedTuple):
    """A value with what it takes to compare it: the cost, the regularisation (``None`` without), the clouds' sizes."""

    value: float
    cost: str
    epsilon: float | None
    n: tuple[int, int]


class Plan(NamedTuple):
    """Who moves where: the mass from each point of the first cloud to each of the second, shape ``(n, m)``.

    `distance` is W2, the root of what the plan costs.
    """

    mass: Array
    distance: Distance


def pairwise(x: ArrayLike, y: ArrayLike) -> Array:
    """Return Euclidean distances, shape ``(..., n, m)``, of points ``(..., n, d)`` and ``(..., m, d)``."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    total: Array = np.zeros((*np.broadcast_shapes(x.shape[:-2], y.shape[:-2]), x.shape[-2], y.shape[-2]))
    # Axis by axis: no array of all differences, and no cancellation as in |x|^2 - 2 xy + |y|^2.
    for axis in range(x.shape[-1]):
        gap = x[..., :, None, axis] - y[..., None, :, axis]
        total += gap * gap
    return np.sqrt(total, out=total)


def energy(
    x: ArrayLike, y: ArrayLike, x_weights: ArrayLike | None = None, y_weights: ArrayLike | None = None
) -> Distance:
    """Return the energy distance of two clouds, shapes ``(n, d)`` and ``(m, d)``, weights ``(n,)`` and ``(m,)``."""
    x, y, a, b = _checked(x, y, x_weights, y_weights)
    value = energies(pairwise(x, y), pairwise(x, x), pairwise(y, y), a, b)
    return Distance(float(value), "Euclidean", None, (len(x), len(y)))


def energies(between: Array, first: Array, second: Array, a: Array | None = None, b: Array | None = None) -> Array:
    """Return the energy distances of many pairs of clouds from their distances.

    Parameters
    ----------
    between, first, second
        Distances between the clouds, ``(..., n, m)``, and within each, ``(..., n, n)`` and ``(..., m, m)``; they
        broadcast.
    a, b
        Weights, ``(..., n)`` and ``(..., m)``, with sum 1; equal if absent.
    """
    return np.asarray(2.0 * _mean(between, a, b) - _mean(first, a, a) - _mean(second, b, b))


def sinkhorn(
    x: ArrayLike,
    y: ArrayLike,
    epsilon: float = EPSILON,
    x_weights: ArrayLike | None = None,
    y_weights: ArrayLike | None = None,
) -> Distance:
    """Return the debiased Sinkhorn divergence of two clouds; shapes as for :func:`energy`.

    Parameters
    ----------
    epsilon
        Regularisation, above 0, in squared units of the points.
    """
    x, y, a, b = _checked(x, y, x_weights, y_weights)
    value = (
        transport_cost(pairwise(x, y)[None] ** 2, epsilon, a[None], b[None])[0]
        - 0.5 * own_transport_cost(pairwise(x, x)[None] ** 2, epsilon, a[None])[0]
        - 0.5 * own_transport_cost(pairwise(y, y)[None] ** 2, epsilon, b[None])[0]
    )
    return Distance(float(value), "squared Euclidean", epsilon, (len(x), len(y)))


def transport_cost(
    costs: Array,
    epsilon: float = EPSILON,
    a: Array | None = None,
    b: Array | None = None,
    *,
    enough: float = 1e-5,
) -> Array:
    r"""Return entropic transport costs :math:`\text{OT}_\epsilon` of a batch, entropy term included.

    Parameters
    ----------
    costs
        Shape ``(batch, n, m)``.
    epsilon
        Regularisation, above 0.
    a, b
        Weights, ``(batch, n)`` and ``(batch, m)``, with sum 1; equal if absent.
    enough
        Iterating ends when the plan's rows miss their weights by less than this in total.

    Returns
    -------
    ndarray
        Shape ``(batch,)``: the dual value :math:`\sum f a + \sum g b`, which is off by the square of what the plan
        misses only.
    """
    costs = np.asarray(costs, dtype=np.float64) / epsilon
    batch, n, m = costs.shape
    a = np.full((batch, n), 1.0 / n) if a is None else np.ascontiguousarray(np.broadcast_to(a, (batch, n)))
    b = np.full((batch, m), 1.0 / m) if b is None else np.ascontiguousarray(np.broadcast_to(b, (batch, m)))
    values = np.zeros(batch)
    left = np.arange(batch)
    f, g = np.zeros((batch, n)), _soft_minimum(costs, a)
    f = _soft_minimum(np.swapaxes(costs, 1, 2), b, g)
    for _ in range(_ROUNDS):
        # The plan's density with the potentials absorbed: its entries are near 1 wherever anything moves.
        kernels = np.exp(f[:, :, None] + g[:, None, :] - costs)
        u, v, missed = np.empty_like(f), np.empty_like(g), np.empty(len(f))
        scale(kernels, a, b, enough, _TURNS, u, v, missed)
        f, g = f + _log_ratio(u, a), g + _log_ratio(v, b)
        values[left] = np.sum(a * f, axis=1) + np.sum(b * g, axis=1)
        going = missed > enough
        if not going.any():
            break
        left, f, g, a, b, costs = left[going], f[going], g[going], a[going], b[going], costs[going]
    return values * epsilon


def own_transport_cost(
    costs: Array, epsilon: float = EPSILON, a: Array | None = None, *, enough: float = 1e-5
) -> Array:
    """Return the entropic transport cost of clouds to themselves: :func:`transport_cost` where both are the same.

    Parameters
    ----------
    costs
        Symmetric, shape ``(batch, n, n)``.
    epsilon, a, enough
        As there.
    """
    costs = np.asarray(costs, dtype=np.float64) / epsilon
    batch, n, _ = costs.shape
    a = np.full((batch, n), 1.0 / n) if a is None else np.ascontiguousarray(np.broadcast_to(a, (batch, n)))
    # Half of where everything goes at once is a start from which no scaling leaves the range of numbers.
    f = 0.5 * _soft_minimum(costs, a)
    kernels = np.exp(f[:, :, None] + f[:, None, :] - costs)
    u, missed = np.empty_like(f), np.empty(batch)
    scale_alike(kernels, a, enough, _TURNS * _ROUNDS, u, missed)
    f = f + _log_ratio(u, a)
    return np.asarray(2.0 * np.sum(a * f, axis=1) * epsilon)


def w2(x: ArrayLike, y: ArrayLike, x_weights: ArrayLike | None = None, y_weights: ArrayLike | None = None) -> Distance:
    """Return the exact Wasserstein-2 distance of two clouds; shapes as for :func:`energy`.

    Raises
    ------
    MissingExtraError
        For clouds of unequal sizes or weights, where POT is missing.
    """
    return transport_plan(x, y, x_weights, y_weights).distance


def transport_plan(
    x: ArrayLike, y: ArrayLike, x_weights: ArrayLike | None = None, y_weights: ArrayLike | None = None
) -> Plan:
    """Return the Monge-Kantorovich plan between two clouds with squared Euclidean cost, and W2.

    For equal sizes and weights everybody moves to one place (an assignment); otherwise a linear programme, by POT.

    Raises
    ------
    MissingExtraError
        Where POT is needed and missing.
    """
    x, y, a, b = _checked(x, y, x_weights, y_weights)
    costs = pairwise(x, y) ** 2
    if len(x) == len(y) and np.ptp(a) < 1e-12 and np.ptp(b) < 1e-12:
        rows, columns = scipy.optimize.linear_sum_assignment(costs)
        mass = np.zeros_like(costs)
        mass[rows, columns] = 1.0 / len(x)
    else:
        mass = np.asarray(_pot().emd(a, b, costs), dtype=np.float64)
    value = float(np.sqrt(np.sum(mass * costs)))
    return Plan(mass, Distance(value, "squared Euclidean", None, (len(x), len(y))))


def assignment_distances(costs: Array) -> Array:
    """Return W2 for a batch of clouds of equal sizes from squared distances, ``(batch, n, n)``: shape ``(batch,)``."""
    found = np.empty(len(costs))
    for index, cost in enumerate(costs):
        rows, columns = scipy.optimize.linear_sum_assignment(cost)
        found[index] = cost[rows, columns].mean()
    return np.sqrt(found)


def _mean(distances: Array, a: Array | None, b: Array | None) -> Array:
    rows = distances.mean(axis=-1) if b is None else np.einsum("...nm,...m->...n", distances, b)
    return np.asarray(rows.mean(axis=-1) if a is None else np.sum(rows * a, axis=-1))


def _log_ratio(scaled: Array, weights: Array) -> Array:
    # Where there is no weight nothing moves, and any potential will do.
    return np.log(np.divide(scaled, weights, out=np.ones_like(scaled), where=weights > 0.0))


def _soft_minimum(costs: Array, a: Array, f: Array | None = None) -> Array:
    # -log sum_i a_i exp(f_i - c_ij), in the range of numbers; weights of 0 take no part.
    with np.errstate(divide="ignore"):
        exponents = np.log(a)[:, :, None] - costs
    if f is not None:
        exponents += f[:, :, None]
    top = exponents.max(axis=1)
    return np.asarray(-top - np.log(np.exp(exponents - top[:, None, :]).sum(axis=1)))


def _checked(
    x: ArrayLike, y: ArrayLike, x_weights: ArrayLike | None, y_weights: ArrayLike | None
) -> tuple[Array, Array, Array, Array]:
    clouds = [np.atleast_2d(np.asarray(cloud, dtype=np.float64)) for cloud in (x, y)]
    if clouds[0].shape[1] != clouds[1].shape[1] or 0 in (clouds[0].size, clouds[1].size):
        raise ValueError(f"Clouds of shapes {clouds[0].shape} and {clouds[1].shape} cannot be compared.")
    weights = []
    for cloud, given in zip(clouds, (x_weights, y_weights), strict=True):
        mass = np.ones(len(cloud)) if given is None else np.asarray(given, dtype=np.float64)
        if mass.shape != (len(cloud),) or not np.isfinite(mass).all() or mass.min() < 0.0 or mass.sum() <= 0.0:
            raise ValueError(f"A cloud of {len(cloud)} points needs as many weights that are not negative.")
        weights.append(mass / mass.sum())
    return clouds[0], clouds[1], weights[0], weights[1]


def _pot() -> Any:
    try:
        return importlib.import_module("ot")
    except ImportError:
        raise MissingExtraError(
            "Transport between clouds of different sizes or weights needs POT; install tonewright[eval]."
        ) from None
