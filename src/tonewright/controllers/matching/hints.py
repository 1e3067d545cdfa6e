"""What the closed form tells a network: its curve, and how different the music is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import CENTRES, decibels, usable_bands, window_length
from tonewright.analysis.survey import WINDOW_S
from tonewright.controllers.matching.curve import Expectation, expect_curve
from tonewright.controllers.matching.moments import moments, refine

#: Decibels per unit of a hint.
_SCALE_DB = 10.0
_AUDIBLE_DB = 75.0


def expectation_hint(expectation: Expectation) -> NDArray[np.float64]:
    """Return the hint of a closed form, (58,): its curve less the mean in units of 10 dB, logarithm of its scale."""
    curve = expectation.curve_db - expectation.curve_db.mean()
    return np.concatenate([curve / _SCALE_DB, [np.log(expectation.scale)]])


def curve_hint(own: NDArray[np.floating], other: NDArray[np.floating], sample_rate: float) -> NDArray[np.float64]:
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
    return expectation_hint(expect_curve(np.where(known, refined, 0.0), known))


def _power(powers: NDArray[np.floating], sample_rate: float) -> float:
    widths = CENTRES * (2.0 ** (1.0 / 12.0) - 2.0 ** (-1.0 / 12.0))
    return float(powers.mean(axis=0, dtype=np.float64) @ (2.0 * widths / sample_rate))
