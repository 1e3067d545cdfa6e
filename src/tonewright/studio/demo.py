"""The bundled recordings: in the package where it was installed, in ``examples/`` where it runs from its sources."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent
_FOLDERS = (_HERE / "bundled", _HERE.parents[2] / "examples")
#: Role and file.
FILES = {"song": "song.ogg", "reference": "reference.ogg"}


def demo_files() -> dict[str, Path]:
    """Return the files by role: ``song`` and ``reference``; empty if this installation has none."""
    for folder in _FOLDERS:
        found = {role: folder / name for role, name in FILES.items()}
        if all(path.is_file() for path in found.values()):
            return found
    return {}
