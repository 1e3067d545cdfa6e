"""The one way to write a file: complete beside its place, then renamed, so that nobody ever sees a half of it.

A *draft* is a hidden file ``.NAME.tonewright-<pid>-<random>.tmp`` in the folder of its target: made exclusively, no
link followed, held with an advisory lock while it is written. Publishing it gives it the mode of the file it replaces
(0600 where what is kept is personal), writes it through to the disk, renames it and writes the folder through. Drafts
that a killed process left are removed when the same folder is written again: ours, unlocked, older than a minute.

A link at the target is followed and its target replaced, which is said. A server must not follow what others planted:
inside :func:`confined` every file lies below one of the given folders, and no part of the way from there is a link.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import secrets
import stat
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import Any

from tonewright.errors import OutputError, TonewrightError

fcntl: Any
try:
    import fcntl
except ImportError:  # no advisory locks: left-overs cannot be told from work in progress, and stay
    fcntl = None

_LOG = logging.getLogger(__name__)
#: Left-overs younger than this many seconds stay: their lock may not be taken yet.
LEFT_OVER_S = 60.0
_PATTERN = re.compile(rb"^\.(?s:.+)\.tonewright-\d+-[0-9a-f]{16}\.tmp$")
_LONGEST_NAME = 255
#: Bits of a replaced file's mode that are kept.
_KEPT_MODE = 0o777
_PERSONAL_MODE = 0o600
_HERE = Path("/proc/self/fd")
_confined: ContextVar[tuple[Path, ...]] = ContextVar("confined", default=())
_said: set[Path] = set()
_swept: dict[tuple[int, int], float] = {}


@contextlib.contextmanager
def confined(folders: Iterable[str | Path]) -> Iterator[None]:
    """Let nothing be written but below these folders, by ways without any link; for servers.

    A link is refused even if it is planted between the check and the writing: the way is walked folder by folder, and
    what is written is written in the folder that was reached.
    """
    token = _confined.set(tuple(Path(folder).resolve() for folder in folders))
    try:
        yield
    finally:
        _confined.reset(token)


class Draft:
    """A file that is being written.

    As a context manager it is published when the block ends and discarded when the block raises.

    Parameters
    ----------
    path
        The target. Its folder must be there.
    personal
        Whether nobody else may read it: mode 0600, whatever the mode of the file it replaces.
    inputs
        Files that must not be written over, by any name or link.

    Attributes
    ----------
    path
        Where to write, by any means: the hidden file, which exists and is empty.

    Raises
    ------
    OutputError
        If the target cannot be written, in one sentence.
    """

    def __init__(self, path: str | Path, *, personal: bool = False, inputs: Iterable[str | Path] = ()) -> None:
        self.target = Path(path)
        self._personal = personal
        self._folder = self._file = -1
        try:
            roots = _confined.get()
            real = refuse_place(self.target, inputs, follow=not roots)
            _say_of_link(self.target, real)
            self._name = real.name
            self._folder = _open_below(real.parent, roots, self.target) if roots else _open_folder(real.parent)
            self._mode = self._wanted_mode()
            _sweep(self._folder)
            self.name = _draft_name(self._name)
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            self._file = os.open(self.name, flags, _PERSONAL_MODE if personal else 0o666, dir_fd=self._folder)
            _lock(self._file)
            # By the folder's own number, a folder that is swapped for a link leads nobody astray.
            through = _HERE / str(self._folder)
            self.path = (through if roots and through.exists() else real.parent) / self.name
        except BaseException as problem:
            self._close()
            raise output_error(self.target, problem) from None

    def publish(self) -> None:
        """Put the file into its place. Raises :class:`OutputError` and removes the draft if that fails."""
        try:
            self._hold_what_is_there()
            os.fchmod(self._file, self._mode if self._mode is not None else self._fresh_mode())
            os.fsync(self._file)
            os.rename(self.name, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
            with contextlib.suppress(OSError):  # not every file system writes folders through
                os.fsync(self._folder)
        except BaseException as problem:
            self.discard()
            raise output_error(self.target, problem) from None
        self._close()

    def discard(self) -> None:
        """Remove the draft and leave the target as it was; does nothing after either end."""
        if self._folder >= 0:
            with contextlib.suppress(OSError):
                os.unlink(self.name, dir_fd=self._folder)
        self._close()

    def __enter__(self) -> Draft:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.publish()
        else:
            self.discard()
            if isinstance(value, OSError) and not isinstance(value, TonewrightError):
                raise output_error(self.target, value) from None

    def _wanted_mode(self) -> int | None:
        if self._personal:
            return _PERSONAL_MODE
        try:
            found = os.stat(self._name, dir_fd=self._folder, follow_symlinks=False)
        except FileNotFoundError:
            return None
        if stat.S_ISLNK(found.st_mode):
            raise OutputError(f"{self.target} is a link, and links are not followed here; choose another name.")
        return found.st_mode & _KEPT_MODE

    def _fresh_mode(self) -> int:
        return stat.S_IMODE(os.fstat(self._file).st_mode)

    def _hold_what_is_there(self) -> None:
        """Hold the file that bears the draft's name: what wrote it may have put another in its place."""
        there = os.stat(self.name, dir_fd=self._folder, follow_symlinks=False)
        if (there.st_dev, there.st_ino) == _identity(self._file):
            return
        mode = self._fresh_mode()
        file = os.open(self.name, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self._folder)
        os.close(self._file)
        self._file = file
        os.fchmod(file, mode)

    def _close(self) -> None:
        for number in (self._file, self._folder):
            if number >= 0:
                with contextlib.suppress(OSError):
                    os.close(number)
        self._file = self._folder = -1


def write_bytes(path: str | Path, content: bytes, *, personal: bool = False, inputs: Iterable[str | Path] = ()) -> Path:
    """Write a file whole or not at all; parameters and errors are those of :class:`Draft`. Returns the path."""
    with Draft(path, personal=personal, inputs=inputs) as draft, draft.path.open("r+b") as file:
        file.write(content)
    return Path(path)


def write_text(path: str | Path, content: str, *, personal: bool = False) -> Path:
    """Write a text file in UTF-8 with plain line ends, like :func:`write_bytes`; what UTF-8 lacks becomes ``?``."""
    return write_bytes(path, content.encode("utf-8", errors="replace"), personal=personal)


def append_text(path: str | Path, content: str) -> None:
    """Add to the end of a log, which is made if it is not there; no link is followed. Raises :class:`OutputError`."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        with os.fdopen(number, "a", encoding="utf-8") as file:
            file.write(content)
    except OSError as problem:
        raise output_error(Path(path), problem) from None


def make_folder(path: str | Path) -> Path:
    """Create a folder and those above it; raises :class:`OutputError` if that fails or a file is in the way."""
    path = Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise OutputError(f"{path} is a file, not a folder; choose another name for the report.") from None
    except (OSError, ValueError) as problem:
        raise OutputError(f"The folder {path} cannot be created ({_why(problem)}).") from None
    return path


def refuse_place(path: Path, inputs: Iterable[str | Path] = (), *, follow: bool = True) -> Path:
    """Return the real target, or raise :class:`OutputError` if it must not or cannot be written.

    Parameters
    ----------
    path
        The target.
    inputs
        Files that must not be written over, by any name or link.
    follow
        Whether a link at the target is followed; its target is then what is written, and that is said.
    """
    try:
        target = path.resolve() if follow else path.parent.absolute() / path.name
        if not path.name or target.is_dir():
            raise OutputError(f"{path} is a folder; add a file name.")
        if target.exists() and not target.is_file():
            raise OutputError(f"{path} is no ordinary file; choose another name.")
        if not target.parent.is_dir():
            raise OutputError(f"The folder {path.parent} does not exist; create it first.")
        for each in inputs:
            if target.exists() and Path(each).exists() and target.samefile(each):
                raise OutputError(f"{path} is an input ({each}) and is never written over; choose another name.")
    except (OSError, ValueError, RuntimeError) as problem:
        raise output_error(path, problem) from None
    return target


def _say_of_link(path: Path, real: Path) -> None:
    """Say, once, that the target is a link and what is written instead."""
    if path.is_symlink() and path not in _said:
        _said.add(path)
        _LOG.warning("%s is a link: what it leads to is written, %s.", path, real)


def output_error(path: Path, problem: BaseException) -> BaseException:
    """Turn what the system or a library says into one sentence; pass our own errors and interrupts through."""
    if isinstance(problem, TonewrightError) or not isinstance(problem, Exception):
        return problem
    return OutputError(f"{path} cannot be written ({_why(problem)}); check permissions and free space.")


def _why(problem: Exception) -> str:
    reason = getattr(problem, "strerror", None) or getattr(problem, "error_string", None) or str(problem)
    return str(reason).strip().rstrip(".") or "the disk may be full"


def _draft_name(name: str) -> str:
    end = f".tonewright-{os.getpid()}-{secrets.token_hex(8)}.tmp"
    return "." + os.fsdecode(os.fsencode(name)[: _LONGEST_NAME - 1 - len(end)]) + end


def _open_folder(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _open_below(folder: Path, roots: tuple[Path, ...], asked: Path) -> int:
    """Open a folder by walking from one of the roots, following no link."""
    for root in roots:
        if not folder.is_relative_to(root):
            continue
        number = _open_folder(root)
        try:
            for part in folder.relative_to(root).parts:
                if part == "..":
                    raise OutputError(f"{asked} leads out of the folders that may be written into.")
                step = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=number)
                os.close(number)
                number = step
        except OSError as problem:
            os.close(number)
            if problem.errno in (errno.ELOOP, errno.ENOTDIR):
                raise OutputError(f"{asked} leads through a link, and links are not followed here.") from None
            raise
        except OutputError:
            os.close(number)
            raise
        return number
    raise OutputError(f"{asked} lies outside the folders that may be written into.")


def _identity(number: int) -> tuple[int, int]:
    found = os.fstat(number)
    return found.st_dev, found.st_ino


def _lock(number: int) -> bool:
    """Take the lock of an open file; tells whether it was free."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another holds it, or the file system knows no locks
        return False
    return True


def _sweep(folder: int) -> None:
    """Remove left-overs in a folder; looks at most once a minute."""
    now, place = time.time(), _identity(folder)
    if fcntl is None or now - _swept.get(place, 0.0) < LEFT_OVER_S:
        return
    _swept[place] = now
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            if _PATTERN.match(os.fsencode(name)):
                with contextlib.suppress(OSError):
                    _remove_left_over(folder, name, now)


def _remove_left_over(folder: int, name: str, now: float) -> None:
    there = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if not stat.S_ISREG(there.st_mode) or there.st_uid != os.geteuid() or now - there.st_mtime < LEFT_OVER_S:
        return
    number = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, dir_fd=folder)
    try:
        if _lock(number):
            os.unlink(name, dir_fd=folder)
            _LOG.debug("removed the left-over %s", name)
    finally:
        os.close(number)
