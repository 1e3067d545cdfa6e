"""Working on settings: their level, their words, their file, those of other programs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from tonewright.studio import bodies
from tonewright.studio.jobs import Job
from tonewright.studio.names import clean_name, stem_of
from tonewright.studio.sessions import Session
from tonewright.studio.studio import Studio, session_of, studio_of

router = APIRouter(prefix="/api")

Here = Annotated[Studio, Depends(studio_of)]
Mine = Annotated[Session, Depends(session_of)]


@router.post("/measure")
async def measure(request: Request, body: bodies.Measure, studio: Here, session: Mine) -> Any:
    """Find the output gain that makes settings as loud as asked."""
    recording = session.recording(body.recording)
    arguments = {
        "recording": recording.for_work(),
        "settings": body.settings,
        "amount": body.amount,
        "what": body.what,
        "loudness": body.loudness,
        "ceiling_db": body.ceiling_dbtp,
    }
    return await studio.answer(request, Job("measure", "measure", arguments, recording.shown), studio.lanes.quick)


@router.post("/describe")
async def describe(request: Request, body: bodies.Describe, studio: Here, session: Mine) -> Any:
    """Put settings into words."""
    recording = None if body.recording is None else session.recording(body.recording).for_work()
    arguments = {
        "recording": recording,
        "settings": body.settings,
        "spectra": None if body.spectra is None else body.spectra.model_dump(),
    }
    return await studio.answer(request, Job("describe", "describe", arguments), studio.lanes.quick)


@router.get("/programs")
async def programs(request: Request, studio: Here, session: Mine) -> Any:
    """List programs that settings can be exported to."""
    del session  # only known visitors get an answer
    return await studio.answer(request, Job("programs", "programs", {}), studio.lanes.quick)


@router.post("/import")
async def import_text(request: Request, body: bodies.Import, studio: Here, session: Mine) -> Any:
    """Read a preset."""
    del session
    arguments = {"name": clean_name(body.name), "text": body.text, "program": body.program}
    return await studio.answer(request, Job("import", "import_text", arguments), studio.lanes.quick)


@router.post("/export")
async def export(request: Request, body: bodies.Export, studio: Here, session: Mine) -> Any:
    """Write a preset for another program."""
    target = session.place()
    arguments = {
        "settings": body.settings,
        "program": body.program,
        "rate_hz": body.rate_hz,
        "target": str(target),
    }
    done = await studio.answer(request, Job("export", "export", arguments), studio.lanes.quick)
    name = f"{stem_of(clean_name(body.name))}.{clean_name(done['program'])}{done['suffix']}"
    return {**done, **session.keep(target, name).to_dict()}


@router.post("/settings-file")
async def settings_file(request: Request, body: bodies.SettingsFile, studio: Here, session: Mine) -> Any:
    """Write a settings file."""
    target = session.place()
    arguments = {"settings": body.settings, "target": str(target)}
    await studio.answer(request, Job("settings", "settings", arguments), studio.lanes.quick)
    return session.keep(target, f"{stem_of(clean_name(body.name))}.settings.json").to_dict()
