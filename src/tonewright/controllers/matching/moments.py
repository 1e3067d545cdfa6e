"""Moments that sound alike in two recordings: where the music is the same, only the correction is left.

Two parts of a work, or two songs of one kind, share moments: the same riff, the same instruments. With a first guess
of the correction curve the input's moments are laid beside the reference's; the best-fitting fifth of the pairs, found
from both sides, gives a difference in which content has mostly cancelled. Repeated with the curve that follows from it,
this is the iterative closest point algorithm (P. Besl and N. McKay, IEEE TPAMI 14, 1992) with soft pairs, trimmed, for
point clouds of log spectra that differ by a translation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import decibels
from tonewright.controllers.matching.curve import Expectation, expect_curve

Array = NDArray[np.float64]

#: Length of a moment in seconds.
MOMENT_S = 0.19
#: Most moments heard of a recording, spread over it.
_MOST = 400
#: Part of the pairs that count, passes, softness of a pair in dB, and how many of the bands count as independent.
_BEST, _PASSES, _SOFTNESS_DB, _INDEPENDENT = 0.2, 6, 4.0, 6.0
#: Weight of the long-term spectra's difference beside that of the pairs.
_WHOLE = 0.2
#: Power floor of a moment, relative to the working level.
_FLOOR = 1e-8


def moments(powers: NDArray[np.floating], gain_db: float, window_s: float) -> Array:
    """Average power spectra over moments.

    Parameters
    ----------
    powers
        Mean power per window and band, (windows, bands).
    gain_db
        Brings the recording to the working level.
    window_s
        Length of a window in seconds.

    Returns
    -------
    Spectra in dB, (moments, bands), at most 400 of them, pauses left out.
    """
    size = max(1, round(MOMENT_S / window_s))
    count = max(1, len(powers) // size)
    size = min(size, len(powers))
    pooled = powers[: count * size].reshape(count, size, -1).mean(axis=1, dtype=np.float64)
    loud = pooled.sum(axis=1) > 10.0**-2.5 * pooled.sum(axis=1).mean()
    pooled = pooled[loud]
    if len(pooled) > _MOST:
        pooled = pooled[np.linspace(0, len(pooled) - 1, _MOST).round().astype(int)]
    return decibels(pooled * 10.0 ** (gain_db / 10.0), _FLOOR)


def refine(
    expectation: Expectation, difference_db: Array, known: NDArray[np.bool_], own: Array, others: Array
) -> tuple[Expectation, Array]:
    """Improve an expected curve by listening to moments that sound alike.

    Parameters
    ----------
    expectation, difference_db, known
        From the long-term spectra; see :func:`~tonewright.controllers.matching.curve.expect_curve`.
    own, others
        Moments of the input and of the reference, (moments, bands), in dB.

    Returns
    -------
    The better expectation, and the difference it rests on, (bands,), in dB.
    """
    if not known.any() or len(own) < 4 or len(others) < 4:
        return expectation, difference_db
    a, b = own[:, known], others[:, known]
    whole = difference_db[known] - difference_db[known].mean()
    difference = difference_db
    for _ in range(_PASSES):
        moved = a + expectation.curve_db[known]
        squared = (np.sum(b**2, axis=1)[:, None] + np.sum(moved**2, axis=1) - 2.0 * b @ moved.T) / a.shape[1]
        near = -0.5 * _INDEPENDENT * squared / _SOFTNESS_DB**2
        pairs = _soft(near, 1)
        kept = _nearest(np.sum(pairs * squared, axis=1))
        for_reference = np.mean(b[kept] - pairs[kept] @ a, axis=0)
        pairs = _soft(near, 0)
        kept = _nearest(np.sum(pairs * squared, axis=0))
        for_input = np.mean(pairs.T[kept] @ b - a[kept], axis=0)
        paired = 0.5 * (for_reference + for_input)
        difference = difference_db.copy()
        difference[known] = _WHOLE * whole + (1.0 - _WHOLE) * (paired - paired.mean())
        expectation = expect_curve(difference, known)
    return expectation, difference


def _soft(near: Array, axis: int) -> Array:
    weights = np.exp(near - near.max(axis=axis, keepdims=True))
    return np.asarray(weights / weights.sum(axis=axis, keepdims=True))


def _nearest(cost: Array) -> NDArray[np.intp]:
    return np.argsort(cost, kind="stable")[: max(3, int(_BEST * len(cost)))]
