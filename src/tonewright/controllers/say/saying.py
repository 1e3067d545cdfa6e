"""``say``: a request in words, settings out.

numbers in it are obeyed  ->  what is left is read by a language model: engineer's word, tone, or not about sound
->  what a population would choose on the tone plane  ->  settings, and which part decided
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from tonewright.controllers.result import Recording, Result, asked_lufs
from tonewright.controllers.say.answer import Answer
from tonewright.controllers.say.compose import Wanted, compose
from tonewright.controllers.say.intensity import intensity
from tonewright.controllers.say.numbers import Parsed, parse
from tonewright.controllers.say.vocabulary import Finding, interpret_all, terms
from tonewright.errors import SettingsError
from tonewright.population.data import Context
from tonewright.population.distribution import PlaneDistribution
from tonewright.rendering import Progress, open_source, settle
from tonewright.rendering.work import listen
from tonewright.requests import Say
from tonewright.requests.checking import reads_options
from tonewright.requests.option import options_of
from tonewright.settings import Settings

if TYPE_CHECKING:
    from tonewright.reporting import Story

#: Controllers' settings are made for audio at this loudness, in LUFS.
WORKING_LUFS = -23.0
#: Longest request, in characters: anything longer is no request.
LONGEST = int(options_of(Say)["prompt"].row.high or 0)


class SayError(SettingsError):
    """A request cannot be answered."""


class Read(Protocol):
    """What a model says of one request; :class:`~tonewright.controllers.say.reading.reader.Reading` is one."""

    @property
    def plane(self) -> PlaneDistribution:
        """What people would choose."""
        ...

    @property
    def kind(self) -> str:
        """What the request is."""
        ...


class Model(Protocol):
    """Anything that reads requests."""

    def read(self, requests: Sequence[str]) -> Sequence[Read]:
        """Return what is said of each."""
        ...


class Taste(Protocol):
    """Turns what people would choose into what one person would."""

    def personal(self, plane: PlaneDistribution) -> PlaneDistribution:
        """Return the person's distribution."""
        ...


@dataclass(frozen=True)
class SayResult(Result):
    """An answer put on a recording.

    Attributes
    ----------
    answer
        What was understood.
    """

    answer: Answer

    @cached_property
    def story(self) -> Story:
        """Everything a report shows."""
        from tonewright.analysis.bands import CENTRES
        from tonewright.reporting import Story, describe_settings

        return Story(
            title=f"{self.source.name}: {self.answer.prompt}",
            settings=self.settings,
            sample_rate=self.source.sample_rate,
            frequency_hz=CENTRES,
            spectra={},
            sections=[
                ("What was understood", list(self.answer.said)),
                (
                    "What was done",
                    describe_settings(self.settings.with_output(0.0), sample_rate=self.source.sample_rate),
                ),
                ("Level", self._level_words()),
            ],
            before=self.before,
            after=self.after,
            files={"input": self.source.name},
            labels={"input": "your recording", "output": "the result"},
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything found as plain data."""
        return {**super().to_dict(), "answer": self.answer.to_dict()}


@reads_options(Say, without=("model", "taste"))
def answer(
    prompts: Sequence[str],
    model: Model,
    *,
    amount: float = Say.amount,
    samples: int = Say.samples,
    seed: int = Say.seed,
    context: Context | None = None,
    taste: Taste | None = None,
) -> list[Answer]:
    """Answer requests, without audio.

    Parameters
    ----------
    prompts
        One request each.
    model
        Reads what is not numbers.
    {options}
    context
        Mood, place, company and programme count as if they were said with the request.
    taste
        Of one person, who then stands for the population.

    Raises
    ------
    SayError, RequestError
        If a request is empty or too long, or an option makes no sense.
    """
    for prompt in prompts:
        if not prompt.strip():
            raise SayError("The request is empty: say in words how it should sound.")
        if len(prompt) > LONGEST:
            raise SayError(f"The request has {len(prompt)} characters; at most {LONGEST} are read.")
    parsed = [parse(prompt) for prompt in prompts]
    asked = [
        in_context(one.rest if _says_more(one) else prompt, context)
        for one, prompt in zip(parsed, prompts, strict=True)
    ]
    found = model.read(asked)
    return [
        _answer(prompt, one, reading, amount=amount, samples=samples, seed=seed, taste=taste)
        for prompt, one, reading in zip(prompts, parsed, found, strict=True)
    ]


@reads_options(Say, without=("prompt", "model", "taste"))
def say(
    prompt: str,
    source: Recording | None = None,
    *,
    amount: float = Say.amount,
    samples: int = Say.samples,
    seed: int = Say.seed,
    context: Context | None = None,
    taste: Taste | None = None,
    model: Model | str | Path | None = None,
    loudness: float | str = Say.loudness,
    ceiling_db: float | None = Say.ceiling_db,
    progress: Progress | None = None,
) -> Answer | SayResult:
    """Turn a request into settings, and put them on a recording if there is one.

    Parameters
    ----------
    prompt
        How it should sound, in words; numbers in it are obeyed exactly.
    source
        Audio in memory or a path.
    context, taste
        As for :func:`answer`.
    model
        A reader of requests, or the name or folder of a language model; the default with its adapter if absent.
    {options}

    Returns
    -------
    An :class:`~tonewright.controllers.say.answer.Answer`; with a source, a :class:`SayResult`.

    Raises
    ------
    SayError, MissingExtraError, AudioError
        In one sentence.

    Examples
    --------
    >>> say("a bit warmer, for a late dinner").settings  # doctest: +SKIP
    """
    reader = find_model(model, progress)
    found = answer([prompt], reader, amount=amount, samples=samples, seed=seed, context=context, taste=taste)[0]
    if source is None:
        return found
    return put_on(found, source, amount=amount, loudness=loudness, ceiling_db=ceiling_db, progress=progress)


@reads_options(Say)
def put_on(
    found: Answer,
    source: Recording,
    *,
    amount: float = Say.amount,
    loudness: float | str = Say.loudness,
    ceiling_db: float | None = Say.ceiling_db,
    progress: Progress | None = None,
) -> SayResult:
    """Put an answer on a recording: thresholds are moved to its level.

    Parameters
    ----------
    {options}
    """
    own = open_source(source)
    settings = found.settings
    before = None
    if settings.has_dynamics:
        _, before, _ = listen(own, Settings(), progress=progress)
        if np.isfinite(before.integrated_lufs):
            settings = settings.at_level(before.integrated_lufs - WORKING_LUFS)
    settled = settle(
        own,
        settings,
        loudness=asked_lufs(loudness),
        ceiling_db=ceiling_db,
        before=before,
        keep=True,
        progress=progress,
    )
    return SayResult(settings=settled.settings, source=own, settled=settled, what="both", amount=amount, answer=found)


def find_model(model: Model | str | Path | None, progress: Progress | None = None) -> Model:
    """Return a reader of requests; see :func:`say`."""
    if model is not None and not isinstance(model, str | Path):
        return model
    from tonewright.controllers.say.shipped import reader

    return reader(model, progress)


def in_context(request: str, context: Context | None) -> str:
    """Return a request with what else is known, in words."""
    if context is None or context.is_empty:
        return request
    said = [
        form.format(value)
        for form, value in (
            ("for {}", context.programme),
            ("in a {} mood", context.mood),
            ("in this place: {}", context.place),
            ("with {}", context.company),
        )
        if value
    ]
    return f"{request.rstrip('. ')}, {', '.join(said)}"


def _answer(
    prompt: str, parsed: Parsed, reading: Read, *, amount: float, samples: int, seed: int, taste: Taste | None
) -> Answer:
    plane = reading.plane if taste is None else taste.personal(reading.plane)
    more = not parsed.found or _says_more(parsed)
    kind = reading.kind if more else "plane"
    text = parsed.rest if parsed.found else prompt
    wanted = _wanted(text, kind) if more else ()
    unrelated = more and kind == "unrelated" and not wanted
    tone = more and not unrelated and all(one.dynamics == "expand" for one in wanted)
    x, y = plane.mean()
    done = compose(parsed, wanted, (float(x), float(y)) if tone else None, unrelated=unrelated, amount=amount)
    draws = plane.sample(samples, np.random.default_rng([seed, *prompt.encode()])) if samples else np.zeros((0, 2))
    return Answer(prompt, done.settings, done.decided_by, plane, draws, kind, done.said)


def _wanted(text: str, kind: str) -> tuple[Wanted, ...]:
    """Return what engineers' words ask for: those of the table, or what the model takes for one."""
    if kind != "unrelated":
        found = [one for one in interpret_all(text) if _is_meant(one, text, kind)]
        if found:
            return tuple(
                Wanted(one.region, one.direction, one.dynamics, one.strength, one.term.capitalize()) for one in found
            )
    strength = intensity(text)
    if kind in ("compress", "expand"):
        return (Wanted("", 0, "compress" if kind == "compress" else "expand", strength, "Level over time"),)
    if kind[-1:] in "+-" and kind:
        direction = 1 if kind.endswith("+") else -1
        return (Wanted(kind[:-1], direction, "none", _UNSURE * strength, "A guess at what an engineer would do"),)
    return ()


def _is_meant(found: Finding, text: str, kind: str) -> bool:
    """Whether a word of the table is what a request is about.

    Complaints are. Qualities are also in what listeners ask of the tone as a whole, in longer sentences: there the
    model has the last word.
    """
    return kind != "plane" or terms()[found.term].state != "quality" or len(text.split()) <= _SHORT


def _says_more(parsed: Parsed) -> bool:
    """Whether a request says more than its numbers."""
    return parsed.found and sum(letter.isalpha() for letter in parsed.rest) >= _LEAST_LETTERS


#: Up to so many words a request with a word for a quality is an engineer's, whatever the model takes it for.
_SHORT = 12
#: What is done of what the model alone takes for an engineer's request: of words that nobody taught it, it finds the
#: region or one beside it in less than a third of all cases.
_UNSURE = 0.5
#: What is left of a request with numbers counts from so many letters on.
_LEAST_LETTERS = 4
