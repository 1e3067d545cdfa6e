"""Voicemeeter's XML and Rockbox's configuration: a few bands, few digits."""

from __future__ import annotations

import re

from tonewright.errors import SettingsError
from tonewright.formats.channels import one_channel
from tonewright.formats.contract import SHELVES_AND_PEAKS, Job, Limits, Notes, Parsed, Program
from tonewright.formats.numbers import number, short
from tonewright.formats.stages import Filter, Gain, Stage

_VOICEMEETER = {0: "peak", 5: "low_shelf", 6: "high_shelf"}
_CELLS, _CHANNELS = 6, 8
_TAG = re.compile(r"<Bus\b([^<>]*)/?>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([A-Za-z]\w*)\s*=\s*["']([^"']*)["']""")


def _write_voicemeeter(job: Job) -> str:
    codes = {ours: theirs for theirs, ours in _VOICEMEETER.items()}
    level = sum(stage.db for stage in job.stages if isinstance(stage, Gain))
    if abs(level) >= 0.005:
        job.notes.tell(f"Voicemeeter's equalizer has no preamp: set the bus to {level:+.1f} dB by hand.")
    filters = [stage for stage in job.stages if isinstance(stage, Filter)]
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<VBAudioVoicemeeterBUSEQ>"]
    lines.append(f"  <!-- bus gain {short(level, 2)} dB -->")
    for channel in range(1, _CHANNELS + 1):
        for cell in range(1, _CELLS + 1):
            one = filters[cell - 1] if cell <= len(filters) else Filter("peak", 1000.0, 0.0, 3.0)
            lines.append(
                f'  <Bus index="1" channel="{channel}" cell="{cell}" EQon="{int(cell <= len(filters))}" '
                f'EQtype="{codes[one.type]}" dblevel="{one.gain_db + 0.0:.2f}" freq="{one.frequency_hz:.2f}" '
                f'Q="{one.q:.4f}"/>'
            )
    return "\n".join([*lines, "</VBAudioVoicemeeterBUSEQ>"]) + "\n"


def _read_voicemeeter(text: str, notes: Notes) -> Parsed:
    title = "Voicemeeter"
    rows: dict[tuple[str, str], list[tuple[float, Stage]]] = {}
    level = re.search(r"<!-- bus gain (\S+) dB -->", text)
    if text.count("<Bus ") != len(_TAG.findall(text)):
        raise SettingsError(f"{title}: a Bus element is not complete.")
    for found in _TAG.finditer(text):
        pairs = _ATTRIBUTE.findall(found[1])
        values = {key.lower(): value for key, value in pairs}
        if _ATTRIBUTE.sub("", found[1]).strip(" \t\n/"):
            raise SettingsError(f"{title}: a Bus element cannot be read: {' '.join(found[1].split())[:60]}.")
        if "eqon" not in values:
            continue
        place = (values.get("index", "1"), values.get("channel", "1"))
        row = rows.setdefault(place, [])
        try:
            if number(values["eqon"]) == 0.0:
                continue
            kind = number(values["eqtype"])
            frequency, gain, q = (number(values[key]) for key in ("freq", "dblevel", "q"))
            cell = number(values.get("cell", str(len(row) + 1)))
        except (KeyError, ValueError):
            raise SettingsError(f"{title}: a Bus element lacks a number: {' '.join(found[1].split())[:60]}.") from None
        if kind not in _VOICEMEETER:
            notes.lost(f"Cell {cell:g} (type {kind:g}) has no counterpart in settings and is left out.")
            continue
        row.append((cell, Filter(_VOICEMEETER[int(kind)], frequency, gain, q)))
    if not rows:
        raise SettingsError(f"{title}: the file has no equalizer cells.")
    buses = sorted({index for index, _ in rows})
    if len(buses) > 1:
        notes.lost(f"The file holds {len(buses)} buses; that with index {buses[0]} is taken.")
    kept = {
        channel: [stage for _, stage in sorted(row, key=lambda pair: pair[0])]
        for (index, channel), row in rows.items()
        if index == buses[0]
    }
    before: list[Stage] = []
    if level:
        try:
            before = [Gain(number(level[1]))]
        except ValueError:
            raise SettingsError(f"{title}: the gain of the bus is no number.") from None
    return Parsed([*before, *one_channel(kept, notes)])


def _looks_like_voicemeeter(text: str) -> bool:
    return bool(re.search(r"<Bus\b[^<>]*EQon", text, re.IGNORECASE))


def _write_rockbox(job: Job) -> str:
    level = sum(stage.db for stage in job.stages if isinstance(stage, Gain))
    filters = [stage for stage in job.stages if isinstance(stage, Filter)]
    low = next((one for one in filters if one.type == "low_shelf"), Filter("low_shelf", 60.0, 0.0, 0.7))
    high = next((one for one in filters if one.type == "high_shelf"), Filter("high_shelf", 16_000.0, 0.0, 0.7))
    peaks = [one for one in filters if one.type == "peak"]
    lines = ["eq enabled: on", f"eq precut: {round(-10.0 * level)}", f"eq low shelf filter: {_rockbox(low)}"]
    lines += [f"eq peak filter {n}: {_rockbox(one)}" for n, one in enumerate(peaks, 1)]
    lines += [f"eq peak filter {n}: 1000, 10, 0" for n in range(len(peaks) + 1, 9)]
    return "\n".join([*lines, f"eq high shelf filter: {_rockbox(high)}"]) + "\n"


def _rockbox(one: Filter) -> str:
    return f"{round(one.frequency_hz)}, {max(round(10.0 * one.q), 1)}, {round(10.0 * one.gain_db)}"


_ROCKBOX = re.compile(r"^\s*eq (low shelf|high shelf|peak) filter\s*(\d*)\s*:\s*(.*?)\s*$", re.IGNORECASE)


def _read_rockbox(text: str, notes: Notes) -> Parsed:
    title = "Rockbox"
    before: list[Stage] = []
    stages: list[Stage] = []
    for line in text.split("\n"):
        line = line.split("#", 1)[0]
        if not line.strip():
            continue
        precut = re.match(r"\s*eq precut\s*:\s*(.*?)\s*$", line, re.IGNORECASE)
        band = _ROCKBOX.match(line)
        if precut:
            before = [Gain(-_whole(precut[1], line) / 10.0)]
        elif band:
            values = [_whole(part, line) for part in band[3].split(",")]
            if len(values) != 3:
                raise SettingsError(f"{title}: a filter needs three numbers: {line.strip()[:60]}.")
            if values[1] <= 0:
                raise SettingsError(f"{title}: the Q of a filter is not above 0: {line.strip()[:60]}.")
            if values[2]:
                kind = band[1].lower().replace(" ", "_")
                stages.append(Filter(kind, float(values[0]), values[2] / 10.0, values[1] / 10.0))
        elif re.match(r"\s*eq enabled\s*:\s*off", line, re.IGNORECASE):
            notes.tell("The equalizer is switched off in the file; its filters are read all the same.")
        elif re.match(r"\s*eq (?!enabled\s*:\s*on\s*$)", line, re.IGNORECASE):
            notes.lost(f"A line is left out because it is not understood: {line.strip()[:60]}.")
    if not stages and not before:
        raise SettingsError(f"{title}: the text has no filter.")
    return Parsed([*before, *stages])


def _whole(text: str, line: str) -> int:
    if not re.fullmatch(r"\s*[-+]?\d{1,7}\s*", text) or not text.isascii():
        raise SettingsError(f"Rockbox: {text[:20]!r} is no whole number: {line.strip()[:60]}.")
    return int(text)


def _looks_like_rockbox(text: str) -> bool:
    return bool(
        re.search(r"^[ \t]*eq (?:precut|(?:low shelf|high shelf|peak) filter[ \t]*\d*)[ \t]*:", text, re.MULTILINE)
    )


PROGRAMS = (
    Program(
        name="voicemeeter",
        title="Voicemeeter",
        suffix=".xml",
        instruction="In Voicemeeter right-click the EQ button of a bus, choose Load EQ settings, and set the gain.",
        write=_write_voicemeeter,
        read=_read_voicemeeter,
        looks=_looks_like_voicemeeter,
        limits=Limits(
            types=SHELVES_AND_PEAKS, bands=_CELLS, gain_db=(-36.0, 18.0), q=(0.3, 100.0), frequency_hz=(20.0, 20_000.0)
        ),
    ),
    Program(
        name="rockbox",
        title="Rockbox",
        suffix=".cfg",
        instruction="Copy the file to .rockbox/eqs on the player and browse the EQ presets for it.",
        write=_write_rockbox,
        read=_read_rockbox,
        looks=_looks_like_rockbox,
        limits=Limits(
            types=SHELVES_AND_PEAKS,
            bands=10,
            most=(("low_shelf", 1), ("high_shelf", 1), ("peak", 8)),
            gain_db=(-24.0, 24.0),
            q=(0.5, 6.4),
            frequency_hz=(20.0, 22_040.0),
            preamp_db=(-24.0, 0.0),
        ),
    ),
)
