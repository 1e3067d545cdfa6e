"""Arrays at the processor's boundary: shapes, precision, and the refusal of NaN and infinity."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.errors import AudioError
from tonewright.parameters import SAMPLE_RATES


def check_rate(sample_rate: float) -> float:
    """Return the sample rate in Hz; raise :class:`AudioError` unless it lies within 8 to 384 kHz."""
    low, high = SAMPLE_RATES
    if not low <= sample_rate <= high:
        raise AudioError(f"The sample rate must lie between {low} and {high} Hz, got {sample_rate:g}.")
    return float(sample_rate)


def check_finite(x: NDArray[Any], what: str = "The input") -> None:
    """Raise :class:`AudioError` with the channel (and row, of several) and position of the first NaN or infinity.

    Parameters
    ----------
    x
        (channels, frames) or (rows, channels, frames). Channels count from 1, frames from 0.
    """
    # One pass without a temporary of the array's size: a sum is finite only if every term is, bar overflow.
    with np.errstate(over="ignore", invalid="ignore"):
        if x.size == 0 or np.isfinite(np.sum(x, dtype=np.float64)):
            return
    bad = ~np.isfinite(x)
    if not bad.any():
        return
    frames = bad.any(axis=tuple(range(x.ndim - 1)))
    frame = int(np.argmax(frames))
    place = np.argwhere(bad[..., frame])[0]
    value = x[(*place, frame)]
    row = f"row {place[0]}, " if x.ndim == 3 and x.shape[0] > 1 else ""
    raise AudioError(f"{what} is not finite: {value} at {row}channel {place[-1] + 1}, frame {frame}.")


def as_rows(x: Any) -> NDArray[Any]:
    """Return audio as a contiguous array (rows, channels, frames) of float32 or float64.

    Parameters
    ----------
    x
        (frames,), (channels, frames) or (rows, channels, frames); integers are refused, half precision is widened.
    """
    x = np.asarray(x)
    if x.dtype.kind != "f":
        raise AudioError(f"Audio must be floating point with full scale 1.0, got {x.dtype}.")
    if x.ndim not in (1, 2, 3):
        raise AudioError(f"Audio must have 1 to 3 dimensions (rows, channels, frames), got {x.ndim}.")
    dtype = np.float64 if x.dtype.itemsize > 4 else np.float32
    return np.ascontiguousarray(x.reshape((1,) * (3 - x.ndim) + x.shape), dtype=dtype)
