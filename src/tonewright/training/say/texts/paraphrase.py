"""Other wordings of a request that ask for the same: exchanged words, other frames, plain typing habits."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

#: How often a group of words is exchanged where it could be, and how often the first words are.
_EXCHANGE, _REOPEN = 0.35, 0.5
#: How often the capital or the full stop is left out, and how often two letters are swapped.
_LOWER, _NO_STOP, _TYPO = 0.2, 0.3, 0.05
_STATEMENT = re.compile(r"(i|it|the|this|everything|we|when|my|there)\b", re.IGNORECASE)


class _Words(NamedTuple):
    openings: list[list[str]]
    words: list[list[str]]
    frames: list[str]
    statement_frames: list[str]


@cache
def _read() -> _Words:
    data = tomllib.loads((files(__package__) / "paraphrases.toml").read_text(encoding="utf-8"))
    return _Words(data["openings"], data["words"], data["frames"], data["statement_frames"])


def paraphrase(request: str, rng: np.random.Generator) -> str:
    """Return another wording of an English request, or at times the request itself.

    Parameters
    ----------
    request
        One sentence.
    rng
        Decides which words change.
    """
    known = _read()
    text = " ".join(request.split())
    if rng.random() < _REOPEN:
        text = _reopen(text, known.openings, rng)
    text = _exchange(text, known.words, rng)
    frames = known.statement_frames if _STATEMENT.match(text) else known.frames
    frame = frames[rng.integers(len(frames))]
    body = text.rstrip(".!")
    inside = text if frame.startswith(("{X}", "{x}")) and frame.endswith("}") else body
    if frame.endswith("} Thanks!") or frame.endswith("} Please fix it."):
        inside = body + "."
    small = inside if re.match(r"I\b", inside) else inside[:1].lower() + inside[1:]
    return _habits(frame.replace("{X}", inside).replace("{x}", small), rng)


def _reopen(text: str, openings: list[list[str]], rng: np.random.Generator) -> str:
    fitting = [
        (opening, group) for group in openings for opening in group if re.match(re.escape(opening) + r"\b", text)
    ]
    if not fitting:
        return text
    longest = max(len(opening) for opening, _ in fitting)
    chosen = [(opening, group) for opening, group in fitting if len(opening) == longest]
    opening, group = chosen[rng.integers(len(chosen))]
    return group[rng.integers(len(group))] + text[len(opening) :]


def _exchange(text: str, groups: list[list[str]], rng: np.random.Generator) -> str:
    taken: set[str] = set()
    for group in groups:
        found = [word for word in group if word not in taken and re.search(rf"\b{re.escape(word)}\b", text)]
        if found and rng.random() < _EXCHANGE:
            new = group[rng.integers(len(group))]
            text = re.sub(rf"\b{re.escape(found[0])}\b", new, text, count=1)
            taken.update(group)
    return text


def _habits(text: str, rng: np.random.Generator) -> str:
    if rng.random() < _LOWER:
        text = text.lower()
    if rng.random() < _NO_STOP:
        text = text.rstrip(".")
    if rng.random() < _TYPO and len(text) > 12:
        place = int(rng.integers(4, len(text) - 3))
        if text[place].isalpha() and text[place + 1].isalpha():
            text = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text
