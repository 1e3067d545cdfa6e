"""Numbers about compression in a request: "compress 3:1 above -20 dB", "attack 10 ms, release 120"."""

from __future__ import annotations

from collections.abc import Sequence

from tonewright.controllers.say.tokens import Token
from tonewright.settings import Compressor

#: What is not said, if something is.
RATIO, THRESHOLD_DB = 2.0, -24.0
#: Word, key of the settings, unit of its number, safe limits.
_PARTS = (
    ("ratio", "ratio", "ratio", (1.0, 20.0)),
    ("threshold", "threshold_db", "db", (-60.0, 0.0)),
    ("attack", "attack_ms", "ms", (0.1, 500.0)),
    ("release", "release_ms", "ms", (1.0, 2_000.0)),
    ("knee", "knee_db", "db", (0.0, 24.0)),
    ("makeup", "makeup_db", "db", (0.0, 12.0)),
)
_SKIPPED = frozenset({"filler", "at", "by", "range"})


def hear_compressor(tokens: Sequence[Token]) -> tuple[Compressor | None, frozenset[int], list[str]]:
    """Return the compressor a request asks for with numbers, the indices of its tokens, and remarks.

    A word without a number asks for nothing here: "less attack" is about tone or left to others.
    """
    used: set[int] = set()
    values: dict[str, float] = {}
    certain = False
    for index, token in enumerate(tokens):
        for word, key, unit, _ in _PARTS:
            if word not in token.roles or key in values:
                continue
            place = _number_of(tokens, index, unit, used)
            if place is not None:
                values[key] = _value(tokens[place])
                certain = certain or tokens[place].unit == unit or word in ("ratio", "threshold")
                used |= set(range(min(index, place), max(index, place) + 1))
    for index, token in enumerate(tokens):
        if "compress" in token.roles:
            found = _around(tokens, index, used, values)
            certain = certain or found
            if found or values:
                used.add(index)
    if values and certain and "ratio" not in values:
        alone = next((i for i, token in enumerate(tokens) if token.unit == "ratio" and i not in used), None)
        if alone is not None:
            values["ratio"] = _value(tokens[alone])
            used.add(alone)
    if not values or not certain:
        return None, frozenset(), []
    remarks = []
    for _, key, _, (low, high) in _PARTS:
        if key in values and not low <= values[key] <= high:
            kept = min(max(values[key], low), high)
            name = key.rpartition("_")[0] or key
            remarks.append(f"A {name} of {values[key]:g} is beyond what is safe: {kept:g}.")
            values[key] = kept
    if "ratio" not in values:
        remarks.append(f"No ratio was given: {RATIO:g}:1.")
    if "threshold_db" not in values:
        remarks.append(f"No threshold was given: {THRESHOLD_DB:g} dB.")
    return Compressor(**{"ratio": RATIO, "threshold_db": THRESHOLD_DB, **values}), frozenset(used), remarks


def _number_of(tokens: Sequence[Token], index: int, unit: str, used: set[int]) -> int | None:
    """Return where the number of a word stands: just before it with its unit, else after it."""

    def fits(place: int, bare: bool) -> bool:
        token = tokens[place]
        return place not in used and token.value is not None and (token.unit == unit or (bare and token.unit == ""))

    if index > 0 and fits(index - 1, bare=False):
        return index - 1
    after = index + 1
    while after < len(tokens) and (tokens[after].roles & _SKIPPED or tokens[after].text in ("time", "to")):
        after += 1
    return after if after < len(tokens) and fits(after, bare=True) else None


def _around(tokens: Sequence[Token], index: int, used: set[int], values: dict[str, float]) -> bool:
    """Take what stands around the word "compress" itself: a ratio, and a level it works above."""
    found = False
    for place in range(max(0, index - 3), len(tokens)):
        token = tokens[place]
        if place > index and (token.unit == "hz" or token.roles & {"end", "then", "cut", "boost"}):
            break
        if place in used:
            continue
        before = tokens[place - 1].roles if place > index else frozenset()
        if token.unit == "ratio" and "ratio" not in values:
            values["ratio"] = _value(token)
        elif (
            token.unit == "db"
            and "threshold_db" not in values
            and place > index
            and (_value(token) < 0 or "above" in before)
        ):
            values["threshold_db"] = _value(token)
            used.add(place - 1)
        else:
            continue
        used.add(place)
        found = True
    return found


def _value(token: Token) -> float:
    return 0.0 if token.value is None else token.value
