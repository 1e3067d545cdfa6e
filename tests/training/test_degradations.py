"""What training hides: within its ranges, as often as it says, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tonewright.layouts import LAYOUTS, PAPER_BANDS
from tonewright.parameters import COMPRESSOR_PARAMETERS, PARAMETERS
from tonewright.processor.render import render_array
from tonewright.settings import Settings
from tonewright.training.degradations import DEGRADATIONS, Array

BANDS = 6


def drawn(name: str, count: int, seed: int = 0) -> dict[str, Array]:
    """Values by path, (count,) each."""
    rng = np.random.default_rng(seed)
    rows = np.stack([DEGRADATIONS[name].draw(rng) for _ in range(count)])
    return dict(zip(DEGRADATIONS[name].plan.names, rows.T, strict=True))


def settings_of(name: str, seed: int) -> Settings:
    return DEGRADATIONS[name].plan.settings(DEGRADATIONS[name].draw(np.random.default_rng(seed)))


@pytest.mark.parametrize("name", DEGRADATIONS)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_draws_are_settings_within_their_ranges(name: str, seed: int) -> None:
    degradation = DEGRADATIONS[name]
    one = settings_of(name, seed)
    assert len(one.bands) == BANDS
    assert degradation.level_db.low <= one.preamp_db <= degradation.level_db.high
    assert one.output_db == 0.0
    for band, (kind, frequencies) in zip(one.bands, degradation.bands, strict=True):
        assert band.type == kind
        assert frequencies.low * (1 - 1e-9) <= band.frequency_hz <= frequencies.high * (1 + 1e-9)
        assert degradation.gain_db.low <= band.gain_db <= degradation.gain_db.high
        assert degradation.q.low * (1 - 1e-9) <= band.q <= degradation.q.high * (1 + 1e-9)
        assert band.compressor is not None
        for parameter in COMPRESSOR_PARAMETERS:
            wanted, value = degradation.compressor[parameter], getattr(band.compressor, parameter)
            resting = parameter in {"ratio", "makeup_db"} and value == PARAMETERS[parameter].neutral
            assert resting or wanted.low * (1 - 1e-9) <= value <= wanted.high * (1 + 1e-9)


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_a_seed_is_a_draw(name: str) -> None:
    assert settings_of(name, 5) == settings_of(name, 5)
    assert settings_of(name, 5) != settings_of(name, 6)


def test_none_does_nothing() -> None:
    x = np.random.default_rng(0).standard_normal((1, 5000)).astype(np.float32)
    for seed in range(3):
        one = settings_of("none", seed)
        assert one.is_neutral
        assert np.array_equal(render_array(x, 44_100, one), x)


@pytest.mark.parametrize(("name", "bands", "compressors"), [("ours", 1.0, 0.5), ("sparse", 0.5, 0.25)])
def test_bands_and_compressors_are_on_as_often_as_said(name: str, bands: float, compressors: float) -> None:
    values = drawn(name, 400)
    total = 400 * BANDS
    on = sum(int(np.count_nonzero(values[f"bands.{i}.gain_db"])) for i in range(BANDS))
    pressed = sum(int(np.count_nonzero(values[f"bands.{i}.compressor.ratio"] > 1.0)) for i in range(BANDS))
    assert stats.binomtest(on, total, bands).pvalue > 1e-6
    assert stats.binomtest(pressed, total, compressors).pvalue > 1e-6
    for i in range(BANDS):
        off = values[f"bands.{i}.compressor.ratio"] == 1.0
        assert not values[f"bands.{i}.compressor.makeup_db"][off].any(), "what is off adds no level"


def test_the_paper_is_uniform_over_its_tables() -> None:
    values = drawn("paper", 600)
    expected = {"preamp_db": (-24.0, 24.0)}
    for i, (_, low, high) in enumerate(PAPER_BANDS):
        expected |= {f"bands.{i}.gain_db": (-20.0, 20.0), f"bands.{i}.frequency_hz": (low, high)}
        expected |= {f"bands.{i}.q": (0.1, 6.0), f"bands.{i}.compressor.threshold_db": (-60.0, 0.0)}
        expected |= {f"bands.{i}.compressor.ratio": (1.0, 10.0), f"bands.{i}.compressor.attack_ms": (1.0, 100.0)}
        expected |= {f"bands.{i}.compressor.release_ms": (10.0, 500.0), f"bands.{i}.compressor.knee_db": (0.0, 12.0)}
        expected |= {f"bands.{i}.compressor.makeup_db": (0.0, 12.0)}
    assert set(values) - set(expected) == {"output_db"}
    for path, (low, high) in expected.items():
        assert stats.kstest(values[path], stats.uniform(low, high - low).cdf).pvalue > 1e-6, path


def test_the_paper_can_be_said_in_its_own_layout() -> None:
    layout = LAYOUTS["full54"].with_mapping("linear")
    for seed in range(5):
        one = settings_of("paper", seed)
        again = layout.decode(layout.encode(one))
        for band, other in zip(one.bands, again.bands, strict=True):
            assert other.gain_db == pytest.approx(band.gain_db)
            assert other.frequency_hz == pytest.approx(band.frequency_hz)
            assert band.compressor is not None
            assert other.compressor is not None
            assert other.compressor.ratio == pytest.approx(band.compressor.ratio)


def test_gains_of_sparse_are_normal() -> None:
    values = drawn("sparse", 600)
    gains = np.concatenate([values[f"bands.{i}.gain_db"] for i in range(BANDS)])
    gains = gains[gains != 0.0]
    inside = gains[np.abs(gains) < 12.0]
    truncated = stats.truncnorm(-12 / 5, 12 / 5, scale=5)
    assert stats.kstest(inside, truncated.cdf).pvalue > 1e-6
    assert np.abs(gains).max() <= 12.0
