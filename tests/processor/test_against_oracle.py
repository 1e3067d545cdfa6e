"""Rendering equals an independent float64 oracle."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from oracle import error_db, music, render
from processor.draws import TOPOLOGIES, random_compressor, random_settings
from tonewright.layouts import LAYOUTS
from tonewright.processor.filters import biquad, frequency_warnings, response_db
from tonewright.processor.render import render_array
from tonewright.settings import Band, BandType, Compressor, Settings, Topology
from topologies import in_topology

RATE = 44_100
#: The specified bound for float32 audio, and ours for float64 (the oracle's own rounding leaves about -220 dB).
FLOAT32_DB, FLOAT64_DB = -120.0, -190.0
FULL54 = np.random.default_rng(54).random((50, 54))


@pytest.mark.parametrize("index", range(50))
def test_random_full54(index: int) -> None:
    settings = LAYOUTS["full54"].decode(FULL54[index])
    x = music(RATE, 0.5, seed=index).astype(np.float32)
    wanted = render(x, RATE, settings)
    assert error_db(render_array(x, RATE, settings), wanted) <= FLOAT32_DB
    assert error_db(render_array(x.astype(np.float64), RATE, settings), wanted) <= FLOAT64_DB


@pytest.mark.parametrize("ballistics", ["branching", "tied"])
@pytest.mark.parametrize("link", ["max", "none"])
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_topologies_links_and_ballistics(
    topology: Topology, link: Literal["max", "none"], ballistics: Literal["branching", "tied"]
) -> None:
    rng = np.random.default_rng(6)
    for seed in range(3):
        drawn = in_topology(LAYOUTS["full54"], topology).decode(rng.random(54))
        settings = drawn.changed(
            link=link, ballistics=ballistics, preamp_db=-4.5, output_db=3.25, compressor=random_compressor(rng)
        )
        x = music(RATE, 0.2, seed=seed).astype(np.float32)
        wanted = render(x, RATE, settings)
        assert error_db(render_array(x, RATE, settings), wanted) <= FLOAT32_DB
        assert error_db(render_array(x.astype(np.float64), RATE, settings), wanted) <= FLOAT64_DB


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("bands", [0, 1, 2, 3, 5, 9, 16, 31, 32])
def test_any_number_of_bands_of_any_type(bands: int, topology: Topology) -> None:
    rng = np.random.default_rng(bands)
    settings = random_settings(rng, bands, topology, gain_db=6.0, preamp_db=2.0, output_db=-7.0)
    x = music(RATE, 0.15, seed=bands).astype(np.float32)
    wanted = render(x, RATE, settings)
    assert error_db(render_array(x, RATE, settings), wanted) <= FLOAT32_DB
    assert error_db(render_array(x.astype(np.float64), RATE, settings), wanted) <= FLOAT64_DB


@pytest.mark.parametrize("link", ["max", "none"])
@pytest.mark.parametrize("channels", range(1, 9))
def test_any_number_of_channels(channels: int, link: Literal["max", "none"]) -> None:
    settings = random_settings(np.random.default_rng(channels), 4, link=link)
    x = music(RATE, 0.15, channels, seed=channels)
    assert error_db(render_array(x, RATE, settings), render(x, RATE, settings)) <= FLOAT64_DB


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 22_050, 48_000, 88_200, 96_000, 192_000, 352_800, 384_000])
def test_any_rate(rate: int, topology: Topology) -> None:
    rng = np.random.default_rng(rate)
    drawn = in_topology(LAYOUTS["full54"], topology)
    for _ in range(2):
        settings = drawn.decode(rng.random(54))
        x = music(rate, min(0.15, 20_000 / rate))
        assert error_db(render_array(x, rate, settings), render(x, rate, settings)) <= FLOAT64_DB


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_preamp_comes_before_the_compressors_and_output_after(topology: Topology) -> None:
    compressor = Compressor(threshold_db=-30, ratio=4)
    bands = (Band(type="peak", frequency_hz=200, compressor=compressor), Band(type="peak", frequency_hz=3000))
    outer = Compressor(threshold_db=-20, ratio=2, knee_db=0)
    x = music(RATE, 0.3)
    for gains in ({"preamp_db": 9.0}, {"output_db": 9.0}):
        settings = Settings(topology=topology, bands=bands, compressor=outer, **gains)
        assert error_db(render_array(x, RATE, settings), render(x, RATE, settings)) <= FLOAT64_DB
    first = render_array(x, RATE, Settings(topology=topology, bands=bands, compressor=outer))
    last = render_array(x, RATE, Settings(topology=topology, bands=bands, compressor=outer, output_db=9.0))
    assert error_db(last, first * 10 ** (9 / 20)) <= FLOAT64_DB


@pytest.mark.parametrize("kind", ["low_shelf", "peak", "high_shelf", "low_pass", "high_pass"])
def test_filters_have_the_cookbook_response(kind: BandType) -> None:
    gain = 0.0 if kind.endswith("pass") else 9.0
    for rate in (8000, 44_100, 384_000):
        f, q = 0.07 * rate, 1.3
        settings = Settings(bands=(Band(type=kind, frequency_hz=f, gain_db=gain, q=q),))
        at = {
            "peak": [(0.0, 0.0), (f, gain), (rate / 2, 0.0)],
            "low_shelf": [(0.0, gain), (f, gain / 2), (rate / 2, 0.0)],
            "high_shelf": [(0.0, 0.0), (f, gain / 2), (rate / 2, gain)],
            "low_pass": [(0.0, 0.0), (f, 20 * np.log10(q))],
            "high_pass": [(f, 20 * np.log10(q)), (rate / 2, 0.0)],
        }[kind]
        found = response_db(settings, [row[0] for row in at], rate)
        np.testing.assert_allclose(found, [row[1] for row in at], atol=1e-9)
        # The sound has the stated response too.
        x = np.zeros((1, 16_384))
        x[0, 0] = 1.0
        spectrum = np.abs(np.fft.rfft(render_array(x, rate, settings)[0]))
        frequencies = np.fft.rfftfreq(x.shape[1], 1 / rate)
        heard = spectrum > 1e-5
        np.testing.assert_allclose(
            20 * np.log10(spectrum[heard]), response_db(settings, frequencies, rate)[heard], atol=1e-6
        )


def test_coefficients_are_divided_by_a0() -> None:
    b0, b1, b2, a1, a2 = biquad("peak", 6.0, 1000.0, 2.0, 48_000.0)
    w, a = 2 * np.pi * 1000 / 48_000, 10 ** (6 / 40)
    al = np.sin(w) / 4
    over = 1 + al / a
    np.testing.assert_allclose(
        [b0, b1, b2, a1, a2],
        [(1 + al * a) / over, -2 * np.cos(w) / over, (1 - al * a) / over, -2 * np.cos(w) / over, (1 - al / a) / over],
        rtol=1e-14,
    )


@pytest.mark.parametrize("kind", ["peak", "high_shelf"])
def test_a_band_beyond_the_rate_is_bypassed_with_a_warning(kind: BandType) -> None:
    rate = 16_000
    x = music(rate, 0.1)
    for frequency in (0.49 * rate, 0.5 * rate, 20_000):
        settings = Settings(bands=(Band(type=kind, frequency_hz=frequency, gain_db=12),))
        assert np.array_equal(render_array(x, rate, settings), x)
        (sentence,) = frequency_warnings(settings, rate)
        assert "Band 1" in sentence
        assert kind in sentence
        assert sentence.endswith("bypassed.")
        assert np.all(response_db(settings, [100.0, 7900.0], rate) == 0.0)
    inside = Settings(bands=(Band(type=kind, frequency_hz=0.4899 * rate, gain_db=12),))
    assert frequency_warnings(inside, rate) == []
    assert not np.array_equal(render_array(x, rate, inside), x)


def test_the_compressor_of_a_bypassed_band_still_works() -> None:
    compressor = Compressor(threshold_db=-40, ratio=4)
    with_filter = Settings(bands=(Band(type="peak", frequency_hz=20_000, gain_db=12, compressor=compressor),))
    alone = Settings(compressor=compressor)
    x = music(16_000, 0.2)
    assert np.array_equal(render_array(x, 16_000, with_filter), render_array(x, 16_000, alone))
