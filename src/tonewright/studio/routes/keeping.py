"""What is kept: the rendered recording, the report, the project; and every file's download."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse

from tonewright.studio import bodies
from tonewright.studio.demo import demo_files
from tonewright.studio.jobs import Finish, Job
from tonewright.studio.names import clean_name, stem_of
from tonewright.studio.projects import SUFFIX, Unpacked, read_project, write_project
from tonewright.studio.routes.start import SUFFIXES
from tonewright.studio.sessions import Recording, Session
from tonewright.studio.studio import Studio, session_of, studio_of
from tonewright.studio.uploads import receive

router = APIRouter(prefix="/api")

Here = Annotated[Studio, Depends(studio_of)]
Mine = Annotated[Session, Depends(session_of)]
_EXTENSIONS = {"html": ".html", "zip": ".zip"}
#: A project may hold so many uploads of the largest size.
_PROJECT_UPLOADS = 4


@router.post("/render", status_code=202)
async def render(body: bodies.Render, studio: Here, session: Mine) -> dict[str, str]:
    """Write a recording through settings."""
    recording = session.recording(body.recording)
    suffix = recording.facts["suffix"] if body.format == "same" else SUFFIXES[body.format]
    target = session.place().with_suffix(suffix)
    name = clean_name(body.name or recording.facts["name"])
    called = f"{stem_of(name)}{'' if body.name else '.tonewright'}{suffix}"
    arguments = {
        "recording": recording.for_work(),
        "settings": body.settings,
        "amount": body.amount,
        "ceiling_db": body.ceiling_dbtp,
        "target": str(target),
    }
    shown = {**recording.shown, str(target): called, target.name: called}
    job = Job("render", "render", arguments, shown, _keeping(session, target, called), target)
    return studio.start(session, job, studio.lanes.sound)


@router.post("/report", status_code=202)
async def report(body: bodies.Report, studio: Here, session: Mine) -> dict[str, str]:
    """Write what was done to a recording, and why."""
    recording = session.recording(body.recording)
    target = session.place().with_suffix(_EXTENSIONS[body.format])
    called = f"{stem_of(recording.facts['name'])}.report{target.suffix}"
    arguments = {
        "recording": recording.for_work(),
        "settings": body.settings,
        "result": (body.result or bodies.Result()).model_dump(),
        "format": body.format,
        "target": str(target),
    }
    shown = {**recording.shown, str(target): called}
    job = Job("report", "report", arguments, shown, _keeping(session, target, called), target)
    return studio.start(session, job, studio.lanes.sound)


@router.get("/files/{id}")
async def download(id: str, session: Mine) -> FileResponse:
    """Give a file under its name."""
    kept = session.file(id)
    # Never shown in the studio's own origin: a report is a page.
    return FileResponse(kept.path, filename=kept.name, media_type="application/octet-stream")


@router.post("/projects")
async def save_project(body: bodies.Project, studio: Here, session: Mine) -> dict[str, Any]:
    """Write a project."""
    del studio
    recordings = [session.recording(id) for id in dict.fromkeys(body.recordings)]
    target = session.place()
    await asyncio.to_thread(write_project, target, body.state, recordings, audio=body.audio)
    return session.keep(target, f"{stem_of(clean_name(body.name))}{SUFFIX}").to_dict()


@router.post("/projects/open")
async def open_project(request: Request, studio: Here, session: Mine) -> dict[str, Any]:
    """Read a project: its state, and its recordings as far as they can be found."""
    folder = session.place()
    await asyncio.to_thread(folder.mkdir)
    try:
        packed, unpacked = folder / "project", folder / "audio"
        most = studio.options.upload_bytes
        announced = request.headers.get("content-length")
        await receive(request.stream(), packed, _PROJECT_UPLOADS * most, announced=announced)
        await asyncio.to_thread(unpacked.mkdir)
        state, members = await asyncio.to_thread(read_project, packed, unpacked, most)
        found = [await _find(request, studio, session, one) for one in members]
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, True)
    return {
        "state": state,
        "recordings": [
            {
                "was": one.member.id,
                "name": one.member.name,
                "sha256": one.member.sha256,
                "found": None if recording is None else recording.to_dict(),
            }
            for one, recording in zip(members, found, strict=True)
        ],
    }


async def _find(request: Request, studio: Studio, session: Session, one: Unpacked) -> Recording | None:
    """Return a recording of a project: one that is open, the project's own, the demo's or the opened file."""
    for recording in session.recordings.values():
        if recording.facts["sha256"] == one.member.sha256:
            return recording
    if one.path is not None:
        return await studio.hear(request, session, one.path, one.member.name, copy=False)
    known: list[Path] = list(demo_files().values())
    if studio.options.opened is not None:
        known.append(studio.options.opened)
    for path in known:
        if await asyncio.to_thread(_has_hash, path, one.member.sha256):
            return await studio.hear(request, session, path, one.member.name, copy=True)
    return None


def _has_hash(path: Path, sha256: str) -> bool:
    import hashlib

    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
    except OSError:
        return False


def _keeping(session: Session, target: Path, name: str) -> Finish:
    """Return what offers a written file for download and tells of it beside the worker's result."""

    async def keep(result: Any) -> Any:
        return {**session.keep(target, name).to_dict(), **result}

    return keep
