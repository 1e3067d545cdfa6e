"""What a compressor does on given material, for programs that have none, or none with a knee."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.settings import Settings

Array = NDArray[np.float64]
#: Peaks are taken over so long, in seconds: shorter than any attack that matters to a knee.
_BLOCK_S = 0.01
#: Quieter blocks are pauses.
_QUIETEST_DB = -90.0
_LONGEST_S = 60.0


def excerpt(samples: NDArray[Any], rate_hz: float) -> NDArray[Any]:
    """Return at most a minute from the middle of (channels, frames)."""
    frames = int(_LONGEST_S * rate_hz)
    first = max(0, (samples.shape[-1] - frames) // 2)
    return samples[..., first : first + frames]


def peak_levels_db(samples: NDArray[Any], rate_hz: float) -> Array:
    """Return the peak levels in dBFS of the loudest channel over blocks of 10 ms, without pauses."""
    size = max(1, int(_BLOCK_S * rate_hz))
    loudest = np.abs(np.atleast_2d(samples)).max(axis=0)
    blocks = loudest[: loudest.size // size * size].reshape(-1, size)
    levels = 20.0 * np.log10(np.maximum(blocks.max(axis=1, initial=0.0), 1e-8))
    return np.asarray(levels[levels > _QUIETEST_DB], dtype=np.float64)


def average_gain_db(settings: Settings, static: Settings, samples: NDArray[Any], rate_hz: float) -> float:
    """Return by how much all compressors together change the level (RMS) of the material, makeup included, in dB."""
    from tonewright.processor.render import render_array

    x = np.atleast_2d(np.asarray(samples, dtype=np.float64))
    with_db, without_db = (_level_db(render_array(x, rate_hz, one)) for one in (settings, static))
    return with_db - without_db


def _level_db(x: NDArray[Any]) -> float:
    return float(10.0 * np.log10(np.mean(np.square(x)) + 1e-20))
