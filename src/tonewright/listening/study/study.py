"""A whole study, as one file says it."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from tonewright.listening.results import Kind
from tonewright.listening.study.kinds import (
    AbxPart,
    AdjustmentPart,
    MushraPart,
    PairsPart,
    Question,
    RatingPart,
)
from tonewright.listening.study.model import Name, StudyModel, Text
from tonewright.listening.study.recipes import LowPass, Original, Request, Say, System, Track

Part = AdjustmentPart | RatingPart | MushraPart | PairsPart | AbxPart
#: Names of stimuli in results that no system may have.
_RESERVED = ("catch", "reference")
#: Fewest systems of each kind.
_FEWEST = {"adjustment": 0, "rating": 1, "mushra": 1, "ab": 2, "abx": 2, "preference": 2}


class Sound(StudyModel):
    """How loud everything is.

    Attributes
    ----------
    loudness_lufs
        Of every stimulus, within 0.1 LU (BS.1770).
    ceiling_dbtp
        What no stimulus may exceed at that loudness.
    """

    loudness_lufs: float = Field(-23.0, ge=-40, le=-14)
    ceiling_dbtp: float = Field(-1.0, ge=-20, le=0)


class Order(StudyModel):
    """In which order trials come.

    Attributes
    ----------
    trials
        ``latin``: a Williams design over listeners, balanced for place and for what came before, up to 24 trials,
        random beyond; ``random``; ``fixed``: as in the file.
    per_listener
        Each listener gets so many of the trials, in turn so that all are heard equally often; all if absent.
    retests
        So many trials of each listener come a second time, after all first times.
    catches
        Trials whose answer is known, at random places.
    training
        Trials before the first one that do not count.
    """

    trials: Literal["latin", "random", "fixed"] = "latin"
    per_listener: int | None = Field(None, ge=1)
    retests: int = Field(0, ge=0, le=50)
    catches: int = Field(0, ge=0, le=20)
    training: int = Field(1, ge=0, le=10)


class Checks(StudyModel):
    """What comes before the trials.

    Attributes
    ----------
    headphones
        The three-tone test of Woods et al. (2017): ``off``; ``warn``: the outcome is noted; ``require``: who fails
        twice cannot go on.
    level
        Whether the listener sets a comfortable level, once.
    """

    headphones: Literal["off", "warn", "require"] = "warn"
    level: bool = True


class Listeners(StudyModel):
    """Who may take part, and what they read first.

    Attributes
    ----------
    most
        No more listeners than that begin.
    consent
        What they agree to; a plain sentence of ours if absent.
    welcome, instructions, thanks
        Further texts; ours if absent.
    identifier
        Whether an id in the address (``?participant=...``), as recruiting services add it, is kept.
    completion_code
        The same for all; made for each listener if absent.
    """

    most: int | None = Field(None, ge=1)
    consent: Text | None = None
    welcome: Text | None = None
    instructions: Text | None = None
    thanks: Text | None = None
    identifier: bool = False
    completion_code: str | None = Field(None, min_length=1, max_length=80)


class Study(StudyModel):
    """What a study file says.

    Attributes
    ----------
    kind
        What listeners do.
    name
        In results and addresses of files.
    title
        What listeners read first.
    question
        What is asked in every trial; ours if absent.
    languages
        Of the pages; the first one is shown where the browser asks for none of them.
    words
        Folder with texts of the pages in further languages, ``xx.toml`` each; relative to the study file.
    seed
        Of everything random: orders, starts, labels.
    tracks, systems, requests, questions
        See their classes.
    """

    kind: Kind
    name: Name
    title: Text
    question: Text | None = None
    languages: tuple[str, ...] = Field(("en",), min_length=1)
    words: str | None = None
    seed: int = Field(0, ge=0)
    sound: Sound = Sound()
    order: Order = Order()
    checks: Checks = Checks()
    listeners: Listeners = Listeners()
    tracks: tuple[Track, ...] = Field(min_length=1)
    systems: tuple[System, ...] = ()
    requests: tuple[Request, ...] = ()
    questions: tuple[Question, ...] = ()
    adjustment: AdjustmentPart | None = None
    rating: RatingPart | None = None
    mushra: MushraPart | None = None
    ab: PairsPart | None = None
    preference: PairsPart | None = None
    abx: AbxPart | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for name in _FEWEST:
            if name != self.kind and getattr(self, name) is not None:
                raise ValueError(f"a study of the kind {self.kind} has no section {name}")
        for what, names in (
            ("tracks", [track.name for track in self.tracks]),
            ("systems", [system.name for system in self.systems]),
            ("requests", [request.label for request in self.requests]),
            ("questions", [question.name for question in self.questions]),
        ):
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise ValueError(f"{what} has the name {twice!r} twice")
        self._check_systems()
        tracks = {track.name for track in self.tracks}
        for request in self.requests:
            unknown = set(request.tracks or ()) - tracks
            if unknown:
                raise ValueError(f"requests: {request.label!r} names the unknown track {min(unknown)!r}")
        return self

    def _check_systems(self) -> None:
        count = len(self.systems)
        if self.kind == "adjustment":
            if count:
                raise ValueError("systems: an adjustment has none, its listeners make the sound")
            if not self.requests:
                raise ValueError("requests is missing: say what the sound shall be adjusted to")
        if count < _FEWEST[self.kind]:
            raise ValueError(
                f"systems: a study of the kind {self.kind} needs {_FEWEST[self.kind]} or more, got {count}"
            )
        if self.kind == "ab" and count != 2:
            raise ValueError('systems: ab compares two; choose the kind "preference" for more')
        if self.kind == "mushra":
            part = self.mushra
            if part is None:
                raise ValueError("mushra.reference is missing: name the system that is the reference")
            names = {system.name for system in self.systems}
            if part.reference not in names:
                raise ValueError(f"mushra.reference: there is no system {part.reference!r}")
            taken = names & {anchor.name for anchor in self.anchors}
            if taken:
                raise ValueError(f"systems: {min(taken)!r} is the name of an anchor")
        for system in self.systems:
            if system.name in _RESERVED:
                raise ValueError(f"systems: the name {system.name!r} is kept for what is made by itself")
            if isinstance(system, Say) and system.prompt is None and not self.requests:
                raise ValueError(f"systems: {system.name!r} needs a prompt, for the study has no requests")

    @property
    def part(self) -> Part:
        """The section of the study's kind, with its defaults where the file has none."""
        given: Part | None = getattr(self, self.kind)
        if given is not None:
            return given
        defaults: dict[str, Part] = {
            "adjustment": AdjustmentPart(),
            "rating": RatingPart(),
            "ab": PairsPart(),
            "preference": PairsPart(),
            "abx": AbxPart(),
        }
        return defaults[self.kind]

    @property
    def anchors(self) -> tuple[LowPass, ...]:
        """MUSHRA's anchors, as systems; none in other kinds."""
        if self.mushra is None:
            return ()
        return tuple(
            LowPass(name=f"anchor {hz / 1000:g} kHz", make="low_pass", frequency_hz=hz) for hz in self.mushra.anchors_hz
        )

    @property
    def original(self) -> Original:
        """The excerpt as it is, whether it is one of the systems or not."""
        return next(
            (each for each in self.systems if isinstance(each, Original)), Original(name="original", make="original")
        )

    def track(self, name: str) -> Track:
        """Return the track of a name."""
        return next(track for track in self.tracks if track.name == name)

    def items(self) -> list[tuple[str, Track, Request | None]]:
        """Return what is judged: tracks, each with each of its requests; with the item's name in results."""
        if not self.requests:
            return [(track.name, track, None) for track in self.tracks]
        return [
            (f"{track.name} | {request.label}", track, request)
            for request in self.requests
            for track in self.tracks
            if request.tracks is None or track.name in request.tracks
        ]
