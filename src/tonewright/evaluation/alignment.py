"""The delay between two recordings of the same thing, and both without it."""

from __future__ import annotations

import numpy as np
import scipy.fft
from numpy.typing import NDArray

#: Delays are looked for up to this, in seconds, and up to a quarter of the recording.
LONGEST_S = 0.05

_Floats = NDArray[np.float32]


def delay_samples(output: _Floats, target: _Floats, sample_rate: float) -> float:
    """Return by how many samples `output` lags behind `target`, with a fraction; negative if it leads.

    The peak of the magnitude of the cross-correlation summed over channels, within 50 ms, refined by a parabola
    through it and its neighbours. The magnitude, so that an inverted copy has no delay. Silence gives 0.

    Parameters
    ----------
    output, target
        Shape ``(channels, frames)``, both the same.
    """
    frames = output.shape[1]
    reach = min(round(LONGEST_S * sample_rate), frames // 4)
    size = scipy.fft.next_fast_len(frames + reach, real=True)
    cross = (scipy.fft.rfft(output, size) * np.conj(scipy.fft.rfft(target, size))).sum(axis=0)
    correlation = scipy.fft.irfft(cross, size)
    near = np.abs(np.concatenate([correlation[size - reach :], correlation[: reach + 1]]).astype(np.float64))
    peak = int(np.argmax(near))
    if near[peak] == 0:
        return 0.0
    fraction = 0.0
    if 0 < peak < len(near) - 1:
        before, at, after = near[peak - 1 : peak + 2].tolist()
        bend = before - 2 * at + after
        fraction = 0.5 * (before - after) / bend if bend < 0 else 0.0
    return float(peak - reach + fraction)


def aligned(output: _Floats, target: _Floats, sample_rate: float) -> tuple[_Floats, _Floats, float]:
    """Return what both recordings have in common, at least three quarters, and the delay left, within half a sample."""
    delay = delay_samples(output, target, sample_rate)
    shift = round(delay)
    frames = output.shape[1] - abs(shift)
    late, early = max(shift, 0), max(-shift, 0)
    return output[:, late : late + frames], target[:, early : early + frames], delay - shift
