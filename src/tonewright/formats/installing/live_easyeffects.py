"""A running EasyEffects, told over its local socket.

The socket takes lines and answers nothing to these two:

    load_preset:output:NAME
    set_property:output:equalizer:0:left:band0Gain:1.5
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tonewright.formats.installing.contract import InstallError

#: In ``$XDG_RUNTIME_DIR``.
SOCKET = "EasyEffectsServer"
_TIMEOUT_S = 2.0
#: How long to listen for an objection after the last line.
_LISTEN_S = 0.3
_MOST_BYTES = 4096


class LiveError(InstallError):
    """A running program cannot be told, or refuses."""


def find_socket(runtime: Path | None) -> Path:
    """Return the socket; raises :class:`LiveError` if no EasyEffects of this user is running."""
    if runtime is None:
        raise LiveError("There is no XDG_RUNTIME_DIR, so that no running EasyEffects can be found.")
    place = runtime / SOCKET
    if not place.is_socket():
        raise LiveError(f"EasyEffects is not running: there is no socket {place}; start it and try again.")
    return place


def load_preset(name: str) -> list[str]:
    """Return the message that loads an output preset."""
    return [f"load_preset:output:{name}"]


def gain_changes(before: bytes | None, after: bytes) -> list[str] | None:
    """Return messages that turn one preset into another while it plays, without loading it anew.

    Returns
    -------
    One message for each gain of a band that differs; ``None`` if anything else differs too, or there was none before.
    """
    if before is None:
        return None
    try:
        old, new = json.loads(before)["output"], json.loads(after)["output"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(old, dict) or not isinstance(new, dict) or old.keys() != new.keys():
        return None
    messages: list[str] = []
    for key, plugin in new.items():
        if old[key] == plugin:
            continue
        kind, _, number = key.partition("#")
        found = _bands(kind, number, old[key], plugin) if kind == "equalizer" else None
        if found is None:
            return None
        messages += found
    return messages


def _bands(kind: str, number: str, old: Any, new: Any) -> list[str] | None:
    sides = ("left", "right")
    if not isinstance(old, dict) or {k: v for k, v in old.items() if k not in sides} != {
        k: v for k, v in new.items() if k not in sides
    }:
        return None
    messages = []
    for side in sides:
        one, other = old.get(side), new[side]
        if not isinstance(one, dict) or one.keys() != other.keys():
            return None
        for band, values in other.items():
            if not isinstance(one[band], dict) or {**one[band], "gain": 0.0} != {**values, "gain": 0.0}:
                return None
            if one[band].get("gain") != values["gain"]:
                messages.append(f"set_property:output:{kind}:{number}:{side}:{band}Gain:{values['gain']}")
    return messages


def send(place: Path, messages: Sequence[str], timeout_s: float = _TIMEOUT_S) -> None:
    """Send messages, a line each, and listen for a moment whether there is an objection.

    Raises
    ------
    LiveError
        If nobody listens, the connection breaks, or something is objected.
    """
    content = "".join(f"{one}\n" for one in messages).encode("utf-8")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(timeout_s)
            line.connect(str(place))
            line.sendall(content)
            line.shutdown(socket.SHUT_WR)
            answer = _objection(line)
    except TimeoutError:
        raise LiveError(f"EasyEffects does not answer within {timeout_s:g} s; restart it and try again.") from None
    except OSError as problem:
        raise LiveError(
            f"EasyEffects cannot be told ({problem.strerror or problem}); restart it and try again."
        ) from None
    if answer:
        raise LiveError(f"EasyEffects objects: {answer}")


def _objection(line: socket.socket) -> str:
    line.settimeout(_LISTEN_S)
    received = b""
    with contextlib.suppress(TimeoutError):
        while len(received) < _MOST_BYTES and (part := line.recv(_MOST_BYTES)):
            received += part
    return " ".join(received.decode("utf-8", errors="replace").split())[:200]
