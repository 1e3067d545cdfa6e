"""The application: routes, pages, and errors as sentences."""

from __future__ import annotations

import mimetypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from tonewright.errors import TonewrightError
from tonewright.studio.faults import fault_of
from tonewright.studio.guard import Guard
from tonewright.studio.routes import doors, keeping, recordings, start, work
from tonewright.studio.studio import Studio

STATIC = Path(__file__).parent / "static"
#: :func:`tonewright.web.static_folder`, whose room would load numpy at the start.
WEB = Path(__file__).parents[1] / "web" / "static"
# What the system's own table says of these differs, and a browser runs no module of another type.
_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_SENTENCES = {
    404: "There is nothing at this address; load the page again.",
    405: "This address knows no such request.",
}


def create_app(studio: Studio) -> Any:
    """Return the guarded application of a studio."""
    for suffix, kind in _TYPES.items():
        mimetypes.add_type(kind, suffix)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        studio.lanes.quick.prepare("hearing")  # beside the browser's start
        try:
            yield
        finally:
            await studio.close()

    app = FastAPI(title="Tonewright studio", openapi_url=None, docs_url=None, redoc_url=None, lifespan=life)
    app.state.studio = studio
    for part in (start, recordings, doors, work, keeping):
        app.include_router(part.router)

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    app.mount("/static/studio", _Fresh(directory=STATIC))
    app.mount("/static/web", _Fresh(directory=WEB))
    app.add_exception_handler(TonewrightError, _tell_fault)
    app.add_exception_handler(RequestValidationError, _tell_misunderstanding)
    app.add_exception_handler(HTTPException, _tell_refusal)
    app.add_exception_handler(Exception, _tell_fault)
    options = studio.options
    return Guard(app, studio.sessions, options.token, options.host, options.port)


class _Fresh(StaticFiles):
    """Files that browsers ask for anew after an update: there is no version in their addresses."""

    def file_response(self, *arguments: Any, **options: Any) -> Any:
        response = super().file_response(*arguments, **options)
        response.headers["Cache-Control"] = "no-cache"
        return response


async def _tell_fault(_: Request, error: Exception) -> JSONResponse:
    fault = fault_of(error)
    return JSONResponse({"message": fault["message"], "kind": fault["kind"]}, fault["status"])


async def _tell_misunderstanding(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:])
    why = first["msg"].removeprefix("Value error, ").rstrip(".")
    message = f"This request cannot be understood: {place + ': ' if place else ''}{why}."
    return JSONResponse({"message": message, "kind": "BadRequest"}, 400)


async def _tell_refusal(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    message = _SENTENCES.get(error.status_code, str(error.detail))
    return JSONResponse({"message": message, "kind": "BadRequest"}, error.status_code, headers=error.headers)
