"""Attacks kept, moved, softened, smeared."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal

from tonewright.evaluation.transients import transient_difference
from tonewright.processor.render import render_array
from tonewright.settings import Settings

RATE = 44_100


def drums(attack_ms: float = 0.5, seed: int = 0) -> np.ndarray:
    """Bursts of noise, four per second, over a faint carpet."""
    rng = np.random.default_rng(seed)
    since = np.arange(4 * RATE) % (RATE // 4) / RATE
    shape = np.minimum(since / (attack_ms / 1000), 1.0) * np.exp(-since / 0.03)
    noise = rng.standard_normal(4 * RATE)
    return np.asarray((0.2 * shape + 0.005) * noise, dtype=np.float32)[None]


DRUMS = drums()


def test_the_slower_the_attack_the_further() -> None:
    values = [transient_difference(drums(attack), DRUMS, RATE) for attack in (0.5, 5, 20, 60)]
    assert values[0] == 0.0
    assert values == sorted(values)
    assert values[-1] > 0.2


def test_smearing_costs_more_than_filtering() -> None:
    tail = np.random.default_rng(1).standard_normal(RATE // 4) * np.exp(-np.arange(RATE // 4) / (0.05 * RATE))
    smeared = scipy.signal.fftconvolve(DRUMS, tail[None], axes=1)[:, : DRUMS.shape[1]]
    shelf = Settings.model_validate({"bands": [{"type": "high_shelf", "frequency_hz": 3000, "gain_db": 9, "q": 0.7}]})
    filtered = transient_difference(render_array(DRUMS, RATE, shelf), DRUMS, RATE)
    assert filtered < 0.03
    assert transient_difference(smeared, DRUMS, RATE) > 5 * filtered


def test_compression_costs() -> None:
    compressor = {"ratio": 4, "attack_ms": 0.5, "release_ms": 100, "knee_db": 0, "makeup_db": 0, "threshold_db": -40}
    settings = Settings.model_validate({"bands": [], "compressor": compressor})
    assert transient_difference(render_array(DRUMS, RATE, settings), DRUMS, RATE) > 0.1


def test_moved_attacks_are_lost_attacks() -> None:
    clean = np.zeros((1, 2 * RATE))
    moved = np.zeros((1, 2 * RATE))
    clean[0, [20_000, 60_000]], moved[0, [40_000, 80_000]] = 1.0, 1.0
    assert transient_difference(moved, clean, RATE) == pytest.approx(1.0, abs=0.01)


def test_a_steady_tone_has_no_attacks() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)
    assert transient_difference(DRUMS[0, :RATE], tone, RATE) > 0.9


@pytest.mark.parametrize("rate", [22_050, 48_000, 96_000])
def test_any_rate_and_stereo(rate: int) -> None:
    both = np.concatenate([DRUMS, drums(seed=1)])
    other = np.concatenate([drums(20), drums(20, seed=1)])
    assert 0.02 < transient_difference(other, both, rate) < 0.5
