"""Between a sample and its gain: logarithm, soft knee, exponential, and their derivatives, vectorised over time.

For float32 audio the detector's logarithm (to 2e-7) and the exponential of the gain (to 5e-9) are polynomials, which
LLVM turns into vector code; for float64 audio they are the machine's own functions.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from tonewright.compiled import RECURSION, VECTOR, kernel

#: The detector's floor: 20 log10(1e-8) = -160 dB.
FLOOR = 1e-8
_DB_PER_OCTAVE = 20.0 * math.log10(2.0)
_NEPER_PER_DB = math.log(10.0) / 20.0
_F, _I = np.float32, np.int32


def _log2(x: Any) -> Any:
    """Base-2 logarithm of a positive number in its own precision (compiled code only)."""
    return np.log2(x)


def _exp2(x: Any) -> Any:
    """2 to the power x in its own precision (compiled code only)."""
    return np.exp2(x)


@overload(_log2, inline="never")
def _log2_of(x: Any) -> Any:
    if x != types.float32:

        def exact(x: Any) -> Any:
            return np.log2(x)

        return exact

    def polynomial(x: Any) -> Any:
        # x = 2**e (1 + f), sqrt(1/2) <= 1 + f < sqrt(2); minimax polynomial of Cephes' logf.
        bits = _F(x).view(_I)
        e = _I(_I(bits - _I(0x3F3504F3)) >> _I(23))
        f = _I(bits - _I(e << _I(23))).view(_F) - _F(1)
        z = f * f
        p = _F(7.0376836292e-2) * f + _F(-1.1514610310e-1)
        p = p * f + _F(1.1676998740e-1)
        p = p * f + _F(-1.2420140846e-1)
        p = p * f + _F(1.4249322787e-1)
        p = p * f + _F(-1.6668057665e-1)
        p = p * f + _F(2.0000714765e-1)
        p = p * f + _F(-2.4999993993e-1)
        p = p * f + _F(3.3333331174e-1)
        return (f + (f * z * p - _F(0.5) * z)) * _F(1.44269504088896) + _F(e)

    return polynomial


@overload(_exp2, inline="never")
def _exp2_of(x: Any) -> Any:
    if x != types.float32:

        def exact(x: Any) -> Any:
            return np.exp2(x)

        return exact

    def polynomial(x: Any) -> Any:
        # 2**x = 2**i 2**r, -1/2 <= r <= 1/2; minimax polynomial of Cephes' exp2f. Far below -126 the result is 0-like.
        x = min(max(x, _F(-126)), _F(126))
        i = _I(math.floor(x + _F(0.5)))
        r = x - _F(i)
        p = _F(1.535336188319500e-4) * r + _F(1.339887440266574e-3)
        p = p * r + _F(9.618437357674640e-3)
        p = p * r + _F(5.550332471162809e-2)
        p = p * r + _F(2.402264791363012e-1)
        p = p * r + _F(6.931472028550421e-1)
        p = p * r + _F(1)
        return _I(_F(p).view(_I) + _I(i << _I(23))).view(_F)

    return polynomial


@kernel(RECURSION, inline=True)
def _factor_near(x: float) -> Any:
    """2 to the power x, within plus and minus 1000, to 5e-9 of it (-166 dB): vector code, unlike the machine's own.

    ``2**x = 2**i 2**r``, ``-1/2 <= r <= 1/2``: adding 1.5 * 2**52 rounds x to an integer that then stands in the last
    bits of the sum; the polynomial is by Chebyshev interpolation, exactly 1 at 0. Sums must not be reordered here.
    """
    shifted = x + 6755399441055744.0
    r = x - (shifted - 6755399441055744.0)
    p = 0.00015453162937243783 * r + 0.001339086336403265
    p = p * r + 0.009618082557306342
    p = p * r + 0.055503571142205096
    p = p * r + 0.24022650760567874
    p = p * r + 0.6931471880262282
    p = p * r + 1.0
    bits = np.float64(p).view(np.int64) + (np.float64(shifted).view(np.int64) << np.int64(52))
    return np.int64(bits).view(np.float64)


@kernel(RECURSION)
def gains_near(s: Any, n: int, slope: float, makeup: float, gain: Any) -> None:
    """Do as :func:`gains` in float64, to 5e-9 of each factor."""
    steep, start = -slope / _DB_PER_OCTAVE, makeup / _DB_PER_OCTAVE
    for t in range(n):
        gain[t] = _factor_near(start + steep * s[t])


@kernel(RECURSION)
def apply_near(s: Any, n: int, slope: float, makeup: float, u: Any, v: Any, y: Any, z: Any) -> None:
    """``y = u * gain`` and ``z = v * gain`` with the gains of :func:`gains_near`, for two channels in one pass."""
    steep, start = -slope / _DB_PER_OCTAVE, makeup / _DB_PER_OCTAVE
    for t in range(n):
        gain = _factor_near(start + steep * s[t])
        y[t] = u[t] * gain
        z[t] = v[t] * gain


@kernel(VECTOR)
def loudest(u: Any, first: int, channels: int, n: int, d: Any, who: Any) -> None:
    """Write the largest magnitude over channels, and the channel that has it, for each sample.

    Parameters
    ----------
    u
        Signals, (lanes, time), of which ``channels`` from lane ``first`` belong together.
    d, who
        Result: magnitudes and lane offsets, (time,).
    """
    one = d.dtype.type
    for t in range(n):
        d[t] = abs(one(u[first, t]))
        who[t] = 0
    for c in range(1, channels):
        for t in range(n):
            a = abs(one(u[first + c, t]))
            who[t] = c if a > d[t] else who[t]
            d[t] = max(d[t], a)


@kernel(VECTOR)
def excess(d: Any, n: int, threshold: float, knee: float, q: Any, p: Any) -> None:
    """Gain computer without masks: dB over the threshold after the soft knee, and its derivative by level.

    ``h = level - threshold + knee/2``; ``p = clamp(h / knee, 0, 1)``; ``q = knee p^2 / 2 + max(h - knee, 0)``. Equal to
    the quadratic soft knee (Giannoulis, Massberg and Reiss, JAES 60, 2012, eq. 4), and to the hard knee for width 0.

    Parameters
    ----------
    d
        Magnitudes, (time,); below 1e-8 they count as 1e-8.
    threshold, knee
        In dB.
    q, p
        Results, (time,): excess in dB and its derivative in 0..1.
    """
    one = d.dtype.type
    w, floor, scale = one(knee), one(FLOOR), one(_DB_PER_OCTAVE)
    inverse, offset = one(1.0 / max(knee, 1e-6)), one(0.5 * knee - threshold)
    for t in range(n):
        h = _log2(max(d[t], floor)) * scale + offset
        r = min(max(h * inverse, one(0)), one(1))
        p[t] = r
        q[t] = w * r * r * one(0.5) + max(h - w, one(0))


@kernel(VECTOR)
def excess_alone(u: Any, first: int, channels: int, n: int, threshold: float, knee: float, d: Any, q: Any) -> None:
    """Do as :func:`loudest` and :func:`excess` where nobody asks for derivatives.

    Parameters
    ----------
    u, first, channels
        As in :func:`loudest`.
    threshold, knee
        In dB.
    d, q
        Scratch, and result: excess in dB, (time,).
    """
    one = d.dtype.type
    w, floor, scale = one(knee), one(FLOOR), one(_DB_PER_OCTAVE)
    inverse, offset = one(1.0 / max(knee, 1e-6)), one(0.5 * knee - threshold)
    if channels == 2:
        left, right = u[first], u[first + 1]
        for t in range(n):
            h = _log2(one(max(max(abs(left[t]), abs(right[t])), FLOOR))) * scale + offset
            r = min(max(h * inverse, one(0)), one(1))
            q[t] = w * r * r * one(0.5) + max(h - w, one(0))
        return
    for t in range(n):
        d[t] = abs(one(u[first, t]))
    for c in range(1, channels):
        for t in range(n):
            d[t] = max(d[t], abs(one(u[first + c, t])))
    for t in range(n):
        h = _log2(max(d[t], floor)) * scale + offset
        r = min(max(h * inverse, one(0)), one(1))
        q[t] = w * r * r * one(0.5) + max(h - w, one(0))


@kernel(VECTOR)
def gains(s: Any, n: int, slope: float, makeup: float, gain: Any) -> None:
    """Turn smoothed excess into factors: ``gain = 10 ** ((makeup - slope s) / 20)``, arrays of shape (time,)."""
    one = gain.dtype.type
    k, m, scale = one(slope), one(makeup), one(1.0 / _DB_PER_OCTAVE)
    for t in range(n):
        gain[t] = _exp2((m - k * s[t]) * scale)


@kernel(VECTOR)
def multiply(u: Any, gain: Any, n: int, y: Any) -> None:
    """``y = u * gain``, arrays of shape (time,)."""
    for t in range(n):
        y[t] = u[t] * gain[t]


@kernel(VECTOR)
def multiply_back(u: Any, gain: Any, n: int, g: Any, w: Any) -> Any:
    """Adjoint of :func:`multiply`: ``g`` becomes the gradient by u; that by the gain in dB is added to ``w``.

    Returns
    -------
    The sum over time of what was added to ``w``: the gradient by makeup.
    """
    scale = g.dtype.type(_NEPER_PER_DB)
    total = g.dtype.type(0)
    for t in range(n):
        a = g[t] * gain[t]
        v = a * u[t] * scale
        g[t] = a
        w[t] += v
        total += v
    return 1.0 * total


@kernel(VECTOR)
def alphas(s: Any, before: float, q: Any, n: int, attack: float, release: float, a: Any) -> None:
    """Write the alpha that the smoother used at each sample: attack where the target exceeded the last value."""
    one = q.dtype.type
    fast, slow = one(attack), one(release)
    if n > 0:
        a[0] = fast if q[0] > one(before) else slow
    for t in range(1, n):
        a[t] = fast if q[t] > s[t - 1] else slow


@kernel(VECTOR)
def excess_back(
    lam: Any, a: Any, s: Any, before: float, q: Any, p: Any, n: int, slope: float, gradient: Any, dq: Any
) -> None:
    """Adjoint of gain computer and smoother by their parameters, from the smoother's adjoint ``lam``.

    Adds to ``gradient[5:10]`` (threshold, slope, knee, alpha attack, alpha release) and writes to ``dq`` the gradient
    by the level in dB, (time,).
    """
    one = q.dtype.type
    k = one(slope)
    threshold, by_slope, knee, by_attack, by_release = 0.0, 0.0, 0.0, 0.0, 0.0
    for t in range(n):
        last = s[t - 1] if t > 0 else one(before)
        moved = lam[t] * k * (last - q[t])
        if q[t] > last:
            by_attack += moved
        else:
            by_release += moved
        d = one(lam[t]) * (one(1) - a[t])
        by_level = d * k * p[t]
        threshold -= by_level
        by_slope += d * q[t]
        knee += by_level * (one(1) - p[t])
        dq[t] = by_level
    gradient[5] += threshold
    gradient[6] += by_slope
    gradient[7] += 0.5 * knee
    gradient[8] += by_attack
    gradient[9] += by_release


@kernel(VECTOR)
def level_back(u: Any, dq: Any, who: Any, channel: int, n: int, g: Any) -> None:
    """Add to ``g`` the gradient of the level in dB by the channel's samples; none where another channel was louder.

    Below the detector's floor, silence included, the gradient is 0.
    """
    one = g.dtype.type
    floor, scale = one(FLOOR), one(1.0 / _NEPER_PER_DB)
    for t in range(n):
        heard = who[t] == channel and abs(u[t]) > floor
        g[t] += dq[t] * scale / u[t] if heard else one(0)


@kernel(VECTOR)
def zeros_back(v: Any, x: Any, u: Any, g: Any, n: int, c: Any, gradient: Any) -> None:
    """Adjoint of the filter's zeros and the gradient by its coefficients, from the poles' adjoint ``v``, (time + 2,).

    ``g = b0 v[n] + b1 v[n+1] + b2 v[n+2]``; ``db_i += sum v[n+i] x[n]``; ``da_i -= sum v[n+i] u[n]``.
    """
    b0, b1, b2 = c[0], c[1], c[2]
    d0, d1, d2, d3, d4 = 0.0, 0.0, 0.0, 0.0, 0.0
    for t in range(n):
        v0, v1, v2 = v[t], v[t + 1], v[t + 2]
        d0 += v0 * x[t]
        d1 += v1 * x[t]
        d2 += v2 * x[t]
        d3 -= v1 * u[t]
        d4 -= v2 * u[t]
        g[t] = b0 * v0 + b1 * v1 + b2 * v2
    gradient[0] += d0
    gradient[1] += d1
    gradient[2] += d2
    gradient[3] += d3
    gradient[4] += d4
