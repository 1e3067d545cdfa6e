"""The studio of one run: its options, folder, sessions and processes, and what routes do with them."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import Request

from tonewright.studio.faults import StudioError
from tonewright.studio.jobs import Job, Lane, Lanes
from tonewright.studio.names import clean_name
from tonewright.studio.sessions import Recording, Session, Sessions

#: How often it is looked whether somebody still waits for an answer, in seconds.
_LOOK_S = 0.5


@dataclass(frozen=True)
class Options:
    """How a studio was started.

    Attributes
    ----------
    token
        That lets in.
    host, port
        That it listens on.
    upload_bytes
        The largest upload.
    opened
        A recording named on the command line.
    """

    token: str
    host: str
    port: int
    upload_bytes: int
    opened: Path | None = None


@dataclass(eq=False)
class Studio:
    """Everything that outlives a request."""

    options: Options
    folder: Path
    lanes: Lanes = field(default_factory=Lanes)
    sessions: Sessions = field(init=False)

    def __post_init__(self) -> None:
        self.sessions = Sessions(self.folder)

    def hearing(self, session: Session, recording: Recording, name: str) -> Job:
        """Return the job that hears a recording whose file is in place; its result is what the page is told.

        The recording belongs to the session when it has been heard; otherwise nothing of it stays.
        """

        async def finish(facts: Any) -> Any:
            recording.facts = facts
            session.recordings[recording.id] = recording
            self.lanes.sound.prepare("doors")
            return recording.to_dict()

        arguments = {
            "path": str(recording.source),
            "name": name,
            "audio": str(recording.audio),
            "peaks": str(recording.peaks),
        }
        shown = {str(recording.source): name, str(recording.audio): name}
        return Job("recording", "hear", arguments, shown, finish)

    async def hear(self, request: Request, session: Session, source: Path, name: str, *, copy: bool) -> Recording:
        """Take in a file of the server itself; `copy` it, or move it."""
        recording = session.new_recording()
        try:
            await asyncio.to_thread(shutil.copyfile if copy else shutil.move, source, recording.source)
            await self.answer(request, self.hearing(session, recording, clean_name(name)), self.lanes.quick)
        except BaseException:
            shutil.rmtree(recording.folder, ignore_errors=True)
            raise
        return recording

    def start(self, session: Session, job: Job, lane: Lane) -> dict[str, str]:
        """Let a job wait in a lane; return what the page is told."""
        session.add_job(job)
        lane.put(job)
        return {"job": job.id}

    async def answer(self, request: Request, job: Job, lane: Lane) -> Any:
        """Return a job's result within the request; when nobody waits for it any more it is cancelled.

        Raises
        ------
        WorkError
            If it failed.
        """
        lane.put(job)
        waiting = asyncio.ensure_future(job.wait())
        try:
            while not (await asyncio.wait({waiting}, timeout=_LOOK_S))[0]:
                if await request.is_disconnected():
                    job.cancel()
            return await waiting
        finally:
            job.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                waiting.cancel()

    async def close(self) -> None:
        """End the processes and remove every file."""
        await self.lanes.close()
        await asyncio.to_thread(shutil.rmtree, self.folder, True)


def studio_of(request: Request) -> Studio:
    """Return the studio that a request came to."""
    studio: Studio = request.app.state.studio
    return studio


def session_of(request: Request) -> Session:
    """Return the session that a request belongs to; :class:`~tonewright.studio.guard.Guard` has found it."""
    session: Session | None = getattr(request.state, "session", None)
    if session is None:
        raise StudioError("There is no session.", 401)
    return session
