"""Everything that can be asked for, each option once: type and row, default."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from tonewright.parameters import SAMPLE_RATES
from tonewright.requests import rows
from tonewright.requests.checking import checked
from tonewright.requests.fault import RequestError
from tonewright.requests.request import Request
from tonewright.requests.rows import Row


@dataclass(frozen=True, kw_only=True)
class Auto(Request):
    """Bring the balance of a recording into order, without a reference."""

    verb: ClassVar[str] = "auto"
    word: ClassVar[str] = "auto"

    recording: Annotated[str, Row("The recording to correct.", reads="recording")]
    output: rows.Output = None
    amount: rows.Amount = 1.0
    profile: Annotated[rows.Profile, Row("What the recording is.")] = "music"
    what: rows.Acting = "both"
    sections: Annotated[bool, Row("One setting for each section of the music instead of one for all.")] = False
    max_gain_db: rows.MaxGain = 12.0
    loudness: rows.Loudness = "input"
    ceiling_db: rows.Ceiling = rows.CEILING_DB
    model: rows.Network = None
    report: rows.Report = None
    settings_file: rows.SettingsFile = None


@dataclass(frozen=True, kw_only=True)
class Match(Request):
    """Make a recording sound like one or several references: tone and dynamics."""

    verb: ClassVar[str] = "match"
    word: ClassVar[str] = "matched"

    recording: Annotated[str, Row("The recording to change.", reads="recording")]
    references: Annotated[tuple[str, ...], Row("What it should sound like.", low=1, reads="recording")]
    weights: Annotated[tuple[float, ...] | None, Row("Weight of each reference, in their order; equal if absent.")] = (
        None
    )
    output: rows.Output = None
    amount: rows.Amount = 1.0
    what: rows.Acting = "both"
    max_gain_db: rows.MaxGain = 12.0
    loudness: rows.LoudnessBeside = "input"
    ceiling_db: rows.Ceiling = rows.CEILING_DB
    steps: Annotated[
        int | None,
        Row(
            "Steps of a descent through the exact chain, from the network's answer (0 if absent) or, with no model, "
            "from the closed form's (30 if absent).",
            0,
            1000,
        ),
    ] = None
    model: Annotated[
        str | None,
        Row("Weights of a network instead of those that come with Tonewright; none for a closed form.", reads="file"),
    ] = None
    report: rows.Report = None
    settings_file: rows.SettingsFile = None

    def agree(self) -> None:
        """Refuse weights that are not one for each reference."""
        shares(self.weights, len(self.references))


@dataclass(frozen=True, kw_only=True)
class Say(Request):
    """Turn a request in words into settings, and put them on a recording if one is named."""

    verb: ClassVar[str] = "say"
    word: ClassVar[str] = "say"

    prompt: Annotated[str, Row("How it should sound, in words; numbers are obeyed exactly.", high=2000)]
    recording: Annotated[str | None, Row("A recording.", reads="recording")] = None
    output: rows.Output = None
    amount: rows.Amount = 1.0
    samples: Annotated[int, Row("Other people's choices, drawn independently.", 0, 10_000)] = 5
    seed: Annotated[int, Row("Of the samples.", 0)] = 0
    mood: Annotated[str | None, Row("The mood to listen in.")] = None
    place: Annotated[str | None, Row("Where it is listened to.")] = None
    company: Annotated[str | None, Row("Who listens along.")] = None
    programme: Annotated[str | None, Row("What is played.")] = None
    taste: Annotated[str | None, Row("For this person instead of people in general.")] = None
    model: Annotated[str | None, Row("A language model: a name, a folder or a GGUF file.")] = None
    adapter: Annotated[str | None, Row("An adapter that names its model, instead of ours.", reads="file")] = None
    endpoint: Annotated[
        str | None,
        Row("An OpenAI-compatible server instead; its key is read from TONEWRIGHT_ENDPOINT_KEY."),
    ] = None
    endpoint_model: Annotated[str | None, Row("The model as the server calls it.")] = None
    loudness: rows.Loudness = "input"
    ceiling_db: rows.Ceiling = rows.CEILING_DB
    report: rows.Report = None
    settings_file: rows.SettingsFile = None

    def agree(self) -> None:
        """Refuse options that exclude each other."""
        if sum(one is not None for one in (self.model, self.adapter, self.endpoint)) > 1:
            raise RequestError("model", "cannot stand beside adapter or endpoint: use one of them")
        if (self.endpoint is None) != (self.endpoint_model is None):
            raise RequestError("endpoint", "needs the model that the server is to use, and the other way round")
        for name in ("output", "report"):
            if getattr(self, name) is not None and self.recording is None:
                raise RequestError(name, "needs a recording beside the request")


@dataclass(frozen=True, kw_only=True)
class Render(Request):
    """Apply settings, or a timeline of settings, to a recording as they stand."""

    verb: ClassVar[str] = "render"
    word: ClassVar[str] = "rendered"

    recording: Annotated[str, Row("A sound file.", reads="recording")]
    settings: rows.Chain
    output: rows.Output = None
    amount: rows.Amount = 1.0
    ceiling_db: rows.Ceiling = rows.CEILING_DB


@dataclass(frozen=True, kw_only=True)
class Compare(Request):
    """Put recordings, or settings files, side by side at equal loudness: tone, dynamics, level."""

    verb: ClassVar[str] = "compare"

    files: Annotated[tuple[str, ...], Row("Sound files, or settings files (.json).", low=1, reads="recording")]
    reference: Annotated[
        str | None,
        Row("Compare with this one instead of the first, and say which is nearest to it.", reads="recording"),
    ] = None
    output: Annotated[str | None, Row("Write equally loud copies for listening into a folder.", writes="folder")] = None
    ceiling_db: rows.Ceiling = rows.CEILING_DB
    report: rows.Report = None

    @property
    def everything(self) -> tuple[str, ...]:
        """What is compared, the reference first."""
        return self.files if self.reference is None else (self.reference, *self.files)

    @property
    def of_settings(self) -> bool:
        """Whether settings are compared, not recordings."""
        return _is_settings(self.everything[0])

    def agree(self) -> None:
        """Refuse what cannot be compared."""
        if len(self.everything) < 2:
            raise RequestError("files", "must be two or more, or one beside a reference")
        if len({_is_settings(one) for one in self.everything}) > 1:
            raise RequestError("files", "must be of one kind: recordings and settings files cannot be compared")
        if self.of_settings and self.output is not None:
            raise RequestError("output", "cannot be had of settings files, which have no sound; render them first")


@dataclass(frozen=True, kw_only=True)
class Measure(Request):
    """Measure loudness (BS.1770), true peak, loudness range, crest factor and spectrum of recordings."""

    verb: ClassVar[str] = "measure"

    recordings: Annotated[tuple[str, ...], Row("Sound files.", low=1, reads="recording")]


@dataclass(frozen=True, kw_only=True)
class Export(Request):
    """Write settings as a preset of another program, with the error of the conversion."""

    verb: ClassVar[str] = "export"

    settings: rows.Chain
    program: Annotated[str, Row("A program that Tonewright writes for, for example equalizer-apo.")]
    output: Annotated[str | None, Row("Where the preset goes.", writes="preset")] = None
    rate_hz: Annotated[
        float, Row("Sample rate the program runs at, in Hz.", SAMPLE_RATES[0], SAMPLE_RATES[1], unit="Hz")
    ] = 48_000.0
    profile: Annotated[str | None, Row("Limits of a device (JSON), to which filters are fitted.", reads="file")] = None
    headroom: Annotated[bool, Row("Lower the level so that steady tones do not clip.")] = True
    material: Annotated[
        str | None,
        Row(
            "A recording the settings are for: what compressors do on it counts where a program has none.",
            reads="recording",
        ),
    ] = None


#: By their verbs.
KINDS: dict[str, type[Request]] = {kind.verb: kind for kind in (Auto, Match, Say, Render, Compare, Measure, Export)}


def request_of(data: Mapping[str, Any]) -> Request:
    """Return the request that plain JSON describes, as :meth:`Request.to_dict` has it; raises :class:`RequestError`."""
    values = dict(data)
    verb = values.pop("verb", None)
    if not isinstance(verb, str) or verb not in KINDS:
        raise RequestError("verb", f"must be one of {', '.join(KINDS)}, got {verb!r}")
    return KINDS[verb](**checked(KINDS[verb], values))


def shares(weights: Sequence[float] | None, count: int) -> list[float]:
    """Return the weight of each of ``count`` references; raises :class:`RequestError`."""
    if count == 0:
        raise RequestError("references", "must be at least one")
    if weights is None:
        return [1.0] * count
    if len(weights) != count:
        raise RequestError("weights", f"must be one for each reference, got {len(weights)} for {count}")
    if not all(math.isfinite(one) and one >= 0.0 for one in weights) or sum(weights) <= 0.0:
        raise RequestError("weights", "must be 0 or more, and not all 0")
    return [float(one) for one in weights]


def _is_settings(name: str) -> bool:
    return name.lower().endswith(".json")
