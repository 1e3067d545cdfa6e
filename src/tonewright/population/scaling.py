"""The loops inside entropic transport: rows and columns of many small kernels, scaled in turn until both fit."""

from __future__ import annotations

from typing import Any

from tonewright.compiled import VECTOR, kernel

#: A scaling beyond this, or below its inverse, is taken into the potentials before it leaves the range of numbers.
_LARGEST = 1e60


@kernel(VECTOR)
def scale(kernels: Any, a: Any, b: Any, enough: float, turns: int, u: Any, v: Any, missed: Any) -> None:
    r"""Scale each kernel K of a batch until :math:`u_i K_{ij} v_j` has the row sums a and the column sums b.

    Sinkhorn and Knopp (1967). Ends early where a scaling grows too far; the caller absorbs it and calls again.

    Parameters
    ----------
    kernels
        Shape (batch, n, m), not negative, float64.
    a, b
        Sums, (batch, n) and (batch, m), each 1 in total.
    enough
        Rows may miss their sums by this much in total.
    turns
        The most iterations.
    u, v
        Results, (batch, n) and (batch, m): scalings, after which columns fit exactly.
    missed
        Result, (batch,): by how much rows missed their sums in total before the last turn.
    """
    rows, columns = kernels.shape[1], kernels.shape[2]
    for k in range(kernels.shape[0]):
        for i in range(rows):
            u[k, i] = a[k, i]
        for j in range(columns):
            v[k, j] = b[k, j]
        for turn in range(turns):
            off, largest = 0.0, 1.0
            for i in range(rows):
                total = 1e-300
                for j in range(columns):
                    total += kernels[k, i, j] * v[k, j]
                off += abs(u[k, i] * total - a[k, i])
                u[k, i] = a[k, i] / total
                largest = max(largest, total, 1.0 / total)
            for j in range(columns):
                v[k, j] = 1e-300
            for i in range(rows):
                for j in range(columns):
                    v[k, j] += kernels[k, i, j] * u[k, i]
            for j in range(columns):
                largest = max(largest, v[k, j], 1.0 / v[k, j])
                v[k, j] = b[k, j] / v[k, j]
            missed[k] = off
            if (turn > 0 and off < enough) or largest > _LARGEST:
                break


@kernel(VECTOR)
def scale_alike(kernels: Any, a: Any, enough: float, turns: int, u: Any, missed: Any) -> None:
    r"""Scale each symmetric kernel K of a batch until :math:`u_i K_{ij} u_j` has the row and column sums a.

    The geometric mean of the old scaling and Sinkhorn's next one converges much faster than turns do (Knight, Ruiz and
    Uçar, 2014; Feydy and others, 2019).

    Parameters
    ----------
    kernels
        Shape (batch, n, n), symmetric, not negative, float64.
    a
        Sums, (batch, n), 1 in total.
    enough, turns
        As for :func:`scale`.
    u
        Result, (batch, n).
    missed
        Result, (batch,): by how much rows missed their sums in total before the last turn.
    """
    size = kernels.shape[1]
    for k in range(kernels.shape[0]):
        for i in range(size):
            u[k, i] = a[k, i]
        for turn in range(turns):
            off = 0.0
            for i in range(size):
                total = 1e-300
                for j in range(size):
                    total += kernels[k, i, j] * u[k, j]
                off += abs(u[k, i] * total - a[k, i])
                # In place: later rows see the new value, which does no harm to where it ends.
                u[k, i] = (u[k, i] * a[k, i] / total) ** 0.5
            missed[k] = off
            if turn > 0 and off < enough:
                break
