"""Sixth-octave bands on a discrete Fourier transform, the same for every sample rate."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from tonewright.analysis import kernels

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


class Weights(NamedTuple):
    """Weights of bins in bands and where each band's are not 0.

    Attributes
    ----------
    values
        (bands, bins), float32.
    first, last
        Each band's first bin, and the bin after its last, (bands,).
    """

    values: NDArray[np.float32]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


def _weights(values: NDArray[np.floating]) -> Weights:
    result = np.ascontiguousarray(values, dtype=np.float32)
    used = result != 0.0
    bins = result.shape[1]
    first = np.where(used.any(axis=1), used.argmax(axis=1), 0)
    last = np.where(used.any(axis=1), bins - used[:, ::-1].argmax(axis=1), 0)
    for array in (result, first, last):
        array.flags.writeable = False
    return Weights(result, first, last)


@lru_cache(maxsize=16)
def band_weights(length: int, sample_rate: float) -> Weights:
    """Return triangular weights of bins in bands, a sixth of an octave to each side, at least a bin and a half.

    Returns
    -------
    Weights for ``length // 2 + 1`` bins; each band's sum to 1, so that its value is a mean power. Bands narrower than
    the bins interpolate between them, so that one tone reads alike at any sample rate.
    """
    frequency = np.fft.rfftfreq(length, 1.0 / sample_rate)
    reach = np.maximum((2.0 ** (1.0 / PER_OCTAVE) - 1.0) * CENTRES, 1.5 * sample_rate / length)
    weights = np.clip(1.0 - np.abs(frequency - CENTRES[:, None]) / reach[:, None], 0.0, None)
    weights[CENTRES / sample_rate > 0.5, -1] = 1.0
    return _weights(weights / weights.sum(axis=1, keepdims=True))


@lru_cache(maxsize=16)
def range_weights(length: int, sample_rate: float) -> Weights:
    """Return weights 0 or 1 of bins in :data:`RANGES`."""
    frequency = np.fft.rfftfreq(length, 1.0 / sample_rate)
    return _weights(np.array([(frequency >= low) & (frequency < high) for low, high in RANGES], dtype=np.float32))


def power_spectra(windows: NDArray[np.float32]) -> tuple[NDArray[np.complex64], NDArray[np.float32]]:
    """Transform windowed samples, (windows, length), and return spectra and powers, (windows, length // 2 + 1)."""
    spectrum = np.ascontiguousarray(scipy.fft.rfft(windows, axis=-1), dtype=np.complex64)
    power = np.empty(spectrum.shape, dtype=np.float32)
    kernels.powers(spectrum.view(np.float32), power)
    return spectrum, power


def sums(power: NDArray[np.float32], weights: Weights) -> NDArray[np.float32]:
    """Return weighted sums of bins, (windows, bands), of powers (windows, bins)."""
    out = np.zeros((len(power), len(weights.values)), dtype=np.float32)
    kernels.weighted_sums(power, *weights, out)
    return out


def usable_bands(sample_rate: float) -> NDArray[np.bool_]:
    """Tell which bands lie well inside what the sample rate can hold, shape (bands,)."""
    return np.asarray(CENTRES / sample_rate < _USABLE_OF_RATE)


def decibels(power: NDArray[np.floating], floor: float = 1e-10) -> NDArray[np.float64]:
    """Turn power into dB; ``floor`` is added so that silence stays finite."""
    return np.asarray(10.0 * np.log10(np.asarray(power, dtype=np.float64) + floor))
