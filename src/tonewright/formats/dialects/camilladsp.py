"""CamillaDSP 4: filters, processors and a pipeline in YAML; alone, or with devices as a whole file."""

from __future__ import annotations

import re
from dataclasses import replace

from tonewright.formats.contract import Job, Limits, Program
from tonewright.formats.dialects.camilladsp_reader import TYPES, read
from tonewright.formats.dynamics import TO_TAU, fold_knee
from tonewright.formats.numbers import short
from tonewright.formats.stages import Dynamics, Filter, Gain

_NAMES = {ours: theirs for theirs, ours in TYPES.items()}
_DEVICES = """\
devices:
  samplerate: {rate}
  chunksize: 1024
  capture: {{type: Alsa, channels: 2, device: "hw:Loopback,1", format: S32LE}}
  playback: {{type: Alsa, channels: 2, device: "hw:0", format: S32LE}}
"""


def _biquad(one: Filter) -> str:
    gain = "" if one.type in ("low_pass", "high_pass") else f", gain: {_float(one.gain_db)}"
    return (
        f"{{type: Biquad, parameters: {{type: {_NAMES[one.type]}, freq: {_float(one.frequency_hz)}{gain}, "
        f"q: {_float(one.q)}}}}}"
    )


def _float(value: float) -> str:
    """Write a number that YAML takes for one: never without a point."""
    text = short(value)
    return text if "." in text else f"{text}.0"


def _compressor(one: Dynamics, channels: str) -> str:
    seconds = [f"{max(value * TO_TAU / 1000.0, 1e-8):.8f}" for value in (one.attack_ms, one.release_ms)]
    return (
        f"{{type: Compressor, parameters: {{channels: 2, attack: {seconds[0]}, release: {seconds[1]}, "
        f"threshold: {_float(one.threshold_db)}, factor: {_float(one.ratio)}, "
        f"makeup_gain: {_float(one.makeup_db)}{channels}}}}}"
    )


def _snippet(job: Job) -> str:
    filters: list[str] = []
    processors: list[str] = []
    pipeline: list[str] = []
    waiting: list[str] = []

    def flush() -> None:
        if waiting:
            pipeline.append(f"  - {{type: Filter, channels: [0, 1], names: [{', '.join(waiting)}]}}")
            waiting.clear()

    linked = job.settings.link == "max"
    for stage in job.stages:
        if isinstance(stage, Gain):
            name = f"gain{sum(line.startswith('  gain') for line in filters) + 1}"
            filters.append(f"  {name}: {{type: Gain, parameters: {{gain: {_float(stage.db)}, scale: dB}}}}")
            waiting.append(name)
        elif isinstance(stage, Filter):
            name = f"filter{sum(line.startswith('  filter') for line in filters) + 1}"
            filters.append(f"  {name}: {_biquad(stage)}")
            waiting.append(name)
        else:
            flush()
            stage = _folded(stage, job)
            name = "outer" if stage.outer else f"compressor{len(processors) + 1}"
            for channel in ("",) if linked else ("0", "1"):
                one = f"{name}{'_' * bool(channel)}{channel}"
                only = "" if linked else f", monitor_channels: [{channel}], process_channels: [{channel}]"
                processors.append(f"  {one}: {_compressor(stage, only)}")
                pipeline.append(f"  - {{type: Processor, name: {one}}}")
    flush()
    parts = [
        "\n".join([title, *lines]) if lines else f"{title[:-1]}: {empty}"
        for title, lines, empty in (
            ("filters:", filters, "{}"),
            ("processors:", processors, "{}"),
            ("pipeline:", pipeline, "[]"),
        )
    ]
    return "\n".join(parts) + "\n"


def _folded(one: Dynamics, job: Job) -> Dynamics:
    job.notes.converted(
        "CamillaDSP smooths the level before its gain computer, Tonewright the gain behind it: curves agree on steady "
        "levels, transients differ."
    )
    if job.settings.link == "max":
        job.notes.converted(
            "CamillaDSP's detector hears the sum of the channels, Tonewright's the loudest: a mono signal reads 6 dB "
            "higher there; raise the thresholds by 6 dB for such material."
        )
    folded, off = fold_knee(one, job.levels_db)
    if one.knee_db > 0.0 and one.ratio > 1.0:
        job.notes.converted(
            f"CamillaDSP has no knee: that of {one.words} is folded into threshold and ratio, {off:.2f} dB off at "
            "worst."
        )
    return replace(folded, outer=one.outer)


def _whole(job: Job) -> str:
    job.notes.tell("The devices are an example: put your own capture and playback devices in their place.")
    return _DEVICES.format(rate=round(job.rate_hz)) + _snippet(job)


def _looks(text: str) -> bool:
    return bool(re.search(r"^(filters|processors|pipeline)\s*:", text, re.MULTILINE))


def _looks_whole(text: str) -> bool:
    return _looks(text) and bool(re.search(r"^devices\s*:", text, re.MULTILINE))


_LIMITS = Limits()
PROGRAMS = (
    Program(
        name="camilladsp-full",
        title="CamillaDSP (whole file)",
        suffix=".yml",
        instruction="Put your devices into the first section and start CamillaDSP with the file.",
        write=_whole,
        read=read,
        looks=_looks_whole,
        limits=_LIMITS,
        dynamics="serial",
    ),
    Program(
        name="camilladsp",
        title="CamillaDSP",
        suffix=".yml",
        instruction="Merge the sections filters, processors and pipeline into your CamillaDSP configuration.",
        write=_snippet,
        read=read,
        looks=_looks,
        limits=_LIMITS,
        dynamics="serial",
        aliases=("camilla",),
    ),
)
