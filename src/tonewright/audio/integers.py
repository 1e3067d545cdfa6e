"""From floating point to integers: rounding, dither and clipping, in one compiled pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tonewright.compiled import kernel

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@kernel(inline=True)
def _mix(state: np.uint64) -> np.uint64:
    """splitmix64's finaliser: 64 well-mixed bits of a counter (Steele, Lea and Flood 2014)."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


@kernel(frozenset())
def _quantise(
    samples: npt.NDArray[np.floating[Any]],
    bits: int,
    dither: bool,
    seed: np.uint64,
    first: int,
    shift: int,
    out: npt.NDArray[np.signedinteger[Any]],
) -> int:
    channels, frames = samples.shape
    scale = 2.0 ** (bits - 1)
    highest = scale - 1.0
    lowest = -scale
    factor = np.int64(1) << np.int64(shift)
    key = _mix(seed * _GOLDEN + _GOLDEN)
    clipped = 0
    for frame in range(frames):
        for channel in range(channels):
            value = np.float64(samples[channel, frame])
            if value > 1.0 or value < -1.0:
                clipped += 1
            value *= scale
            if dither:
                counter = np.uint64((first + frame) * channels + channel)
                random = _mix(key + counter * _GOLDEN)
                one = np.int64(random >> np.uint64(32))
                two = np.int64(random & np.uint64(0xFFFFFFFF))
                value += np.float64(one - two) * 2.0**-32
            value = np.rint(value)
            value = min(max(value, lowest), highest)
            out[frame, channel] = np.int32(np.int64(value) * factor)
    return clipped


def quantise(
    samples: npt.NDArray[np.floating[Any]],
    bits: int,
    *,
    dither: bool = False,
    seed: int = 0,
    first_frame: int = 0,
) -> tuple[npt.NDArray[np.signedinteger[Any]], int]:
    """Round samples to integers of some width, ready for libsndfile: those of 16 bits as they are stored.

    Parameters
    ----------
    samples
        Shape (channels, frames), full scale at +-1, finite.
    bits
        8, 16, 24 or 32.
    dither
        Add triangular noise, 2 LSB from peak to peak, before rounding: the error then has mean 0 and a power of
        LSB^2 / 4 whatever the signal (Lipshitz, Wannamaker and Vanderkooy, "Quantization and dither", JAES 1992).
    seed, first_frame
        The noise is a function of seed, channel and frame alone, so it does not depend on how audio is cut into blocks.

    Returns
    -------
    integers, clipped
        Shape (frames, channels): int16 for 16 bits; else int32, the value in the upper bits, times 2^(32 - bits). And
        how many samples lay beyond full scale: those become the largest or the smallest integer, they never wrap.
    """
    width = 16 if bits == 16 else 32
    out = np.empty(samples.shape[::-1], np.int16 if width == 16 else np.int32)
    key = np.uint64(seed % (1 << 64))
    clipped = _quantise(np.ascontiguousarray(samples), bits, dither, key, first_frame, width - bits, out)
    return out, int(clipped)
