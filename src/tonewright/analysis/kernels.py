"""From spectra to bands in one pass, and back: loops, because threads of ours must not meet threads of a BLAS."""

from __future__ import annotations

from typing import Any

import numpy as np

from tonewright.compiled import VECTOR, kernel


@kernel(VECTOR)
def powers(spectrum: Any, out: Any) -> None:
    """Write squared magnitudes.

    Parameters
    ----------
    spectrum
        Real and imaginary parts in turn, (windows, 2 * bins), float32.
    out
        Result, (windows, bins), float32.
    """
    for t in range(out.shape[0]):
        for k in range(out.shape[1]):
            out[t, k] = spectrum[t, 2 * k] * spectrum[t, 2 * k] + spectrum[t, 2 * k + 1] * spectrum[t, 2 * k + 1]


@kernel(VECTOR)
def weighted_sums(power: Any, weights: Any, first: Any, last: Any, out: Any) -> None:
    """Add to each band its weighted bins.

    Parameters
    ----------
    power
        (windows, bins), float32.
    weights
        (bands, bins), float32, 0 outside ``first[band]`` to ``last[band]``.
    out
        Result, (windows, bands), float32; added to.
    """
    for t in range(power.shape[0]):
        for band in range(weights.shape[0]):
            total = np.float32(0)
            for k in range(first[band], last[band]):
                total += power[t, k] * weights[band, k]
            out[t, band] += total


@kernel(VECTOR)
def scale_back(spectrum: Any, by_bin: Any, by_range: Any, weights: Any, first: Any, last: Any) -> None:
    """Turn a spectrum, in place, into the gradient by it, given gradients by its powers.

    Parameters
    ----------
    spectrum
        As in :func:`powers`; becomes ``2 X g``.
    by_bin
        Gradient by every window's power, (bins,), float32.
    by_range
        Gradient by each window's range sums, (windows, ranges), float32.
    weights, first, last
        Of the ranges, as in :func:`weighted_sums`.
    """
    bins = by_bin.shape[0]
    g = np.empty(bins, np.float32)
    for t in range(spectrum.shape[0]):
        g[:] = by_bin
        for r in range(weights.shape[0]):
            value = by_range[t, r]
            for k in range(first[r], last[r]):
                g[k] += value * weights[r, k]
        for k in range(bins):
            spectrum[t, 2 * k] *= np.float32(2) * g[k]
            spectrum[t, 2 * k + 1] *= np.float32(2) * g[k]
