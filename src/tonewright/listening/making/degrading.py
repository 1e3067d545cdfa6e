"""Degradations whose effect is known: anchors, and what catch trials hide."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from tonewright.errors import AudioError
from tonewright.listening.study.recipes import Clipped, LowPass, Noise

Samples = NDArray[Any]

#: The stop band begins at so many times the cut-off, with so many dB: 4 kHz for the anchor at 3.5 kHz, where
#: BS.1534-3 (section 5.1) asks for 25 dB, and for 50 dB at 4.5 kHz; the ripple below 3.5 kHz is under 0.1 dB.
_STOP_RATIO, _STOP_DB = 8.0 / 7.0, 65.0


def degrade(samples: Samples, sample_rate: int, recipe: LowPass | Noise | Clipped, seed: int = 0) -> Samples:
    """Return degraded audio, (channels, frames), in time with the given one.

    Raises
    ------
    AudioError
        If the rate is too low for the filter.
    """
    if isinstance(recipe, LowPass):
        return low_pass(samples, sample_rate, recipe.frequency_hz)
    if isinstance(recipe, Noise):
        return with_noise(samples, recipe.snr_db, seed)
    return clipped(samples, recipe.below_peak_db)


def low_pass(samples: Samples, sample_rate: int, frequency_hz: float) -> Samples:
    """Return audio without what lies above a frequency: a linear-phase filter (Kaiser window), its delay removed."""
    stop_hz = frequency_hz * _STOP_RATIO
    nyquist = 0.5 * sample_rate
    if stop_hz >= nyquist:
        raise AudioError(
            f"Audio at {sample_rate} Hz has nothing above {frequency_hz:g} Hz to take away; use a lower frequency."
        )
    taps, beta = scipy.signal.kaiserord(_STOP_DB, (stop_hz - frequency_hz) / nyquist)
    taps |= 1
    kernel = scipy.signal.firwin(taps, 0.5 * (frequency_hz + stop_hz), window=("kaiser", beta), fs=sample_rate)
    filtered = scipy.signal.oaconvolve(samples.astype(np.float64), kernel[np.newaxis], mode="full", axes=-1)
    half = taps // 2
    return np.asarray(filtered[:, half : half + samples.shape[1]], dtype=samples.dtype)


def with_noise(samples: Samples, snr_db: float, seed: int) -> Samples:
    """Return audio with pink noise, each channel its own, so many dB below the power of all channels."""
    channels, frames = samples.shape
    random = np.random.default_rng(seed)
    spectrum = np.fft.rfft(random.standard_normal((channels, frames)))
    spectrum /= np.sqrt(np.maximum(np.arange(spectrum.shape[1]), 1.0))
    spectrum[:, 0] = 0.0
    noise = np.fft.irfft(spectrum, frames)
    power = np.mean(np.square(samples, dtype=np.float64)) * 10.0 ** (-snr_db / 10.0)
    noise *= np.sqrt(power / max(float(np.mean(noise**2)), 1e-30))
    return np.asarray(samples + noise, dtype=samples.dtype)


def clipped(samples: Samples, below_peak_db: float) -> Samples:
    """Return audio cut off so many dB below its largest magnitude."""
    level = float(np.abs(samples).max(initial=0.0)) * 10.0 ** (-below_peak_db / 20.0)
    return np.clip(samples, -level, level)
