"""SoX: a row of effects for its command line."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator

import numpy as np

from tonewright.errors import SettingsError
from tonewright.formats.contract import Job, Limits, Notes, Parsed, Program
from tonewright.formats.dynamics import TO_TAU, reduction
from tonewright.formats.fitting import grid, response_of
from tonewright.formats.numbers import number, short
from tonewright.formats.stages import Dynamics, Filter, Gain, Stage

_NAMES = {
    "low_shelf": "bass",
    "high_shelf": "treble",
    "peak": "equalizer",
    "low_pass": "lowpass",
    "high_pass": "highpass",
}
_TITLE = "SoX"
#: Transfer functions start here, in dB, or lower where a threshold is.
_QUIETEST = -90.0
_KNEE_POINTS = 9


def _write(job: Job) -> str:
    high = _highest(job)
    words: list[str] = []
    level = 0.0
    if high > 0.0:
        # SoX clips between two effects: lower first, raise last, and move thresholds along.
        level = -math.ceil(high * 100.0) / 100.0
        words.append(f"gain {short(level)}")
        job.notes.tell("SoX clips between effects, so the level is lowered before them and restored behind.")
    for stage in job.stages:
        if isinstance(stage, Gain):
            words.append(f"gain {short(stage.db)}")
        elif isinstance(stage, Filter):
            words.append(_filter(stage))
        else:
            words.append(_compand(stage, level, job))
    if level:
        words.append(f"gain {short(-level)}")
    return " ".join(words or ["gain 0"]) + "\n"


def _highest(job: Job) -> float:
    """Return by how much the level must be lower, in dB.

    For full-scale tones between any two stages, compressors not counted; and for transfer functions, which end at 0 dB.
    """
    frequency = grid(job.rate_hz)
    level = np.zeros(frequency.size)
    highest = 0.0
    for stage in job.stages:
        if isinstance(stage, Dynamics):
            highest = max(highest, stage.threshold_db + stage.knee_db / 2.0 + 0.1)
    for stage in job.stages[:-1]:
        if isinstance(stage, Gain):
            level = level + stage.db
        elif isinstance(stage, Filter):
            level = level + response_of([stage], frequency, job.rate_hz)
        else:
            level = level + stage.makeup_db
        highest = max(highest, float(level.max()))
    return highest


def _filter(one: Filter) -> str:
    name, f, q = _NAMES[one.type], short(one.frequency_hz), short(one.q)
    if one.type == "peak":
        return f"{name} {f} {q}q {short(one.gain_db)}"
    if one.type.endswith("pass"):
        return f"{name} -2 {f} {q}q"
    return f"{name} {short(one.gain_db)} {f} {q}q"


def _compand(one: Dynamics, level: float, job: Job) -> str:
    job.notes.converted(
        "SoX smooths the linear level before its transfer function, Tonewright the gain behind it: curves agree on "
        "steady levels, transients differ."
    )
    if job.settings.link == "none":
        job.notes.converted("SoX's compressors hear all channels together; here each channel has its own detector.")
    threshold = one.threshold_db + level
    top, bottom = threshold + one.knee_db / 2.0, threshold - one.knee_db / 2.0
    count = _KNEE_POINTS if one.knee_db > 0.0 else 1
    inside = np.linspace(bottom, top, count) if count > 1 else np.array([threshold])
    levels = np.concatenate([[min(_QUIETEST, bottom - 10.0)], inside, [0.0]])
    moved = Dynamics(threshold, one.ratio, one.attack_ms, one.release_ms, one.knee_db)
    points = ",".join(
        f"{short(x, 4)},{short(y, 4)}" for x, y in zip(levels, levels - reduction(moved, levels), strict=True)
    )
    attack, release = (max(value * TO_TAU / 1000.0, 1e-6) for value in (one.attack_ms, one.release_ms))
    return f"compand {attack:.8f},{release:.8f} {points} {short(one.makeup_db)}"


_EFFECTS = {"gain", "vol", "compand", *_NAMES.values()}


def _read(text: str, notes: Notes) -> Parsed:
    try:
        words = shlex.split(text.replace("\\\n", " "), comments=True)
    except ValueError as error:
        raise SettingsError(f"{_TITLE}: the text cannot be split into words: {error}.") from None
    first = next((index for index, word in enumerate(words) if word in _EFFECTS), None)
    if first is None:
        raise SettingsError(f"{_TITLE}: the text has no effect that settings can hold.")
    if first and words[0] not in ("sox", "play", "rec"):
        notes.lost(f"{' '.join(words[:first])[:60]!r} before the first effect is left out.")
    stages: list[Stage] = []
    for name, arguments in _effects(words[first:]):
        stages += _effect(name, arguments, notes)
    return Parsed(stages)


def _effects(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    name = words[0]
    arguments: list[str] = []
    for word in words[1:]:
        if re.fullmatch(r"[a-z][a-z]+", word) and not (name == "vol" and word in ("dB", "amplitude", "power")):
            yield name, arguments
            name, arguments = word, []
        else:
            arguments.append(word)
    yield name, arguments


def _value(text: str, what: str) -> float:
    try:
        if "," in text:
            raise ValueError
        return number(text[:-1]) * 1000.0 if text.endswith("k") else number(text)
    except ValueError:
        raise SettingsError(f"{_TITLE}: {text[:20]!r} of {what} is no number.") from None


def _q(text: str, what: str) -> float:
    if not text.endswith("q"):
        raise SettingsError(f"{_TITLE}: the width {text[:20]!r} of {what} is no Q; write it with a q behind.")
    return _value(text[:-1], what)


def _effect(name: str, arguments: list[str], notes: Notes) -> list[Stage]:
    options = [word for word in arguments if re.match(r"-[A-Za-z]|-2$", word)]
    values = [word for word in arguments if word not in options]
    counts = {"gain": 1, "equalizer": 3, "bass": 3, "treble": 3, "lowpass": 2, "highpass": 2}
    if name not in _EFFECTS:
        notes.lost(f"SoX's effect {name[:30]} has no counterpart in settings and is left out.")
        return []
    if name == "vol":
        return [_volume(values)]
    if name == "compand":
        return _companded(values, notes)
    if options and not (name.endswith("pass") and options == ["-2"]):
        raise SettingsError(f"{_TITLE}: the option {options[0][:10]} of {name} cannot be read.")
    if name.endswith("pass") and len(values) == 1:
        values = [*values, "0.707q"]
    if len(values) != counts[name]:
        raise SettingsError(f"{_TITLE}: {name} needs {counts[name]} values with a Q, like those of its manual.")
    if name == "gain":
        return [Gain(_value(values[0], name))]
    if name == "equalizer":
        return [Filter("peak", _value(values[0], name), _value(values[2], name), _q(values[1], name))]
    kind = next(ours for ours, theirs in _NAMES.items() if theirs == name)
    if name.endswith("pass"):
        return [Filter(kind, _value(values[0], name), 0.0, _q(values[1], name))]
    return [Filter(kind, _value(values[1], name), _value(values[0], name), _q(values[2], name))]


def _volume(values: list[str]) -> Gain:
    text = "".join(values)
    if text.endswith("dB"):
        return Gain(_value(text[:-2], "vol"))
    factor = _value(text.removesuffix("amplitude"), "vol")
    if factor <= 0.0:
        raise SettingsError(f"{_TITLE}: vol is not above 0.")
    return Gain(20.0 * math.log10(factor))


def _companded(values: list[str], notes: Notes) -> list[Stage]:
    """Read a downward compressor out of a transfer function: straight, perhaps a knee, straight."""
    if not 2 <= len(values) <= 5:
        raise SettingsError(f"{_TITLE}: compand needs times, points and perhaps gain, volume and delay.")
    times = [_value(part, "compand") for part in values[0].split(",")]
    knee, _, points = values[1].rpartition(":")
    numbers = [_value(part, "compand") for part in points.split(",")]
    if len(numbers) % 2:
        # The first level out may be left out when it is that in.
        numbers.insert(1, numbers[0])
    if numbers[-2] < 0.0:
        # 0,0 is assumed.
        numbers += [0.0, 0.0]
    if len(times) != 2 or len(numbers) < 4:
        raise SettingsError(f"{_TITLE}: compand has other times or points than one pair for all channels.")
    if len(values) > 4 and _value(values[4], "compand") != 0.0:
        notes.lost("The delay of compand is left out.")
    x, y = np.array(numbers).reshape(-1, 2).T
    if (np.diff(x) <= 0.0).any() or x[-1] > 0.0:
        raise SettingsError(f"{_TITLE}: the points of compand do not ascend up to 0 dB.")
    slopes = np.diff(y) / np.diff(x)
    if abs(slopes[0] - 1.0) > 1e-3 or (np.diff(slopes) > 1e-3).any() or slopes[-1] <= 0.0:
        notes.lost("A transfer function of compand is no downward compressor and is left out.")
        return []
    makeup = float(y[0] - x[0])
    # Where the first line, of slope 1, meets the last one.
    ratio = float(1.0 / slopes[-1])
    threshold = x[-1] if ratio <= 1.0 else float((y[-1] - makeup - slopes[-1] * x[-1]) / (1.0 - slopes[-1]))
    width = float(x[-2] - x[1]) if len(x) > 3 else 2.0 * _value(knee, "compand") if knee else 0.0
    if knee or (len(x) > 3 and len(x) != _KNEE_POINTS + 2):
        notes.converted("The shape of a knee of compand is approximated.")
    notes.converted("Compressors smooth gain here and level there: transients differ.")
    gain = _value(values[2], "compand") if len(values) > 2 else 0.0
    attack, release = (value * 1000.0 / TO_TAU for value in times)
    return [Dynamics(threshold, max(ratio, 1.0), attack, release, width, makeup + gain)]


def _looks(text: str) -> bool:
    return bool(
        re.search(r"(?:^|\s)(?:bass|treble|equalizer|lowpass|highpass)\s+(?:-2\s+)?[-+\d.]+k?\s+[\d.]+", text)
        or re.search(r"^[ \t]*(?:gain[ \t]+[-+\d.]+|compand[ \t]+[\d.]+,)", text)
    ) and not re.search(r"[{}<>=]", text)


PROGRAMS = (
    Program(
        name="sox",
        title="SoX",
        suffix=".txt",
        instruction="Put the text at the end of the command: sox IN OUT $(cat FILE); for exactness -D -e float -b 64.",
        write=_write,
        read=_read,
        looks=_looks,
        limits=Limits(),
        dynamics="serial",
    ),
)
