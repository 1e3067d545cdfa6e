"""Numbers as files hold them: read strictly, written without more digits than they need."""

from __future__ import annotations

import math
import re
from typing import Any

_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,3})?")


def number(text: str) -> float:
    """Read one finite number, with a decimal point or a decimal comma; raises ``ValueError`` for anything else."""
    text = text.strip().replace("−", "-")
    if not text.isascii() or not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is no number")
    value = float(text.replace(",", "."))
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is no finite number")
    return value


def plain_number(value: Any) -> float:
    """Return a number out of JSON or YAML; text, booleans, infinities and NaN raise ``ValueError``."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is no number")
    try:
        converted = float(value)
    except OverflowError:
        converted = math.inf
    if not math.isfinite(converted):
        raise ValueError("a number is not finite")
    return converted


def short(value: float, decimals: int = 6) -> str:
    """Write a number with at most so many decimals, without trailing zeros and without ``-0``."""
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def rounded(value: float, decimals: int = 6) -> float:
    """Round for JSON and YAML, without ``-0.0``."""
    return round(float(value), decimals) + 0.0
