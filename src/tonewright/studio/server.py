"""The server's run: a socket, a folder, a token, and everything gone at the end."""

from __future__ import annotations

import contextlib
import ipaddress
import secrets
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tonewright.errors import AudioError, MissingExtraError
from tonewright.studio.faults import StudioError
from tonewright.studio.runs import Run

#: The shortest token that is taken.
SHORTEST_TOKEN = 16
#: What open connections get at the end, in seconds.
_PATIENCE_S = 1


@dataclass(frozen=True)
class Started:
    """A studio that is about to listen.

    Attributes
    ----------
    url
        The link that lets in.
    host, port, token
        Parts of it.
    is_local
        Whether only this machine can reach it.
    """

    url: str
    host: str
    port: int
    token: str
    is_local: bool


def serve(
    opened: Path | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    token: str | None = None,
    upload_bytes: int = 500 << 20,
    browser: bool = True,
    started: Callable[[Started], None] = lambda _: None,
) -> None:
    """Run the studio until it is told to end (Ctrl-C, SIGTERM).

    Parameters
    ----------
    opened
        A recording that the page begins with; it is read, never written.
    host, port
        To listen on; port 0 is any that is free.
    token
        That lets in; drawn if absent.
    upload_bytes
        The largest upload.
    browser
        Open the page.
    started
        Called when connections are accepted.

    Raises
    ------
    MissingExtraError, AudioError, StudioError, OutputError
        In one sentence, before anything is served.
    """
    uvicorn, create_app, studio_room = _modules()
    if opened is not None:
        _refuse_unreadable(opened)
    token = _checked(token) if token is not None else secrets.token_urlsafe(32)
    from tonewright.studio.guard import is_loopback

    with _listen(host, port) as listener, Run() as run:
        actual: int = listener.getsockname()[1]
        shown = _shown(host)
        options = studio_room.Options(token, host, actual, upload_bytes, opened)
        app = create_app(studio_room.Studio(options, run.folder))
        config = uvicorn.Config(
            app,
            log_level="critical",
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=_PATIENCE_S,
        )
        url = f"http://{shown}:{actual}/?token={token}"
        _heed_hangup()
        started(Started(url, host, actual, token, is_loopback(host)))
        if browser:
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
        uvicorn.Server(config).run(sockets=[listener])


def _heed_hangup() -> None:
    """Let a closed terminal end the studio in order, unless somebody (nohup) wants it to live on."""
    number = getattr(signal, "SIGHUP", None)
    with contextlib.suppress(ValueError):  # not in the main thread
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda *_: signal.raise_signal(signal.SIGTERM))


def _modules() -> tuple[Any, Any, Any]:
    try:
        import uvicorn

        from tonewright.studio import studio
        from tonewright.studio.application import create_app
    except ImportError as error:
        if (error.name or "").startswith("tonewright"):
            raise
        raise MissingExtraError(
            f"The studio needs {error.name or 'a package'}, which is not installed: pip install 'tonewright[studio]'."
        ) from None
    return uvicorn, create_app, studio


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that accepts connections."""
    try:
        family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, number)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(128)
        except BaseException:
            listener.close()
            raise
    except (OSError, UnicodeError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise StudioError(
            f"The studio cannot listen on {host}, port {port} ({why}); choose others with --host and --port."
        ) from None
    return listener


def _shown(host: str) -> str:
    """Return the host as the link names it."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"
    return host if address.version == 4 else f"[{host}]"


def _checked(token: str) -> str:
    if len(token) < SHORTEST_TOKEN or not all(c.isascii() and (c.isalnum() or c in "-_.~") for c in token):
        raise StudioError(
            f"A token has {SHORTEST_TOKEN} or more letters, digits and any of - _ . ~, so that nobody can guess it."
        )
    return token


def _refuse_unreadable(path: Path) -> None:
    try:
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        raise AudioError(f"{path} cannot be opened ({error.strerror or error}); check the name.") from None
