"""Which parts of a recording to listen to closely: few, loud enough, and together like the whole."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import decibels

#: Segments this far below the recording's own power, in dB, are pauses.
_PAUSE_DB = -25.0


def choose_segments(powers: NDArray[np.floating], length: int, count: int) -> list[int]:
    """Choose segments, as many as asked or as fit, spread over the recording and typical of it.

    The recording is cut into ``count`` equal parts; of each the stretch is taken whose band spectrum and level come
    nearest to the part's own, pauses excepted. Neighbouring parts then take turns in being the loud or the quiet one
    just as the recording does.

    Parameters
    ----------
    powers
        Mean power per window and band, (windows, bands).
    length
        Of a segment, in windows.
    count
        How many, at least 1.

    Returns
    -------
    First windows of the segments, ascending, not overlapping.
    """
    windows = len(powers)
    count = max(1, min(count, windows // max(1, length)))
    if windows <= length:
        return [0]
    totals = np.concatenate([np.zeros((1, powers.shape[1])), np.cumsum(powers, axis=0, dtype=np.float64)])
    pause = 10.0 ** (_PAUSE_DB / 10.0) * totals[-1].sum() / windows * length
    edges = np.linspace(0, windows, count + 1).astype(int)
    chosen: list[int] = []
    for first, last in pairwise(edges):
        starts = np.arange(first, max(first, last - length) + 1)
        spectra = totals[starts + length] - totals[starts]
        typical = decibels((totals[last] - totals[first]) / (last - first) * length, 1e-12)
        distance = np.mean((decibels(spectra, 1e-12) - typical) ** 2, axis=1)
        distance = np.where(spectra.sum(axis=1) >= pause, distance, np.inf)
        if np.isfinite(distance).any():
            chosen.append(int(starts[np.argmin(distance)]))
    return chosen or [int(np.argmax(np.convolve(powers.sum(axis=1), np.ones(length), "valid")))]
