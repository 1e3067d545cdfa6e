"""What a listening experiment found, as plain data: what an export writes and the analysis reads.

One file holds one study of one kind. Names in it are the truth: systems under their own labels, not those the listeners
saw. Trials of training pages are not in it; repeats and catch trials are, and say so.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from tonewright.errors import TonewrightError
from tonewright.files import write_text
from tonewright.frozen import Frozen
from tonewright.population.data import PLANE, TONE_PLANE, Context, Dimension

#: What stands in a results file under ``format``, so that it can be told from other JSON.
FORMAT = "tonewright study results"
#: What listeners did, by the kind of study.
Kind = Literal["adjustment", "rating", "mushra", "ab", "abx", "preference"]
#: The part of a results file that holds the answers of each kind.
PART_OF: dict[str, str] = {
    "adjustment": "adjustments",
    "rating": "ratings",
    "mushra": "ratings",
    "ab": "pairs",
    "abx": "pairs",
    "preference": "pairs",
}
#: What a questionnaire, a page or a browser may say.
Plain = str | int | float | bool | None


class ResultsError(TonewrightError):
    """Results of a study that cannot be read or used: missing, broken, of another kind, too few."""


class Listener(Frozen):
    """One person, by pseudonym.

    Attributes
    ----------
    id
        Unique in the results; nothing that leads to the person.
    complete
        Whether all trials were answered.
    headphones
        Outcome of the headphone check; ``None`` where there was none.
    answers
        Questionnaire: question to answer.
    device
        What the browser said of itself, and the level calibration.
    seconds
        From consent to the last answer, where known.
    """

    id: str = Field(min_length=1)
    complete: bool = True
    headphones: bool | None = None
    answers: dict[str, Plain] = Field(default_factory=dict)
    device: dict[str, Plain] = Field(default_factory=dict)
    seconds: float | None = Field(None, ge=0)


class _Answer(Frozen):
    """What every answer says of its trial.

    Attributes
    ----------
    listener
        Whose it is: an id of the results' listeners.
    trial
        Id of the page as this listener saw it; all stimuli rated on one page share it.
    item
        What was judged, the same for all listeners: a track, or a track with a request. The random effect of models.
    repeat
        0 for the first time, 1 for the first retest of the same item, and so on.
    catch
        A trial whose answer is known; it counts for screening only.
    passed
        Whether a catch trial was answered as expected; ``None`` where it is none.
    position
        Place of the trial in this listener's order, from 0; ``None`` if unknown.
    seconds
        Time on the trial.
    context
        What the listener was told of mood, place, company and programme.
    comment
        What was typed.
    """

    listener: str = Field(min_length=1)
    trial: str = Field(min_length=1)
    item: str = Field(min_length=1)
    repeat: int = Field(0, ge=0)
    catch: bool = False
    passed: bool | None = None
    position: int | None = Field(None, ge=0)
    seconds: float | None = Field(None, ge=0)
    context: Context = Context()
    comment: str = ""

    @model_validator(mode="after")
    def _catches_have_an_outcome(self) -> Self:
        if self.catch != (self.passed is not None):
            raise ValueError(
                f"trial {self.trial} of listener {self.listener}: passed goes with catch, and only with it"
            )
        return self


class Rating(_Answer):
    """One score of one stimulus.

    Attributes
    ----------
    system
        Truth label: what made the stimulus.
    role
        ``reference`` and ``anchor`` are MUSHRA's hidden ones; everything else is a ``system``.
    score
        On the scale of the results.
    plays
        How often it was listened to.
    """

    system: str = Field(min_length=1)
    role: Literal["system", "reference", "anchor"] = "system"
    score: float
    plays: int | None = Field(None, ge=0)


class Pair(_Answer):
    """One choice between two stimuli.

    Attributes
    ----------
    first, second
        Truth labels of A and B as this listener saw them.
    chosen
        What was preferred, or said to be X; ``tie`` where that was offered.
    x
        ABX: what X was.
    """

    first: str = Field(min_length=1)
    second: str = Field(min_length=1)
    chosen: Literal["first", "second", "tie"]
    x: Literal["first", "second"] | None = None

    @property
    def winner(self) -> str | None:
        """The label that was chosen; ``None`` for a tie."""
        return {"first": self.first, "second": self.second}.get(self.chosen)


class Adjustment(_Answer):
    """Where a listener left the control.

    Attributes
    ----------
    prompt
        The request that was read; empty where only a context was given.
    track
        What was heard.
    start, point
        Where the control stood first and last, in the space of the results.
    path
        The trajectory: rows of seconds and coordinates, in order of time; may be left out.
    """

    prompt: str = ""
    track: str | None = None
    start: tuple[float, ...] | None = None
    point: tuple[float, ...] = Field(min_length=1)
    path: tuple[tuple[float, ...], ...] = ()


class Results(Frozen):
    """All answers to one study.

    Attributes
    ----------
    study
        Its name.
    kind
        What listeners did.
    hash
        Of the study's file and stimuli: answers to different studies are not mixed.
    question
        What listeners were asked.
    scale
        Lowest and highest score of ratings: (1, 5) for opinion scores, else (0, 100).
    space
        Of adjustments: the tone plane, or the dimensions by name with their limits.
    listeners
        Everybody who answered anything.
    ratings, pairs, adjustments
        The answers; only the part of the study's kind has any.
    notes
        Anything else worth keeping: software, seed, date of the export.
    """

    format: Literal["tonewright study results"] = "tonewright study results"
    version: Literal[1] = 1
    study: str = Field(min_length=1)
    kind: Kind
    hash: str = ""
    question: str = ""
    scale: tuple[float, float] = (0.0, 100.0)
    space: Literal["tone_plane"] | tuple[Dimension, ...] = TONE_PLANE
    listeners: tuple[Listener, ...]
    ratings: tuple[Rating, ...] = ()
    pairs: tuple[Pair, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    notes: dict[str, Plain] = Field(default_factory=dict)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The axes of the space of adjustments."""
        return PLANE if self.space == TONE_PLANE else tuple(self.space)

    @property
    def answers(self) -> tuple[Rating, ...] | tuple[Pair, ...] | tuple[Adjustment, ...]:
        """The part that the kind fills."""
        found: tuple[Rating, ...] | tuple[Pair, ...] | tuple[Adjustment, ...] = getattr(self, PART_OF[self.kind])
        return found

    def without(self, listeners: set[str] | frozenset[str]) -> Results:
        """Return the results without these listeners."""
        return self.changed(
            listeners=tuple(each for each in self.listeners if each.id not in listeners),
            **{
                part: tuple(each for each in getattr(self, part) if each.listener not in listeners)
                for part in ("ratings", "pairs", "adjustments")
            },
        )

    def to_json(self) -> str:
        """Return the text of a results file."""
        data = _HEAD | self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"

    def save(self, path: str | Path) -> None:
        """Write a results file beside its place and rename it; raises :class:`~tonewright.errors.OutputError`."""
        write_text(path, self.to_json())

    @model_validator(mode="after")
    def _everything_fits(self) -> Self:
        known: set[str] = set()
        for listener in self.listeners:
            if listener.id in known:
                raise ValueError(f"listener {listener.id} is there twice")
            known.add(listener.id)
        for part in ("ratings", "pairs", "adjustments"):
            if getattr(self, part) and part != PART_OF[self.kind]:
                raise ValueError(f"a study of the kind {self.kind} has no {part}")
        low, high = self.scale
        if not low < high:
            raise ValueError("the scale must end above where it begins")
        seen: set[tuple[str, ...]] = set()
        for answer in self.answers:
            where = f"trial {answer.trial} of listener {answer.listener}"
            if answer.listener not in known:
                raise ValueError(f"{where}: there is no such listener")
            key = (answer.listener, answer.trial, answer.system if isinstance(answer, Rating) else "")
            if key in seen:
                raise ValueError(f"{where} is answered twice")
            seen.add(key)
            fault = self._fault(answer)
            if fault:
                raise ValueError(f"{where}: {fault}")
        return self

    def _fault(self, answer: Rating | Pair | Adjustment) -> str | None:
        if isinstance(answer, Rating):
            low, high = self.scale
            return None if low <= answer.score <= high else f"{answer.score:g} is not between {low:g} and {high:g}"
        if isinstance(answer, Pair):
            if (answer.x is not None) != (self.kind == "abx"):
                return "x is said in ABX, and only there"
            return "two times the same label" if answer.first == answer.second and not answer.catch else None
        dimensions = self.dimensions
        for name, point in (("point", answer.point), ("start", answer.start)):
            if point is None:
                continue
            if len(point) != len(dimensions):
                return f"the {name} has {len(point)} coordinates instead of {len(dimensions)}"
            for axis, value in zip(dimensions, point, strict=True):
                # Files are rounded: what misses an edge by rounding alone is accepted.
                if not axis.low - 1e-6 <= value <= axis.high + 1e-6:
                    return f"{axis.name} = {value:g} of the {name} is not between {axis.low:g} and {axis.high:g}"
        if any(len(row) != 1 + len(dimensions) for row in answer.path):
            return f"rows of the path have seconds and {len(dimensions)} coordinates"
        return None


_HEAD = {"format": FORMAT, "version": 1}


def load_results(path: str | Path) -> Results:
    """Read a results file.

    Raises
    ------
    ResultsError
        If it cannot be read, is something else, or says something impossible (the first fault is named).
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ResultsError(f"There are no results {path}; tonewright study export writes them.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ResultsError(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}.") from None
    return parse_results(text, str(path))


def parse_results(text: str, name: str = "the results") -> Results:
    """Read results from text; ``name`` begins the sentence of an error, see :func:`load_results`."""
    try:
        data: Any = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{name} is not JSON: {error}.") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ResultsError(f"{name} holds no results of a study; tonewright study export writes them.")
    if data.get("version") != 1:
        raise ResultsError(f"{name} is of version {data.get('version')!r}; this Tonewright reads version 1.")
    try:
        return Results.model_validate(data)
    except ValidationError as error:
        raise ResultsError(f"{name}: {_first_fault(error)}") from None


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no answer")


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    # The space is one of two types: the name of the type that was tried is no place in the file.
    place = ".".join(str(part) for part in fault["loc"] if not str(part).startswith(("literal[", "tuple[")))
    if fault["type"] == "extra_forbidden":
        return f"{place} is not a known key; check its spelling."
    if fault["type"] == "missing":
        return f"{place} is missing."
    message = fault["msg"].removeprefix("Value error, ").rstrip(".")
    message = message[0].lower() + message[1:]
    got = fault.get("input")
    plain = isinstance(got, int | str) or (isinstance(got, float) and math.isfinite(got))
    shown = f", got {got!r}" if plain and len(repr(got)) < 60 else ""
    return f"{place}: {message}{shown}." if place else f"{message}{shown}."
