r"""Multi-resolution STFT loss: the distance of two recordings in time and frequency, phase aside, with its gradient.

For each window length :math:`N`, with :math:`X, Y` the magnitudes of output and target (periodic Hann window of
:math:`N` samples, hop :math:`N/2`, frames centred by reflection at both ends, power floored at
:math:`\epsilon = 10^{-8}`):

.. math::

    d_N = w_c \frac{\lVert Y - X \rVert_F}{\lVert Y \rVert_F}
        + \frac{w_l}{|Y|} \sum \lvert \ln X - \ln Y \rvert
        + \frac{w_m}{|Y|} \sum \lvert X - Y \rvert,

and the loss is the mean over resolutions. Spectral convergence and the log term are by Arik et al. (arXiv:1808.06719),
the mean over resolutions by Yamamoto et al. (arXiv:1904.04472). For one row this equals
``auraloss.freq.MultiResolutionSTFTLoss`` (Steinmetz and Reiss, 2020) with the same sizes and weights; unlike there,
every row has its own norm, so that a row's loss does not depend on the batch. :mod:`tonewright.evaluation.mrstft` is
the same distance, for one recording and without gradient.

On the CPU value and gradient are formed together, row by row, in a few passes over memory that stays in the cache;
what is kept for the backward pass is the gradient itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tonewright.errors import AudioError, MissingExtraError, SettingsError
from tonewright.threads import spread
from tonewright.training.losses import kernels

try:
    import torch
    from torch import Tensor
    from torch.autograd.function import once_differentiable
except ImportError as error:
    raise MissingExtraError(
        f"The training loss needs torch, which cannot be imported ({error}): pip install 'tonewright[train]'."
    ) from None

#: Window lengths in samples: 128, 256, ..., 8192.
RESOLUTIONS = tuple(2**k for k in range(7, 14))
POWER_FLOOR = 1e-8

_Floats = NDArray[np.float32]


@dataclass(frozen=True)
class StftLoss:
    """The loss as a function of output and target.

    Attributes
    ----------
    resolutions
        Window lengths in samples, even, 16 or more.
    convergence, log_magnitude, linear_magnitude
        Weights of the three terms, 0 or more.
    transients
        Weight of the transient term, 0 or more.
    portable
        Take the path in plain torch on the CPU too; other devices and float64 always do.

    Raises
    ------
    SettingsError
        If there is no resolution or no positive weight, or one is out of range.
    """

    resolutions: tuple[int, ...] = RESOLUTIONS
    convergence: float = 1.0
    log_magnitude: float = 1.0
    linear_magnitude: float = 0.0
    transients: float = 0.0
    portable: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "resolutions", tuple(self.resolutions))
        if not self.resolutions or any(length < 16 or length % 2 for length in self.resolutions):
            raise SettingsError(f"Resolutions are even window lengths of at least 16, got {self.resolutions}.")
        weights = (self.convergence, self.log_magnitude, self.linear_magnitude, self.transients)
        if not all(0 <= weight < np.inf for weight in weights) or not any(weights):
            raise SettingsError(f"Weights of the loss are 0 or more and one of them positive, got {weights}.")

    def __call__(self, output: Tensor, target: Tensor) -> Tensor:
        """Return the loss of each row.

        Parameters
        ----------
        output
            (rows, frames), full scale 1.0, more frames than half the longest window. Differentiable once (on the
            portable path: as often as torch can).
        target
            Of the same shape; a constant: no gradient flows to it.

        Returns
        -------
        Tensor (rows,), float32, or float64 for float64 on the portable path. A row with a sample that is not finite
        has the loss NaN and the gradient NaN; the others are not affected.

        Raises
        ------
        AudioError
            If the shapes differ or the rows are too short.
        """
        if output.shape != target.shape or output.ndim != 2:
            raise AudioError(
                f"Output and target must both be (rows, frames), got {tuple(output.shape)} and {tuple(target.shape)}."
            )
        if output.shape[1] <= max(self.resolutions) // 2:
            needed = max(self.resolutions) // 2 + 1
            raise AudioError(f"The loss needs at least {needed} samples, got {output.shape[1]}.")
        output, target = output.to(torch.float32).contiguous(), target.detach().to(torch.float32).contiguous()
        if torch.is_grad_enabled() and output.requires_grad:
            return _Loss.apply(output, target, self)  # type: ignore[no-any-return, no-untyped-call]
        return _rows(output, target, self, keep=False)[0]


class _Loss(torch.autograd.Function):
    """Value and gradient forward, one multiplication backward."""

    @staticmethod
    def forward(ctx: Any, output: Tensor, target: Tensor, loss: StftLoss) -> Tensor:
        values, gradient = _rows(output, target, loss, keep=True)
        ctx.save_for_backward(gradient)
        return values

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *by_values: Tensor) -> tuple[Tensor, None, None]:
        (gradient,) = ctx.saved_tensors
        return gradient * by_values[0][:, None], None, None


def _rows(output: Tensor, target: Tensor, loss: StftLoss, keep: bool) -> tuple[Tensor, Tensor]:
    x, y = output.detach().numpy(), target.numpy()
    values = np.empty(len(x), np.float32)
    gradient = np.empty(x.shape if keep else (0, 0), np.float32)

    def one(row: int) -> None:
        values[row] = _row(x[row], y[row], loss, gradient[row] if keep else None)

    spread(one, range(len(x)))
    return torch.from_numpy(values), torch.from_numpy(gradient)


class _Pair(NamedTuple):
    """Output and target of one row, reflected at both ends, with the gradient by the reflected output."""

    output: _Floats
    target: _Floats
    gradient: _Floats | None
    margin: int
    frames: int


def _row(x: _Floats, y: _Floats, loss: StftLoss, gradient: _Floats | None) -> float:
    """Return the loss of one row; write its gradient where there is a place for it."""
    if not np.isfinite(x.sum(dtype=np.float64) + y.sum(dtype=np.float64)):
        # The compiled passes assume numbers.
        if gradient is not None:
            gradient[:] = np.nan
        return float("nan")
    margin = max(loss.resolutions) // 2
    padded = np.empty((2, len(x) + 2 * margin), np.float32)
    kernels.pad(x, margin, padded[0])
    kernels.pad(y, margin, padded[1])
    pair = _Pair(padded[0], padded[1], None if gradient is None else np.zeros_like(padded[0]), margin, len(x))
    value = sum(_one_resolution(pair, length, loss) for length in loss.resolutions)
    if gradient is not None:
        kernels.fold(pair.gradient, margin, gradient)
    return value


def _one_resolution(pair: _Pair, length: int, loss: StftLoss) -> float:
    window = _hann(length)
    start = pair.margin - length // 2
    frames = np.empty((2, 1 + pair.frames // (length // 2), length), np.float32)
    kernels.cut(pair.output, start, window, frames[0])
    kernels.cut(pair.target, start, window, frames[1])
    spectra = torch.fft.rfft(torch.from_numpy(frames))
    x, y = torch.view_as_real(spectra).reshape(2, -1).numpy()
    sums = np.empty(4)
    floor = np.float32(POWER_FLOOR)
    kernels.compare(x, y, floor, sums)
    squares, energy, logs, differences = (float(each) for each in sums)
    share, count = 1 / len(loss.resolutions), len(x) // 2
    by_log = share * loss.log_magnitude / count
    by_difference = share * loss.linear_magnitude / count
    if pair.gradient is not None:
        # Equal spectra are a kink of the norm; 0 is among its slopes.
        by_square = share * loss.convergence / np.sqrt(squares * energy) if squares > 0 else 0.0
        # Half of each, because the inverse transform counts every bin but the ends twice.
        halves = (np.float32(0.5 * each) for each in (by_square, by_log, by_difference))
        kernels.differentiate(x, y, floor, *halves)
        kernels.double_ends(x.reshape(frames.shape[1], -1))
        by_frames = torch.fft.irfft(spectra[0], length, norm="forward")
        kernels.overlap_add(by_frames.numpy(), window, start, pair.gradient)
    convergence = share * loss.convergence * np.sqrt(squares / energy)
    return float(convergence + by_log * 0.5 * np.log(2.0) * logs + by_difference * differences)


@lru_cache(maxsize=32)
def _hann(length: int) -> _Floats:
    """Periodic Hann window, ``0.5 - 0.5 cos(2 pi n / length)``."""
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)).astype(np.float32)
    return window
