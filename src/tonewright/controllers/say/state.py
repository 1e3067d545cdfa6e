"""What a conversation has come to: its turns and results, and the file they are kept in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from tonewright.errors import TonewrightError
from tonewright.files import write_text
from tonewright.frozen import Frozen
from tonewright.population.data import Context
from tonewright.settings import Settings

#: The longest conversation, in turns, and the largest file, in bytes.
MOST_TURNS = 2000
_LARGEST = 16 << 20

T = TypeVar("T", bound=BaseModel)


class ConversationError(TonewrightError):
    """A conversation's file that cannot be read, or a conversation that cannot go on."""


class Version(Frozen):
    """One result.

    Attributes
    ----------
    settings
        All of them, for audio at -23 LUFS.
    base
        What stood before the last change: more and less of it are measured from there.
    request
        What the last change was asked by; empty if nothing was asked in words.
    point
        Of the tone plane, where the population decided about the tone.
    take
        How many other people were heard for the request.
    decided_by
        Parts of the answer, or ``conversation``.
    said
        Why, in sentences.
    """

    settings: Settings
    base: Settings
    request: str = ""
    point: tuple[float, float] | None = None
    take: int = Field(default=0, ge=0)
    decided_by: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


class Option(Frozen):
    """One of two that can be chosen: settings, and the point of the plane behind them."""

    settings: Settings
    point: tuple[float, float]
    take: int = 0


class Said(Frozen):
    """One turn as it is remembered: what was said, what it was taken for, the number of the result it made, if any."""

    text: str
    kind: str
    number: int | None = None


class State(Frozen):
    """Everything.

    Attributes
    ----------
    amount, seed, context
        Of every request.
    turns
        What was said.
    versions
        Every result; the first is what stood before anything was said.
    line
        Numbers of results, one after the other, as undo and redo walk along.
    position
        Where in the line the conversation stands.
    offer
        Two that wait for a choice, and the request they are for.
    """

    version: Literal[1] = 1
    kind: Literal["tonewright conversation"] = "tonewright conversation"
    amount: float = Field(default=1.0, ge=0.0, le=1.5)
    seed: int = Field(default=0, ge=0)
    context: Context = Context()
    turns: tuple[Said, ...] = Field(default=(), max_length=MOST_TURNS)
    versions: tuple[Version, ...] = Field(default=(Version(settings=Settings(), base=Settings()),), min_length=1)
    line: tuple[int, ...] = Field(default=(0,), min_length=1)
    position: int = Field(default=0, ge=0)
    offer: tuple[Option, Option] | None = None
    offered_for: str = ""

    @model_validator(mode="after")
    def _numbers_lead_somewhere(self) -> Self:
        if self.position >= len(self.line):
            raise ValueError("position is beyond the line")
        if any(not 0 <= number < len(self.versions) for number in self.line):
            raise ValueError("line names a result that is not there")
        if any(turn.number is not None and not 0 <= turn.number < len(self.versions) for turn in self.turns):
            raise ValueError("a turn names a result that is not there")
        return self

    @property
    def number(self) -> int:
        """The number of the result that stands."""
        return self.line[self.position]

    @property
    def standing(self) -> Version:
        """The result that stands."""
        return self.versions[self.number]

    def with_version(self, version: Version) -> State:
        """Return the state with a new result after the standing one; what was undone can no longer be redone."""
        line = (*self.line[: self.position + 1], len(self.versions))
        return self.changed(versions=(*self.versions, version), line=line, position=len(line) - 1)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: text and numbers."""
        return self.model_dump(mode="json", exclude_none=True)

    def save(self, path: str | Path) -> None:
        """Write the file beside its place and rename it; raises :class:`~tonewright.errors.OutputError`."""
        write_text(path, json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n", personal=True)

    @classmethod
    def load(cls, path: str | Path) -> State:
        """Read a file; raises :class:`ConversationError` if it is missing, broken or something else."""
        return read(cls, path, "conversation", ConversationError)


def read(model: type[T], path: str | Path, what: str, error: type[TonewrightError]) -> T:
    """Read and validate a JSON file.

    Parameters
    ----------
    model
        What it must be.
    what
        As a user calls it: "conversation".
    error
        Raised with one sentence.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise error(f"{path} is larger than any {what}.")
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise error(f"There is no {what} {path}.") from None
    except OSError as problem:
        raise error(f"{path} cannot be read: {problem.strerror or problem}.") from None
    except (ValueError, RecursionError):
        raise error(f"{path} is no {what}: it is not JSON.") from None
    try:
        return model.model_validate(content)
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        why = first["msg"].removeprefix("Value error, ").rstrip(".")
        raise error(f"{path} is no {what} of this version: {where + ': ' if where else ''}{why}.") from None
