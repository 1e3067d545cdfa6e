"""Which way a request's own words lean: where the model's answer is moved to before anybody sees it.

A small model that is read, not trained, hears what a request is about better than which way: "less bass" and "more
bass" look alike to it. The words themselves say that. Engineers' words and concepts have a direction on the tone plane
(``vocabulary.toml``, ``concepts.toml``: general knowledge, no measurement), sentences turn it round or scale it, and
along that direction the cloud's mean goes most of the way to where the words point; across it, and in shape, it stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tonewright.controllers.say.concepts import concepts
from tonewright.controllers.say.vocabulary import asked, comparative, interpret_all
from tonewright.population.distribution import PlaneDistribution

#: A plain engineer's word reaches so far on the plane, and no words further than the second number.
REACH, FURTHEST = 3.0, 4.0
#: Share of the way that the mean goes along engineers' words, and along concepts.
BY_TERMS, BY_CONCEPTS = 0.8, 0.6
#: In longer requests an engineer's word is rarely what all of it is about.
LONGEST_WORDS = 12
_LEAST = 1e-6


@dataclass(frozen=True)
class Lean:
    """Where a request's words point.

    Attributes
    ----------
    point
        On the tone plane, (x, y).
    share
        Of the way there that the mean of an answer goes.
    """

    point: tuple[float, float]
    share: float


def lean(request: str) -> Lean | None:
    """Return where the words of a request point; ``None`` where they say nothing about tone.

    Examples
    --------
    >>> lean("more bass").point[1] < 0 < lean("less bass").point[1]
    True
    """
    by_terms = _by_terms(request) if len(request.split()) <= LONGEST_WORDS else None
    return by_terms or _by_concepts(request)


def leaned(plane: PlaneDistribution, request: str) -> PlaneDistribution:
    """Return a distribution moved along the words of a request."""
    found = lean(request)
    if found is None:
        return plane
    point = np.array(found.point)
    length = float(np.linalg.norm(point))
    along = point / length
    return plane.shifted(found.share * (length - float(plane.mean() @ along)) * along)


def _by_terms(request: str) -> Lean | None:
    vectors = [np.array(one.plane) * one.strength for one in interpret_all(request)]
    total = np.sum(vectors, axis=0) if vectors else np.zeros(2)
    return _pointing(REACH * total, BY_TERMS)


def _by_concepts(request: str) -> Lean | None:
    text = " ".join(request.lower().replace("\u2019", "'").split())
    vectors = []
    for match in _pattern().finditer(text):
        kind, place = _places()[match[0]]
        sense, strength = (1, 1.0) if kind == "scene" else asked(text, match.start(), match.end())
        vectors.append(sense * strength * np.array(place))
    return _pointing(np.mean(vectors, axis=0), BY_CONCEPTS) if vectors else None


def _pointing(vector: NDArray[np.float64], share: float) -> Lean | None:
    length = float(np.linalg.norm(vector))
    if length < _LEAST:
        return None
    x, y = vector * min(1.0, FURTHEST / length)
    return Lean((float(x), float(y)), share)


@cache
def _places() -> dict[str, tuple[str, tuple[float, float]]]:
    found: dict[str, tuple[str, tuple[float, float]]] = {}
    for concept in concepts().values():
        for words in concept.words.values():
            for word in words:
                found.setdefault(word.lower(), (concept.kind, concept.plane))
        for word in concept.words["en"]:
            if concept.kind == "mood" and word.isalpha():
                found.setdefault(comparative(word.lower()), (concept.kind, concept.plane))
    return found


@cache
def _pattern() -> re.Pattern[str]:
    words = sorted(_places(), key=len, reverse=True)
    return re.compile(
        "|".join(re.escape(w) if "\u4e00" <= w[0] <= "\u9fff" else rf"(?<!\w){re.escape(w)}(?!\w)" for w in words)
    )
