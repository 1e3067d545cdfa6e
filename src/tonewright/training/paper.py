r"""The networks of the NDMP paper: a strided convolutional trunk over the waveform, and a head that answers once.

A block of the trunk (ten of them, 256 channels; kernel 7, dilations 1, 2, 4, 8, 16 twice, as in
``csteinmetz1/dasp-pytorch@c9ae012``, which the paper builds on and which fills in what it leaves open):

.. math:: h' = N(p(C_7\, N(p(C_{7, d, \text{stride } 2}\, h))))

with convolutions :math:`C`, a PReLU :math:`p` per channel and batch normalisation :math:`N`; no residual. Its mean over
time goes through three linear layers with ReLU. *AutoEQ* (Figure 2 of the paper) answers from the mean directly; *style
transfer* (Figure 3) encodes input and reference by the same encoder to 512 numbers each and answers from both.

Choices where the paper is silent or contradicts itself:

- The trunk pads, so that N samples become N/1024 frames as the paper says; ``padding = "none"`` is dasp's, which has
  fewer.
- "Three fully connected layers 256 - 256 - 42" are three layers, as in dasp: 256 - 256 - 256 - 42.
- FiLM conditioning (Perez et al., arXiv:1709.07871) is fed zeros, so it is a batch normalisation without parameters of
  its own, and the bias of a linear layer: affine batch normalisation by another name. ``film = true`` builds the
  layers.
- ``neutral_start`` begins at settings that do nothing, with ends of ranges that are reached (ratio 1 is one of them).
  Without, a sigmoid follows the head as in dasp, and an untrained network compresses hard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from tonewright.layouts import Layout
from tonewright.training.networks import clip_with_leak

#: Numbers of the condition that FiLM would be given.
_CONDITION = 256


@dataclass(frozen=True)
class Shape:
    """Sizes and switches of both networks; the defaults are the paper's.

    Attributes
    ----------
    channels
        Of every block.
    hidden
        Width of the head's inner layers.
    summary
        What the encoder of style transfer makes of a recording.
    dilations
        One per block, in samples of the block's input.
    kernel
        Taps of every convolution, odd.
    padding
        ``same`` or ``none``.
    film
        Batch normalisation is modulated by a condition, which is zero.
    neutral_start
        See above.
    """

    channels: int = 256
    hidden: int = 256
    summary: int = 512
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 1, 2, 4, 8, 16)
    kernel: int = 7
    padding: Literal["same", "none"] = "same"
    film: bool = False
    neutral_start: bool = True

    @property
    def shortest(self) -> int:
        """The fewest samples that leave the trunk a frame."""
        if self.padding == "same":
            return 1
        frames = 1
        for dilation in reversed(self.dilations):
            frames = 2 * (frames + self.kernel - 2) + dilation * (self.kernel - 1) + 1
        return frames


class ZeroFilm(nn.Module):
    """Batch normalisation scaled and shifted by a linear layer of a condition that is always zero."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(channels, affine=False)
        self.modulate = nn.Linear(_CONDITION, 2 * channels)
        with torch.no_grad():
            self.modulate.bias[:channels].fill_(1.0)
            self.modulate.bias[channels:].fill_(0.0)

    def forward(self, h: Tensor) -> Tensor:
        """Normalise (rows, channels, frames)."""
        scale, shift = self.modulate(h.new_zeros(1, _CONDITION)).chunk(2, dim=1)
        return self.norm(h) * scale[..., None] + shift[..., None]  # type: ignore[no-any-return]


def trunk(shape: Shape) -> nn.Sequential:
    """Build the convolutional trunk: (rows, 1, samples) to (rows, channels, frames)."""
    layers: list[nn.Module] = []
    width = 1
    for dilation in shape.dilations:
        reach = shape.kernel // 2 if shape.padding == "same" else 0
        look = nn.Conv1d(width, shape.channels, shape.kernel, stride=2, dilation=dilation, padding=reach * dilation)
        again = nn.Conv1d(shape.channels, shape.channels, shape.kernel, padding=reach)
        for convolution in (look, again):
            norm = ZeroFilm(shape.channels) if shape.film else nn.BatchNorm1d(shape.channels)
            layers += [convolution, nn.PReLU(shape.channels), norm]
        width = shape.channels
    return nn.Sequential(*layers)


def head(width: int, hidden: int, size: int) -> nn.Sequential:
    """Build three linear layers with ReLU between them."""
    first, second = nn.Linear(width, hidden), nn.Linear(hidden, hidden)
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), nn.Linear(hidden, size))


class _PaperNetwork(nn.Module):
    """What both have in common: they hear waveforms, and how an answer is made."""

    #: What is given to :meth:`forward`; see :mod:`tonewright.training.tasks`.
    hears = "waves"

    def __init__(self, layout: Layout, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.trunk = trunk(shape)
        self._layout = layout

    def _starting(self, decide: nn.Sequential) -> nn.Sequential:
        if self.shape.neutral_start:
            last = decide[-1]
            assert isinstance(last, nn.Linear)
            with torch.no_grad():
                last.weight.zero_()
                last.bias.copy_(torch.from_numpy(self._layout.neutral.astype(np.float32)))
        return decide

    def _mean(self, wave: Tensor) -> Tensor:
        if wave.shape[-1] < self.shape.shortest:
            raise ValueError(f"This network hears {self.shape.shortest} samples or more, got {wave.shape[-1]}.")
        return self.trunk(wave[:, None]).mean(dim=2)  # type: ignore[no-any-return]

    def _answer(self, raw: Tensor) -> tuple[Tensor, Tensor]:
        u = clip_with_leak(raw) if self.shape.neutral_start else torch.sigmoid(raw)
        return u, raw.new_zeros(len(raw))


class AutoEqNetwork(_PaperNetwork):
    """AutoEQ: hears one recording.

    Parameters
    ----------
    layout
        Whose vector it predicts, with the mapping of its scales.
    shape
        Sizes and switches.
    """

    def __init__(self, layout: Layout, shape: Shape) -> None:
        super().__init__(layout, shape)
        self.head = self._starting(head(shape.channels, shape.hidden, layout.size))

    def forward(self, recordings: list[Tensor], hint: Tensor) -> tuple[Tensor, Tensor]:  # noqa: ARG002
        """Predict vectors of the layout.

        Parameters
        ----------
        recordings
            One, (rows, samples).
        hint
            Not used.

        Returns
        -------
        Vectors in [0, 1], (rows, size), and zeros, (rows,): the paper's networks expect nothing.
        """
        (wave,) = recordings
        return self._answer(self.head(self._mean(wave)))


class StyleNetwork(_PaperNetwork):
    """Style transfer (ST): hears input and reference through one encoder.

    Parameters
    ----------
    layout
        Whose vector it predicts, with the mapping of its scales.
    shape
        Sizes and switches.
    """

    def __init__(self, layout: Layout, shape: Shape) -> None:
        super().__init__(layout, shape)
        self.encoder = head(shape.channels, shape.hidden, shape.summary)
        self.projector = self._starting(head(2 * shape.summary, shape.hidden, layout.size))

    def forward(self, recordings: list[Tensor], hint: Tensor) -> tuple[Tensor, Tensor]:  # noqa: ARG002
        """Predict vectors of the layout.

        Parameters
        ----------
        recordings
            Input and reference, (rows, samples) each, of any two lengths.
        hint
            Not used.

        Returns
        -------
        Vectors in [0, 1], (rows, size), and zeros, (rows,).
        """
        own, reference = (self.encoder(self._mean(wave)) for wave in recordings)
        return self._answer(self.projector(torch.cat([own, reference], dim=1)))
