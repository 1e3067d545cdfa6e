"""The objective: put what a network answers on audio, through the exact processor, and compare with the target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from tonewright.analysis.bands import CENTRES
from tonewright.layouts import Layout
from tonewright.processor.differentiable import layout_values, process_layout
from tonewright.processor.portable_filters import design_filters
from tonewright.training.config import Experiment
from tonewright.training.examples import Batch
from tonewright.training.losses.stft import StftLoss

#: Curves are compared in units of this, in dB.
_CURVE_DB = 10.0
#: Errors of the crop below this count as this when their ratio is taken.
_LEAST_ERROR = 0.02


@dataclass(frozen=True)
class Terms:
    """What a batch cost.

    Attributes
    ----------
    total
        To be differentiated, a scalar.
    error, nothing
        Spectral distance of each row after and without processing, (rows,), without gradient.
    curve
        Distance of response and true change, in units of 10 dB, scalar without gradient.
    expected
        Expected log ratios, (rows,), without gradient.
    """

    total: Tensor
    error: Tensor
    nothing: Tensor
    curve: Tensor
    expected: Tensor


class Objective:
    """The loss of an experiment."""

    def __init__(self, experiment: Experiment) -> None:
        weights = experiment.loss
        self.weights = weights
        self.layout: Layout = experiment.predicted
        self.rate = experiment.sample_rate
        self.stft = StftLoss(
            weights.resolutions,
            convergence=weights.convergence,
            log_magnitude=weights.log_magnitude,
            linear_magnitude=weights.linear_magnitude,
            transients=weights.transients,
        )

    def __call__(self, network: nn.Module, batch: Batch) -> Terms:
        """Run a network on a batch; one whose ``hears`` is ``"waves"`` is given waveforms instead of frames."""
        heard = batch.waves if getattr(network, "hears", "frames") == "waves" else batch.recordings
        recordings = [torch.from_numpy(one) for one in heard]
        u, expected = network(recordings, torch.from_numpy(batch.hint))
        return self.judge(u, expected, batch)

    def judge(self, u: Tensor, expected: Tensor, batch: Batch) -> Terms:
        """Judge vectors of the layout, (rows, size), and expected log ratios, (rows,)."""
        x, target = torch.from_numpy(batch.input), torch.from_numpy(batch.target)
        error = self.stft(at_level_of(process_layout(x, u, self.layout, self.rate), target), target)
        with torch.no_grad():
            nothing = self.stft(at_level_of(x, target), target)
            ratio = torch.log(error.clamp_min(_LEAST_ERROR) / nothing.clamp_min(_LEAST_ERROR))
        curve = self._curve(u, batch)
        total = error.mean() + self.weights.curve * curve
        total = total + self.weights.confidence * torch.mean((expected - ratio) ** 2)
        return Terms(total, error.detach(), nothing, curve.detach(), expected.detach())

    def _curve(self, u: Tensor, batch: Batch) -> Tensor:
        heard = torch.from_numpy(batch.heard).double()
        gap = layout_response(self.layout, u, self.rate) - torch.from_numpy(batch.change_db).double()
        gap = gap - (gap * heard).sum(1, keepdim=True) / heard.sum(1, keepdim=True).clamp_min(1.0)
        return ((gap.abs() * heard).sum() / heard.sum().clamp_min(1.0) / _CURVE_DB).float()


def at_level_of(output: Tensor, target: Tensor) -> Tensor:
    """Bring rows to the RMS of their targets, differentiably."""
    power = output.double().square().mean(1, keepdim=True).clamp_min(1e-12)
    wanted = target.double().square().mean(1, keepdim=True)
    return output * torch.sqrt(wanted / power).float()


def layout_response(layout: Layout, u: Tensor, sample_rate: float) -> Tensor:
    """Return the filters' response in dB at the analysis bands' centres, (rows, 57), float64, differentiably."""
    values = layout_values(layout, u.double())
    places = {free.path: index for index, free in enumerate(layout.free)}
    z = torch.from_numpy(np.exp(-2j * np.pi * CENTRES / sample_rate))
    total = torch.zeros(len(u), CENTRES.size, dtype=torch.float64)
    for index, band in enumerate(layout.base.bands):
        columns = [places[f"bands.{index}.{name}"] for name in ("gain_db", "frequency_hz", "q")]
        c = design_filters(band.type, values[:, columns], sample_rate).to(torch.complex128)
        top = c[:, 0:1] + c[:, 1:2] * z + c[:, 2:3] * z * z
        bottom = 1.0 + c[:, 3:4] * z + c[:, 4:5] * z * z
        total = total + 20.0 * torch.log10(top.abs() / bottom.abs())
    return total
