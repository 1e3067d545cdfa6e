"""The folder of what Tonewright fetches and keeps between runs."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from tonewright.errors import TonewrightError

#: Environment variable that names the folder.
VARIABLE = "TONEWRIGHT_HOME"


class ModelError(TonewrightError):
    """A language model that cannot be found, fetched, read or used."""


def home() -> Path:
    """Return the folder, which need not exist yet.

    ``TONEWRIGHT_HOME`` where it is set; else ``tonewright`` in the user's cache folder as each system has it: on Linux
    in ``XDG_CACHE_HOME`` or ``~/.cache``, on macOS in ``~/Library/Caches``, on Windows in ``LOCALAPPDATA``.

    Raises
    ------
    ModelError
        If the user has no home and nothing says where else.
    """
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser().absolute()
    try:
        folder = platformdirs.user_cache_path("tonewright", appauthor=False, opinion=False)
    except RuntimeError:
        folder = Path()
    # Older versions of platformdirs leave the sign of a home that there is not.
    if not folder.is_absolute():
        raise ModelError(f"There is no home folder to keep models in; set {VARIABLE} to a folder.")
    return folder


def models() -> Path:
    """Return the folder of the models, one folder each."""
    return home() / "models"
