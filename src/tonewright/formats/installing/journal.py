"""What was there before: every installation is written down with the bytes that it replaces, and can be taken back.

One folder per step, ``PROGRAM/0001``, with ``record.json`` and the bytes; the newest is taken back first. The record is
complete before the first file is written, so that whatever happens then can be taken back too.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tonewright.errors import OutputError
from tonewright.files import write_bytes
from tonewright.formats.installing.contract import File, InstallError, read_if_there

_RECORD = "record.json"
_VERSION = 1


@dataclass(frozen=True)
class Replaced:
    """A file, what it held before a step, and the SHA-256 of what it holds since; ``None``: not there."""

    path: Path
    before: bytes | None
    after: str | None


@dataclass(frozen=True)
class Step:
    """One installation.

    Attributes
    ----------
    folder
        Where it is written down.
    name, when
        Of the preset; date and time, UTC.
    files
        In the order in which they were written.
    """

    folder: Path
    name: str
    when: str
    files: tuple[Replaced, ...]


class Journal:
    """The steps of one program.

    Parameters
    ----------
    folder
        Of the program; made when the first step is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def steps(self) -> list[Step]:
        """Return all steps, the oldest first; those whose record was never finished are left out."""
        if not self._folder.is_dir():
            return []
        return [_read(one) for one in sorted(self._folder.iterdir()) if (one / _RECORD).is_file()]

    def write(self, name: str, files: Sequence[File]) -> list[Path]:
        """Write files, all or none, and note what was there; return the paths that changed.

        Files that hold their content already are left alone; if all do, there is no step.

        Raises
        ------
        InstallError
            If one cannot be written; all are as before then.
        """
        old = {file.path: read_if_there(file.path) for file in files}
        changing = [file for file in files if old[file.path] != file.content]
        if not changing:
            return []
        step = self._note(name, [(file, old[file.path]) for file in changing])
        done: list[File] = []
        try:
            for file in changing:
                put(file)
                done.append(file)
        except BaseException:
            for file in reversed(done):
                with contextlib.suppress(InstallError):
                    put(File(file.path, old[file.path]))
            shutil.rmtree(step, ignore_errors=True)
            raise
        return [file.path for file in changing]

    def undo(self, *, force: bool = False) -> Step:
        """Take the newest step back, byte for byte, and forget it; return it.

        Parameters
        ----------
        force
            Also where a file has been changed since; the change is lost.

        Raises
        ------
        InstallError
            If there is no step, a file has been changed since, or cannot be written.
        """
        steps = self.steps()
        if not steps:
            raise InstallError("There is nothing to undo: no installation for this program is on record.")
        step = steps[-1]
        now = {one.path: read_if_there(one.path) for one in step.files}
        for one in step.files:
            held = now[one.path]
            # As before: the step was interrupted, or somebody has taken it back by hand.
            if not force and digest(held) != one.after and held != one.before:
                raise InstallError(
                    f"{one.path} has been changed since it was installed; --force restores the older one all the same."
                )
        done: list[Path] = []
        try:
            for one in reversed(step.files):
                put(File(one.path, one.before))
                done.append(one.path)
        except BaseException:
            for path in reversed(done):
                with contextlib.suppress(InstallError):
                    put(File(path, now[path]))
            raise
        shutil.rmtree(step.folder, ignore_errors=True)
        return step

    def _note(self, name: str, files: Sequence[tuple[File, bytes | None]]) -> Path:
        """Write a step down before it happens; return its folder."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            numbers = [int(one.name) for one in self._folder.iterdir() if one.name.isdigit()]
            step = self._folder / f"{1 + max(numbers, default=0):04d}"
            step.mkdir()
            for index, (_, before) in enumerate(files):
                if before is not None:
                    write_bytes(step / f"{index}.bytes", before, personal=True)
            record = {
                "version": _VERSION,
                "name": name,
                "when": datetime.now(UTC).isoformat(timespec="seconds"),
                "files": [
                    {"path": str(file.path), "before": before is not None, "after": digest(file.content)}
                    for file, before in files
                ],
            }
            put(File(step / _RECORD, (json.dumps(record, indent=2) + "\n").encode()))
        except (FileExistsError, OSError) as problem:
            raise InstallError(f"The backup cannot be written to {self._folder} ({_why(problem)}).") from None
        return step


def digest(content: bytes | None) -> str | None:
    """Return the SHA-256 of content; ``None`` of nothing."""
    return None if content is None else hashlib.sha256(content).hexdigest()


def put(file: File) -> None:
    """Write a file whole or not at all, with the permissions of the older one; or remove it.

    Raises
    ------
    InstallError
        If that fails.
    """
    path = file.path
    try:
        if file.content is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, file.content)
    except OutputError as problem:
        raise InstallError(str(problem)) from None
    except OSError as problem:
        raise InstallError(f"{path} cannot be written ({_why(problem)}); check permissions and free space.") from None


def _read(folder: Path) -> Step:
    try:
        record: dict[str, Any] = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        if record["version"] != _VERSION:
            raise ValueError("another version")
        files = tuple(
            Replaced(
                Path(one["path"]), (folder / f"{index}.bytes").read_bytes() if one["before"] else None, one["after"]
            )
            for index, one in enumerate(record["files"])
        )
        return Step(folder, str(record["name"]), str(record["when"]), files)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise InstallError(f"The backup {folder} cannot be read ({problem}).") from None


def _why(problem: OSError) -> str:
    return (problem.strerror or str(problem)).strip().rstrip(".")
