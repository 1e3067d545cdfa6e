r"""Schools of taste: whether listeners fall into groups, or differ as one cloud does.

Each listener is one point: the mean of what they chose, less what everybody chose for the same item. Gaussian mixtures
with one shared covariance are fitted by expectation and maximisation (Dempster, Laird and Rubin, 1977) and compared by
the Bayesian information criterion (Schwarz, 1978). Since a mixture always fits better than one Gaussian, groups are
claimed only where the gain is larger than in data drawn from one Gaussian (McLachlan's bootstrap of the likelihood
ratio, 1987). Skewed or long-tailed taste can pass that check too: it speaks against one Gaussian, not for kinds
of people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_TURNS = 80
_STARTS = 6
#: Added to covariances, as a part of the whole data's variance: no cloud of one point.
_RIDGE = 1e-3


@dataclass(frozen=True)
class Schools:
    """What was found.

    Attributes
    ----------
    count
        Groups by the criterion; 1 if the check against one Gaussian fails.
    by_criterion
        Groups by the criterion alone.
    criteria
        The criterion for one, two, ... groups: lower is better.
    p
        Of one Gaussian against two groups, by parametric bootstrap.
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


def find_schools(points: ArrayLike, most: int = 4, draws: int = 199, seed: int = 0, alpha: float = 0.05) -> Schools:
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
    gain = fits[1].likelihood[0] - fits[0].likelihood[0]
    root = np.linalg.cholesky(np.cov(x, rowvar=False).reshape(d, d) + 1e-12 * np.eye(d))
    drawn = x.mean(axis=0) + rng.standard_normal((draws, n, d)) @ root.T
    gains = _fit(drawn, 2, rng).likelihood - _fit(drawn, 1, rng).likelihood
    p = float((1 + np.sum(gains >= gain)) / (1 + draws))
    by_criterion = int(np.argmin(criteria)) + 1
    count = by_criterion if p < alpha else 1
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
    belongs: Array


def _fit(data: Array, k: int, rng: np.random.Generator) -> _Fit:
    """Fit data sets, ``(batch, n, d)``, with k groups."""
    batch, n, d = data.shape
    starts = 1 if k == 1 else _STARTS
    x = np.repeat(data, starts, axis=0)
    ridge = _RIDGE * data.var(axis=1).mean(axis=-1).repeat(starts)[:, None, None] * np.eye(d) + 1e-12 * np.eye(d)
    picks = np.argsort(rng.random((len(x), n)), axis=1)[:, :k]
    centres = np.take_along_axis(x, picks[:, :, None], axis=1)
    shares = np.full((len(x), k), 1.0 / k)
    away = x - x.mean(axis=1, keepdims=True)
    covariance = np.einsum("bni,bnj->bij", away, away) / n + ridge
    for _ in range(1 if k == 1 else _TURNS):
        _, belongs = _expect(x, centres, shares, covariance)
        weight = belongs.sum(axis=1)
        shares = weight / n
        centres = np.einsum("bnk,bnd->bkd", belongs, x) / np.maximum(weight, 1e-9)[:, :, None]
        gap = x[:, :, None, :] - centres[:, None, :, :]
        covariance = np.einsum("bnk,bnki,bnkj->bij", belongs, gap, gap, optimize=True) / n + ridge
    likelihood, belongs = _expect(x, centres, shares, covariance)
    best = np.argmax(likelihood.reshape(batch, starts), axis=1) + starts * np.arange(batch)
    return _Fit(likelihood[best], centres[best], shares[best], belongs[best])


def _expect(x: Array, centres: Array, shares: Array, covariance: Array) -> tuple[Array, Array]:
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
