"""EasyEffects: a preset in the folder of output presets, of version 7 and of a Flatpak too where they are."""

from __future__ import annotations

from pathlib import Path

from tonewright.formats.exporting import export
from tonewright.formats.installing.contract import File, Installation, check_name, real
from tonewright.formats.installing.places import Places
from tonewright.settings import Settings

_NEVER_STARTED = "EasyEffects has never been started by this user; the preset waits for it."


def plan(settings: Settings, name: str, places: Places, *, folder: Path | None = None, rate_hz: float) -> Installation:
    """Say what an installation would write; ``folder`` is the folder of output presets instead of the usual ones."""
    check_name(name)
    done = export(settings, "easyeffects", rate_hz=rate_hz)
    content = done.text.encode("utf-8") if isinstance(done.text, str) else done.text
    notes = list(done.warnings)
    if folder is not None:
        folders = [folder]
    else:
        folders, started = places.easyeffects()
        if not started:
            notes.append(_NEVER_STARTED)
    return Installation(
        program="easyeffects",
        name=name,
        files=tuple(File(real(one / f"{name}.json"), content) for one in folders),
        next_step=f"Choose {name} under Presets, Output in EasyEffects, or run: easyeffects -l '{name}'.",
        notes=tuple(notes),
        exactness=done.exactness,
        max_error_db=done.max_error_db,
    )
