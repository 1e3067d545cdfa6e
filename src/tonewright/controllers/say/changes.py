"""What changed between two settings, band by band: from what, to what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tonewright.controllers.say.combining import alike, same_law
from tonewright.reporting import phrases
from tonewright.settings import PASS_TYPES, Band, Compressor, Settings

#: Less than this is not told, in dB and in ratio.
_LEAST = 0.05


@dataclass(frozen=True)
class Change:
    """One thing that changed.

    Attributes
    ----------
    what
        Where it acts, in words: "below 100 Hz".
    unit
        ``dB``, or ``:1`` for a ratio; empty for filters that are there or not.
    before, after
        In the unit; 0 dB and 1:1 are neutral. Of a filter without gain 0 is absent and 1 is there.
    """

    what: str
    unit: str
    before: float
    after: float

    def __str__(self) -> str:
        if not self.unit:
            return f"{self.what}: {'new' if self.after else 'gone'}"
        if self.unit == "dB":
            return f"{self.what}: from {self.before:+.1f} to {self.after:+.1f} dB"
        return f"{self.what}: from {self.before:.2g}:1 to {self.after:.2g}:1"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: ``what``, ``unit``, ``from``, ``to``."""
        return {
            "what": self.what,
            "unit": self.unit,
            "from": round(self.before, 3) + 0.0,
            "to": round(self.after, 3) + 0.0,
        }


def changes(before: Settings, after: Settings) -> tuple[Change, ...]:
    """Return what changed: the level, the bands from low to high, the compressor; nothing below 0.05 dB."""
    found = [Change("whole sound", "dB", before.preamp_db, after.preamp_db)]
    bands: list[Band] = []
    for band in sorted((*before.bands, *after.bands), key=lambda band: band.frequency_hz):
        if not any(alike(band, one) for one in bands):
            bands.append(band)
    for band in bands:
        values = [_value(settings, band) for settings in (before, after)]
        found.append(Change(place(band), "" if band.type in PASS_TYPES else "dB", *values))
    found += _compressor(before.compressor, after.compressor)
    return tuple(one for one in found if abs(one.after - one.before) >= _LEAST)


def place(band: Band) -> str:
    """Say where a band acts.

    Examples
    --------
    >>> place(Band(type="peak", frequency_hz=400.0, q=2.0)), place(Band(type="low_shelf", frequency_hz=100.0))
    ('at 400 Hz, Q 2', 'below 100 Hz')
    """
    where = phrases.hertz(band.frequency_hz)
    if band.type == "low_shelf":
        return f"below {where}"
    if band.type == "high_shelf":
        return f"above {where}"
    if band.type == "peak":
        return f"at {where}, Q {band.q:.2g}"
    return f"{'low cut' if band.type == 'high_pass' else 'high cut'} at {where}"


def _value(settings: Settings, band: Band) -> float:
    same = [one for one in settings.bands if alike(one, band)]
    return float(bool(same)) if band.type in PASS_TYPES else sum(one.gain_db for one in same)


def _compressor(before: Compressor | None, after: Compressor | None) -> list[Change]:
    def name(one: Compressor) -> str:
        return f"compressor above {phrases.level(one.threshold_db)}"

    if before is not None and after is not None and same_law(before, after):
        return [Change(name(after), ":1", before.ratio, after.ratio)]
    gone = [] if before is None else [Change(name(before), ":1", before.ratio, 1.0)]
    return gone + ([] if after is None else [Change(name(after), ":1", 1.0, after.ratio)])
