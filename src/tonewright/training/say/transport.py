"""The Sinkhorn divergence between tables over the tone plane, and its gradient.

Feydy et al., "Interpolating between optimal transport and MMD using Sinkhorn divergences" (2019): with the potentials f
of the entropic transport between p and q, and of p with itself, the gradient to p is the difference of the two.
"""

from __future__ import annotations

import torch
from torch import Tensor

from tonewright.population.plane import EDGE

#: Regularisation in squared units of the plane, as in the evaluation.
EPSILON = 1.0
_ITERATIONS = 60
#: The least mass of a cell: no weight becomes infinite.
_LEAST = 1e-12


def sinkhorn_divergence(p: Tensor, q: Tensor, epsilon: float = EPSILON) -> Tensor:
    """Return the debiased divergence of each pair of tables, differentiable to the first.

    Parameters
    ----------
    p, q
        (rows, tilt, smile), non-negative, each summing to 1.
    epsilon
        Regularisation; the cost is the squared Euclidean distance.

    Returns
    -------
    (rows,), in squared units of the plane.
    """
    with torch.no_grad():
        kernel = _kernel(p.shape[-1], epsilon)
        a, b = (one.detach().double().clamp_min(_LEAST) for one in (p, q))
        a, b = a / a.sum((1, 2), keepdim=True), b / b.sum((1, 2), keepdim=True)
        f, g = _potentials(a, b, kernel, epsilon)
        own_a, own_b = _own(a, kernel, epsilon), _own(b, kernel, epsilon)
        value = (a * (f - own_a)).sum((1, 2)) + (b * (g - own_b)).sum((1, 2))
        slope = (f - own_a).to(p.dtype)
    change = ((p - p.detach()) * slope).sum((1, 2))
    return value.to(p.dtype) + change


def _kernel(cells: int, epsilon: float) -> Tensor:
    """Return the kernel along one axis: that of the plane is its product with itself."""
    centres = (torch.arange(cells, dtype=torch.float64) + 0.5) * (2.0 * EDGE / cells)
    return torch.exp(-((centres[:, None] - centres[None]) ** 2) / epsilon)


def _potentials(a: Tensor, b: Tensor, kernel: Tensor, epsilon: float) -> tuple[Tensor, Tensor]:
    u, v = torch.ones_like(a), torch.ones_like(b)
    for _ in range(_ITERATIONS):
        u = 1.0 / _spread(b * v, kernel)
        v = 1.0 / _spread(a * u, kernel)
    return epsilon * torch.log(u), epsilon * torch.log(v)


def _own(a: Tensor, kernel: Tensor, epsilon: float) -> Tensor:
    """Return the potential of a table with itself; averaging with the last makes the iteration converge fast."""
    u = torch.ones_like(a)
    for _ in range(_ITERATIONS // 3):
        u = torch.sqrt(u / _spread(a * u, kernel))
    return epsilon * torch.log(u)


def _spread(table: Tensor, kernel: Tensor) -> Tensor:
    return kernel @ table @ kernel
