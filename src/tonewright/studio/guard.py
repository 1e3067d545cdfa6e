"""What every request passes: is it meant for this server, from this page, by somebody who has the token; how large.

A page elsewhere could make a browser send requests here. A name that somebody lets point to this machine (DNS
rebinding) fails at the Host header, which must name this machine; another origin fails at the Origin header and at the
cookie, which is never sent along from elsewhere; everybody else fails for want of the token.
"""

from __future__ import annotations

import ipaddress
import json
import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tonewright.studio.faults import StudioError, fault_of
from tonewright.studio.sessions import Session, Sessions

#: The longest body, in bytes, but for uploads, which count for themselves.
MOST_BODY = 8 << 20
UPLOADS = ("/api/recordings", "/api/projects/open")
_SAFE = frozenset({"GET", "HEAD"})

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """The outermost part of the application.

    Parameters
    ----------
    app
        What is guarded.
    sessions
        Where cookies belong to.
    token
        Of this run.
    host, port
        That the server listens on.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions, token: str, host: str, port: int) -> None:
        self._app, self._sessions, self._token = app, sessions, token
        self._host, self._port = host, port
        # Cookies do not tell ports apart: two studios must not take each other's.
        self._cookie = f"tonewright-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with a sentence."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        path: str = scope["path"]
        added: dict[str, str] = {}
        size = _Counted(receive, None if path in UPLOADS else MOST_BODY)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = MutableHeaders(scope=message)
                for name, value in {**_HEADERS, **added}.items():
                    own[name] = value
                if path.startswith("/api/"):
                    own["Cache-Control"] = "no-store"
            await send(message)

        try:
            self._refuse_strangers(scope, headers)
            if (length := headers.get("content-length", "")) and path not in UPLOADS:
                size.refuse(int(length) if length.isdigit() else 0)
            if path.startswith("/api/"):
                scope.setdefault("state", {})["session"] = self._session(headers, added)
            elif path == "/" and (given := _given_token(scope)):
                await self._enter(given, headers, added, answer)
                return
            await self._app(scope, size, answer)
        except StudioError as error:
            await _refuse(error, answer)

    def _refuse_strangers(self, scope: Scope, headers: Headers) -> None:
        host = headers.get("host", "")
        if not self._is_this_machine(host):
            raise StudioError("This request was meant for another server: its Host header does not name this one.", 400)
        origin = headers.get("origin")
        if origin is not None and origin != f"{scope['scheme']}://{host}":
            raise StudioError("This request comes from another page, which has no business here.", 400)
        site = headers.get("sec-fetch-site", "none")
        if site not in ("none", "same-origin") and scope["path"].startswith("/api/"):
            raise StudioError("This request comes from another page, which has no business here.", 400)

    def _is_this_machine(self, host: str) -> bool:
        try:
            parts = urlsplit(f"//{host}")
            name, port = (parts.hostname or "").rstrip("."), parts.port or 80
        except ValueError:
            return False
        if port != self._port or parts.username is not None:
            return False
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name in ("localhost", self._host.lower())
        # An address cannot be rebound; on a loopback interface only loopback addresses arrive.
        return address.is_loopback or not is_loopback(self._host)

    def _session(self, headers: Headers, added: dict[str, str]) -> Session:
        found = self._sessions.find(_cookie_of(headers, self._cookie))
        if found is not None:
            return found
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not self._matches(given.strip()):
            raise StudioError("Open the studio by the link that it printed when it started: the link lets you in.", 401)
        return self._begin(added)

    async def _enter(self, given: str, headers: Headers, added: dict[str, str], send: Send) -> None:
        """Turn the token of the link into a cookie, and take it out of the address."""
        if self._matches(given) and self._sessions.find(_cookie_of(headers, self._cookie)) is None:
            self._begin(added)
        added["Location"] = "/"
        await send({"type": "http.response.start", "status": 303, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    def _begin(self, added: dict[str, str]) -> Session:
        secret, session = self._sessions.begin()
        added["Set-Cookie"] = f"{self._cookie}={secret}; Path=/; HttpOnly; SameSite=Strict"
        return session

    def _matches(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token.encode())


class _Counted:
    """Passes a body on as long as it is not too long.

    Parameters
    ----------
    receive
        Where it comes from.
    most
        In bytes; ``None`` if somebody else counts.
    """

    def __init__(self, receive: Receive, most: int | None) -> None:
        self._receive, self._most, self._count = receive, most, 0

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._count += len(message.get("body", b""))
            try:
                self.refuse(self._count)
            except StudioError as error:  # what parses bodies lets nothing else through
                raise HTTPException(error.status, str(error)) from None
        return message

    def refuse(self, count: int) -> None:
        """Raise if so many bytes are too many."""
        if self._most is not None and count > self._most:
            raise StudioError(f"This request is larger than {self._most >> 20} MB.", 413)


def is_loopback(host: str) -> bool:
    """Whether a server on this address can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _given_token(scope: Scope) -> str:
    query = parse_qs(scope.get("query_string", b"").decode("ascii", "replace"))
    return str(query.get("token", [""])[0])


def _cookie_of(headers: Headers, name: str) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return "" if found is None else f"{found.value}"


async def _refuse(error: StudioError, send: Send) -> None:
    fault = fault_of(error)
    body = json.dumps({"message": fault["message"], "kind": fault["kind"]}).encode()
    kind = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": fault["status"], "headers": kind})
    await send({"type": "http.response.body", "body": body})
