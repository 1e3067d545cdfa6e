"""Plain data for JSON, in which what does not exist is null."""

from __future__ import annotations

import math
from typing import Any


def plain(value: Any) -> Any:
    """Return dictionaries and lists all the way down; tuples become lists, NaN and infinities ``None``."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
