"""Two recordings side by side, as if they were equally loud: tone in third octaves, dynamics band by band."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import CENTRES, RANGES
from tonewright.analysis.survey import Survey, survey
from tonewright.analysis.thirds import THIRDS, third_octaves
from tonewright.audio.meters import Loudness
from tonewright.errors import AudioError

Array = NDArray[np.float64]

#: Levels this far below the loudest band, in dB, count as silence.
_FLOOR_DB = 75.0
#: Windows this far below the mean power are pauses, as for the loudness range (EBU Tech 3342).
_PAUSE_DB = 20.0
#: The part of the windows that is neither the softest nor the loudest, as for the loudness range.
_SOFT, _LOUD = 10.0, 95.0


@dataclass(frozen=True)
class Portrait:
    """What is compared of one recording.

    Attributes
    ----------
    name
        What it is called.
    sample_rate, channels, frames
        Of the recording.
    loudness
        Meter readings of the whole.
    tone_db
        Level of each of :data:`~tonewright.analysis.thirds.THIRDS` relative to the integrated loudness, (29,), in dB;
        NaN above what the sample rate holds.
    spread_db
        How far the level moves over time in each of :data:`~tonewright.analysis.bands.RANGES`: from the 10th to the
        95th percentile over windows of 93 ms, pauses left out, (8,), in dB; NaN where the range holds nothing.
    """

    name: str
    sample_rate: int
    channels: int
    frames: int
    loudness: Loudness
    tone_db: Array
    spread_db: Array

    @property
    def peak_to_loudness_lu(self) -> float:
        """True peak over integrated loudness: what is left of the hits, whatever the level."""
        return self.loudness.true_peak_dbtp - self.loudness.integrated_lufs


def portrait(
    name: str,
    blocks: Iterable[NDArray[Any]],
    sample_rate: int,
    channels: int,
    progress: Callable[[int], None] | None = None,
) -> Portrait:
    """Measure a recording in one pass over its blocks, (channels, frames) each.

    Raises
    ------
    AudioError
        If it is silent or shorter than 400 ms: it has no loudness at which it could be compared.
    """
    heard = survey(blocks, sample_rate, channels, progress)
    lufs = heard.loudness.integrated_lufs
    if not math.isfinite(lufs):
        raise AudioError(f"{name} is silent or shorter than 400 ms and cannot be compared at equal loudness.")
    tone = np.full(THIRDS.size, np.nan)
    _, levels = third_octaves(heard)
    tone[: levels.size] = np.maximum(levels, levels.max() - _FLOOR_DB) - lufs
    return Portrait(name, sample_rate, channels, heard.frames, heard.loudness, tone, _spread(heard))


def _spread(heard: Survey) -> Array:
    # Sixth octaves are equally wide on a log axis: a range's power is that of its bands, each times its width in Hz.
    power = heard.powers.astype(np.float64) * CENTRES
    audible = heard.audible()
    whole = power[:, audible].sum(axis=1)
    loud = whole > whole.mean() * 10.0 ** (-_PAUSE_DB / 10.0)
    spread = np.full(len(RANGES), np.nan)
    for index, (low, high) in enumerate(RANGES):
        inside = audible & (low <= CENTRES) & (high > CENTRES)
        if not inside.any():
            continue
        levels = 10.0 * np.log10(power[loud][:, inside].sum(axis=1) + 1e-9)
        soft, top = np.percentile(levels, (_SOFT, _LOUD))
        spread[index] = top - soft
    return spread


@dataclass(frozen=True)
class Difference:
    """How one recording differs from another: its own values minus the other's.

    Attributes
    ----------
    loudness_lu, true_peak_db
        As they are played.
    range_lu, crest_db, peak_to_loudness_lu
        Of the dynamics of the whole.
    tone_db
        At equal loudness, (29,), in dB; NaN where one of the two knows nothing.
    tone_distance_db
        Mean magnitude of ``tone_db`` with its median removed: how different the two sound in tone.
    spread_db
        Per range, (8,), in dB; NaN where one of the two holds nothing.
    """

    loudness_lu: float
    true_peak_db: float
    range_lu: float
    crest_db: float
    peak_to_loudness_lu: float
    tone_db: Array
    tone_distance_db: float
    spread_db: Array


def difference(base: Portrait, other: Portrait) -> Difference:
    """Return how ``other`` differs from ``base``."""
    a, b = base.loudness, other.loudness
    tone = other.tone_db - base.tone_db
    return Difference(
        loudness_lu=b.integrated_lufs - a.integrated_lufs,
        true_peak_db=b.true_peak_dbtp - a.true_peak_dbtp,
        range_lu=b.loudness_range_lu - a.loudness_range_lu,
        crest_db=b.crest_db - a.crest_db,
        peak_to_loudness_lu=other.peak_to_loudness_lu - base.peak_to_loudness_lu,
        tone_db=tone,
        tone_distance_db=float(np.nanmean(np.abs(tone - np.nanmedian(tone)))),
        spread_db=other.spread_db - base.spread_db,
    )
