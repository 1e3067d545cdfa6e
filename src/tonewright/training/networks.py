"""The controller network of :mod:`tonewright.networks.network` in torch, for training: same names, same numbers."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from tonewright.layouts import LAYOUTS
from tonewright.networks.frames import BANDS, WIDTH
from tonewright.networks.network import DECIBELS, filter_columns
from tonewright.networks.ridge import SHAPES, Ridge
from tonewright.networks.specification import Specification

#: A vector of the layout moves by this much per unit of the head's output.
_REACH = 0.25
#: Beyond the ends of [0, 1] this part of a gradient that points outwards gets through.
_LEAK = 0.05
#: Deviations below the root of this count as none, as in :mod:`tonewright.networks.layers`.
_LEAST_VARIANCE = 1e-6


class _Clip(torch.autograd.Function):
    """Clip to [0, 1]; outside, gradients that lead back pass whole and others leak."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, u: Tensor) -> Tensor:
        ctx.save_for_backward(u)
        return u.clamp(0.0, 1.0)

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, *gradients: Tensor) -> Tensor:
        (u,) = ctx.saved_tensors  # type: ignore[attr-defined]
        gradient = gradients[0]
        # Descent moves against the gradient: below 0 a negative one leads back, above 1 a positive one.
        outwards = ((u < 0.0) & (gradient > 0.0)) | ((u > 1.0) & (gradient < 0.0))
        return torch.where(outwards, _LEAK * gradient, gradient)


def clip_with_leak(u: Tensor) -> Tensor:
    """Clip to [0, 1] so that both ends are reached exactly and left again."""
    return _Clip.apply(u)  # type: ignore[no-any-return, no-untyped-call]


class _Block(nn.Module):
    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.look = nn.Conv1d(channels, channels, 3, dilation=dilation, padding=dilation)
        self.mix = nn.Linear(channels, channels)

    def forward(self, h: Tensor) -> Tensor:
        inner = self.look(self.norm(h).transpose(1, 2)).transpose(1, 2)
        return h + self.mix(functional.gelu(inner, approximate="tanh"))  # type: ignore[no-any-return]


class ControllerNetwork(nn.Module):
    """See :mod:`tonewright.networks.network`; ``dropout`` acts on summaries and hidden layers while training."""

    neutral: Tensor

    def __init__(self, specification: Specification, dropout: float = 0.1) -> None:
        super().__init__()
        s = self.specification = specification
        self.first = nn.Conv1d(WIDTH, s.channels, 3, padding=1)
        self.blocks = nn.ModuleList(_Block(s.channels, dilation) for dilation in s.dilations)
        self.attention = nn.Linear(s.channels, s.heads)
        self.summary = nn.Linear((2 + s.heads) * s.channels, s.summary)
        statistics = BANDS + 2 * WIDTH
        width = s.recordings * (s.summary + statistics) + (statistics if s.recordings == 2 else 0) + s.hint
        self.decide = nn.Linear(width, s.hidden)
        self.think = nn.Linear(s.hidden, s.hidden)
        self.head = nn.Linear(s.hidden, s.size)
        self.expect = nn.Linear(s.hidden, 1)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)
        nn.init.zeros_(self.expect.weight)
        nn.init.zeros_(self.expect.bias)
        neutral = torch.from_numpy(LAYOUTS[s.layout].neutral.astype(np.float32))
        self.register_buffer("neutral", neutral, persistent=False)
        self._filters = filter_columns(LAYOUTS[s.layout])
        if s.ridge:
            self.ridge = nn.Module()
            for name, shape in SHAPES.items():
                self.ridge.register_buffer(name.removeprefix("ridge."), torch.zeros(shape))

    def forward(self, recordings: list[Tensor], hint: Tensor) -> tuple[Tensor, Tensor]:
        """Predict vectors of the layout.

        Parameters
        ----------
        recordings
            Frames, (rows, frames, 65) each.
        hint
            (rows, specification.hint).

        Returns
        -------
        Vectors in [0, 1], (rows, size), and expected log ratios, (rows,).
        """
        b = self.thoughts(recordings, hint)
        base = self.neutral.expand(len(hint), -1)
        if self.specification.start:
            base = base.clone()
            base[:, self._filters] = hint[:, -self.specification.start :]
        u = clip_with_leak(base + _REACH * self.head(b))
        # What is expected must not bend what is decided.
        return u, self.expect(b.detach())[:, 0]

    def thoughts(self, recordings: list[Tensor], hint: Tensor) -> Tensor:
        """Return the last hidden layer, (rows, specification.hidden); parameters as in :meth:`forward`."""
        heard = [(self.dropout(self._summary(x)), self._statistics(x)) for x in recordings]
        parts = [part for pair in heard for part in pair]
        if len(heard) == 2:
            parts.append(heard[1][1] - heard[0][1])
        z = torch.cat([*parts, hint], dim=1)
        a = self.dropout(functional.gelu(self.decide(z), approximate="tanh"))
        return a + functional.gelu(self.think(a), approximate="tanh")  # type: ignore[no-any-return]

    def _summary(self, x: Tensor) -> Tensor:
        h = functional.gelu(self.first(x.transpose(1, 2)), approximate="tanh").transpose(1, 2)
        for block in self.blocks:
            h = block(h)
        weights = torch.softmax(self.attention(h), dim=1)
        attended = torch.einsum("nth,ntc->nhc", weights, h).flatten(1)
        pooled = torch.cat([h.mean(dim=1), _spread(h), attended], dim=1)
        return functional.gelu(self.summary(pooled), approximate="tanh")

    @staticmethod
    def _statistics(x: Tensor) -> Tensor:
        slope = math.log(10.0) / 10.0 * DECIBELS
        bands = x[:, :, :BANDS]
        long_term = (torch.logsumexp(slope * bands, dim=1) - math.log(x.shape[1])) / slope
        return torch.cat([long_term, x.mean(dim=1), _spread(x)], dim=1)

    def hold(self, ridge: Ridge) -> None:
        """Keep a regression among the weights; only where the specification says so."""
        for name, value in ridge.arrays().items():
            self.get_buffer(name).copy_(torch.from_numpy(value))

    def held(self) -> Ridge:
        """Return the regression that is kept among the weights."""
        return Ridge.of({name: self.get_buffer(name).numpy() for name in SHAPES})

    def arrays(self) -> dict[str, Tensor]:
        """Return weights as :class:`~tonewright.networks.network.Network` wants them, float32."""
        state = {name: value.detach().float().clone() for name, value in self.state_dict().items()}
        for name in ("head.weight", "head.bias"):
            state[name] *= _REACH
        return state


def _spread(x: Tensor) -> Tensor:
    return torch.sqrt(x.var(dim=1, correction=0).clamp_min(_LEAST_VARIANCE))
