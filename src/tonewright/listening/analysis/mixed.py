r"""A linear mixed model with crossed random effects: ``score ~ system + (1 | listener) + (1 | item)``.

With :math:`y = X \beta + Z \Lambda_\theta u + \epsilon`, unit-scaled effects :math:`u` and :math:`\theta` the standard
deviations of the effects over that of the residual, restricted likelihood is profiled to a function of
:math:`\theta` alone (Bates, Maechler, Bolker and Walker, J. Stat. Software 67, 2015, eq. 42):

.. math::

    d(\theta) = \log |\Lambda^T Z^T Z \Lambda + I| + \log |R_X|^2 +
    (n - p) \left(1 + \log \frac{2 \pi r^2(\theta)}{n - p}\right)

Matrices have the size of the number of effects, not of ratings, and the effect with the most levels, whose own block is
diagonal, is eliminated first: hundreds of listeners take seconds.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
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
    used = {name: levels for name, levels in effects.items() if len(set(levels)) > 1}
    formula = " + ".join(["score ~ system" if len(names) > 1 else "score ~ 1", *(f"(1 | {name})" for name in used)])
    # Centred: the criterion is a difference of squares, which loses digits far from zero.
    centre = float(y.mean())
    freedom = len(y) - len(names)
    if freedom < 1:
        return _failed(formula, names, len(y), "There are too few ratings for a mixed model.")
    parts = _Parts.of([_codes(levels) for levels in used.values()], _codes(systems), y - centre)
    if parts.yy <= 1e-12 * len(y):
        return _failed(formula, names, len(y), "All ratings are equal, so that a mixed model has nothing to explain.")

    def criterion(theta: Array) -> float:
        return _solve(theta, parts, freedom).criterion

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
    best = _solve(theta, parts, freedom)
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


@dataclass(frozen=True, eq=False)
class _Parts:
    """Sums that never change while the criterion is minimised.

    `place` is the effect of each level, `first` marks the effect with the most levels.
    """

    place: NDArray[np.intp]
    first: NDArray[np.bool_]
    zz: Array
    zx: Array
    zy: Array
    xx: Array
    xy: Array
    yy: float

    @classmethod
    def of(cls, effects: Sequence[NDArray[np.intp]], systems: NDArray[np.intp], y: Array) -> _Parts:
        """Count and sum over codes of levels."""
        sizes = [int(codes.max()) + 1 for codes in effects]
        place = np.repeat(np.arange(len(sizes)), sizes)
        offsets = [0, *np.cumsum(sizes, dtype=int).tolist()]
        count = int(systems.max()) + 1
        zz, zx, zy = np.zeros((offsets[-1], offsets[-1])), np.zeros((offsets[-1], count)), np.zeros(offsets[-1])
        for codes, offset in zip(effects, offsets, strict=False):
            np.add.at(zx, (codes + offset, systems), 1.0)
            np.add.at(zy, codes + offset, y)
            for others, other in zip(effects, offsets, strict=False):
                np.add.at(zz, (codes + offset, others + other), 1.0)
        first = place == (int(np.argmax(sizes)) if sizes else 0)
        xx = np.diag(np.bincount(systems, minlength=count).astype(np.float64))
        xy = np.asarray(np.bincount(systems, y, count), dtype=np.float64)
        return cls(place, first, zz, zx, zy, xx, xy, float(y @ y))


@dataclass(frozen=True)
class _Solved:
    criterion: float
    beta: Array
    unscaled: Array
    variance: float


def _solve(theta: Array, parts: _Parts, freedom: int) -> _Solved:
    scale = theta[parts.place]
    a, b = parts.first, ~parts.first
    sides = scale[:, None] * np.column_stack([parts.zx, parts.zy])
    # Levels of one effect do not meet one another: the largest effect's block is diagonal.
    own = 1.0 + scale[a] ** 2 * np.diag(parts.zz)[a]
    across = scale[a, None] * parts.zz[np.ix_(a, b)] * scale[b]
    rest = scale[b, None] * parts.zz[np.ix_(b, b)] * scale[b] + np.eye(int(b.sum()))
    lower = np.linalg.cholesky(rest - across.T @ (across / own[:, None]))
    left_over = sides[b] - across.T @ (sides[a] / own[:, None])
    reduced = np.concatenate([sides[a] / np.sqrt(own)[:, None], np.linalg.solve(lower, left_over)])
    c_x, c_y = reduced[:, :-1], reduced[:, -1]
    left = parts.xx - c_x.T @ c_x
    unscaled = np.linalg.inv(left)
    beta = unscaled @ (parts.xy - c_x.T @ c_y)
    squares = max(parts.yy - float(c_y @ c_y) - float(beta @ (left @ beta)), 1e-300)
    log_det = float(np.log(own).sum()) + 2.0 * float(np.log(np.diag(lower)).sum()) + float(np.linalg.slogdet(left)[1])
    criterion = log_det + freedom * (1.0 + np.log(2.0 * np.pi * squares / freedom))
    return _Solved(criterion, beta, unscaled, squares / freedom)


def _codes(levels: Sequence[Hashable]) -> NDArray[np.intp]:
    order = {level: index for index, level in enumerate(dict.fromkeys(levels))}
    return np.array([order[level] for level in levels], dtype=np.intp)


def _failed(formula: str, names: tuple[str, ...], ratings: int, note: str) -> MixedModel:
    empty = np.full((len(names), len(names)), np.nan)
    return MixedModel(formula, names, (np.nan,) * len(names), empty, {}, np.inf, np.nan, ratings, note, ())
