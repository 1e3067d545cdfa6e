"""An option as faces read it: name, type, row and default, and what a value of it must be, in words."""

from __future__ import annotations

import types
from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields, replace
from functools import cached_property
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from tonewright.requests.rows import Row

#: In place of the default of what must be given.
REQUIRED: Any = MISSING
_UNIONS = (Union, types.UnionType)


@dataclass(frozen=True)
class Option:
    """One line of the table.

    Attributes
    ----------
    name
        In Python; its end is the unit where it has one.
    type
        Of values, without the row: a number, ``bool``, ``str``, words, a ``tuple`` of one of them, or several of these.
    row
        What is said of it.
    default
        ``REQUIRED`` if it must be given.
    """

    name: str
    type: Any
    row: Row
    default: Any = REQUIRED

    @property
    def required(self) -> bool:
        """Whether it must be given."""
        return self.default is REQUIRED

    @cached_property
    def kinds(self) -> tuple[Any, ...]:
        """What a value may be: ``float``, ``int``, ``bool``, ``str``, ``dict``, ``tuple``, ``NoneType``, literals."""
        return tuple(part if get_origin(part) is Literal else get_origin(part) or part for part in self._parts)

    @property
    def _parts(self) -> tuple[Any, ...]:
        return get_args(self.type) if get_origin(self.type) in _UNIONS else (self.type,)

    @property
    def _items(self) -> str:
        item = next(get_args(part)[0] for part in self._parts if get_origin(part) is tuple)
        return "numbers" if item is float else "names"

    @property
    def words(self) -> tuple[str, ...]:
        """Words that are values."""
        return tuple(word for kind in self.kinds if get_origin(kind) is Literal for word in get_args(kind))

    @property
    def several(self) -> bool:
        """Whether a value is a list."""
        return tuple in self.kinds

    @property
    def is_number(self) -> bool:
        """Whether a value may be a single number."""
        return float in self.kinds or int in self.kinds

    def narrowed(self, low: float | None, high: float | None) -> Option:
        """Return the option with a narrower range, for a face that cannot offer all of it."""
        return replace(self, row=replace(self.row, low=low, high=high))

    def demand(self) -> str:
        """Say what a value must do: ``must lie between 0 and 1.5``."""
        low, high = _plain(self.row.low), _plain(self.row.high)
        if self.several:
            count = "" if low is None else f"{low} or more " if high is None else f"{low} to {high} "
            return f"must be a list of {count}{self._items}"
        if self.is_number:
            number = "a whole number" if int in self.kinds else "a number"
            unit = f" {self.row.unit}" if self.row.unit else ""
            if low is None or high is None:
                return f"must be {number}{unit}" + (f" of {low} or more" if low is not None else "")
            if not self.words and not self.row.none:
                return f"must lie between {low} and {high}{unit}"
            words = [*self.words, *([self.row.none] if self.row.none else [])]
            return f"must be {', '.join(words)} or {number} between {low} and {high}{unit}"
        if self.words:
            return f"must be {listed(self.words)}"
        if bool in self.kinds:
            return "must be true or false"
        return "must be text" + (f" of at most {high} characters" if high else "")

    def checked_type(self) -> Any:
        """Return the type with its range, as pydantic reads it."""
        from pydantic import Field

        bounded = tuple(self._bounded(part) for part in self._parts)
        whole = bounded[0] if len(bounded) == 1 else Union[bounded]  # noqa: UP007
        return Annotated[whole, Field(description=f"{self.row.sentence} {self.row.more}".rstrip())]

    def _bounded(self, part: Any) -> Any:
        from pydantic import BeforeValidator, Field

        low, high = self.row.low, self.row.high
        if part in (int, float):
            return Annotated[part, Field(ge=low, le=high)]
        if part is str and (self.row.reads or self.row.writes):
            return Annotated[str, Field(min_length=1), BeforeValidator(_as_text)]
        if part is str:
            return Annotated[str, Field(max_length=None if high is None else int(high))]
        if part is type(None) and self.row.none:
            return Annotated[None, BeforeValidator(lambda value: None if value == self.row.none else value)]
        if get_origin(part) is tuple:
            item: Any = get_args(part)[0]
            item = Annotated[str, Field(min_length=1), BeforeValidator(_as_text)] if item is str else item
            size = Field(min_length=None if low is None else int(low), max_length=None if high is None else int(high))
            return Annotated[tuple[item, ...], size]
        return part


_KNOWN: dict[type, dict[str, Option]] = {}


def options_of(kind: type[Any]) -> dict[str, Option]:
    """Return the options of a kind of request, in the order of the table."""
    if kind not in _KNOWN:
        hints = get_type_hints(kind, include_extras=True)
        _KNOWN[kind] = {
            one.name: Option(one.name, bare, row, one.default)
            for one in fields(kind)
            for bare, row in [get_args(hints[one.name])]
        }
    return _KNOWN[kind]


def listed(words: Iterable[str]) -> str:
    """Return words as a choice: ``a, b or c``."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def _as_text(value: Any) -> Any:
    """Return a path as text; anything else as it is."""
    return value.__fspath__() if hasattr(value, "__fspath__") else value


def _plain(number: float | None) -> str | None:
    return None if number is None else str(int(number)) if number == int(number) else f"{number:g}"
