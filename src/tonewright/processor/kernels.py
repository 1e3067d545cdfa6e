"""The chain of stages over blocks of time: forward, and its exact adjoint.

A stage is a filter, a compressor, or a filter followed by a compressor. Within a block that stays in cache each stage
runs as a few short loops (:mod:`lanes`, :mod:`levels`): one long fused loop would be twice as slow. The forward pass
keeps only the recursions' states at each block's start; the adjoint recomputes the block and runs it backwards.

Between stages signals and gains are float64 whatever the audio is: a later filter that lifts what an earlier rounding
left by 40 dB would otherwise be heard in the error. The detector and the adjoint work in the audio's precision.

Source: NDMP paper, section 3; the adjoint of the switching smoother as in C.-Y. Yu et al., "Differentiable all-pole
filters for time-varying audio systems" (DAFx 2024), branches held fixed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tonewright.compiled import kernel
from tonewright.processor.lanes import run_biquads, run_poles_back, run_smoothers, run_smoothers_back
from tonewright.processor.levels import (
    alphas,
    excess,
    excess_back,
    gains,
    gains_near,
    level_back,
    loudest,
    multiply,
    multiply_back,
    zeros_back,
)

#: Bits of a stage's kind.
FILTER, COMPRESSOR = 1, 2
#: Columns of a stage: b0 b1 b2 a1 a2, threshold (dB), slope 1 - 1/ratio, knee (dB), two alphas, makeup (dB).
COLUMNS = 11
#: Samples in a block: long enough that loops dominate their set-up, short enough to stay in a core's cache.
BLOCK = 1024
#: States smaller than this are cleared between blocks, or a filter would circulate subnormal numbers for ever.
_VANISHED = 1e-30


@kernel()
def clear_vanished(z: Any) -> None:
    """Set states too small to matter to zero, in place."""
    flat = z.reshape(-1)
    for i in range(flat.size):
        if abs(flat[i]) < _VANISHED:
            flat[i] = 0.0


@kernel()
def constants(stages: Any, channels: int) -> Any:
    """Lay out the filters' coefficients, (stages, lanes, 5), and the smoothers' constants, (stages, rows, 3)."""
    rows, count = stages.shape[0], stages.shape[1]
    c = np.empty((count, rows * channels, 5))
    m = np.empty((count, rows, 3))
    for k in range(count):
        for lane in range(rows * channels):
            c[k, lane] = stages[lane // channels, k, :5]
        for row in range(rows):
            attack, release = stages[row, k, 8], stages[row, k, 9]
            m[k, row, 0], m[k, row, 1] = attack, release
            m[k, row, 2] = -1.0 if attack > release else 1.0
    return c, m


@kernel()
def forward(
    x: Any, y: Any, stages: Any, kinds: Any, pre: Any, post: Any, z: Any, e: Any, keep_z: Any, keep_e: Any, keep: bool
) -> None:
    """Run rows of audio through their chains.

    Parameters
    ----------
    x, y
        In and out, (rows, channels, time), float32 or float64; the channels of a row share one detector.
    stages, kinds
        (rows, stages, 11) in float64, and one kind per stage.
    pre, post
        Factors before and after the chain, (rows,).
    z, e
        States, changed in place: filters (rows, stages, channels, 2), smoothed excess in dB (rows, stages).
    keep_z, keep_e
        With ``keep``: the states at each block's start, (blocks, *z.shape) and (blocks, *e.shape).
    """
    rows, channels, total = x.shape
    lanes, count = rows * channels, kinds.shape[0]
    single = x.itemsize == 4
    a = np.empty((lanes, BLOCK))
    b = np.empty((lanes, BLOCK))
    d = np.empty(BLOCK, x.dtype)
    p = np.empty(BLOCK, x.dtype)
    who = np.empty(BLOCK, np.int32)
    q = np.empty((rows, BLOCK), x.dtype)
    s = np.empty((rows, BLOCK))
    gain = np.empty(BLOCK)
    c, m = constants(stages, channels)
    zk = np.empty((lanes, 2))
    ek = np.empty((rows, 1))
    for block in range((total + BLOCK - 1) // BLOCK):
        start = block * BLOCK
        n = min(BLOCK, total - start)
        if keep:
            keep_z[block] = z
            keep_e[block] = e
        for lane in range(lanes):
            row = lane // channels
            factor = pre[row]
            for t in range(n):
                a[lane, t] = x[row, lane % channels, start + t] * factor
        for k in range(count):
            if kinds[k] & FILTER:
                for lane in range(lanes):
                    zk[lane] = z[lane // channels, k, lane % channels]
                run_biquads(a, b, n, c[k], zk)
                clear_vanished(zk)
                for lane in range(lanes):
                    z[lane // channels, k, lane % channels] = zk[lane]
                a, b = b, a
            if kinds[k] & COMPRESSOR:
                for row in range(rows):
                    loudest(a, row * channels, channels, n, d, who)
                    excess(d, n, stages[row, k, 5], stages[row, k, 7], q[row], p)
                ek[:, 0] = e[:, k]
                run_smoothers(q, s, n, m[k], ek)
                clear_vanished(ek)
                e[:, k] = ek[:, 0]
                for row in range(rows):
                    if single:
                        gains_near(s[row], n, stages[row, k, 6], stages[row, k, 10], gain)
                    else:
                        gains(s[row], n, stages[row, k, 6], stages[row, k, 10], gain)
                    for lane in range(row * channels, (row + 1) * channels):
                        multiply(a[lane], gain, n, b[lane])
                a, b = b, a
        for lane in range(lanes):
            row = lane // channels
            factor = post[row]
            for t in range(n):
                y[row, lane % channels, start + t] = a[lane, t] * factor


@kernel()
def adjoint(
    x: Any, gy: Any, gx: Any, stages: Any, kinds: Any, pre: Any, post: Any, keep_z: Any, keep_e: Any,
    g_stages: Any, g_pre: Any, g_post: Any,
) -> None:  # fmt: skip
    """Run gradients backwards through what :func:`forward` did from zero states with ``keep``.

    Parameters
    ----------
    x, stages, kinds, pre, post, keep_z, keep_e
        As given to, and kept by, :func:`forward`.
    gy, gx
        Gradient by the output, and result: gradient by the input, (rows, channels, time).
    g_stages, g_pre, g_post
        Results, float64, shapes of ``stages``, ``pre``, ``post``; added to.
    """
    rows, channels, total = x.shape
    lanes, count = rows * channels, kinds.shape[0]
    xs = np.empty((count + 1, lanes, BLOCK), x.dtype)
    us = np.empty((count, lanes, BLOCK), x.dtype)
    qs = np.empty((count, rows, BLOCK), x.dtype)
    ps = np.empty((count, rows, BLOCK), x.dtype)
    ss = np.empty((count, rows, BLOCK), x.dtype)
    fs = np.empty((count, rows, BLOCK), x.dtype)
    whos = np.empty((count, rows, BLOCK), np.int32)
    d = np.empty(BLOCK, x.dtype)
    g = np.empty((lanes, BLOCK), x.dtype)
    w = np.empty((rows, BLOCK), x.dtype)
    a = np.empty((rows, BLOCK), x.dtype)
    lam = np.empty((rows, BLOCK))
    v = np.empty((lanes, BLOCK + 2))
    v_after = np.zeros((count, lanes, 2))
    lam_after = np.zeros((count, rows, 1))
    c, m = constants(stages, channels)
    zk = np.empty((lanes, 2))
    ek = np.empty((rows, 1))
    for block in range((total + BLOCK - 1) // BLOCK - 1, -1, -1):
        start = block * BLOCK
        n = min(BLOCK, total - start)
        for lane in range(lanes):
            row, channel = lane // channels, lane % channels
            before, after = x.dtype.type(pre[row]), x.dtype.type(post[row])
            for t in range(n):
                xs[0, lane, t] = x[row, channel, start + t] * before
                g[lane, t] = gy[row, channel, start + t] * after
        for k in range(count):
            u = us[k]
            if kinds[k] & FILTER:
                for lane in range(lanes):
                    zk[lane] = keep_z[block, lane // channels, k, lane % channels]
                run_biquads(xs[k], u, n, c[k], zk)
            else:
                u[:, :n] = xs[k, :, :n]
            if kinds[k] & COMPRESSOR:
                for row in range(rows):
                    loudest(u, row * channels, channels, n, d, whos[k, row])
                    excess(d, n, stages[row, k, 5], stages[row, k, 7], qs[k, row], ps[k, row])
                    ek[row, 0] = keep_e[block, row, k]
                run_smoothers(qs[k], ss[k], n, m[k], ek)
                for row in range(rows):
                    gains(ss[k, row], n, stages[row, k, 6], stages[row, k, 10], fs[k, row])
                    for lane in range(row * channels, (row + 1) * channels):
                        multiply(u[lane], fs[k, row], n, xs[k + 1, lane])
            else:
                xs[k + 1, :, :n] = u[:, :n]
        for lane in range(lanes):
            row, channel = lane // channels, lane % channels
            total_post = 0.0
            for t in range(n):
                total_post += 1.0 * gy[row, channel, start + t] * xs[count, lane, t]
            g_post[row] += total_post
        for k in range(count - 1, -1, -1):
            if kinds[k] & COMPRESSOR:
                for row in range(rows):
                    fast, slow = stages[row, k, 8], stages[row, k, 9]
                    w[row, :n] = 0
                    for lane in range(row * channels, (row + 1) * channels):
                        g_stages[row, k, 10] += multiply_back(us[k, lane], fs[k, row], n, g[lane], w[row])
                    alphas(ss[k, row], keep_e[block, row, k], qs[k, row], n, fast, slow, a[row])
                run_smoothers_back(w, a, lam, n, lam_after[k])
                for row in range(rows):
                    excess_back(
                        lam[row], a[row], ss[k, row], keep_e[block, row, k], qs[k, row], ps[k, row], n,
                        stages[row, k, 6], g_stages[row, k], d,
                    )  # fmt: skip
                    for channel in range(channels):
                        lane = row * channels + channel
                        level_back(us[k, lane], d, whos[k, row], channel, n, g[lane])
            if kinds[k] & FILTER:
                run_poles_back(g, v, n, c[k], v_after[k])
                for lane in range(lanes):
                    zeros_back(v[lane], xs[k, lane], us[k, lane], g[lane], n, c[k, lane], g_stages[lane // channels, k])
        for lane in range(lanes):
            row, channel = lane // channels, lane % channels
            factor = x.dtype.type(pre[row])
            total_pre = 0.0
            for t in range(n):
                total_pre += 1.0 * g[lane, t] * x[row, channel, start + t]
                gx[row, channel, start + t] = g[lane, t] * factor
            g_pre[row] += total_pre
