"""ffmpeg's filter strings, as far as they are a row of gains, filters and compressors."""

from __future__ import annotations

import math
import re

from tonewright.errors import SettingsError
from tonewright.formats.contract import Notes, Parsed
from tonewright.formats.dynamics import TO_FFMPEG
from tonewright.formats.numbers import number
from tonewright.formats.shelves import q_of_bandwidth, q_of_slope
from tonewright.formats.stages import Dynamics, Filter, Gain, Stage

FILTERS = {
    "equalizer": "peak",
    "lowshelf": "low_shelf",
    "highshelf": "high_shelf",
    "lowpass": "low_pass",
    "highpass": "high_pass",
}
_SLANTED = {"bass": "low_shelf", "treble": "high_shelf"}
#: Without effect on the sound, or only on its form.
_FORMS = {"aformat", "anull", "aresample", "asetpts", "asetnsamples", "abuffer", "abuffersink"}
_LONG = {"frequency": "f", "width_type": "t", "width": "w", "gain": "g"}
_POSITIONS = {
    "equalizer": ("f", "t", "w", "g"),
    "volume": ("volume", "precision"),
    "lowpass": ("f", "t", "w"),
    "highpass": ("f", "t", "w"),
    **dict.fromkeys(("lowshelf", "highshelf", "bass", "treble"), ("f", "t", "w", "g")),
}
#: Options that do not change what we read.
_HARMLESS = {"precision", "r", "a", "transform", "n", "normalize", "replaygain", "eval", "m", "mix", "p", "poles", "c",
             "channels", "b", "blocksize", "replaygain_noclip"}  # fmt: skip
_DEFAULTS = {
    "equalizer": ("", "1"), "lowpass": ("500", "0.707"), "highpass": ("3000", "0.707"), "lowshelf": ("100", "0.5"),
    "highshelf": ("3000", "0.5"), "bass": ("100", "0.5"), "treble": ("3000", "0.5"),
}  # fmt: skip
_COMPRESSOR = {
    "level_in": "1", "mode": "downward", "threshold": "0.125", "ratio": "2", "attack": "20", "release": "250",
    "makeup": "1", "knee": "2.82843", "link": "average", "detection": "rms", "level_sc": "1", "mix": "1",
}  # fmt: skip
_TITLE = "ffmpeg"


def read(text: str, notes: Notes) -> Parsed:
    """Read the argument of ``-af``, with or without that option and its quotes."""
    text = text.replace("\\\n", "").strip()
    option = re.search(r"-(?:af|filter:a)\s+", text)
    if option:
        rest = text[option.end() :]
        quoted = re.match(r"([\"'])(.*?)\1", rest, re.DOTALL)
        text = quoted[2] if quoted else rest.split()[0] if rest.split() else ""
    text = text.strip().strip("\"'")
    if "[" in text or ";" in text:
        raise SettingsError(f"{_TITLE}: the text is a graph with labels; only a row of filters can be read.")
    stages: list[Stage] = []
    understood = False
    for part in text.split(","):
        part = " ".join(part.split())
        if not part:
            raise SettingsError(f"{_TITLE}: a filter is missing between two commas.")
        name, _, arguments = part.partition("=")
        name = name.strip()
        if name in _FORMS:
            understood = True
            continue
        if name == "volume":
            stages.append(_volume(_options(name, arguments)))
        elif name in FILTERS or name in _SLANTED:
            stages.append(_filter(name, _options(name, arguments), notes))
        elif name == "acompressor":
            stages += _compressor(_options(name, arguments), notes)
        else:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                raise SettingsError(f"{_TITLE}: {part[:40]!r} is no filter.")
            notes.lost(f"ffmpeg's filter {name[:30]} has no counterpart in settings and is left out.")
            continue
        understood = True
    if not understood:
        raise SettingsError(f"{_TITLE}: no filter of the text is one that settings can hold.")
    return Parsed(stages)


def _options(name: str, arguments: str) -> dict[str, str]:
    found: dict[str, str] = {}
    positions = _POSITIONS.get(name, ())
    for place, part in enumerate(arguments.split(":")) if arguments else []:
        key, equals, value = part.partition("=")
        if not equals:
            if place >= len(positions):
                raise SettingsError(f"{_TITLE}: {part[:30]!r} in {name} has no name.")
            key, value = positions[place], part
        key = key.strip() if name in ("volume", "acompressor") else _LONG.get(key.strip(), key.strip())
        found[key] = value.strip()
    return found


def _value(options: dict[str, str], key: str, name: str, default: str = "") -> float:
    text = options.get(key, default)
    try:
        if "," in text:
            raise ValueError
        if text[-1:] in ("k", "K"):
            return number(text[:-1]) * 1000.0
        return number(text)
    except ValueError:
        raise SettingsError(f"{_TITLE}: {key} of {name} is no number: {text[:20]!r}.") from None


def _level(options: dict[str, str], key: str, name: str, default: str = "") -> float:
    """Read a factor or a number of dB, as dB."""
    text = options.get(key, default)
    if text.lower().endswith("db"):
        return _value({key: text[:-2]}, key, name)
    factor = _value(options, key, name, default)
    if factor <= 0.0:
        raise SettingsError(f"{_TITLE}: {key} of {name} is not above 0.")
    return 20.0 * math.log10(factor)


def _volume(options: dict[str, str]) -> Stage:
    unknown = options.keys() - _HARMLESS - {"volume"}
    if unknown:
        raise SettingsError(f"{_TITLE}: volume has no option {min(unknown)[:20]!r}.")
    return Gain(_level(options, "volume", "volume", "1"))


def _filter(name: str, options: dict[str, str], notes: Notes) -> Filter:
    unknown = options.keys() - _HARMLESS - {"f", "t", "w", "g"}
    if unknown:
        raise SettingsError(f"{_TITLE}: {name} has no option {min(unknown)[:20]!r}.")
    if options.get("c", options.get("channels", "all")) != "all":
        notes.lost(f"{name} works on some channels there, on all of them here.")
    if options.get("m", options.get("mix", "1")) != "1":
        notes.lost(f"The mix of {name} is left out.")
    if options.get("p", options.get("poles", "2")) != "2":
        notes.lost(f"{name} has one pole there and two here.")
    frequency = _value(options, "f", name, _DEFAULTS[name][0])
    if frequency <= 0.0:
        raise SettingsError(f"{_TITLE}: the frequency of {name} is not above 0.")
    kind = FILTERS.get(name) or _SLANTED[name]
    gain = 0.0 if kind in ("low_pass", "high_pass") else _value(options, "g", name, "0")
    width, measure = _value(options, "w", name, _DEFAULTS[name][1]), options.get("t", "q")
    if width <= 0.0:
        raise SettingsError(f"{_TITLE}: the width of {name} is not above 0.")
    if abs(gain) > 900.0:
        raise SettingsError(f"{_TITLE}: the gain of {name} lies beyond 900 dB.")
    q = {"q": lambda: width, "h": lambda: frequency / width, "k": lambda: frequency / width / 1000.0}.get(measure)
    if q is not None:
        factor = math.sqrt(2.0) if name in _SLANTED and measure == "q" else 1.0
        return Filter(kind, frequency, gain, q() * factor)
    if measure == "o" and width <= 20.0:
        notes.converted("Widths in octaves are ffmpeg's digital ones; they were read as the analogue prototype's.")
        return Filter(kind, frequency, gain, q_of_bandwidth(width))
    if measure == "s" and width <= 1.0 and kind.endswith("shelf"):
        return Filter(kind, frequency, gain, q_of_slope(width, gain))
    raise SettingsError(f"{_TITLE}: the width of {name} cannot be read ({measure[:10]!r}).")


def _compressor(options: dict[str, str], notes: Notes) -> list[Stage]:
    name = "acompressor"
    unknown = options.keys() - _COMPRESSOR.keys()
    if unknown:
        raise SettingsError(f"{_TITLE}: {name} has no option {min(unknown)[:20]!r}.")
    values = {**_COMPRESSOR, **options}
    if values["mode"] != "downward":
        notes.lost("An upward compressor has no counterpart in settings and is left out.")
        return []
    if _value(values, "mix", name) != 1.0:
        notes.lost(f"The mix of {name} is left out.")
    if values["detection"] != "peak":
        notes.converted("ffmpeg's detector is RMS in this file, that of the settings hears peaks.")
    if values["link"] != "maximum":
        notes.converted(
            "ffmpeg's detector hears the mean of the channels in this file, that of the settings the loudest."
        )
    notes.converted("Compressors smooth gain here and level there: transients differ.")
    before = _level(values, "level_in", name)
    heard = _level(values, "level_sc", name)
    knee = _level(values, "knee", name)
    return [
        Gain(before),
        Dynamics(
            threshold_db=_level(values, "threshold", name) - heard - before
            if heard
            else _level(values, "threshold", name),
            ratio=_value(values, "ratio", name),
            attack_ms=_value(values, "attack", name) / TO_FFMPEG,
            release_ms=_value(values, "release", name) / TO_FFMPEG,
            knee_db=knee,
            makeup_db=_level(values, "makeup", name),
        ),
    ]
