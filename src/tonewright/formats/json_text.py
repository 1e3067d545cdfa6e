"""JSON as presets hold it, read with one sentence for every fault."""

from __future__ import annotations

import json
from typing import Any

from tonewright.errors import SettingsError
from tonewright.formats.numbers import plain_number


def load_json(text: str, title: str) -> Any:
    """Load JSON; infinities, NaN and repeated keys are refused; raises :class:`SettingsError`."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key is given twice")
        return found

    def refuse(name: str) -> float:
        raise ValueError(f"{name} is no number a preset may have")

    try:
        return json.loads(text, parse_constant=refuse, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{title}: the file is not JSON: {' '.join(str(error).split())[:120]}.") from None


def mapping(value: Any, title: str, what: str) -> dict[str, Any]:
    """Return a JSON object or raise."""
    if not isinstance(value, dict):
        raise SettingsError(f"{title}: {what} is missing or no object.")
    return value


def numeric(data: dict[str, Any], key: str, title: str, what: str, default: float | None = None) -> float:
    """Return a number under a key or raise."""
    value = data.get(key, default)
    if value is None:
        raise SettingsError(f"{title}: {key} of {what} is missing.")
    try:
        return plain_number(value)
    except ValueError:
        raise SettingsError(f"{title}: {key} of {what} is no number.") from None
