"""The meter's inner loops: K-weighted energy, power, sample peak and true peak of a short stretch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tonewright.compiled import RECURSION, VECTOR, kernel

#: Frames of the past that the interpolator needs.
HISTORY = 11
_STRETCH = 64
_TINY = 1e-30

_FIRST = (
    0.0017089843750,
    0.0109863281250,
    -0.0196533203125,
    0.0332031250000,
    -0.0594482421875,
    0.1373291015625,
    0.9721679687500,
    -0.1022949218750,
    0.0476074218750,
    -0.0266113281250,
    0.0148925781250,
    -0.0083007812500,
)
_SECOND = (
    -0.0291748046875,
    0.0292968750000,
    -0.0517578125000,
    0.0891113281250,
    -0.1665039062500,
    0.4650878906250,
    0.7797851562500,
    -0.2003173828125,
    0.1015625000000,
    -0.0582275390625,
    0.0330810546875,
    -0.0189208984375,
)
#: The interpolator of BS.1770-5, Annex 2: four phases of twelve taps, the later two mirror images of the earlier.
TRUE_PEAK_TAPS = np.array([_FIRST, _SECOND, _SECOND[::-1], _FIRST[::-1]], np.float32)
#: No interpolated sample can exceed this many times the largest of the twelve samples it is made of.
TRUE_PEAK_BOUND = np.float32(np.abs(TRUE_PEAK_TAPS.astype(np.float64)).sum(axis=1).max() * (1 + 1e-6))


@kernel(RECURSION, inline=True)
def _weigh_one(
    samples: npt.NDArray[np.float32],
    bounds: npt.NDArray[np.int64],
    frames: int,
    sections: npt.NDArray[np.float64],
    state: npt.NDArray[np.float64],
    energy: npt.NDArray[np.float64],
    power: npt.NDArray[np.float64],
    channel: int,
) -> None:
    b0, b1, b2, a1, a2 = sections[0, 0], sections[0, 1], sections[0, 2], sections[0, 3], sections[0, 4]
    g = sections[1, 0]
    c1, c2 = sections[1, 3], sections[1, 4]
    steps = energy.shape[1]
    row = samples[channel, HISTORY : HISTORY + frames]
    s1, s2, t1, t2 = state[channel, 0], state[channel, 1], state[channel, 2], state[channel, 3]
    plain = 0.0
    for step in range(steps + 1):  # the last one takes what is left beyond the steps
        end = bounds[step + 1] if step < steps else frames
        weighted = 0.0
        for frame in range(bounds[step], end):
            x = np.float64(row[frame])
            y = b0 * x + s1
            s1 = b1 * x - a1 * y + s2
            s2 = b2 * x - a2 * y
            gy = g * y
            z = gy + t1
            t1 = t2 - 2.0 * gy - c1 * z
            t2 = gy - c2 * z
            weighted += z * z
            plain += x * x
        if step < steps:
            energy[channel, step] = weighted
    state[channel, 0], state[channel, 1], state[channel, 2], state[channel, 3] = s1, s2, t1, t2
    power[channel] += plain


@kernel(RECURSION, inline=True)
def _weigh_two(
    samples: npt.NDArray[np.float32],
    bounds: npt.NDArray[np.int64],
    frames: int,
    sections: npt.NDArray[np.float64],
    state: npt.NDArray[np.float64],
    energy: npt.NDArray[np.float64],
    power: npt.NDArray[np.float64],
    channel: int,
) -> None:
    """Weigh two rows in step: each waits for its own last sample, so two at a time cost hardly more than one."""
    b0, b1, b2, a1, a2 = sections[0, 0], sections[0, 1], sections[0, 2], sections[0, 3], sections[0, 4]
    g = sections[1, 0]
    c1, c2 = sections[1, 3], sections[1, 4]
    steps = energy.shape[1]
    other = channel + 1
    row, row_ = samples[channel, HISTORY : HISTORY + frames], samples[other, HISTORY : HISTORY + frames]
    s1, s2, t1, t2 = state[channel, 0], state[channel, 1], state[channel, 2], state[channel, 3]
    s1_, s2_, t1_, t2_ = state[other, 0], state[other, 1], state[other, 2], state[other, 3]
    plain = plain_ = 0.0
    for step in range(steps + 1):
        end = bounds[step + 1] if step < steps else frames
        weighted = weighted_ = 0.0
        for frame in range(bounds[step], end):
            x, x_ = np.float64(row[frame]), np.float64(row_[frame])
            y, y_ = b0 * x + s1, b0 * x_ + s1_
            s1, s1_ = b1 * x - a1 * y + s2, b1 * x_ - a1 * y_ + s2_
            s2, s2_ = b2 * x - a2 * y, b2 * x_ - a2 * y_
            gy, gy_ = g * y, g * y_
            z, z_ = gy + t1, gy_ + t1_
            t1, t1_ = t2 - 2.0 * gy - c1 * z, t2_ - 2.0 * gy_ - c1 * z_
            t2, t2_ = gy - c2 * z, gy_ - c2 * z_
            weighted += z * z
            weighted_ += z_ * z_
            plain += x * x
            plain_ += x_ * x_
        if step < steps:
            energy[channel, step] = weighted
            energy[other, step] = weighted_
    state[channel, 0], state[channel, 1], state[channel, 2], state[channel, 3] = s1, s2, t1, t2
    state[other, 0], state[other, 1], state[other, 2], state[other, 3] = s1_, s2_, t1_, t2_
    power[channel] += plain
    power[other] += plain_


@kernel(RECURSION)
def weigh(
    samples: npt.NDArray[np.float32],
    bounds: npt.NDArray[np.int64],
    frames: int,
    sections: npt.NDArray[np.float64],
    state: npt.NDArray[np.float64],
    energy: npt.NDArray[np.float64],
    power: npt.NDArray[np.float64],
) -> None:
    """K-weight ``frames`` samples of each row after HISTORY; set ``energy``, add to ``power``.

    Parameters
    ----------
    samples
        Shape (channels, at least HISTORY + frames).
    bounds
        Shape (steps + 1,): where steps begin and end, from 0, the last one at ``frames`` or before.
    sections
        Shape (2, 5), from :func:`tonewright.audio.weighting.k_weighting`.
    state
        Shape (channels, 4), the sections' memories (transposed direct form II), carried from call to call.
    energy
        Shape (channels, steps): sums of squares of each step after weighting.
    power
        Shape (channels,): sums of squares before weighting.
    """
    for channel in range(0, samples.shape[0] - 1, 2):
        _weigh_two(samples, bounds, frames, sections, state, energy, power, channel)
    if samples.shape[0] % 2:
        _weigh_one(samples, bounds, frames, sections, state, energy, power, samples.shape[0] - 1)
    # Denormal numbers would be slow for as long as the silence lasts.
    for channel in range(samples.shape[0]):
        for index in range(4):
            if abs(state[channel, index]) <= _TINY:
                state[channel, index] = 0.0


@kernel(VECTOR)
def _largest(row: npt.NDArray[np.float32]) -> np.float32:
    largest = np.float32(0.0)
    for frame in range(row.shape[0]):
        largest = max(largest, abs(row[frame]))
    return largest


@kernel(VECTOR)
def _largest_between(row: npt.NDArray[np.float32], taps: npt.NDArray[np.float32]) -> np.float32:
    """Return the largest interpolated magnitude of one stretch with its history before it."""
    largest = np.float32(0.0)
    for phase in range(2):  # the mirrored phases share the loads
        h0, h1, h2, h3 = taps[phase, 0], taps[phase, 1], taps[phase, 2], taps[phase, 3]
        h4, h5, h6, h7 = taps[phase, 4], taps[phase, 5], taps[phase, 6], taps[phase, 7]
        h8, h9, h10, h11 = taps[phase, 8], taps[phase, 9], taps[phase, 10], taps[phase, 11]
        for frame in range(row.shape[0] - HISTORY):
            x0, x1, x2, x3 = row[frame], row[frame + 1], row[frame + 2], row[frame + 3]
            x4, x5, x6, x7 = row[frame + 4], row[frame + 5], row[frame + 6], row[frame + 7]
            x8, x9, x10, x11 = row[frame + 8], row[frame + 9], row[frame + 10], row[frame + 11]
            one = h0 * x0 + h1 * x1 + h2 * x2 + h3 * x3 + h4 * x4 + h5 * x5
            one += h6 * x6 + h7 * x7 + h8 * x8 + h9 * x9 + h10 * x10 + h11 * x11
            two = h11 * x0 + h10 * x1 + h9 * x2 + h8 * x3 + h7 * x4 + h6 * x5
            two += h5 * x6 + h4 * x7 + h3 * x8 + h2 * x9 + h1 * x10 + h0 * x11
            largest = max(largest, max(abs(one), abs(two)))
    return largest


@kernel(RECURSION)
def find_peaks(
    samples: npt.NDArray[np.float32],
    frames: int,
    taps: npt.NDArray[np.float32],
    bound: np.float32,
    peak: npt.NDArray[np.float32],
    true_peak: npt.NDArray[np.float32],
) -> None:
    """Raise ``peak`` and ``true_peak`` to what ``frames`` samples of each row reach.

    Stretches whose samples are too small to interpolate to more than the true peak so far are skipped: exact, and most
    of the work saved.

    Parameters
    ----------
    samples
        Shape (channels, at least HISTORY + frames): HISTORY samples of the past, then the new ones.
    taps, bound
        :data:`TRUE_PEAK_TAPS` and :data:`TRUE_PEAK_BOUND`.
    peak, true_peak
        Shape (channels,): largest magnitude of the samples, and of samples and interpolated samples.
    """
    for channel in range(samples.shape[0]):
        row = samples[channel]
        highest = peak[channel]
        true = true_peak[channel]
        before = _largest(row[:HISTORY])
        for start in range(0, frames, _STRETCH):
            length = min(_STRETCH, frames - start)
            here = _largest(row[HISTORY + start : HISTORY + start + length])
            highest = max(highest, here)
            true = max(true, here)
            if max(before, here) * bound > true:
                true = max(true, _largest_between(row[start : start + length + HISTORY], taps))
            before = here if length == _STRETCH else max(before, here)
        peak[channel] = highest
        true_peak[channel] = true
