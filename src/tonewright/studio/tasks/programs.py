"""Presets of other programs, out and in."""

from __future__ import annotations

import json
from typing import Any

from tonewright import formats
from tonewright.errors import SettingsError
from tonewright.files import write_bytes
from tonewright.rendering import Progress, Timeline
from tonewright.settings import Settings
from tonewright.studio.tasks.common import chain_of


def programs(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """List what settings can be exported to."""
    del arguments
    progress("listing programs", 0.0)
    return {"programs": [one.to_dict() for one in formats.programs().values() if one.write is not None]}


def export(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write settings in another program's words; see :func:`tonewright.formats.export`."""
    progress("exporting", 0.0)
    chain = chain_of(arguments["settings"])
    if isinstance(chain, Timeline):
        raise SettingsError("Other programs know no sections; export the settings of one of them.")
    done = formats.export(chain, arguments["program"], rate_hz=arguments["rate_hz"])
    write_bytes(arguments["target"], done.content)
    return {**done.to_dict(), "bytes": len(done.content)}


def import_text(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Read settings, a timeline, or a preset of another program."""
    progress("reading", 0.0)
    text, program = arguments["text"], arguments["program"]
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if program in (None, "tonewright") and isinstance(data, dict) and {"bands", "sections"} & data.keys():
        if "sections" in data:
            return {"timeline": Timeline.from_dict(data, arguments["name"]).to_dict(), **_OWN}
        if "version" in data or "topology" in data:
            return {"settings": Settings.from_dict(data, arguments["name"]).to_dict(), **_OWN}
    return formats.parse(text, program).to_dict()


_OWN: dict[str, Any] = {"program": "tonewright", "warnings": []}
