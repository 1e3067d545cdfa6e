"""A running CamillaDSP, told over its websocket: read its configuration, replace our parts, have it checked, set it.

Commands are JSON: ``"GetConfig"``, or ``{"SetConfig": "..."}`` with the configuration as YAML text. The answer repeats
the command: ``{"GetConfig": {"result": "Ok", "value": "..."}}``. Where something is wrong ``result`` is another word or
an object with the word and what is said, and ``{"Invalid": {"error": "..."}}`` answers what is no command.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from tonewright.errors import MissingExtraError
from tonewright.formats.installing.live_easyeffects import LiveError

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

#: Where CamillaDSP usually listens (its option ``-p 1234``).
ADDRESS = "127.0.0.1:1234"
_TIMEOUT_S = 5.0


class CamillaSocket:
    """A connection to a running CamillaDSP; use with ``with``.

    Parameters
    ----------
    address
        Host and port, or a whole ``ws://`` address.
    timeout_s
        For connecting, and for each answer.

    Raises
    ------
    MissingExtraError
        If the package websockets is not installed.
    LiveError
        If nobody answers.
    """

    def __init__(self, address: str = ADDRESS, timeout_s: float = _TIMEOUT_S) -> None:
        self._address, self._timeout = address, timeout_s
        self._held = ExitStack()
        try:
            from websockets.exceptions import InvalidURI, WebSocketException
            from websockets.sync.client import connect
        except ImportError:
            raise MissingExtraError(
                "Telling a running CamillaDSP needs the package websockets, which is not installed: "
                "pip install 'tonewright[live]'."
            ) from None
        self._faults: tuple[type[Exception], ...] = (WebSocketException, OSError, EOFError)
        url = address if address.startswith(("ws://", "wss://")) else f"ws://{address}"
        try:
            # CamillaDSP speaks no compression, and a proxy has no business here.
            self._line: ClientConnection = self._held.enter_context(
                connect(url, open_timeout=timeout_s, close_timeout=1.0, compression=None, max_size=8 << 20, proxy=None)
            )
        except (InvalidURI, ValueError):
            raise LiveError(f"{address!r} is no address; give HOST:PORT, for example {ADDRESS}.") from None
        except TimeoutError:
            raise LiveError(f"CamillaDSP at {address} does not answer within {timeout_s:g} s.") from None
        except self._faults as problem:
            raise LiveError(
                f"CamillaDSP cannot be reached at {address} ({_why(problem)}); start it with -p PORT."
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    def get_config(self) -> str:
        """Return the running configuration as YAML."""
        value = self._ask("GetConfig")
        if not isinstance(value, str) or not value.strip():
            raise LiveError(f"CamillaDSP at {self._address} has no configuration loaded.")
        return value

    def validate(self, config: str) -> None:
        """Have a configuration checked without using it; raises :class:`LiveError` with what CamillaDSP says."""
        self._ask("ValidateConfig", config)

    def set_config(self, config: str) -> None:
        """Use a configuration from now on."""
        self._ask("SetConfig", config)

    def _ask(self, command: str, argument: str | None = None) -> Any:
        message = command if argument is None else {command: argument}
        try:
            self._line.send(json.dumps(message))
            text = self._line.recv(timeout=self._timeout)
        except TimeoutError:
            raise LiveError(
                f"CamillaDSP at {self._address} does not answer {command} within {self._timeout:g} s."
            ) from None
        except self._faults as problem:
            raise LiveError(f"The connection to CamillaDSP broke at {command} ({_why(problem)}).") from None
        return _value(command, text)


def _value(command: str, text: str | bytes) -> Any:
    """Return the value of an answer, or raise :class:`LiveError` with what it says instead."""
    try:
        answer = json.loads(text)
    except (ValueError, UnicodeDecodeError):
        answer = None
    if isinstance(answer, dict) and isinstance(answer.get("Invalid"), dict):
        raise LiveError(f"CamillaDSP does not know {command}: {_said(answer['Invalid'])}")
    body = answer.get(command) if isinstance(answer, dict) else None
    if not isinstance(body, dict) or "result" not in body:
        raise LiveError(f"CamillaDSP answers {command} with something else; is another program at this address?")
    if body["result"] != "Ok":
        raise LiveError(f"CamillaDSP refuses {command}: {_said(body['result'], body.get('value'))}")
    return body.get("value")


def _said(*parts: Any) -> str:
    words: list[str] = []
    for part in parts:
        if isinstance(part, dict):
            words += [f"{key}: {value}" if key != "error" else str(value) for key, value in part.items()]
        elif part is not None:
            words.append(str(part))
    said = " ".join(": ".join(words).split()).rstrip(".")[:300]
    return f"{said or 'it gives no reason'}."


def _why(problem: Exception) -> str:
    return " ".join((getattr(problem, "strerror", None) or str(problem)).split()).rstrip(".") or "closed"
