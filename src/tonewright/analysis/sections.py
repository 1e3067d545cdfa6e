r"""Where a recording changes its sound: verse to chorus, music to speech, one scene to the next.

Novelty along the diagonal of a self-similarity matrix, after Foote, "Automatic audio segmentation using a measure of
audio novelty" (ICME 2000). With :math:`d(s, t)` the distance of the band spectra at two moments and a Gaussian taper
:math:`w`, both sides of a moment as far as they reach:

.. math::

    n(t) = \sum_{s < t \le u} w_{su} d(s, u) - \tfrac12 \sum_{s \ne u < t} w_{su} d(s, u)
        - \tfrac12 \sum_{s \ne u \ge t} w_{su} d(s, u), \quad \sum w = 1 \text{ in each}

Foote's checkerboard on distances: by how many dB the two sides of a moment differ more than each differs in itself.
Only the stripe of the matrix that the kernel covers is computed, so that time and memory grow with the length alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: The shortest section, in seconds.
SHORTEST_S = 12.0
#: Spectra are averaged over so much: longer than a beat, shorter than a bar.
_STEP_S = 0.75
#: How far the kernel looks to each side of a moment, in seconds.
_REACH_S = 12.0
#: Novelty below this, in dB, is no boundary.
_LEAST_NOVELTY_DB = 2.0
#: Levels are floored so far below the loudest moment of their band: pauses are alike, however quiet.
_FLOOR_DB = 50.0
#: Bands so far below the loudest one hold noise of codecs and dither.
_AUDIBLE_DB = 75.0


def find_sections(powers: NDArray[np.floating], window_s: float, *, shortest_s: float = SHORTEST_S) -> list[int]:
    """Cut a recording where its spectrum or level changes for longer than moments.

    Parameters
    ----------
    powers
        Mean power per window and band, (windows, bands), as in :class:`~tonewright.analysis.survey.Survey`.
    window_s
        Length of a window in seconds.
    shortest_s
        No section is shorter, in seconds, unless the recording is.

    Returns
    -------
    First windows of the sections, ascending; the first is 0.
    """
    size = max(1, round(_STEP_S / window_s))
    spectra = _spectra_db(powers, size)
    least = max(1, round(shortest_s / (size * window_s)))
    if len(spectra) < 2 * least:
        return [0]
    curve = novelty_db(spectra, max(2, round(_REACH_S / (size * window_s))))
    return [step * size for step in [0, *_peaks(curve, least)]]


def _spectra_db(powers: NDArray[np.floating], size: int) -> Array:
    """Return levels of audible bands over ``size`` windows each, (steps, bands), in dB; a rest of windows is left."""
    steps = len(powers) // size
    mean = powers[: steps * size].reshape(steps, size, powers.shape[1]).mean(axis=1, dtype=np.float64)
    total = mean.mean(axis=0) if steps else np.zeros(powers.shape[1])
    mean = mean[:, total > total.max(initial=0.0) * 10.0 ** (-_AUDIBLE_DB / 10.0)]
    level = 10.0 * np.log10(mean + 1e-14)
    return np.asarray(np.maximum(level, level.max(axis=0, initial=-200.0) - _FLOOR_DB))


def novelty_db(spectra_db: Array, reach: int) -> Array:
    """Return the novelty at every step, (steps,), in dB; 0 at the first one.

    Parameters
    ----------
    spectra_db
        (steps, bands).
    reach
        Steps that the kernel covers to each side; fewer near the ends.
    """
    steps, bands = spectra_db.shape
    novelty = np.zeros(steps)
    if bands == 0:
        return novelty
    squares = np.sum(spectra_db**2, axis=1)
    offsets = np.arange(-reach, reach) + 0.5
    taper = np.exp(-2.0 * (offsets / reach) ** 2)
    for t in range(1, steps):
        first, last = max(0, t - reach), min(steps, t + reach)
        x = spectra_db[first:last]
        product = squares[first:last, None] + squares[None, first:last] - 2.0 * x @ x.T
        distance = np.sqrt(np.maximum(product, 0.0) / bands)
        weight = taper[first - t + reach : last - t + reach]
        before, after = weight[: t - first], weight[t - first :]
        cut = t - first
        across = before @ distance[:cut, cut:] @ after / (before.sum() * after.sum())
        novelty[t] = across - 0.5 * (_within(distance[:cut, :cut], before) + _within(distance[cut:, cut:], after))
    return novelty


def _within(distance: Array, weight: Array) -> float:
    """Return the weighted mean distance of different moments of one side; that of a moment to itself says nothing."""
    pairs = float(weight.sum() ** 2 - np.sum(weight**2))
    return float(weight @ distance @ weight) / pairs if pairs > 0.0 else 0.0


def _peaks(novelty: Array, least: int) -> list[int]:
    """Return boundaries, the clearest first, none nearer than ``least`` steps to another or to an end; ascending."""
    chosen = [0, len(novelty)]
    for t in np.argsort(-novelty, kind="stable").tolist():
        if novelty[t] < _LEAST_NOVELTY_DB:
            break
        is_peak = novelty[t] >= novelty[max(0, t - least // 2) : t + least // 2 + 1].max()
        if is_peak and all(abs(t - other) >= least for other in chosen):
            chosen.append(t)
    return sorted(chosen[1:])[:-1] if len(chosen) > 2 else []
