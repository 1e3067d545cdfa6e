"""Fit the readout: convex, so there is one answer, found by a quasi-Newton method in some tens of passes."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tonewright.controllers.say.reading.readout import Readout, statistics

Floats = NDArray[np.float32]

_LEAST = 1e-4


def fit_readout(
    states: Floats,
    planes: Floats,
    weights: Floats,
    kind_states: Floats,
    kinds: Floats,
    kind_weights: Floats,
    *,
    shape: Floats,
    penalty: float,
    kind_penalty: float,
    iterations: int,
) -> Readout:
    """Fit both maps by penalised likelihood.

    Parameters
    ----------
    states, planes, weights
        Of requests with known answers on the plane: (requests, states), tables (requests, 10, 10), and how much each
        counts.
    kind_states, kinds, kind_weights
        Of requests of known kind: (requests, states), tables (requests, 24), and how much each counts.
    shape
        Of people around their request's mean; see :func:`~tonewright.controllers.say.reading.readout.shape_of`.
    penalty, kind_penalty
        On the squared weights, for standardised states divided by the root of their number.
    iterations
        Of L-BFGS, at most.

    Returns
    -------
    The maps. The base is the weighted mean of all tables, as logits.
    """
    mean = np.average(states, axis=0, weights=weights).astype(np.float32)
    scale = (1.0 / ((states.std(axis=0) + 1e-3) * np.sqrt(states.shape[1]))).astype(np.float32)
    h = torch.from_numpy((states - mean) * scale)
    target = torch.from_numpy(planes.reshape(len(planes), -1))
    share = torch.from_numpy((weights / weights.sum()).astype(np.float32))
    base = torch.log((share[:, None] * target).sum(0) + _LEAST)
    psi = torch.from_numpy(statistics())
    plane = _minimise(lambda w: base + (h @ w.T) @ psi, (len(psi), h.shape[1]), target, share, penalty, iterations)
    g = torch.from_numpy((kind_states - mean) * scale)
    wanted = torch.from_numpy(kinds)
    count = torch.from_numpy((kind_weights / kind_weights.sum()).astype(np.float32))
    kind_base = torch.log((count[:, None] * wanted).sum(0) + _LEAST)
    kind = _minimise(
        lambda w: kind_base + g @ w.T, (wanted.shape[1], g.shape[1]), wanted, count, kind_penalty, iterations
    )
    return Readout(mean, scale, plane.numpy(), base.numpy(), kind.numpy(), kind_base.numpy(), shape)


def _minimise(
    logits: object, shape: tuple[int, int], target: Tensor, share: Tensor, penalty: float, iterations: int
) -> Tensor:
    """Minimise the mean cross entropy plus the penalty over a matrix."""
    w = torch.zeros(shape, requires_grad=True)
    optimiser = torch.optim.LBFGS([w], max_iter=iterations, history_size=20, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        said = torch.log_softmax(logits(w), dim=1)  # type: ignore[operator]
        loss = -(share * (target * said).sum(1)).sum() + penalty * w.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return w.detach()
