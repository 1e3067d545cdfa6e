r"""The transient term: do attacks rise as they do in the target, band by band.

The multi-resolution distance averages over all frames, of which attacks are few; and it sees a change of timbre and a
softened attack alike. Here only rises of level count. With the power :math:`B_x[t, b]` of band :math:`b` (half an
octave, never less than two bins) in windows of 512 samples, half a window apart, the level, the flux over one window
and the distance are

.. math::

    \ell_x[t, b] &= \tfrac12 \ln \left( B_x[t, b] + \phi_b \right), \qquad
    \phi_b = 10^{-4} \, \overline{B_y[\cdot, b]} + \epsilon, \\
    f_x[t, b] &= \max \left( 0, \; \ell_x[t + 2, b] - \ell_x[t, b] \right), \\
    d &= \frac{\overline{| f_x - f_y |}}{\overline{f_y} + 0.05}.

This is the log-filtered spectral flux of onset detection (S. Dixon, "Onset detection revisited", DAFx 2006; S. Böck,
F. Krebs and M. Schedl, "Evaluating the online capabilities of onset detection methods", ISMIR 2012), kept apart in
bands because compressors work in bands. A static gain moves levels but hardly their rises, so the term leaves
tone to the others; :math:`\phi` lies 40 dB below the target's mean, so rises out of near silence do not count; and the
constant below (0.05 neper, 0.4 dB per window) keeps targets without attacks from weighing without bound.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tonewright.training.losses import kernels
from tonewright.training.losses.transforms import POWER_FLOOR

#: Window in samples (12 ms at 44.1 kHz); the flux is taken over as many, between windows that do not overlap.
LENGTH = 512
#: The first bin of each band, and the bin after the last.
EDGES = (1, 3, 5, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 257)
_LAG = 2
_FLOOR_SHARE = 1e-4
_LEAST_FLUX = 0.05
_EDGE_ARRAY = np.array(EDGES)

_Floats = NDArray[np.float32]


def distance(x: _Floats, y: _Floats) -> tuple[float, _Floats]:
    """Return the distance and its gradient by the output's spectrum.

    Parameters
    ----------
    x, y
        Spectra of output and target by windows of :data:`LENGTH`, (windows, 2 * bins). `x` is overwritten and returned
        as the gradient.
    """
    bands_x, bands_y = _powers(x), _powers(y)
    floor = _FLOOR_SHARE * bands_y.mean(axis=0) + POWER_FLOOR
    flux_x, flux_y = (_flux(0.5 * np.log(bands + floor)) for bands in (bands_x, bands_y))
    scale = 1.0 / (flux_x.size * (flux_y.mean() + _LEAST_FLUX))
    by_flux = scale * np.sign(flux_x - flux_y) * (flux_x > 0)
    by_level = np.zeros_like(bands_x)
    by_level[_LAG:] += by_flux
    by_level[:-_LAG] -= by_flux
    # The level's derivative by power is 1/2 / (B + floor), the power's by a part of X twice that part.
    kernels.scale_bands(x, _EDGE_ARRAY, (by_level / (bands_x + floor)).astype(np.float32))
    return float(scale * np.abs(flux_x - flux_y).sum()), x


def _powers(spectrum: _Floats) -> NDArray[np.float64]:
    bands = np.empty((len(spectrum), len(EDGES) - 1), np.float32)
    kernels.band_powers(spectrum, _EDGE_ARRAY, bands)
    return bands.astype(np.float64)


def _flux(levels: Any) -> Any:
    return np.maximum(levels[_LAG:] - levels[:-_LAG], 0.0)


def portable_distance(powers_x: Tensor, powers_y: Tensor) -> Tensor:
    """Return the distance of each row, in plain torch.

    Parameters
    ----------
    powers_x, powers_y
        Squared magnitudes by windows of :data:`LENGTH`, (rows, bins, windows).

    Returns
    -------
    Tensor (rows,).
    """
    bands_x, bands_y = (
        torch.stack([p[:, low:high].sum(dim=1) for low, high in pairwise(EDGES)], dim=1) for p in (powers_x, powers_y)
    )
    floor = _FLOOR_SHARE * bands_y.mean(dim=2, keepdim=True) + POWER_FLOOR
    flux_x, flux_y = (_portable_flux(0.5 * torch.log(bands + floor)) for bands in (bands_x, bands_y))
    return (flux_x - flux_y).abs().mean(dim=(1, 2)) / (flux_y.mean(dim=(1, 2)) + _LEAST_FLUX)


def _portable_flux(levels: Tensor) -> Tensor:
    return torch.relu(levels[:, :, _LAG:] - levels[:, :, :-_LAG])
