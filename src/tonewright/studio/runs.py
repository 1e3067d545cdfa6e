"""The folder of one run: nobody else's, removed at the end, and at the next start if the end was not in order.

A run holds a lock on a file in its folder for as long as its process lives; the system gives it up however the process
ends. A folder of ours whose lock can be had is nobody's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO

from tonewright.errors import OutputError

_PREFIX = "tonewright-studio-"
_LOCK = "lock"
#: A folder without a lock is a run's that is just starting, for so many seconds.
_YOUNG_S = 60.0


class Run:
    """A folder with a lock; as a context manager it is removed on leaving.

    Parameters
    ----------
    base
        Where it is made; the system's folder for temporary files if absent.

    Attributes
    ----------
    folder
        Readable and writable for this user only.

    Raises
    ------
    OutputError
        If it cannot be made.
    """

    def __init__(self, base: Path | None = None) -> None:
        base = Path(tempfile.gettempdir()) if base is None else base
        remove_stale(base)
        try:
            self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
            self._lock = (self.folder / _LOCK).open("wb")
        except OSError as error:
            why = error.strerror or error
            raise OutputError(f"The studio cannot keep files in {base}: {why}; set TMPDIR to another folder.") from None
        _try_lock(self._lock)

    def close(self) -> None:
        """Remove the folder and everything in it; twice does nothing."""
        self._lock.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def remove_stale(base: Path) -> list[Path]:
    """Remove the folders of runs that were killed; return them. Those of other users and of living runs stay."""
    gone = []
    for folder in base.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if _is_ours(folder) and _is_nobodys(folder):
                shutil.rmtree(folder, ignore_errors=True)
                gone.append(folder)
    return gone


def _is_ours(folder: Path) -> bool:
    mine = getattr(os, "getuid", lambda: folder.lstat().st_uid)()
    return not folder.is_symlink() and folder.is_dir() and folder.lstat().st_uid == mine


def _is_nobodys(folder: Path) -> bool:
    lock = folder / _LOCK
    if not lock.exists():
        return time.time() - folder.lstat().st_mtime > _YOUNG_S
    with lock.open("ab") as stream:
        return _try_lock(stream)


def _try_lock(stream: IO[bytes]) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows, which does not let an open file be renamed
        return _can_be_renamed(Path(stream.name))
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _can_be_renamed(path: Path) -> bool:
    try:
        path.rename(path.with_suffix(".old")).rename(path)
    except OSError:
        return False
    return True
