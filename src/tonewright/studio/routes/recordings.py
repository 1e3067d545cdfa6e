"""Recordings: in, out again as the page plays them, and their outlines."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from tonewright.studio.demo import demo_files
from tonewright.studio.faults import StudioError
from tonewright.studio.names import clean_name
from tonewright.studio.sessions import Session
from tonewright.studio.studio import Studio, session_of, studio_of
from tonewright.studio.uploads import receive

router = APIRouter(prefix="/api/recordings")
_MOST_POINTS = 8192

Here = Annotated[Studio, Depends(studio_of)]
Mine = Annotated[Session, Depends(session_of)]


@router.post("")
async def upload(request: Request, studio: Here, session: Mine, name: str = "", wait: bool = True) -> Response:
    """Take in a file; its name is what it is called, and nothing else."""
    recording = session.new_recording()
    taken = False
    try:
        most, announced = studio.options.upload_bytes, request.headers.get("content-length")
        await receive(request.stream(), recording.source, most, announced=announced)
        job = studio.hearing(session, recording, clean_name(name))
        if wait:
            facts = await studio.answer(request, job, studio.lanes.quick)
            answer = JSONResponse(facts, 201)
        else:
            job.cleanup = recording.folder
            answer = JSONResponse(studio.start(session, job, studio.lanes.quick), 202)
        taken = True
        return answer
    finally:
        if not taken:
            shutil.rmtree(recording.folder, ignore_errors=True)


@router.post("/demo", status_code=201)
async def demo(request: Request, studio: Here, session: Mine) -> dict[str, Any]:
    """Open the bundled recordings."""
    files = demo_files()
    if not files:
        raise StudioError("This installation holds no demo; drop a file of yours instead.", 404)
    return {role: await _known(request, studio, session, role, path) for role, path in files.items()}


@router.post("/opened", status_code=201)
async def opened(request: Request, studio: Here, session: Mine) -> dict[str, Any]:
    """Open the recording that was named on the command line."""
    if studio.options.opened is None:
        raise StudioError("No file was named when the studio was started; drop one here.", 404)
    return await _known(request, studio, session, "opened", studio.options.opened)


@router.get("/{id}")
async def facts(id: str, session: Mine) -> dict[str, Any]:
    """Repeat what is known."""
    return session.recording(id).to_dict()


@router.delete("/{id}", status_code=204)
async def forget(id: str, session: Mine) -> None:
    """Remove a recording."""
    await asyncio.to_thread(session.forget, id)


@router.get("/{id}/audio")
async def audio(id: str, session: Mine) -> FileResponse:
    """Return the samples as WAV; parts of it on request."""
    return FileResponse(session.recording(id).audio, media_type="audio/wav")


@router.get("/{id}/peaks")
async def peaks(
    id: str,
    session: Mine,
    points: Annotated[int, Query(ge=1, le=_MOST_POINTS)] = 1200,
    start_s: Annotated[float, Query(ge=0.0)] = 0.0,
    end_s: Annotated[float | None, Query(ge=0.0)] = None,
) -> dict[str, Any]:
    """Return the outline of a stretch."""
    recording = session.recording(id)
    rate, frames = recording.facts["sample_rate"], recording.facts["frames"]
    stop = frames / rate if end_s is None else min(end_s, frames / rate)
    if not start_s < stop:
        raise StudioError("An outline needs a stretch that begins before it ends.")
    return await asyncio.to_thread(_outline, recording.peaks, rate, start_s, stop, points)


def _outline(path: Path, rate: float, start_s: float, stop_s: float, points: int) -> dict[str, Any]:
    """Return lowest and highest samples of ``points`` parts, or of as many as were kept."""
    import numpy as np

    from tonewright.studio.outlines import PEAK_FRAMES

    kept = np.load(path, mmap_mode="r", allow_pickle=False)
    first = min(int(start_s * rate / PEAK_FRAMES), kept.shape[1] - 1)
    last = max(first + 1, min(kept.shape[1], int(np.ceil(stop_s * rate / PEAK_FRAMES))))
    part = np.asarray(kept[:, first:last])
    edges = np.linspace(0, part.shape[1], min(points, part.shape[1]) + 1).astype(int)[:-1]
    low = np.minimum.reduceat(part[:, :, 0], edges, axis=1)
    high = np.maximum.reduceat(part[:, :, 1], edges, axis=1)
    return {
        "points": len(edges),
        "start_s": first * PEAK_FRAMES / rate,
        "end_s": min(last * PEAK_FRAMES / rate, stop_s) if last == kept.shape[1] else last * PEAK_FRAMES / rate,
        "min": np.round(low.astype(np.float64), 4).tolist(),
        "max": np.round(high.astype(np.float64), 4).tolist(),
    }


async def _known(request: Request, studio: Studio, session: Session, role: str, path: Path) -> dict[str, Any]:
    """Return a recording of the server's own, taken in when first asked for."""
    async with session.opening:
        id = session.known.get(role)
        if id is None or id not in session.recordings:
            id = (await studio.hear(request, session, path, path.name, copy=True)).id
            session.known[role] = id
        return session.recording(id).to_dict()
