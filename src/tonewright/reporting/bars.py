"""Compressors as bars over frequency, in lanes so that no two labels overlap."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from tonewright.reporting import phrases
from tonewright.reporting.scales import place
from tonewright.settings import Band, Compressor, Settings

_GAP = 0.012
_NARROWEST = 0.02


@dataclass(frozen=True)
class Bar:
    """One compressor: its range on the frequency axis (0 to 1), its label, and where that stands.

    Attributes
    ----------
    low, high
        Ends of the bar on the axis.
    label
        Ratio, threshold and makeup.
    middle
        Of the label, on the axis: in the bar where it fits, else beside it.
    lane
        Row, 0 the uppermost.
    """

    low: float
    high: float
    label: str
    middle: float
    lane: int


def compressor_bars(settings: Settings, characters: float) -> list[Bar]:
    """Lay out one bar for each compressor that acts, the outer one last, over the whole axis.

    Parameters
    ----------
    settings
        Whose compressors are shown: in a crossover between its splits, else under what their band's filter reaches.
    characters
        How many characters of a label fit along the axis.
    """
    wanted = [
        (*_reach(settings, index), compressor_label(band.compressor))
        for index, band in enumerate(settings.bands)
        if band.compressor is not None and not band.compressor.is_neutral
    ]
    wanted.sort()
    if settings.compressor is not None and not settings.compressor.is_neutral:
        wanted.append((0.0, 1.0, compressor_label(settings.compressor) + " on everything"))
    return list(_packed(wanted, characters))


def compressor_label(compressor: Compressor) -> str:
    """Return ratio, threshold and makeup, as far as they act."""
    makeup = f", {phrases.decibels(compressor.makeup_db)}" if abs(compressor.makeup_db) >= 0.05 else ""
    if compressor.ratio == 1.0:
        return phrases.decibels(compressor.makeup_db)
    return f"{phrases.ratio(compressor.ratio)} above {phrases.level(compressor.threshold_db)}{makeup}"


def _reach(settings: Settings, index: int) -> tuple[float, float]:
    band = settings.bands[index]
    if settings.topology == "crossover":
        splits = settings.crossover_hz
        low = float(place(splits[index - 1])) if index > 0 else 0.0
        high = float(place(splits[index])) if index < len(splits) else 1.0
    else:
        low_hz, high_hz = filter_reach_hz(band)
        low, high = float(place(low_hz)), float(place(high_hz))
    middle = min(max((low + high) / 2, _NARROWEST / 2), 1.0 - _NARROWEST / 2)
    return min(low, middle - _NARROWEST / 2), max(high, middle + _NARROWEST / 2)


def filter_reach_hz(band: Band) -> tuple[float, float]:
    """Return the range that a filter treats, in Hz: from half gain to half gain, or to the end of hearing."""
    f = band.frequency_hz
    if band.type in ("low_shelf", "low_pass"):
        return min(20.0, f), f
    if band.type in ("high_shelf", "high_pass"):
        return f, max(20_000.0, f)
    octaves = 2.0 * math.asinh(0.5 / band.q) / math.log(2.0)
    return f * 2.0 ** (-octaves / 2), f * 2.0 ** (octaves / 2)


def _packed(wanted: Iterable[tuple[float, float, str]], characters: float) -> Iterable[Bar]:
    ends: list[list[tuple[float, float]]] = []
    for low, high, label in wanted:
        half = min(0.5, (len(label) + 1) / characters / 2)
        middle = min(max(_beside(low, high, half), half), 1.0 - half)
        left, right = min(low, middle - half), max(high, middle + half)
        lane = 0
        while lane < len(ends) and any(left < end + _GAP and start < right + _GAP for start, end in ends[lane]):
            lane += 1
        if lane == len(ends):
            ends.append([])
        ends[lane].append((left, right))
        yield Bar(low, high, phrases.typeset(label), middle, lane)


def _beside(low: float, high: float, half: float) -> float:
    """Return the middle of a label: of the bar, or right of it, or left of it."""
    if 2 * half <= high - low:
        return (low + high) / 2
    if high + 2 * half <= 1.0:
        return high + half
    return low - half if low - 2 * half >= 0.0 else (low + high) / 2
