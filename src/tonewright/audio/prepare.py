"""Compile this package's kernels before they are needed."""

from __future__ import annotations


def warmup() -> None:
    """Compile the meter and the integer conversion, or load them from the cache; a second call costs nothing."""
    import numpy as np

    from tonewright.audio.integers import quantise
    from tonewright.audio.meters import Meter

    meter = Meter(44100, 1)
    meter.feed(np.zeros((1, 8820), np.float32))
    meter.result()
    for bits in (16, 24):
        quantise(np.zeros((1, 8), np.float32), bits, dither=True)
        quantise(np.zeros((1, 8), np.float64), bits, dither=True)
