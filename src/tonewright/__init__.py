"""Tonewright: an intelligent equalizer.

    import tonewright as tw
    song = tw.read("song.wav")
    result = tw.match(song, reference="hit.flac", amount=0.7)
    result.write("song.matched.wav")

Names are loaded on first use, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tonewright.lazy import attach

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
__getattr__, __dir__ = attach(__name__, _HOMES, _ROOMS)
