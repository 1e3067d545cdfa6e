"""What listeners ask for besides engineers' words, and where it plausibly lies on the tone plane: ``concepts.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from tonewright.controllers.say.vocabulary import LANGUAGES


@dataclass(frozen=True)
class Concept:
    """Something listeners ask for.

    Attributes
    ----------
    kind
        ``tone``, ``mood`` or ``scene``: which frames its words fit.
    plane
        Where the plain request lies on the tone plane, (x, y).
    spread
        Standard deviation between people around it.
    family
        Held out together.
    words
        By language, ``en`` included.
    """

    name: str
    kind: str
    plane: tuple[float, float]
    spread: float
    family: str
    words: dict[str, tuple[str, ...]]


@cache
def concepts() -> dict[str, Concept]:
    """Return all concepts by name."""
    content = tomllib.loads(resources.files(__package__).joinpath("concepts.toml").read_text(encoding="utf-8"))
    return {
        name: Concept(
            name=name,
            kind=row["kind"],
            plane=(float(row["plane"][0]), float(row["plane"][1])),
            spread=float(row["spread"]),
            family=row["family"],
            words={
                "en": tuple(row["words"]),
                **{language: (row[language],) for language in LANGUAGES if language in row},
            },
        )
        for name, row in content.items()
    }
