"""What a turn of a conversation is about: what was just done, or something new. The words are in ``turns.toml``.

Plain rules: a turn refers to what was done only if all of it does. "A bit less" scales the last change; "a bit less
bass" is a request like any other.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from tonewright.controllers.say.intensity import intensity, is_degree

Kind = Literal[
    "request",
    "scale",
    "keep",
    "back",
    "before",
    "undo",
    "redo",
    "restart",
    "why",
    "fine",
    "take",
    "offer",
    "first",
    "second",
]
#: A plain "less" leaves 2 to this power of a change, a plain "more" makes the reciprocal of it: they undo each other.
_STEP = -0.75
_SIGNS = ' \t\n.,;:!?…¿¡"“”„()'


@dataclass(frozen=True)
class Range:
    """What is kept.

    Attributes
    ----------
    word
        As it was said.
    low_hz, high_hz
        0 and 0 for the compressor, which has no place.
    """

    word: str
    low_hz: float
    high_hz: float


@dataclass(frozen=True)
class Meant:
    """What a turn means.

    Attributes
    ----------
    kind
        ``request``: something new. ``scale``: more, less or the opposite of the last change. ``keep``: something new,
        but some of what stands stays. ``back``: to a result by number; ``before``: to the one before. ``take``:
        somebody else of the population. ``offer``: two of them; ``first`` and ``second`` choose between two. ``why``
        and ``fine`` change nothing.
    factor
        Of ``scale``: of the last change; -1 is the opposite.
    number
        Of ``back``: 0 is what was before everything, -1 the latest.
    kept
        Of ``keep``.
    rest
        Of ``keep`` and ``request``: what is asked for, as it was written.
    """

    kind: Kind
    factor: float = 1.0
    number: int = 0
    kept: tuple[Range, ...] = ()
    rest: str = ""


def understand(text: str) -> Meant:
    """Return what a turn means.

    Examples
    --------
    >>> understand("a bit less").factor < 1.0 < understand("much more").factor
    True
    >>> understand("half of that").factor, understand("the other way").factor
    (0.5, -1.0)
    >>> understand("go back to the second").number
    2
    >>> understand("keep the bass but more air").rest
    'more air'
    >>> understand("a bit less bass").kind
    'request'
    """
    plain = " ".join(text.lower().replace("’", "'").split()).strip(_SIGNS)
    plain = " ".join(re.sub(r"[.,;:!?…]+(?=\s|$)", " ", plain).split())
    for words in _peeled(plain):
        found = _refers(words)
        if found is not None:
            return found
    return _keeps(text) or Meant("request", rest=text.strip())


def _peeled(words: str) -> list[str]:
    """Return the words as they are, and with fillers taken off either end one by one."""
    found = [words]
    for one in found:
        around = _content()["around"]
        found += [one.removeprefix(f"{word} ").strip() for word in around["before"] if one.startswith(f"{word} ")]
        found += [one.removesuffix(f" {word}").strip() for word in around["after"] if one.endswith(f" {word}")]
        if len(found) > _MOST_PEELED:
            break
    return found


_MOST_PEELED = 60


def _refers(words: str) -> Meant | None:
    content = _content()
    for factor, phrases in content["share"].items():
        if words in phrases:
            return Meant("scale", factor=float(factor))
    for kind, phrases in content["plain"].items():
        if words in phrases:
            return Meant(kind)
    for name, sign in (("less", 1.0), ("more", -1.0)):
        if (strength := _degree_of(words, content[name]["words"])) is not None:
            return Meant("scale", factor=2.0 ** (sign * _STEP * strength))
    number = _number(words)
    return None if number is None else Meant("back", number=number)


def _degree_of(words: str, phrases: list[str]) -> float | None:
    """Return the degree if the words are one of the phrases, alone or with words of degree around it."""
    for phrase in phrases:
        if words == phrase:
            return 1.0
        for degree in (words.removesuffix(f" {phrase}"), words.removeprefix(f"{phrase} ")):
            if degree != words and is_degree(degree):
                return intensity(degree)
        # "way too much": the degree goes with "too", which is part of the phrase.
        if words.endswith(f" {phrase}") and is_degree(f"{words.removesuffix(phrase)}{phrase.split()[0]}"):
            return intensity(words)
    return None


def _number(words: str) -> int | None:
    back = _content()["back"]
    rest = next((words[len(to) :].strip() for to in _longest(back["to"]) if words.startswith(f"{to} ")), None)
    if rest is None:
        return None
    rest = next((rest[: -len(one)].strip() for one in _longest(back["one"]) if rest.endswith(f" {one}")), rest)
    if re.fullmatch(r"(number |nummer |no |nr )?#?\d{1,3}", rest):
        return int(re.sub(r"\D", "", rest))
    return next((int(number) for number, names in back["numbers"].items() if rest in names), None)


def _keeps(text: str) -> Meant | None:
    """Return what is kept and what is asked for besides: "keep the bass but more air", "more air but keep the bass"."""
    match = _keep_pattern().search(text)
    if match is None:
        return None
    before, after = text[: match.start()], text[match.end() :]
    kept = [match["place"], *([match["more"]] if match["more"] else [])]
    rest = " ".join(f"{_join_pattern().sub('', before)} {_join_pattern().sub('', after)}".split()).strip(" ,;")
    return Meant("keep", kept=tuple(found for word in kept if (found := _range(word.lower()))), rest=rest)


def _range(word: str) -> Range | None:
    """Return where a word is; ``None`` for "the rest" and the like, which any request on top keeps."""
    for limits, words in _content()["keep"]["places"].items():
        if word in words and limits == "everything":
            return None
        if word in words:
            low, high = limits.split("-")
            return Range(word, float(low), float(high))
    raise AssertionError(word)


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("turns.toml").read_text(encoding="utf-8"))


@cache
def _keep_pattern() -> re.Pattern[str]:
    keep = _content()["keep"]
    places = _either([word for words in keep["places"].values() for word in words])
    articles, ends, joins = _either(keep["articles"]), _either(keep["ends"]), _either(keep["joins"])
    place = rf"(?:(?:{articles})\s*\b)?"
    return re.compile(
        rf"(?<!\w)(?:{_either(keep['verbs'])})\s+{place}(?P<place>{places})(?!\w)"
        rf"(?:\s*(?:,|{joins})\s+{place}(?P<more>{places})(?!\w)(?=\s*(?:[,.;]|$|(?:{ends}|{joins})\b)))?"
        rf"(?:\s+(?:{ends})(?!\w))?(?=\s*(?:[,.;:!?]|$)|\s+(?:{joins})(?!\w))",
        re.IGNORECASE,
    )


@cache
def _join_pattern() -> re.Pattern[str]:
    """Words that join two clauses, at either end of what is left."""
    joins = _either(_content()["keep"]["joins"])
    return re.compile(rf"^[\s,;.]*(?:(?:{joins})\s+)?|[\s,;.]*(?:\s(?:{joins}))?[\s,;]*$", re.IGNORECASE)


def _either(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in _longest(words))


def _longest(words: list[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)
