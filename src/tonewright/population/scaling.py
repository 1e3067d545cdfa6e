"""The loop inside entropic transport: rows and columns of many small kernels, scaled in turn until both fit."""

from __future__ import annotations

from typing import Any

from tonewright.compiled import VECTOR, kernel

#: A scaling beyond this, or below its inverse, is taken into the potentials before it leaves the range of numbers.
_LARGEST = 1e60


@kernel(VECTOR)
def scale(kernels: Any, a: Any, b: Any, enough: float, turns: int, u: Any, v: Any, missed: Any) -> None:
    r"""Scale each kernel K of a batch until :math:`u_i \sum_j K_{ij} b_j v_j = 1` and its counterpart hold.

    Sinkhorn and Knopp (1967). Ends early where a scaling grows too far; the caller absorbs it and calls again.

    Parameters
    ----------
    kernels
        Shape (batch, n, m), not negative, float64.
    a, b
        Weights, (batch, n) and (batch, m), each with sum 1.
    enough
        Rows may miss their weights by this much in total.
    turns
        The most iterations.
    u, v
        Results, (batch, n) and (batch, m): scalings, after which columns fit exactly.
    missed
        Result, (batch,): by how much rows missed their weights in total before the last turn.
    """
    rows, columns = kernels.shape[1], kernels.shape[2]
    for k in range(kernels.shape[0]):
        for i in range(rows):
            u[k, i] = 1.0
        for j in range(columns):
            v[k, j] = 1.0
        for turn in range(turns):
            off, largest = 0.0, 1.0
            for i in range(rows):
                total = 1e-300
                for j in range(columns):
                    total += kernels[k, i, j] * b[k, j] * v[k, j]
                off += a[k, i] * abs(u[k, i] * total - 1.0)
                u[k, i] = 1.0 / total
                largest = max(largest, total, u[k, i])
            for j in range(columns):
                v[k, j] = 1e-300
            for i in range(rows):
                mass = a[k, i] * u[k, i]
                for j in range(columns):
                    v[k, j] += kernels[k, i, j] * mass
            for j in range(columns):
                largest = max(largest, v[k, j], 1.0 / v[k, j])
                v[k, j] = 1.0 / v[k, j]
            missed[k] = off
            if (turn > 0 and off < enough) or largest > _LARGEST:
                break
