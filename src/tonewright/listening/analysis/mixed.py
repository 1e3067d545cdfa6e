r"""A linear mixed model with crossed random effects: ``score ~ system + (1 | listener) + (1 | item)``.

With :math:`y = X \beta + Z \Lambda_\theta u + \epsilon`, unit-scaled effects :math:`u` and :math:`\theta` the standard
deviations of the effects over that of the residual, restricted likelihood is profiled to a function of
:math:`\theta` alone (Bates, Maechler, Bolker and Walker, J. Stat. Software 67, 2015, eq. 42):

.. math::

    d(\theta) = \log |\Lambda^T Z^T Z \Lambda + I| + \log |R_X|^2 +
    (n - p) \left(1 + \log \frac{2 \pi r^2(\theta)}{n - p}\right)

Matrices have the size of the number of effects, not of ratings: thousands of ratings take a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.optimize
import scipy.stats
from numpy.typing import ArrayLike, NDArray

from tonewright.statistics import Interval

Array = NDArray[np.float64]

#: A standard deviation below this part of the residual's is none.
_NOTHING = 1e-3
#: Where the search for each ratio of deviations begins.
_START = 0.5


@dataclass(frozen=True)
class Contrast:
    """Difference of two systems in a model: estimate with 95 % interval, standard error, statistic and p, two-sided."""

    first: str
    second: str
    difference: Interval
    error: float
    t: float
    p: float


@dataclass(frozen=True)
class MixedModel:
    """A fitted model.

    Attributes
    ----------
    formula
        As R would write it.
    systems, means, covariance
        Fixed effects: the mean of each system, and the covariance of these estimates, ``(systems, systems)``.
    deviations
        Standard deviation of each random effect and of the residual, by name.
    degrees
        Of the t distribution of contrasts; infinite for the normal one.
    criterion
        REML deviance: -2 times the restricted log-likelihood.
    ratings
        How many went in.
    note
        Empty, or a sentence on what is wrong with the fit; then nothing should be read from it.
    remarks
        Random effects that were estimated as nothing.
    """

    formula: str
    systems: tuple[str, ...]
    means: tuple[float, ...]
    covariance: Array
    deviations: dict[str, float]
    degrees: float
    criterion: float
    ratings: int
    note: str
    remarks: tuple[str, ...]

    def contrast(self, first: str, second: str, confidence: float = 0.95) -> Contrast:
        """Return the difference of two systems."""
        a, b = self.systems.index(first), self.systems.index(second)
        gap = self.means[a] - self.means[b]
        variance = self.covariance[a, a] + self.covariance[b, b] - 2.0 * self.covariance[a, b]
        error = float(np.sqrt(max(variance, 0.0)))
        # scipy's t distribution with infinite degrees is the normal one.
        reach = float(scipy.stats.t.ppf((1.0 + confidence) / 2.0, self.degrees)) * error
        t = gap / error if error > 0.0 else float(np.copysign(np.inf, gap)) if gap else 0.0
        p = float(2.0 * scipy.stats.t.sf(abs(t), self.degrees))
        return Contrast(first, second, Interval(gap, gap - reach, gap + reach), error, t, p)


def fit_mixed(
    scores: ArrayLike,
    systems: Sequence[str],
    effects: Mapping[str, Sequence[Hashable]],
    degrees: float = np.inf,
) -> MixedModel:
    """Fit by restricted maximum likelihood.

    Parameters
    ----------
    scores
        Shape ``(ratings,)``, finite.
    systems
        The system of each rating: the fixed effect.
    effects
        Random intercepts: name to the level of each rating. What has one level only is left out.
    degrees
        For the tests of contrasts.
    """
    y = np.asarray(scores, dtype=np.float64)
    names = tuple(dict.fromkeys(systems))
    x = _indicators(systems)
    used = {name: levels for name, levels in effects.items() if len(set(levels)) > 1}
    formula = " + ".join(["score ~ system" if len(names) > 1 else "score ~ 1", *(f"(1 | {name})" for name in used)])
    blocks = [_indicators(levels) for levels in used.values()]
    sizes = [block.shape[1] for block in blocks]
    z = np.concatenate(blocks, axis=1) if blocks else np.zeros((len(y), 0))
    # Centred: the criterion is a difference of squares, which loses digits far from zero.
    centre = float(y.mean())
    parts = _Parts(
        z.T @ z, z.T @ x, z.T @ (y - centre), x.T @ x, x.T @ (y - centre), float((y - centre) @ (y - centre))
    )
    freedom = len(y) - x.shape[1]
    if freedom < 1 or np.linalg.matrix_rank(parts.xx) < x.shape[1]:
        return _failed(formula, names, len(y), "There are too few ratings for a mixed model.")
    if parts.yy <= 1e-12 * len(y):
        return _failed(formula, names, len(y), "All ratings are equal, so that a mixed model has nothing to explain.")

    def criterion(theta: Array) -> float:
        return _solve(theta, sizes, parts, freedom).criterion

    theta, converged = np.zeros(0), True
    if used:
        found = scipy.optimize.minimize(
            criterion,
            np.full(len(used), _START),
            method="Nelder-Mead",
            bounds=[(0.0, 1e3)] * len(used),
            options={"xatol": 1e-6, "fatol": 1e-9, "maxiter": 2000},
        )
        theta, converged = np.asarray(found.x), bool(found.success)
    best = _solve(theta, sizes, parts, freedom)
    good = converged and np.isfinite(best.criterion) and best.variance > 0.0 and bool(np.all(theta < 999.0))
    sigma = float(np.sqrt(max(best.variance, 0.0)))
    deviations = {name: float(part) * sigma for name, part in zip(used, theta, strict=True)} | {"residual": sigma}
    return MixedModel(
        formula=formula,
        systems=names,
        means=tuple(float(each) + centre for each in best.beta),
        covariance=best.variance * best.unscaled,
        deviations=deviations,
        degrees=degrees,
        criterion=best.criterion,
        ratings=len(y),
        note="" if good else "The mixed model did not converge; read the tests over listeners instead.",
        remarks=tuple(
            f"No variance between levels of {name} was found."
            for name, part in zip(used, theta, strict=True)
            if part < _NOTHING
        ),
    )


@dataclass(frozen=True)
class _Parts:
    """Sums that never change while the criterion is minimised."""

    zz: Array
    zx: Array
    zy: Array
    xx: Array
    xy: Array
    yy: float


@dataclass(frozen=True)
class _Solved:
    criterion: float
    beta: Array
    unscaled: Array
    variance: float


def _solve(theta: Array, sizes: Sequence[int], parts: _Parts, freedom: int) -> _Solved:
    scale = np.repeat(theta, sizes)
    inner = scale[:, None] * parts.zz * scale[None, :] + np.eye(len(scale))
    lower = np.linalg.cholesky(inner)
    c_x = scipy.linalg.solve_triangular(lower, scale[:, None] * parts.zx, lower=True)
    c_y = scipy.linalg.solve_triangular(lower, scale * parts.zy, lower=True)
    left = parts.xx - c_x.T @ c_x
    unscaled = np.linalg.inv(left)
    beta = unscaled @ (parts.xy - c_x.T @ c_y)
    rest = max(parts.yy - float(c_y @ c_y) - float(beta @ (left @ beta)), 1e-300)
    log_det = 2.0 * float(np.log(np.diag(lower)).sum()) + float(np.linalg.slogdet(left)[1])
    return _Solved(log_det + freedom * (1.0 + np.log(2.0 * np.pi * rest / freedom)), beta, unscaled, rest / freedom)


def _indicators(levels: Sequence[Hashable]) -> Array:
    order = {level: index for index, level in enumerate(dict.fromkeys(levels))}
    found = np.zeros((len(levels), len(order)))
    found[np.arange(len(levels)), [order[level] for level in levels]] = 1.0
    return found


def _failed(formula: str, names: tuple[str, ...], ratings: int, note: str) -> MixedModel:
    empty = np.full((len(names), len(names)), np.nan)
    return MixedModel(formula, names, (np.nan,) * len(names), empty, {}, np.inf, np.nan, ratings, note, ())
