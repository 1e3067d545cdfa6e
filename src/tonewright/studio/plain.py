"""Plain data for JSON, which knows neither infinity nor numpy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def plain(value: Any) -> Any:
    """Turn numpy's arrays and numbers into Python's, what is not finite into ``None``, all the way down.

    Examples
    --------
    >>> plain({"lufs": float("-inf"), "points": (1, 2.5)})
    {'lufs': None, 'points': [1, 2.5]}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Path):
        return value.name
    if not isinstance(value, str) and hasattr(value, "tolist"):
        return plain(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value
