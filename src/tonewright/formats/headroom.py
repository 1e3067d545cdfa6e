"""How much the level must be lowered so that steady tones at full scale do not clip."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tonewright.parameters import HIGHEST_OF_RATE
from tonewright.processor.filters import IDENTITY, biquad, response, split_sections, usable_frequency
from tonewright.settings import Band, Compressor, Settings

Array = NDArray[np.float64]
_POINTS = 400
#: Levels, and phases of a quarter of a period, at which tones are looked at.
_LEVELS, _PHASES = 80, 24


def frequencies(settings: Settings, rate_hz: float, points: int = _POINTS) -> Array:
    """Return where responses are looked at, in Hz: a logarithmic grid from 20 Hz to 20 kHz and every band's centre."""
    highest = min(20_000.0, HIGHEST_OF_RATE * rate_hz)
    centres = [band.frequency_hz for band in settings.bands if 20.0 <= band.frequency_hz <= highest]
    return np.sort(np.concatenate([np.geomspace(20.0, highest, points), centres]))


def needed_headroom_db(settings: Settings, rate_hz: float) -> float:
    """Return the highest level of a steady full-scale tone after everything, in dB above full scale; 0 if below.

    Compressors act as they do on tones (:func:`tone_gain_db`). What passes during an attack can be louder.
    """
    frequency = frequencies(settings, rate_hz)
    tied = settings.ballistics == "tied"
    start = np.full(frequency.size, 10.0 ** (settings.preamp_db / 20.0), dtype=np.complex128)
    if settings.topology == "crossover" and not all(band.is_neutral for band in settings.bands):
        total = np.zeros_like(start)
        splits = settings.crossover_hz
        for index, band in enumerate(settings.bands):
            sections = split_sections(splits, index, rate_hz)
            own = start * np.prod(response(sections, frequency, rate_hz), axis=0)
            total += _compressed(own * _filter(band, frequency, rate_hz), band.compressor, tied)
    elif settings.topology == "eq_then_drc":
        total = start
        for band in settings.bands:
            total = total * _filter(band, frequency, rate_hz)
        for band in settings.bands:
            total = _compressed(total, band.compressor, tied)
    else:
        total = start
        for band in settings.bands:
            total = _compressed(total * _filter(band, frequency, rate_hz), band.compressor, tied)
    total = _compressed(total, settings.compressor, tied)
    return max(0.0, float(_db(total).max()) + settings.output_db)


def tone_gain_db(compressor: Compressor, level_db: Array, tied: bool = False) -> Array:
    """Return a compressor's gain on steady tones of the given peak levels, makeup included, in dB.

    The smoothed excess s of a tone settles where what the attack adds over a period is what the release takes:
    ``(1 - a_attack) E[max(q - s, 0)] = (1 - a_release) E[max(s - q, 0)]``, q the excess over one period.
    """
    levels = np.linspace(float(level_db.min()), float(level_db.max()), _LEVELS)
    sine = 20.0 * np.log10(np.sin((np.arange(_PHASES) + 0.5) * np.pi / (2 * _PHASES)))
    knee = compressor.knee_db
    over = levels[:, None] + sine - compressor.threshold_db + knee / 2.0
    part = np.clip(over / max(knee, 1e-9), 0.0, 1.0)
    q = knee * part**2 / 2.0 + np.maximum(over - knee, 0.0)
    # Constants much longer than a sample: 1 - a goes as 1 / time.
    weight = 1.0 if tied else compressor.release_ms / compressor.attack_ms
    low, high = np.zeros(_LEVELS), q.max(axis=1)
    for _ in range(24):
        s = 0.5 * (low + high)
        off = q - s[:, None]
        rises = (np.where(off > 0.0, weight, 1.0) * off).sum(axis=1) > 0.0
        low, high = np.where(rises, s, low), np.where(rises, high, s)
    settled = np.interp(level_db, levels, low)
    return np.asarray(compressor.makeup_db - (1.0 - 1.0 / compressor.ratio) * settled)


def _filter(band: Band, frequency: Array, rate_hz: float) -> NDArray[np.complex128]:
    usable, bypass = usable_frequency(band.type, np.array(band.frequency_hz), rate_hz)
    section = IDENTITY if bypass or band.filter_is_neutral else biquad(band.type, band.gain_db, usable, band.q, rate_hz)
    return response(section, frequency, rate_hz)


def _compressed(tone: NDArray[np.complex128], compressor: Compressor | None, tied: bool) -> NDArray[np.complex128]:
    if compressor is None or compressor.is_neutral:
        return tone
    return np.asarray(tone * 10.0 ** (tone_gain_db(compressor, _db(tone), tied) / 20.0))


def _db(tone: NDArray[np.complex128]) -> Array:
    return np.asarray(20.0 * np.log10(np.maximum(np.abs(tone), 1e-12)))
