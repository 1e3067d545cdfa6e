"""Filters in pure torch: cookbook design, and the recursion as matrix products over chunks of time.

Reached through :mod:`tonewright.processor.portable`.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import pad

from tonewright.parameters import HIGHEST_OF_RATE

#: Frames in a chunk. The work per frame grows with it, the number of steps between chunks falls.
_CHUNK = 64


def design_filters(kind: str, values: Tensor, sample_rate: float) -> Tensor:
    """Design second-order sections, as :func:`tonewright.processor.filters.biquad` does.

    Source: R. Bristow-Johnson, "Audio EQ Cookbook", with ``alpha = sin(w0) / (2 Q)``. Frequencies stop at 0.49 of the
    sample rate; peaks, high shelves and low passes from there on copy their input.

    Parameters
    ----------
    kind
        ``low_shelf``, ``peak``, ``high_shelf``, ``low_pass`` or ``high_pass``.
    values
        Gain (dB), frequency (Hz) and Q, (rows, 3), float64.
    sample_rate
        In Hz.

    Returns
    -------
    Tensor of shape (rows, 5): b0, b1, b2, a1, a2, divided by a0.
    """
    gain_db, wanted, q = values.unbind(-1)
    highest = HIGHEST_OF_RATE * sample_rate
    w0 = 2.0 * math.pi * wanted.clamp(max=highest) / sample_rate
    c, alpha = torch.cos(w0), torch.sin(w0) / (2.0 * q)
    a = 10.0 ** (gain_db / 40.0)
    if kind == "low_shelf":
        s = 2.0 * torch.sqrt(a) * alpha
        b0, a0 = a * ((a + 1) - (a - 1) * c + s), (a + 1) + (a - 1) * c + s
        b1, a1 = 2 * a * ((a - 1) - (a + 1) * c), -2 * ((a - 1) + (a + 1) * c)
        b2, a2 = a * ((a + 1) - (a - 1) * c - s), (a + 1) + (a - 1) * c - s
    elif kind == "high_shelf":
        s = 2.0 * torch.sqrt(a) * alpha
        b0, a0 = a * ((a + 1) + (a - 1) * c + s), (a + 1) - (a - 1) * c + s
        b1, a1 = -2 * a * ((a - 1) + (a + 1) * c), 2 * ((a - 1) - (a + 1) * c)
        b2, a2 = a * ((a + 1) + (a - 1) * c - s), (a + 1) - (a - 1) * c - s
    elif kind == "peak":
        b0, a0 = 1 + alpha * a, 1 + alpha / a
        b1 = a1 = -2 * c
        b2, a2 = 1 - alpha * a, 1 - alpha / a
    elif kind in ("low_pass", "high_pass"):
        sign = 1.0 if kind == "low_pass" else -1.0
        b0 = b2 = (1 - sign * c) / 2
        b1 = sign * (1 - sign * c)
        a0, a1, a2 = 1 + alpha, -2 * c, 1 - alpha
    else:
        raise ValueError(f"Unknown filter type {kind!r}.")
    sections = torch.stack([b0, b1, b2, a1, a2], dim=-1) / a0[:, None]
    if kind in ("low_shelf", "high_pass"):
        return sections
    identity = sections.new_tensor([1.0, 0.0, 0.0, 0.0, 0.0])
    return torch.where((wanted >= highest)[:, None], identity, sections)


def run_filters(x: Tensor, sections: Tensor) -> Tensor:
    """Filter audio in the time domain, exactly, without a loop over frames.

    With ``p`` the part of the output that the past decides, ``y[n] = b0 x[n] + p[n]``, the state is
    ``(p[n], (p[n+1] - c p[n]) / w)``, where ``p[n+1]`` is meant without further input, ``c = -a1/2`` is the middle of
    the poles and ``w`` their distance from it (at least ``1 - |c|``)::

        F = [[c, w], [(c^2 - a2) / w, c]]    g = (d, (e + c d) / w)    d = b1 - a1 b0    e = b2 - a2 b0

    For complex poles ``F`` is a rotation times a factor: both entries of the state are of one magnitude at any
    frequency, unlike those of the usual forms, whose difference carries the signal near 0 Hz and near half the rate;
    the powers of ``F`` may be rounded to float32 without harm.

    A chunk's outputs are a triangular matrix times its inputs plus ``F^n`` times the state at its start; states at
    chunk starts follow from one another by ``F^64`` and are found by doubling, in ``log2(chunks)`` steps.

    Parameters
    ----------
    x
        (rows, channels, frames), the precision to work in.
    sections
        Coefficients b0, b1, b2, a1, a2, (rows, 5), float64.

    Returns
    -------
    Tensor like ``x``.
    """
    rows, channels, frames = x.shape
    b0, b1, b2, a1, a2 = sections.unbind(-1)
    d, e = b1 - a1 * b0, b2 - a2 * b0
    c = -0.5 * a1
    # The scale of the state is free: nothing depends on w and no gradient runs through it.
    w = torch.maximum((a2 - c * c).abs().sqrt(), 1.0 - c.abs()).detach().clamp(min=1e-12)
    step = torch.stack([c, w, (c * c - a2) / w, c], dim=-1).reshape(rows, 2, 2)
    enter = torch.stack([d, (e + c * d) / w], dim=-1)[:, None, :, None]

    powers = torch.eye(2, dtype=step.dtype, device=step.device).expand(rows, 1, 2, 2)
    while powers.shape[1] < _CHUNK:
        powers = torch.cat([powers, powers @ step[:, None]], dim=1)
        step = step @ step
    entered = (powers @ enter)[..., 0]
    impulse = torch.cat([b0[:, None], entered[:, :-1, 0], torch.zeros_like(b0)[:, None]], dim=1)
    n = torch.arange(_CHUNK, device=impulse.device)
    lag = n[None, :] - n[:, None]
    through = impulse[:, torch.where(lag < 0, _CHUNK, lag)]

    through, leave, entered, step = (
        matrix.to(x.dtype).to(x.device)
        for matrix in (through, powers[:, :, 0, :].mT, entered.flip(1), step.mT)
    )  # fmt: skip
    chunks = -(-frames // _CHUNK)
    cut = pad(x, (0, chunks * _CHUNK - frames)).reshape(rows, channels * chunks, _CHUNK)
    state = (cut @ entered).reshape(rows, channels, chunks, 2)
    distance = 1
    while distance < chunks:
        state = state + pad(state[:, :, :-distance] @ step[:, None], (0, 0, distance, 0))
        step, distance = step @ step, 2 * distance
    before = pad(state[:, :, :-1], (0, 0, 1, 0)).reshape(rows, channels * chunks, 2)
    return (cut @ through + before @ leave).reshape(rows, channels, -1)[..., :frames]
