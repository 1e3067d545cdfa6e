"""The lines of Equalizer APO's text, read as Equalizer APO means them.

Source: ``filters/BiQuadFilterFactory.cpp`` and ``BiQuad.cpp`` of Equalizer APO; REW's help on filter text files.
"""

from __future__ import annotations

import re

from tonewright.errors import SettingsError
from tonewright.formats.channels import one_channel
from tonewright.formats.contract import Notes, Parsed
from tonewright.formats.numbers import number, short
from tonewright.formats.shelves import midpoint_of_corner, q_of_bandwidth, q_of_slope, slope_of_q
from tonewright.formats.stages import Filter, Gain, Stage

_PEAKS = {"PK", "PEQ", "MODAL"}
_SHELVES = {"LS": "low_shelf", "LSC": "low_shelf", "LSQ": "low_shelf", "HS": "high_shelf", "HSC": "high_shelf",
            "HSQ": "high_shelf"}  # fmt: skip
_PASSES = {"LP": "low_pass", "LPQ": "low_pass", "HP": "high_pass", "HPQ": "high_pass"}
_OTHERS = {"NO": "notch", "NT": "notch", "AP": "all-pass", "BP": "band-pass", "IIR": "custom"}
_VALUE = r"([-+]?[\d.,\u00a0\u2212]+(?:[eE][-+]?\d+)?)"
_FC = re.compile(rf"\bFc\s*{_VALUE}\s*(k?)Hz\b", re.IGNORECASE)
_GAIN = re.compile(r"\bGain\s*([-+\u2212]?[\d.,]+(?:[eE][-+]?\d+)?)\s*dB\b", re.IGNORECASE)
_Q = re.compile(rf"\bQ\s*{_VALUE}(?=\s|$)", re.IGNORECASE)
_BANDWIDTH = re.compile(rf"\bBW\s+Oct\s*{_VALUE}(?=\s|$)", re.IGNORECASE)
_SLOPE = re.compile(rf"^\s*{_VALUE}\s*dB\b", re.IGNORECASE)
_LINE = re.compile(r"^\s*([A-Za-z][A-Za-z ]*?)\s*(\d*)\s*:\s*(.*)$")
_COMMANDS = {
    "convolution", "copy", "delay", "device", "include", "stage", "if", "elseif", "else", "endif", "eval", "vst",
    "vstplugin", "loudnesscorrection", "graphiceq", "dynamicparametriceq",
}  # fmt: skip
#: What REW writes above and below its filters.
_REW = re.compile(
    r"^\s*(Filter Settings file|Room EQ V|Dated:|Notes:|Equali[sz]er:|Average|Target|Crossover|Speaker)",
    re.IGNORECASE,
)
#: A frequency above this is not one that was meant.
_HEARD_HZ = 24_000.0
_EXPECTED_Q = 2.0**-0.5
#: Filter lines have no more characters.
_LONGEST = 1000
#: Beyond this, a shelf is a mistake; its slope could not even be computed.
_LOUDEST_DB = 150.0


class _NotReadableError(Exception):
    """Why a line is left out."""


class Reader:
    """Reads one file.

    Parameters
    ----------
    notes
        Where lines that are left out are named.
    corners
        Whether ``LS`` and ``HS`` mean a corner frequency, as in Equalizer APO; otherwise the midpoint.
    header
        Whether lines without meaning before the first filter belong to the format.
    """

    def __init__(self, notes: Notes, *, corners: bool = True, header: bool = False) -> None:
        self.notes, self.corners, self.header = notes, corners, header

    def read(self, text: str) -> Parsed:
        """Return the stages of all channels; raises :class:`SettingsError` when no line is understood."""
        channels: dict[str, list[Stage]] = {}
        common: list[Stage] = []
        current: list[str] = []
        understood = False
        for place, raw in enumerate(text.split("\n"), 1):
            line = raw.split("#", 1)[0].rstrip()
            if not line.strip() or (self.header and not understood and not _is_command(line)) or _REW.match(line):
                continue
            if len(line) > _LONGEST:
                self.notes.lost(f"Line {place} is left out, it is too long: {_quoted(line[:200])}.")
                continue
            found = _LINE.match(line)
            name = found[1].strip().lower() if found else ""
            if name == "channel" and found:
                words = found[3].upper().split()
                current = [] if not words or "ALL" in words else words
                for word in current:
                    channels.setdefault(word, list(common))
                understood = True
                continue
            try:
                stage = self._stage(name, found[3] if found else "", place, line)
            except _NotReadableError as why:
                self.notes.lost(f"Line {place} is left out, {why}: {_quoted(line)}.")
                continue
            understood = understood or name in ("filter", "preamp")
            if stage is None:
                continue
            for target in [channels[word] for word in current] if current else [common, *channels.values()]:
                target.append(stage)
        if not understood:
            raise SettingsError("The text has no preamp and no filter line that can be understood.")
        return Parsed(one_channel(channels, self.notes) if channels else common)

    def _stage(self, name: str, rest: str, place: int, line: str) -> Stage | None:
        if name == "preamp":
            found = re.match(rf"\s*{_VALUE}\s*(?:dB)?\s*$", rest, re.IGNORECASE)
            return Gain(_read(found[1] if found else rest, "its gain is no number"))
        if name == "filter":
            return self._filter(rest, place)
        if name in _COMMANDS:
            raise _NotReadableError("its command has no counterpart here")
        raise _NotReadableError("it is not understood" if line else "it is empty")

    def _filter(self, rest: str, place: int) -> Stage | None:
        words = rest.split()
        if not words or words[0].upper() not in ("ON", "OFF"):
            raise _NotReadableError("the filter is neither ON nor OFF")
        if words[0].upper() == "OFF":
            return None
        if len(words) < 2:
            raise _NotReadableError("the filter has no type")
        code = words[1].upper()
        if code == "NONE":
            return None
        tail = rest.split(None, 2)[2] if len(words) > 2 else ""
        if code in _OTHERS:
            raise _NotReadableError(f"settings have no {_OTHERS[code]} filters")
        if code not in _PEAKS and code not in _SHELVES and code not in _PASSES:
            raise _NotReadableError(f"the filter type {words[1][:20]} is not known")
        frequency = self._frequency(tail, place)
        if code in _PASSES:
            return Filter(_PASSES[code], frequency, 0.0, _q(tail) or _EXPECTED_Q)
        gain = _found(_GAIN, tail, "its gain is missing or no number")
        if code in _PEAKS:
            q = _q(tail)
            if q is None:
                octaves = _found(_BANDWIDTH, tail, "it has neither Q nor bandwidth")
                if not 1e-3 <= octaves <= 20.0:
                    raise _NotReadableError("its bandwidth makes no sense")
                q = q_of_bandwidth(octaves)
            return Filter("peak", frequency, gain, q)
        return self._shelf(code, frequency, gain, tail, place)

    def _shelf(self, code: str, frequency: float, gain: float, tail: str, place: int) -> Filter:
        kind, q = _SHELVES[code], _q(tail)
        if abs(gain) > _LOUDEST_DB:
            raise _NotReadableError("its gain makes no sense")
        slope_db = _SLOPE.match(tail)
        if slope_db:
            slope = _read(slope_db[1], "its slope is no number") / 12.0
            if not 0.0 < slope <= 1.0:
                raise _NotReadableError("its slope is not between 0 and 12 dB")
        elif q is not None:
            slope = slope_of_q(q, gain)
        else:
            slope = 0.9
        if q is None or slope_db:
            q = q_of_slope(slope, gain)
        if code in ("LS", "HS"):
            if not self.corners:
                return Filter(kind, frequency, gain, q)
            self.notes.tell(
                f"Line {place}: {code} names a shelf's corner, as in Equalizer APO; if the file is AutoEq's for "
                "SoundSource, where it is the midpoint, name soundsource as the program."
            )
            if not slope > 0.0:
                raise _NotReadableError("its Q is too high for a shelf given by its corner")
            exponent = abs(gain) / 80.0 / slope
            if exponent > 4.0:
                raise _NotReadableError("its corner and slope make no shelf")
            frequency = midpoint_of_corner(kind, frequency, gain, slope)
        if code in ("LSQ", "HSQ"):
            self.notes.tell("The Q of REW's shelves is not documented; it was read as the cookbook's.")
        return Filter(kind, frequency, gain, q)

    def _frequency(self, tail: str, place: int) -> float:
        """Read a frequency; with exactly three decimals Equalizer APO takes the point for a separator of thousands."""
        found = _FC.search(tail)
        if not found:
            raise _NotReadableError("its frequency is missing or no number")
        text = found[1].replace("\u00a0", "")
        if "," in text and "." in text:
            text = text.replace(min(",.", key=text.index), "")
        value = _read(text, "its frequency is no number") * (1000.0 if found[2] else 1.0)
        text = text.replace(",", ".")
        if len(text) < 5 or text[-4] != "." or found[2]:
            return value
        if value * 1000.0 <= _HEARD_HZ:
            self.notes.tell(
                f"Line {place}: {found[1]} Hz is read as {short(value * 1000.0)} Hz, as Equalizer APO reads three "
                "decimals."
            )
            return value * 1000.0
        self.notes.tell(
            f"Line {place}: {found[1]} Hz is read as written; Equalizer APO itself would take the point for a "
            "separator of thousands."
        )
        return value


def _is_command(line: str) -> bool:
    return bool(re.match(r"\s*(filter\s*\d*\s*:|preamp\s*:|channel\s*:)", line, re.IGNORECASE))


def _q(tail: str) -> float | None:
    if not re.search(r"\bQ(?=[\s\d.+-])", tail, re.IGNORECASE) and not re.search(r"\bQ\s*$", tail, re.IGNORECASE):
        return None
    value = _found(_Q, tail, "its Q is no number")
    if value <= 0.0:
        raise _NotReadableError("its Q is not above 0")
    return value


def _found(pattern: re.Pattern[str], tail: str, why: str) -> float:
    found = pattern.search(tail)
    if not found:
        raise _NotReadableError(why)
    return _read(found[1], why)


def _read(text: str, why: str) -> float:
    try:
        return number(text.replace("\u00a0", ""))
    except ValueError:
        raise _NotReadableError(why) from None


def _quoted(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= 60 else line[:57] + "..."
