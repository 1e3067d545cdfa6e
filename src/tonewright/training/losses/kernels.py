"""The passes between Fourier transforms: framing, comparing spectra, their gradient, overlap-add.

Spectra are real and imaginary parts in turn. All passes are serial over one row and vectorised by the compiler.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tonewright.compiled import VECTOR, kernel

#: Bins whose sums are formed in single precision before they are added in double. Fewer than 252, so that the product
#: of as many factors below the root of 2 is a number.
_CHUNK = 192
_F, _I = np.float32, np.int32
#: The bits of the square root of 1/2 in single precision.
_ROOT_HALF = 0x3F3504F3


@kernel(VECTOR)
def pad(x: Any, margin: int, out: Any) -> None:
    """Copy a signal and reflect it at both ends, the end samples not repeated.

    Parameters
    ----------
    x
        (frames,), more than ``margin``.
    margin
        Samples added at each end.
    out
        Result, (frames + 2 * margin,).
    """
    n = x.shape[0]
    for i in range(n):
        out[margin + i] = x[i]
    for i in range(1, margin + 1):
        out[margin - i] = x[i]
        out[margin + n - 1 + i] = x[n - 1 - i]


@kernel(VECTOR)
def fold(padded: Any, margin: int, out: Any) -> None:
    """Do the adjoint of :func:`pad`; `out`, (frames,), is overwritten."""
    n = out.shape[0]
    for i in range(n):
        out[i] = padded[margin + i]
    for i in range(1, margin + 1):
        out[i] += padded[margin - i]
        out[n - 1 - i] += padded[margin + n - 1 + i]


@kernel(VECTOR)
def cut(padded: Any, start: int, window: Any, out: Any) -> None:
    """Write windowed frames, half a window apart.

    Parameters
    ----------
    padded
        From :func:`pad`.
    start
        Where the first frame begins.
    window
        (length,).
    out
        Result, (windows, length).
    """
    length = window.shape[0]
    hop = length // 2
    for t in range(out.shape[0]):
        first = start + t * hop
        for i in range(length):
            out[t, i] = padded[first + i] * window[i]


@kernel(VECTOR)
def overlap_add(frames: Any, window: Any, start: int, padded: Any) -> None:
    """Do the adjoint of :func:`cut`; `padded` is added to."""
    windows, length = frames.shape
    hop = length // 2
    # Two frames meet in every hop but the first and the last, so each sample is visited once.
    for i in range(hop):
        padded[start + i] += frames[0, i] * window[i]
    for t in range(1, windows):
        first = start + t * hop
        for i in range(hop):
            padded[first + i] += frames[t, i] * window[i] + frames[t - 1, hop + i] * window[hop + i]
    last = start + windows * hop
    for i in range(hop):
        padded[last + i] += frames[windows - 1, hop + i] * window[hop + i]


@kernel(VECTOR)
def compare(x: Any, y: Any, floor: Any, sums: Any) -> None:
    r"""Sum over all bins what the distance is made of.

    With :math:`P = \max(|X|^2, \epsilon)` and :math:`Q = \max(|Y|^2, \epsilon)`:
    :math:`\sum (\sqrt P - \sqrt Q)^2`, :math:`\sum Q`, :math:`\sum |\log_2 P/Q|` and :math:`\sum |\sqrt P - \sqrt Q|`.

    Parameters
    ----------
    x, y
        Spectra, (2 * bins,), float32.
    floor
        Of the power, float32.
    sums
        Result, (4,), float64.
    """
    sums[:] = 0.0
    for start in range(0, x.shape[0], 2 * _CHUNK):
        end = min(start + 2 * _CHUNK, x.shape[0])
        squares, energy, logs, differences = _compare_chunk(x[start:end], y[start:end], floor)
        sums[0] += squares
        sums[1] += energy
        sums[2] += logs
        sums[3] += differences


@kernel(VECTOR, inline=True)
def _compare_chunk(x: Any, y: Any, floor: Any) -> Any:
    """Return the sums of :func:`compare` over a few bins.

    No logarithm is taken of a bin: the quotient larger / smaller is split into a power of two and a factor between
    the roots of 1/2 and 2; exponents are added, factors multiplied, and one logarithm is taken of the product.
    """
    squares = energy = differences = _F(0)
    product = _F(1)
    exponent = _I(0)
    for k in range(x.shape[0] // 2):
        p = max(x[2 * k] * x[2 * k] + x[2 * k + 1] * x[2 * k + 1], floor)
        q = max(y[2 * k] * y[2 * k] + y[2 * k + 1] * y[2 * k + 1], floor)
        difference = _F(math.sqrt(p) - math.sqrt(q))
        squares += difference * difference
        energy += q
        differences += abs(difference)
        bits = _F(max(p, q) / min(p, q)).view(_I)
        power = _I(_I(bits - _I(_ROOT_HALF)) >> _I(23))
        exponent = _I(exponent + power)
        product *= _I(bits - _I(power << _I(23))).view(_F)
    return squares, energy, exponent + math.log2(np.float64(product)), differences


@kernel(VECTOR)
def differentiate(x: Any, y: Any, floor: Any, by_square: Any, by_log: Any, by_difference: Any) -> None:
    r"""Turn a spectrum, in place, into the gradient by it.

    With :math:`s` the sign of :math:`P - Q` (see :func:`compare`), where :math:`|X|^2 > \epsilon`, else 0:

    .. math::

        X \mapsto X \left( a \frac{\sqrt P - \sqrt Q}{\sqrt P} + s \frac{b}{P} + s \frac{c}{\sqrt P} \right).

    Parameters
    ----------
    x, y
        Spectra, (2 * bins,), float32; `x` is overwritten.
    floor
        Of the power, float32.
    by_square, by_log, by_difference
        :math:`a, b, c`, float32.
    """
    for k in range(x.shape[0] // 2):
        power = x[2 * k] * x[2 * k] + x[2 * k + 1] * x[2 * k + 1]
        p = max(power, floor)
        q = max(y[2 * k] * y[2 * k] + y[2 * k + 1] * y[2 * k + 1], floor)
        inverse: Any = _F(1) / _F(math.sqrt(p))
        slope = inverse * (by_log * inverse + by_difference)
        slope = slope if p > q else (-slope if p < q else _F(0))
        slope += by_square * (_F(1) - _F(math.sqrt(q)) * inverse)
        slope = slope if power > floor else _F(0)
        x[2 * k] *= slope
        x[2 * k + 1] *= slope


@kernel(VECTOR)
def double_ends(x: Any) -> None:
    """Double the first and the last bin of each window.

    Parameters
    ----------
    x
        Spectra, (windows, 2 * bins), float32.
    """
    for t in range(x.shape[0]):
        for i in (0, 1, x.shape[1] - 2, x.shape[1] - 1):
            x[t, i] *= _F(2)


@kernel(VECTOR)
def band_powers(spectrum: Any, edges: Any, out: Any) -> None:
    """Add up the power of each band.

    Parameters
    ----------
    spectrum
        (windows, 2 * bins), float32.
    edges
        The first bin of each band, and the bin after the last, (bands + 1,).
    out
        Result, (windows, bands), float32.
    """
    for t in range(out.shape[0]):
        for band in range(out.shape[1]):
            total = _F(0)
            for i in range(2 * edges[band], 2 * edges[band + 1]):
                total += spectrum[t, i] * spectrum[t, i]
            out[t, band] = total


@kernel(VECTOR)
def scale_bands(spectrum: Any, edges: Any, factors: Any) -> None:
    """Multiply each band of a spectrum, in place, and clear what is in none.

    Parameters
    ----------
    spectrum, edges
        As in :func:`band_powers`.
    factors
        (windows, bands), float32.
    """
    for t in range(factors.shape[0]):
        spectrum[t, : 2 * edges[0]] = 0
        spectrum[t, 2 * edges[-1] :] = 0
        for band in range(factors.shape[1]):
            for i in range(2 * edges[band], 2 * edges[band + 1]):
                spectrum[t, i] *= factors[t, band]
