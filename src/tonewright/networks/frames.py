"""A recording as networks hear it: a log-frequency spectrogram of sixth octaves and the dynamics inside its frames.

Sixth octaves rather than mels: below 500 Hz, where two of the processor's bands work, mel bands are too wide. Frames
are the windows of :mod:`tonewright.analysis.survey` (93 ms, no overlap), so that hearing a file costs nothing extra.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import CENTRES, PER_OCTAVE, usable_bands
from tonewright.analysis.dynamics import MEASURES
from tonewright.analysis.survey import Survey
from tonewright.audio.weighting import k_weighting
from tonewright.processor.filters import response

Floats = NDArray[np.float32]
Array = NDArray[np.float64]

#: Networks hear everything at this K-weighted level, in dB.
WORKING_DB = -23.0
#: Numbers per frame: band levels, then dynamics.
BANDS = CENTRES.size
WIDTH = BANDS + len(MEASURES)
#: Levels are floored here after the working level is set, in dBFS, centred and scaled.
FLOOR_DB, CENTRE_DB, SCALE_DB = -100.0, -45.0, 15.0
#: Bandwidth of a band relative to its centre.
_RELATIVE_WIDTH = 2.0 ** (0.5 / PER_OCTAVE) - 2.0 ** (-0.5 / PER_OCTAVE)
#: A K-weighting for levels is designed at this rate: levels must not depend on the recording's.
_K_RATE = 48000.0


@dataclass(frozen=True)
class Frames:
    """Input of a network.

    Attributes
    ----------
    values
        (frames, 65), float32, centred and scaled: levels of 57 bands, 8 measures of dynamics.
    level_db
        K-weighted level of the recording; adding ``WORKING_DB - level_db`` brings it to the working level.
    """

    values: Floats
    level_db: float

    @property
    def gain_db(self) -> float:
        """What brings the recording to the working level, in dB."""
        return WORKING_DB - self.level_db


def band_factors(sample_rate: float) -> Array:
    """Return what turns mean power per bin into power in dBFS terms of a sixth octave, (bands,)."""
    return np.asarray(2.0 * _RELATIVE_WIDTH * CENTRES / sample_rate)


def _k_weights() -> Array:
    sections = k_weighting(_K_RATE)
    return np.asarray(np.prod([np.abs(response(one, CENTRES, _K_RATE)) ** 2 for one in sections], axis=0))


#: Of sixth octaves at :data:`CENTRES`.
K_WEIGHTS = _k_weights()


def level_db(powers: NDArray[np.floating], sample_rate: float) -> float:
    """Return the K-weighted level of mean powers per bin, (windows, bands), in dB: loudness without gates."""
    mean = powers.mean(axis=0, dtype=np.float64) * band_factors(sample_rate)
    return float(10.0 * np.log10(mean @ (K_WEIGHTS * usable_bands(sample_rate)) + 1e-12) - 0.691)


def to_frames(powers: NDArray[np.floating], dynamics: NDArray[np.floating], sample_rate: float) -> Frames:
    """Bring measurements to what networks hear.

    Parameters
    ----------
    powers
        Mean power per bin, (windows, 57); see :func:`tonewright.analysis.survey.window_powers`.
    dynamics
        (windows, 8); see :func:`tonewright.analysis.dynamics.window_dynamics`.
    sample_rate
        In Hz.
    """
    level = level_db(powers, sample_rate)
    gain = WORKING_DB - level
    bands = 10.0 * np.log10(powers * band_factors(sample_rate) + 1e-14) + gain
    bands[:, ~usable_bands(sample_rate)] = FLOOR_DB
    moving = dynamics.astype(np.float64)
    moving[:, :-1] += gain
    values = np.concatenate([np.maximum(bands, FLOOR_DB) - CENTRE_DB, np.maximum(moving, FLOOR_DB)], axis=1)
    values[:, BANDS:-1] += -CENTRE_DB / 2.0
    values /= SCALE_DB
    return Frames(values.astype(np.float32), level)


def hear_frames(survey: Survey) -> Frames:
    """Return what a network hears of a surveyed recording."""
    return to_frames(survey.powers, survey.dynamics, survey.sample_rate)
