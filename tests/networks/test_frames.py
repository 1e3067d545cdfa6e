"""What networks hear: independent of level, channels and, nearly, of the sample rate."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.signal import resample_poly

from tonewright.analysis.bands import usable_bands
from tonewright.analysis.survey import Survey, survey
from tonewright.audio import Audio, measure, read
from tonewright.networks.frames import BANDS, WIDTH, WORKING_DB, hear_frames
from tonewright.networks.network import DECIBELS, statistics

EXAMPLES = Path(__file__).parents[2] / "examples"


@lru_cache
def song() -> Audio:
    whole = read(EXAMPLES / "song.ogg")
    return whole.with_samples(whole.samples[:, : 8 * whole.sample_rate])


def surveyed(samples: np.ndarray[Any, Any], rate: int) -> Survey:
    return survey([np.ascontiguousarray(samples, dtype=np.float32)], rate, len(samples))


def test_shape_and_range() -> None:
    frames = hear_frames(surveyed(song().samples, song().sample_rate))
    assert frames.values.shape[1] == WIDTH
    assert frames.values.dtype == np.float32
    assert np.isfinite(frames.values).all()
    assert np.abs(frames.values).max() < 6.0
    assert frames.gain_db == WORKING_DB - frames.level_db


@pytest.mark.parametrize("gain_db", [12.0, -12.0])
def test_level_does_not_matter(gain_db: float) -> None:
    samples, rate = song().samples, song().sample_rate
    plain = hear_frames(surveyed(samples, rate))
    moved = hear_frames(surveyed(10.0 ** (gain_db / 20.0) * samples, rate))
    assert moved.level_db - plain.level_db == pytest.approx(gain_db, abs=1e-3)
    # Near silence the floor of the measurement is seen: a hundredth of the frames at most.
    assert np.quantile(np.abs(moved.values - plain.values), 0.99) < 0.01


def test_stereo_of_the_same_is_mono() -> None:
    mono, rate = song().samples[:1], song().sample_rate
    once, twice = (hear_frames(surveyed(np.repeat(mono, channels, axis=0), rate)) for channels in (1, 2))
    assert twice.level_db == pytest.approx(once.level_db, abs=1e-4)
    assert np.abs(twice.values - once.values).max() < 1e-3


def test_the_sample_rate_hardly_matters() -> None:
    assert song().sample_rate == 44_100
    other = resample_poly(song().samples.astype(np.float64), 160, 147, axis=1)
    a, b = hear_frames(surveyed(song().samples, 44_100)), hear_frames(surveyed(other, 48_000))
    assert b.level_db == pytest.approx(a.level_db, abs=0.2)
    common = usable_bands(44_100)
    long_term = [statistics(one.values)[:BANDS][common] * DECIBELS for one in (a, b)]
    assert np.abs(long_term[0] - long_term[1]).mean() < 0.5
    moving = [one.values[:, BANDS:].mean(axis=0) * DECIBELS for one in (a, b)]
    assert np.abs(moving[0] - moving[1]).max() < 1.5


def test_the_level_is_loudness() -> None:
    random = np.random.default_rng(0)
    noise = 0.1 * random.standard_normal((1, 5 * 44_100)).astype(np.float32)
    heard = hear_frames(surveyed(noise, 44_100))
    # Bands end at 16 kHz, loudness does not.
    assert heard.level_db == pytest.approx(measure(Audio(noise, 44_100)).integrated_lufs, abs=2.0)


def test_bands_that_a_rate_cannot_hold_are_floored() -> None:
    low = hear_frames(surveyed(song().samples[:, ::5], 8820)).values[:, :BANDS]
    beyond = ~usable_bands(8820)
    assert beyond.any()
    assert np.ptp(low[:, beyond]) == 0.0
    assert low[:, beyond].max() <= low.min() + 1e-6
