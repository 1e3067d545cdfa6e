"""Tonewright: an intelligent equalizer.

    import tonewright as tw
    song = tw.read("song.wav")
    result = tw.match(song, reference="hit.flac", amount=0.7)
    result.write("song.matched.wav")

Names are loaded on first use, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tonewright import formats as formats
    from tonewright.audio import Audio as Audio
    from tonewright.audio import measure as measure
    from tonewright.audio import read as read
    from tonewright.controllers.auto import auto as auto
    from tonewright.controllers.match import match as match
    from tonewright.controllers.say.saying import say as say
    from tonewright.errors import TonewrightError as TonewrightError
    from tonewright.rendering import render as render
    from tonewright.settings import Band as Band
    from tonewright.settings import Compressor as Compressor
    from tonewright.settings import Settings as Settings

__version__ = "0.1.0"

_HOMES = {
    "Audio": "audio",
    "Band": "settings",
    "Compressor": "settings",
    "Settings": "settings",
    "TonewrightError": "errors",
    "auto": "controllers.auto",
    "match": "controllers.match",
    "measure": "audio",
    "read": "audio",
    "render": "rendering",
    "say": "controllers.say.saying",
}

#: Rooms that are used by their own name: ``tonewright.formats.export(...)``.
_ROOMS = ("formats",)

__all__ = ["__version__", *_HOMES, *_ROOMS]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_ROOMS})
