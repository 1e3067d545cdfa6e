"""A row of the table: what is said of an option besides its type and default; and the rows that requests share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

Reads = Literal["", "recording", "settings", "file"]
Writes = Literal["", "sound", "settings", "preset", "folder"]


@dataclass(frozen=True)
class Row:
    """What is known of an option.

    Attributes
    ----------
    sentence
        Says what it does, as ``--help`` and schemas show it.
    more
        What a program needs to know besides: schemas show it too.
    low, high
        Of a number, ends included; of a text or a list, of its length. ``None`` where there is no end.
    unit
        Of a number, as printed.
    none
        The word for ``None`` where only words can be given: ``off``.
    reads, writes
        What kind of file it names, if it names one; faces decide how recordings are named and what may be written.
    """

    sentence: str
    more: str = field(default="", kw_only=True)
    low: float | None = None
    high: float | None = None
    unit: str = ""
    none: str = ""
    reads: Reads = ""
    writes: Writes = ""


#: Highest true peak that is written unless asked otherwise, in dBTP.
CEILING_DB = -1.0
#: Ends of amounts; of ceilings in dBTP; of loudness in LUFS.
AMOUNTS, CEILINGS, LOUDNESSES = (0.0, 1.5), (-60.0, 0.0), (-70.0, 0.0)

What = Literal["tone", "dynamics", "both"]
Profile = Literal["music", "speech"]

Amount = Annotated[
    float, Row("How much of it: 0 nothing, 0.5 half the decibels, 1 all, at most 1.5.", AMOUNTS[0], AMOUNTS[1])
]
Acting = Annotated[What, Row("Change the spectrum (tone), the dynamics, or both.")]
MaxGain = Annotated[float, Row("No band beyond so many dB.", 0.0, 40.0, unit="dB")]
Ceiling = Annotated[
    float | None,
    Row("Highest true peak, kept by gain alone; off for none.", CEILINGS[0], CEILINGS[1], unit="dBTP", none="off"),
]
Loudness = Annotated[
    Literal["input"] | float,
    Row("How loud the result is: as the input, or in LUFS.", LOUDNESSES[0], LOUDNESSES[1], unit="LUFS"),
]
LoudnessBeside = Annotated[
    Literal["input", "reference"] | float,
    Row(
        "How loud the result is: as the input, as the first reference, or in LUFS.",
        LOUDNESSES[0],
        LOUDNESSES[1],
        unit="LUFS",
    ),
]
Network = Annotated[str | None, Row("Weights of a network instead of those that come with Tonewright.", reads="file")]
Output = Annotated[
    str | None, Row("Where the result goes; the extension says the format, beside the input if absent.", writes="sound")
]
SettingsFile = Annotated[str | None, Row("Write the settings as JSON.", writes="settings")]
Report = Annotated[str | None, Row("Write what was done and why into a folder.", writes="folder")]
Chain = Annotated[
    str | dict[str, Any],
    Row(
        "A settings or timeline file, or what stands in one.",
        more='For example {"version": 1, "topology": "serial", "preamp_db": 0, "bands": [{"type": "peak", '
        '"frequency_hz": 310, "gain_db": -2.5, "q": 1.1}]}. Types: low_shelf, peak, high_shelf, low_pass, high_pass; a '
        "band may have a compressor (threshold_db, ratio, attack_ms, release_ms, knee_db, makeup_db).",
        reads="settings",
    ),
]
