"""Plans on arrays: parallel chains, threads over rows, states, and the adjoint of the whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.processor.kernels import BLOCK, adjoint, forward
from tonewright.processor.pipeline import forward_pairs
from tonewright.processor.plan import Plan
from tonewright.processor.program import Stage, chains, design, factor, factor_slope, pull_back
from tonewright.threads import spread

Array = NDArray[np.float64]
Samples = NDArray[Any]

#: Lanes a thread takes at once: the kernels interleave four recursions. Fixed, so that the bytes do not depend on
#: the number of threads.
_LANES = 4
#: Up to so many lanes two stages run side by side.
_PAIRED = 2
_NOTHING = (np.empty(0), np.empty(0))


@dataclass
class ChainState:
    """Memory of one chain: filters (rows, stages, channels, 2), smoothed excess in dB (rows, stages)."""

    z: Array
    e: Array

    @classmethod
    def zero(cls, rows: int, stages: int, channels: int) -> ChainState:
        """Silence before the first sample."""
        return cls(np.zeros((rows, stages, channels, 2)), np.zeros((rows, stages)))


@dataclass
class _Kept:
    """What the adjoint needs of a chain's forward pass: its input and the states at block starts, per unit of rows."""

    x: Samples
    states: list[tuple[Array, Array]] = field(default_factory=list)


def _units(rows: int, channels: int) -> list[slice]:
    size = max(1, _LANES // channels)
    return [slice(first, min(first + size, rows)) for first in range(0, rows, size)]


def _kinds(chain: list[Stage]) -> NDArray[np.int64]:
    return np.array([stage.kind for stage in chain], dtype=np.int64)


def run_chain(
    x: Samples, chain: list[Stage], stages: Array, pre: Array, post: Array, state: ChainState, keep: bool = False
) -> tuple[Samples, _Kept]:
    """Run rows of audio, (rows, channels, time), through one chain; ``state`` is moved on in place."""
    y = np.empty_like(x)
    kinds = _kinds(chain)
    rows, channels, total = x.shape
    blocks = (total + BLOCK - 1) // BLOCK if keep else 0

    def work(unit: slice) -> tuple[Array, Array]:
        z, e = state.z[unit], state.e[unit]
        if not keep and len(chain) > 1 and z.shape[0] * channels <= _PAIRED and total > BLOCK:
            forward_pairs(x[unit], y[unit], stages[unit], kinds, pre[unit], post[unit], z, e)
            return _NOTHING
        keep_z, keep_e = np.empty((blocks, *z.shape)), np.empty((blocks, *e.shape))
        forward(x[unit], y[unit], stages[unit], kinds, pre[unit], post[unit], z, e, keep_z, keep_e, keep)
        return keep_z, keep_e

    kept = spread(work, _units(rows, channels))
    return y, _Kept(x, kept if keep else [])


def run_chain_back(
    kept: _Kept, gy: Samples, chain: list[Stage], stages: Array, pre: Array, post: Array
) -> tuple[Samples, Array, Array, Array]:
    """Return the gradients by a chain's input, stages, factor before and factor after."""
    gx = np.empty_like(kept.x)
    g_stages, g_pre, g_post = np.zeros_like(stages), np.zeros_like(pre), np.zeros_like(post)
    kinds = _kinds(chain)
    rows, channels, _ = kept.x.shape
    units = _units(rows, channels)

    def work(index: int) -> None:
        unit, (keep_z, keep_e) = units[index], kept.states[index]
        adjoint(
            kept.x[unit], gy[unit], gx[unit], stages[unit], kinds, pre[unit], post[unit], keep_z, keep_e,
            g_stages[unit], g_pre[unit], g_post[unit],
        )  # fmt: skip

    spread(work, range(len(units)))
    return gx, g_stages, g_pre, g_post


class Engine:
    """A plan with values at a sample rate, ready to run on rows of audio.

    Parameters
    ----------
    plan
        The structure.
    values
        Real units, (rows, len(plan.names)), float64.
    sample_rate
        In Hz.
    """

    def __init__(self, plan: Plan, values: Array, sample_rate: float) -> None:
        self.plan, self.sample_rate = plan, float(sample_rate)
        self.parallel, self.tail = chains(plan, self.sample_rate)
        self.set(values)

    def set(self, values: Array) -> None:
        """Change the values; states are none of the engine's and stay."""
        self.values = np.ascontiguousarray(values, dtype=np.float64)
        self.stages = [design(self.plan, chain, self.values, self.sample_rate) for chain in self.parallel]
        self.tail_stages = design(self.plan, self.tail, self.values, self.sample_rate)
        self.pre, self.post = factor(self.values[:, 0]), factor(self.values[:, -1])

    @property
    def is_single(self) -> bool:
        """Whether the whole is one chain, without a sum."""
        return len(self.parallel) == 1 and not self.tail

    def zero_states(self, rows: int, channels: int) -> list[ChainState]:
        """Return the states of silence: one per parallel chain and one for the chain after them."""
        return [ChainState.zero(rows, len(chain), channels) for chain in (*self.parallel, self.tail)]

    def run(self, x: Samples, states: list[ChainState], keep: bool = False) -> tuple[Samples, list[_Kept]]:
        """Process rows, (rows, channels, time), moving ``states`` on; with ``keep`` also what :meth:`back` needs."""
        ones = np.ones_like(self.pre)
        if self.is_single:
            y, kept = run_chain(x, self.parallel[0], self.stages[0], self.pre, self.post, states[0], keep)
            return y, [kept]
        total: Samples | None = None
        all_kept = []
        for chain, stages, state in zip(self.parallel, self.stages, states, strict=False):
            y, kept = run_chain(x, chain, stages, self.pre, ones, state, keep)
            total = y if total is None else total + y
            all_kept.append(kept)
        assert total is not None
        y, kept = run_chain(total, self.tail, self.tail_stages, ones, self.post, states[-1], keep)
        return y, [*all_kept, kept]

    def back(self, kept: list[_Kept], gy: Samples) -> tuple[Samples, Array]:
        """Return the gradients by the input, (rows, channels, time), and by the values, (rows, len(plan.names))."""
        gradient = np.zeros_like(self.values)
        ones = np.ones_like(self.pre)
        gy = np.ascontiguousarray(gy, dtype=kept[0].x.dtype)
        g_pre = np.zeros_like(self.pre)
        if self.is_single:
            gx, g_stages, g_pre, g_post = run_chain_back(
                kept[0], gy, self.parallel[0], self.stages[0], self.pre, self.post
            )
            pull_back(self.plan, self.parallel[0], self.values, self.sample_rate, g_stages, gradient)
        else:
            g_sum, g_stages, _, g_post = run_chain_back(kept[-1], gy, self.tail, self.tail_stages, ones, self.post)
            pull_back(self.plan, self.tail, self.values, self.sample_rate, g_stages, gradient)
            gx = np.zeros_like(kept[0].x)
            for chain, stages, one in zip(self.parallel, self.stages, kept, strict=False):
                g_one, g_stages, g_by_pre, _ = run_chain_back(one, g_sum, chain, stages, self.pre, ones)
                pull_back(self.plan, chain, self.values, self.sample_rate, g_stages, gradient)
                gx += g_one
                g_pre += g_by_pre
        gradient[:, 0] += g_pre * factor_slope(self.values[:, 0])
        gradient[:, -1] += g_post * factor_slope(self.values[:, -1])
        return gx, gradient
