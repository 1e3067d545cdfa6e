"""Presets of other programs, in and out, with stated exactness.

    done = export(settings, "camilladsp", rate_hz=48_000)
    done.text, done.exactness, done.max_error_db, done.warnings
    parse(text).settings

Names are loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tonewright.lazy import attach

if TYPE_CHECKING:
    from tonewright.formats.contract import Export as Export
    from tonewright.formats.contract import Imported as Imported
    from tonewright.formats.contract import Limits as Limits
    from tonewright.formats.contract import Program as Program
    from tonewright.formats.exporting import export as export
    from tonewright.formats.parsing import detect as detect
    from tonewright.formats.parsing import parse as parse
    from tonewright.formats.profile import Profile as Profile
    from tonewright.formats.registry import program as program
    from tonewright.formats.registry import programs as programs

_HOMES = {
    "Export": "contract",
    "Imported": "contract",
    "Limits": "contract",
    "Profile": "profile",
    "Program": "contract",
    "detect": "parsing",
    "export": "exporting",
    "parse": "parsing",
    "program": "registry",
    "programs": "registry",
}

__all__ = list(_HOMES)
__getattr__, __dir__ = attach(__name__, _HOMES)
