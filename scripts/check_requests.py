#!/usr/bin/env python3
"""Check files of labelled requests against data/requests/guide.md: every fault in a line.

python scripts/check_requests.py data/requests/raw/*.jsonl
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REGIONS = ("sub", "bass", "low_mids", "mids", "presence", "treble", "air")
SITUATIONS = frozenset(
    [
        "headphones",
        "phone",
        "car",
        "home_stereo",
        "tv_film",
        "games",
        "podcast",
        "broadcast",
        "voice_call",
        "audiobook",
        "music_mix",
        "mastering",
        "instrument",
        "live",
        "church",
        "dj_club",
        "hearing",
        "night",
        "work_focus",
        "party",
        "relaxing",
        "sports",
        "kids",
        "restoration",
        "vinyl",
        "room",
        "mood",
        "genre",
        "other",
    ]
)
KINDS = frozenset({"adjust", "keep", "cannot", "unrelated", "unsure"})
WHYS = frozenset(
    [
        "reverb",
        "noise",
        "clicks",
        "distortion",
        "separation",
        "pitch",
        "tempo",
        "stereo",
        "volume",
        "edit",
        "effect",
        "other",
    ]
)
DOS = frozenset({"even", "punch", "deess", "less", "tame"})
ROLES = frozenset({"wish", "fault", "keep", "fine", "not", "context"})
KEYS = frozenset(
    ["text", "lang", "situation", "kind", "why", "moves", "keep", "dynamics", "numbers", "clauses", "plane"]
)


def is_place(name: str) -> bool:
    """Whether a name is a region or an ascending range of Hz such as ``300-600``."""
    low, _, high = name.partition("-")
    try:
        return name in REGIONS or 16.0 <= float(low) < float(high) <= 22_000.0
    except ValueError:
        return False


def faults(request: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a request, in words."""
    if unknown := set(request) - KEYS:
        yield f"unknown keys: {', '.join(sorted(unknown))}"
    for key in ("text", "lang", "situation", "kind"):
        if not isinstance(request.get(key), str) or not request[key].strip():
            yield f"no {key}"
            return
    text, kind, moves = request["text"], request["kind"], request.get("moves", {})
    for key, allowed in (("kind", KINDS), ("situation", SITUATIONS)):
        if request[key] not in allowed:
            yield f"{request[key]} is no {key}"
    if ("why" in request or kind == "cannot") and request.get("why") not in WHYS:
        yield f"{request.get('why')} is no reason"
    for place, degree in moves.items():
        if not is_place(place) or degree not in (-3, -2, -1, 1, 2, 3):
            yield f"{place} cannot move by {degree}"
    for place in request.get("keep", []):
        if not is_place(place) or place in moves:
            yield f"{place} cannot be kept"
    for one in request.get("dynamics", []):
        places = (*REGIONS, "all")
        if one.get("do") not in DOS or one.get("where") not in places or one.get("degree") not in (1, 2, 3):
            yield f"{one} is not about dynamics"
    for one in request.get("numbers", []):
        if one.get("role") not in ("order", "describe") or one.get("said", "") not in text:
            yield f"{one} is no number of the text"
    for clause in request.get("clauses", []):
        if len(clause) != 2 or clause[1] not in ROLES or clause[0] not in text:
            yield f"{clause} is no clause of the text"
    orders = any(one.get("role") == "order" for one in request.get("numbers", []))
    if kind == "adjust" and not (moves or request.get("dynamics") or orders):
        yield "nothing is adjusted"
    if kind != "adjust" and (moves or request.get("dynamics")):
        yield f"{kind} moves nothing"
    plane = request.get("plane")
    if plane is None and kind in ("adjust", "keep"):
        yield "no plane"
    if plane is not None and not (len(plane) == 4 and max(map(abs, plane[:2])) <= 6 and min(plane[2:]) > 0):
        yield f"{plane} is no place on the plane"


def main(paths: list[str]) -> int:
    """Print every fault; return how many lines have one, at most 1."""
    count = bad = 0
    for path in paths:
        seen: set[str] = set()
        for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), 1):
            count += 1
            try:
                request = json.loads(line)
                found = list(faults(request))
            except (ValueError, AttributeError, TypeError) as error:
                found = [f"cannot be read: {error}"]
            else:
                if request.get("text") in seen:
                    found.append("the same text twice")
                seen.add(str(request.get("text")))
            for one in found:
                print(f"{path}:{number}: {one}")
            bad += bool(found)
    print(f"{count} requests, {bad} with faults")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
