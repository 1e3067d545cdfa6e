"""Neutral settings copy the samples, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from processor import draws
from processor.draws import TOPOLOGIES
from tonewright.layouts import LAYOUTS
from tonewright.processor.render import render_array
from tonewright.processor.stream import Stream
from tonewright.settings import Band, Compressor, Settings, Topology
from topologies import in_topology

RATE = 44_100


def awkward(dtype: Any) -> np.ndarray[Any, Any]:
    """Noise, and the samples that a conversion would betray: -0, denormals, the largest and the smallest numbers."""
    info = np.finfo(dtype)
    x = np.random.default_rng(0).standard_normal((2, 1000)).astype(dtype)
    special = [0.0, -0.0, info.smallest_subnormal, -info.smallest_subnormal, info.max, info.min, info.tiny, 1.0, -1.0]
    x[:, : len(special)] = np.array(special, dtype=dtype)
    return x


def same_bytes(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("name", list(LAYOUTS))
def test_every_layouts_neutral(name: str, topology: Topology, dtype: Any) -> None:
    layout = in_topology(LAYOUTS[name], topology)
    settings = layout.decode(layout.neutral)
    assert settings.is_neutral
    x = awkward(dtype)
    y = render_array(x, RATE, settings)
    assert same_bytes(y, x)
    assert not np.shares_memory(x, y)
    stream = Stream(settings, RATE, 2, dtype=dtype)
    blocks = [stream.process(x[:, a:b]) for a, b in ((0, 1), (1, 700), (700, 1000))]
    assert same_bytes(np.concatenate(blocks, axis=1), x)


@given(draws.settings(whole=True))
@hypothesis_settings(max_examples=60, deadline=None)
def test_amount_0_of_anything(settings: Settings) -> None:
    nothing = settings.scaled(0.0)
    assert nothing.is_neutral
    x = awkward(np.float32)
    assert same_bytes(render_array(x, RATE, nothing), x)


@pytest.mark.parametrize("threshold", [-160.0, -30.0, 0.0, 60.0])
@pytest.mark.parametrize("knee", [0.0, 6.0, 60.0])
def test_ratio_1_at_any_threshold_knee_and_time(threshold: float, knee: float) -> None:
    compressor = Compressor(threshold_db=threshold, ratio=1, knee_db=knee, attack_ms=0.01, release_ms=20_000)
    band = Band(type="peak", frequency_hz=100, compressor=compressor)
    for topology in TOPOLOGIES:
        settings = Settings(topology=topology, bands=(band,), compressor=compressor)
        x = awkward(np.float32)
        assert same_bytes(render_array(x, RATE, settings), x)


def test_neutral_stages_beside_active_ones_change_nothing() -> None:
    """A neutral band leaves the output's bytes as they are without it."""
    active = Band(type="peak", frequency_hz=500, gain_db=4, compressor=Compressor(threshold_db=-30, ratio=3))
    neutral = Band(type="high_shelf", frequency_hz=5000, compressor=Compressor(threshold_db=-60, ratio=1))
    x = np.random.default_rng(0).standard_normal((2, 3000)).astype(np.float32) * 0.1
    alone = render_array(x, RATE, Settings(bands=(active,)))
    for bands in ((active, neutral), (neutral, active), (neutral, active, neutral)):
        assert same_bytes(render_array(x, RATE, Settings(bands=bands)), alone)


@pytest.mark.parametrize("shape", [(0,), (1,), (7,), (2, 0), (1, 7), (2, 7), (3, 2, 7), (0, 2, 7)])
def test_every_shape_is_kept(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).standard_normal(shape)
    for settings in (Settings(), Settings(output_db=6.0), Settings(compressor=Compressor(threshold_db=-60, ratio=4))):
        for dtype in (np.float32, np.float64):
            y = render_array(x.astype(dtype), RATE, settings)
            assert y.shape == shape
            assert y.dtype == dtype


def test_half_precision_is_widened_and_keeps_its_values() -> None:
    x = np.random.default_rng(0).standard_normal((2, 50)).astype(np.float16)
    y = render_array(x, RATE, Settings())
    assert y.dtype == np.float32
    assert np.array_equal(y, x.astype(np.float32))


def test_strided_and_reversed_arrays() -> None:
    whole = np.random.default_rng(0).standard_normal((300, 4)).astype(np.float32)
    settings = Settings(preamp_db=3, bands=(Band(type="peak", frequency_hz=500, gain_db=4),))
    view = whole.T[::2, ::-3]
    assert same_bytes(render_array(view, RATE, settings), render_array(view.copy(), RATE, settings))
    frozen = whole.T.copy()
    frozen.flags.writeable = False
    render_array(frozen, RATE, settings)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_input_is_left_alone(dtype: Any) -> None:
    x = np.random.default_rng(0).standard_normal((2, 600)).astype(dtype)
    before = x.copy()
    render_array(x, RATE, draws.random_settings(np.random.default_rng(0), 6, "crossover", preamp_db=2.0))
    assert same_bytes(x, before)
