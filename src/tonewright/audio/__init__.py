"""Files in and out, loudness, true peak, level matching.

Names are loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tonewright.audio.containers import Format as Format
    from tonewright.audio.containers import choose_format as choose_format
    from tonewright.audio.reader import Reader as Reader
    from tonewright.audio.reader import open_reader as open_reader
    from tonewright.audio.reader import read as read
    from tonewright.audio.sound import Audio as Audio
    from tonewright.audio.sound import refuse_not_finite as refuse_not_finite
    from tonewright.audio.writer import Writer as Writer
    from tonewright.audio.writer import Written as Written
    from tonewright.audio.writing import write as write

_HOMES = {
    "Audio": "sound",
    "Format": "containers",
    "Reader": "reader",
    "Writer": "writer",
    "Written": "writer",
    "choose_format": "containers",
    "open_reader": "reader",
    "read": "reader",
    "refuse_not_finite": "sound",
    "write": "writing",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
