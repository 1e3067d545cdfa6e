r"""The tone plane: two numbers that people move, and the two shelves behind them.

The square [-6, 6] x [-6, 6]: x from relaxed to energetic (bass and treble together), y from warm to bright (tilt). Bang
& Olufsen published an implementation ("Beosonic") under the MIT licence, ``bang-olufsen/create@1afe3d7:Beocreate2/
beo-extensions/beosonic/``: a low shelf at 100 Hz and a high shelf at 10 kHz, both Q 0.7, at most 6 and 8 dB, on a disc,
both gains proportional to the distance from the centre and piecewise linear in the angle.

On the square we use the *radial* closed form, with :math:`\operatorname{larger}` the argument of greater magnitude:

.. math::

    b &= x - y \text{ if } xy \ge 0, \text{ else } \operatorname{larger}(x, -y) \\
    t &= \tfrac{8}{6} \, (x + y) \text{ if } xy \le 0, \text{ else } \tfrac{8}{6} \operatorname{larger}(x, y)

It hits the eight published points, half-way to the centre always means half the decibels, and it differs from the
published polar law stretched to the square by 0.12 dB (bass) and 0.15 dB (treble) on average, 0.5 and 0.7 dB at most.
The other closed form in use, ``6 clip((x - y) / 6)`` and ``8 clip((x + y) / 6)``, reaches full gain half-way along the
diagonals, differs by up to 3 and 4 dB, and cannot be inverted. The radial form is one to one between the square and
all gains within 6 and 8 dB, so that every such pair of shelves is a point of the plane.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonewright.analysis.bands import CENTRES
from tonewright.layouts import LAYOUTS
from tonewright.processor.filters import biquad, response, response_db
from tonewright.settings import Settings

Array = NDArray[np.float64]

#: Half the width of the square.
EDGE = 6.0
#: Most gain of the low and of the high shelf, in dB.
MOST_DB = (6.0, 8.0)
#: Frequencies of the low and of the high shelf in Hz, and the Q of both.
SHELVES_HZ = (100.0, 10_000.0)
SHELF_Q = 0.7
#: Where responses are compared, in Hz: filters are designed at the rate of the audio, which no point knows.
RATE = 48_000

#: The published presets (distance 15 of 50 from the centre; angles 180, 315, 225 degrees): points of the plane.
PRESETS: dict[str, tuple[float, float]] = {
    "clear": (0.0, 1.8),
    "dark": (-1.8, -1.8),
    "podcast": (-1.8, 1.8),
    "optimal": (0.0, 0.0),
}

_SCALE = np.array(MOST_DB) / EDGE
_TOLERANCE = 1e-9


def clip(points: ArrayLike) -> Array:
    """Return points of any shape ``(..., 2)`` moved to the nearest of the square."""
    return np.clip(np.asarray(points, dtype=np.float64), -EDGE, EDGE)


def gains_db(points: ArrayLike) -> Array:
    """Return the gains of the low and the high shelf in dB, shape ``(..., 2)``, at points of the same shape."""
    points = np.asarray(points, dtype=np.float64)
    x, y = points[..., 0], points[..., 1]
    same = x * y >= 0.0
    bass = np.where(same, x - y, _larger(x, -y))
    treble = np.where(same, _larger(x, y), x + y)
    return np.stack([bass, treble], axis=-1) * _SCALE


def to_points(gains: ArrayLike) -> Array:
    """Return the points, shape ``(..., 2)``, that have these gains in dB: the exact inverse of :func:`gains_db`.

    Gains beyond 6 and 8 dB give points outside of the square.
    """
    scaled = np.asarray(gains, dtype=np.float64) / _SCALE
    bass, treble = scaled[..., 0], scaled[..., 1]
    same = bass * treble >= 0.0
    treble_leads = np.abs(bass) <= np.abs(treble)
    x = np.where(same, np.where(treble_leads, treble, bass), treble + bass)
    y = np.where(same, treble - bass, np.where(treble_leads, treble, -bass))
    return np.stack([x, y], axis=-1)


def to_settings(point: ArrayLike) -> Settings:
    """Return a point, shape ``(2,)``, as settings: six bands, the shelves in the first and the last, others neutral.

    A point outside of the square is moved to its edge.
    """
    gains = gains_db(clip(point))
    if gains.shape != (2,) or not np.isfinite(gains).all():
        raise ValueError(f"A point of the tone plane has two finite numbers, got {np.asarray(point).tolist()}.")
    base = LAYOUTS["even18"].settings(LAYOUTS["even18"].to_units(LAYOUTS["even18"].neutral))
    bands = list(base.bands)
    for index, gain, frequency in ((0, gains[0], SHELVES_HZ[0]), (-1, gains[1], SHELVES_HZ[1])):
        # Adding 0 turns -0 into 0.
        bands[index] = bands[index].changed(gain_db=float(gain) + 0.0, frequency_hz=frequency, q=SHELF_Q)
    return base.with_bands(bands)


def from_settings(settings: Settings) -> Array:
    """Return the point, shape ``(2,)``, that sounds nearest to settings.

    Exact for what :func:`to_settings` returns, with or without its neutral bands. For anything else the least squares
    fit of the static response (filters only; compressors have none) at 57 sixth-octave centres from 25 Hz to 16 kHz, at
    48 kHz, mean removed: a change of level is no tone.
    """
    exact = _shelves_alone(settings)
    if exact is not None:
        return to_points(exact)
    target = response_db(settings, CENTRES, RATE)

    def misses(gains: Array) -> Array:
        curve = shelf_curves(gains) - target
        return np.asarray(curve - curve.mean())

    # Nearly linear in the gains: from flat there is one valley.
    limits = np.array(MOST_DB)
    from scipy.optimize import least_squares

    found = least_squares(misses, np.zeros(2), bounds=(-limits, limits), xtol=1e-12, ftol=1e-12)
    return clip(to_points(found.x))


def shelf_curves(gains: ArrayLike) -> Array:
    """Return the response in dB of both shelves together, shape ``(..., 57)``, for gains in dB, ``(..., 2)``."""
    gains = np.asarray(gains, dtype=np.float64)
    total = np.zeros((*gains.shape[:-1], CENTRES.size))
    for kind, frequency, gain in zip(("low_shelf", "high_shelf"), SHELVES_HZ, np.moveaxis(gains, -1, 0), strict=True):
        total += 20.0 * np.log10(np.abs(response(biquad(kind, gain, frequency, SHELF_Q, RATE), CENTRES, RATE)))
    return total


def _larger(a: Array, b: Array) -> Array:
    return np.where(np.abs(a) >= np.abs(b), a, b)


def _shelves_alone(settings: Settings) -> Array | None:
    # The plane's own structure: at most one of each shelf, at home, and nothing else that is heard.
    active = [band for band in settings.bands if not band.is_neutral]
    outer = settings.compressor is None or settings.compressor.is_neutral
    level = settings.preamp_db or settings.output_db
    if settings.topology == "crossover" or level or not outer or len({band.type for band in active}) < len(active):
        return None
    gains = np.zeros(2)
    for band in active:
        if band.type not in ("low_shelf", "high_shelf") or not (band.compressor is None or band.compressor.is_neutral):
            return None
        index = int(band.type == "high_shelf")
        home = abs(band.frequency_hz - SHELVES_HZ[index]) < _TOLERANCE and abs(band.q - SHELF_Q) < _TOLERANCE
        if not home or abs(band.gain_db) > MOST_DB[index]:
            return None
        gains[index] = band.gain_db
    return gains


@lru_cache(maxsize=8)
def cell_edges(size: int) -> Array:
    """Return where the cells of a grid of ``size`` per axis begin and end, shape ``(size + 1,)``."""
    edges = np.linspace(-EDGE, EDGE, size + 1)
    edges.flags.writeable = False
    return edges


@lru_cache(maxsize=8)
def cell_centres(size: int) -> Array:
    """Return the middles of the cells on one axis, shape ``(size,)``."""
    edges = cell_edges(size)
    centres = 0.5 * (edges[:-1] + edges[1:])
    centres.flags.writeable = False
    return centres


@lru_cache(maxsize=8)
def cell_points(size: int) -> Array:
    """Return the middles of all cells, shape ``(size * size, 2)``; x is the slow axis."""
    centres = cell_centres(size)
    points = np.stack(np.meshgrid(centres, centres, indexing="ij"), axis=-1).reshape(-1, 2)
    points.flags.writeable = False
    return points
