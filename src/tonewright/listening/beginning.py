"""Study files to begin with, one of each kind."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from tonewright.errors import OutputError
from tonewright.files import write_text
from tonewright.listening.study.model import StudyError

_FOLDER = resources.files("tonewright.listening") / "templates"


def kinds() -> list[str]:
    """Return the kinds that there are templates for."""
    return sorted(each.name.removesuffix(".toml") for each in _FOLDER.iterdir() if each.name.endswith(".toml"))


def write_template(kind: str, path: Path, track: Path | None = None) -> Path:
    """Write a commented study file of a kind.

    Parameters
    ----------
    kind
        One of :func:`kinds`.
    path
        Where; an existing file is not written over.
    track
        A recording that stands in it instead of the placeholder ``song.wav``.

    Raises
    ------
    StudyError
        If there is no such kind.
    OutputError
        If the file exists or cannot be written.
    """
    if kind not in kinds():
        raise StudyError(f"{kind!r} is no kind of study; choose among {', '.join(kinds())}.")
    if path.exists():
        raise OutputError(f"{path} exists already; choose another name or remove it.")
    text = (_FOLDER / f"{kind}.toml").read_text(encoding="utf-8")
    if track is not None:
        text = text.replace("song.wav", track.as_posix())
    return write_text(path, text)
