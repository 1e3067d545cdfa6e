"""PipeWire's relaxed JSON: commas, colons and equals signs are blanks, words need no quotes, ``#`` starts a comment.

Source: ``spa/include/spa/utils/json-core.h`` of PipeWire; configuration files leave out the outermost braces.
"""

from __future__ import annotations

import re
from typing import Any

from tonewright.errors import SettingsError

_TOKEN = re.compile(
    r"""(?P<skip>[\s,:=]+|\#[^\n]*)
    |(?P<open>[{\[])
    |(?P<close>[}\]])
    |"(?P<quoted>(?:[^"\\]|\\.)*)"
    |(?P<bare>[^\s,:={}\[\]"\#]+)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "/": "/"}
#: Containers inside containers; no configuration comes near.
_DEEPEST = 60
_CLOSES = {"{": "}", "[": "]"}


class Word(str):
    """Text that stood without quotes: perhaps a number."""

    __slots__ = ()


def load_spa(text: str, title: str) -> dict[str, Any]:
    """Load a configuration; values are objects, lists, text and :class:`Word`; raises :class:`SettingsError`."""
    tokens = _tokens(text, title)
    if tokens and tokens[0] == ("open", "{"):
        whole, rest = _container(tokens, 1, "{", 1, title)
        if rest != len(tokens):
            raise SettingsError(f"{title}: something stands behind the last brace.")
    else:
        whole, _ = _container([*tokens, ("close", "}")], 0, "{", 1, title, whole=True)
    assert isinstance(whole, dict)
    return whole


def _tokens(text: str, title: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match:
            line = text.count("\n", 0, place) + 1
            raise SettingsError(f"{title}: line {line} cannot be read; perhaps a quotation mark is missing.")
        kind = str(match.lastgroup)
        if kind != "skip":
            value = match[kind]
            found.append((kind, _unescaped(value) if kind == "quoted" else value))
        place = match.end()
    return found


def _unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return _ESCAPES.get(match[2], match[2])

    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", one, text, flags=re.DOTALL)


def _container(
    tokens: list[tuple[str, str]], place: int, opened: str, depth: int, title: str, whole: bool = False
) -> tuple[dict[str, Any] | list[Any], int]:
    """Read up to the closing bracket; returns the container and the place behind it."""
    if depth > _DEEPEST:
        raise SettingsError(f"{title}: the file is nested too deeply.")
    values: list[Any] = []
    while place < len(tokens):
        kind, text = tokens[place]
        place += 1
        if kind == "close":
            if text != _CLOSES[opened] or (whole and place != len(tokens)):
                raise SettingsError(f"{title}: a bracket is closed that was not opened.")
            return (values if opened == "[" else _pairs(values, title)), place
        if kind == "open":
            value, place = _container(tokens, place, text, depth + 1, title)
            values.append(value)
        else:
            values.append(text if kind == "quoted" else Word(text))
    raise SettingsError(f"{title}: a bracket is not closed.")


def _pairs(values: list[Any], title: str) -> dict[str, Any]:
    keys = values[::2]
    if len(values) % 2 or not all(isinstance(key, str) for key in keys):
        raise SettingsError(f"{title}: a key has no value, or a value no key.")
    if len(set(keys)) != len(keys):
        raise SettingsError(f"{title}: a key is given twice.")
    return {str(key): value for key, value in zip(keys, values[1::2], strict=True)}
