"""Where results go: beside their recording unless asked otherwise, and refused before the work, not after it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tonewright.errors import OutputError

if TYPE_CHECKING:
    from tonewright.rendering import Source


def beside(recording: str | Path, word: str) -> Path:
    """Return the default output next to an input: ``song.wav`` becomes ``song.WORD.wav``, the unwritable WAV."""
    from tonewright.audio.containers import EXTENSIONS

    path = Path(recording)
    suffix = path.suffix if path.suffix.lower() in EXTENSIONS else ".wav"
    return path.with_name(f"{path.stem}.{word}{suffix}")


def check_places(
    heard: Source, target: Path, others: Iterable[Path], *, report: Path | None, settings_file: Path | None
) -> None:
    """Refuse before the work what could not be written after it; `others` are never written over either."""
    from tonewright.files import refuse_place
    from tonewright.rendering import check_target

    others = list(others)
    check_target(heard, target, others)
    if settings_file is not None:
        place = refuse_place(settings_file, [*heard.inputs, *others])
        if place == refuse_place(target, []):
            raise OutputError(f"{settings_file} is the output too; choose another name for the settings.")
    refuse_file(report, "name a folder for the report")


def refuse_file(folder: Path | None, advice: str) -> None:
    """Refuse a folder that is a file."""
    if folder is not None and folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file; {advice}.")


def path_of(name: str | None) -> Path | None:
    """Return a named place as a path."""
    return None if name is None else Path(name)
