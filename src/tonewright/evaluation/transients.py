r"""Whether attacks are where they were and as strong: difference of two onset strengths over time.

The onset strength of window `n` is the mean over 24 mel bands of the rise of the level against the window before,

.. math:: s_n = \frac1B \sum_b \max(0, L_{nb} - L_{n-1,b}),

:math:`L` in dB, floored 60 dB below the loudest window of the band and 80 dB below that of all: spectral flux on
a logarithmic scale (Klapuri, "Sound onset detection by applying psychoacoustic knowledge", ICASSP 1999; Bello et al.,
IEEE Trans. Speech Audio Process. 13, 1035, 2005). Windows are Hann, the power of two nearest to 23 ms, every quarter of
that. Because levels are compared with themselves, neither gain nor filters wider than a band change it; compression,
limiting and smearing do. The metric is

.. math:: d = \frac{\sum_n \lvert s^o_n - s^t_n \rvert}{\sum_n (s^o_n + s^t_n)},

a ratio from 0 (each attack is kept) to 1 (none of them is); symmetric.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonewright.evaluation.mel import mel_filters
from tonewright.evaluation.pairs import powers, refuse_silence, rows_of

BANDS = 24
WINDOW_S = 0.023
RANGE_DB = 60.0
#: Bands weaker than this against the loudest hold rounding and codec noise, whose rises nobody hears.
AUDIBLE_DB = 80.0


def transient_difference(output: ArrayLike, target: ArrayLike, sample_rate: float) -> float:
    """Return the relative difference of the onset strengths, 0 to 1; recordings without any attack differ by 0.

    Parameters
    ----------
    output, target
        Samples, ``(frames,)`` or ``(channels, frames)``, in time with each other: delay counts.
    sample_rate
        In Hz.

    Raises
    ------
    AudioError
        If the shapes differ, one recording is silent, not finite, or shorter than two windows (about 0.05 s).
    """
    length = 2 ** round(np.log2(WINDOW_S * sample_rate))
    x, y = rows_of(output, target, 2 * length)
    refuse_silence(x, y)
    ours, theirs = (_strength(rows, length, sample_rate) for rows in (x, y))
    whole = float(np.sum(ours + theirs))
    return float(np.sum(np.abs(ours - theirs))) / whole if whole > 0 else 0.0


def _strength(rows: NDArray[np.float32], length: int, sample_rate: float) -> NDArray[np.float32]:
    """Return the onset strength of each window after the first, in dB."""
    bands = powers(rows, length, length // 4) @ mel_filters(length, sample_rate, BANDS).T.astype(np.float32)
    loudest = bands.max(axis=0)
    floor = np.maximum(loudest * 10 ** (-RANGE_DB / 10), loudest.max() * 10 ** (-AUDIBLE_DB / 10))
    rise = np.diff(10 * np.log10(np.maximum(bands, floor)), axis=0)
    return np.asarray(np.maximum(rise, 0.0).mean(axis=1))
