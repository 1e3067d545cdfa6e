"""The presets that make a recording neutral before its own sound is to be found again: DeepAFx-ST's.

The NDMP paper (section 5.3) applies "a neutral EQ preset (mimicking a typical broadcast-style baseline)" and gives no
numbers. The published presets that this can mean are *neutral* and *broadcast* of DeepAFx-ST (C. Steinmetz et al.,
arXiv:2207.08759, ``adobe-research/DeepAFx-ST@49bd0c8:scripts/generate_styles.py``): two shelves, then one compressor,
every value drawn uniformly for each recording. Both are here, and neither is known to be the paper's.

Written from a table of their ranges. It says of the shelves' Q that it is the default, taken to be Butterworth's, and
nothing of knee and makeup, taken to be 0, nor how attack and release are to be read: they are taken as they stand, as
10 to 90 % times. Thresholds hold for a peak of -12 dBFS, to which DeepAFx-ST brings all recordings.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from tonewright.errors import AudioError
from tonewright.layouts import BUTTERWORTH
from tonewright.settings import Band, BandType, Compressor, Settings

Preset = Literal["neutral", "broadcast"]

#: Peak at which the presets were made, in dBFS.
PEAK_DB = -12.0


@dataclass(frozen=True)
class Ranges:
    """What a preset draws from, all uniformly: gains of both shelves in dB, the compressor's values in real units."""

    shelf_db: tuple[float, float]
    threshold_db: tuple[float, float]
    ratio: tuple[float, float]
    attack_ms: tuple[float, float]
    release_ms: tuple[float, float]


#: Where the shelves turn, in Hz.
SHELVES: tuple[tuple[BandType, float, float], ...] = (("low_shelf", 80.0, 200.0), ("high_shelf", 6000.0, 8000.0))

PRESETS: dict[Preset, Ranges] = {
    "neutral": Ranges((1.0, 3.0), (-30.0, -20.0), (1.5, 2.0), (50.0, 70.0), (100.0, 300.0)),
    "broadcast": Ranges((2.0, 6.0), (-50.0, -40.0), (3.0, 5.0), (5.0, 30.0), (50.0, 150.0)),
}


def draw_preset(name: Preset, rng: np.random.Generator) -> Settings:
    """Draw a preset's settings, for recordings with a peak of :data:`PEAK_DB`; the note holds its name."""
    ranges = PRESETS[name]
    bands = [
        Band(type=kind, gain_db=rng.uniform(*ranges.shelf_db), frequency_hz=rng.uniform(low, high), q=BUTTERWORTH)
        for kind, low, high in SHELVES
    ]
    compressor = Compressor(
        threshold_db=rng.uniform(*ranges.threshold_db),
        ratio=rng.uniform(*ranges.ratio),
        attack_ms=rng.uniform(*ranges.attack_ms),
        release_ms=rng.uniform(*ranges.release_ms),
        knee_db=0.0,
        makeup_db=0.0,
    )
    return Settings(bands=tuple(bands), compressor=compressor, note=name)


def for_level_of(settings: Settings, samples: ArrayLike) -> Settings:
    """Return a preset's settings for a recording at its own level: the same sound as at a peak of -12 dBFS.

    Raises
    ------
    AudioError
        If the recording is silent.
    """
    peak = float(np.max(np.abs(np.asarray(samples)), initial=0.0))
    if peak <= 0.0:
        raise AudioError("A preset has nothing to work on in a silent recording.")
    return settings.at_level(20.0 * math.log10(peak) - PEAK_DB)
