"""From the coefficients of a section back to type, frequency, gain and Q: the cookbook's formulas solved."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tonewright.formats.stages import Filter, Gain, Stage
from tonewright.processor.filters import biquad

Array = NDArray[np.float64]
#: How far the coefficients of the solution may be from those given.
_SAME = 1e-7


def filter_of(row: Array, rate_hz: float) -> list[Stage] | None:
    """Return the gain and filter that have these coefficients, or ``None`` if none of ours has.

    Parameters
    ----------
    row
        b0, b1, b2, a1, a2, divided by a0; a filter may carry a gain in its b coefficients.
    """
    b0, b1, b2, a1, a2 = (float(value) for value in row)
    if b1 == b2 == a1 == a2 == 0.0:
        return [Gain(20.0 * math.log10(b0))] if b0 > 0.0 else None
    for one in _candidates(b0, b1, b2, a1, a2, rate_hz):
        with np.errstate(all="ignore"):
            same = np.allclose(biquad(one.type, one.gain_db, one.frequency_hz, one.q, rate_hz), row, atol=_SAME, rtol=0)
        if same:
            return [one]
    return None


def _candidates(b0: float, b1: float, b2: float, a1: float, a2: float, rate_hz: float) -> list[Filter]:
    if not -1.0 < a2 < 1.0:
        return []
    found: list[Filter] = []
    # Peak: a = (1 + alpha/A, -2c, 1 - alpha/A), b = (1 + alpha A, -2c, 1 - alpha A).
    over = (1.0 - a2) / (1.0 + a2)
    c = -a1 * (1.0 + over) / 2.0
    up = b0 * (1.0 + over) - 1.0
    if up > 0.0:
        _add(found, "peak", c, math.sqrt(up * over), 20.0 * math.log10(up / over), rate_hz)
    _add(found, "low_pass", c, over, 0.0, rate_hz)
    _add(found, "high_pass", c, over, 0.0, rate_hz)
    # Shelves: the gain at one end is A squared, at the other 1.
    ends = ((b0 + b1 + b2, 1.0 + a1 + a2, "low_shelf", 1.0), (b0 - b1 + b2, 1.0 - a1 + a2, "high_shelf", -1.0))
    for up, down, kind, sign in ends:
        if up <= 0.0 or down <= 0.0:
            continue
        a = math.sqrt(up / down)
        k = sign * a1 / (1.0 + a2)
        bottom = (a + 1.0) + k * (a - 1.0)
        if bottom == 0.0:
            continue
        c = -sign * (k * (a + 1.0) + (a - 1.0)) / bottom
        middle = (a + 1.0) + sign * (a - 1.0) * c
        alpha = middle * over / (2.0 * math.sqrt(a))
        _add(found, kind, c, alpha, 40.0 * math.log10(a), rate_hz)
    return found


def _add(found: list[Filter], kind: str, cosine: float, alpha: float, gain_db: float, rate_hz: float) -> None:
    if -1.0 < cosine < 1.0 and alpha > 0.0:
        w0 = math.acos(cosine)
        found.append(Filter(kind, w0 * rate_hz / (2.0 * math.pi), gain_db, math.sin(w0) / (2.0 * alpha)))
