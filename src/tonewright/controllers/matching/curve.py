"""What equalization explains the difference of two spectra, when the music differs too: a closed form.

The difference of two long-term spectra is a correction curve h plus what the two recordings merely play differently:

    d = h + c,    h ~ N(0, H),    c ~ N(0, s C) + any level

H is smooth over octaves (six broad bands make such curves), C is rough (notes, instruments that come and go). How much
of C there is differs from pair to pair: s is unknown, has a log-normal prior, and is integrated out numerically on a
grid by its evidence. The expected curve is then E[h | d], a Wiener filter over frequency (C. E. Rasmussen and
C. K. I. Williams, *Gaussian Processes for Machine Learning*, 2006, chapters 2 and 5): bold where the spectra differ
smoothly, cautious where they differ like two pieces of music do.

The constants below were chosen on 56 works of the development set of ``scripts/fetch_music.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import CENTRES

Array = NDArray[np.float64]

#: Standard deviation of a correction curve, in dB, and how it decorrelates: exp(-(octaves / 2) ** 1.4).
CURVE_DB, CURVE_OCTAVES, CURVE_POWER = 5.5, 2.0, 1.4
#: Variance of content for s = 1, in dB^2, and its two scales in octaves: notes, and instruments.
CONTENT_VARIANCE, NOTES_OCTAVES, INSTRUMENTS_OCTAVES = 12.0, 0.25, 3.0
#: Part of the content's variance that is notes.
NOTES_PART = 0.3
#: Prior of s: median and standard deviation of its logarithm; and the grid on which it is integrated.
SCALE_MEDIAN, SCALE_WIDTH = 0.3, 1.0
SCALES: Array = np.exp(np.linspace(np.log(0.05), np.log(8.0), 10))
#: Variance added to all bands together (the level is not a matter of tone), and to bands without information.
_LEVEL_VARIANCE, _UNKNOWN_VARIANCE = 100.0, 1e4
#: Measurement noise that keeps the matrices well conditioned, in dB^2.
_JITTER = 0.05


@dataclass(frozen=True)
class Expectation:
    """The closed form's answer.

    Attributes
    ----------
    curve_db
        E[h | d], (bands,), in dB.
    scale
        Posterior geometric mean of s: 0.1 for two parts of the same mix, above 1 for different music.
    known
        Where the difference was measured, (bands,).
    """

    curve_db: Array
    scale: float
    known: NDArray[np.bool_]

    @cached_property
    def precision(self) -> Array:
        """Inverse of the covariance that h has left at that scale, whatever the level, (bands, bands), in 1/dB^2.

        The metric in which a curve is near to the expected one.
        """
        h, c = curve_covariance(), content_covariance()
        left = h - h @ np.linalg.solve(h + self.scale * c + _extra(self.known) + _LEVEL_VARIANCE, h)
        spread = left + np.diag(np.full(len(h), _JITTER)) + 10.0 * _LEVEL_VARIANCE
        return np.asarray(np.linalg.inv(spread), dtype=np.float64)


def _octaves_apart() -> Array:
    octaves = np.log2(CENTRES)
    return np.asarray(np.abs(octaves[:, None] - octaves[None, :]))


@lru_cache(maxsize=1)
def curve_covariance() -> Array:
    """Return H, (bands, bands), in dB^2."""
    return np.asarray(CURVE_DB**2 * np.exp(-((_octaves_apart() / CURVE_OCTAVES) ** CURVE_POWER)))


@lru_cache(maxsize=1)
def content_covariance() -> Array:
    """Return C, (bands, bands), in dB^2."""
    apart = _octaves_apart()
    return np.asarray(
        CONTENT_VARIANCE
        * (NOTES_PART * np.exp(-apart / NOTES_OCTAVES) + (1.0 - NOTES_PART) * np.exp(-apart / INSTRUMENTS_OCTAVES))
    )


def expect_curve(difference_db: Array, known: NDArray[np.bool_]) -> Expectation:
    """Compute the expected correction curve.

    Parameters
    ----------
    difference_db
        Long-term spectrum of the reference minus that of the input, (bands,), in dB; any constant may be added.
    known
        Bands where both hold something, (bands,); the others are inferred from their neighbours.
    """
    d = np.where(known, difference_db - difference_db[known].mean(), 0.0) if known.any() else np.zeros(CENTRES.size)
    inverses, determinants = _solutions(np.asarray(known, dtype=np.bool_).tobytes())
    h = curve_covariance()
    solved = inverses @ d
    priors = -0.5 * (np.log(SCALES / SCALE_MEDIAN) / SCALE_WIDTH) ** 2
    logs = priors - 0.5 * (determinants + solved @ d)
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    return Expectation(h @ (weights @ solved), float(np.exp(weights @ np.log(SCALES))), known.copy())


@lru_cache(maxsize=8)
def _solutions(known: bytes) -> tuple[Array, Array]:
    """Return the inverses of d's covariance for each scale, (scales, bands, bands), and their log determinants."""
    wholes = [
        curve_covariance()
        + scale * content_covariance()
        + _extra(np.frombuffer(known, dtype=np.bool_))
        + _LEVEL_VARIANCE
        for scale in SCALES
    ]
    return np.linalg.inv(np.array(wholes)), np.array([np.linalg.slogdet(whole)[1] for whole in wholes])


def _extra(known: NDArray[np.bool_]) -> Array:
    return np.diag(np.where(known, _JITTER, _UNKNOWN_VARIANCE))
