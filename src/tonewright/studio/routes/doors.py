"""Three doors, each a job; and the jobs, to be watched and cancelled."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from tonewright.studio import bodies
from tonewright.studio.jobs import Job
from tonewright.studio.sessions import Session
from tonewright.studio.studio import Studio, session_of, studio_of

router = APIRouter(prefix="/api")

Here = Annotated[Studio, Depends(studio_of)]
Mine = Annotated[Session, Depends(session_of)]


@router.post("/auto", status_code=202)
async def auto(body: bodies.Auto, studio: Here, session: Mine) -> dict[str, str]:
    """Bring a recording into balance."""
    recording = session.recording(body.recording)
    options = {
        "amount": body.amount,
        "profile": body.profile,
        "what": body.what,
        "sections": body.sections,
        "max_gain_db": body.max_gain_db,
        "loudness": body.loudness,
        "ceiling_db": body.ceiling_dbtp,
    }
    arguments = {"recording": recording.for_work(), "options": options}
    return studio.start(session, Job("auto", "auto", arguments, recording.shown), studio.lanes.sound)


@router.post("/match", status_code=202)
async def match(body: bodies.Match, studio: Here, session: Mine) -> dict[str, str]:
    """Make a recording sound like others."""
    recording = session.recording(body.recording)
    others = [session.recording(id) for id in body.references]
    options = {
        "weights": body.weights,
        "amount": body.amount,
        "what": body.what,
        "max_gain_db": body.max_gain_db,
        "loudness": body.loudness,
        "ceiling_db": body.ceiling_dbtp,
    }
    arguments = {
        "recording": recording.for_work(),
        "references": [one.for_work() for one in others],
        "options": options,
    }
    shown = {path: name for one in (recording, *others) for path, name in one.shown.items()}
    return studio.start(session, Job("match", "match", arguments, shown), studio.lanes.sound)


@router.post("/say", status_code=202)
async def say(body: bodies.Say, studio: Here, session: Mine) -> dict[str, str]:
    """Take a turn of a conversation."""
    recording = None if body.recording is None else session.recording(body.recording)
    arguments = {
        "recording": None if recording is None else recording.for_work(),
        "prompt": body.prompt,
        "conversation": body.conversation,
        "amount": body.amount,
        "what": body.what,
        "samples": body.samples,
        "seed": body.seed,
        "context": None if body.context is None else body.context.model_dump(),
        "loudness": None if body.loudness == "input" else body.loudness,
        "ceiling_db": body.ceiling_dbtp,
    }
    shown = {} if recording is None else recording.shown
    return studio.start(session, Job("say", "say", arguments, shown), studio.lanes.words)


@router.get("/jobs/{id}")
async def job(id: str, session: Mine) -> dict[str, Any]:
    """Say how far a job is."""
    return session.job(id).to_dict()


@router.get("/jobs/{id}/events")
async def events(id: str, session: Mine) -> StreamingResponse:
    """Say how far a job is, again and again, until it is over."""
    watched = session.job(id)

    async def lines() -> AsyncIterator[str]:
        async for state in watched.changes():
            yield f"data: {json.dumps(state, separators=(',', ':'))}\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.delete("/jobs/{id}")
async def cancel(id: str, session: Mine) -> dict[str, Any]:
    """Cancel a job."""
    found = session.job(id)
    found.cancel()
    return found.to_dict()
