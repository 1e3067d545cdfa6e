"""Topology crossover: bands that sum flat, and that are bands."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tonewright.layouts import LAYOUTS
from tonewright.processor.filters import response_db
from tonewright.processor.render import render_array
from tonewright.settings import Band, Compressor, Settings
from topologies import CROSSOVER_HZ, in_topology

#: Keeps the split on while changing the sound by 1e-9 dB.
NEARLY_NEUTRAL = Compressor(threshold_db=0, ratio=1, makeup_db=1e-9)


def impulse_response_db(settings: Settings, rate: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    x = np.zeros((1, 1 << 17))
    x[0, 0] = 1.0
    y = render_array(x, rate, settings)[0]
    assert not np.array_equal(y, x[0])  # the split is really on
    return np.asarray(np.fft.rfftfreq(y.size, 1 / rate)), np.asarray(20 * np.log10(np.abs(np.fft.rfft(y))))


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize(
    "splits",
    [CROSSOVER_HZ, (1000.0,), (100.0, 130.0, 160.0), (50.0, 18_000.0), tuple(np.geomspace(40, 15_000, 31).tolist())],
)
def test_sums_flat(splits: tuple[float, ...], rate: float) -> None:
    bands = [Band(type="peak", frequency_hz=1000) for _ in range(len(splits) + 1)]
    bands[0] = Band(type="peak", frequency_hz=1000, compressor=NEARLY_NEUTRAL)
    settings = Settings(topology="crossover", bands=tuple(bands), splits_hz=splits)
    frequencies, level = impulse_response_db(settings, rate)
    audible = (frequencies >= 20) & (frequencies <= 20_000)
    assert np.abs(level[audible]).max() < 0.05


def test_default_splits_are_between_the_bands() -> None:
    bands = tuple(Band(type="peak", frequency_hz=f) for f in (100, 400, 6400))
    assert Settings(topology="crossover", bands=bands).crossover_hz == pytest.approx((200, 1600))


@pytest.mark.parametrize("rate", [22_050, 44_100, 192_000])
@pytest.mark.parametrize("index", range(6))
def test_each_band_is_cut_out_by_fourth_order_linkwitz_riley_filters(index: int, rate: float) -> None:
    """The change that a band's gain makes has the magnitude of its own low pass times the high passes below it."""
    splits = tuple(0.2 * split for split in CROSSOVER_HZ)
    bands = [Band(type="peak", frequency_hz=1000) for _ in range(6)]
    responses = []
    for makeup in (1e-9, 6.0):
        compressor = Compressor(threshold_db=0, ratio=1, makeup_db=makeup)
        bands[index] = Band(type="peak", frequency_hz=1000, compressor=compressor)
        x = np.zeros((1, 1 << 16))
        x[0, 0] = 1.0
        settings = Settings(topology="crossover", bands=tuple(bands), splits_hz=splits)
        responses.append(np.fft.rfft(render_array(x, rate, settings)[0]))
    frequencies = np.fft.rfftfreq(1 << 16, 1 / rate)[1:-1]
    found = np.abs(responses[1] - responses[0])[1:-1] / (10 ** (6 / 20) - 1)
    wanted = np.ones_like(frequencies)
    for number, split in enumerate(splits):
        fourth = (np.tan(np.pi * frequencies / rate) / np.tan(np.pi * split / rate)) ** 4
        if number < index:
            wanted *= fourth / (1 + fourth)
        elif number == index:
            wanted /= 1 + fourth
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_stated_response_is_the_sound() -> None:
    bands = (
        Band(type="low_shelf", frequency_hz=100, gain_db=5),
        Band(type="peak", frequency_hz=1000, gain_db=-7, q=2),
        Band(type="high_shelf", frequency_hz=8000, gain_db=3),
    )
    settings = Settings(topology="crossover", bands=bands, preamp_db=1.5, output_db=-0.25)
    frequencies, level = impulse_response_db(settings, 44_100)
    np.testing.assert_allclose(level, response_db(settings, frequencies, 44_100), atol=1e-6)


def test_neutral_bands_bypass_the_split() -> None:
    settings = in_topology(LAYOUTS["full54"], "crossover").base
    x = np.random.default_rng(0).standard_normal((2, 1000)) * 0.1
    louder = settings.with_output(6.0)
    np.testing.assert_allclose(render_array(x, 44_100, louder), x * 10 ** (6 / 20), rtol=1e-14)
