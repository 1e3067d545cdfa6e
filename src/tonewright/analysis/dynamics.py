"""How levels move inside short windows: what compressors change and long-term spectra do not show."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.compiled import VECTOR, kernel

#: Pieces into which a window is cut (5.8 ms each for a window of 93 ms).
PIECES = 16
#: What is measured per window, in dB: loudest, quietest and mean level of the pieces of the signal, the same of its
#: slope (which hears treble), highest sample, mean step from one piece to the next.
MEASURES = ("loudest", "quietest", "mean", "slope_loudest", "slope_quietest", "slope_mean", "peak", "step")
#: Power that stands for silence.
_FLOOR = 1e-10
#: The slope is scaled so that it reads alike at any sample rate.
_REFERENCE_RATE = 44100.0


@kernel(VECTOR)
def _piece_powers(samples: Any, length: int, slope: float, out: Any, peaks: Any) -> None:
    """Write mean powers of the signal and of its slope per window and piece, channels averaged, and peaks."""
    channels = samples.shape[0]
    size = length // out.shape[1]
    for window in range(out.shape[0]):
        peak = np.float32(0.0)
        for piece in range(out.shape[1]):
            first = window * length + piece * size
            level, moving = np.float32(0.0), np.float32(0.0)
            for channel in range(channels):
                for t in range(first, first + size):
                    x = samples[channel, t]
                    before = samples[channel, t - 1] if t > 0 else x
                    level += x * x
                    moving += (x - before) * (x - before)
                    peak = max(peak, abs(x))
            out[window, piece, 0] = level / (size * channels)
            out[window, piece, 1] = slope * moving / (size * channels)
        peaks[window] = peak * peak


def window_dynamics(samples: NDArray[Any], sample_rate: float, length: int) -> NDArray[np.float32]:
    """Measure the levels inside windows that do not overlap.

    Parameters
    ----------
    samples
        (channels, frames); frames after the last whole window are not heard.
    sample_rate
        In Hz.
    length
        Of a window in frames, a multiple of 16.

    Returns
    -------
    Array of shape (windows, 8): :data:`MEASURES` in dBFS (the step in dB).
    """
    x = np.ascontiguousarray(samples, dtype=np.float32)
    windows = x.shape[1] // length
    powers = np.empty((windows, PIECES, 2), dtype=np.float32)
    peaks = np.empty(windows, dtype=np.float32)
    _piece_powers(x, length, (sample_rate / _REFERENCE_RATE) ** 2, powers, peaks)
    levels = (10.0 * np.log10(powers + np.float32(_FLOOR))).astype(np.float32)
    steps = np.abs(np.diff(levels[:, :, 0], axis=1)).mean(axis=1)
    columns = [statistic(axis=1) for stream in (0, 1) for statistic in _statistics(levels[:, :, stream])]
    return np.stack([*columns, 10.0 * np.log10(peaks + np.float32(_FLOOR)), steps], axis=1).astype(np.float32)


def _statistics(levels: NDArray[np.float32]) -> tuple[Any, Any, Any]:
    return levels.max, levels.min, levels.mean
