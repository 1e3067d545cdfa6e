"""What every metric asks of its two recordings: equal shapes, finite samples, enough of them, and not silence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.fft
from numpy.typing import ArrayLike, NDArray

from tonewright.errors import AudioError
from tonewright.evaluation.metrics import SILENCE_DB, rms_db

_Floats = NDArray[np.float32]
_Spectra = NDArray[np.complex64]

#: Windows transformed at once, times their length: small enough to stay in a processor's cache.
_BLOCK = 1 << 18


def rows_of(output: ArrayLike, target: ArrayLike, shortest: int = 1) -> tuple[_Floats, _Floats]:
    """Return both recordings as float32 of shape ``(channels, frames)``.

    Parameters
    ----------
    output, target
        Samples, ``(frames,)`` or ``(channels, frames)``.
    shortest
        Fewest frames that the caller can use.

    Raises
    ------
    AudioError
        If the shapes differ, the recordings are shorter than `shortest`, or a sample is not finite.
    """
    x, y = (np.atleast_2d(np.asarray(item, dtype=np.float32)) for item in (output, target))
    if x.shape != y.shape or x.ndim != 2:
        raise AudioError(f"Output and target must have the same shape, got {x.shape} and {y.shape}.")
    if x.shape[1] < shortest or x.size == 0:
        raise AudioError(f"The metric needs recordings of at least {shortest} samples, got {x.shape[1]}.")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise AudioError("The recordings hold values that are not finite.")
    return x, y


def refuse_silence(*recordings: ArrayLike) -> None:
    """Raise an AudioError if one of the recordings is silent (below -100 dBFS RMS)."""
    if any(rms_db(item) < SILENCE_DB for item in recordings):
        raise AudioError("The metric says nothing about a silent recording.")


def spectra(samples: _Floats, length: int, hop: int) -> Iterator[_Spectra]:
    """Yield blocks of short-time spectra: periodic Hann window, no padding, an incomplete last window left out.

    Parameters
    ----------
    samples
        One channel, shape ``(frames,)``, at least `length` frames.
    length, hop
        Of the windows, in samples.

    Yields
    ------
    ndarray
        Shape ``(some windows, length // 2 + 1)``, complex64.
    """
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, length)[::hop]
    step = max(1, _BLOCK // length)
    for start in range(0, len(frames), step):
        yield scipy.fft.rfft(frames[start : start + step] * window)


def powers(rows: _Floats, length: int, hop: int) -> _Floats:
    """Return short-time powers summed over channels, shape ``(windows, length // 2 + 1)``, float32."""
    count = 1 + (rows.shape[1] - length) // hop
    total = np.zeros((count, length // 2 + 1), dtype=np.float32)
    for channel in rows:
        start = 0
        for block in spectra(channel, length, hop):
            part = total[start : start + len(block)]
            part += np.square(block.real)
            part += np.square(block.imag)
            start += len(block)
    return total
