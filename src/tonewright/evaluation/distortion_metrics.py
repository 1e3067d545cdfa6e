r"""What is left when a linear filter has explained all it can: harmonic distortion and phase distortion.

*Harmonic distortion*: the best time-invariant filter from target to output, by Welch's averages of the spectra
:math:`S_{tt}, S_{oo}, S_{ot}` at each frequency, explains the part :math:`\gamma^2 = |S_{ot}|^2 / (S_{oo} S_{tt})` of
the output's power, the magnitude-squared coherence. The rest is new: harmonics, intermodulation, noise, and gain that
moves.

.. math:: d_h = \sqrt{\frac{\sum_f (1 - \gamma^2(f)) \, S_{oo}(f)}{\sum_f S_{oo}(f)}}

is a ratio of amplitudes between 0 and 1, as THD+N is: 0.01 is one per cent (Kates, "On using coherence to measure
distortion in hearing aids", J. Acoust. Soc. Am. 91, 2236, 1992). Gain costs nothing, and filters next to nothing:
one that rings for long against a window (16384 samples) leaves up to 0.02.

*Phase distortion*: with the short-time spectra :math:`O, T` (Hann window of 2048 samples, hop 512) and the delay
:math:`\tau` between the recordings taken out,

.. math:: d_p = \frac{\sum |O T| \, |\arg(O T^* e^{i \omega \tau})|}{\sum |O T|}

in radians from 0 to :math:`\pi`: the angle between the two, where there is energy. An inverted copy has :math:`\pi`,
unrelated noise :math:`\pi / 2`. Neither depends on level.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonewright.evaluation.alignment import aligned
from tonewright.evaluation.pairs import refuse_silence, rows_of, spectra

#: Longest window of the coherence in samples; short recordings take shorter ones, for at least so many of them.
COHERENCE_LENGTH = 16384
AVERAGES = 16
SHORTEST = 4096
PHASE_LENGTH, PHASE_HOP = 2048, 512


def harmonic_distortion(output: ArrayLike, target: ArrayLike, sample_rate: float) -> float:
    """Return the part of the output that no linear filter of the target explains: ratio of amplitudes, 0 to 1.

    Windows are half overlapped and so long that there are at least 16, at most 16384 samples. Between unrelated
    recordings its square falls short of 1 by about one over the number of windows.

    Parameters
    ----------
    output, target
        Samples, ``(frames,)`` or ``(channels, frames)``; channels are filtered each by its own filter.
    sample_rate
        In Hz; it limits the delay that is taken out beforehand (50 ms).

    Raises
    ------
    AudioError
        If the shapes differ, one recording is silent, not finite, or shorter than 4096 samples.
    """
    x, y = rows_of(output, target, SHORTEST)
    refuse_silence(x, y)
    x, y, _ = aligned(x, y, sample_rate)
    length = min(COHERENCE_LENGTH, 2 ** int(np.log2(2 * x.shape[1] / (AVERAGES + 1))))
    new = whole = 0.0
    for o, t in zip(x, y, strict=True):
        own, other, cross = _welch(o, t, length)
        explained = np.square(np.abs(cross)) / np.maximum(other, np.finfo(np.float64).tiny)
        new += float(np.sum(np.maximum(own - explained, 0.0)))
        whole += float(np.sum(own))
    return float(np.sqrt(new / whole)) if whole > 0 else 0.0


def phase_distortion(output: ArrayLike, target: ArrayLike, sample_rate: float) -> float:
    """Return the mean angle between output and target, weighted by energy, in radians from 0 to pi; symmetric.

    Raises
    ------
    AudioError
        If the shapes differ, one recording is silent, not finite, or shorter than 4096 samples.
    """
    x, y = rows_of(output, target, SHORTEST)
    refuse_silence(x, y)
    x, y, delay = aligned(x, y, sample_rate)
    turn = np.exp(2j * np.pi * np.arange(PHASE_LENGTH // 2 + 1) / PHASE_LENGTH * delay).astype(np.complex64)
    angles = weights = 0.0
    for o, t in zip(x, y, strict=True):
        pairs = zip(spectra(o, PHASE_LENGTH, PHASE_HOP), spectra(t, PHASE_LENGTH, PHASE_HOP), strict=True)
        for ours, theirs in pairs:
            both = ours * np.conj(theirs) * turn
            weight = np.abs(both)
            angles += float(np.vdot(weight, np.abs(np.angle(both))))
            weights += float(weight.sum(dtype=np.float64))
    return angles / weights if weights > 0 else 0.0


def _welch(
    output: NDArray[np.float32], target: NDArray[np.float32], length: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.complex128]]:
    """Return the sums over windows of both powers and of the cross spectrum, ``(length // 2 + 1,)`` each."""
    own, other = np.zeros((2, length // 2 + 1))
    cross = np.zeros(length // 2 + 1, dtype=np.complex128)
    for pair in zip(spectra(output, length, length // 2), spectra(target, length, length // 2), strict=True):
        # In double precision, because what is left is a small difference of large sums.
        ours, theirs = (block.astype(np.complex128) for block in pair)
        own += np.sum(np.square(np.abs(ours)), axis=0)
        other += np.sum(np.square(np.abs(theirs)), axis=0)
        cross += np.sum(ours * np.conj(theirs), axis=0)
    return own, other, cross
