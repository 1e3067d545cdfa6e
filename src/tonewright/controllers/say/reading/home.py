"""The folder of what Tonewright fetches and keeps between runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tonewright.errors import TonewrightError

#: Environment variable that names the folder.
VARIABLE = "TONEWRIGHT_HOME"


class ModelError(TonewrightError):
    """A language model that cannot be found, fetched, read or used."""


def home() -> Path:
    """Return the folder, which need not exist yet.

    ``TONEWRIGHT_HOME`` where it is set; else ``tonewright`` in the user's cache folder: ``XDG_CACHE_HOME`` or
    ``~/.cache`` (XDG Base Directory Specification: relative values are ignored), ``~/Library/Caches`` on macOS,
    ``LOCALAPPDATA`` on Windows.

    Raises
    ------
    ModelError
        If the user has no home and nothing says where else.
    """
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser().absolute()
    try:
        return _caches() / "tonewright"
    except RuntimeError:
        raise ModelError(f"There is no home folder to keep models in; set {VARIABLE} to a folder.") from None


def models() -> Path:
    """Return the folder of the models, one folder each."""
    return home() / "models"


def _caches() -> Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".cache"
