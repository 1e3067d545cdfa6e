"""Axes of the charts: log frequency over the range of hearing, round steps in dB."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

LOWEST_HZ, HIGHEST_HZ = 20.0, 20_000.0
#: Ticks of the frequency axis, in Hz, and what they are called.
FREQUENCY_TICKS = {
    20.0: "20", 50.0: "50", 100.0: "100", 200.0: "200", 500.0: "500",
    1_000.0: "1k", 2_000.0: "2k", 5_000.0: "5k", 10_000.0: "10k", 20_000.0: "20k",
}  # fmt: skip
_STEPS = (1, 2, 3, 6, 10, 12, 20, 30, 50)


def place(frequency_hz: ArrayLike) -> Array:
    """Map frequencies to the axis: 0 at 20 Hz, 1 at 20 kHz; what lies outside stops at its ends."""
    clipped = np.clip(np.asarray(frequency_hz, dtype=np.float64), LOWEST_HZ, HIGHEST_HZ)
    return np.log(clipped / LOWEST_HZ) / math.log(HIGHEST_HZ / LOWEST_HZ)


def decibel_ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Return round values from ``low`` to ``high``, no more than ``most``, zero among them where it lies inside."""
    span = high - low
    steps = [*_STEPS, *(100 * 2**power for power in range(10))]
    step = next((step for step in steps if span / step <= most - 1), steps[-1])
    first = math.ceil(low / step - 1e-9)
    return [float(step * k) for k in range(first, math.floor(high / step + 1e-9) + 1)]


def rounded_limits(low: float, high: float, least: float) -> tuple[float, float]:
    """Widen an interval to whole steps and to no less than ``least`` dB."""
    step = 3.0 if high - low <= 30 else 6.0 if high - low <= 72 else 12.0
    low, high = step * math.floor(low / step + 1e-9), step * math.ceil(high / step - 1e-9)
    while high - low < least:
        high += step
        low -= step if high - low < least else 0.0
    return low, high
