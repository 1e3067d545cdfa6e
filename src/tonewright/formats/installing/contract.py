"""What an installation is: files with their new content, and what the user does next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tonewright.errors import OutputError

#: Presets are called this unless a name is given.
DEFAULT_NAME = "Tonewright"
_NAME = re.compile(r"[^\W_][\w .+()&-]{0,62}[\w.+()&-]?", re.UNICODE)
#: Names that Windows keeps for devices.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class InstallError(OutputError):
    """A preset cannot be put where its program looks, or taken back."""


@dataclass(frozen=True)
class File:
    """A file and what it shall hold.

    Attributes
    ----------
    path
        Where it is, links resolved.
    content
        All of it; ``None`` if it shall not be there.
    """

    path: Path
    content: bytes | None


@dataclass(frozen=True)
class Installation:
    """Everything that one installation writes.

    Attributes
    ----------
    program, name
        Of :func:`tonewright.formats.programs`; of the preset.
    files
        In the order in which they are written.
    next_step
        One sentence: what the user does to hear it.
    notes
        What the conversion and the place have to say, one sentence each.
    exactness, max_error_db
        Of the conversion; see :class:`~tonewright.formats.contract.Export`.
    """

    program: str
    name: str
    files: tuple[File, ...]
    next_step: str
    notes: tuple[str, ...]
    exactness: str
    max_error_db: float


def check_name(name: str) -> str:
    """Return a preset's name, or raise :class:`InstallError` if it makes no file name on every system."""
    if not _NAME.fullmatch(name) or _DEVICES.fullmatch(name) or name.endswith("."):
        raise InstallError(
            f"{name!r} is no name for a preset: up to 64 letters, digits, spaces and . + - ( ) &, no sign first."
        )
    return name


def slug(name: str) -> str:
    """Return a name as part of a file name: lower case, hyphens.

    Examples
    --------
    >>> slug("Late Dinner (2)")
    'late-dinner-2'
    """
    return re.sub(r"[^\w]+", "-", name.lower()).strip("-_") or "tonewright"


def read_if_there(path: Path) -> bytes | None:
    """Return what a file holds, ``None`` if it is not there; raises :class:`InstallError` if it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise InstallError(f"{path} cannot be read ({problem.strerror or problem}); check permissions.") from None


def real(path: Path) -> Path:
    """Return a path with links resolved: a linked configuration is written where it really is."""
    try:
        return path.expanduser().resolve()
    except (OSError, RuntimeError) as problem:
        raise InstallError(f"{path} is no path that can be used ({problem}).") from None
