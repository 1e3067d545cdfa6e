"""K-weighting and channel weights of ITU-R BS.1770-5, for any sample rate and the usual channel layouts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tonewright.errors import AudioError

# The analog prototypes behind the standard's 48 kHz coefficients (De Man 2014; also in libebur128 and pyloudnorm).
_SHELF_HZ, _SHELF_Q, _SHELF_DB = 1681.974450955533, 0.7071752369554196, 3.999843853973347
_SHELF_EXPONENT = 0.4996667741545416
_PASS_HZ, _PASS_Q = 38.13547087602444, 0.5003270373238773

#: Weights by channel count, in the order of WAV files. Ear-level surrounds from 60 to 120 degrees count 1.41, all other
#: directions 1, the low-frequency channel nothing (BS.1770-5, tables 3 and 4).
CHANNEL_WEIGHTS: dict[int, tuple[float, ...]] = {
    4: (1.0, 1.0, 1.41, 1.41),  # left, right, surrounds
    5: (1.0, 1.0, 1.0, 1.41, 1.41),  # left, right, centre, surrounds
    6: (1.0, 1.0, 1.0, 0.0, 1.41, 1.41),  # 5.1: left, right, centre, low frequencies, surrounds
    7: (1.0, 1.0, 1.0, 0.0, 1.0, 1.41, 1.41),  # 6.1: ..., back centre, sides
    8: (1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.41, 1.41),  # 7.1: ..., backs (135 degrees and more), sides
}


def channel_weights(channels: int, weights: Sequence[float] | None = None) -> npt.NDArray[np.float64]:
    """Return the power weight of each channel, shape (channels,).

    Parameters
    ----------
    channels
        1 or more. Layouts that :data:`CHANNEL_WEIGHTS` does not know (1 to 3, above 8) count every channel as 1.
    weights
        Others, not negative.

    Raises
    ------
    AudioError
        If the number of weights is not the number of channels, or one is negative.
    """
    chosen = CHANNEL_WEIGHTS.get(channels, (1.0,) * channels) if weights is None else tuple(weights)
    if len(chosen) != channels or any(not weight >= 0 for weight in chosen):
        raise AudioError(f"{channels} channels need as many weights of 0 or more, got {list(chosen)}.")
    return np.array(chosen, np.float64)


def _denominator(frequency: float, q: float, sample_rate: float) -> tuple[float, float, float, float]:
    k = math.tan(math.pi * frequency / sample_rate)
    a0 = 1.0 + k / q + k * k
    return k, a0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0


def k_weighting(sample_rate: float) -> npt.NDArray[np.float64]:
    """Return the two biquads of the K-weighting: rows (b0, b1, b2, a1, a2), shape (2, 5).

    The analog prototypes go through the bilinear transform, exact at each section's corner. At 48 kHz that gives the
    standard's table. There the high-pass has the numerator (1, -2, 1), which is a pass-band gain of 0.043 dB that the
    standard's offset of -0.691 counts on; at other rates the numerator is scaled so that this gain is the same.

    Parameters
    ----------
    sample_rate
        In Hz, above twice the shelf's corner (3364).

    Raises
    ------
    AudioError
        If the rate is lower.

    References
    ----------
    ITU-R BS.1770-5, Annex 1, tables 1 and 2; B. De Man, "Evaluation of implementations of the EBU R128 loudness
    measurement", AES 145, 2018.
    """
    if not sample_rate > 2 * _SHELF_HZ:
        raise AudioError(f"Loudness is not defined at {sample_rate} Hz; resample to 8000 Hz or more.")
    k, a0, a1, a2 = _denominator(_SHELF_HZ, _SHELF_Q, sample_rate)
    high = 10.0 ** (_SHELF_DB / 20.0)
    middle = high**_SHELF_EXPONENT
    shelf = [
        (high + middle * k / _SHELF_Q + k * k) / a0,
        2.0 * (k * k - high) / a0,
        (high - middle * k / _SHELF_Q + k * k) / a0,
        a1,
        a2,
    ]
    _, a0, a1, a2 = _denominator(_PASS_HZ, _PASS_Q, sample_rate)
    gain = _denominator(_PASS_HZ, _PASS_Q, 48000.0)[1] / a0
    return np.array([shelf, [gain, -2.0 * gain, gain, a1, a2]], np.float64)
