"""EasyEffects 8: a row of equalizers and compressors in JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

from tonewright.formats.contract import Job, Limits, Program
from tonewright.formats.dialects.easyeffects_reader import TYPES, looks, read
from tonewright.formats.dynamics import TO_LSP, bounded
from tonewright.formats.numbers import rounded
from tonewright.formats.stages import Dynamics, Filter, Gain

_NAMES = {ours: theirs for theirs, ours in TYPES.items()}
#: Of the gains of a plug-in, in dB, either way.
_HIGHEST_DB = 36.0
_THRESHOLD = (-60.0, 0.0)


def _write(job: Job) -> str:
    plugins: list[tuple[str, dict[str, Any]]] = []
    waiting: list[Filter] = []
    level = 0.0

    def flush() -> None:
        nonlocal level
        # One plug-in's gain may not be enough: equalizers without bands add theirs.
        while abs(level) > _HIGHEST_DB:
            part = math.copysign(_HIGHEST_DB, level)
            plugins.append(("equalizer", _equalizer((), part)))
            level -= part
        if waiting or level:
            plugins.append(("equalizer", _equalizer(tuple(waiting), level)))
            waiting.clear()
            level = 0.0

    for stage in job.stages:
        if isinstance(stage, Gain):
            level += stage.db
        elif isinstance(stage, Filter):
            waiting.append(stage)
        else:
            # A threshold out of range is reached by a gain before and its inverse behind.
            shift = min(max(stage.threshold_db, _THRESHOLD[0]), _THRESHOLD[1]) - stage.threshold_db
            level += shift
            flush()
            makeup = stage.makeup_db - shift
            inside = min(max(makeup, -60.0), 60.0)
            moved = replace(stage, threshold_db=stage.threshold_db + shift, makeup_db=inside)
            plugins.append(("compressor", _compressor(moved, job)))
            level += makeup - inside
    if waiting or abs(level) > _HIGHEST_DB or not plugins:
        flush()
    elif level:
        plugins[-1][1]["output-gain"] = rounded(level)
    if not plugins:
        plugins.append(("equalizer", _equalizer((), 0.0)))
    counts: dict[str, int] = {}
    output: dict[str, Any] = {"blocklist": [], "plugins_order": []}
    for kind, plugin in plugins:
        name = f"{kind}#{counts.get(kind, 0)}"
        counts[kind] = counts.get(kind, 0) + 1
        output["plugins_order"].append(name)
        output[name] = plugin
    return json.dumps({"output": output}, indent=2) + "\n"


def _equalizer(filters: tuple[Filter, ...], gain_db: float) -> dict[str, Any]:
    bands = {f"band{index}": _band(one) for index, one in enumerate(filters)}
    if not bands:
        bands = {"band0": {**_band(Filter("peak", 1000.0, 0.0, 0.7071)), "type": "Off"}}
    return {
        "bypass": False,
        "input-gain": rounded(gain_db),
        "output-gain": 0.0,
        "mode": "IIR",
        "decramp": "Off",
        "split-channels": False,
        "balance": 0.0,
        "pitch-left": 0.0,
        "pitch-right": 0.0,
        "num-bands": len(bands),
        "left": bands,
        "right": {name: dict(band) for name, band in bands.items()},
    }


def _band(one: Filter) -> dict[str, Any]:
    return {
        "type": _NAMES[one.type],
        # Only this mode is the cookbook's filter.
        "mode": "APO (DR)",
        "slope": "x1",
        "solo": False,
        "mute": False,
        "gain": rounded(one.gain_db),
        "frequency": rounded(one.frequency_hz),
        "q": rounded(one.q),
        "width": 4.0,
    }


def _compressor(one: Dynamics, job: Job) -> dict[str, Any]:
    notes = job.notes
    notes.converted(
        "EasyEffects smooths the linear level before its gain computer, Tonewright the gain behind it: curves agree on "
        "steady levels, transients differ."
    )
    if job.settings.link == "max":
        notes.converted("EasyEffects' detector hears the mean of the channels, Tonewright's the loudest.")
    return {
        "bypass": False,
        "input-gain": 0.0,
        "output-gain": 0.0,
        "dry": -80.01,
        "wet": 0.0,
        "mode": "Downward",
        "attack": rounded(bounded(one.attack_ms * TO_LSP, 0.0, 2000.0, "An attack (EasyEffects')", notes)),
        "release": rounded(bounded(one.release_ms * TO_LSP, 0.0, 5000.0, "A release (EasyEffects')", notes)),
        "release-threshold": -80.01,
        "threshold": rounded(one.threshold_db),
        "ratio": rounded(one.ratio),
        # Half the width, and negative.
        "knee": rounded(-bounded(one.knee_db, 0.0, 48.0, "A knee", notes) / 2.0),
        "makeup": rounded(one.makeup_db),
        "boost-threshold": -72.0,
        "boost-amount": 6.0,
        "stereo-split": job.settings.link == "none",
        "sidechain": {
            "type": "Feed-forward",
            "mode": "Peak",
            "source": "Middle",
            "stereo-split-source": "Left/Right",
            "preamp": 0.0,
            "reactivity": 0.0,
            "lookahead": 0.0,
        },
        "hpf-mode": "Off",
        "hpf-frequency": 10.0,
        "lpf-mode": "Off",
        "lpf-frequency": 20000.0,
    }


PROGRAMS = (
    Program(
        name="easyeffects",
        title="EasyEffects",
        suffix=".json",
        instruction="Save in ~/.local/share/easyeffects/output and choose it under Presets.",
        write=_write,
        read=read,
        looks=looks,
        limits=Limits(frequency_hz=(10.0, 24_000.0), gain_db=(-36.0, 36.0), q=(0.05, 100.0)),
        dynamics="serial",
    ),
)
