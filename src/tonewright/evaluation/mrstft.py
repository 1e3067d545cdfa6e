r"""Multi-resolution STFT distance: how far two recordings are apart in time and frequency, phase aside.

For each window length :math:`N` of :data:`RESOLUTIONS`, with :math:`X, Y` the magnitudes of output and target (Hann
window of :math:`N` samples, hop :math:`N/2`, frames centred by reflection at both ends, power floored at
:math:`\epsilon = 10^{-8}`, so magnitudes at :math:`10^{-4}`):

.. math::

    d_N = \frac{\lVert Y - X \rVert_F}{\lVert Y \rVert_F} + \frac{1}{|Y|} \sum \lvert \ln X - \ln Y \rvert,
    \qquad d = \frac{1}{7} \sum_N d_N .

The first term is spectral convergence (Arik et al., arXiv:1808.06719), the second the log magnitude distance; the mean
over resolutions follows Yamamoto et al. (arXiv:1904.04472). For one item this equals
``auraloss.freq.MultiResolutionSTFTLoss`` with the same sizes (Steinmetz and Reiss, 2020); unlike there, a batch never
shares a norm, because the function takes one item.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import scipy.fft
from numpy.typing import ArrayLike, NDArray

from tonewright.errors import AudioError

#: Window lengths in samples: 128, 256, ..., 8192.
RESOLUTIONS = tuple(2**k for k in range(7, 14))
POWER_FLOOR = 1e-8

#: Samples of windowed frames held at once: small enough to stay in a processor's cache.
_BLOCK = 1 << 17

_Floats = NDArray[np.float32]


class Distance(NamedTuple):
    """The two terms of the distance, each averaged over resolutions."""

    convergence: float
    log_magnitude: float

    @property
    def total(self) -> float:
        """Their sum."""
        return self.convergence + self.log_magnitude


def mrstft(output: ArrayLike, target: ArrayLike, resolutions: Sequence[int] = RESOLUTIONS) -> float:
    """Return the multi-resolution STFT distance of `output` to `target`; 0 for equal recordings.

    Parameters
    ----------
    output, target
        Samples, shape ``(frames,)`` or ``(channels, frames)``, both the same. Channels count as one item: sums and
        norms go over all of them. Bring both to equal level first; the distance does not.
    resolutions
        Window lengths in samples, even.

    Raises
    ------
    AudioError
        If the shapes differ or the recording is not longer than half the longest window.
    """
    return distance(output, target, resolutions).total


def distance(output: ArrayLike, target: ArrayLike, resolutions: Sequence[int] = RESOLUTIONS) -> Distance:
    """Return the two terms of :func:`mrstft` apart; parameters as there."""
    x, y = (np.atleast_2d(np.asarray(item, dtype=np.float32)) for item in (output, target))
    if x.shape != y.shape or x.ndim != 2:
        raise AudioError(f"Output and target must have the same shape, got {x.shape} and {y.shape}.")
    if x.shape[1] <= max(resolutions) // 2:
        needed = max(resolutions) // 2 + 1
        raise AudioError(f"The distance needs recordings of at least {needed} samples, got {x.shape[1]}.")
    terms = [_one_resolution(x, y, length) for length in resolutions]
    return Distance(*(float(np.mean(column)) for column in zip(*terms, strict=True)))


def _one_resolution(x: _Floats, y: _Floats, length: int) -> tuple[float, float]:
    difference = energy = logs = 0.0
    count = 0
    for channel in range(len(x)):
        for px, py in zip(_powers(x[channel], length), _powers(y[channel], length), strict=True):
            gap = np.sqrt(px) - np.sqrt(py)
            difference += float(np.vdot(gap, gap))
            energy += float(py.sum(dtype=np.float64))
            np.divide(px, py, out=gap)
            np.log(gap, out=gap)
            np.abs(gap, out=gap)
            logs += 0.5 * float(gap.sum(dtype=np.float64))
            count += gap.size
    return float(np.sqrt(difference / energy)), logs / count


def _powers(x: _Floats, length: int) -> Iterator[_Floats]:
    """Yield blocks of floored power spectra, each ``(some frames, length // 2 + 1)``."""
    window = _hann(length)
    padded = np.pad(x, length // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, length)[:: length // 2]
    step = max(1, _BLOCK // length)
    for start in range(0, len(frames), step):
        spectrum = scipy.fft.rfft(frames[start : start + step] * window)
        power = np.square(spectrum.real)
        power += np.square(spectrum.imag)
        yield np.maximum(power, np.float32(POWER_FLOOR), out=power)


@lru_cache(maxsize=16)
def _hann(length: int) -> _Floats:
    """Periodic Hann window, ``0.5 - 0.5 cos(2 pi n / length)``."""
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)).astype(np.float32)
    window.flags.writeable = False
    return window
