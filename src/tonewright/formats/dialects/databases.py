"""Poweramp's presets and OPRA's entries: lists of bands in JSON."""

from __future__ import annotations

import json
import re
from typing import Any

from tonewright.errors import SettingsError
from tonewright.formats.channels import one_channel
from tonewright.formats.contract import SHELVES_AND_PEAKS, Job, Limits, Notes, Parsed, Program
from tonewright.formats.json_text import load_json, mapping, numeric
from tonewright.formats.numbers import rounded
from tonewright.formats.stages import Filter, Gain, Stage

#: Poweramp's types as users found them out; the first two entries of a preset are the Bass and Treble dials.
_POWERAMP = {0: "low_pass", 1: "high_pass", 3: "peak", 4: "low_shelf", 5: "high_shelf"}
_OPRA = {"low_shelf": "low_shelf", "peak_dip": "peak", "high_shelf": "high_shelf"}
_DIALS = ({"type": 0, "frequency": 90, "q": 0.8}, {"type": 1, "frequency": 10000, "q": 0.6})


def _level(job: Job) -> float:
    return rounded(sum(stage.db for stage in job.stages if isinstance(stage, Gain)))


def _write_poweramp(job: Job) -> str:
    codes = {ours: theirs for theirs, ours in _POWERAMP.items()}
    bands: list[dict[str, Any]] = [{**dial, "channels": 0, "gain": 0.0, "color": 0} for dial in _DIALS]
    bands += [
        {
            "type": codes[one.type],
            "channels": 0,
            "frequency": rounded(one.frequency_hz),
            "q": rounded(one.q),
            "gain": rounded(one.gain_db),
            "color": 0,
        }
        for one in job.stages
        if isinstance(one, Filter)
    ]
    name = job.settings.note[:40] or "Tonewright"
    job.notes.tell("Poweramp's format is not documented by its makers; check the bands after the import.")
    return json.dumps([{"name": name, "preamp": _level(job), "parametric": True, "bands": bands}], indent=1) + "\n"


def _read_poweramp(text: str, notes: Notes) -> Parsed:
    title = "Poweramp"
    data = load_json(text, title)
    presets = data if isinstance(data, list) else [data]
    if not presets:
        raise SettingsError(f"{title}: the file holds no preset.")
    preset = mapping(presets[0], title, "the preset")
    name = preset.get("name", "")
    name = name[:200] if isinstance(name, str) else ""
    if len(presets) > 1:
        notes.tell(f"The file holds {len(presets)} presets; the first ({name[:40]}) is taken.")
    if preset.get("parametric") is not True:
        raise SettingsError(f"{title}: the preset is a graphic one; only parametric ones can be read.")
    bands = preset.get("bands")
    if not isinstance(bands, list):
        raise SettingsError(f"{title}: bands is missing or no list.")
    preamp = Gain(numeric(preset, "preamp", title, "the preset", 0.0))
    rows: dict[str, list[Stage]] = {"left": [preamp], "right": [preamp]}
    for index, entry in enumerate(bands):
        what = f"band {index + 1}"
        band = mapping(entry, title, what)
        kind, gain = numeric(band, "type", title, what), numeric(band, "gain", title, what, 0.0)
        if index < 2 and kind in (0, 1):
            if gain != 0.0:
                dial = "Bass" if index == 0 else "Treble"
                notes.lost(f"The {dial} dial ({gain:+.1f} dB) is left out: its shape is not known.")
            continue
        if kind not in _POWERAMP:
            notes.lost(f"Band {index + 1} (type {kind:g}) has no counterpart in settings and is left out.")
            continue
        ours = _POWERAMP[int(kind)]
        one = Filter(
            ours,
            numeric(band, "frequency", title, what),
            0.0 if ours.endswith("pass") else gain,
            numeric(band, "q", title, what),
        )
        where = numeric(band, "channels", title, what, 0.0)
        if where not in (0, 1, 2):
            raise SettingsError(f"{title}: channels of {what} is neither 0, 1 nor 2.")
        for side, code in (("left", 1), ("right", 2)):
            if where in (0, code):
                rows[side].append(one)
    return Parsed(one_channel(rows, notes), note=name)


def _looks_like_poweramp(text: str) -> bool:
    return text.lstrip()[:1] in ("[", "{") and bool(re.search(r'"parametric"\s*:', text)) and '"preamp"' in text


def _write_opra(job: Job) -> str:
    codes = {ours: theirs for theirs, ours in _OPRA.items()}
    bands = [
        {
            "type": codes[one.type],
            "frequency": rounded(one.frequency_hz),
            "gain_db": rounded(one.gain_db),
            "q": rounded(one.q),
        }
        for one in job.stages
        if isinstance(one, Filter)
    ]
    details = job.settings.note or "Made with Tonewright"
    entry = {
        "author": "",
        "details": details,
        "type": "parametric_eq",
        "parameters": {"gain_db": _level(job), "bands": bands},
    }
    job.notes.tell("Put your name under author before you hand the entry in.")
    return json.dumps(entry, indent=2) + "\n"


def _read_opra(text: str, notes: Notes) -> Parsed:
    title = "OPRA"
    data = mapping(load_json(text, title), title, "the whole")
    if data.get("type") != "parametric_eq":
        raise SettingsError(f"{title}: the entry is no parametric_eq.")
    parameters = mapping(data.get("parameters"), title, "parameters")
    bands = parameters.get("bands")
    if not isinstance(bands, list):
        raise SettingsError(f"{title}: bands is missing or no list.")
    stages: list[Stage] = [Gain(numeric(parameters, "gain_db", title, "parameters", 0.0))]
    for index, entry in enumerate(bands, 1):
        what = f"band {index}"
        band = mapping(entry, title, what)
        kind = band.get("type")
        if not isinstance(kind, str) or kind not in _OPRA:
            notes.lost(f"Band {index} ({str(kind)[:20]}) has no counterpart in settings and is left out.")
            continue
        stages.append(Filter(_OPRA[kind], *(numeric(band, key, title, what) for key in ("frequency", "gain_db", "q"))))
    details = data.get("details")
    return Parsed(stages, note=details[:500] if isinstance(details, str) else "")


def _looks_like_opra(text: str) -> bool:
    return text.lstrip().startswith("{") and bool(re.search(r'"type"\s*:\s*"parametric_eq"', text))


PROGRAMS = (
    Program(
        name="poweramp",
        title="Poweramp",
        suffix=".json",
        instruction="In Poweramp open Equalizer, Presets, and import the file.",
        write=_write_poweramp,
        read=_read_poweramp,
        looks=_looks_like_poweramp,
        limits=Limits(types=SHELVES_AND_PEAKS, preamp_db=(-120.0, 15.0)),
    ),
    Program(
        name="opra",
        title="OPRA",
        suffix=".json",
        instruction="Save as info.json in a folder of the product under eq in the OPRA database.",
        write=_write_opra,
        read=_read_opra,
        looks=_looks_like_opra,
        limits=Limits(types=SHELVES_AND_PEAKS),
    ),
)
