"""The same distances after the processor: clouds of response curves in dB instead of clouds of points.

Two settings that look different may sound alike. The ground metric here is the root mean square difference in dB of the
static responses at 57 sixth-octave centres from 25 Hz to 16 kHz, each curve's mean removed (a change of level is no
tone). A curve divided by the root of 57 is a point whose Euclidean distances are those, so that everything in
:mod:`tonewright.population.distances` applies to :func:`embedded` points as it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonewright.analysis.bands import CENTRES
from tonewright.population import distances, plane
from tonewright.population.distances import Distance
from tonewright.processor.filters import response_db
from tonewright.settings import Settings

Array = NDArray[np.float64]

_COST = "RMS dB of mean-free response at 57 centres"


def curves_db(points: ArrayLike) -> Array:
    """Return the responses of points of the plane, ``(..., 2)``, in dB, mean removed: ``(..., 57)``."""
    curves = plane.shelf_curves(plane.gains_db(points))
    return np.asarray(curves - curves.mean(axis=-1, keepdims=True))


def curve_of(settings: Settings) -> Array:
    """Return the static response of any settings at 48 kHz, in dB, mean removed: ``(57,)``; compressors have none."""
    curve = response_db(settings, CENTRES, plane.RATE)
    return np.asarray(curve - curve.mean())


def embedded(curves: ArrayLike) -> Array:
    """Return curves, ``(..., 57)``, as points of which Euclidean distances are RMS differences in dB."""
    curves = np.asarray(curves, dtype=np.float64)
    return np.asarray(curves / np.sqrt(curves.shape[-1]))


def energy(x: ArrayLike, y: ArrayLike) -> Distance:
    """Return the energy distance in dB of two clouds of curves, ``(n, 57)`` and ``(m, 57)``."""
    return distances.energy(embedded(x), embedded(y))._replace(cost=_COST)


def w2(x: ArrayLike, y: ArrayLike) -> Distance:
    """Return W2 in dB of two clouds of curves, ``(n, 57)`` and ``(m, 57)``."""
    return distances.w2(embedded(x), embedded(y))._replace(cost=f"squared {_COST}")


def sinkhorn(x: ArrayLike, y: ArrayLike, epsilon: float = distances.EPSILON) -> Distance:
    """Return the Sinkhorn divergence in squared dB of two clouds of curves, epsilon in squared dB."""
    return distances.sinkhorn(embedded(x), embedded(y), epsilon)._replace(cost=f"squared {_COST}")
