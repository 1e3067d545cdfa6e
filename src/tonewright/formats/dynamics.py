"""Our compressors in other programs' units.

Times: ours are 10-90 % times, ``tau = T / ln 9``. What is smoothed differs (we: gain in dB behind the gain computer;
LSP and ffmpeg: linear level before it; CamillaDSP: level in dB before it), so static curves agree and transients do
not.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tonewright.formats.contract import Notes
from tonewright.formats.stages import Dynamics

Array = NDArray[np.float64]

#: From our 10-90 % time to the time constant.
TO_TAU = 1.0 / math.log(9.0)
#: LSP's and EasyEffects' time to 1 - sqrt(1/2), measured in time constants.
TO_LSP = -math.log(1.0 - math.sqrt(0.5)) * TO_TAU
#: ffmpeg states four time constants.
TO_FFMPEG = 4.0 * TO_TAU
#: Peak levels of music, where no material is given: mean and standard deviation in dBFS.
USUAL_LEVELS = (-20.0, 12.0)


def level_weights(levels: Array, material_db: Array | None = None) -> Array:
    """Return how often each of equally spaced levels in dB occurs: in the material, else in music as it is usual."""
    if material_db is not None and material_db.size:
        edges = np.concatenate([levels - (levels[1] - levels[0]) / 2.0, [levels[-1] + (levels[1] - levels[0]) / 2.0]])
        counts = np.histogram(material_db, edges)[0].astype(np.float64)
        if counts.sum() > 0.0:
            return np.asarray(counts / counts.sum())
    mean, deviation = USUAL_LEVELS
    weights = np.exp(-0.5 * ((levels - mean) / deviation) ** 2)
    return np.asarray(weights / weights.sum())


def fold_knee(one: Dynamics, material_db: Array | None = None) -> tuple[Dynamics, float]:
    """Replace a soft knee by a hard one, by least squares over the levels of the material.

    For each threshold inside the knee the best slope is a closed form; the best of these thresholds is taken.

    Returns
    -------
    The compressor without a knee, and its largest difference from the soft one in dB, on steady levels.
    """
    if one.knee_db <= 0.0 or one.ratio <= 1.0:
        return replace(one, knee_db=0.0), 0.0
    levels = np.arange(-100.0, 20.0, 0.5)
    # Levels that reach the compressor lie around its threshold, whatever gains stand before it.
    levels = levels if levels[0] < one.threshold_db < levels[-1] else levels + one.threshold_db
    weights = level_weights(levels, material_db) + 1e-9
    soft = reduction(one, levels)
    thresholds = one.threshold_db + one.knee_db * np.linspace(-0.5, 0.5, 61)
    over = np.maximum(levels[None, :] - thresholds[:, None], 0.0)
    power = (weights * over**2).sum(axis=1)
    slopes = np.clip((weights * over * soft).sum(axis=1) / np.maximum(power, 1e-12), 0.0, 0.99)
    costs = (weights * (slopes[:, None] * over - soft) ** 2).sum(axis=1)
    best = int(np.argmin(costs))
    folded = replace(one, threshold_db=float(thresholds[best]), ratio=float(1.0 / (1.0 - slopes[best])), knee_db=0.0)
    heard = (levels > one.threshold_db - one.knee_db) & (levels <= max(0.0, one.threshold_db + one.knee_db))
    off = np.abs(reduction(folded, levels) - soft)[heard]
    return folded, float(off.max(initial=0.0))


def reduction(one: Dynamics, level_db: Array) -> Array:
    """Return by how many dB a compressor lowers steady levels, makeup aside."""
    over = level_db - one.threshold_db + one.knee_db / 2.0
    part = np.clip(over / max(one.knee_db, 1e-9), 0.0, 1.0)
    excess = one.knee_db * part**2 / 2.0 + np.maximum(over - one.knee_db, 0.0)
    return np.asarray((1.0 - 1.0 / one.ratio) * excess)


def bounded(value: float, low: float, high: float, what: str, notes: Notes) -> float:
    """Bring a value into a program's range and say so."""
    kept = min(max(value, low), high)
    if abs(kept - value) > 1e-9 * max(1.0, abs(value)):
        notes.converted(f"{what} of {value:.4g} is beyond what the program takes and is written as {kept:.4g}.")
    return kept
