"""Equalizer APO's text, and the dialects of all who read it."""

from __future__ import annotations

import re

from tonewright.errors import SettingsError
from tonewright.formats.contract import SHELVES_AND_PEAKS, Job, Limits, Notes, Parsed, Program
from tonewright.formats.dialects.apo_lines import Reader
from tonewright.formats.stages import Dynamics, Filter, Gain

_CODES = {"peak": "PK", "low_shelf": "LSC", "high_shelf": "HSC", "low_pass": "LPQ", "high_pass": "HPQ"}
_SOUNDSOURCE = {**_CODES, "low_shelf": "LS", "high_shelf": "HS"}
_LOOKS = re.compile(
    r"^[ \t]*(?:preamp[ \t]*:[ \t]*[-+\d]|filter[ \t]*\d*[ \t]*:[ \t]*(?:on|off)\b)", re.IGNORECASE | re.MULTILINE
)


def filter_line(number: int, one: Filter, codes: dict[str, str] = _CODES) -> str:
    """Write one filter so that every reader of this text takes it.

    Two decimals of frequency: with three, Equalizer APO takes the point for a separator of thousands. PipeWire's
    fields are 8 characters for the frequency, 6 for gain and Q.
    """
    q = f"{one.q:.4f}" if one.q < 10.0 else f"{one.q:.3f}" if one.q < 100.0 else f"{one.q:.2f}"
    frequency = f"{one.frequency_hz:.2f}" if one.frequency_hz < 100_000.0 else f"{one.frequency_hz:.1f}"
    gain = "" if one.type in ("low_pass", "high_pass") else f" Gain {one.gain_db + 0.0:.2f} dB"
    return f"Filter {number}: ON {codes[one.type]} Fc {frequency} Hz{gain} Q {q}"


def _lines(job: Job, codes: dict[str, str]) -> str:
    level = sum(stage.db for stage in job.stages if isinstance(stage, Gain))
    lines = [f"Preamp: {level + 0.0:.2f} dB"]
    for stage in job.stages:
        if isinstance(stage, Filter):
            lines.append(filter_line(len(lines), stage, codes))
        assert not isinstance(stage, Dynamics)
    return "\n".join(lines) + "\n"


def _write(job: Job) -> str:
    return _lines(job, _CODES)


def _write_soundsource(job: Job) -> str:
    return _lines(job, _SOUNDSOURCE)


def _read(text: str, notes: Notes) -> Parsed:
    return Reader(notes).read(text)


def _read_soundsource(text: str, notes: Notes) -> Parsed:
    return Reader(notes, corners=False).read(text)


def _read_pipewire(text: str, notes: Notes) -> Parsed:
    first = text.lstrip("\n").partition("\n")[0]
    if not re.match(r"\s*preamp\s*:", first, re.IGNORECASE):
        notes.tell("PipeWire takes the first line for the preamp whatever it is; here it was read as it stands.")
    return Reader(notes).read(text)


def _write_rew(job: Job) -> str:
    lines = [
        "Filter Settings file",
        "",
        "Room EQ V5.20.7",
        "Notes:Written by Tonewright",
        "Equaliser: Generic",
        "Tonewright",
    ]
    level = sum(stage.db for stage in job.stages if isinstance(stage, Gain))
    if abs(level) >= 0.005:
        lines.append(f"Preamp: {level:.2f} dB")
        job.notes.tell(f"REW's own filter files have no preamp: lower the level by {-level:.2f} dB by hand in REW.")
    number = 0
    for stage in job.stages:
        if isinstance(stage, Filter):
            number += 1
            code = {**_CODES, "low_shelf": "LSQ", "high_shelf": "HSQ"}[stage.type]
            gain = "" if stage.type in ("low_pass", "high_pass") else f"  Gain {stage.gain_db + 0.0:6.2f} dB"
            frequency = f"{stage.frequency_hz:.2f}"
            lines.append(f"Filter {number:2d}: ON  {code:<7}  Fc {frequency:>9} Hz{gain}  Q {stage.q:7.4f}")
            if code in ("LSQ", "HSQ"):
                job.notes.converted(
                    "REW's definition of the Q of shelves is not documented; compare its curve with ours."
                )
    if not number:
        lines.append("Filter  1: ON  None")
    return "\n".join(lines) + "\n"


def _looks_like_rew(text: str) -> bool:
    head = text.lstrip()[:400]
    return head.startswith("Filter Settings file") or bool(re.search(r"^Room EQ V\d", head, re.MULTILINE))


def _looks(text: str) -> bool:
    return bool(_LOOKS.search(text))


def _read_rew(text: str, notes: Notes) -> Parsed:
    found = Reader(notes, header=True).read(text)
    if not found.stages and not re.search(r"^Filter\s*\d+\s*:", text, re.MULTILINE):
        raise SettingsError("REW: the file has no filter lines.")
    return found


_HUB = Limits(frequency_hz=(5.0, 99_999.0))
_PIPEWIRE = Limits(types=SHELVES_AND_PEAKS, bands=32, frequency_hz=(5.0, 99_999.0))

PROGRAMS = (
    Program(
        name="rew",
        title="REW",
        suffix=".txt",
        instruction="In REW's EQ window choose the equaliser Generic, then load the file with Load Filter Settings.",
        write=_write_rew,
        read=_read_rew,
        looks=_looks_like_rew,
        limits=_HUB,
    ),
    Program(
        name="equalizer-apo",
        title="Equalizer APO",
        suffix=".txt",
        instruction="Save as config.txt in Equalizer APO's config folder, or include it from there: Include: NAME.txt.",
        write=_write,
        read=_read,
        looks=_looks,
        limits=_HUB,
        aliases=("peace", "easyeffects-apo", "mini-eq", "camillagui", "music-assistant", "jamesdsp", "lsp", "fxsound"),
    ),
    Program(
        name="autoeq",
        title="AutoEq ParametricEQ",
        suffix=".txt",
        instruction="Save as NAME ParametricEQ.txt and import it where a program asks for AutoEq's parametric text.",
        write=_write,
        read=_read,
        limits=_PIPEWIRE,
        aliases=("parametric-eq", "squiglink"),
    ),
    Program(
        name="pipewire-text",
        title="PipeWire param_eq",
        suffix=".txt",
        instruction="Name the file's absolute path as filename of a param_eq node in a filter-chain of PipeWire.",
        write=_write,
        read=_read_pipewire,
        limits=_PIPEWIRE,
    ),
    Program(
        name="soundsource",
        title="SoundSource",
        suffix=".txt",
        instruction="Import the file in SoundSource's headphone equalizer as a custom profile.",
        write=_write_soundsource,
        read=_read_soundsource,
        limits=_PIPEWIRE,
    ),
)
