"""What the spectral baselines share: the long-term spectrum of a clip, and six bands that follow a curve."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.survey import survey
from tonewright.controllers.matching.bands import fit_bands, to_bands
from tonewright.evaluation.protocol import Clip
from tonewright.processor.render import render_array
from tonewright.settings import Settings

Array = NDArray[np.float64]

#: No band, and no point of a curve, goes beyond this, in dB: as much as a protocol hides.
MAX_GAIN_DB = 12.0


class Spectrum(NamedTuple):
    """A long-term spectrum, shape ``(bands,)``.

    Attributes
    ----------
    level_db
        Of each sixth-octave band of :data:`tonewright.analysis.bands.CENTRES`; the audible bands have mean 0.
    audible
        Bands that hold music rather than a noise floor; the others are 0 in `level_db`.
    """

    level_db: Array
    audible: NDArray[np.bool_]


def spectrum_of(clip: Clip) -> Spectrum:
    """Measure a clip."""
    heard = survey([clip.samples], clip.sample_rate, len(clip.samples))
    level, audible = heard.spectrum_db(), heard.audible()
    return Spectrum(np.where(audible, level - level[audible].mean(), 0.0), audible)


def difference_db(wanted: Spectrum, own: Spectrum) -> Array:
    """Return wanted minus own, shape ``(bands,)``, in dB: mean 0 over the bands audible in both, 0 elsewhere."""
    known = wanted.audible & own.audible
    gap = wanted.level_db - own.level_db
    return np.where(known, gap - gap[known].mean(), 0.0) if known.any() else np.zeros_like(gap)


def follow(curve_db: Array, sample_rate: float) -> Settings:
    """Return six bands without compressors that follow a curve, shape ``(bands,)``, in dB; its mean is no matter."""
    return Settings(bands=to_bands(fit_bands(curve_db - np.median(curve_db), sample_rate, MAX_GAIN_DB)))


def corrected(clip: Clip, curve_db: Array) -> NDArray[np.float32]:
    """Return a clip with a curve put on it by six bands."""
    return render_array(clip.samples, clip.sample_rate, follow(curve_db, clip.sample_rate))
