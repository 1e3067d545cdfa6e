"""How an output differs from its target: long-term spectrum, waveform, crest, loudness; and the level to compare at.

All functions take samples of shape ``(frames,)`` or ``(channels, frames)`` and compute in float64. Channels are summed
in power, never mixed, so that nothing cancels.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import scipy.signal
from numpy.typing import ArrayLike, NDArray

from tonewright.audio import Audio, measure
from tonewright.errors import AudioError

#: Exact centres of the third-octave bands from 25 Hz to 16 kHz (IEC 61260-1, base ten), in Hz.
THIRD_OCTAVES = tuple(1000.0 * 10 ** (k / 10) for k in range(-16, 13))
#: A band further below the whole than this counts as this, in dB: empty bands say nothing about a match.
SPECTRUM_FLOOR_DB = -80.0
#: SI-SDR is reported no better than this, in dB, so that a perfect copy stays a number.
SI_SDR_CEILING_DB = 120.0
#: Recordings below this RMS are silence, in dBFS.
SILENCE_DB = -100.0

_Floats = NDArray[np.float64]


def rms_db(samples: ArrayLike) -> float:
    """Return ``10 log10(mean(x^2))`` over all channels, in dBFS (a full-scale square wave is 0); silence is -inf."""
    power = float(np.mean(np.square(_rows(samples))))
    return -math.inf if power == 0 else 10 * math.log10(power)


def at_rms(samples: ArrayLike, level_db: float = -20.0) -> NDArray[np.float32]:
    """Return a copy scaled to an RMS of `level_db` dBFS, float32, in the shape it came.

    Raises
    ------
    AudioError
        If the recording is silent (below :data:`SILENCE_DB`) or holds values that are not finite.
    """
    level = rms_db(samples)
    if not SILENCE_DB <= level < math.inf:
        what = "is silent" if level < SILENCE_DB else "holds values that are not finite"
        raise AudioError(f"The recording {what} and cannot be brought to a level of {level_db:g} dBFS.")
    gain = 10 ** ((level_db - level) / 20)
    return np.asarray(np.asarray(samples, dtype=np.float64) * gain, dtype=np.float32)


def third_octave_levels(samples: ArrayLike, sample_rate: float) -> _Floats:
    """Return the long-term level of each third-octave band below 0.45 of the sample rate, in dB.

    Welch's estimate (Hann, half overlap, at least 0.3 s per window: 3.4 Hz per bin or finer) is integrated over each
    band ``[f 10^(-1/20), f 10^(1/20)]``, bins at an edge by the part inside, on the grid :data:`THIRD_OCTAVES`. Levels
    are floored :data:`SPECTRUM_FLOOR_DB` below the sum of the bands.

    Returns
    -------
    ndarray
        Shape ``(bands,)``.
    """
    rows = _rows(samples)
    length = min(rows.shape[1], 2 ** math.ceil(math.log2(0.3 * sample_rate)))
    _, density = scipy.signal.welch(rows, fs=sample_rate, nperseg=length, detrend=False)
    powers = _band_weights(length, sample_rate) @ density.sum(axis=0)
    floor = powers.sum() * 10 ** (SPECTRUM_FLOOR_DB / 10)
    return np.asarray(10 * np.log10(np.maximum(powers, max(floor, np.finfo(np.float64).tiny))))


def spectrum_error_db(output: ArrayLike, target: ArrayLike, sample_rate: float) -> float:
    r"""Return the long-term third-octave spectrum error (LSD) in dB, level removed.

    .. math:: \sqrt{\frac{1}{B} \sum_b (\Delta_b - \bar\Delta)^2},
        \quad \Delta_b = L_b(\text{output}) - L_b(\text{target})

    with :math:`L_b` from :func:`third_octave_levels`; a pure gain costs nothing.
    """
    gap = third_octave_levels(output, sample_rate) - third_octave_levels(target, sample_rate)
    return float(np.std(gap))


def si_sdr_db(output: ArrayLike, target: ArrayLike) -> float:
    r"""Return the scale-invariant signal-to-distortion ratio in dB (Le Roux et al., 2019, arXiv:1811.02508).

    .. math:: 10 \log_{10} \frac{\lVert \alpha t \rVert^2}{\lVert \alpha t - o \rVert^2},
        \quad \alpha = \frac{\langle o, t \rangle}{\lVert t \rVert^2}

    over all channels at once, means not removed; within plus and minus :data:`SI_SDR_CEILING_DB`.
    """
    o, t = _rows(output).ravel(), _rows(target).ravel()
    if o.shape != t.shape:
        raise AudioError(f"Output and target must have equally many samples, got {o.size} and {t.size}.")
    energy = float(t @ t)
    projection = t * (float(o @ t) / energy) if energy > 0 else np.zeros_like(t)
    signal, residual = float(projection @ projection), float(np.sum(np.square(projection - o)))
    smallest = 10 ** (-SI_SDR_CEILING_DB / 10) * max(signal, residual, np.finfo(np.float64).tiny)
    return 10 * math.log10(max(signal, smallest) / max(residual, smallest))


def crest_db(samples: ArrayLike) -> float:
    """Return the crest factor ``20 log10(peak / rms)`` in dB, peak of any channel and RMS of all; silence is 0."""
    rows = _rows(samples)
    peak = float(np.max(np.abs(rows)))
    return 20 * math.log10(peak) - rms_db(rows) if peak > 0 else 0.0


def crest_error_db(output: ArrayLike, target: ArrayLike) -> float:
    """Return the absolute difference of the crest factors, in dB."""
    return abs(crest_db(output) - crest_db(target))


def loudness_error_lu(output: ArrayLike, target: ArrayLike, sample_rate: int) -> float:
    """Return the absolute difference of the integrated loudnesses (ITU-R BS.1770), in LU.

    Two recordings without loudness (silent, or shorter than 0.4 s) differ by 0; one alone by infinity.
    """
    ours, theirs = (measure(Audio(_rows(item), sample_rate)).integrated_lufs for item in (output, target))
    return 0.0 if ours == theirs else abs(ours - theirs)


def _rows(samples: ArrayLike) -> _Floats:
    rows = np.atleast_2d(np.asarray(samples, dtype=np.float64))
    if rows.ndim != 2 or rows.size == 0:
        raise AudioError(f"Samples must be (frames,) or (channels, frames) and not empty, got shape {rows.shape}.")
    return rows


@lru_cache(maxsize=8)
def _band_weights(length: int, sample_rate: float) -> _Floats:
    """Share of each Welch bin inside each band, times the bin width: shape ``(bands, length // 2 + 1)``, in Hz."""
    width = sample_rate / length
    centres = np.array([f for f in THIRD_OCTAVES if f * 10**0.05 < 0.45 * sample_rate])
    bins = np.arange(length // 2 + 1) * width
    lower = np.maximum(centres[:, None] * 10**-0.05, bins - width / 2)
    upper = np.minimum(centres[:, None] * 10**0.05, bins + width / 2)
    return np.asarray(np.maximum(upper - lower, 0.0))
