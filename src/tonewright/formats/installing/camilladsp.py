"""CamillaDSP: our filters, processors and steps in the user's configuration; its devices stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tonewright.formats.exporting import export
from tonewright.formats.installing import camilladsp_merge as merging
from tonewright.formats.installing.contract import File, Installation, InstallError, check_name, read_if_there, real
from tonewright.formats.installing.places import Places
from tonewright.settings import Settings

_DEFAULT_RATE = 48_000.0


def plan(settings: Settings, name: str, places: Places, *, config: Path | None = None) -> Installation:
    """Say what an installation would write; ``config`` is the configuration instead of the statefile's."""
    check_name(name)
    path = real(places.camilladsp() if config is None else config)
    content = read_if_there(path)
    if content is None:
        raise InstallError(
            f"There is no configuration {path}; tonewright export --to camilladsp-full writes one to start from."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InstallError(f"{path} is no text in UTF-8.") from None
    found = merging.load(text, str(path))
    preset, notes, exactness, error = preset_for(settings, found)
    whole = merging.merged(found, preset)
    # Nothing to change is nothing to write: the user's own layout and comments stay.
    new = content if whole == found else merging.dump(whole).encode("utf-8")
    if new != content and "#" in text:
        notes = (*notes, "Comments in the configuration are lost in the new file; --undo brings the old one back.")
    return Installation(
        program="camilladsp",
        name=name,
        files=(File(path, new),),
        next_step="Reload CamillaDSP's configuration (in its GUI, or by the signal HUP), or install with --live.",
        notes=notes,
        exactness=exactness,
        max_error_db=error,
    )


def preset_for(settings: Settings, config: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...], str, float]:
    """Return settings as our parts of a configuration, with notes, exactness and largest error in dB."""
    done = export(settings, "camilladsp", rate_hz=merging.sample_rate(config) or _DEFAULT_RATE)
    text = done.text if isinstance(done.text, str) else done.text.decode("utf-8")
    preset = merging.named(merging.load(text, "the export"), merging.channels(config))
    return preset, done.warnings, done.exactness, done.max_error_db
