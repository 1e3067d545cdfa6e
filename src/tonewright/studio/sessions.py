"""Who uses the studio, and what is theirs: recordings, jobs, files. An id of one session means nothing in another."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tonewright.studio.faults import StudioError
from tonewright.studio.jobs import Job

#: Most of each, in a session; of sessions, in a run.
MOST_RECORDINGS, MOST_FILES, MOST_JOBS, MOST_WAITING, MOST_SESSIONS = 24, 32, 128, 16, 64

_Thing = TypeVar("_Thing")


@dataclass(eq=False)
class Recording:
    """A recording in its own folder.

    Attributes
    ----------
    folder
        Holds ``source`` (the file as it came), ``audio.wav`` (what the page plays) and ``peaks.npy``.
    facts
        What was measured; what the page is told, less the id.
    """

    folder: Path
    facts: dict[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    @property
    def source(self) -> Path:
        """The file as it came; its name here has nothing to do with its name there."""
        return self.folder / "source"

    @property
    def audio(self) -> Path:
        """The samples as WAV."""
        return self.folder / "audio.wav"

    @property
    def peaks(self) -> Path:
        """Lowest and highest samples."""
        return self.folder / "peaks.npy"

    def to_dict(self) -> dict[str, Any]:
        """Return what the page is told."""
        return {"id": self.id, **self.facts}

    @property
    def shown(self) -> dict[str, str]:
        """What its files are called in sentences."""
        return {str(path): self.facts["name"] for path in (self.source, self.audio)}

    def for_work(self) -> dict[str, Any]:
        """Return what tasks need to know."""
        return {
            "id": self.id,
            "path": str(self.source),
            "name": self.facts["name"],
            "sample_rate": self.facts["sample_rate"],
            "integrated_lufs": self.facts["loudness"]["integrated_lufs"],
            "level_db": self.facts["spectrum"]["level_db"],
        }


@dataclass(eq=False)
class Kept:
    """A file to be downloaded, under a name of its own."""

    path: Path
    name: str
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def to_dict(self) -> dict[str, Any]:
        """Return what the page is told."""
        return {"file": self.id, "name": self.name, "bytes": self.path.stat().st_size, "url": f"/api/files/{self.id}"}


class Session:
    """One browser, or one program that uses the interface.

    Parameters
    ----------
    folder
        Of its files; made here.

    Attributes
    ----------
    recordings, jobs, files
        By id, in the order in which they came.
    known
        Ids of recordings that come from the server: ``song``, ``reference``, ``opened``.
    opening
        Held while one of these is taken in.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.recordings: dict[str, Recording] = {}
        self.jobs: dict[str, Job] = {}
        self.files: dict[str, Kept] = {}
        self.known: dict[str, str] = {}
        self.opening = asyncio.Lock()
        self.seen = time.monotonic()

    @property
    def is_busy(self) -> bool:
        """Whether work of it waits or runs."""
        return any(not job.over for job in self.jobs.values())

    def place(self) -> Path:
        """Return a new path in the session's folder."""
        return self.folder / secrets.token_hex(12)

    def new_recording(self) -> Recording:
        """Return a recording with a folder and no facts yet; raises :class:`StudioError` if there are too many."""
        if len(self.recordings) >= MOST_RECORDINGS:
            raise StudioError(f"{MOST_RECORDINGS} recordings are open; close one of them first.", 429)
        folder = self.place()
        folder.mkdir()
        return Recording(folder)

    def recording(self, id: str) -> Recording:
        """Return a recording; raises :class:`StudioError`."""
        return _find(self.recordings, id, "recording")

    def forget(self, id: str) -> None:
        """Remove a recording and its files."""
        shutil.rmtree(self.recording(id).folder, ignore_errors=True)
        del self.recordings[id]
        self.known = {name: one for name, one in self.known.items() if one != id}

    def job(self, id: str) -> Job:
        """Return a job; raises :class:`StudioError`."""
        return _find(self.jobs, id, "job")

    def add_job(self, job: Job) -> Job:
        """Remember a job; the oldest that are over are forgotten."""
        if sum(not one.over for one in self.jobs.values()) >= MOST_WAITING:
            raise StudioError(f"{MOST_WAITING} pieces of work are waiting already; let one finish or cancel it.", 429)
        _make_room(self.jobs, MOST_JOBS, (id for id, one in self.jobs.items() if one.over))
        self.jobs[job.id] = job
        return job

    def keep(self, path: Path, name: str) -> Kept:
        """Offer a file for download; the oldest are removed."""
        for gone in _make_room(self.files, MOST_FILES, self.files):
            gone.path.unlink(missing_ok=True)
        kept = Kept(path, name)
        self.files[kept.id] = kept
        return kept

    def file(self, id: str) -> Kept:
        """Return a file; raises :class:`StudioError`."""
        return _find(self.files, id, "file")

    def close(self) -> None:
        """Cancel what runs and remove everything."""
        for job in self.jobs.values():
            job.cancel()
        shutil.rmtree(self.folder, ignore_errors=True)


class Sessions:
    """All sessions of a run, by the secret that their cookie holds.

    Parameters
    ----------
    folder
        Of the run.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all: dict[str, Session] = {}

    def find(self, secret: str) -> Session | None:
        """Return the session of a cookie, if there is one."""
        found = self._all.get(secret)
        if found is not None:
            found.seen = time.monotonic()
        return found

    def begin(self) -> tuple[str, Session]:
        """Return a new session and its secret; one that nobody has used for longest makes room if need be."""
        idle = sorted((s for s, one in self._all.items() if not one.is_busy), key=lambda s: self._all[s].seen)
        for gone in _make_room(self._all, MOST_SESSIONS, idle):
            gone.close()
        if len(self._all) >= MOST_SESSIONS:
            raise StudioError("Too many people use this studio at once; try again later.", 429)
        secret = secrets.token_urlsafe(32)
        self._all[secret] = Session(self._folder / secrets.token_hex(12))
        return secret, self._all[secret]


def _find(things: dict[str, _Thing], id: str, what: str) -> _Thing:
    found = things.get(id)
    if found is None:
        raise StudioError(f"There is no such {what} any more; load the page again.", 404)
    return found


def _make_room(things: dict[str, _Thing], most: int, old: Iterable[str]) -> list[_Thing]:
    """Take out the first of ``old`` ids until one more fits; return what went."""
    surplus = len(things) - most + 1
    return [things.pop(id) for id in list(old)[: max(0, surplus)]]
