"""How numbers are said: rounded as far as they are known, p-values never as zero."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tonewright.statistics import Interval

#: Below this a corrected p counts as a difference that was shown.
ALPHA = 0.05


def number(value: float | None, places: int = 2) -> str:
    """Return a number with so many decimals, no negative zero; what has no value is a dash."""
    if value is None or not math.isfinite(value):
        return "-"
    text = f"{value:.{places}f}"
    return text.removeprefix("-") if float(text) == 0.0 else text


def interval(value: Interval, places: int = 2) -> str:
    """Return an estimate with its interval in brackets; without one the estimate alone."""
    if not (math.isfinite(value.low) and math.isfinite(value.high)):
        return number(value.estimate, places)
    return f"{number(value.estimate, places)} [{number(value.low, places)}, {number(value.high, places)}]"


def bounds(value: Interval, places: int = 2) -> str:
    """Return an interval for a sentence."""
    if not (math.isfinite(value.low) and math.isfinite(value.high)):
        return "no interval, too few listeners"
    return f"95 % interval {number(value.low, places)} to {number(value.high, places)}"


def p_value(p: float | None) -> str:
    """Return a p-value for a table."""
    if p is None or not math.isfinite(p):
        return "-"
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def p_said(p: float) -> str:
    """Return a p-value for a sentence."""
    shown = p_value(p)
    return f"p {shown}" if shown.startswith("<") else f"p = {shown}"


def percent(share: float) -> str:
    """Return a share in whole per cent."""
    return f"{100.0 * share:.0f} %"


def counted(count: int, what: str, many: str | None = None) -> str:
    """Return a count with its noun."""
    return f"{count} {what if count == 1 else many or what + 's'}"


def listed(parts: Sequence[str]) -> str:
    """Return parts as "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
