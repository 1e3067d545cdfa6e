"""Settings on top of settings: adding what a new request asks for, and going part of the way from one to another.

Two filters are equal if type, frequency and Q are; then their gains add. What is not equal stands beside the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from tonewright.controllers.say.compose import free_place
from tonewright.controllers.say.items import MAX_GAIN_DB
from tonewright.parameters import limits
from tonewright.population.plane import MOST_DB, SHELF_Q, SHELVES_HZ
from tonewright.reporting import phrases
from tonewright.settings import MAX_BANDS, PASS_TYPES, Band, Compressor, Settings

#: The most that requests on top of each other compress: more is a limiter, and nobody asked for one in words.
MOST_RATIO = 8.0
#: Filters are equal within these, in nepers: shelves of Q 0.7 and of Q 0.7071 are.
_SAME_HZ, _SAME_Q = 1e-4, 0.02
#: Gains below this many dB are what is left of rounding.
_LEAST_DB = 1e-9


def alike(one: Band, other: Band) -> bool:
    """Whether two bands are equal filters: gains and compressors aside."""
    return (
        one.type == other.type
        and abs(math.log(one.frequency_hz / other.frequency_hz)) < _SAME_HZ
        and abs(math.log(one.q / other.q)) < _SAME_Q
    )


def same_law(one: Compressor, other: Compressor) -> bool:
    """Whether two compressors differ in ratio and makeup only."""
    return one.idle() == other.idle()


def most_db(band: Band) -> float:
    """Return how far a band's gain may go, in dB: the tone plane's shelves to its edge, others to 12."""
    for kind, frequency, most in zip(("low_shelf", "high_shelf"), SHELVES_HZ, MOST_DB, strict=True):
        if alike(band, Band(type=kind, frequency_hz=frequency, q=SHELF_Q)):
            return most
    return MAX_GAIN_DB


def add(standing: Settings, new: Settings) -> tuple[Settings, list[str]]:
    """Put new settings on top of standing ones.

    Gains of equal filters add, each bounded by :func:`most_db`; a low or high pass takes the place of one of its type;
    slopes 1 - 1/ratio of equal compressors add up to :data:`MOST_RATIO`, another compressor takes the place of the
    standing one; preamps add, within 12 dB. Neutral bands of the standing settings are filled first. On top of neutral
    settings the new ones stay as they are.

    Parameters
    ----------
    standing, new
        Serial, without compressors in their bands, as requests make them. What the standing ones have besides stays.

    Returns
    -------
    settings
        Both together.
    said
        A sentence for everything that met a bound.
    """
    if standing.is_neutral:
        return new, []
    bands, said = list(standing.bands), []
    for band in new.bands:
        if band.is_neutral:
            continue
        found = _index(bands, band)
        if found is not None:
            together = band if band.type in PASS_TYPES else _louder(bands[found], band.gain_db)
            if abs(bands[found].gain_db + band.gain_db - together.gain_db) > _LEAST_DB and together is not band:
                said.append(f"{phrases.hertz(band.frequency_hz)} goes no further than {together.gain_db:+.1f} dB.")
            bands[found] = together.with_compressor(bands[found].compressor)
            continue
        band = band.with_compressor(None)
        place = free_place(bands, band.frequency_hz)
        if place is not None:
            bands[place] = band
        elif len(bands) < MAX_BANDS:
            bands.append(band)
        else:
            said.append(f"There are {MAX_BANDS} bands already, so {phrases.hertz(band.frequency_hz)} was left out.")
    preamp = _bounded(standing.preamp_db + new.preamp_db, MAX_GAIN_DB)
    compressor = _both(standing.compressor, new.compressor)
    return standing.changed(bands=tuple(bands), preamp_db=preamp, compressor=compressor), said


def part_of_the_way(start: Settings, end: Settings, factor: float) -> tuple[Settings, list[str]]:
    """Return start + factor x (end - start): 1 is the end, 0.5 half of the change, -1 the other way.

    Parameters
    ----------
    start, end
        As in :func:`add`.
    factor
        Of every gain in dB and of compressors' slope. Gains stop at their bounds.

    Returns
    -------
    settings
        In the order of the end's bands.
    said
        Sentences about what has no half or no opposite.
    """
    bands: list[Band] = []
    said: list[str] = []
    for band in end.bands:
        before = next((one for one in start.bands if alike(one, band)), None)
        if band.type in PASS_TYPES:
            if before is not None or factor > 0.0:
                bands.append(band)
            if before is None:
                whole = "stays as it is" if factor > 0.0 else "was taken out"
                said.append(f"The filter at {phrases.hertz(band.frequency_hz)} has no gain to scale and {whole}.")
            continue
        bands.append(_between(band, 0.0 if before is None else before.gain_db, band.gain_db, factor))
    for band in start.bands:
        if not any(alike(band, one) for one in end.bands) and not band.is_neutral:
            if band.type in PASS_TYPES:
                bands += [] if factor > 0.0 else [band]
            else:
                bands.append(_between(band, band.gain_db, 0.0, factor))
    compressor, words = _compressor_between(start.compressor, end.compressor, factor)
    preamp = _bounded(start.preamp_db + factor * (end.preamp_db - start.preamp_db), MAX_GAIN_DB)
    return end.changed(bands=tuple(bands[:MAX_BANDS]), preamp_db=preamp, compressor=compressor), said + words


def without(settings: Settings, keep_out: Callable[[Band], bool], *, compressor: bool) -> Settings:
    """Return settings with the bands that ``keep_out`` names made neutral; without the outer compressor if asked."""
    bands = [band for band in settings.bands if band.type not in PASS_TYPES or not keep_out(band)]
    neutral = settings.with_bands(band.with_gain(0.0) if keep_out(band) else band for band in bands)
    return neutral.with_compressor(None) if compressor else neutral


def _between(band: Band, start_db: float, end_db: float, factor: float) -> Band:
    gain = _bounded(start_db + factor * (end_db - start_db), max(most_db(band), abs(end_db)))
    return band.with_gain(gain if abs(gain) > _LEAST_DB else 0.0)


def _louder(band: Band, gain_db: float) -> Band:
    # What one request alone asks for is obeyed, whatever the bound.
    gain = _bounded(band.gain_db + gain_db, max(most_db(band), abs(band.gain_db), abs(gain_db)))
    return band.with_gain(gain if abs(gain) > _LEAST_DB else 0.0)


def _both(standing: Compressor | None, new: Compressor | None) -> Compressor | None:
    if new is None or new.is_neutral:
        return standing
    if standing is None or not same_law(standing, new):
        return new
    makeup = standing.makeup_db + new.makeup_db
    return _with_slope(new, _slope(standing) + _slope(new), makeup, max(MOST_RATIO, standing.ratio, new.ratio))


def _compressor_between(
    start: Compressor | None, end: Compressor | None, factor: float
) -> tuple[Compressor | None, list[str]]:
    if start == end:
        return end, []
    law = end if end is not None else start
    assert law is not None
    before = _slope(start) if start is not None and same_law(start, law) else 0.0
    after = 0.0 if end is None else _slope(end)
    slope = before + factor * (after - before)
    said = ["A compressor has no opposite, so it was taken out."] if slope <= 0.0 and factor < 0.0 else []
    if slope <= 0.0:
        return None, said
    makeup = 0.0 if end is None else end.makeup_db * max(factor, 0.0)
    return _with_slope(law, slope, makeup, max(MOST_RATIO, law.ratio)), said


def _slope(compressor: Compressor) -> float:
    return 1.0 - 1.0 / compressor.ratio


def _with_slope(law: Compressor, slope: float, makeup_db: float, most_ratio: float) -> Compressor:
    ratio = 1.0 / (1.0 - min(slope, 1.0 - 1.0 / most_ratio))
    low, high = limits("makeup_db")
    return law.changed(ratio=ratio, makeup_db=min(max(makeup_db, low), high))


def _index(bands: list[Band], new: Band) -> int | None:
    """Return which band a new one joins: one that acts, else a neutral one; ``None`` if there is none."""
    fit = [
        index
        for index, band in enumerate(bands)
        if (band.type == new.type if new.type in PASS_TYPES else alike(band, new))
    ]
    return next((index for index in fit if not bands[index].is_neutral), fit[0] if fit else None)


def _bounded(value: float, most: float) -> float:
    return min(max(value, -most), most)
