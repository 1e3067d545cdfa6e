"""What each tool takes: names, types and limits, checked before anything else happens."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tonewright.errors import SettingsError
from tonewright.parameters import SAMPLE_RATES

Recording = Annotated[str, Field(description="Path of a sound file in an allowed folder.", min_length=1)]
Output = Annotated[
    str | None,
    Field(description="Path of the sound file to write; the extension says the format. Default: beside the recording."),
]
SettingsFile = Annotated[str | None, Field(description="Path of a .json file to write the settings to as well.")]
SettingsOrFile = Annotated[
    dict[str, Any] | str,
    Field(
        description='A settings object, for example {"version": 1, "topology": "serial", "preamp_db": 0, "bands": '
        '[{"type": "peak", "frequency_hz": 310, "gain_db": -2.5, "q": 1.1}]}, or the path of a settings file. Types: '
        "low_shelf, peak, high_shelf, low_pass, high_pass; a band may have a compressor (threshold_db, ratio, "
        "attack_ms, release_ms, knee_db, makeup_db)."
    ),
]
Amount = Annotated[float, Field(ge=0.0, le=1.5, description="0 nothing, 0.5 half the decibels, 1 all of it.")]
What = Annotated[Literal["tone", "dynamics", "both"], Field(description="What may be changed.")]
MaxGain = Annotated[float, Field(ge=0.0, le=40.0, description="No band beyond so many dB.")]
Loudness = Annotated[
    float | None, Field(ge=-70.0, le=0.0, description="Loudness of the result in LUFS; as the recording if absent.")
]
Ceiling = Annotated[
    float | None,
    Field(ge=-60.0, le=0.0, description="Highest true peak in dBTP, kept by gain alone; null for no ceiling."),
]
Apply = Annotated[
    str | None,
    Field(description="Absent: a dry run that writes nothing and returns a token. The token: write what was shown."),
]


class Arguments(BaseModel):
    """Arguments of any tool; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Say(Arguments):
    """Of ``say``."""

    request: Annotated[str, Field(description="How it should sound, in words; numbers are obeyed exactly.")]
    recording: Recording | None = None
    output: Output = None
    settings_file: SettingsFile = None
    amount: Amount = 1.0
    samples: Annotated[int, Field(ge=0, le=100, description="How many single people's choices to draw as well.")] = 0
    seed: Annotated[int, Field(ge=0, description="Of the samples.")] = 0
    mood: Annotated[str | None, Field(description="The mood to listen in.")] = None
    place: Annotated[str | None, Field(description="Where it is listened to.")] = None
    company: Annotated[str | None, Field(description="Who listens along.")] = None
    programme: Annotated[str | None, Field(description="What is played.")] = None
    loudness_lufs: Loudness = None
    ceiling_dbtp: Ceiling = -1.0
    apply: Apply = None


class Auto(Arguments):
    """Of ``auto``."""

    recording: Recording
    output: Output = None
    settings_file: SettingsFile = None
    amount: Amount = 1.0
    profile: Annotated[Literal["music", "speech"], Field(description="What the recording is.")] = "music"
    what: What = "both"
    sections: Annotated[bool, Field(description="One setting for each section instead of one for all.")] = False
    max_gain_db: MaxGain = 12.0
    loudness_lufs: Loudness = None
    ceiling_dbtp: Ceiling = -1.0
    apply: Apply = None


class Match(Arguments):
    """Of ``match``."""

    recording: Recording
    references: Annotated[list[Recording], Field(min_length=1, max_length=20, description="What it should sound like.")]
    weights: Annotated[list[float] | None, Field(description="Of the references; equal if absent.")] = None
    output: Output = None
    settings_file: SettingsFile = None
    amount: Amount = 1.0
    what: What = "both"
    max_gain_db: MaxGain = 12.0
    loudness_lufs: Annotated[
        Annotated[float, Field(ge=-70.0, le=0.0)] | Literal["input", "reference"],
        Field(description="Loudness of the result: a number of LUFS, as the input, or as the first reference."),
    ] = "input"
    ceiling_dbtp: Ceiling = -1.0
    apply: Apply = None


class Render(Arguments):
    """Of ``render``."""

    recording: Recording
    settings: SettingsOrFile
    output: Output = None
    amount: Amount = 1.0
    ceiling_dbtp: Ceiling = -1.0
    apply: Apply = None


class Measure(Arguments):
    """Of ``measure``."""

    recordings: Annotated[list[Recording], Field(min_length=1, max_length=50)]


class Export(Arguments):
    """Of ``export``."""

    settings: SettingsOrFile
    program: Annotated[str, Field(description="A name that the tool programs lists, for example equalizer-apo.")]
    rate_hz: Annotated[
        float, Field(ge=SAMPLE_RATES[0], le=SAMPLE_RATES[1], description="Sample rate the program runs at, in Hz.")
    ] = 48_000.0
    output: Annotated[str | None, Field(description="Path of the file to write; without it only the text.")] = None
    apply: Apply = None


class Compare(Arguments):
    """Of ``compare``."""

    files: Annotated[
        list[Recording], Field(min_length=1, max_length=20, description="Sound files, or settings files (.json).")
    ]
    reference: Annotated[str | None, Field(description="Compare with this one instead of the first.")] = None


class Nothing(Arguments):
    """Of tools that take nothing."""


def checked(kind: type[Arguments], given: dict[str, Any]) -> Arguments:
    """Validate arguments; raises :class:`SettingsError` with one sentence about the first fault."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(map(str, fault["loc"])) or "the arguments"
        if fault["type"] == "extra_forbidden":
            raise SettingsError(
                f"{place} is no argument of this tool; it takes {', '.join(kind.model_fields)}."
            ) from None
        if fault["type"] == "missing":
            raise SettingsError(f"{place} is missing.") from None
        message = fault["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{place}: {message[0].lower()}{message[1:]}.") from None
