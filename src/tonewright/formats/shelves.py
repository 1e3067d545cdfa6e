"""What other programs call a shelf: slopes and corners, turned into our midpoint and Q."""

from __future__ import annotations

import math


def q_of_slope(slope: float, gain_db: float) -> float:
    """Return Q of a shelf with slope S (1: as steep as it goes without a bump).

    Source: Audio EQ Cookbook, ``1/Q = sqrt((A + 1/A)(1/S - 1) + 2)``.
    """
    a = math.pow(10.0, gain_db / 40.0)
    return 1.0 / math.sqrt((a + 1.0 / a) * (1.0 / slope - 1.0) + 2.0)


def slope_of_q(q: float, gain_db: float) -> float:
    """Return the slope S of a shelf with Q; the inverse of :func:`q_of_slope`."""
    a = math.pow(10.0, gain_db / 40.0)
    return 1.0 / ((1.0 / (q * q) - 2.0) / (a + 1.0 / a) + 1.0)


def midpoint_of_corner(kind: str, corner_hz: float, gain_db: float, slope: float) -> float:
    """Return the midpoint of a shelf given by its corner, as Equalizer APO's ``LS`` and ``HS`` are."""
    factor = math.pow(10.0, abs(gain_db) / 80.0 / slope)
    return corner_hz * factor if kind == "low_shelf" else corner_hz / factor


def q_of_bandwidth(octaves: float) -> float:
    """Return Q of a peak with a bandwidth in octaves between its half-gain points.

    Source: Audio EQ Cookbook's analogue prototype, ``1/Q = 2 sinh(ln(2)/2 BW)``.
    """
    return 1.0 / (2.0 * math.sinh(math.log(2.0) / 2.0 * octaves))
