"""What requests hold, with the limits of each field; settings themselves are judged by the schema, in the worker."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

#: The most characters of a request in words, and the most references of a match.
MOST_LETTERS, MOST_REFERENCES = 2000, 8

Id = Annotated[str, Field(min_length=1, max_length=64)]
Name = Annotated[str, Field(max_length=300)]
Amount = Annotated[float, Field(ge=0.0, le=1.5, allow_inf_nan=False)]
What = Literal["both", "tone", "dynamics"]
Lufs = Annotated[float, Field(ge=-70.0, le=0.0, allow_inf_nan=False)]
Ceiling = Annotated[float, Field(ge=-60.0, le=0.0, allow_inf_nan=False)]
Sentence = Annotated[str, Field(max_length=4000)]
Levels = Annotated[list[Annotated[float, Field(allow_inf_nan=False)] | None], Field(min_length=57, max_length=57)]
Chain = dict[str, Any]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Auto(_Body):
    """A request to ``auto``."""

    recording: Id
    amount: Amount = 1.0
    profile: Literal["music", "speech"] = "music"
    what: What = "both"
    sections: bool = False
    max_gain_db: Annotated[float, Field(ge=0.0, le=40.0)] = 12.0
    loudness: Literal["input"] | Lufs = "input"
    ceiling_dbtp: Ceiling | None = -1.0


class Match(_Body):
    """A request to ``match``."""

    recording: Id
    references: Annotated[list[Id], Field(min_length=1, max_length=MOST_REFERENCES)]
    weights: Annotated[list[float], Field(max_length=MOST_REFERENCES)] | None = None
    amount: Amount = 1.0
    what: What = "both"
    max_gain_db: Annotated[float, Field(ge=0.0, le=40.0)] = 12.0
    loudness: Literal["input", "reference"] | Lufs = "input"
    ceiling_dbtp: Ceiling | None = -1.0


class Moment(_Body):
    """What else is known of the moment."""

    mood: Name | None = None
    place: Name | None = None
    company: Name | None = None
    programme: Name | None = None


class Say(_Body):
    """A turn of a conversation."""

    prompt: Annotated[str, Field(max_length=MOST_LETTERS)]
    recording: Id | None = None
    conversation: dict[str, Any] | None = None
    amount: Amount = 1.0
    what: What = "both"
    samples: Annotated[int, Field(ge=0, le=1000)] = 24
    seed: Annotated[int, Field(ge=0, le=2**53)] = 0
    context: Moment | None = None
    loudness: Literal["input"] | Lufs = "input"
    ceiling_dbtp: Ceiling | None = -1.0


class Measure(_Body):
    """Settings to be scaled, restricted and brought to a level."""

    recording: Id
    settings: Chain
    amount: Amount = 1.0
    what: What = "both"
    loudness: Literal["input", "as it is"] | Lufs = "input"
    ceiling_dbtp: Ceiling | None = -1.0


class _Given(BaseModel):
    """Parts of a result as the page got it: what is not needed is passed over."""

    model_config = ConfigDict(extra="ignore")


class Spectra(_Given):
    """Spectra of a result."""

    input_db: Levels
    reference_db: Levels | None = None
    labels: dict[Name, Sentence] = {}


class Section(_Given):
    """A heading and its sentences."""

    heading: Name
    sentences: Annotated[list[Sentence], Field(max_length=100)]


class Story(_Given):
    """What a result says of itself."""

    title: Sentence
    sections: Annotated[list[Section], Field(max_length=20)] = []


class Details(_Given):
    """What only one controller says."""

    references: Annotated[list[Name], Field(max_length=MOST_REFERENCES)] = []


class Result(_Given):
    """A result, as far as a report needs it."""

    story: Story | None = None
    spectra: Spectra | None = None
    details: Details = Details()


class Describe(_Body):
    """Settings to be put into words."""

    settings: Chain
    recording: Id | None = None
    spectra: Spectra | None = None


class Import(_Body):
    """The text of a preset."""

    name: Name = "preset"
    text: Annotated[str, Field(max_length=4 << 20)]
    program: Name | None = None


class Render(_Body):
    """A recording to be written."""

    recording: Id
    settings: Chain
    amount: Amount = 1.0
    ceiling_dbtp: Ceiling | None = -1.0
    format: Literal["same", "wav", "flac", "aiff", "ogg", "opus", "mp3"] = "same"
    name: Name | None = None


class Report(_Body):
    """A report to be written."""

    recording: Id
    settings: Chain
    result: Result | None = None
    format: Literal["html", "zip"] = "html"


class SettingsFile(_Body):
    """Settings to be kept as a file."""

    settings: Chain
    name: Name = "settings"


class Export(_Body):
    """Settings for another program."""

    settings: Chain
    program: Name
    rate_hz: Annotated[float, Field(ge=8_000.0, le=768_000.0)] = 48_000.0
    name: Name = "settings"


class Project(_Body):
    """What the page wants to find again."""

    name: Name = "project"
    state: dict[str, Any]
    recordings: Annotated[list[Id], Field(max_length=64)] = []
    audio: bool = True
