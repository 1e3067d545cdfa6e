r"""Mel spectral distance: how far two long-term spectra are apart on 128 bands, as DeepAFx-ST measures it.

With the mel spectra :math:`M = F A` of the magnitudes :math:`A` (Hann window of :math:`N` samples, hop :math:`N`,
frames centred by reflection, power floored at :math:`10^{-8}`) and :math:`F` the 128 triangular filters from 0 Hz to
half the sample rate on Slaney's mel scale, each with area one in Hz:

.. math:: d = \frac{1}{|M|} \sum \lvert M_o - M_t \rvert + \frac{1}{|M|} \sum \lvert \ln M_o - \ln M_t \rvert .

:math:`N` is 65536 (Steinmetz et al., arXiv:2207.08759: auraloss' mel distance with that window); for recordings of no
more than half of that it is the largest power of two below twice their length. The first term depends on the level:
bring both recordings to the same one, and compare figures only between equal levels.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import ArrayLike, NDArray

from tonewright.evaluation.pairs import rows_of

BANDS = 128
LONGEST, SHORTEST = 65536, 2048
POWER_FLOOR = 1e-8

#: Slaney's scale: linear to 1 kHz, 3 mel per 200 Hz, then 27 steps per factor 6.4 (Auditory Toolbox, 1998).
_LINEAR_HZ, _KNEE_HZ, _KNEE_MEL, _LOG_STEP = 200 / 3, 1000.0, 15.0, np.log(6.4) / 27

_Floats = NDArray[np.float64]


def mel_distance(output: ArrayLike, target: ArrayLike, sample_rate: float) -> float:
    """Return the mel spectral distance of two recordings, ``(frames,)`` or ``(channels, frames)``; 0 for equal ones.

    Raises
    ------
    AudioError
        If the shapes differ, the recordings have fewer than 1025 frames, or a sample is not finite.
    """
    x, y = rows_of(output, target, SHORTEST // 2 + 1)
    length = min(LONGEST, 2 ** int(np.log2(2 * x.shape[1] - 1)))
    filters = mel_filters(length, sample_rate, BANDS)
    ours, theirs = (_magnitudes(rows, length) @ filters.T for rows in (x, y))
    return float(np.mean(np.abs(ours - theirs)) + np.mean(np.abs(np.log(ours) - np.log(theirs))))


def _magnitudes(rows: NDArray[np.float32], length: int) -> _Floats:
    """Return magnitudes of all channels, ``(channels, windows, length // 2 + 1)``."""
    padded = np.pad(rows, ((0, 0), (length // 2, length // 2)), mode="reflect").astype(np.float64)
    frames = np.lib.stride_tricks.sliding_window_view(padded, length, axis=1)[:, ::length]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    power = np.square(np.abs(scipy.fft.rfft(frames * window)))
    return np.asarray(np.sqrt(np.maximum(power, POWER_FLOOR)))


@lru_cache(maxsize=8)
def mel_filters(length: int, sample_rate: float, bands: int) -> _Floats:
    """Return triangular filters on Slaney's mel scale, area one in Hz each, shape ``(bands, length // 2 + 1)``.

    Bands are narrower than the bins where `bands` is large against `length`; such a filter may be empty.
    """
    edges = _hz(np.linspace(0.0, _mel(sample_rate / 2), bands + 2))[:, None]
    frequency = np.fft.rfftfreq(length, 1 / sample_rate)
    rising = (frequency - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequency) / (edges[2:] - edges[1:-1])
    filters = np.maximum(np.minimum(rising, falling), 0.0) * (2 / (edges[2:] - edges[:-2]))
    filters.flags.writeable = False
    return np.asarray(filters)


def _mel(frequency_hz: float) -> float:
    if frequency_hz < _KNEE_HZ:
        return frequency_hz / _LINEAR_HZ
    return float(_KNEE_MEL + np.log(frequency_hz / _KNEE_HZ) / _LOG_STEP)


def _hz(mel: _Floats) -> _Floats:
    above = _KNEE_HZ * np.exp(_LOG_STEP * np.maximum(mel - _KNEE_MEL, 0.0))
    return np.asarray(np.where(mel < _KNEE_MEL, mel * _LINEAR_HZ, above))
