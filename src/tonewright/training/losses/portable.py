"""The same loss in plain torch, for other devices, for float64 and for derivatives of derivatives."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Terms(NamedTuple):
    """The terms of one resolution, each (rows,)."""

    convergence: Tensor
    log_magnitude: Tensor
    linear_magnitude: Tensor


def powers(x: Tensor, length: int) -> Tensor:
    """Return squared magnitudes, (rows, bins, windows), of audio (rows, frames)."""
    window = torch.hann_window(length, dtype=x.dtype, device=x.device)
    spectrum = torch.stft(x, length, length // 2, window=window, center=True, pad_mode="reflect", return_complex=True)
    return spectrum.real.square() + spectrum.imag.square()


def compare(powers_x: Tensor, powers_y: Tensor, floor: float) -> Terms:
    """Return the terms of one resolution.

    Parameters
    ----------
    powers_x, powers_y
        Of output and target, from :func:`powers`.
    floor
        Of the power.
    """
    p, q = powers_x.clamp(min=floor), powers_y.clamp(min=floor)
    difference = p.sqrt() - q.sqrt()
    return Terms(
        torch.linalg.vector_norm(difference, dim=(1, 2)) / q.sum(dim=(1, 2)).sqrt(),
        0.5 * (p.log() - q.log()).abs().mean(dim=(1, 2)),
        difference.abs().mean(dim=(1, 2)),
    )
