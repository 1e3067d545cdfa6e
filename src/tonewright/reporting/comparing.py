"""How one recording, or one setting, differs from another, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tonewright.reporting import phrases
from tonewright.reporting.words import describe_band, describe_compressor
from tonewright.settings import Settings

if TYPE_CHECKING:
    from tonewright.audio import Loudness

Array = NDArray[np.float64]

#: Differences below these are not told: of tone in dB, of levels in LU or dB, of the spread of levels in dB.
TONE_DB, LEVEL_DB, SPREAD_DB = 0.5, 0.15, 1.0
_MOST_RANGES = 4


def describe_levels(base: str, other: str, before: Loudness, after: Loudness) -> list[str]:
    """Say how loud ``other`` is beside ``base`` as the two are played, and how their dynamics differ as a whole."""
    loudness = after.integrated_lufs - before.integrated_lufs
    if abs(loudness) < LEVEL_DB:
        said = [f"{other} is as loud as {base}."]
    else:
        word = "louder" if loudness > 0 else "quieter"
        said = [f"{other} is {abs(loudness):.1f} LU {word} than {base}; all that follows is said at equal loudness."]
    span = after.loudness_range_lu - before.loudness_range_lu
    crest = after.crest_db - before.crest_db
    clauses = []
    if abs(span) >= LEVEL_DB:
        word = "wider" if span > 0 else "narrower"
        clauses.append(f"its range from soft to loud passages is {abs(span):.1f} LU {word}")
    if abs(crest) >= LEVEL_DB:
        word = "further" if crest > 0 else "less far"
        clauses.append(f"its peaks stand {abs(crest):.1f} dB {word} above the average")
    said.append(phrases.sentence("; ".join(clauses) or "Range and peaks are alike"))
    return said


def describe_tone(frequency_hz: Array, tone_db: Array) -> list[str]:
    """Say where there is more and less, region by region, the largest difference first.

    Parameters
    ----------
    frequency_hz, tone_db
        Centres of bands, and the difference there at equal loudness, NaN where it is not known; (bands,).
    """
    found: list[tuple[float, str, str]] = []
    low = 0.0
    for high, name in phrases.REGIONS:
        inside = (frequency_hz >= low) & (frequency_hz < high) & np.isfinite(tone_db)
        if inside.any():
            place = f"below {phrases.hertz(high)}" if low == 0.0 else f"{phrases.hertz(low)} to {phrases.hertz(high)}"
            found.append((float(tone_db[inside].mean()), name, place))
        low = high
    told = sorted((one for one in found if abs(one[0]) >= TONE_DB), key=lambda one: -abs(one[0]))
    if not told:
        most = float(np.nanmax(np.abs(tone_db)))
        return [f"The tone is alike: no third octave differs by more than {most:.1f} dB."]
    listed = ", ".join(f"{phrases.more_or_less(db)} {name} ({place})" for db, name, place in told)
    return [phrases.sentence(f"Tone: {listed}")]


def describe_spread(ranges: Sequence[tuple[float, float]], spread_db: Array) -> list[str]:
    """Say in which ranges (low and high end in Hz) the level moves more or less over time; the four largest, first."""
    found = [(float(db), low, high) for (low, high), db in zip(ranges, spread_db, strict=True) if np.isfinite(db)]
    told = sorted((one for one in found if abs(one[0]) >= SPREAD_DB), key=lambda one: -abs(one[0]))[:_MOST_RANGES]
    if not told:
        return [f"Dynamics: in every band the level moves alike over time, within {SPREAD_DB:g} dB."]
    listed = ", ".join(
        f"{abs(db):.1f} dB {'more' if db > 0 else 'less'} from {phrases.hertz(low)} to {phrases.hertz(high)}"
        for db, low, high in told
    )
    return [f"Dynamics: the level moves {listed}."]


def describe_responses(frequency_hz: Array, gain_db: Array) -> list[str]:
    """Say how a response differs from another's, given the difference in dB: level first, then the shape."""
    level = float(np.mean(gain_db))
    shape = gain_db - level
    if np.max(np.abs(gain_db)) < 0.05:
        return ["The filters do the same, within 0.05 dB."]
    said = []
    if abs(level) >= 0.05:
        word = "higher" if level > 0 else "lower"
        said.append(f"On average from low to high its filters and gains leave the level {abs(level):.1f} dB {word}.")
    high, low = int(np.argmax(shape)), int(np.argmin(shape))
    if shape[high] - shape[low] < 0.1:
        return [*said, "The shape of the response is the same."]
    said.append(
        f"Against that level it is {shape[high]:.1f} dB higher around {phrases.hertz(frequency_hz[high])} and "
        f"{-shape[low]:.1f} dB lower around {phrases.hertz(frequency_hz[low])}."
    )
    return said


def describe_compressors(base: str, other: str, before: Settings, after: Settings) -> list[str]:
    """Say which compressors only one of two settings has."""
    a, b = _compressors(before), _compressors(after)
    only = [(base, [one for one in a if one not in b]), (other, [one for one in b if one not in a])]
    said = [f"Only in {name}: {one}" for name, found in only for one in found]
    if said:
        return said
    return ["Both compress alike."] if a else ["Neither compresses."]


def _compressors(settings: Settings) -> list[str]:
    """Return a sentence for each compressor that does something."""
    # As peaks of 0 dB the filters say nothing, but keep their places.
    bands = tuple(band.changed(type="peak", gain_db=0.0) for band in settings.bands)
    bare = settings.with_bands(bands)
    said = [one for index in range(len(bands)) for one in describe_band(bare, index)]
    outer = describe_compressor(settings.compressor, "on the whole sound, after all bands")
    return [*said, outer] if outer else said
