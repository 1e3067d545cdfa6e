"""A conversation about sound: requests on top of each other, more and less of them, back and forth, and why.

    talk = Conversation(model)
    talk.say("warmer, for a late dinner")       # a request: added to what stands
    talk.say("a bit less")                      # of the last change
    talk.say("keep the bass but more air")      # a request, but nothing below 250 Hz moves
    talk.say("go back to the first")            # results have numbers

What a turn is about follows plain rules (:mod:`~tonewright.controllers.say.turns`); what a request asks for is
:func:`~tonewright.controllers.say.saying.answer`; how settings add is
:func:`~tonewright.controllers.say.combining.add`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonewright.controllers.say.answer import Answer, Part
from tonewright.controllers.say.changes import Change, changes
from tonewright.controllers.say.combining import add, part_of_the_way, without
from tonewright.controllers.say.saying import Model, answer
from tonewright.controllers.say.state import MOST_TURNS, ConversationError, Option, Said, State, Version
from tonewright.controllers.say.turns import Meant, Range, understand
from tonewright.population.data import Context
from tonewright.population.distribution import PlaneDistribution
from tonewright.population.plane import from_settings, to_settings
from tonewright.settings import Band, Settings


class Learner(Protocol):
    """A person's taste that learns; :class:`~tonewright.controllers.say.tastes.Personal` is one."""

    def personal(self, plane: PlaneDistribution) -> PlaneDistribution:
        """Return what the person would choose where people would choose ``plane``."""
        ...

    def learn(self, chosen: ArrayLike, other: ArrayLike, plane: PlaneDistribution) -> None:
        """Heed a choice between two points."""
        ...

    def propose(
        self, plane: PlaneDistribution, rng: np.random.Generator
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return two points of which the choice tells most."""
        ...


class _Overheard:
    """Passes a distribution on to a taste and keeps it as it came: choices are judged against other people's."""

    def __init__(self, taste: Learner | None) -> None:
        self.taste = taste
        self.plane: PlaneDistribution | None = None

    def personal(self, plane: PlaneDistribution) -> PlaneDistribution:
        """Return the person's distribution."""
        self.plane = plane
        return plane if self.taste is None else self.taste.personal(plane)


@dataclass(frozen=True)
class Turn:
    """What one turn did.

    Attributes
    ----------
    text
        As it was said.
    kind
        What it was taken for; see :class:`~tonewright.controllers.say.turns.Meant`.
    number
        Of the result that stands now; 0 is the sound as it was.
    settings
        That stand now.
    changes
        What changed, band by band.
    said
        Why, in sentences.
    decided_by
        Parts of the answer, or ``conversation``.
    offer
        Two settings that wait for "this one" or "that one".
    """

    text: str
    kind: str
    number: int
    settings: Settings
    changes: tuple[Change, ...]
    said: tuple[str, ...]
    decided_by: tuple[str, ...]
    offer: tuple[Settings, Settings] | None = None

    def explain(self) -> str:
        """Say what was done, then what changed from what to what."""
        return "\n".join((*self.said, *(f"  {change}" for change in self.changes)))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "text": self.text,
            "kind": self.kind,
            "number": self.number,
            "settings": self.settings.to_dict(),
            "changes": [change.to_dict() for change in self.changes],
            "explanation": list(self.said),
            "decided_by": "+".join(self.decided_by),
            "offer": None if self.offer is None else [one.to_dict() for one in self.offer],
        }


class Conversation:
    """Requests and what refers to them.

    Parameters
    ----------
    model
        Reads requests; see :class:`~tonewright.controllers.say.saying.Model`.
    state
        To go on with; a new one if absent.
    taste
        Of the person who talks: heeds and remembers choices.

    Attributes
    ----------
    state
        Text and numbers, all that is saved.
    """

    def __init__(self, model: Model, state: State | None = None, taste: Learner | None = None) -> None:
        self.model, self.taste = model, taste
        self.state = state if state is not None else State()
        self._planes: dict[str, PlaneDistribution] = {}

    @classmethod
    def begin(
        cls,
        model: Model,
        *,
        amount: float = 1.0,
        seed: int = 0,
        context: Context | None = None,
        taste: Learner | None = None,
    ) -> Conversation:
        """Begin with options that hold for every request; see :func:`~tonewright.controllers.say.saying.answer`."""
        return cls(model, State(amount=amount, seed=seed, context=context or Context()), taste)

    @classmethod
    def load(cls, path: str | Path, model: Model, taste: Learner | None = None) -> Conversation:
        """Go on with a file; raises :class:`~tonewright.controllers.say.state.ConversationError`."""
        return cls(model, State.load(path), taste)

    def save(self, path: str | Path) -> None:
        """Write the file beside its place and rename it."""
        self.state.save(path)

    @property
    def settings(self) -> Settings:
        """What stands, for audio at -23 LUFS."""
        return self.state.standing.settings

    def answer(self) -> Answer:
        """Return what stands as an answer, to be put on a recording."""
        standing = self.state.standing
        plane = self._plane(standing.request) if standing.request else PlaneDistribution.uniform()
        parts: tuple[Part, ...] = tuple(part for part in _ALL_PARTS if part in standing.decided_by)
        asked = standing.request or "the sound as it is"
        return Answer(asked, standing.settings, parts, plane, np.zeros((0, 2)), "plane", standing.said)

    def say(self, text: str) -> Turn:
        """Take a turn.

        Raises
        ------
        SayError
            If a request cannot be answered; the conversation stays as it was.
        ConversationError
            If it has become too long.
        """
        if len(self.state.turns) >= MOST_TURNS:
            raise ConversationError(f"A conversation has at most {MOST_TURNS} turns; save the settings and start anew.")
        meant = understand(text)
        before, number = self.state.standing, len(self.state.versions)
        step = _SAYING_MORE.get(meant.kind)
        said = step(self, meant) if step is not None else _SAYING_ALL[meant.kind](self)
        now = self.state.standing
        new = len(self.state.versions) > number
        moved = now is not before
        remembered = Said(text=text, kind=meant.kind, number=self.state.number if moved else None)
        self.state = self.state.changed(turns=(*self.state.turns, remembered))
        offer = self.state.offer
        return Turn(
            text=text,
            kind=meant.kind,
            number=self.state.number,
            settings=now.settings,
            changes=changes(before.settings, now.settings),
            said=tuple(said),
            decided_by=now.decided_by if new else self._unchanged(meant),
            offer=None if offer is None else (offer[0].settings, offer[1].settings),
        )

    def _unchanged(self, meant: Meant) -> tuple[str, ...]:
        return ("unrelated",) if meant.kind in ("request", "keep") and meant.rest else ("conversation",)

    def _put(self, version: Version, offer: tuple[Option, Option] | None = None) -> None:
        self.state = self.state.with_version(version).changed(offer=offer, offered_for=version.request if offer else "")

    def _ask(self, request: str) -> Answer:
        state = self.state
        heard = _Overheard(self.taste)
        found = answer([request], self.model, amount=state.amount, seed=state.seed, context=state.context, taste=heard)[
            0
        ]
        assert heard.plane is not None
        self._planes[request] = heard.plane
        return found

    def _plane(self, request: str) -> PlaneDistribution:
        """Return what people, not the person, would choose."""
        if request not in self._planes:
            self._ask(request)
        return self._planes[request]

    # One function for each kind of turn; each returns sentences.

    def _request(self, meant: Meant) -> list[str]:
        found = self._ask(meant.rest)
        if found.decided_by == ("unrelated",):
            return list(found.said)
        return self._add(found, found.settings)

    def _keep(self, meant: Meant) -> list[str]:
        if not meant.rest:
            return ["Nothing else was asked for, so everything stays as it is."]
        found = self._ask(meant.rest)
        if found.decided_by == ("unrelated",):
            return list(found.said)
        compressor = any(not one.high_hz for one in meant.kept)
        moving = without(
            found.settings, lambda band: any(_acts_in(band, one) for one in meant.kept), compressor=compressor
        )
        words = " and ".join(one.word for one in meant.kept)
        return self._add(found, moving, [f"Kept exactly: {words}."] if words else [])

    def _add(self, found: Answer, asked: Settings, words: list[str] | None = None) -> list[str]:
        standing = self.settings
        settings, bounds = add(standing, asked)
        said = [*found.said, *(words or []), *bounds]
        mean = found.plane.mean()
        self._put(
            Version(
                settings=settings,
                base=standing,
                request=found.prompt,
                point=_pair(mean) if "population" in found.decided_by else None,
                decided_by=found.decided_by,
                said=tuple(said),
            )
        )
        return said

    def _scale(self, meant: Meant) -> list[str]:
        standing = self.state.standing
        if not changes(standing.base, standing.settings):
            return ["There is no last change to scale; ask for something first."]
        settings, words = part_of_the_way(standing.base, standing.settings, meant.factor)
        how = "The opposite of the last change." if meant.factor == -1.0 else f"{meant.factor:.0%} of the last change."
        if meant.factor > 1.0 and not changes(standing.settings, settings):
            return ["The last change is at its bounds already."]
        said = [how, *words]
        every = (*standing.said, *said)
        self._put(standing.changed(settings=settings, point=None, decided_by=("conversation",), said=every))
        return said

    def _back(self, meant: Meant) -> list[str]:
        last = len(self.state.versions) - 1
        number = last if meant.number == -1 else meant.number
        if number > last:
            return [f"There is no result {number}: the last one is {last}."]
        return self._return_to(number)

    def _before(self) -> list[str]:
        if self.state.position == 0:
            return ["There is nothing before this."]
        return self._return_to(self.state.line[self.state.position - 1])

    def _return_to(self, number: int) -> list[str]:
        if self.state.number == number:
            return [f"Result {number} is what stands."]
        self._put(self.state.versions[number].changed(decided_by=("conversation",)))
        return [f"Like result {number}." if number else "Like the sound was before anything."]

    def _undo(self) -> list[str]:
        return self._walk(-1, "There is nothing to undo.", "Undone")

    def _redo(self) -> list[str]:
        return self._walk(1, "There is nothing to redo.", "Redone")

    def _walk(self, step: int, nothing: str, done: str) -> list[str]:
        position = self.state.position + step
        if not 0 <= position < len(self.state.line):
            return [nothing]
        self.state = self.state.changed(position=position, offer=None, offered_for="")
        return [f"{done}: result {self.state.number} stands."]

    def _restart(self) -> list[str]:
        self._put(Version(settings=Settings(), base=Settings(), decided_by=("conversation",), said=("Started over.",)))
        return ["Started over: nothing is changed any more."]

    def _why(self) -> list[str]:
        standing = self.state.standing
        if self.state.number == 0:
            return ["Nothing has been done yet."]
        asked = [f"You asked: {standing.request}"] if standing.request else []
        parts = " and ".join(_PARTS[part] for part in standing.decided_by)
        done = [f"{change}" for change in changes(standing.base, standing.settings)]
        return [*asked, f"Decided by {parts}.", *standing.said, *(["It changed", *done] if done else [])]

    def _fine(self) -> list[str]:
        return ["It stays as it is."]

    def _take(self) -> list[str]:
        standing = self.state.standing
        if not standing.request:
            return ["Ask for something first; then other people's choices can be tried."]
        plane = self._plane(standing.request)
        take = standing.take + 1
        point = _pair(plane.sample(take, self._rng(standing.request))[-1])
        settings, words = self._with_tone(standing, point)
        said = [f"Take {take}: one of the people who might have asked this.", *words]
        old = standing.point if standing.point is not None else _pair(from_settings(standing.settings))
        offer = (
            Option(settings=settings, point=point, take=take),
            Option(settings=standing.settings, point=old, take=standing.take),
        )
        now = standing.changed(settings=settings, point=point, take=take, decided_by=("population",), said=tuple(said))
        self._put(now, offer)
        return [*said, "Say 'this one' to keep it, 'that one' for what stood before, or ask for another."]

    def _offer(self) -> list[str]:
        standing = self.state.standing
        if not standing.request:
            return ["Ask for something first; then two choices can be offered."]
        plane = self._plane(standing.request)
        rng = self._rng(standing.request, len(self.state.turns))
        points = plane.sample(2, rng) if self.taste is None else np.stack(self.taste.propose(plane, rng))
        options = [Option(settings=self._with_tone(standing, _pair(one))[0], point=_pair(one)) for one in points]
        self.state = self.state.changed(offer=(options[0], options[1]), offered_for=standing.request)
        lines = [
            f"{name}: " + ("; ".join(str(change) for change in changes(self.settings, option.settings)) or "as it is")
            for name, option in zip("AB", options, strict=True)
        ]
        return [*lines, "Say 'this one' for A, 'that one' for B."]

    def _first(self) -> list[str]:
        return self._choose(0)

    def _second(self) -> list[str]:
        return self._choose(1)

    def _choose(self, index: int) -> list[str]:
        state = self.state
        if state.offer is None:
            return ["There are no two to choose from; say 'another take' or 'a or b' first."]
        chosen, other = state.offer[index], state.offer[1 - index]
        said = ["Chosen."]
        if self.taste is not None:
            self.taste.learn(chosen.point, other.point, self._plane(state.offered_for))
            said = ["Chosen, and remembered as your taste."]
        if chosen.settings == state.standing.settings:
            self.state = state.changed(offer=None, offered_for="")
            return said
        self._put(
            state.standing.changed(
                settings=chosen.settings,
                point=chosen.point,
                take=max(chosen.take, other.take),
                decided_by=("population",),
                said=("You chose it of two.",),
            )
        )
        return said

    def _with_tone(self, standing: Version, point: tuple[float, float]) -> tuple[Settings, list[str]]:
        """Return settings with another point of the plane: in place of the one that stands, else on top of the base."""
        tone = to_settings(point).scaled(self.state.amount)
        if standing.point is None:
            return add(standing.base, tone)
        old = to_settings(standing.point).scaled(self.state.amount)
        return add(standing.settings, _difference(tone, old))

    def _rng(self, *key: str | int) -> np.random.Generator:
        numbers = [byte for part in key for byte in (part.encode() if isinstance(part, str) else [part])]
        return np.random.default_rng([self.state.seed, *numbers])


_ALL_PARTS: tuple[Part, ...] = ("numbers", "vocabulary", "population", "unrelated")
_PARTS = {
    "numbers": "the numbers you said",
    "vocabulary": "what engineers mean by the word",
    "population": "what people would choose",
    "unrelated": "its having nothing to do with sound",
    "conversation": "what you said about the result before",
}
_SAYING_MORE: dict[str, Callable[[Conversation, Meant], list[str]]] = {
    "request": Conversation._request,
    "keep": Conversation._keep,
    "scale": Conversation._scale,
    "back": Conversation._back,
}
_SAYING_ALL: dict[str, Callable[[Conversation], list[str]]] = {
    "before": Conversation._before,
    "undo": Conversation._undo,
    "redo": Conversation._redo,
    "restart": Conversation._restart,
    "why": Conversation._why,
    "fine": Conversation._fine,
    "take": Conversation._take,
    "offer": Conversation._offer,
    "first": Conversation._first,
    "second": Conversation._second,
}


def _acts_in(band: Band, kept: Range) -> bool:
    """Whether a filter acts in a range: a shelf or pass filter on its side of the frequency, a peak around its own."""
    if band.type in ("low_shelf", "high_pass"):
        return kept.low_hz < band.frequency_hz
    if band.type in ("high_shelf", "low_pass"):
        return kept.high_hz > band.frequency_hz
    return kept.low_hz <= band.frequency_hz <= kept.high_hz


def _difference(one: Settings, other: Settings) -> Settings:
    """Subtract band by band: both come from the tone plane, whose bands are the same six."""
    bands = tuple(
        band.with_gain(band.gain_db - second.gain_db) for band, second in zip(one.bands, other.bands, strict=True)
    )
    return one.with_bands(bands)


def _pair(values: ArrayLike) -> tuple[float, float]:
    x, y = np.asarray(values, dtype=np.float64)
    return float(x), float(y)
