"""The application: a front page, sessions, answers, sounds.

A listener's secret travels in the ``Authorization`` header only, so that it is in no log and no address. Every fault is
one sentence under ``error``.
"""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tonewright.errors import TonewrightError
from tonewright.listening.planning.answers import AnswerError, check_answer
from tonewright.listening.server.material import Material
from tonewright.listening.server.sessions import Session, Sessions
from tonewright.listening.server.views import front, state
from tonewright.listening.store.errors import ClosedError, ConflictError, GoneError, StoreError, StoreFullError
from tonewright.listening.store.store import Store
from tonewright.web import static_folder

PAGES = Path(__file__).parents[1] / "static"
#: Largest message of a page, in bytes: a trajectory of many minutes.
_LARGEST = 4 << 20
#: Headphone tests that may fail before the outcome counts.
_ATTEMPTS = 2
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_STATUS: tuple[tuple[type[TonewrightError], int], ...] = (
    (GoneError, 410),
    (ConflictError, 409),
    (ClosedError, 403),
    (AnswerError, 422),
    (StoreFullError, 507),
    (StoreError, 503),
)


_Kind = TypeVar("_Kind", bound=BaseModel)


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Begin(_Message):
    agreed: Literal[True]
    language: str = Field(max_length=20)
    participant: str | None = Field(None, max_length=100)
    device: dict[str, Annotated[str, Field(max_length=200)] | float | bool | None] = Field({}, max_length=20)


class _Answer(_Message):
    id: str = Field(pattern=r"^[\w-]{8,64}$")
    step: str = Field(max_length=20)
    body: dict[str, Any]


class _Event(_Message):
    id: str = Field(pattern=r"^[\w-]{8,64}$")
    type: Literal["left", "returned", "resumed", "device"]
    step: str | None = Field(None, max_length=20)
    body: dict[str, Annotated[str, Field(max_length=200)] | float | bool | None] = Field({}, max_length=20)


class Guard:
    """Adds to every answer what tells browsers to be careful with it.

    Parameters
    ----------
    app
        What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""
        own = scope["type"] == "http" and scope["path"].startswith("/api/")

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                if own and "cache-control" not in headers:
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self._app(scope, receive, guarded)


def make_app(material: Material, store: Store) -> FastAPI:
    """Return the application of a study whose edition is open in the store."""
    app = FastAPI(title="tonewright study", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard)
    sessions = Sessions(store)
    study = material.study

    async def session_of(request: Request) -> tuple[str, Session]:
        secret = request.headers.get("authorization", "").removeprefix("Bearer ")
        session = sessions.find(secret)
        if session is None:
            session = await run_in_threadpool(sessions.load, secret)
        if session.person.edition != material.hash:
            raise GoneError("This session belongs to another version of the study.")
        return secret, session

    def language_of(request: Request) -> str:
        asked = request.query_params.get("language", "")
        return asked if asked in study.languages else study.languages[0]

    @app.exception_handler(TonewrightError)
    async def refuse(_request: Request, error: TonewrightError) -> JSONResponse:
        code = next((code for kind, code in _STATUS if isinstance(error, kind)), 400)
        return JSONResponse({"error": str(error)}, code)

    @app.get("/")
    async def page() -> FileResponse:
        return FileResponse(PAGES / "index.html")

    @app.get("/api/study")
    async def about() -> Response:
        return _json(front(material))

    @app.get("/api/words/{language}")
    async def texts(language: str) -> Response:
        return _json(material.words.get(language) or material.words[study.languages[0]])

    @app.post("/api/sessions")
    async def begin(request: Request) -> Response:
        message = await _read(request, _Begin)
        consent: dict[str, Any] = {"language": message.language, "device": message.device}
        if study.listeners.identifier and message.participant:
            consent["participant"] = message.participant
        made = store.begin(material.hash, material.planner, study.listeners.most, consent)
        person, secret = await asyncio.wrap_future(made)
        session = sessions.keep(secret, Session.of(person, set()))
        return _json({"secret": secret, **state(material, session, language_of(request))})

    @app.get("/api/session")
    async def resume(request: Request) -> Response:
        _, session = await session_of(request)
        return _json(state(material, session, language_of(request)))

    @app.post("/api/answers")
    async def answer(request: Request) -> Response:
        secret, session = await session_of(request)
        message = await _read(request, _Answer)
        person = session.person
        step = person.plan.step(message.step)
        if step is None:
            raise AnswerError("There is no such page.")
        expected = session.next
        if message.step not in session.answered and (expected is None or expected.id != message.step):
            raise AnswerError("This page comes later.")
        body = check_answer(study, step, message.body)
        kind = "answer"
        if step.type == "headphones" and not body["passed"]:
            last = session.attempts + 1 >= _ATTEMPTS
            if not last or study.checks.headphones == "require":
                kind = "headphones failed"
        try:
            await asyncio.wrap_future(store.add(person, message.id, kind, message.step, body))
        except (GoneError, ConflictError):
            sessions.forget(secret)
            raise
        # Only now is it on the disk, and only now may the page say so.
        if kind == "answer":
            session.answered.add(message.step)
        else:
            session.attempts += 1
        return _json({"saved": True, **state(material, session, language_of(request))})

    @app.post("/api/events")
    async def event(request: Request) -> Response:
        _, session = await session_of(request)
        message = await _read(request, _Event)
        await asyncio.wrap_future(store.add(session.person, message.id, message.type, message.step, message.body))
        return _json({"saved": True})

    @app.get("/api/sounds/{sound}")
    async def sounds(sound: str, request: Request) -> Response:
        _, session = await session_of(request)
        found = session.sounds.get(sound) if re.fullmatch(r"[0-9a-f]{32}", sound) else None
        if found is None:
            raise GoneError("There is no such sound.")
        content = material.tone(found) if isinstance(found, str) else material.sound(found)
        # No date, no tag of the file: they would be the same for all pages with the same system.
        return Response(content, media_type="audio/wav", headers={"Cache-Control": "private, max-age=86400"})

    @app.get("/{_path:path}", include_in_schema=False)
    async def nothing(_path: str) -> JSONResponse:
        return JSONResponse({"error": "There is nothing here."}, 404)

    # Before the last route, which takes what nobody else does.
    app.router.routes.insert(0, _mount("/study", PAGES))
    app.router.routes.insert(0, _mount("/web", static_folder()))
    return app


def _json(data: Any) -> Response:
    # Plain data already: the framework's own way would walk through all of it once more.
    return Response(json.dumps(data, ensure_ascii=False, separators=(",", ":")), media_type="application/json")


def _mount(path: str, folder: Path) -> Any:
    from starlette.routing import Mount

    return Mount(path, StaticFiles(directory=folder), name=path)


async def _read(request: Request, kind: type[_Kind]) -> _Kind:
    content = b""
    async for block in request.stream():
        content += block
        if len(content) > _LARGEST:
            raise AnswerError("This message is too long.")
    try:
        return kind.model_validate(json.loads(content))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in fault["loc"]) or "the message"
        raise AnswerError(f"{place}: {fault['msg']}.") from None
    except (ValueError, RecursionError):
        raise AnswerError("This message is no JSON.") from None
