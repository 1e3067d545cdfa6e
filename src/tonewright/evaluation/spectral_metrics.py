r"""Differences of three shapes of the short-time spectrum: centroid, bandwidth, flatness.

With the magnitude :math:`A_{nk}` of bin `k` at frequency :math:`f_k` in window `n` (Hann of 2048 samples, hop 512,
root of the power summed over channels) and :math:`p_{nk} = A_{nk} / \sum_k A_{nk}`:

.. math::

    c_n = \sum_k f_k p_{nk}, \qquad
    w_n = \sqrt{\sum_k (f_k - c_n)^2 p_{nk}}, \qquad
    q_n = \frac{\exp(\frac1K \sum_k \ln A_{nk}^2)}{\frac1K \sum_k A_{nk}^2} ,

centroid and bandwidth (spread) in Hz, flatness between 0 and 1 (Peeters, "A large set of audio features", IRCAM 2004;
sizes and weighting by magnitude as in DeepAFx-ST, Steinmetz et al., arXiv:2207.08759). Each is averaged over the
windows that are not silent, and the metric is the absolute difference of the two averages: a property of the whole, not
of moments. None of them depends on level.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonewright.errors import AudioError
from tonewright.evaluation.pairs import powers, refuse_silence, rows_of

LENGTH, HOP = 2048, 512
#: Windows with less power than this against the mean window are silence, in dB; lossy codecs leave such windows.
QUIETEST_DB = -80.0
#: For the flatness, a bin's power counts as no less than this part of its window's mean: an empty top octave is
#: compared as empty, not by the depth of the void.
FLATNESS_FLOOR = 1e-10


class Shape(NamedTuple):
    """Averages over time: `centroid_hz`, `bandwidth_hz`, `flatness` (0 a tone, 1 an even spectrum)."""

    centroid_hz: float
    bandwidth_hz: float
    flatness: float


def spectral_shape(samples: ArrayLike, sample_rate: float) -> Shape:
    """Measure the averages of one recording, ``(frames,)`` or ``(channels, frames)``, of at least 2048 frames.

    Raises
    ------
    AudioError
        If the recording is shorter, silent, or holds values that are not finite.
    """
    rows, _ = rows_of(samples, samples, LENGTH)
    refuse_silence(rows)
    power = powers(rows, LENGTH, HOP)
    whole = power.sum(axis=1, dtype=np.float64)
    heard = whole > whole.mean() * 10 ** (QUIETEST_DB / 10)
    if not heard.any():  # all of the sound lies where the windows end
        raise AudioError("The metric says nothing about a silent recording.")
    centroid, bandwidth = _moments(np.sqrt(power[heard]), sample_rate)
    return Shape(centroid, bandwidth, _flatness(power[heard]))


def centroid_error_hz(output: ArrayLike, target: ArrayLike, sample_rate: float) -> float:
    """Return the absolute difference of the mean spectral centroids, in Hz."""
    ours, theirs = _shapes(output, target, sample_rate)
    return abs(ours.centroid_hz - theirs.centroid_hz)


def bandwidth_error_hz(output: ArrayLike, target: ArrayLike, sample_rate: float) -> float:
    """Return the absolute difference of the mean spectral bandwidths, in Hz."""
    ours, theirs = _shapes(output, target, sample_rate)
    return abs(ours.bandwidth_hz - theirs.bandwidth_hz)


def flatness_error(output: ArrayLike, target: ArrayLike, sample_rate: float) -> float:
    """Return the absolute difference of the mean spectral flatnesses, between 0 and 1."""
    ours, theirs = _shapes(output, target, sample_rate)
    return abs(ours.flatness - theirs.flatness)


def _shapes(output: ArrayLike, target: ArrayLike, sample_rate: float) -> tuple[Shape, Shape]:
    x, y = rows_of(output, target, LENGTH)
    return spectral_shape(x, sample_rate), spectral_shape(y, sample_rate)


def _moments(magnitude: NDArray[np.float32], sample_rate: float) -> tuple[float, float]:
    frequency = np.fft.rfftfreq(LENGTH, 1 / sample_rate)
    # Three sums per window give both moments without an array of distances from each window's own centroid.
    sums = (magnitude @ np.stack([np.ones_like(frequency), frequency, frequency**2], axis=1)).T
    centroid = sums[1] / sums[0]
    spread = np.sqrt(np.maximum(sums[2] / sums[0] - centroid**2, 0.0))
    return float(centroid.mean()), float(spread.mean())


def _flatness(power: NDArray[np.float32]) -> float:
    relative = power / power.mean(axis=1, keepdims=True)
    np.maximum(relative, np.float32(FLATNESS_FLOOR), out=relative)
    return float(np.exp(np.log(relative, out=relative).mean(axis=1, dtype=np.float64)).mean())
