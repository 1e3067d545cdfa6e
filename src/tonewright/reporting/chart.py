"""What the charts show, as numbers: shared by the picture and the page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonewright.processor.filters import band_response_db, response_db
from tonewright.reporting.bars import Bar, compressor_bars
from tonewright.reporting.reasons import is_bypassed
from tonewright.reporting.scales import HIGHEST_HZ, LOWEST_HZ, place, rounded_limits
from tonewright.reporting.story import SPECTRA, Story
from tonewright.settings import Settings

Array = NDArray[np.float64]

_POINTS = 480
#: Spectra are shown down to this far below their highest value, in dB.
_SPECTRUM_SPAN_DB = 66.0
#: Responses are shown down to this, in dB, unless something is boosted by more.
_DEEPEST_DB = 30.0
#: Single filters are not drawn where they do less than this, in dB.
_TAIL_DB = 0.05
#: More bands than this are not numbered.
_NUMBERED = 12


@dataclass(frozen=True)
class Curve:
    """One line: places on the frequency axis (0 to 1), values in dB, gaps as NaN, and its name."""

    x: Array
    db: Array
    name: str


@dataclass(frozen=True)
class Chart:
    """Two panels and a strip over one frequency axis.

    Attributes
    ----------
    spectra
        By key, those of the story; may be empty.
    spectrum_limits, response_limits
        Of the axes, in dB.
    total
        Response of all filters together, without preamp and output gain.
    bands
        Response of each filter that acts.
    numbers
        Number of each of ``bands``, with the place and value of its mark; empty if there are too many.
    needed
        Reference minus input, brought to the level of ``total``, or ``None``.
    bars
        The compressors.
    strip
        Where the compressors act.
    """

    spectra: dict[str, Curve]
    spectrum_limits: tuple[float, float]
    total: Curve
    bands: list[Curve]
    numbers: list[tuple[int, float, float]]
    needed: Curve | None
    response_limits: tuple[float, float]
    bars: list[Bar]
    strip: str

    @property
    def lanes(self) -> int:
        """How many rows the strip of compressors has."""
        return 1 + max((bar.lane for bar in self.bars), default=-1)


def chart_of(story: Story, characters: float) -> Chart:
    """Compute what is drawn; ``characters`` of a bar's label fit along the frequency axis."""
    settings, rate = story.settings, story.sample_rate
    frequency = np.geomspace(LOWEST_HZ, HIGHEST_HZ, _POINTS)
    frequency = frequency[frequency < 0.4999 * rate]
    x = place(frequency)
    flat = settings.without_gains()
    total = Curve(x, response_db(flat, frequency, rate), "all filters together")
    responses = band_response_db(settings, frequency, rate)
    acting = [i for i, band in enumerate(settings.bands) if not (band.filter_is_neutral or is_bypassed(band, rate))]
    bands = [Curve(x, _without_tails(responses[i]), f"band {i + 1}") for i in acting]
    low, high = _response_limits([total.db, *responses[acting]])
    numbers = [(i + 1, *_mark(settings, i, x, responses[i], low)) for i in acting] if len(acting) <= _NUMBERED else []
    spectra = {key: _spectrum(story, key) for key in SPECTRA if key in story.spectra}
    spectra = {key: curve for key, curve in spectra.items() if np.isfinite(curve.db).sum() > 1}
    return Chart(
        spectra=spectra,
        spectrum_limits=_spectrum_limits([curve.db for curve in spectra.values()]),
        total=total,
        bands=bands,
        numbers=numbers,
        needed=_needed(story, spectra, total),
        response_limits=(low, high),
        bars=compressor_bars(settings, characters),
        strip=_strip(settings),
    )


def _without_tails(db: Array) -> Array:
    """Leave out where a filter does next to nothing: many such tails would thicken the zero line."""
    return np.where(np.abs(db) < _TAIL_DB, np.nan, db)


def _spectrum(story: Story, key: str) -> Curve:
    frequency = story.frequencies
    values = story.spectrum(key)
    kept = (frequency >= LOWEST_HZ) & (frequency <= HIGHEST_HZ)
    db = np.zeros(0) if values is None else values[kept]
    return Curve(place(frequency[kept]), np.where(np.isfinite(db), db, np.nan), story.labels[key])


def _spectrum_limits(curves: list[Array]) -> tuple[float, float]:
    if not curves:
        return -_SPECTRUM_SPAN_DB, 0.0
    high = max(float(np.nanmax(db)) for db in curves)
    low = max(min(float(np.nanmin(db)) for db in curves), high - _SPECTRUM_SPAN_DB)
    return rounded_limits(low - 1.0, high + 1.0, 12.0)


def _response_limits(curves: list[Array]) -> tuple[float, float]:
    high = max((float(db.max()) for db in curves if db.size), default=0.0)
    low = min((float(db.min()) for db in curves if db.size), default=0.0)
    low = max(low, -max(_DEEPEST_DB, high))
    return rounded_limits(min(low, -3.0) - 1.0, max(high, 3.0) + 1.0, 12.0)


def _mark(settings: Settings, index: int, x: Array, db: Array, low: float) -> tuple[float, float]:
    """Return where a band is numbered: at a peak's centre, at the far end of a shelf, at the corner of a pass."""
    band = settings.bands[index]
    at = float(place(band.frequency_hz))
    if band.type == "low_shelf":
        at = min(at, 0.5 * at + 0.01)
    elif band.type == "high_shelf":
        at = max(at, 0.5 * at + 0.49)
    return min(at, float(x[-1])), max(float(np.interp(at, x, db)), low)


def _needed(story: Story, spectra: dict[str, Curve], total: Curve) -> Curve | None:
    """Return reference minus input at the level of ``total``: the level is free, the shape is asked for."""
    if "input" not in spectra or "reference" not in spectra:
        return None
    x, db = spectra["input"].x, spectra["reference"].db - spectra["input"].db
    middle = np.isfinite(db) & (x >= place(50.0)) & (x <= min(place(12_000.0), total.x[-1]))
    if np.count_nonzero(middle) < 2:
        return None
    shift = np.mean(np.interp(x[middle], total.x, total.db) - db[middle])
    return Curve(x, db + shift, f"{story.labels['reference']} minus {story.labels['input']}")


def _strip(settings: Settings) -> str:
    if settings.topology == "crossover":
        return "each on its own range"
    if settings.topology == "eq_then_drc":
        return "each on the whole sound after all filters"
    return "each on the whole sound as it leaves its band"
