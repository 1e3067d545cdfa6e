r"""Schools of taste: whether listeners fall into groups, or differ as one cloud does.

Each listener is one point: the mean of what they chose, less what everybody chose for the same item. Gaussian mixtures
with one shared covariance are fitted by expectation and maximisation (Dempster, Laird and Rubin, 1977) and compared by
the Bayesian information criterion (Schwarz, 1978). Since more groups always fit better, groups are claimed only where
the gain over one Gaussian, and that of the last group over one group fewer, are larger than in data drawn from these
(McLachlan's bootstrap of the likelihood ratio, 1987). Skewed or long-tailed taste can pass that check too: it speaks
against one Gaussian, not for kinds of people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_TURNS = 40
_STARTS = 6
#: Added to covariances, as a part of the whole data's variance: no cloud of one point.
_RIDGE = 1e-3


@dataclass(frozen=True)
class Schools:
    """What was found.

    Attributes
    ----------
    count
        Groups claimed: those of the criterion, less what the bootstrap does not confirm.
    by_criterion
        Groups by the criterion alone.
    criteria
        The criterion for one, two, ... groups: lower is better.
    p
        Of one Gaussian against so many groups (against two, where one is claimed), by parametric bootstrap.
    centres, shares, members
        Of the groups claimed: ``(count, dimensions)``, ``(count,)``, and the group of each listener, ``(listeners,)``.
    """

    count: int
    by_criterion: int
    criteria: tuple[float, ...]
    p: float
    centres: Array
    shares: Array
    members: NDArray[np.intp]


def find_schools(points: ArrayLike, most: int = 4, draws: int = 99, seed: int = 0, alpha: float = 0.05) -> Schools:
    """Look for groups among listeners.

    Parameters
    ----------
    points
        One per listener, ``(listeners, dimensions)``.
    most
        Groups looked for; fewer where each would have less than four listeners.
    draws
        Of the bootstrap.

    Raises
    ------
    ValueError
        With fewer than eight listeners.
    """
    x = np.asarray(points, dtype=np.float64)
    n, d = x.shape
    if n < 8:
        raise ValueError("groups of listeners need at least eight of them")
    rng = np.random.default_rng(seed)
    fits = [_fit(x[None], k, rng) for k in range(1, max(2, min(most, n // 4)) + 1)]
    criteria = tuple(
        -2.0 * float(fit.likelihood[0]) + (k * d + d * (d + 1) / 2 + k - 1) * float(np.log(n))
        for k, fit in enumerate(fits, 1)
    )
    by_criterion = int(np.argmin(criteria)) + 1
    count = by_criterion
    while count > 1 and _chance(x, fits, count - 1, count, draws, rng) >= alpha:
        count -= 1
    p = _chance(x, fits, 1, max(2, count), draws, rng)
    if p >= alpha:
        count = 1
    best = fits[count - 1]
    order = np.argsort(-best.shares[0], kind="stable")
    return Schools(
        count=count,
        by_criterion=by_criterion,
        criteria=criteria,
        p=p,
        centres=best.centres[0][order],
        shares=best.shares[0][order],
        members=np.argmax(best.belongs[0][:, order], axis=1),
    )


@dataclass(frozen=True)
class _Fit:
    """The best of several starts for each data set of a batch."""

    likelihood: Array
    centres: Array
    shares: Array
    covariance: Array
    belongs: Array


def _chance(x: Array, fits: Sequence[_Fit], fewer: int, more: int, draws: int, rng: np.random.Generator) -> float:
    """Return how often data drawn from a fit with fewer groups gain as much from more of them as the data do."""
    n, d = x.shape
    drawn_from = fits[fewer - 1]
    gain = fits[more - 1].likelihood[0] - drawn_from.likelihood[0]
    root = np.linalg.cholesky(drawn_from.covariance[0])
    groups = rng.choice(fewer, size=(draws, n), p=drawn_from.shares[0] / drawn_from.shares[0].sum())
    drawn = drawn_from.centres[0][groups] + rng.standard_normal((draws, n, d)) @ root.T
    gains = _fit(drawn, more, rng).likelihood - _fit(drawn, fewer, rng).likelihood
    return float((1 + np.sum(gains >= gain)) / (1 + draws))


def _fit(data: Array, k: int, rng: np.random.Generator) -> _Fit:
    """Fit data sets, ``(batch, n, d)``, with k groups."""
    batch, _, d = data.shape
    starts = 1 if k == 1 else _STARTS
    x = np.repeat(data, starts, axis=0)
    ridge = _RIDGE * data.var(axis=1).mean(axis=-1).repeat(starts)[:, None, None] * np.eye(d) + 1e-12 * np.eye(d)
    belongs = _first_groups(x, k, ridge, rng)
    shares, centres, covariance = _maximise(x, belongs, ridge)
    for _ in range(0 if k == 1 else _TURNS):
        _, belongs = _expect(x, shares, centres, covariance)
        shares, centres, covariance = _maximise(x, belongs, ridge)
    likelihood, belongs = _expect(x, shares, centres, covariance)
    best = np.argmax(likelihood.reshape(batch, starts), axis=1) + starts * np.arange(batch)
    return _Fit(likelihood[best], centres[best], shares[best], covariance[best], belongs[best])


def _first_groups(x: Array, k: int, ridge: Array, rng: np.random.Generator) -> Array:
    """Return to what group each point belongs at first, ``(batch, n, k)``: the nearest of centres that are spread out.

    Each centre is drawn far from those before (Arthur and Vassilvitskii, 2007), in coordinates of covariance 1: else
    the long side of the groups decides.
    """
    away = x - x.mean(axis=1, keepdims=True)
    whole = np.einsum("bni,bnj->bij", away, away) / x.shape[1] + ridge
    white = np.swapaxes(np.linalg.solve(np.linalg.cholesky(whole), np.swapaxes(away, 1, 2)), 1, 2)
    rows = np.arange(len(x))
    distances = np.zeros((*x.shape[:2], k))
    pick = rng.integers(x.shape[1], size=len(x))
    for place in range(k):
        distances[:, :, place] = np.square(white - white[rows, pick][:, None, :]).sum(axis=-1)
        below = np.cumsum(distances[:, :, : place + 1].min(axis=2), axis=1)
        pick = np.minimum((below < rng.random((len(x), 1)) * below[:, -1:]).sum(axis=1), x.shape[1] - 1)
    return np.asarray(np.eye(k)[distances.argmin(axis=2)])


def _maximise(x: Array, belongs: Array, ridge: Array) -> tuple[Array, Array, Array]:
    """Return shares, ``(batch, k)``, centres, ``(batch, k, d)``, and covariances, ``(batch, d, d)``."""
    n = x.shape[1]
    weight = belongs.sum(axis=1)
    centres = np.einsum("bnk,bnd->bkd", belongs, x) / np.maximum(weight, 1e-9)[:, :, None]
    gap = x[:, :, None, :] - centres[:, None, :, :]
    covariance = np.einsum("bnk,bnki,bnkj->bij", belongs, gap, gap, optimize=True) / n + ridge
    return weight / n, centres, covariance


def _expect(x: Array, shares: Array, centres: Array, covariance: Array) -> tuple[Array, Array]:
    """Return log-likelihoods, ``(batch,)``, and to what group each point belongs, ``(batch, n, k)``."""
    d = x.shape[-1]
    inverse = np.linalg.inv(covariance)
    gap = x[:, :, None, :] - centres[:, None, :, :]
    distance = np.einsum("bnki,bij,bnkj->bnk", gap, inverse, gap, optimize=True)
    constant = d * np.log(2.0 * np.pi) + np.linalg.slogdet(covariance)[1]
    logs = np.log(np.maximum(shares, 1e-300))[:, None, :] - 0.5 * (distance + constant[:, None, None])
    top = logs.max(axis=2, keepdims=True)
    total = top[:, :, 0] + np.log(np.exp(logs - top).sum(axis=2))
    return total.sum(axis=1), np.exp(logs - total[:, :, None])
