r"""Matching one song to another, with no hidden truth: what can be said about having come nearer to the reference.

Input and reference are excerpts of different works. There is no target, so nothing can be compared sample by sample;
what can be compared is what a whole sounds like:

* the long-term third-octave spectrum, level removed (:func:`~tonewright.evaluation.metrics.spectrum_error_db`),
* the crest factor in octave-wide bands,

  .. math:: \frac{1}{B} \sum_b \lvert C_b(\text{audio}) - C_b(\text{reference}) \rvert, \quad
      C_b = 20 \log_{10} \frac{\max |x_b|}{\mathrm{rms}(x_b)},

* the loudness range (EBU Tech 3342).

Music differs, so that nobody should reach 0: an output whose spectrum equals that of another song has lost its own. For
scale each pair holds a second excerpt of the reference's work: how far it is from the first is how far music is from
itself.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import scipy.signal
from numpy.typing import ArrayLike, NDArray

from tonewright.analysis.bands import RANGES
from tonewright.audio import Audio, measure
from tonewright.evaluation.metrics import crest_db, third_octave_levels
from tonewright.evaluation.pairs import refuse_silence, rows_of

#: Bands of the crest factor in Hz: all ranges of the analysis but the one that holds everything.
CREST_BANDS = RANGES[:-1]
#: Bands reaching beyond this part of the lower sample rate are not compared.
_USABLE_OF_RATE = 0.45
#: Shortest recording, in seconds: below that there is no loudness range.
SHORTEST_S = 3.0


class PairMetric(NamedTuple):
    """A distance between recordings of different music."""

    label: str
    unit: str
    meaning: str


#: What is measured, by name; of all of them less is nearer.
PAIR_METRICS = {
    "spectrum_db": PairMetric(
        "Spectrum", "dB", "Spread of the difference of the long-term third-octave spectra, whatever the level."
    ),
    "band_crest_db": PairMetric("Crest by band", "dB", "Mean absolute difference of the crest factors of octaves."),
    "loudness_range_lu": PairMetric("Loudness range", "LU", "Absolute difference of the loudness ranges."),
}


def pair_distances(
    audio: ArrayLike, reference: ArrayLike, sample_rate: int, reference_rate: int | None = None
) -> dict[str, float]:
    """Return how far a recording is from a reference with other music; all are 0 for equal recordings, and symmetric.

    Parameters
    ----------
    audio, reference
        Samples, ``(frames,)`` or ``(channels, frames)``, of any lengths, channels and levels.
    sample_rate, reference_rate
        In Hz; the reference's is the same if absent.

    Returns
    -------
    dict
        ``spectrum_db``: standard deviation over third octaves of the difference in dB. ``band_crest_db``: mean
        absolute difference over :data:`CREST_BANDS` in dB. ``loudness_range_lu``: absolute difference in LU.

    Raises
    ------
    AudioError
        If a recording is silent, shorter than 3 s, or holds values that are not finite.
    """
    rates = (sample_rate, sample_rate if reference_rate is None else reference_rate)
    sounds = [_usable(samples, rate) for samples, rate in zip((audio, reference), rates, strict=True)]
    spectra = [third_octave_levels(rows, rate) for rows, rate in zip(sounds, rates, strict=True)]
    common = min(map(len, spectra))
    crests = [_band_crests(rows, rate, min(rates)) for rows, rate in zip(sounds, rates, strict=True)]
    loudness = [measure(Audio(rows, rate)).loudness_range_lu for rows, rate in zip(sounds, rates, strict=True)]
    return {
        "spectrum_db": float(np.std(spectra[0][:common] - spectra[1][:common])),
        "band_crest_db": float(np.mean(np.abs(crests[0] - crests[1]))),
        "loudness_range_lu": abs(loudness[0] - loudness[1]),
    }


def _usable(samples: ArrayLike, sample_rate: int) -> NDArray[np.float64]:
    rows, _ = rows_of(samples, samples, round(SHORTEST_S * sample_rate))
    refuse_silence(rows)
    return rows.astype(np.float64)


def _band_crests(rows: NDArray[np.float64], sample_rate: int, lower_rate: int) -> NDArray[np.float64]:
    """Return the crest factor of each usable band in dB; one that holds nothing has the crest of its rounding noise."""
    bands = [band for band in CREST_BANDS if band[1] < _USABLE_OF_RATE * lower_rate]
    return np.array([crest_db(scipy.signal.sosfilt(_band_pass(*band, sample_rate), rows)) for band in bands])


@lru_cache(maxsize=32)
def _band_pass(low_hz: float, high_hz: float, sample_rate: int) -> NDArray[np.float64]:
    """Butterworth band-pass, 12 dB per octave to each side, as second-order sections."""
    return np.asarray(scipy.signal.butter(2, (low_hz, high_hz), "bandpass", fs=sample_rate, output="sos"))
