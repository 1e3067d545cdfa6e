"""Second-order filters: the RBJ Audio EQ Cookbook with Q for every type, and their exact responses (float64)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tonewright.parameters import HIGHEST_OF_RATE
from tonewright.settings import Settings

Array = NDArray[np.float64]

#: Coefficients of the filter that copies its input.
IDENTITY = np.array([1.0, 0.0, 0.0, 0.0, 0.0])

#: Butterworth sharpness: two such sections make one fourth-order Linkwitz-Riley filter.
BUTTERWORTH_Q = 2.0**-0.5


def biquad(kind: str, gain_db: ArrayLike, frequency_hz: ArrayLike, q: ArrayLike, sample_rate: float) -> Any:
    """Design second-order sections.

    Source: R. Bristow-Johnson, "Audio EQ Cookbook", with ``alpha = sin(w0) / (2 Q)``; the shelf frequency is its
    half-gain point. The formulas hold for complex arguments too, which :func:`jacobian` uses.

    Parameters
    ----------
    kind
        ``low_shelf``, ``peak``, ``high_shelf``, ``low_pass``, ``high_pass`` or ``all_pass``.
    gain_db, frequency_hz, q
        Arrays that broadcast together; ``frequency_hz`` below half the sample rate.
    sample_rate
        In Hz.

    Returns
    -------
    Array of shape (..., 5): b0, b1, b2, a1, a2, divided by a0.
    """
    gain_db, frequency_hz, q = np.asarray(gain_db), np.asarray(frequency_hz), np.asarray(q)
    w0 = 2.0 * np.pi * frequency_hz / sample_rate
    c, alpha = np.cos(w0), np.sin(w0) / (2.0 * q)
    if kind in ("low_shelf", "high_shelf"):
        sign = 1.0 if kind == "low_shelf" else -1.0
        a = 10.0 ** (gain_db / 40.0)
        s = 2.0 * np.sqrt(a) * alpha
        plus, minus = a + 1.0, sign * (a - 1.0)
        b0 = a * (plus - minus * c + s)
        b1 = 2.0 * a * sign * ((a - 1.0) - sign * plus * c)
        b2 = a * (plus - minus * c - s)
        a0 = plus + minus * c + s
        a1 = -2.0 * sign * ((a - 1.0) + sign * plus * c)
        a2 = plus + minus * c - s
    else:
        if kind == "peak":
            a = 10.0 ** (gain_db / 40.0)
            b0, b2, over = 1.0 + alpha * a, 1.0 - alpha * a, alpha / a
            b1 = -2.0 * c
        elif kind == "low_pass":
            b0 = b2 = (1.0 - c) / 2.0
            b1, over = 1.0 - c, alpha
        elif kind == "high_pass":
            b0 = b2 = (1.0 + c) / 2.0
            b1, over = -(1.0 + c), alpha
        elif kind == "all_pass":
            b0, b1, b2, over = 1.0 - alpha, -2.0 * c, 1.0 + alpha, alpha
        else:
            raise ValueError(f"Unknown filter type {kind!r}.")
        a0, a1, a2 = 1.0 + over, -2.0 * c, 1.0 - over
    columns = np.broadcast_arrays(b0, b1, b2, a1, a2, a0)
    return np.stack(columns[:5], axis=-1) / columns[5][..., None]


def jacobian(kind: str, gain_db: Array, frequency_hz: Array, q: Array, sample_rate: float) -> Array:
    """Differentiate :func:`biquad` by its three parameters, to rounding error.

    Source: the complex step of W. Squire and G. Trapp (SIAM Review 40, 1998), which has no cancellation.

    Returns
    -------
    Array of shape (..., 5, 3): coefficients by (gain_db, frequency_hz, q).
    """
    step = 1e-30
    parameters = (gain_db, frequency_hz, q)
    columns = []
    for index in range(3):
        moved = [np.asarray(value, dtype=np.complex128) for value in parameters]
        moved[index] = moved[index] + 1j * step
        columns.append(np.imag(biquad(kind, moved[0], moved[1], moved[2], sample_rate)) / step)
    return np.stack(columns, axis=-1)


def usable_frequency(kind: str, frequency_hz: Array, sample_rate: float) -> tuple[Array, NDArray[np.bool_]]:
    """Bring frequencies below 0.49 of the sample rate.

    Peaks, high shelves and low passes at or above that have nothing left to act on and are bypassed; low shelves and
    high passes act on everything below and stop there.

    Returns
    -------
    The frequencies to design with, in Hz, and a mask of filters to bypass; both of the shape of ``frequency_hz``.
    """
    highest = HIGHEST_OF_RATE * sample_rate
    frequency_hz = np.asarray(frequency_hz, dtype=np.float64)
    above = frequency_hz >= highest
    bypass = above if kind in ("peak", "high_shelf", "low_pass") else np.zeros_like(above)
    return np.minimum(frequency_hz, highest), bypass


def frequency_warnings(settings: Settings, sample_rate: float) -> list[str]:
    """Return one sentence for each band that cannot act as written at this sample rate (in Hz)."""
    highest = HIGHEST_OF_RATE * sample_rate
    sentences = []
    for number, band in enumerate(settings.bands, 1):
        if band.is_neutral or band.frequency_hz < highest:
            continue
        _, bypass = usable_frequency(band.type, np.array(band.frequency_hz), sample_rate)
        done = "is bypassed" if bypass else f"acts at {highest:.0f} Hz"
        sentences.append(
            f"Band {number} ({band.type} at {band.frequency_hz:.0f} Hz) lies above the range of audio "
            f"sampled at {sample_rate:g} Hz and {done}."
        )
    return sentences


def response(coefficients: ArrayLike, frequency_hz: ArrayLike, sample_rate: float) -> NDArray[np.complex128]:
    """Evaluate H(z) of second-order sections on the unit circle.

    Parameters
    ----------
    coefficients
        Shape (..., 5) as :func:`biquad` returns them.
    frequency_hz
        Shape (frequencies,).

    Returns
    -------
    Complex array of shape (..., frequencies).
    """
    c = np.asarray(coefficients, dtype=np.float64)[..., None]
    z = np.exp(-2j * np.pi * np.asarray(frequency_hz, dtype=np.float64) / sample_rate)
    numerator = c[..., 0, :] + (c[..., 1, :] + c[..., 2, :] * z) * z
    denominator = 1.0 + (c[..., 3, :] + c[..., 4, :] * z) * z
    return np.asarray(numerator / denominator)


def band_response_db(settings: Settings, frequency_hz: ArrayLike, sample_rate: float) -> Array:
    """Return the static response of each band's filter, in dB, shape (bands, frequencies)."""
    frequency_hz = np.asarray(frequency_hz, dtype=np.float64)
    rows = np.zeros((len(settings.bands), frequency_hz.size))
    for row, band in zip(rows, settings.bands, strict=True):
        usable, bypass = usable_frequency(band.type, np.array(band.frequency_hz), sample_rate)
        if not bypass:
            section = biquad(band.type, band.gain_db, usable, band.q, sample_rate)
            row[:] = 20.0 * np.log10(np.maximum(np.abs(response(section, frequency_hz, sample_rate)), 1e-12))
    return rows


def response_db(settings: Settings, frequency_hz: ArrayLike, sample_rate: float) -> Array:
    """Return the static response of serial settings in dB: preamp, filters and output, without compressors.

    For topology ``crossover`` the bands are weighted by their Linkwitz-Riley splits and summed with their phases.

    Returns
    -------
    Array of shape (frequencies,).
    """
    frequency_hz = np.asarray(frequency_hz, dtype=np.float64)
    level = settings.preamp_db + settings.output_db
    splits = settings.crossover_hz
    if not splits or settings.is_neutral:
        return np.asarray(level + band_response_db(settings, frequency_hz, sample_rate).sum(axis=0))
    total = np.zeros(frequency_hz.size, dtype=np.complex128)
    for index, band in enumerate(settings.bands):
        usable, bypass = usable_frequency(band.type, np.array(band.frequency_hz), sample_rate)
        own = IDENTITY if bypass else biquad(band.type, band.gain_db, usable, band.q, sample_rate)
        sections = np.vstack([split_sections(splits, index, sample_rate), own[None]])
        total += np.prod(response(sections, frequency_hz, sample_rate), axis=0)
    return np.asarray(level + 20.0 * np.log10(np.maximum(np.abs(total), 1e-12)))


def split_sections(splits_hz: tuple[float, ...], index: int, sample_rate: float) -> Array:
    """Return the sections that cut band ``index`` out of a fourth-order Linkwitz-Riley crossover.

    High passes for the splits below the band, a low pass for the split above it, and for the splits further up the
    all-pass that their low and high pass add up to, so that the bands sum to a flat magnitude (S. Lipshitz and
    J. Vanderkooy, JAES 34, 1986).

    Returns
    -------
    Array of shape (2 * len(splits_hz), 5); the second section of an all-pass is the identity.
    """
    rows: list[Array] = []
    for number, split in enumerate(splits_hz):
        usable = min(split, HIGHEST_OF_RATE * sample_rate)
        if number > index:
            rows += [biquad("all_pass", 0.0, usable, BUTTERWORTH_Q, sample_rate), IDENTITY]
        else:
            kind = "high_pass" if number < index else "low_pass"
            rows += [biquad(kind, 0.0, usable, BUTTERWORTH_Q, sample_rate)] * 2
    return np.array(rows).reshape(-1, 5)
