"""PipeWire: a part of the filter-chain service's configuration, which makes a sink of its own."""

from __future__ import annotations

import re
from pathlib import Path

from tonewright.formats.exporting import export
from tonewright.formats.installing.contract import File, Installation, check_name, real, slug
from tonewright.formats.installing.places import Places
from tonewright.settings import Settings

_SHOWN = re.compile(r'((?:node\.description|media\.name)\s*=\s*)"[^"]*"')
_NODES = re.compile(r'(node\.name\s*=\s*"effect_(?:input|output)\.)[^"]*"')


def plan(settings: Settings, name: str, places: Places, *, folder: Path | None = None, rate_hz: float) -> Installation:
    """Say what an installation would write; ``folder`` is that of the parts instead of the usual one."""
    check_name(name)
    done = export(settings, "pipewire", rate_hz=rate_hz)
    text = done.text if isinstance(done.text, str) else done.text.decode("utf-8")
    # Two presets at once need two names, for eyes and for the graph.
    text = _SHOWN.sub(lambda found: f'{found[1]}"{name}"', text)
    text = _NODES.sub(lambda found: f'{found[1]}{slug(name)}"', text)
    path = real((places.pipewire() if folder is None else folder) / f"{slug(name)}.conf")
    return Installation(
        program="pipewire",
        name=name,
        files=(File(path, text.encode("utf-8")),),
        next_step=f"Run: systemctl --user restart filter-chain; then choose the output {name} in the sound settings.",
        notes=done.warnings,
        exactness=done.exactness,
        max_error_db=done.max_error_db,
    )
