"""EasyEffects presets, read in the order of their plug-ins."""

from __future__ import annotations

import re
from typing import Any

from tonewright.errors import SettingsError
from tonewright.formats.channels import one_channel
from tonewright.formats.contract import Notes, Parsed
from tonewright.formats.dynamics import TO_LSP
from tonewright.formats.json_text import load_json, mapping, numeric
from tonewright.formats.stages import Dynamics, Filter, Gain, Stage

TYPES = {
    "Bell": "peak",
    "Lo-shelf": "low_shelf",
    "Hi-shelf": "high_shelf",
    "Lo-pass": "low_pass",
    "Hi-pass": "high_pass",
}
_TITLE = "EasyEffects"


def looks(text: str) -> bool:
    """Whether text looks like an EasyEffects preset."""
    return text.lstrip().startswith("{") and '"plugins_order"' in text


def read(text: str, notes: Notes) -> Parsed:
    """Read the output section (or the input section) of a preset."""
    data = mapping(load_json(text, _TITLE), _TITLE, "the whole")
    section = data.get("output", data.get("input"))
    section = mapping(section, _TITLE, "the section output")
    order = section.get("plugins_order")
    if not isinstance(order, list) or not all(isinstance(name, str) for name in order):
        raise SettingsError(f"{_TITLE}: plugins_order is no list of names.")
    rows: dict[str, list[Stage]] = {"left": [], "right": []}
    split = False
    for name in order:
        kind = re.sub(r"#\d+$", "", name)
        if kind not in ("equalizer", "compressor"):
            notes.lost(f"The plug-in {name[:30]} has no counterpart in settings and is left out.")
            continue
        plugin = mapping(section.get(name), _TITLE, name[:30])
        if plugin.get("bypass") is True:
            continue
        before, after = (Gain(numeric(plugin, key, _TITLE, name, 0.0)) for key in ("input-gain", "output-gain"))
        if kind == "equalizer":
            bands = _bands(plugin, name, notes)
            for side, row in rows.items():
                row += [before, *bands[side], after]
        else:
            split = split or plugin.get("stereo-split") is True
            stages = _compressor(plugin, name, notes)
            for row in rows.values():
                row += [before, *stages, after]
    return Parsed(one_channel(rows, notes), link="none" if split else "max")


def _bands(plugin: dict[str, Any], name: str, notes: Notes) -> dict[str, list[Stage]]:
    count = numeric(plugin, "num-bands", _TITLE, name)
    if count != int(count) or not 0 <= count <= 32:
        raise SettingsError(f"{_TITLE}: num-bands of {name} does not lie between 0 and 32.")
    for key in ("balance", "pitch-left", "pitch-right"):
        if numeric(plugin, key, _TITLE, name, 0.0) != 0.0:
            notes.lost(f"{key} of {name} is left out.")
    split = plugin.get("split-channels") is True
    sides = {"left": "left", "right": "right" if split else "left"}
    return {side: _side(plugin, source, int(count), name, notes) for side, source in sides.items()}


def _side(plugin: dict[str, Any], side: str, count: int, name: str, notes: Notes) -> list[Stage]:
    bands = mapping(plugin.get(side), _TITLE, f"{side} of {name}")
    stages: list[Stage] = []
    for index in range(count):
        what = f"band{index} of {name}"
        band = mapping(bands.get(f"band{index}"), _TITLE, what)
        kind = band.get("type", "Bell")
        if kind == "Off" or band.get("mute") is True:
            continue
        if not isinstance(kind, str) or kind not in TYPES:
            notes.lost(f"{what} ({str(kind)[:20]}) has no counterpart in settings and is left out.")
            continue
        if band.get("solo") is True:
            notes.lost(f"{what} is heard solo there, which is left out.")
        if band.get("slope", "x1") != "x1":
            notes.lost(f"{what} is steeper there ({str(band.get('slope'))[:5]}) than a filter of settings.")
        mode = band.get("mode", "RLC (BT)")
        if mode != "APO (DR)":
            notes.converted(f"Filters of the mode {str(mode)[:12]} have another shape than those of settings.")
        gain = 0.0 if TYPES[kind].endswith("pass") else numeric(band, "gain", _TITLE, what)
        frequency, q = numeric(band, "frequency", _TITLE, what), numeric(band, "q", _TITLE, what)
        stages.append(Filter(TYPES[kind], frequency, gain, q))
    return stages


def _compressor(plugin: dict[str, Any], name: str, notes: Notes) -> list[Stage]:
    if plugin.get("mode", "Downward") != "Downward":
        notes.lost(f"{name} is no downward compressor and is left out.")
        return []
    sidechain = plugin.get("sidechain", {})
    sidechain = sidechain if isinstance(sidechain, dict) else {}
    if sidechain.get("mode", "RMS") != "Peak":
        notes.converted(f"The detector of {name} is no peak detector there.")
    if numeric(sidechain, "preamp", _TITLE, name, 0.0) != 0.0:
        notes.tell(f"The sidechain's preamp of {name} is put into the threshold.")
    for key in ("hpf-mode", "lpf-mode"):
        if plugin.get(key, "Off") != "Off":
            notes.lost(f"{key} of {name} is left out: compressors of settings hear everything.")
    if numeric(plugin, "dry", _TITLE, name, -80.01) > -80.0:
        notes.lost(f"The dry part of {name} is left out.")
    wet = numeric(plugin, "wet", _TITLE, name, 0.0)
    notes.converted("Compressors smooth gain here and level there: transients differ.")
    return [
        Dynamics(
            threshold_db=numeric(plugin, "threshold", _TITLE, name) - numeric(sidechain, "preamp", _TITLE, name, 0.0),
            ratio=numeric(plugin, "ratio", _TITLE, name),
            attack_ms=numeric(plugin, "attack", _TITLE, name) / TO_LSP,
            release_ms=numeric(plugin, "release", _TITLE, name) / TO_LSP,
            knee_db=2.0 * abs(numeric(plugin, "knee", _TITLE, name, 0.0)),
            makeup_db=numeric(plugin, "makeup", _TITLE, name, 0.0) + wet,
        )
    ]
