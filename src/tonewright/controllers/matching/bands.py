"""Six bands that follow a curve: damped least squares on gain, frequency and Q, from the exact filter responses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import CENTRES
from tonewright.parameters import HIGHEST_OF_RATE, Range
from tonewright.processor.filters import biquad, jacobian, response
from tonewright.settings import Band, BandType

Array = NDArray[np.float64]

#: The bands ``match`` may use: type and frequency range in Hz.
BANDS: tuple[tuple[BandType, Range], ...] = (
    ("low_shelf", Range(25, 250, "log")),
    ("peak", Range(50, 500, "log")),
    ("peak", Range(200, 1500, "log")),
    ("peak", Range(700, 5000, "log")),
    ("peak", Range(2200, 12000, "log")),
    ("high_shelf", Range(3500, 17000, "log")),
)
Q_RANGE = Range(0.3, 4.0, "log")
#: Priors that keep bands where they are not needed near these values: standard deviations of gain (dB), of log Q.
GAIN_PRIOR_DB, Q_PRIOR, Q_MIDDLE = 6.0, 0.7, 0.8

#: Middles of the frequency ranges, as logarithms of Hz, and the standard deviations of the prior around them.
LOG_MIDDLES: Array = np.log([frequencies.middle for _, frequencies in BANDS])
LOG_WIDTHS: Array = np.array([np.log(frequencies.high / frequencies.low) / 4.0 for _, frequencies in BANDS])

_STEPS, _SKETCH_STEPS = 40, 8


def log_frequency_limits(sample_rate: float) -> tuple[Array, Array]:
    """Return the lowest and highest log frequency of each band at a sample rate (in Hz), each (6,)."""
    highest = 0.9 * HIGHEST_OF_RATE * sample_rate
    low = np.log([min(frequencies.low, 0.5 * highest) for _, frequencies in BANDS])
    high = np.log([min(frequencies.high, highest) for _, frequencies in BANDS])
    return low, high


def clip_bands(theta: Array, sample_rate: float, max_gain_db: float) -> Array:
    """Bring bands, (6, 3) of gain in dB, log Hz and log Q, inside their ranges."""
    low, high = log_frequency_limits(sample_rate)
    return np.stack(
        [
            np.clip(theta[:, 0], -max_gain_db, max_gain_db),
            np.clip(theta[:, 1], low, high),
            np.clip(theta[:, 2], np.log(Q_RANGE.low), np.log(Q_RANGE.high)),
        ],
        axis=1,
    )


def bands_response(theta: Array, sample_rate: float) -> tuple[Array, Array]:
    """Return the response at the analysis bands' centres in dB, (bands,), and its Jacobian, (bands, 6, 3)."""
    audible = HIGHEST_OF_RATE * sample_rate > CENTRES
    f = np.where(audible, CENTRES, 0.0)
    z = np.exp(-2j * np.pi * f / sample_rate)
    powers = np.stack([np.ones_like(z), z, z * z])
    total, slopes = np.zeros(f.size), np.zeros((f.size, len(BANDS), 3))
    for index, (kind, _) in enumerate(BANDS):
        gain, frequency, q = theta[index, 0], np.exp(theta[index, 1]), np.exp(theta[index, 2])
        c = biquad(kind, gain, frequency, q, sample_rate)
        total += 20.0 * np.log10(np.abs(response(c, f, sample_rate)))
        numerator, denominator = c[:3] @ powers, np.concatenate([[1.0], c[3:]]) @ powers
        by_c = np.concatenate([(powers / numerator).real, -(powers[1:] / denominator).real]) * 20.0 / np.log(10.0)
        by_value = jacobian(kind, np.asarray(gain), np.asarray(frequency), np.asarray(q), sample_rate)
        slopes[:, index] = by_c.T @ (by_value * np.array([1.0, frequency, q]))
    total[~audible], slopes[~audible] = 0.0, 0.0
    return total, slopes


def _prior(theta: Array) -> Array:
    return np.stack(
        [
            theta[:, 0] / GAIN_PRIOR_DB,
            (theta[:, 1] - LOG_MIDDLES) / LOG_WIDTHS,
            (theta[:, 2] - np.log(Q_MIDDLE)) / Q_PRIOR,
        ],
        axis=1,
    )


def fit_bands(curve_db: Array, sample_rate: float, max_gain_db: float) -> Array:
    """Fit the six bands to a curve by the Levenberg-Marquardt method with box constraints, from two starts.

    Parameters
    ----------
    curve_db
        (bands,), in dB.
    sample_rate
        In Hz.
    max_gain_db
        No band, and no point of the curve, is asked for more.

    Returns
    -------
    Array of shape (6, 3): gain in dB, log of Hz, log of Q.
    """
    curve = np.clip(curve_db, -max_gain_db, max_gain_db)
    flat, rough = _starts(curve)
    fits = [
        _descend(clip_bands(start, sample_rate, max_gain_db), curve, sample_rate, max_gain_db)
        for start in (flat, rough)
    ]
    return min(fits, key=lambda fit: fit[0])[1]


def sketch_bands(curve_db: Array, sample_rate: float, max_gain_db: float = 12.0) -> Array:
    """Fit the six bands roughly, in a few steps from one start; parameters and result as :func:`fit_bands`."""
    curve = np.clip(curve_db, -max_gain_db, max_gain_db)
    start = clip_bands(_starts(curve)[1], sample_rate, max_gain_db)
    return _descend(start, curve, sample_rate, max_gain_db, _SKETCH_STEPS)[1]


def _starts(curve: Array) -> tuple[Array, Array]:
    flat = np.stack([np.zeros(6), LOG_MIDDLES, np.full(6, np.log(Q_MIDDLE))], axis=1)
    rough = flat.copy()
    rough[:, 0] = 0.6 * np.clip(np.interp(LOG_MIDDLES, np.log(CENTRES), curve), -8.0, 8.0)
    return flat, rough


def _descend(
    theta: Array, curve: Array, sample_rate: float, max_gain_db: float, steps: int = _STEPS
) -> tuple[float, Array]:
    scales = np.stack([np.full(6, 1 / GAIN_PRIOR_DB), 1 / LOG_WIDTHS, np.full(6, 1 / Q_PRIOR)], axis=1)
    prior_slope = np.diag(scales.ravel())

    def residuals(theta: Array) -> tuple[Array, Array]:
        total, slopes = bands_response(theta, sample_rate)
        r = np.concatenate([total - curve, _prior(theta).ravel()])
        return r, np.vstack([slopes.reshape(len(total), -1), prior_slope])

    r, j = residuals(theta)
    cost, damping = float(r @ r), 1.0
    for _ in range(steps):
        normal = j.T @ j
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), j.T @ r).reshape(6, 3)
        moved = clip_bands(theta - step, sample_rate, max_gain_db)
        r_moved, j_moved = residuals(moved)
        cost_moved = float(r_moved @ r_moved)
        if cost_moved < cost:
            settled = cost - cost_moved < 1e-4 * cost
            theta, r, j, cost, damping = moved, r_moved, j_moved, cost_moved, max(damping / 3.0, 1e-4)
            if settled:
                break
        else:
            damping *= 4.0
            if damping > 1e5:
                break
    return cost, theta


def to_bands(theta: Array) -> tuple[Band, ...]:
    """Return bands without compressors from an array of shape (6, 3)."""
    return tuple(
        Band(type=kind, gain_db=float(gain), frequency_hz=float(np.exp(log_f)), q=float(np.exp(log_q)))
        for (kind, _), (gain, log_f, log_q) in zip(BANDS, theta, strict=True)
    )
