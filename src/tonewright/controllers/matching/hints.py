"""What the closed form tells a network: its curve, how different the music is, and filters to start from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import decibels, usable_bands, window_length
from tonewright.analysis.survey import WINDOW_S
from tonewright.controllers.matching.bands import sketch_bands
from tonewright.controllers.matching.curve import Expectation, expect_curve
from tonewright.controllers.matching.moments import moments, refine
from tonewright.layouts import Layout
from tonewright.networks.frames import band_factors
from tonewright.networks.network import filter_columns

#: Decibels per unit of a hint.
SCALE_DB = 10.0
_AUDIBLE_DB = 75.0


def expectation_hint(expectation: Expectation, layout: Layout, sample_rate: float) -> NDArray[np.float64]:
    """Return the hint of a closed form, (76,).

    Its curve less the mean in units of 10 dB, the logarithm of its scale, and filters that follow the curve roughly:
    gain, frequency and Q of six bands in [0, 1] of the layout's ranges.
    """
    curve = expectation.curve_db - expectation.curve_db.mean()
    start = filters_along(expectation.curve_db, layout, sample_rate)
    return np.concatenate([curve / SCALE_DB, [np.log(expectation.scale)], start])


def filters_along(curve_db: NDArray[np.float64], layout: Layout, sample_rate: float) -> NDArray[np.float64]:
    """Return filters that follow a curve, (57,) in dB, roughly: those of a layout's vector that say so, (18,)."""
    theta = sketch_bands(curve_db, sample_rate)
    filters = np.column_stack([theta[:, 0], np.exp(theta[:, 1]), np.exp(theta[:, 2])]).ravel()
    ranges = [layout.free[column].range for column in filter_columns(layout)]
    return np.array([float(one.from_units(value)) for one, value in zip(ranges, filters, strict=True)])


def curve_hint(
    own: NDArray[np.floating], other: NDArray[np.floating], sample_rate: float, layout: Layout
) -> NDArray[np.float64]:
    """Compute the hint for two recordings from mean powers per window and band, (windows, 57) each, at one rate."""
    spectra = [decibels(powers.mean(axis=0, dtype=np.float64), 1e-12) for powers in (own, other)]
    known = usable_bands(sample_rate)
    for spectrum in spectra:
        known = known & (spectrum > spectrum.max() - _AUDIBLE_DB)
    difference = np.where(known, spectra[1] - spectra[0], 0.0)
    window_s = window_length(sample_rate, WINDOW_S) / sample_rate
    # Moments are floored at an absolute level, so both come at about the working one.
    gains = [-23.0 - 10.0 * np.log10(_power(powers, sample_rate) + 1e-12) for powers in (own, other)]
    parts = [moments(powers, gain, window_s) for powers, gain in zip((own, other), gains, strict=True)]
    first = expect_curve(difference, known)
    _, refined = refine(first, difference, known, *parts)
    return expectation_hint(expect_curve(np.where(known, refined, 0.0), known), layout, sample_rate)


def _power(powers: NDArray[np.floating], sample_rate: float) -> float:
    return float(powers.mean(axis=0, dtype=np.float64) @ band_factors(sample_rate))
