"""The rule-based matcher that DeepAFx-ST was compared with (C. Steinmetz et al., arXiv:2207.08759, section 4).

An equalizer that copies the reference's smoothed spectrum, then a compressor whose threshold falls until the loudness
is reached. Written from the description; levels are relative to a peak of -12 dBFS throughout.
"""

from __future__ import annotations

import numpy as np
import scipy.fft
import scipy.signal
from numpy.typing import NDArray

from tonewright.audio import Audio, measure
from tonewright.errors import AudioError
from tonewright.evaluation.protocol import Clip
from tonewright.processor.render import render_array
from tonewright.settings import Compressor, Settings

PEAK_DB = -12.0
#: Length of the spectra, of the filter that smooths them (second order), and of the equalizer, in samples.
SPECTRUM, SMOOTHING, TAPS = 65_536, 1_025, 63
#: Smallest magnitude of a smoothed spectrum, as a part of its largest.
FLOOR = 1e-4
RATIO, ATTACK_MS, RELEASE_MS, KNEE_DB = 3.0, 1.0, 50.0, 6.0
#: The threshold's steps and its lowest value in dB; how near the loudness has to come, in LU.
STEP_DB, LOWEST_DB, NEAR_LU = 0.5, -80.0, 0.5

Floats = NDArray[np.float32]


def rule_based(input_audio: Clip, reference_audio: Clip) -> Floats:
    """Match a clip by the rules.

    The loudness is only ever approached from below: compression at equal peaks makes louder, never softer.
    """
    rate = input_audio.sample_rate
    if reference_audio.sample_rate != rate:
        raise AudioError("The rule-based matcher needs input and reference at one sample rate.")
    own, other = _at_peak(input_audio.samples), _at_peak(reference_audio.samples)
    taps = design(own, other)
    equalized = _at_peak(scipy.signal.oaconvolve(own, taps[None], mode="same", axes=1).astype(np.float32))
    wanted = _loudness(other, rate)
    best = equalized
    for threshold in np.arange(0.0, LOWEST_DB - STEP_DB, -STEP_DB):
        if wanted - _loudness(best, rate) <= NEAR_LU:
            break
        best = _at_peak(render_array(equalized, rate, Settings(compressor=_compressor(float(threshold)))))
    return best


def design(own: Floats, other: Floats) -> NDArray[np.float64]:
    """Return the equalizer's linear-phase taps, shape ``(63,)``, from two recordings, each ``(1, frames)``."""
    ratio = smooth_spectrum(other) / smooth_spectrum(own)
    return np.asarray(scipy.signal.firwin2(TAPS, np.linspace(0.0, 1.0, ratio.size), ratio))


def smooth_spectrum(samples: Floats) -> NDArray[np.float64]:
    """Return the time-averaged magnitude spectrum, smoothed, shape ``(32769,)``.

    The smoothing filter can fall below 0 beside a peak; nothing is kept below -80 dB of the largest value, so that what
    no recording holds is not divided by.
    """
    mono = samples.mean(axis=0, dtype=np.float64)
    mono = np.pad(mono, (0, max(0, SPECTRUM - mono.size)))
    frames = np.lib.stride_tricks.sliding_window_view(mono, SPECTRUM)[:: SPECTRUM // 2]
    window = scipy.signal.get_window("hann", SPECTRUM)
    magnitude = np.mean([np.abs(scipy.fft.rfft(frame * window)) for frame in frames], axis=0)
    smooth = scipy.signal.savgol_filter(magnitude, SMOOTHING, 2)
    return np.asarray(np.maximum(smooth, FLOOR * smooth.max()))


def _compressor(threshold_db: float) -> Compressor:
    return Compressor(
        threshold_db=threshold_db, ratio=RATIO, attack_ms=ATTACK_MS, release_ms=RELEASE_MS, knee_db=KNEE_DB
    )


def _at_peak(samples: Floats) -> Floats:
    peak = float(np.max(np.abs(samples)))
    return np.asarray(samples * (10 ** (PEAK_DB / 20) / peak) if peak > 0 else samples, dtype=np.float32)


def _loudness(samples: Floats, rate: int) -> float:
    return measure(Audio(samples, rate)).integrated_lufs
