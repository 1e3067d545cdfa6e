"""Sixth-octave bands on a discrete Fourier transform, the same for every sample rate."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

#: Bands per octave.
PER_OCTAVE = 6
#: Centre frequencies in Hz, a sixth of an octave apart from 25 Hz to 16 kHz.
CENTRES: NDArray[np.float64] = 25.0 * 2.0 ** (np.arange(57) / PER_OCTAVE)
CENTRES.flags.writeable = False

#: Octave-wide ranges in Hz in which the spread of levels over time is compared: bass to air, and everything.
RANGES: tuple[tuple[float, float], ...] = (
    (25, 90),
    (90, 200),
    (200, 500),
    (500, 1200),
    (1200, 3000),
    (3000, 7000),
    (7000, 17000),
    (20, 20000),
)

#: Bands from this part of the sample rate on hold nothing that resamplers and codecs left intact.
_USABLE_OF_RATE = 0.45


def window_length(sample_rate: float, seconds: float) -> int:
    """Return the power of two nearest to a duration, in samples; at least 64."""
    return max(64, int(2 ** round(np.log2(seconds * sample_rate))))


@lru_cache(maxsize=16)
def hann(length: int) -> NDArray[np.float32]:
    """Periodic Hann window of unit energy, shape (length,)."""
    raised = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(length) / length)
    window = np.asarray(raised / np.sqrt(np.sum(raised**2)), dtype=np.float32)
    window.flags.writeable = False
    return window


@lru_cache(maxsize=16)
def band_weights(length: int, sample_rate: float) -> NDArray[np.float32]:
    """Return triangular weights of bins in bands, a sixth of an octave to each side, at least a bin and a half.

    Returns
    -------
    Array of shape (bands, length // 2 + 1); each row sums to 1, so that a band's value is a mean power. Bands narrower
    than the bins interpolate between them, so that one tone reads alike at any sample rate.
    """
    frequency = np.fft.rfftfreq(length, 1.0 / sample_rate)
    reach = np.maximum((2.0 ** (1.0 / PER_OCTAVE) - 1.0) * CENTRES, 1.5 * sample_rate / length)
    weights = np.clip(1.0 - np.abs(frequency - CENTRES[:, None]) / reach[:, None], 0.0, None)
    weights[CENTRES / sample_rate > 0.5, -1] = 1.0
    weights /= weights.sum(axis=1, keepdims=True)
    result = np.asarray(weights, dtype=np.float32)
    result.flags.writeable = False
    return result


@lru_cache(maxsize=16)
def range_weights(length: int, sample_rate: float) -> NDArray[np.float32]:
    """Return 0/1 weights of bins in :data:`RANGES`, shape (ranges, length // 2 + 1)."""
    frequency = np.fft.rfftfreq(length, 1.0 / sample_rate)
    result = np.array([(frequency >= low) & (frequency < high) for low, high in RANGES], dtype=np.float32)
    result.flags.writeable = False
    return result


def usable_bands(sample_rate: float) -> NDArray[np.bool_]:
    """Tell which bands lie well inside what the sample rate can hold, shape (bands,)."""
    return np.asarray(CENTRES / sample_rate < _USABLE_OF_RATE)


def decibels(power: NDArray[np.floating], floor: float = 1e-10) -> NDArray[np.float64]:
    """Turn power into dB; ``floor`` is added so that silence stays finite."""
    return np.asarray(10.0 * np.log10(np.asarray(power, dtype=np.float64) + floor))
