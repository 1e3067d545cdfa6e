"""The few layers that our networks are made of, in numpy. Time runs along the first axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: Of the normalisation's variance.
EPSILON = 1e-5
#: Variances below this are taken for none.
_LEAST_VARIANCE = 1e-6


def linear(x: Floats, weight: Floats, bias: Floats) -> Floats:
    """Return ``x W^T + b`` for x (..., in), weight (out, in), bias (out,)."""
    return np.asarray(x @ weight.T + bias, dtype=np.float32)


def gelu(x: Floats) -> Floats:
    """Return the Gaussian error linear unit in its tanh form (Hendrycks and Gimpel, arXiv:1606.08415)."""
    inner = np.float32(np.sqrt(2.0 / np.pi)) * (x + np.float32(0.044715) * x * x * x)
    return np.asarray(np.float32(0.5) * x * (np.float32(1.0) + np.tanh(inner)), dtype=np.float32)


def normalise(x: Floats, weight: Floats, bias: Floats) -> Floats:
    """Return layer normalisation over the last axis (Ba et al., arXiv:1607.06450)."""
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = np.mean(centred * centred, axis=-1, keepdims=True)
    return np.asarray(centred / np.sqrt(variance + EPSILON) * weight + bias, dtype=np.float32)


def convolve(x: Floats, weight: Floats, bias: Floats, dilation: int = 1) -> Floats:
    """Return a convolution over time with as many frames as its input, zeros beyond both ends.

    Parameters
    ----------
    x
        (frames, in).
    weight
        (out, in, taps), taps odd, correlated as in torch.
    bias
        (out,).
    dilation
        Frames from one tap to the next.
    """
    frames, taps = len(x), weight.shape[2]
    reach = taps // 2 * dilation
    padded = np.pad(x, ((reach, reach), (0, 0)))
    total = np.tile(bias, (frames, 1))
    for tap in range(taps):
        first = tap * dilation
        total += padded[first : first + frames] @ weight[:, :, tap].T
    return np.asarray(total, dtype=np.float32)


def attend(x: Floats, scores: Floats) -> Floats:
    """Return means over time weighted by the softmax of scores: x (frames, width), scores (frames, heads)."""
    weights = np.exp(scores - scores.max(axis=0))
    weights /= weights.sum(axis=0)
    return np.asarray(weights.T @ x, dtype=np.float32)


def spread(x: Floats) -> Floats:
    """Return standard deviations over time, (width,), of (frames, width)."""
    return np.asarray(np.sqrt(np.maximum(x.var(axis=0), _LEAST_VARIANCE)), dtype=np.float32)


def power_mean(x: Floats, decibels_per_unit: float) -> Floats:
    """Return the level of the mean power over time, (width,), of levels (frames, width) in units of so many dB."""
    slope = np.float32(np.log(10.0) / 10.0 * decibels_per_unit)
    top = x.max(axis=0)
    return np.asarray(top + np.log(np.mean(np.exp(slope * (x - top)), axis=0)) / slope, dtype=np.float32)
