r"""Strengths from choices between two: Bradley and Terry's model (1952), with ties as Davidson (1970) puts them.

With log strengths :math:`\lambda` and a readiness for ties :math:`\nu`:

.. math::

    P(i \text{ beats } j) &= e^{\lambda_i} / D, \quad P(\text{tie}) = \nu \, e^{(\lambda_i + \lambda_j)/2} / D \\
    D &= e^{\lambda_i} + e^{\lambda_j} + \nu \, e^{(\lambda_i + \lambda_j)/2}

The log-likelihood is concave in :math:`(\lambda, \log \nu)` and is maximised by Newton's method. A finite maximum
exists where everybody is connected to everybody else by wins or ties (Ford, 1957); otherwise the model says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_TURNS = 100
_ENOUGH = 1e-10


@dataclass(frozen=True)
class Strengths:
    r"""A fitted model.

    Attributes
    ----------
    strengths
        Log strengths with mean 0, ``(systems,)``; a difference of 1 means odds of e, about 73 to 27 without ties.
    covariance
        Of these, ``(systems, systems)``, from the observed information: right where choices are independent.
    tie
        :math:`\nu`; 0 where nobody tied.
    log_likelihood
        At the maximum, without the constant that counts orders.
    deviance
        Against the model that gives each pair its own shares.
    note
        Empty, or a sentence on why there are no strengths.
    """

    strengths: Array
    covariance: Array
    tie: float
    log_likelihood: float
    deviance: float
    note: str

    def error(self, first: int, second: int) -> float:
        """Return the standard error of the difference of two log strengths."""
        c = self.covariance
        return float(np.sqrt(max(0.0, c[first, first] + c[second, second] - 2.0 * c[first, second])))


def fit_strengths(wins: Array, ties: Array | None = None) -> Strengths:
    """Fit strengths.

    Parameters
    ----------
    wins
        How often row was chosen over column, ``(systems, systems)``; the diagonal is not read.
    ties
        Symmetric counts of ties, each in both of its cells; none if absent.
    """
    wins = np.array(wins, dtype=np.float64)
    size = len(wins)
    ties = np.zeros_like(wins) if ties is None else np.array(ties, dtype=np.float64)
    np.fill_diagonal(wins, 0.0)
    np.fill_diagonal(ties, 0.0)
    if not _connected(wins + ties):
        return _without(
            "Somebody won, or lost, all of their comparisons with the others, so that no finite strengths fit.", size
        )
    with_ties = bool(ties.any())
    if with_ties and not wins.any():
        return _without("Every comparison was a tie, so that no strengths can be told.", size)
    value = np.zeros(size + with_ties)
    at = _likelihood(value, wins, ties)
    for _ in range(_TURNS):
        gradient, curvature = _derivatives(value, wins, ties)
        # Strengths are known up to a constant: the direction of ones is fixed by adding to the curvature there.
        curvature[:size, :size] += 1.0
        step = np.linalg.solve(curvature, gradient)
        length = 1.0
        while length > 1e-8 and _likelihood(value + length * step, wins, ties) < at - 1e-12:
            length *= 0.5
        value = value + length * step
        value[:size] -= value[:size].mean()
        at = _likelihood(value, wins, ties)
        if float(np.abs(length * step).max()) < _ENOUGH:
            break
    else:
        return _without("The strengths did not converge.", size)
    _, curvature = _derivatives(value, wins, ties)
    curvature[:size, :size] += 1.0
    inverse = np.linalg.inv(curvature)
    centre = np.eye(size) - 1.0 / size
    return Strengths(
        strengths=value[:size],
        covariance=centre @ inverse[:size, :size] @ centre,
        tie=float(np.exp(value[size])) if with_ties else 0.0,
        log_likelihood=at,
        deviance=2.0 * (_saturated(wins, ties) - at),
        note="",
    )


def chances(strengths: Array, tie: float = 0.0) -> Array:
    """Return the probability that row is chosen over column, ``(systems, systems)``; the diagonal is no comparison."""
    gap = strengths[:, None] - strengths[None, :]
    return np.asarray(1.0 / (1.0 + np.exp(-gap) + tie * np.exp(-gap / 2.0)))


def _shares(value: Array, size: int) -> tuple[Array, Array]:
    tie = np.exp(value[size]) if len(value) > size else 0.0
    win = chances(value[:size], float(tie))
    gap = value[:size, None] - value[None, :size]
    return win, win * tie * np.exp(-gap / 2.0)


def _likelihood(value: Array, wins: Array, ties: Array) -> float:
    win, tied = _shares(value, len(wins))
    total = float(np.sum(wins * np.log(win)))
    if ties.any():
        total += 0.5 * float(np.sum(ties[ties > 0] * np.log(tied[ties > 0])))
    return total


def _derivatives(value: Array, wins: Array, ties: Array) -> tuple[Array, Array]:
    """Return the gradient and the negative Hessian in (strengths, log tie)."""
    size = len(wins)
    win, tied = _shares(value, size)
    played = wins + wins.T + ties
    np.fill_diagonal(win, 0.0)
    np.fill_diagonal(tied, 0.0)
    # Score of i against j is 1 for a win, 1/2 for a tie; its expectation and covariance are those of a category.
    score, square = win + tied / 2.0, win + tied / 4.0
    across = tied / 4.0 - score * score.T
    gradient = np.sum(wins + ties / 2.0 - played * score, axis=1)
    curvature = played * across
    np.fill_diagonal(curvature, np.sum(played * (square - score**2), axis=1))
    if len(value) == size:
        return gradient, curvature
    last = np.array([0.5 * np.sum(ties - played * tied)])
    mixed = np.sum(played * (tied / 2.0 - score * tied), axis=1)
    corner = 0.5 * np.sum(played * tied * (1.0 - tied))
    whole = np.block([[curvature, mixed[:, None]], [mixed[None, :], np.array([[corner]])]])
    return np.concatenate([gradient, last]), whole


def _saturated(wins: Array, ties: Array) -> float:
    played = wins + wins.T + ties
    total = 0.0
    for counts, weight in ((wins, 1.0), (ties, 0.5)):
        some = counts > 0
        total += weight * float(np.sum(counts[some] * np.log(counts[some] / played[some])))
    return total


def _connected(edges: Array) -> bool:
    """Tell whether everybody is reached from everybody along wins and ties."""
    reach = (edges > 0) | np.eye(len(edges), dtype=bool)
    for _ in range(len(edges).bit_length()):
        reach = reach @ reach
    return bool(reach.all())


def _without(note: str, size: int) -> Strengths:
    return Strengths(np.full(size, np.nan), np.full((size, size), np.nan), 0.0, np.nan, np.nan, note)
