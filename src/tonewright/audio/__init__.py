"""Files in and out, loudness, true peak, level matching.

Names are loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tonewright.lazy import attach

if TYPE_CHECKING:
    from tonewright.audio.containers import Format as Format
    from tonewright.audio.containers import choose_format as choose_format
    from tonewright.audio.levels import apply_gain as apply_gain
    from tonewright.audio.levels import db_to_gain as db_to_gain
    from tonewright.audio.levels import loudness_gain_db as loudness_gain_db
    from tonewright.audio.meters import Loudness as Loudness
    from tonewright.audio.meters import Meter as Meter
    from tonewright.audio.meters import measure as measure
    from tonewright.audio.prepare import warmup as warmup
    from tonewright.audio.reader import Reader as Reader
    from tonewright.audio.reader import read as read
    from tonewright.audio.sound import Audio as Audio
    from tonewright.audio.sound import refuse_not_finite as refuse_not_finite
    from tonewright.audio.writer import Writer as Writer
    from tonewright.audio.writer import Written as Written
    from tonewright.audio.writing import write as write

_HOMES = {
    "Audio": "sound",
    "Format": "containers",
    "Loudness": "meters",
    "Meter": "meters",
    "Reader": "reader",
    "Writer": "writer",
    "Written": "writer",
    "apply_gain": "levels",
    "choose_format": "containers",
    "db_to_gain": "levels",
    "loudness_gain_db": "levels",
    "measure": "meters",
    "read": "reader",
    "refuse_not_finite": "sound",
    "warmup": "prepare",
    "write": "writing",
}

__all__ = list(_HOMES)
__getattr__, __dir__ = attach(__name__, _HOMES)
