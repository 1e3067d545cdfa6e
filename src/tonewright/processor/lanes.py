"""Recursions over time, several lanes (rows, channels) at once.

A recursion waits for its own last result, a few cycles per sample. Independent lanes side by side hide that wait: four
in a vector register (:mod:`vectors`), or two interleaved. All state and coefficients are float64: in float32 a low,
sharp filter loses 40 dB of precision.

Every function works on lanes ``i``, ``i + 1``, ... of its arrays, over samples 0 to ``n`` (at least 1), and reads and
writes the state it is given. The ``run_*`` functions cut any number of lanes into fours and the rest.
"""

from __future__ import annotations

from typing import Any

from tonewright.compiled import kernel
from tonewright.processor.vectors import gather, larger, scatter, splat


@kernel()
def _biquad_4(x: Any, u: Any, n: int, c: Any, z: Any, i: int) -> None:
    m, k, b = splat(0.0) - gather(c, i, 3), splat(0.0) - gather(c, i, 4), gather(c, i, 0)
    d, e = gather(c, i, 1) + m * b, gather(c, i, 2) + k * b
    older, x_last = gather(z, i, 0), gather(x, i, 0)
    scatter(u, i, 0, b * x_last + older)
    p = m * older + (d * x_last + gather(z, i, 1))
    for t in range(1, n):
        x_now = gather(x, i, t)
        scatter(u, i, t, b * x_now + p)
        following = m * p + (k * older + (e * x_last + d * x_now))
        older, p, x_last = p, following, x_now
    scatter(z, i, 0, p)
    scatter(z, i, 1, k * older + e * x_last)


@kernel()
def _biquad_2(x: Any, u: Any, n: int, c: Any, z: Any, i: int) -> None:
    j = i + 1
    m, k, b = -c[i, 3], -c[i, 4], c[i, 0]
    d, e = c[i, 1] + m * b, c[i, 2] + k * b
    mm, kk, bb = -c[j, 3], -c[j, 4], c[j, 0]
    dd, ee = c[j, 1] + mm * bb, c[j, 2] + kk * bb
    older, x_last = z[i, 0], 1.0 * x[i, 0]
    oolder, xx_last = z[j, 0], 1.0 * x[j, 0]
    u[i, 0] = b * x_last + older
    u[j, 0] = bb * xx_last + oolder
    p = m * older + (d * x_last + z[i, 1])
    pp = mm * oolder + (dd * xx_last + z[j, 1])
    for t in range(1, n):
        x_now, xx_now = 1.0 * x[i, t], 1.0 * x[j, t]
        u[i, t] = b * x_now + p
        u[j, t] = bb * xx_now + pp
        following = m * p + (k * older + (e * x_last + d * x_now))
        ffollowing = mm * pp + (kk * oolder + (ee * xx_last + dd * xx_now))
        older, p, x_last = p, following, x_now
        oolder, pp, xx_last = pp, ffollowing, xx_now
    z[i, 0], z[i, 1] = p, k * older + e * x_last
    z[j, 0], z[j, 1] = pp, kk * oolder + ee * xx_last


@kernel()
def _biquad_1(x: Any, u: Any, n: int, c: Any, z: Any, i: int) -> None:
    m, k, b = -c[i, 3], -c[i, 4], c[i, 0]
    d, e = c[i, 1] + m * b, c[i, 2] + k * b
    older, x_last = z[i, 0], 1.0 * x[i, 0]
    u[i, 0] = b * x_last + older
    p = m * older + (d * x_last + z[i, 1])
    for t in range(1, n):
        x_now = 1.0 * x[i, t]
        u[i, t] = b * x_now + p
        following = m * p + (k * older + (e * x_last + d * x_now))
        older, p, x_last = p, following, x_now
    z[i, 0], z[i, 1] = p, k * older + e * x_last


@kernel()
def run_biquads(x: Any, u: Any, n: int, c: Any, z: Any) -> None:
    """Filter lanes: ``u[n] = b0 x[n] + p[n]``, transposed direct form II.

    The state is written as ``p[n+1] = m p[n] + (k p[n-1] + (e x[n-1] + d x[n]))`` with m = -a1, k = -a2,
    d = b1 - a1 b0, e = b2 - a2 b0: one multiply-add between successive samples, the rest is off the critical path.
    When numerator and denominator agree d = e = 0 and the filter copies its input exactly.

    Parameters
    ----------
    x, u
        In and out, (lanes, time).
    c, z
        Coefficients b0, b1, b2, a1, a2, (lanes, 5), and the two states of the form, (lanes, 2).
    """
    i, lanes = 0, c.shape[0]
    while lanes - i >= 4:
        _biquad_4(x, u, n, c, z, i)
        i += 4
    if lanes - i >= 2:
        _biquad_2(x, u, n, c, z, i)
        i += 2
    if lanes > i:
        _biquad_1(x, u, n, c, z, i)


@kernel()
def _smooth_4(q: Any, s: Any, n: int, c: Any, state: Any, i: int) -> None:
    a, r, sign = gather(c, i, 0), gather(c, i, 1), gather(c, i, 2)
    k, m = sign - a * sign, sign - r * sign
    y = gather(state, i, 0) * sign
    for t in range(n):
        x = gather(q, i, t)
        y = larger(a * y + k * x, r * y + m * x)
        scatter(s, i, t, y * sign)
    scatter(state, i, 0, y * sign)


@kernel()
def _smooth_1(q: Any, s: Any, n: int, c: Any, state: Any, i: int) -> None:
    a, r, sign = c[i, 0], c[i, 1], c[i, 2]
    k, m = sign - a * sign, sign - r * sign
    y = state[i, 0] * sign
    for t in range(n):
        x = 1.0 * q[i, t]
        fast, slow = a * y + k * x, r * y + m * x
        y = fast if fast > slow else slow
        s[i, t] = y * sign
    state[i, 0] = y * sign


@kernel()
def _smooth_2(q: Any, s: Any, n: int, c: Any, state: Any, i: int) -> None:
    j = i + 1
    a, r, sign = c[i, 0], c[i, 1], c[i, 2]
    aa, rr, ssign = c[j, 0], c[j, 1], c[j, 2]
    k, m, y = sign - a * sign, sign - r * sign, state[i, 0] * sign
    kk, mm, yy = ssign - aa * ssign, ssign - rr * ssign, state[j, 0] * ssign
    for t in range(n):
        x, xx = 1.0 * q[i, t], 1.0 * q[j, t]
        fast, slow = a * y + k * x, r * y + m * x
        ffast, sslow = aa * yy + kk * xx, rr * yy + mm * xx
        y = fast if fast > slow else slow
        yy = ffast if ffast > sslow else sslow
        s[i, t] = y * sign
        s[j, t] = yy * ssign
    state[i, 0], state[j, 0] = y * sign, yy * ssign


@kernel()
def run_smoothers(q: Any, s: Any, n: int, c: Any, state: Any) -> None:
    """Smooth the excess: ``s[n] = a s[n-1] + (1 - a) q[n]``, a = attack where the target is above, else release.

    The slope follows later, which is the same as smoothing the gain in dB, and leaves ratio 1 its exact gradient.
    Of the two candidates the larger is the right one whenever alpha attack <= alpha release, the smaller otherwise
    (hence the sign): no branch, and only a multiply-add and a maximum between successive samples.

    Parameters
    ----------
    q, s
        Excess over the threshold and smoothed excess, both in dB, not negative, (lanes, time).
    c
        Per lane: alpha attack, alpha release, and the sign, -1 where attack > release, else 1.
    state
        The last smoothed excess, (lanes, 1).
    """
    i, lanes = 0, c.shape[0]
    while lanes - i >= 4:
        _smooth_4(q, s, n, c, state, i)
        i += 4
    if lanes - i >= 2:
        _smooth_2(q, s, n, c, state, i)
        i += 2
    if lanes > i:
        _smooth_1(q, s, n, c, state, i)


@kernel()
def _smooth_back_4(w: Any, a: Any, lam: Any, n: int, state: Any, i: int) -> None:
    m = gather(state, i, 0)
    for t in range(n - 1, -1, -1):
        now = m - gather(w, i, t)
        scatter(lam, i, t, now)
        m = gather(a, i, t) * now
    scatter(state, i, 0, m)


@kernel()
def _smooth_back_1(w: Any, a: Any, lam: Any, n: int, state: Any, i: int) -> None:
    m = state[i, 0]
    for t in range(n - 1, -1, -1):
        now = m - w[i, t]
        lam[i, t] = now
        m = a[i, t] * now
    state[i, 0] = m


@kernel()
def run_smoothers_back(w: Any, a: Any, lam: Any, n: int, state: Any) -> None:
    """Adjoint of the smoother: ``lam[n] = -w[n] + a[n+1] lam[n+1]``, backwards in time.

    Parameters
    ----------
    w, a, lam
        Gradient by the gain in dB, the alpha in force, and the result, (lanes, time).
    state
        ``a[n+1] lam[n+1]`` of the block that follows, (lanes, 1); replaced by this block's.
    """
    i, lanes = 0, state.shape[0]
    while lanes - i >= 4:
        _smooth_back_4(w, a, lam, n, state, i)
        i += 4
    while lanes > i:
        _smooth_back_1(w, a, lam, n, state, i)
        i += 1


@kernel()
def _poles_back_4(g: Any, v: Any, n: int, c: Any, z: Any, i: int) -> None:
    m, k, p, q = splat(0.0) - gather(c, i, 3), splat(0.0) - gather(c, i, 4), gather(z, i, 0), gather(z, i, 1)
    scatter(v, i, n, p)
    scatter(v, i, n + 1, q)
    for t in range(n - 1, -1, -1):
        now = m * p + (k * q + gather(g, i, t))
        scatter(v, i, t, now)
        p, q = now, p
    scatter(z, i, 0, p)
    scatter(z, i, 1, q)


@kernel()
def _poles_back_1(g: Any, v: Any, n: int, c: Any, z: Any, i: int) -> None:
    m, k, p, q = -c[i, 3], -c[i, 4], z[i, 0], z[i, 1]
    v[i, n], v[i, n + 1] = p, q
    for t in range(n - 1, -1, -1):
        now = m * p + (k * q + g[i, t])
        v[i, t] = now
        p, q = now, p
    z[i, 0], z[i, 1] = p, q


@kernel()
def run_poles_back(g: Any, v: Any, n: int, c: Any, z: Any) -> None:
    """Adjoint of the poles: ``v[n] = g[n] - a1 v[n+1] - a2 v[n+2]``, backwards in time.

    Parameters
    ----------
    g, v
        Gradient by the filter's output, (lanes, time), and the result, (lanes, time + 2); ``v[:, n:]`` receives the
        first two values of the block that follows.
    c, z
        Coefficients as in :func:`run_biquads`; ``v`` at the start of the block that follows, (lanes, 2), replaced.
    """
    i, lanes = 0, c.shape[0]
    while lanes - i >= 4:
        _poles_back_4(g, v, n, c, z, i)
        i += 4
    while lanes > i:
        _poles_back_1(g, v, n, c, z, i)
        i += 1
