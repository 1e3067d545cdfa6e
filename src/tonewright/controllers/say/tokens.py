"""A request taken apart: numbers with their units, words with their roles. The table is ``grammar.toml`` beside this.

Numbers may be written (``-4dB``, ``2,5 dB``, ``10k``, ``3:1``) or spelled (``minus three decibels``); frequencies are
kept in Hz, times in ms.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

Unit = Literal["", "db", "hz", "ms", "octave", "ratio", "q", "slope"]

_UNITS: dict[Unit, str] = {
    "slope": r"(?:db|decibels?)\s*(?:/|per|pro|par|por|je)\s*(?:oct(?:ave)?|oktave|octava|oktav)s?",
    "db": r"db|decibels?|dezibel|décibels?|decibelios|decibeles|分贝",
    "hz": r"khz|kilohertz|kilo\s?hertz|kilohercios|千赫兹?|hz|hertz|hercios|赫兹?|cycles|ks?(?![\w$])",
    "ms": r"ms|msec|milliseconds?|millisekunden?|millisecondes?|milisegundos?|millisekunder|毫秒",
    "octave": r"(?:(?:of\s+)?an?\s+)?oct(?:ave)?s?|oktaven?|octavas?|oktav(?:er)?|个?八度",
}
_ANY_UNIT = "|".join(f"(?:{pattern})" for pattern in _UNITS.values())
_CHINESE = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_CHINESE_TENS = {"十": 10, "百": 100, "千": 1000}
_CLOCK = r"(?P<clock>\d{1,2}:\d{2}(?!\d)|\d+(?:\.\d+){2,})"
_NUMBER = (
    r"(?P<sign>(?<![\w.,])[-+−]\s?|(?<=[@:=/(])[-+−]\s?)?"
    r"(?P<fraction>\d+\s*/\s*\d+(?=[\s-]*(?:of\s+an?\s+)?o[ck]t))?"
    r"(?P<digits>(?(fraction)|(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?|[.,]\d+)))"
)


@dataclass(frozen=True)
class Token:
    """A number or a word of a request.

    Attributes
    ----------
    start, end
        Where it stands in the text.
    text
        As written, in lower case.
    roles
        What a word may do (keys of ``words`` in ``grammar.toml``); ``comma`` and ``end`` for signs. Empty for numbers
        and for words without one.
    value, unit
        Of a number, in dB, Hz, ms or octaves; ``unit`` is empty for a bare number. ``value`` is ``None`` for words.
    signed
        Whether the number was given a sign.
    strong
        Whether the unit was written out: ``10k`` may also be money.
    """

    start: int
    end: int
    text: str
    roles: frozenset[str] = frozenset()
    value: float | None = None
    unit: Unit = ""
    signed: bool = False
    strong: bool = True


@cache
def grammar() -> dict[str, Any]:
    """Return the table ``grammar.toml``."""
    return tomllib.loads(resources.files(__package__).joinpath("grammar.toml").read_text(encoding="utf-8"))


def tidy(text: str) -> str:
    """Return the text with one form for every character (full-width digits, odd spaces and minus signs)."""
    return unicodedata.normalize("NFKC", text).replace("−", "-").replace("’", "'").replace("\u00a0", " ")


def tokenize(text: str) -> list[Token]:
    """Take a tidied request apart, in order; characters without meaning are left out."""
    return [_token(match) for match in _pattern().finditer(text.lower())]


@cache
def _roles() -> dict[str, frozenset[str]]:
    roles: dict[str, set[str]] = {}
    for role, words in grammar()["words"].items():
        for word in words:
            roles.setdefault(word.lower(), set()).add(role)
    for word in grammar()["places"]:
        roles.setdefault(word, set()).add("place")
    return {word: frozenset(found) for word, found in roles.items()}


def _words(words: Any) -> str:
    """Return a pattern that matches any of the words whole; Chinese has no gaps between words."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(w) if (not w.isascii() and not w[0].isalpha()) or _chinese(w)
                    else _edges(w) for w in ordered)  # fmt: skip


def _edges(word: str) -> str:
    before = r"(?<!\w)" if word[0].isalnum() else ""
    after = r"(?!\w)" if word[-1].isalnum() else ""
    return before + re.escape(word).replace(r"\ ", r"\s+") + after


def _chinese(word: str) -> bool:
    return any("一" <= c <= "鿿" for c in word)


@cache
def _pattern() -> re.Pattern[str]:
    numbers = grammar()["numbers"]
    simple = _words([*numbers["units"], *numbers["tens"], *numbers["hundreds"]])
    spelled = rf"(?:{simple})(?:(?:\s+and\s+a\s+half|[\s-]+(?:and\s+|und\s+)?(?:{simple})))*"
    spelled = rf"{spelled}(?:\s+(?:{_words(numbers['points'])})(?:\s+(?:{simple}))+)?"
    sign = rf"(?:(?P<worded_sign>{_words([*numbers['minus'], *numbers['plus']])})\s*)?"
    unit = rf"(?:[\s-]*(?P<unit>{_ANY_UNIT})(?![^\W\d_一-鿿]))"
    chinese_unit = r"(?=\s*(?:db|分贝|hz|赫|千赫|个?八度|毫秒))"
    return re.compile(
        rf"{_CLOCK}"
        rf"|(?<!\w)(?P<ratio>\d+(?:[.,]\d+)?)\s*(?::|\bto\b|\bzu\b|\bil?\b|\bà\b|\btil\b|比)\s*1(?![\d:]|[.,]\d|\s*(?:{_ANY_UNIT}))"
        rf"|(?<![^\W\d_])(?P<q_word>q|güte|qualität|quality|品质)(?:[\s-]*(?:factor|faktor|facteur|wert|value|值))?"
        rf"\s*(?:=|:|of|von|de|på|is|auf)?\s*(?P<q>\d+(?:[.,]\d+)?)"
        rf"|(?P<thousands>\d+)k(?P<rest>\d+)(?!\w)"
        rf"|{sign}{_NUMBER}(?:{unit}|(?P<glued>[^\W\d_]\w*|%|°)|(?![^\W\d_]))"
        rf"|{sign.replace('worded_sign', 'worded_sign2')}(?P<chinese>[零一二两三四五六七八九十百千点半]+){chinese_unit}"
        rf"{unit.replace('?P<unit>', '?P<unit2>')}"
        rf"|{sign.replace('worded_sign', 'worded_sign3')}(?P<spelled>{spelled}){unit.replace('?P<unit>', '?P<unit3>')}?"
        rf"|(?P<article>{_words(numbers['articles'])}){unit.replace('?P<unit>', '?P<unit4>')}"
        rf"|(?P<word>{_words(_roles())})"
        rf"|(?P<end>[.;!?\n。；！？])|(?P<comma>[,，、:/()-])|(?P<other>[一-鿿]|[^\W\d_]+?(?=[一-鿿]|[\W\d_]|$))",
    )


def _token(match: re.Match[str]) -> Token:
    start, end = match.span()
    text = match[0]
    found = match.groupdict()

    def number(value: float, unit: str | None, sign: str = "") -> Token:
        kind = _unit(unit)
        value *= 1000.0 if unit and re.match(r"k|千赫", unit) else 1.0
        down = sign in ("-", *grammar()["numbers"]["minus"])
        strong = unit is None or re.fullmatch(r"ks?", unit) is None
        return Token(start, end, text, frozenset(), -value if down else value, kind, bool(sign), strong)

    if found["clock"]:
        return Token(start, end, text)
    if found["ratio"]:
        return Token(start, end, text, value=_decimal(found["ratio"]), unit="ratio")
    if found["q"]:
        return Token(start, end, text, value=_decimal(found["q"]), unit="q")
    if found["thousands"]:
        return Token(start, end, text, value=float(f"{found['thousands']}.{found['rest']}") * 1000, unit="hz")
    if found["glued"]:
        return Token(start, end, text)
    if found["fraction"]:
        above, below = (float(part) for part in found["fraction"].split("/"))
        return number(above / below if below else 0.0, found["unit"])
    if found["digits"]:
        return number(_decimal(found["digits"]), found["unit"], (found["worded_sign"] or found["sign"] or "").strip())
    if found["chinese"]:
        return number(_chinese_number(found["chinese"]), found["unit2"], found["worded_sign2"] or "")
    if found["spelled"]:
        value = _spelled(found["spelled"])
        if found["unit3"] is None and value < 20:
            # "one", "to", "fire" alone are words, not numbers.
            return Token(start, end, text, _roles().get(text, frozenset()))
        return number(value, found["unit3"], found["worded_sign3"] or "")
    if found["article"]:
        return number(1.0, found["unit4"])
    if found["word"]:
        return Token(start, end, text, _roles()[" ".join(text.split())])
    if found["end"] or found["comma"]:
        return Token(start, end, text, frozenset({"end" if found["end"] else "comma"}))
    return Token(start, end, text)


def _unit(unit: str | None) -> Unit:
    if unit is None:
        return ""
    return next(name for name, pattern in _UNITS.items() if re.fullmatch(pattern, unit))


def _decimal(digits: str) -> float:
    """Read digits; a comma before exactly three of them parts thousands, any other is a decimal comma."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits) and not digits.startswith("0"):
        return float(digits.replace(",", ""))
    return float(digits.replace(",", "."))


def _spelled(words: str) -> float:
    numbers = grammar()["numbers"]
    whole, part, scale = 0.0, 0.0, 0.0
    for word in re.sub(r"and\s+a\s+half", "half", words).replace("-", " ").split():
        if word in numbers["points"]:
            scale = 0.1
        elif word in numbers["hundreds"]:
            factor = numbers["hundreds"][word]
            whole, part = (whole + max(part, 1.0) * factor, 0.0) if factor == 1000 else (whole, max(part, 1.0) * factor)
        elif word in numbers["tens"] or word in numbers["units"]:
            value = numbers["tens"].get(word, numbers["units"].get(word, 0))
            part += value * scale if scale else value
            scale /= 10.0
    return whole + part


def _chinese_number(text: str) -> float:
    before, _, after = text.partition("点")
    total, digit = 0.0, 0.0
    for sign in before.removesuffix("半"):
        if sign in _CHINESE:
            digit = _CHINESE[sign]
        else:
            total += (digit or 1.0) * _CHINESE_TENS[sign]
            digit = 0.0
    total += digit + (0.5 if text.endswith("半") else 0.0)
    return total + sum(_CHINESE.get(sign, 0) * 0.1 ** (place + 1) for place, sign in enumerate(after))
