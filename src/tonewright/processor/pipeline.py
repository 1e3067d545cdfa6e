"""The chain for one or two lanes: two stages at a time, the second one block behind the first.

Mono and stereo leave half of a vector register empty and most of a recursion's waiting time unused. Stages depend on
each other sample by sample, but a stage can work on one block while the next stage works on the block before: then four
lanes are at hand again. The samples are those of :func:`kernels.forward` to rounding (1e-13 in float64).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tonewright.compiled import kernel
from tonewright.processor.kernels import BLOCK, COMPRESSOR, FILTER, clear_vanished, constants
from tonewright.processor.lanes import run_biquads, run_smoothers
from tonewright.processor.levels import apply_near, excess_alone, gains, gains_near, multiply


@kernel()
def _copy(source: Any, first: int, target: Any, start: int, lanes: int, n: int) -> None:
    """Copy the first n samples of lanes; row by row, which becomes a plain move of memory."""
    for lane in range(lanes):
        x, y = source[first + lane], target[start + lane]
        for t in range(n):
            y[t] = x[t]


@kernel()
def _filter(a: Any, b: Any, first: int, lanes: int, n: int, c: Any, z: Any) -> None:
    last = first + lanes
    run_biquads(a[first:last], b[first:last], n, c[first:last], z[first:last])
    clear_vanished(z[first:last])


@kernel()
def _detect(b: Any, q: Any, row: int, channels: int, n: int, stage: Any, d: Any) -> None:
    excess_alone(b, row * channels, channels, n, stage[5], stage[7], d, q[row])


@kernel()
def _apply(
    b: Any, s: Any, row: int, channels: int, n: int, stage: Any, single: bool, gain: Any, target: Any, shift: int
) -> None:
    """Write lanes of b with their gains to the target, ``shift`` rows further down."""
    first = row * channels
    if single and channels == 2:
        y, z = target[first + shift], target[first + shift + 1]
        apply_near(s[row], n, stage[6], stage[10], b[first], b[first + 1], y, z)
        return
    if single:
        gains_near(s[row], n, stage[6], stage[10], gain)
    else:
        gains(s[row], n, stage[6], stage[10], gain)
    for lane in range(first, first + channels):
        multiply(b[lane], gain, n, target[lane + shift])


@kernel()
def forward_pairs(x: Any, y: Any, stages: Any, kinds: Any, pre: Any, post: Any, z: Any, e: Any) -> None:
    """Run rows of audio through their chains; parameters as in :func:`kernels.forward`, without ``keep``."""
    rows, channels, total = x.shape
    lanes, count = rows * channels, kinds.shape[0]
    pairs = (count + 1) // 2
    single = x.itemsize == 4
    # What goes into each pair and, behind the last, what comes out; rows 0 to lanes belong to a pair's first stage, the
    # others to its second. A stage writes where the stage behind it reads.
    inputs = np.empty((pairs + 1, 2 * lanes, BLOCK))
    b = np.empty((2 * lanes, BLOCK))
    q = np.empty((2 * rows, BLOCK), x.dtype)
    s = np.empty((2 * rows, BLOCK))
    d = np.empty(BLOCK, x.dtype)
    gain = np.empty(BLOCK)
    single_c, single_m = constants(stages, channels)
    c = np.zeros((pairs, 2 * lanes, 5))
    m = np.zeros((pairs, 2 * rows, 3))
    kind = np.zeros((pairs, 2), np.int64)
    zs = np.zeros((pairs, 2 * lanes, 2))
    es = np.zeros((pairs, 2 * rows, 1))
    for k in range(count):
        pair, half = k // 2, k % 2
        kind[pair, half] = kinds[k]
        c[pair, half * lanes : (half + 1) * lanes] = single_c[k]
        m[pair, half * rows : (half + 1) * rows] = single_m[k]
        for row in range(rows):
            es[pair, half * rows + row, 0] = e[row, k]
            for channel in range(channels):
                zs[pair, half * lanes + row * channels + channel] = z[row, k, channel]
    blocks = (total + BLOCK - 1) // BLOCK
    for step in range(blocks + pairs):
        if step < blocks:
            start = step * BLOCK
            n = min(BLOCK, total - start)
            for lane in range(lanes):
                row, channel, factor = lane // channels, lane % channels, pre[lane // channels]
                for t in range(n):
                    inputs[0, lane, t] = x[row, channel, start + t] * factor
        for pair in range(pairs):
            # This pair's first stage has block number `block`, its second stage the one before.
            block = step - pair
            n = min(BLOCK, total - block * BLOCK) if 0 <= block < blocks else 0
            before = min(BLOCK, total - (block - 1) * BLOCK) if 0 < block <= blocks else 0
            if n == 0 and before == 0:
                continue
            first, second = kind[pair, 0], kind[pair, 1]
            a = inputs[pair]
            together = n == before
            if together and first & FILTER and second & FILTER:
                _filter(a, b, 0, 2 * lanes, n, c[pair], zs[pair])
            else:
                if first & FILTER and n:
                    _filter(a, b, 0, lanes, n, c[pair], zs[pair])
                else:
                    _copy(a, 0, b, 0, lanes, n)
                if second & FILTER and before:
                    _filter(a, b, lanes, lanes, before, c[pair], zs[pair])
                else:
                    _copy(a, lanes, b, lanes, lanes, before)
            for row in range(rows):
                if first & COMPRESSOR:
                    _detect(b, q, row, channels, n, stages[row, 2 * pair], d)
                if second & COMPRESSOR:
                    _detect(b, q, rows + row, channels, before, stages[row, 2 * pair + 1], d)
            if together and first & COMPRESSOR and second & COMPRESSOR:
                run_smoothers(q, s, n, m[pair], es[pair])
            else:
                if first & COMPRESSOR and n:
                    run_smoothers(q[:rows], s[:rows], n, m[pair, :rows], es[pair, :rows])
                if second & COMPRESSOR and before:
                    run_smoothers(q[rows:], s[rows:], before, m[pair, rows:], es[pair, rows:])
            clear_vanished(es[pair])
            # The second stage first: the first one writes over what it has read.
            following = inputs[pair + 1]
            for row in range(rows):
                if second & COMPRESSOR:
                    stage = stages[row, 2 * pair + 1]
                    _apply(b, s, rows + row, channels, before, stage, single, gain, following, -lanes)
                if first & COMPRESSOR:
                    _apply(b, s, row, channels, n, stages[row, 2 * pair], single, gain, a, lanes)
            if not second & COMPRESSOR:
                _copy(b, lanes, following, 0, lanes, before)
            if not first & COMPRESSOR:
                _copy(b, 0, a, lanes, lanes, n)
        block = step - pairs
        if 0 <= block < blocks:
            start = block * BLOCK
            n = min(BLOCK, total - start)
            for lane in range(lanes):
                row, channel, factor = lane // channels, lane % channels, post[lane // channels]
                for t in range(n):
                    y[row, channel, start + t] = inputs[pairs, lane, t] * factor
    for k in range(count):
        pair, half = k // 2, k % 2
        for row in range(rows):
            e[row, k] = es[pair, half * rows + row, 0]
            for channel in range(channels):
                z[row, k, channel] = zs[pair, half * lanes + row * channels + channel]
