"""What synthetic requests are made of: concepts, vocabulary, frames; and what is held out of training."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any, Literal

from tonewright.controllers.say.concepts import Concept, concepts
from tonewright.controllers.say.vocabulary import Term, terms

Split = Literal["train", "held"]
#: Parts of the families of concepts and of the frames that training never sees.
_HELD_FAMILIES, _HELD_FRAMES = 0.2, 0.25


def split_of(family: str) -> Split:
    """Return the side of the split on which a family of concepts and terms is."""
    return "held" if family in _held_families() else "train"


def concepts_of(split: Split) -> list[Concept]:
    """Return the concepts on one side of the split."""
    return [concept for concept in concepts().values() if split_of(concept.family) == split]


def terms_of(split: Split) -> list[Term]:
    """Return the vocabulary's terms on one side of the split."""
    return [term for term in terms().values() if split_of(term.name) == split]


@cache
def frames(kind: str, sense: str, language: str, split: Split) -> list[str]:
    """Return the frames for ``kind`` (``tone``, ``mood``, ``scene``, ``fix``) and ``sense`` (``more``, ``less``)."""
    rows: list[str] = load("templates.toml")[kind].get(sense, {}).get(language, [])
    return _side(rows, split, _HELD_FRAMES)


@cache
def unrelated(split: Split) -> list[str]:
    """Return the requests that are not about sound, on one side of the split."""
    return _side([text for group in load("unrelated.toml").values() for text in group], split, _HELD_FRAMES)


@cache
def load(name: str) -> dict[str, Any]:
    """Return a TOML file beside this module as plain data."""
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))


@cache
def _held_families() -> frozenset[str]:
    families = {concept.family for concept in concepts().values()} | set(terms())
    return frozenset(_side(families, "held", _HELD_FAMILIES))


def _side(names: Iterable[str], split: Split, part: float) -> list[str]:
    """Return the names on one side, by the names alone; both sides get at least one of two."""
    ordered = sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())
    held = max(1, round(part * len(ordered))) if len(ordered) > 1 else 0
    return ordered[:held] if split == "held" else ordered[held:]
