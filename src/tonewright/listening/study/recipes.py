"""What is heard and read: excerpts of tracks, the systems that make stimuli of them, requests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from tonewright.listening.study.model import Name, StudyModel, Text, in_language
from tonewright.population.data import Context

#: Shortest excerpt in seconds: a gating block of BS.1770 and room for a loop.
SHORTEST_S = 1.0


class Track(StudyModel):
    """An excerpt of a recording.

    Attributes
    ----------
    name
        As it is called in results.
    file
        The recording; relative to the study file.
    start_s, duration_s
        Where the excerpt begins and how long it is; to the end if absent.
    """

    name: Name
    file: Path
    start_s: float = Field(0.0, ge=0)
    duration_s: float | None = Field(None, ge=SHORTEST_S)


class Request(StudyModel):
    """What the listener shall imagine: a request in words, perhaps a context.

    Attributes
    ----------
    name
        In results; the prompt itself if absent.
    prompt
        In words, perhaps in several languages.
    mood, place, company, programme
        The context, shown with the prompt and kept with the answers.
    tracks
        Names of the tracks that it is asked with; all if absent.
    """

    name: Name | None = None
    prompt: Text = ""
    mood: str | None = None
    place: str | None = None
    company: str | None = None
    programme: str | None = None
    tracks: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Request:
        if not self.prompt and self.context.is_empty:
            raise ValueError("a request needs a prompt or a context")
        return self

    @property
    def context(self) -> Context:
        """What is said of the moment."""
        return Context(mood=self.mood, place=self.place, company=self.company, programme=self.programme)

    @property
    def label(self) -> str:
        """What it is called in results."""
        return (
            self.name
            or in_language(self.prompt, "en")
            or ", ".join(self.context.model_dump(exclude_none=True).values())
        )


class _System(StudyModel):
    name: Name


class Original(_System):
    """The excerpt as it is."""

    make: Literal["original"]


class Auto(_System):
    """What ``tonewright auto`` makes of the whole track."""

    make: Literal["auto"]
    amount: float = Field(1.0, ge=0, le=1.5)
    profile: Literal["music", "speech"] = "music"
    what: Literal["tone", "dynamics", "both"] = "both"


class Match(_System):
    """What ``tonewright match`` makes of the whole track with a reference."""

    make: Literal["match"]
    reference: Path
    amount: float = Field(1.0, ge=0, le=1.5)
    what: Literal["tone", "dynamics", "both"] = "both"


class Say(_System):
    """What ``tonewright say`` makes of the track; the page's own request where no prompt is given."""

    make: Literal["say"]
    prompt: str | None = Field(None, min_length=1)
    amount: float = Field(1.0, ge=0, le=1.5)


class FromSettings(_System):
    """The track through a settings file."""

    make: Literal["settings"]
    file: Path
    amount: float = Field(1.0, ge=0, le=1.5)


class Rendered(_System):
    """Files that another program made of the whole tracks, sample by sample in time with them."""

    make: Literal["files"]
    files: dict[str, Path] = Field(min_length=1)


class LowPass(_System):
    """A degradation: nothing above a frequency; the anchors' filter of BS.1534."""

    make: Literal["low_pass"]
    frequency_hz: float = Field(ge=500, le=16_000)


class Noise(_System):
    """A degradation: pink noise so many dB below the excerpt's power."""

    make: Literal["noise"]
    snr_db: float = Field(ge=0, le=80)


class Clipped(_System):
    """A degradation: everything above a level cut off, in dB below the excerpt's peak."""

    make: Literal["clipped"]
    below_peak_db: float = Field(gt=0, le=40)


System = Annotated[
    Original | Auto | Match | Say | FromSettings | Rendered | LowPass | Noise | Clipped, Field(discriminator="make")
]
