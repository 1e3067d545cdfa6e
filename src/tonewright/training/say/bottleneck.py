"""Bottleneck adapters: a small network behind the attention and behind the feed-forward part of every layer.

Houlsby et al., "Parameter-efficient transfer learning for NLP" (2019), with the places and the order of Pfeiffer et al.
(2021): the residual stream goes through unchanged, and the second matrix starts at zero, so a fresh adapter does
nothing.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class Bottleneck(nn.Module):
    """A linear layer with what a bottleneck adds to its output.

    Parameters
    ----------
    inner
        The frozen layer.
    size
        Of the bottleneck.
    """

    def __init__(self, inner: nn.Linear, size: int) -> None:
        super().__init__()
        self.inner = inner
        width = inner.out_features
        self.down = nn.Linear(width, size, dtype=torch.float32)
        self.up = nn.Linear(size, width, dtype=torch.float32)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return the layer's output with the adapter's, (..., width)."""
        y: Tensor = self.inner(x)
        inside = torch.nn.functional.gelu(self.down(y.to(self.down.weight.dtype)))
        added: Tensor = self.up(inside).to(y.dtype)
        return y + added


def add_bottlenecks(model: Any, size: int, first_layer: int = 0) -> None:
    """Put an adapter behind the last matrix of attention and feed-forward of every layer from one on, in place."""
    for layer in model.get_decoder().layers[first_layer:]:
        layer.self_attn.o_proj = Bottleneck(layer.self_attn.o_proj, size)
        layer.mlp.down_proj = Bottleneck(layer.mlp.down_proj, size)
