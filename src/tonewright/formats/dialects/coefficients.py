"""Biquad coefficients for programs of one's own: as CSV and as a C header."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from tonewright.errors import SettingsError
from tonewright.formats.biquads import filter_of
from tonewright.formats.contract import Job, Notes, Parsed, Program
from tonewright.formats.numbers import number, short
from tonewright.formats.stages import Filter, Gain, Stage
from tonewright.parameters import SAMPLE_RATES
from tonewright.processor.filters import biquad, response

Array = NDArray[np.float64]
_TITLE = "Coefficients"
_RATE = re.compile(r"(?:sample rate|RATE_HZ|rate_hz)\W+(\d+(?:\.\d+)?)")


def _sections(job: Job) -> list[list[float]]:
    """Return the level as a first section, then one section for each filter: b0, b1, b2, a1, a2."""
    level = sum(stage.db for stage in job.stages if isinstance(stage, Gain))
    rows = [[10.0 ** (level / 20.0), 0.0, 0.0, 0.0, 0.0]]
    filters = [stage for stage in job.stages if isinstance(stage, Filter)]
    rows += [biquad(one.type, one.gain_db, one.frequency_hz, one.q, job.rate_hz).tolist() for one in filters]
    job.notes.tell(f"The coefficients are for {job.rate_hz:g} Hz only.")
    return rows


def _write_csv(job: Job) -> str:
    lines = [
        f"# sample rate: {short(job.rate_hz)} Hz; y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2]",
        "b0,b1,b2,a1,a2",
    ]
    lines += [",".join(repr(value + 0.0) for value in row) for row in _sections(job)]
    return "\n".join(lines) + "\n"


def _write_c(job: Job) -> str:
    rows = _sections(job)
    body = ",\n".join("    {" + ", ".join(repr(value + 0.0) for value in row) + "}" for row in rows)
    return (
        "/* Written by Tonewright: sections in a row, b0 b1 b2 a1 a2, divided by a0.\n"
        "   y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2] */\n"
        "#ifndef TONEWRIGHT_SECTIONS_H\n#define TONEWRIGHT_SECTIONS_H\n\n"
        f"#define TONEWRIGHT_RATE_HZ {short(job.rate_hz)}\n#define TONEWRIGHT_SECTIONS {len(rows)}\n\n"
        f"static const double tonewright_sections[TONEWRIGHT_SECTIONS][5] = {{\n{body}\n}};\n\n#endif\n"
    )


def _rows(text: str) -> Array:
    """Return the sections of either form, (sections, 5); raises :class:`SettingsError`."""
    if "{" in text:
        inside = re.search(r"\[\s*5\s*\]\s*=\s*\{(.*)\}\s*;", text, re.DOTALL)
        lines = re.findall(r"\{([^{}]*)\}", inside[1]) if inside else []
        rest = re.sub(r"\{[^{}]*\}", "", inside[1]) if inside else "x"
        if rest.strip(", \t\n"):
            raise SettingsError(f"{_TITLE}: the table of sections is not complete.")
    else:
        lines = [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith(("#", "b0"))]
    rows = []
    for line in lines:
        try:
            rows.append([number(part) for part in line.split(",")])
        except ValueError:
            raise SettingsError(f"{_TITLE}: a section is not made of numbers: {' '.join(line.split())[:60]}.") from None
        if len(rows[-1]) != 5:
            raise SettingsError(f"{_TITLE}: a section needs five numbers: {' '.join(line.split())[:60]}.")
    if not rows:
        raise SettingsError(f"{_TITLE}: the file has no sections.")
    return np.array(rows)


def _response(text: str | bytes, frequency: Array, rate_hz: float) -> Array:
    rows = _rows(text if isinstance(text, str) else text.decode())
    curves = np.abs(response(rows, frequency, rate_hz)).prod(axis=0)
    return np.asarray(20.0 * np.log10(np.maximum(curves, 1e-12)))


def _read(text: str, notes: Notes) -> Parsed:
    found = _RATE.search(text)
    rate = float(found[1]) if found else 48_000.0
    if not found:
        notes.tell("The file does not name its sample rate; 48000 Hz is assumed.")
    if not SAMPLE_RATES[0] <= rate <= SAMPLE_RATES[1]:
        raise SettingsError(f"{_TITLE}: the sample rate {rate:g} Hz is out of range.")
    stages: list[Stage] = []
    for index, row in enumerate(_rows(text), 1):
        one = filter_of(row, rate)
        if one is None:
            notes.lost(f"Section {index} is no filter that settings can hold and is left out.")
            continue
        stages += one
    return Parsed(stages)


def _looks(text: str) -> bool:
    return bool(re.search(r"^b0,\s*b1,\s*b2,\s*a1,\s*a2\s*$", text, re.MULTILINE)) or "tonewright_sections[" in text


PROGRAMS = (
    Program(
        name="coefficients-csv",
        title="Biquad coefficients (CSV)",
        suffix=".csv",
        instruction="Read the rows as second-order sections in a row; signs as in the first line.",
        write=_write_csv,
        read=_read,
        looks=_looks,
        response=_response,
    ),
    Program(
        name="coefficients-c",
        title="Biquad coefficients (C)",
        suffix=".h",
        instruction="Include the header and run the sections in a row, in double precision.",
        write=_write_c,
        read=_read,
        response=_response,
    ),
)
