"""Filters of an equalizer that cannot take ours, fitted to our response by least squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tonewright.formats.contract import Limits
from tonewright.formats.stages import Filter
from tonewright.parameters import HIGHEST_OF_RATE
from tonewright.processor.filters import biquad, jacobian
from tonewright.settings import PASS_TYPES

Array = NDArray[np.float64]
_POINTS = 160
_DB = 20.0 / np.log(10.0)
#: Deeper cuts are nobody's aim: a low-pass at 20 kHz shall not decide a fit.
_DEEPEST_DB = -40.0


@dataclass(frozen=True)
class Fitted:
    """Filters, and how far their response is from what was asked: worst and root mean square, in dB."""

    filters: tuple[Filter, ...]
    worst_db: float
    rms_db: float


def grid(rate_hz: float, points: int = _POINTS) -> Array:
    """Return frequencies for fits: logarithmic, 20 Hz to 20 kHz."""
    return np.geomspace(20.0, min(20_000.0, HIGHEST_OF_RATE * rate_hz), points)


def fit(target_db: Array, start: list[Filter], limits: Limits, rate_hz: float, evaluations: int = 40) -> Fitted:
    """Fit filters to a curve on :func:`grid`'s frequencies.

    Parameters
    ----------
    target_db
        Shape (points,).
    start
        Where the search begins. Types stay, except that types the limits lack become shelves or peaks; of more filters
        than the limits allow those that matter most are kept.
    limits
        What the equalizer accepts; with fixed frequencies one filter stands at each of them.
    """
    from scipy.optimize import least_squares

    frequency = grid(rate_hz, target_db.size)
    wanted = np.maximum(target_db, _DEEPEST_DB)
    highest = HIGHEST_OF_RATE * rate_hz
    filters = _start(wanted, frequency, start, limits, rate_hz)
    if not filters:
        return _judged((), wanted, frequency, rate_hz)
    fixed = bool(limits.frequencies_hz)
    low, high, first = [], [], []
    for one in filters:
        f_low, f_high = limits.frequency_hz[0], min(limits.frequency_hz[1], highest * 0.999)
        bounds = [limits.gain_db, (np.log(f_low), np.log(f_high)), (np.log(limits.q[0]), np.log(limits.q[1]))]
        if fixed:
            bounds[1] = (np.log(one.frequency_hz),) * 2
        if one.type in PASS_TYPES:
            bounds[0] = (0.0, 0.0)
        for (a, b), value in zip(bounds, (one.gain_db, np.log(one.frequency_hz), np.log(one.q)), strict=True):
            # The solver wants open intervals.
            spare = 1e-9 + 1e-9 * abs(a)
            low.append(a - spare)
            high.append(b + spare)
            first.append(min(max(value, a), b))
    kinds = [one.type for one in filters]

    def off(x: Array) -> Array:
        return _curve(kinds, x, frequency, rate_hz) - wanted

    def slopes(x: Array) -> Array:
        return _slopes(kinds, x, frequency, rate_hz)

    found = least_squares(
        off,
        np.array(first),
        jac=slopes,
        bounds=(np.array(low), np.array(high)),
        x_scale=np.tile([3.0, 0.3, 0.3], len(kinds)),
        max_nfev=evaluations,
    ).x.reshape(-1, 3)
    result = []
    for kind, (gain, log_f, log_q), one in zip(kinds, found, filters, strict=True):
        gain = 0.0 if kind in PASS_TYPES else float(np.clip(gain, *limits.gain_db))
        f = one.frequency_hz if fixed else float(np.clip(np.exp(log_f), *limits.frequency_hz))
        result.append(Filter(kind, f, gain, float(np.clip(np.exp(log_q), *limits.q))))
    return _judged(tuple(result), wanted, frequency, rate_hz)


def response_of(filters: tuple[Filter, ...] | list[Filter], frequency: Array, rate_hz: float) -> Array:
    """Return the response in dB of filters in a row."""
    x = np.array([[one.gain_db, np.log(one.frequency_hz), np.log(one.q)] for one in filters]).reshape(-1)
    return _curve([one.type for one in filters], x, frequency, rate_hz)


def _judged(filters: tuple[Filter, ...], wanted: Array, frequency: Array, rate_hz: float) -> Fitted:
    off = response_of(filters, frequency, rate_hz) - wanted
    return Fitted(filters, float(np.abs(off).max(initial=0.0)), float(np.sqrt(np.mean(off**2))))


def _start(wanted: Array, frequency: Array, start: list[Filter], limits: Limits, rate_hz: float) -> list[Filter]:
    if limits.frequencies_hz:
        at = [f for f in limits.frequencies_hz if f < HIGHEST_OF_RATE * rate_hz][: limits.bands]
        gains = np.interp(np.log(at), np.log(frequency), wanted)
        kind = "peak" if "peak" in limits.types else limits.types[0]
        q = float(np.clip(_spacing_q(at), *limits.q))
        return [Filter(kind, f, float(g), q) for f, g in zip(at, gains, strict=True)]
    known = _spread([_known(one, limits) for one in start], limits)
    while len(known) > limits.bands:
        # The filter whose removal changes the curve least.
        sizes = [float(np.mean(response_of([one], frequency, rate_hz) ** 2)) for one in known]
        del known[int(np.argmin(sizes))]
    return known


def _spread(filters: list[Filter], limits: Limits) -> list[Filter]:
    """Turn shelves into peaks, and leave peaks out, where there are too many of them; the largest gains stay."""
    for kind, most in limits.most:
        same = sorted((one for one in filters if one.type == kind), key=lambda one: -abs(one.gain_db))
        for one in same[most:]:
            place = filters.index(one)
            filters[place : place + 1] = (
                [] if kind == "peak" else [Filter("peak", one.frequency_hz, one.gain_db, one.q)]
            )
    return filters


def _spacing_q(at: list[float]) -> float:
    """Sharpness with which neighbouring peaks meet at half their gain."""
    if len(at) < 2:
        return 1.0
    ratio = (at[-1] / at[0]) ** (1.0 / (len(at) - 1))
    return float(np.sqrt(ratio) / (ratio - 1.0))


def _known(one: Filter, limits: Limits) -> Filter:
    """Return a filter of a type the equalizer has, as near as may be."""
    if one.type in limits.types:
        return one
    gain = -24.0 if one.type in PASS_TYPES else one.gain_db
    shelf = {"low_pass": "high_shelf", "high_pass": "low_shelf"}.get(one.type, one.type)
    kind = shelf if shelf in limits.types else "peak" if "peak" in limits.types else limits.types[0]
    factor = {"low_pass": 2.0, "high_pass": 0.5}.get(one.type, 1.0)
    return Filter(kind, one.frequency_hz * factor, 0.0 if kind in PASS_TYPES else gain, 0.7071)


def _curve(kinds: list[str], x: Array, frequency: Array, rate_hz: float) -> Array:
    """Return the response in dB of filters given by gain, log frequency and log Q, (3 filters,)."""
    z = np.exp(-2j * np.pi * frequency / rate_hz)
    total = np.zeros(frequency.size)
    for c in _designs(kinds, x, rate_hz):
        h = (c[0] + (c[1] + c[2] * z) * z) / (1.0 + (c[3] + c[4] * z) * z)
        total += _DB * np.log(np.maximum(np.abs(h), 1e-6))
    return total


def _slopes(kinds: list[str], x: Array, frequency: Array, rate_hz: float) -> Array:
    """Return the derivatives of :func:`_curve` by its values, (points, 3 filters)."""
    z = np.exp(-2j * np.pi * frequency / rate_hz)
    powers = np.stack([np.ones_like(z), z, z * z], axis=-1)
    columns = np.zeros((frequency.size, 3 * len(kinds)))
    for index, (kind, c) in enumerate(zip(kinds, _designs(kinds, x, rate_hz), strict=True)):
        gain, f, q = _values(x, index, rate_hz)
        by = jacobian(kind, np.array(gain), np.array(f), np.array(q), rate_hz) * np.array([1.0, f, q])
        # d ln|H| = Re(dN/N) - Re(dD/D)
        up = np.real(powers / (powers @ c[:3])[:, None])
        down = -np.real(powers[:, 1:] / (powers @ np.concatenate([[1.0], c[3:]]))[:, None])
        columns[:, 3 * index : 3 * index + 3] = _DB * (np.hstack([up, down]) @ by)
    return columns


def _values(x: Array, index: int, rate_hz: float) -> tuple[float, float, float]:
    gain, f, q = x[3 * index], np.exp(x[3 * index + 1]), np.exp(x[3 * index + 2])
    return float(gain), float(min(f, 0.4999 * rate_hz)), float(q)


def _designs(kinds: list[str], x: Array, rate_hz: float) -> list[Array]:
    return [np.asarray(biquad(kind, *_values(x, index, rate_hz), rate_hz)) for index, kind in enumerate(kinds)]
