"""From what was read in a request to settings: numbers are obeyed, engineers' words go to their band, the rest is tone.

What is decided here is where and how much; what a request means was decided by the readers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tonewright.controllers.say.answer import Part
from tonewright.controllers.say.numbers import Parsed
from tonewright.controllers.say.vocabulary import regions
from tonewright.population.plane import to_settings
from tonewright.settings import MAX_BANDS, Band, Compressor, Settings

#: Of a word without degree, in dB; and the most that degrees make of it.
_PLAIN_DB, _MOST_DB = 3.0, 9.0
#: Evens out the level over time, for audio at -23 LUFS.
_EVEN = Compressor(threshold_db=-26.0, ratio=2.5, attack_ms=15.0, release_ms=200.0, knee_db=8.0, makeup_db=0.0)
#: Ratio of a degree: 1 + this x degree.
_SLOPE = 1.5
#: Below this many dB a shelf is left out.
_LEAST_DB = 0.05


@dataclass(frozen=True)
class Wanted:
    """What an engineer's words ask for.

    Attributes
    ----------
    region
        A key of :func:`~tonewright.controllers.say.vocabulary.regions`, or ``""``.
    direction
        +1 boost, -1 cut.
    dynamics
        Whether level over time shall become more even, livelier, or neither.
    strength
        1 is plain.
    word
        What was understood, for the explanation.
    """

    region: str
    direction: int
    dynamics: Literal["compress", "expand", "none"]
    strength: float
    word: str


@dataclass(frozen=True)
class Composed:
    """Settings at the working level, which parts decided, and why."""

    settings: Settings
    decided_by: tuple[Part, ...]
    said: tuple[str, ...]


def compose(
    parsed: Parsed, wanted: Sequence[Wanted], point: tuple[float, float] | None, *, unrelated: bool, amount: float
) -> Composed:
    """Put the parts together.

    Parameters
    ----------
    parsed
        Numbers; never scaled by the amount.
    wanted
        Engineers' words, if there are any; one for each region.
    point
        Of the tone plane, if the population decides about the tone.
    unrelated
        Whether what is left of the request is not about sound.
    amount
        0 to 1.5, of everything but numbers.
    """
    decided: list[Part] = []
    said: list[str] = []
    settings = to_settings((0.0, 0.0))
    if point is not None:
        decided.append("population")
        settings = to_settings(point).scaled(amount)
        said.append(_tone_words(settings))
    if wanted:
        decided.insert(0, "vocabulary")
        heeded = []
        for one in wanted:
            settings, words = _heed(settings, one, amount)
            heeded += words
        said = [*heeded, *said]
    if parsed.found:
        decided.insert(0, "numbers")
        settings = settings.changed(
            bands=_place(settings.bands, parsed.bands),
            preamp_db=settings.preamp_db + parsed.preamp_db,
            compressor=parsed.compressor or settings.compressor,
        )
        said.insert(0, "The numbers in the request were obeyed exactly.")
    said.extend(parsed.said)
    if unrelated and not decided:
        decided.append("unrelated")
        said.insert(0, "This does not seem to be about sound, so nothing was changed.")
    return Composed(settings, tuple(decided), tuple(said))


def _heed(settings: Settings, wanted: Wanted, amount: float) -> tuple[Settings, list[str]]:
    said = []
    if wanted.region:
        band = region_band(wanted.region, wanted.direction, wanted.strength * amount)
        settings = settings.with_bands(_place(settings.bands, (band,)))
        place = f"{band.frequency_hz / 1000:.1f} kHz" if band.frequency_hz >= 1000 else f"{band.frequency_hz:.0f} Hz"
        said.append(f"{wanted.word}: {band.gain_db:+.1f} dB around {place}.")
    if wanted.dynamics == "compress":
        ratio = 1.0 + _SLOPE * wanted.strength
        settings = settings.with_compressor(_EVEN.changed(ratio=ratio).scaled(min(amount, 1.5)))
        said.append(f"{wanted.word}: a compressor of {ratio:.1f}:1 evens out the level.")
    elif wanted.dynamics == "expand":
        said.append(f"{wanted.word}: what is compressed in a recording cannot be undone, so its dynamics stay.")
    return settings, said


def region_band(region: str, direction: int, strength: float) -> Band:
    """Return the band that gives more (+1) or less (-1) of a region: a shelf at either end, a peak between.

    The Q of a peak is that whose half-gain bandwidth is the region's width.
    """
    low, high = regions()[region]
    gain = float(np.clip(direction * _PLAIN_DB * strength, -_MOST_DB, _MOST_DB))
    if region == "sub":
        return Band(type="low_shelf", frequency_hz=high, gain_db=gain, q=math.sqrt(0.5))
    if region == "air":
        return Band(type="high_shelf", frequency_hz=low, gain_db=gain, q=math.sqrt(0.5))
    centre = math.sqrt(low * high)
    return Band(type="peak", frequency_hz=round(centre, 1), gain_db=gain, q=round(centre / (high - low), 3))


def free_place(bands: Sequence[Band], frequency_hz: float, taken: Sequence[Band] = ()) -> int | None:
    """Return the index of the neutral band nearest in frequency, on a logarithmic scale; ``None`` if none is free."""
    free = [index for index, one in enumerate(bands) if one.is_neutral and one not in taken]
    return min(free, key=lambda index: abs(math.log(bands[index].frequency_hz / frequency_hz)), default=None)


def _place(bands: tuple[Band, ...], new: tuple[Band, ...]) -> tuple[Band, ...]:
    """Put bands where neutral ones stand, each in the free place nearest in frequency; the rest behind."""
    found = list(bands)
    for band in new:
        place = free_place(found, band.frequency_hz, taken=new)
        if place is not None:
            found[place] = band
        elif len(found) < MAX_BANDS:
            found.append(band)
    return tuple(found)


def _tone_words(settings: Settings) -> str:
    bass, treble = settings.bands[0].gain_db, settings.bands[-1].gain_db
    parts = [
        f"{gain:+.1f} dB {name}"
        for gain, name in ((bass, "in the bass"), (treble, "in the treble"))
        if abs(gain) >= _LEAST_DB
    ]
    if not parts:
        return "People would leave the tone as it is for this request."
    return f"People would choose, on average, {' and '.join(parts)} for this request."
