"""Files to be kept: the recording through settings, exactly as the command line writes it, and the settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tonewright.files import write_text
from tonewright.rendering import Progress, render_file
from tonewright.studio.tasks.common import chain_of, source_of


def render(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write a recording through settings: the same call, hence the same bytes, as ``tonewright render``."""
    chain = chain_of(arguments["settings"]).scaled(arguments["amount"])
    source = source_of(arguments["recording"])
    done = render_file(source, arguments["target"], chain, ceiling_db=arguments["ceiling_db"], progress=progress)
    return {
        "format": str(done.written.format),
        "settings": done.settings.to_dict(),
        "timeline": None if done.timeline is None else done.timeline.to_dict(),
        "lowered_db": done.lowered_db,
        "true_peak_dbtp": done.true_peak_dbtp,
        "clipped": done.written.clipped,
        "notes": done.notes,
        "dropped": done.written.dropped,
    }


def settings(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write a settings or timeline file."""
    progress("writing", 0.0)
    chain = chain_of(arguments["settings"])
    write_text(Path(arguments["target"]), json.dumps(chain.to_dict(), indent=2) + "\n")
    return {}
