"""Short-time Fourier transforms of two signals, and the way back for gradients.

Frames are half a window apart, weighted by a periodic Hann window and centred by reflection at both ends: what
``torch.stft`` does with ``center=True``.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from tonewright.training.losses import kernels

#: Powers of bins count from here up: magnitudes from 1e-4, where a sine at full scale has a quarter of the window.
POWER_FLOOR = 1e-8

Floats = NDArray[np.float32]


class Transforms:
    """Output and target of one row, reflected, with the gradient by the reflected output.

    Parameters
    ----------
    output, target
        (frames,), float32, contiguous, more frames than half of `longest`.
    longest
        The longest window that will be asked for.
    """

    def __init__(self, output: Floats, target: Floats, longest: int) -> None:
        self._frames = len(output)
        self._margin = longest // 2
        padded = np.empty((2, self._frames + 2 * self._margin), np.float32)
        kernels.pad(output, self._margin, padded[0])
        kernels.pad(target, self._margin, padded[1])
        self._padded = padded
        self._gradient = np.zeros_like(padded[0])
        # All windows cut to much the same number of samples: one place serves them all.
        self._cut = np.empty(2 * (2 * self._frames + longest), np.float32)

    def spectra(self, length: int) -> Floats:
        """Return the spectra of output and target by windows of `length` samples.

        Returns
        -------
        (2, windows, 2 * bins): real and imaginary parts in turn.
        """
        window, start = hann(length), self._margin - length // 2
        windows = 1 + self._frames // (length // 2)
        cut = self._cut[: 2 * windows * length].reshape(2, windows, length)
        for signal in range(2):
            kernels.cut(self._padded[signal], start, window, cut[signal])
        bins = torch.view_as_real(torch.fft.rfft(torch.from_numpy(cut)))
        parts: Floats = bins.reshape(2, windows, -1).numpy()
        return parts

    def add_gradient(self, by_spectrum: Floats, length: int) -> None:
        """Take back a gradient by the output's spectrum to the samples, and add it.

        Parameters
        ----------
        by_spectrum
            Derivatives by real and imaginary parts of every bin, (windows, 2 * bins); overwritten.
        length
            As in :meth:`spectra`.
        """
        # The inverse transform takes a bin for two, itself and its mirror image, except at both ends: these are
        # doubled, and everything is halved with the window.
        kernels.double_ends(by_spectrum)
        bins = torch.view_as_complex(torch.from_numpy(by_spectrum).reshape(len(by_spectrum), -1, 2))
        frames = torch.fft.irfft(bins, length, norm="forward").numpy()
        kernels.overlap_add(frames, np.float32(0.5) * hann(length), self._margin - length // 2, self._gradient)

    def write_gradient(self, out: Floats) -> None:
        """Write the gradient by the output as it was given, (frames,)."""
        kernels.fold(self._gradient, self._margin, out)


@lru_cache(maxsize=32)
def hann(length: int) -> Floats:
    """Return the periodic Hann window, ``0.5 - 0.5 cos(2 pi n / length)``."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)).astype(np.float32)
