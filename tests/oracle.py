"""The processor once more, slowly and in plain words: what its tests compare with.

Written from the specification alone (Audio EQ Cookbook, soft knee, branching ballistics, Linkwitz-Riley), in float64,
with scipy's ``sosfilt`` and ``butter`` and a Python loop. It shares no line with ``tonewright.processor``.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from tonewright.settings import Band, Compressor, Settings

Array = NDArray[np.float64]

#: Peaks, high shelves and low passes from here (part of the sample rate) are bypassed; other filters stop here.
HIGHEST = 0.49


def biquad(kind: str, gain_db: float, frequency_hz: float, q: float, rate: float) -> list[float]:
    """b0, b1, b2, a0, a1, a2 of the cookbook, not normalised."""
    a = 10 ** (gain_db / 40)
    w0 = 2 * math.pi * frequency_hz / rate
    c = math.cos(w0)
    al = math.sin(w0) / (2 * q)
    s = 2 * math.sqrt(a) * al
    if kind == "peak":
        return [1 + al * a, -2 * c, 1 - al * a, 1 + al / a, -2 * c, 1 - al / a]
    if kind == "low_shelf":
        return [
            a * ((a + 1) - (a - 1) * c + s),
            2 * a * ((a - 1) - (a + 1) * c),
            a * ((a + 1) - (a - 1) * c - s),
            (a + 1) + (a - 1) * c + s,
            -2 * ((a - 1) + (a + 1) * c),
            (a + 1) + (a - 1) * c - s,
        ]
    if kind == "high_shelf":
        return [
            a * ((a + 1) + (a - 1) * c + s),
            -2 * a * ((a - 1) + (a + 1) * c),
            a * ((a + 1) + (a - 1) * c - s),
            (a + 1) - (a - 1) * c + s,
            2 * ((a - 1) - (a + 1) * c),
            (a + 1) - (a - 1) * c - s,
        ]
    if kind == "low_pass":
        return [(1 - c) / 2, 1 - c, (1 - c) / 2, 1 + al, -2 * c, 1 - al]
    if kind == "high_pass":
        return [(1 + c) / 2, -(1 + c), (1 + c) / 2, 1 + al, -2 * c, 1 - al]
    raise ValueError(kind)


def filtered(x: Array, band: Band, rate: float) -> Array:
    frequency = band.frequency_hz
    if frequency >= HIGHEST * rate:
        if band.type in ("peak", "high_shelf", "low_pass"):
            return x
        frequency = HIGHEST * rate
    row = np.array(biquad(band.type, band.gain_db, frequency, band.q, rate))
    return np.asarray(scipy.signal.sosfilt((row / row[3])[None], x, axis=-1))


def static_gain_db(level_db: Array, threshold_db: float, ratio: float, knee_db: float) -> Array:
    """The quadratic soft knee, case by case as textbooks write it."""
    over = level_db - threshold_db
    gain = np.zeros_like(over)
    above = over >= knee_db / 2
    gain[above] = (1 / ratio - 1) * over[above]
    if knee_db > 0:
        within = np.abs(over) < knee_db / 2
        gain[within] = (1 / ratio - 1) * (over[within] + knee_db / 2) ** 2 / (2 * knee_db)
    return gain


def smoothed(gain_db: Array, rate: float, attack_ms: float, release_ms: float) -> Array:
    """One pole in dB from 0 dB; attack when the gain falls. Times are from 10 to 90 %."""
    attack = math.exp(-math.log(9) / (rate * attack_ms * 1e-3))
    release = math.exp(-math.log(9) / (rate * release_ms * 1e-3))
    y = 0.0
    out = []
    for g in gain_db.tolist():
        a = attack if g < y else release
        y = a * y + (1 - a) * g
        out.append(y)
    return np.array(out)


def compressed(x: Array, compressor: Compressor | None, rate: float, *, tied: bool) -> Array:
    """(channels, frames) with one detector on the loudest channel."""
    if compressor is None:
        return x
    c = compressor
    level = 20 * np.log10(np.maximum(1e-8, np.abs(x).max(axis=0)))
    gain = static_gain_db(level, c.threshold_db, c.ratio, c.knee_db)
    reduction = smoothed(gain, rate, c.attack_ms, c.attack_ms if tied else c.release_ms)
    return np.asarray(x * 10 ** ((reduction + c.makeup_db) / 20))


def split(x: Array, splits_hz: tuple[float, ...], rate: float) -> list[Array]:
    """Fourth-order Linkwitz-Riley bands: two Butterworth filters each, and what low and high sum to for other bands."""

    def twice(kind: Literal["lowpass", "highpass"], frequency: float, signal: Array) -> Array:
        sos = scipy.signal.butter(2, min(frequency, HIGHEST * rate), kind, fs=rate, output="sos")
        return np.asarray(scipy.signal.sosfilt(sos, scipy.signal.sosfilt(sos, signal, axis=-1), axis=-1))

    bands: list[Array] = []
    rest = x
    for frequency in splits_hz:
        bands = [twice("lowpass", frequency, band) + twice("highpass", frequency, band) for band in bands]
        bands.append(twice("lowpass", frequency, rest))
        rest = twice("highpass", frequency, rest)
    return [*bands, rest]


def render(samples: NDArray[Any], rate: float, settings: Settings) -> Array:
    """(channels, frames) through settings, in float64."""
    x = np.asarray(samples, dtype=np.float64)
    if settings.link == "none" and x.shape[0] > 1:
        return np.concatenate([render(channel[None], rate, settings) for channel in x])
    tied = settings.ballistics == "tied"
    x = x * 10 ** (settings.preamp_db / 20)
    bands = settings.bands
    if settings.topology == "serial":
        for band in bands:
            x = compressed(filtered(x, band, rate), band.compressor, rate, tied=tied)
    elif settings.topology == "eq_then_drc":
        for band in bands:
            x = filtered(x, band, rate)
        for band in bands:
            x = compressed(x, band.compressor, rate, tied=tied)
    elif not all(band.is_neutral for band in bands):
        total = np.zeros_like(x)
        for part, band in zip(split(x, settings.crossover_hz, rate), bands, strict=True):
            total = total + compressed(filtered(part, band, rate), band.compressor, rate, tied=tied)
        x = total
    x = compressed(x, settings.compressor, rate, tied=tied)
    return np.asarray(x * 10 ** (settings.output_db / 20))


def error_db(got: NDArray[Any], wanted: NDArray[Any]) -> float:
    """Power of the difference relative to the power of what is wanted, in dB."""
    got, wanted = np.asarray(got, dtype=np.float64), np.asarray(wanted, dtype=np.float64)
    assert got.shape == wanted.shape
    power = float(np.sum((got - wanted) ** 2))
    return -math.inf if power == 0.0 else 10 * math.log10(power / float(np.sum(wanted**2)))


def music(rate: float, seconds: float, channels: int = 2, seed: int = 0, level_db: float = -12.0) -> Array:
    """Bursts of pinkish noise over three tones, each channel its own; peak at ``level_db``."""
    rng = np.random.default_rng(seed)
    frames = max(1, round(rate * seconds))
    t = np.arange(frames) / rate
    white = rng.standard_normal((channels, frames))
    pink = scipy.signal.lfilter([0.05, -0.0476], [1.0, -1.97, 0.9703], white, axis=-1)
    pink /= np.abs(pink).max() + 1e-12
    bursts = np.exp(-((t * 7.0) % 1.0) * 5.0)
    tones = np.zeros((channels, frames))
    for channel in range(channels):
        for frequency, weight in zip(rng.uniform(50, 0.2 * rate, 3), (0.5, 0.3, 0.1), strict=True):
            tones[channel] += weight * np.sin(2 * np.pi * frequency * t + rng.uniform(0, 6))
    # Phrases: loud, soft, louder, so that detectors move.
    phrases = np.interp(t, np.linspace(0, t[-1] + 1e-9, 6), [0.02, 1.0, 0.1, 0.8, 0.01, 0.6])
    x = (2 * pink * bursts + 0.5 * tones) * phrases
    return np.asarray(x * 10 ** (level_db / 20) / np.abs(x).max())
