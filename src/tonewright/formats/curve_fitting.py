"""Filters for a curve without filters: one more where the error is largest, then all of them fitted again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonewright.formats.contract import SHELVES_AND_PEAKS, Limits
from tonewright.formats.fitting import Fitted, fit, grid, response_of
from tonewright.formats.stages import Filter

Array = NDArray[np.float64]
_RATE_HZ = 48_000.0
_POINTS = 160
#: Good enough: what rounding to tenths of a decibel does to a curve.
_NEAR_DB = 0.1
_MOST = 12
_LIMITS = Limits(types=SHELVES_AND_PEAKS, gain_db=(-40.0, 40.0), q=(0.15, 12.0), frequency_hz=(15.0, 22_000.0))


def filters_of_curve(frequency_hz: Array, gains_db: Array) -> tuple[Fitted, float]:
    """Fit filters to a curve.

    Parameters
    ----------
    frequency_hz, gains_db
        Points, ascending; straight lines in dB over the logarithm of frequency lie between them.

    Returns
    -------
    The filters and their distance from the curve, and the level in dB before them.
    """
    frequency = grid(_RATE_HZ, _POINTS)
    curve = np.interp(np.log(frequency), np.log(frequency_hz), gains_db)
    # Gains of filters are around the level of the middle.
    level = float(np.median(curve))
    wanted = np.maximum(curve - level, -40.0)
    filters: list[Filter] = []
    best = fit(wanted, filters, _LIMITS, _RATE_HZ)
    while best.worst_db > _NEAR_DB and len(filters) < _MOST:
        off = wanted - response_of(list(best.filters), frequency, _RATE_HZ)
        place = int(np.argmax(np.abs(off)))
        kind = "low_shelf" if place == 0 else "high_shelf" if place == _POINTS - 1 else "peak"
        at = float(frequency[place]) * {"low_shelf": 3.0, "high_shelf": 0.4}.get(kind, 1.0)
        filters = [
            *best.filters,
            Filter(kind, at, float(np.clip(off[place], -30, 30)), 0.7071 if kind != "peak" else 1.5),
        ]
        found = fit(wanted, filters, _LIMITS, _RATE_HZ, evaluations=40)
        if found.rms_db >= best.rms_db * 0.999 and len(filters) > 4:
            break
        best = found
    return best, level
