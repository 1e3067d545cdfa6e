"""Where the files that browsers load lie."""

from __future__ import annotations

from pathlib import Path


def static_folder() -> Path:
    """Return the folder of modules, workers and styles; servers offer it at ``/web/``, its own imports are relative."""
    return Path(__file__).parent / "static"
