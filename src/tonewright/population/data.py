"""Listening data: for each request, what each listener chose in some space of settings.

A population is a list of items. An item is one trial that several listeners saw alike: a prompt, perhaps a context and
a track, and one choice per listener. The same prompt may come back in several items (a retest); whoever splits a
population splits it by prompt, so that no answer to a prompt is on both sides.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError, model_validator

from tonewright.errors import TonewrightError
from tonewright.files import write_text
from tonewright.frozen import Frozen

#: What stands in a population file under ``kind``, so that it can be told from other JSON.
KIND = "tonewright population"
#: The plane's name as a space; its two dimensions are :data:`PLANE`.
TONE_PLANE: Literal["tone_plane"] = "tone_plane"


class PopulationError(TonewrightError):
    """Listening data that cannot be read or used: missing, broken, out of its space."""


class Dimension(Frozen):
    """One axis of a space of settings.

    Attributes
    ----------
    name
        As it is called in files and tables.
    low, high
        The ends of what could be chosen, in the unit; ``low < high``.
    unit
        As printed; empty for a plain number.
    """

    name: str = Field(min_length=1)
    low: float
    high: float
    unit: str = ""

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"{self.name} must end above where it begins")
        return self


#: The tone plane: x from relaxed to energetic, y from warm to bright; see :mod:`tonewright.population.plane`.
PLANE = (Dimension(name="x", low=-6.0, high=6.0), Dimension(name="y", low=-6.0, high=6.0))


class Context(Frozen):
    """What else was known about the moment; ``None`` where it was not said."""

    mood: str | None = None
    place: str | None = None
    company: str | None = None
    programme: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return not any((self.mood, self.place, self.company, self.programme))


class Choice(Frozen):
    """Where one listener ended, and where the control stood first (``None`` if nobody wrote it down)."""

    listener: str = Field(min_length=1)
    point: tuple[float, ...] = Field(min_length=1)
    start: tuple[float, ...] | None = None


class Item(Frozen):
    """One trial: a request and the choices made for it.

    Attributes
    ----------
    id
        Unique in its population.
    prompt
        The request in words.
    context, track
        What else the listeners knew and heard; ``None`` where it is not known.
    choices
        One per listener; none in an item that is only asked about.
    """

    id: str = Field(min_length=1)
    prompt: str = Field(min_length=1)
    context: Context = Context()
    track: str | None = None
    choices: tuple[Choice, ...] = ()

    @model_validator(mode="after")
    def _listeners_answer_once(self) -> Self:
        listeners = [choice.listener for choice in self.choices]
        twice = next((name for name in listeners if listeners.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"listener {twice} answers twice in item {self.id}")
        if len({len(choice.point) for choice in self.choices}) > 1:
            raise ValueError(f"the points of item {self.id} differ in their number of coordinates")
        return self

    @property
    def points(self) -> NDArray[np.float64]:
        """The choices, shape ``(listeners, dimensions)``; ``(0, 0)`` where there are none."""
        if not self.choices:
            return np.zeros((0, 0))
        return np.array([choice.point for choice in self.choices], dtype=np.float64)

    @property
    def listeners(self) -> tuple[str, ...]:
        """Who chose, in the order of :attr:`points`."""
        return tuple(choice.listener for choice in self.choices)

    def asked(self) -> Item:
        """Return the item without its answers, as a system that is judged may see it."""
        return self.changed(choices=())


class Population(Frozen):
    """Items in one space of settings.

    Attributes
    ----------
    space
        ``"tone_plane"``, or the dimensions by name with their limits.
    items
        The trials.
    source, licence
        Where the data come from and under which terms.
    """

    version: Literal[1] = 1
    kind: Literal["tonewright population"] = "tonewright population"
    space: Literal["tone_plane"] | tuple[Dimension, ...] = TONE_PLANE
    items: tuple[Item, ...]
    source: str = ""
    licence: str = ""

    @model_validator(mode="after")
    def _items_lie_in_the_space(self) -> Self:
        if not self.dimensions:
            raise ValueError("a space needs at least one dimension")
        seen: set[str] = set()
        for item in self.items:
            if item.id in seen:
                raise ValueError(f"the id {item.id} is there twice")
            seen.add(item.id)
            for choice in item.choices:
                for what, point in (("choice", choice.point), ("start", choice.start)):
                    if point is not None:
                        self._check(point, f"the {what} of listener {choice.listener} in item {item.id}")
        return self

    def _check(self, point: tuple[float, ...], what: str) -> None:
        if len(point) != len(self.dimensions):
            raise ValueError(f"{what} has {len(point)} coordinates instead of {len(self.dimensions)}")
        for axis, value in zip(self.dimensions, point, strict=True):
            # Files are rounded: what misses an edge by rounding alone is accepted.
            if not axis.low - 1e-6 <= value <= axis.high + 1e-6:
                raise ValueError(
                    f"{what} has {axis.name} = {value:g}, which is not between {axis.low:g} and {axis.high:g}"
                )

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The axes of the space."""
        return PLANE if self.space == TONE_PLANE else tuple(self.space)

    @property
    def points(self) -> NDArray[np.float64]:
        """All choices of all items, shape ``(choices, dimensions)``."""
        found = [choice.point for item in self.items for choice in item.choices]
        return np.array(found, dtype=np.float64).reshape(len(found), len(self.dimensions))

    @property
    def listeners(self) -> tuple[str, ...]:
        """Everybody who chose anywhere, in order of first appearance."""
        return tuple(dict.fromkeys(choice.listener for item in self.items for choice in item.choices))

    def prompts(self) -> dict[str, tuple[Item, ...]]:
        """Return the items of each prompt, by :func:`prompt_key`, in order of first appearance."""
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(prompt_key(item.prompt), []).append(item)
        return {key: tuple(items) for key, items in found.items()}

    def subset(
        self,
        *,
        prompts: Collection[str] | None = None,
        ids: Collection[str] | None = None,
        listeners: Collection[str] | None = None,
    ) -> Population:
        """Return the part with these prompts (compared by :func:`prompt_key`), item ids and listeners; all if absent.

        Items that lose all their choices go.
        """
        keys = None if prompts is None else {prompt_key(prompt) for prompt in prompts}
        kept: list[Item] = []
        for item in self.items:
            if (keys is not None and prompt_key(item.prompt) not in keys) or (ids is not None and item.id not in ids):
                continue
            if listeners is not None:
                item = item.changed(choices=tuple(choice for choice in item.choices if choice.listener in listeners))
                if not item.choices:
                    continue
            kept.append(item)
        return self.changed(items=tuple(kept))

    def to_json(self) -> str:
        """Return the text of a population file."""
        return json.dumps(self.model_dump(mode="json", exclude_none=True), indent=1, ensure_ascii=False) + "\n"

    def save(self, path: str | Path) -> None:
        """Write a population file beside its place and rename it; raises :class:`~tonewright.errors.OutputError`."""
        write_text(path, self.to_json())

    @classmethod
    def from_dict(cls, data: Any, source: str = "the population") -> Population:
        """Validate plain data.

        Raises
        ------
        PopulationError
            With the first fault, prefixed by ``source``.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise PopulationError(f"{source}: {_first_fault(error)}") from None

    @classmethod
    def of_items(cls, items: Iterable[Any], name: str, **fields: Any) -> Population:
        """Validate items as plain data in the space, source and licence given by ``fields``; like :meth:`from_dict`."""
        return cls.from_dict({"items": list(items), **fields}, name)


def prompt_key(prompt: str) -> str:
    """Return what two prompts must share to be the same: case, spaces and the last full stop do not count."""
    return " ".join(prompt.casefold().split()).rstrip(".! ")


def read_json(text: str, source: str) -> Any:
    """Parse JSON without NaN and infinities; raises :class:`PopulationError` with one sentence."""

    def refuse(name: str) -> float:
        raise ValueError(f"{name} is not a number that can be chosen")

    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise PopulationError(f"{source} is not JSON: {error}.") from None


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    # A space is one of two types: the name of the type that was tried is no place in the file.
    place = ".".join(str(part) for part in fault["loc"] if not str(part).startswith(("literal[", "tuple[")))
    message = fault["msg"].removeprefix("Value error, ").rstrip(".")
    if fault["type"] == "extra_forbidden":
        return f"{place} is not a known key; check its spelling."
    if fault["type"] == "missing":
        return f"{place} is missing."
    got = fault.get("input")
    plain = isinstance(got, int | str) or (isinstance(got, float) and math.isfinite(got))
    shown = f", got {got!r}" if plain and len(repr(got)) < 60 else ""
    message = message[0].lower() + message[1:]
    return f"{place}: {message}{shown}." if place else f"{message}{shown}."
