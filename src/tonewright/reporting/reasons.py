"""Why a band does what it does: the recording compared with what it was measured against, around that band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonewright.processor.filters import band_response_db, response_db, usable_frequency
from tonewright.reporting import phrases
from tonewright.settings import PASS_TYPES, Band, Settings

Array = NDArray[np.float64]

#: Differences below this are said as a match, in dB.
MATCHED_DB = 0.5
#: Neighbours count from this gain on, in dB, and from this part of the band's own effect.
_NEIGHBOUR_DB, _NEIGHBOUR_PART = 0.3, 0.25
#: Deeper responses and larger differences weigh no more than this, in dB.
_DEEPEST_DB, _WIDEST_DB = 12.0, 30.0


@dataclass(frozen=True)
class Comparison:
    """A recording's spectrum and dynamics beside those it was compared with.

    Parameters
    ----------
    frequency_hz
        Ascending, in Hz.
    spectra
        ``input`` and ``reference`` in dB, level removed.
    dynamics
        Range between soft and loud around each band of the settings, in dB: ``input``, ``reference`` and ``output``,
        each with one number per band; any may be absent.
    yours, wanted
        What the recording and the other side are called in a sentence.
    """

    frequency_hz: ArrayLike = ()
    spectra: Mapping[str, ArrayLike] = field(default_factory=dict)
    dynamics: Mapping[str, ArrayLike] = field(default_factory=dict)
    yours: str = "your song"
    wanted: str = "the reference"

    def usable(self, sample_rate: float) -> tuple[Array, Array] | None:
        """Return frequencies in hearing and input minus reference there, or ``None`` where nothing can be compared."""
        if "input" not in self.spectra or "reference" not in self.spectra:
            return None
        frequency = np.asarray(self.frequency_hz, dtype=np.float64)
        with np.errstate(invalid="ignore"):
            difference = np.asarray(self.spectra["input"], np.float64) - np.asarray(self.spectra["reference"])
        kept = np.isfinite(difference) & (frequency >= 16.0) & (frequency <= min(20_000.0, 0.5 * sample_rate))
        if np.count_nonzero(kept) < 2:
            return None
        return frequency[kept], np.clip(difference[kept], -_WIDEST_DB, _WIDEST_DB)

    def range_db(self, key: str, index: int) -> float | None:
        """Return the range between soft and loud around a band, or ``None`` if it was not measured."""
        values = np.asarray(self.dynamics.get(key, ()), dtype=np.float64).reshape(-1)
        return float(values[index]) if index < values.size and np.isfinite(values[index]) else None


@dataclass(frozen=True)
class Effect:
    """Means over the reach of one band, in dB: its own effect, that of all bands, and input minus reference."""

    own_db: float
    total_db: float
    difference_db: float


def effect(settings: Settings, index: int, comparison: Comparison, sample_rate: float) -> Effect | None:
    """Average over log frequency, weighted by what the band itself does; ``None`` if it reaches nothing measured."""
    usable = comparison.usable(sample_rate)
    if usable is None:
        return None
    frequency, difference = usable
    own = band_response_db(settings, frequency, sample_rate)[index]
    if settings.bands[index].type in PASS_TYPES:
        own = np.minimum(own, 0.0)  # what it takes away is its purpose, not the lift at its edge
    flat = settings.without_gains()
    weights = np.minimum(np.abs(own), _DEEPEST_DB) * np.gradient(np.log(frequency))
    if weights.sum() < 1e-3:
        return None
    total = response_db(flat, frequency, sample_rate)
    return Effect(*(float(np.average(each, weights=weights)) for each in (own, total, difference)))


def is_bypassed(band: Band, sample_rate: float) -> bool:
    """Whether a band's filter lies above the range of audio sampled at this rate (in Hz) and does nothing."""
    return bool(usable_frequency(band.type, np.array(band.frequency_hz), sample_rate)[1])


def reason(settings: Settings, index: int, name: str, comparison: Comparison, sample_rate: float) -> str:
    """Return the clause that says why, after a colon; empty if the spectra tell nothing.

    It claims a cause only where there is one: a cut where the recording has more, or a boost where it has less. Where
    the band and the spectra disagree it says what its neighbours do, or only what is there.
    """
    found = effect(settings, index, comparison, sample_rate)
    if found is None:
        return ""
    own, difference = found.own_db, found.difference_db
    matched = abs(difference) < MATCHED_DB
    verb = "are" if phrases.is_plural(name) else "is"
    compared = (
        f"{name} {verb} within {MATCHED_DB} dB of {comparison.wanted}"
        if matched
        else f"{comparison.yours} has {phrases.more_or_less(difference)} {name} than {comparison.wanted}"
    )
    if not matched and own * difference < 0:
        return compared
    neighbours = found.total_db - own
    reached = abs(neighbours) >= max(_NEIGHBOUR_DB, _NEIGHBOUR_PART * abs(own))
    if reached and neighbours * own < 0:
        balance = "takes back what its neighbours add here" if own < 0 else "gives back what its neighbours take here"
        if matched:
            return f"{balance}; {compared}"
        if found.total_db * difference < 0 and abs(found.total_db) >= _NEIGHBOUR_DB:
            return f"{balance}; together they make {phrases.decibels(found.total_db)}, as {compared}"
        return f"{balance}; {compared}"
    if reached:
        return f"chosen together with its neighbours; {compared}"
    if any(band.has_dynamics for band in settings.bands):
        return f"chosen together with the compressors; {compared}"
    return compared if matched else f"although {compared}"


def dynamics_clause(index: int, comparison: Comparison) -> str:
    """Return what was measured between soft and loud around a band, as a clause; empty without measurements."""
    before, wanted = comparison.range_db("input", index), comparison.range_db("reference", index)
    after = comparison.range_db("output", index)
    if before is None:
        return ""
    around = f"between soft and loud there lie {before:.1f} dB in {comparison.yours}"
    if wanted is not None:
        around += f", {wanted:.1f} dB in {comparison.wanted}"
    return around if after is None else f"{around}, {after:.1f} dB now"
