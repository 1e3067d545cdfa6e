"""Tastes by name, on this computer: one small file each below ``TONEWRIGHT_HOME``, which goes nowhere by itself."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field

from tonewright.controllers.say.reading.home import home
from tonewright.controllers.say.state import read
from tonewright.controllers.say.taste import Choice, Taste
from tonewright.errors import OutputError, TonewrightError
from tonewright.files import make_folder, write_text
from tonewright.population.distribution import PlaneDistribution
from tonewright.population.plane import EDGE

#: Of the taste of whoever names none.
DEFAULT = "me"
#: The most choices that are kept: the posterior is narrow long before.
MOST_CHOICES = 1000
_NAME = re.compile(r"[\w][\w .-]{0,63}")


class TasteError(TonewrightError):
    """A taste that is not there, is broken, or has a name that no file can have."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Choice(_Model):
    chosen: tuple[float, float]
    other: tuple[float, float]
    mean: tuple[float, float]


class _File(_Model):
    version: Literal[1] = 1
    kind: Literal["tonewright taste"] = "tonewright taste"
    choices: tuple[_Choice, ...] = Field(default=(), max_length=MOST_CHOICES)


def folder() -> Path:
    """Return the folder of tastes, which need not exist yet."""
    return home() / "tastes"


def place(name: str) -> Path:
    """Return the file of a taste, which need not exist; raises :class:`TasteError` for what is no name."""
    if not _NAME.fullmatch(name) or name.endswith((".", " ")):
        raise TasteError(f"{name!r} is no name of a taste: use letters, digits, spaces, dots and hyphens, at most 64.")
    return folder() / f"{name}.json"


def names() -> list[str]:
    """Return the names of all tastes, sorted."""
    return sorted(path.stem for path in folder().glob("*.json")) if folder().is_dir() else []


def load(path: Path) -> Taste:
    """Read a file; raises :class:`TasteError` with one sentence if it is missing, broken or something else."""
    found = read(_File, path, "taste", TasteError)
    for one in found.choices:
        if any(abs(value) > EDGE for pair in (one.chosen, one.other, one.mean) for value in pair):
            raise TasteError(f"{path} is no taste: a point lies outside of the tone plane.")
    return Taste(tuple(Choice(one.chosen, one.other, one.mean) for one in found.choices))


def save(taste: Taste, path: str | Path) -> None:
    """Write a file whole or not at all; the oldest choices go beyond :data:`MOST_CHOICES`."""
    kept = [_Choice(chosen=one.chosen, other=one.other, mean=one.mean) for one in taste.choices[-MOST_CHOICES:]]
    content = json.dumps(_File(choices=tuple(kept)).model_dump(mode="json"), indent=1) + "\n"
    write_text(path, content, personal=True)


def get(name: str) -> Taste:
    """Return a taste by name; raises :class:`TasteError` if it is not there."""
    if not place(name).is_file():
        raise TasteError(f"There is no taste {name!r}; tonewright taste train makes one.")
    return load(place(name))


def put(name: str, taste: Taste) -> Path:
    """Keep a taste under a name, in place of an older one; return the file."""
    path = place(name)
    make_folder(path.parent)
    save(taste, path)
    return path


def delete(name: str) -> None:
    """Remove a taste for good; raises :class:`TasteError` if it is not there."""
    try:
        place(name).unlink()
    except FileNotFoundError:
        raise TasteError(f"There is no taste {name!r}.") from None
    except OSError as error:
        raise OutputError(f"{place(name)} cannot be removed: {error.strerror or error}.") from None


class Personal:
    """A taste that learns and is kept after every choice.

    Parameters
    ----------
    name
        A new one begins where nothing is kept under it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.taste = load(place(name)) if place(name).is_file() else Taste()

    def personal(self, plane: PlaneDistribution) -> PlaneDistribution:
        """Return what the person would choose where people would choose ``plane``."""
        return self.taste.personal(plane)

    def learn(self, chosen: ArrayLike, other: ArrayLike, plane: PlaneDistribution) -> None:
        """Heed a choice between two points, where people would choose ``plane``, and write it down."""
        self.taste = self.taste.choose(chosen, other, plane)
        put(self.name, self.taste)

    def propose(
        self, plane: PlaneDistribution, rng: np.random.Generator
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return two points of which the choice tells most."""
        return self.taste.propose(plane, rng)
