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

On the CPU value and gradient are formed together, row by row, in a few passes over memory; what is kept for the
backward pass is the gradient itself. Rows are spread over the threads of :mod:`tonewright.threads`; the Fourier
transforms are torch's, so give torch one thread (``torch.set_num_threads(1)``) where several rows run at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tonewright.errors import AudioError, MissingExtraError, SettingsError
from tonewright.threads import spread

try:
    import torch
    from torch import Tensor
    from torch.autograd.function import once_differentiable
except ImportError as error:
    raise MissingExtraError(
        f"The training loss needs torch, which cannot be imported ({error}): pip install 'tonewright[train]'."
    ) from None

from tonewright.training.losses import kernels, portable, transients
from tonewright.training.losses.transforms import POWER_FLOOR, Floats, Transforms

#: Window lengths in samples: 128, 256, ..., 8192.
RESOLUTIONS = tuple(2**k for k in range(7, 14))


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
        Weight of the transient term (:mod:`tonewright.training.losses.transients`), 0 or more.
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

    @property
    def shortest_audio(self) -> int:
        """The fewest samples a row may have: more than half of every window, and three windows of transients."""
        return max(self._longest // 2 + 1, transients.LENGTH if self.transients else 0)

    @property
    def _longest(self) -> int:
        return max(*self.resolutions, transients.LENGTH if self.transients else 0)

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
            (rows, frames), full scale 1.0, at least :attr:`shortest_audio` frames. Differentiable once (on the portable
            path: as often as torch can).
        target
            Of the same shape; a constant: no gradient flows to it.

        Returns
        -------
        Tensor (rows,), float32, or float64 for float64. A row with a sample that is not finite has the loss NaN and the
        gradient NaN; the others are not affected.

        Raises
        ------
        AudioError
            If the shapes differ, the rows are too short or the output is not floating point.
        """
        if output.shape != target.shape or output.ndim != 2:
            raise AudioError(
                f"Output and target must both be (rows, frames), got {tuple(output.shape)} and {tuple(target.shape)}."
            )
        if output.shape[1] < self.shortest_audio:
            raise AudioError(f"The loss needs at least {self.shortest_audio} samples, got {output.shape[1]}.")
        if not output.is_floating_point():
            raise AudioError(f"Audio must be floating point with full scale 1.0, got {output.dtype}.")
        if output.dtype != torch.float64:
            output = output.to(torch.float32)
        output, target = output.contiguous(), target.detach().to(output).contiguous()
        if self.portable or output.device.type != "cpu" or output.dtype == torch.float64:
            return _portable_rows(output, target, self)
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


def _row(x: Floats, y: Floats, loss: StftLoss, gradient: Floats | None) -> float:
    """Return the loss of one row; write its gradient where there is a place for it."""
    if not np.isfinite(x.sum(dtype=np.float64) + y.sum(dtype=np.float64)):
        # The compiled passes assume numbers.
        if gradient is not None:
            gradient[:] = np.nan
        return float("nan")
    row = Transforms(x, y, loss._longest)
    keep = gradient is not None
    value = sum(_one_resolution(row, length, loss, keep) for length in loss.resolutions)
    if loss.transients:
        distance, by_spectrum = transients.distance(*row.spectra(transients.LENGTH))
        value += loss.transients * distance
        if keep:
            row.add_gradient(np.float32(loss.transients) * by_spectrum, transients.LENGTH)
    if gradient is not None:
        row.write_gradient(gradient)
    return value


def _one_resolution(row: Transforms, length: int, loss: StftLoss, keep: bool) -> float:
    x, y = row.spectra(length)
    sums = np.empty(4)
    kernels.compare(x.reshape(-1), y.reshape(-1), np.float32(POWER_FLOOR), sums)
    squares, energy, logs, differences = (float(each) for each in sums)
    share, bins = 1.0 / len(loss.resolutions), x.size // 2
    by_log, by_difference = share * loss.log_magnitude / bins, share * loss.linear_magnitude / bins
    if keep:
        # Equal spectra are a kink of the norm; 0 is among its slopes.
        by_square = share * loss.convergence / np.sqrt(squares * energy) if squares > 0 else 0.0
        factors = [np.float32(each) for each in (POWER_FLOOR, by_square, by_log, by_difference)]
        kernels.differentiate(x.reshape(-1), y.reshape(-1), *factors)
        row.add_gradient(x, length)
    convergence = share * loss.convergence * np.sqrt(squares / energy)
    # The sum of log2 of power ratios, as natural logarithms of magnitudes.
    return float(convergence + 0.5 * np.log(2.0) * by_log * logs + by_difference * differences)


def _portable_rows(output: Tensor, target: Tensor, loss: StftLoss) -> Tensor:
    total = output.new_zeros(len(output))
    for length in loss.resolutions:
        with torch.no_grad():
            powers = portable.powers(target, length)
        terms = portable.compare(portable.powers(output, length), powers, POWER_FLOOR)
        total = total + loss.convergence * terms.convergence
        total = total + loss.log_magnitude * terms.log_magnitude + loss.linear_magnitude * terms.linear_magnitude
    total = total / len(loss.resolutions)
    if loss.transients:
        pair = (portable.powers(each, transients.LENGTH) for each in (output, target))
        total = total + loss.transients * transients.portable_distance(*pair)
    return total
