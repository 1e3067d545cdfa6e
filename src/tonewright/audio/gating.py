"""From powers of windows to loudness: the gates of BS.1770 and EBU Tech 3342."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Powers = npt.NDArray[np.float64]

_OFFSET = -0.691
_ABSOLUTE_LUFS = -70.0


def lufs(powers: Powers) -> Powers:
    """Turn weighted mean squares into LUFS, zero into -inf."""
    levels = np.full(powers.shape, -np.inf)
    np.log10(powers, out=levels, where=powers > 0)
    return _OFFSET + 10.0 * levels


def _power(level: float) -> float:
    return float(10.0 ** ((level - _OFFSET) / 10.0))


def window_powers(energies: Powers, lengths: npt.NDArray[np.int64], steps: int) -> Powers:
    """Return the mean power of each window of so many consecutive steps.

    Parameters
    ----------
    energies, lengths
        Shape (n,): sum of squares and number of frames of each step.
    steps
        Steps per window.

    Returns
    -------
    array
        Shape (max(0, n - steps + 1),).
    """
    if len(energies) < steps:
        return np.zeros(0)
    # Sums of each window by itself: a running sum would leave residues of loud parts in silence.
    windows = np.lib.stride_tricks.sliding_window_view
    sums: Powers = windows(energies, steps).sum(axis=-1) / windows(lengths, steps).sum(axis=-1)
    return sums


def _gated(powers: Powers, relative_lu: float) -> Powers:
    """Keep windows above -70 LUFS and above so many LU under the mean power of those."""
    loud = powers[powers > _power(_ABSOLUTE_LUFS)]
    if not len(loud):
        return loud
    kept: Powers = loud[loud > loud.mean() * 10.0 ** (relative_lu / 10.0)]
    return kept


def integrated(momentary: Powers) -> float:
    """Return the gated loudness in LUFS of the powers of 400 ms windows (BS.1770-5, Annex 1); -inf if none passes."""
    kept = _gated(momentary, -10.0)
    return _OFFSET + 10.0 * math.log10(float(kept.mean())) if len(kept) else -math.inf


def loudness_range(short_term: Powers) -> float:
    """Return the loudness range in LU of the powers of 3 s windows (EBU Tech 3342); 0 if no window passes the gate.

    The percentiles are the nearest ranks of the document's own code.
    """
    kept = np.sort(_gated(short_term, -20.0))
    if not len(kept):
        return 0.0
    low = kept[math.floor((len(kept) - 1) * 0.10 + 0.5)]
    high = kept[math.floor((len(kept) - 1) * 0.95 + 0.5)]
    return 10.0 * math.log10(float(high) / float(low))
