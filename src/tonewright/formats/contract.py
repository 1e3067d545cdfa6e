"""What an export and an import are, and how a program is described."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tonewright.formats.stages import Stage
from tonewright.parameters import limits
from tonewright.settings import MAX_BANDS, Settings

Array = NDArray[np.float64]
Exactness = Literal["exact", "approximate", "lossy"]
#: What a program can do about dynamics: nothing; its own compressors in a row; ours, in every topology.
Dynamics = Literal["none", "serial", "exact"]

#: What rounding alone may do, in dB; beyond that an export is approximate.
ROUNDING_DB = 0.05
SHELVES_AND_PEAKS = ("low_shelf", "peak", "high_shelf")
ALL_TYPES = (*SHELVES_AND_PEAKS, "low_pass", "high_pass")


@dataclass
class Notes:
    """What the user has to know about an export or an import, in sentences, and what it means for the exactness."""

    sentences: list[str] = field(default_factory=list)
    exactness: Exactness = "exact"

    def tell(self, sentence: str) -> None:
        """Add a sentence that changes nothing."""
        # What is quoted out of a file may hold line ends.
        sentence = " ".join(sentence.split())
        if sentence not in self.sentences:
            self.sentences.append(sentence)

    def converted(self, sentence: str) -> None:
        """Add a sentence about a stage that is carried by something similar."""
        self.tell(sentence)
        if self.exactness == "exact":
            self.exactness = "approximate"

    def lost(self, sentence: str) -> None:
        """Add a sentence about a stage that is left out."""
        self.tell(sentence)
        self.exactness = "lossy"


@dataclass(frozen=True)
class Limits:
    """What an equalizer accepts.

    Attributes
    ----------
    types
        Filter types.
    bands
        The most filters.
    gain_db, q, frequency_hz, preamp_db
        Lowest and highest value.
    frequencies_hz
        Where filters may stand, if only there.
    most
        The most filters of a type, where that is less than ``bands``.
    """

    types: tuple[str, ...] = ALL_TYPES
    bands: int = MAX_BANDS
    gain_db: tuple[float, float] = limits("gain_db")
    q: tuple[float, float] = limits("q")
    frequency_hz: tuple[float, float] = limits("frequency_hz")
    preamp_db: tuple[float, float] = (-240.0, 240.0)
    frequencies_hz: tuple[float, ...] = ()
    most: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Job:
    """What a formatter writes.

    Attributes
    ----------
    settings
        As they shall be heard: neutral stages left out, headroom in the gains.
    stages
        The same as a row of stages; empty for topology ``crossover``.
    rate_hz
        The sample rate of the program.
    notes
        Where the formatter says what it converts or leaves out.
    levels_db
        Peak levels of the material in dBFS, where some is given.
    """

    settings: Settings
    stages: tuple[Stage, ...]
    rate_hz: float
    notes: Notes
    levels_db: Array | None = None


@dataclass(frozen=True)
class Parsed:
    """What a parser found: stages in their order, whether one detector hears all channels, and words."""

    stages: list[Stage]
    link: Literal["max", "none"] = "max"
    note: str = ""
    settings: Settings | None = None


@dataclass(frozen=True)
class Program:
    """A program whose presets we write, read or both.

    Attributes
    ----------
    name, title
        As typed on the command line; as its makers write it.
    suffix
        Of its files.
    instruction
        One sentence: what its user does with the file.
    write
        From a job to the content of the file; ``None`` where we only read.
    read
        From text to stages; ``None`` where we only write. Raises :class:`SettingsError` only.
    looks
        Whether text looks like this program's.
    limits
        What its equalizer accepts.
    dynamics
        What it can do about compressors.
    crossover
        Whether it carries topology ``crossover``.
    response
        Static response in dB of a written content at given frequencies and sample rate, where it is not that of the
        settings read back.
    aliases
        Other names: programs that read the same text.
    """

    name: str
    title: str
    suffix: str
    instruction: str
    write: Callable[[Job], str | bytes] | None = None
    read: Callable[[str, Notes], Parsed] | None = None
    looks: Callable[[str], bool] | None = None
    limits: Limits = Limits()
    dynamics: Dynamics = "none"
    crossover: bool = False
    response: Callable[[str | bytes, Array, float], Array] | None = None
    aliases: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return what the program can carry as plain data."""
        return {
            "name": self.name,
            "title": self.title,
            "suffix": self.suffix,
            "writes": self.write is not None,
            "reads": self.read is not None,
            "types": list(self.limits.types),
            "bands": self.limits.bands,
            "gain_db": list(self.limits.gain_db),
            "q": list(self.limits.q),
            "dynamics": self.dynamics,
            "crossover": self.crossover,
            "aliases": list(self.aliases),
            "instruction": self.instruction,
        }


@dataclass(frozen=True)
class Export:
    """Settings in another program's words.

    Attributes
    ----------
    program
        Its name.
    text
        The content of the file, complete; bytes for sound files.
    exactness
        ``exact``: every stage carried by the same definition; ``approximate``: every stage carried, at least one by
        conversion, or rounding beyond 0.05 dB; ``lossy``: a stage left out.
    max_error_db
        Largest difference between the static response of ``text``, read back, and that of the settings, headroom
        aside, over 20 Hz to 20 kHz at ``rate_hz``.
    warnings
        What was dropped, converted or is to be done by hand, one sentence each.
    suffix, instruction
        Of the file; for the user.
    headroom_db
        By how much the level was lowered so that steady tones at full scale do not clip; 0 or more.
    rate_hz
        The sample rate the errors are computed at.
    settings
        What the file holds.
    """

    program: str
    text: str | bytes
    exactness: Exactness
    max_error_db: float
    warnings: tuple[str, ...]
    suffix: str
    instruction: str
    headroom_db: float
    rate_hz: float
    settings: Settings

    @property
    def content(self) -> bytes:
        """The file as bytes: text in UTF-8."""
        return self.text if isinstance(self.text, bytes) else self.text.encode("utf-8")

    def save(self, path: str | Path, inputs: tuple[str | Path, ...] = ()) -> Path:
        """Write the file beside its place and rename it; raises :class:`OutputError`, never writes over an input."""
        from tonewright.files import write_bytes

        return write_bytes(path, self.content, inputs=inputs)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data; sound files are left out of it."""
        return {
            "program": self.program,
            "text": self.text if isinstance(self.text, str) else None,
            "exactness": self.exactness,
            "max_error_db": self.max_error_db,
            "warnings": list(self.warnings),
            "suffix": self.suffix,
            "instruction": self.instruction,
            "headroom_db": self.headroom_db,
            "rate_hz": self.rate_hz,
            "settings": self.settings.to_dict(),
        }


@dataclass(frozen=True)
class Imported:
    """Settings out of another program's file.

    Attributes
    ----------
    settings
        Valid settings with the same sound, as far as ``warnings`` do not say otherwise.
    program
        Whose file it was, by name.
    warnings
        What was left out, converted or assumed, one sentence each.
    """

    settings: Settings
    program: str
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {"settings": self.settings.to_dict(), "program": self.program, "warnings": list(self.warnings)}
