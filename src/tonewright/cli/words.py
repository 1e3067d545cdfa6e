"""Numbers as people read them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tonewright.audio import Loudness, Written


def db(value: float, unit: str = "dB", *, sign: bool = False) -> str:
    """Return a level with one decimal, or a word for silence."""
    if not math.isfinite(value):
        return "none" if unit == "LUFS" else "silence"
    return f"{value:+.1f} {unit}" if sign else f"{value:.1f} {unit}"


def loudness(reading: Loudness) -> str:
    """Return loudness and true peak in one phrase."""
    return f"{db(reading.integrated_lufs, 'LUFS')}, true peak {db(reading.true_peak_dbtp, 'dBTP')}"


def written(result: Written) -> str:
    """Return where a file is and what it holds."""
    return f"{result.path} ({result.format})"


def clock(seconds: float) -> str:
    """Return minutes and seconds: 3:05.2."""
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{int(minutes)}:{rest:04.1f}"
