"""Blocks equal the whole, and settings change without clicks."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest
import scipy.signal
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from oracle import music
from processor import draws
from processor.draws import TOPOLOGIES, random_compressor, random_settings
from tonewright.errors import AudioError
from tonewright.layouts import LAYOUTS
from tonewright.processor.render import render_array
from tonewright.processor.stream import Stream
from tonewright.settings import Band, Compressor, Settings, Topology
from topologies import in_topology

RATE = 44_100
Samples = np.ndarray[Any, Any]


def in_blocks(stream: Stream, x: Samples, sizes: list[int]) -> Samples:
    """Feed blocks of these sizes, over and over, until the signal ends."""
    pieces, start, turn = [], 0, 0
    while start < x.shape[-1]:
        size = sizes[turn % len(sizes)]
        pieces.append(stream.process(x[:, start : start + size]))
        start, turn = start + size, turn + 1
    return np.concatenate(pieces, axis=-1)


def assert_equal(got: Samples, wanted: Samples) -> None:
    """To 1e-6 of full scale, or of the peak where that is above full scale."""
    assert got.dtype == wanted.dtype
    assert got.shape == wanted.shape
    difference = np.abs(got.astype(np.float64) - wanted).max()
    assert difference <= 1e-6 * max(1.0, float(np.abs(wanted).max()))


# ---- equal to offline


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("block", [1, 7, 64, 512, 4096])
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_equals_offline(topology: Topology, block: int, dtype: Any) -> None:
    rng = np.random.default_rng(block)
    drawn = in_topology(LAYOUTS["full54"], topology).decode(rng.random(54))
    settings = drawn.changed(compressor=random_compressor(rng), preamp_db=-6.0, output_db=2.0)
    x = music(RATE, 0.03 if block == 1 else 0.3).astype(dtype)
    assert_equal(in_blocks(Stream(settings, RATE, 2, dtype=dtype), x, [block]), render_array(x, RATE, settings))


@given(draws.settings(), st.lists(st.integers(0, 1500), min_size=1, max_size=6).filter(any), st.integers(1, 3))
@hypothesis_settings(max_examples=60, deadline=None)
def test_equals_offline_for_random_settings_and_blocks(settings: Settings, sizes: list[int], channels: int) -> None:
    x = music(RATE, 0.05, channels).astype(np.float32)
    assert_equal(in_blocks(Stream(settings, RATE, channels), x, sizes), render_array(x, RATE, settings))


@pytest.mark.parametrize("link", ["max", "none"])
@pytest.mark.parametrize("ballistics", ["branching", "tied"])
def test_equals_offline_linked_and_tied(link: Literal["max", "none"], ballistics: Literal["branching", "tied"]) -> None:
    drawn = LAYOUTS["full54"].decode(np.random.default_rng(1).random(54))
    settings = drawn.changed(link=link, ballistics=ballistics)
    x = music(RATE, 0.1, 4).astype(np.float32)
    assert_equal(in_blocks(Stream(settings, RATE, 4), x, [333]), render_array(x, RATE, settings))


@pytest.mark.parametrize("outer", [None, Compressor(threshold_db=-40, ratio=3)])
def test_equals_offline_where_neutral_bands_bypass_the_split(outer: Compressor | None) -> None:
    base = in_topology(LAYOUTS["full54"], "crossover").base
    settings = base.changed(compressor=outer, preamp_db=3.0)
    x = music(RATE, 0.1).astype(np.float32)
    assert_equal(in_blocks(Stream(settings, RATE, 2), x, [100]), render_array(x, RATE, settings))


def test_equals_offline_with_a_band_beyond_the_rate() -> None:
    settings = Settings(bands=(Band(type="peak", frequency_hz=9000, gain_db=9), Band(type="peak", frequency_hz=500)))
    x = music(16_000, 0.1).astype(np.float32)
    assert_equal(in_blocks(Stream(settings, 16_000, 2), x, [100]), render_array(x, 16_000, settings))


def test_reset_forgets_the_past() -> None:
    settings = random_settings(np.random.default_rng(2), 5)
    x = music(RATE, 0.1).astype(np.float32)
    stream = Stream(settings, RATE, 2)
    first = in_blocks(stream, x, [1000])
    stream.reset()
    assert np.array_equal(in_blocks(stream, x, [1000]), first)


def test_reset_completes_a_change_of_settings() -> None:
    before, after = (random_settings(np.random.default_rng(seed), 5) for seed in (3, 4))
    x = music(RATE, 0.1).astype(np.float32)
    stream = Stream(before, RATE, 2)
    stream.process(x)
    stream.set(after)
    stream.process(x[:, :100])
    stream.reset()
    assert_equal(stream.process(x), render_array(x, RATE, after))


def test_refuses_what_is_not_finite_and_goes_on_as_if_nothing_had_been() -> None:
    settings = random_settings(np.random.default_rng(2), 5)
    x = music(RATE, 0.1).astype(np.float32)
    stream = Stream(settings, RATE, 2)
    first = stream.process(x[:, :1000])
    bad = x[:, 1000:2000].copy()
    bad[1, 17] = np.nan
    with pytest.raises(AudioError, match=r"nan at channel 2, frame 17"):
        stream.process(bad)
    whole = np.concatenate([first, stream.process(x[:, 1000:])], axis=1)
    assert_equal(whole, render_array(x, RATE, settings))


def test_refuses_a_block_with_other_channels() -> None:
    stream = Stream(Settings(output_db=1), RATE, 2)
    with pytest.raises(ValueError, match="2 channels"):
        stream.process(np.zeros((3, 10), np.float32))


# ---- changes


def peak(gain_db: float, frequency_hz: float = 60.0) -> Settings:
    return Settings(bands=(Band(type="peak", frequency_hz=frequency_hz, gain_db=gain_db, q=1.0),))


def shelf(gain_db: float) -> Settings:
    return Settings(bands=(Band(type="high_shelf", frequency_hz=4000, gain_db=gain_db),))


def makeup(value: float) -> Settings:
    return Settings(compressor=Compressor(threshold_db=-30, ratio=2, makeup_db=value))


def crossed(value: float) -> Settings:
    loud = Compressor(threshold_db=-10, ratio=1, makeup_db=value)
    bands = (Band(type="peak", frequency_hz=50, compressor=loud), Band(type="peak", frequency_hz=5000))
    return Settings(topology="crossover", bands=bands)


CHANGES: dict[str, tuple[Settings, Settings]] = {
    "peak": (peak(12), peak(-12)),
    "high shelf": (shelf(12), shelf(-12)),
    "preamp": (Settings(preamp_db=12), Settings(preamp_db=-12)),
    "output": (Settings(output_db=12), Settings(output_db=-12)),
    "makeup": (makeup(12), makeup(-12)),
    "to neutral": (peak(12), peak(0)),
    "from neutral": (peak(0), peak(12)),
    "frequency": (peak(12, 60), peak(12, 6000)),
    "structure": (Settings(bands=peak(12).bands * 2), peak(-12)),
    "topology": (crossed(12), shelf(12)),
    "split on": (crossed(0), crossed(12)),
    "split off": (crossed(12), crossed(0)),
    "pass filter": (
        Settings(bands=(Band(type="low_pass", frequency_hz=18_000),)),
        Settings(bands=(Band(type="low_pass", frequency_hz=1000),)),
    ),
    "link": (makeup(12), makeup(-12).changed(link="none")),
}


def sine(seconds: float, frequency: float = 60.0) -> Samples:
    t = np.arange(round(seconds * RATE)) / RATE
    return np.stack([np.sin(2 * np.pi * frequency * t), np.sin(2 * np.pi * frequency * t + 1)]) * 0.25


def click(y: Samples) -> float:
    """The largest sample after removal of everything below 3 kHz: what a jump leaves of itself."""
    sos = scipy.signal.butter(4, 3000, "highpass", fs=RATE, output="sos")
    return float(np.abs(scipy.signal.sosfilt(sos, y.astype(np.float64), axis=-1)[:, 2000:]).max())


@pytest.mark.parametrize("name", list(CHANGES))
def test_changes_do_not_click(name: str) -> None:
    """A low sine through a change leaves at least 40 dB less above 3 kHz than a hard switch at its crest does."""
    before, after = CHANGES[name]
    x = sine(0.6)
    at = 10_000 + int(np.argmax(np.abs(x[0, 10_000:11_000])))
    stream = Stream(before, RATE, 2, dtype=np.float64)
    head = stream.process(x[:, :at])
    stream.set(after)
    soft = np.concatenate([head, in_blocks(stream, x[:, at:], [300])], axis=1)
    # What a listener to a hard switch would hear, of the largest change in level among these.
    hard = click(np.concatenate([x[:, :at] * 4, x[:, at:] / 4], axis=1))
    assert click(soft) <= 0.01 * hard
    # And nothing is louder than the louder of the two.
    loudest = max(float(np.abs(render_array(x, RATE, s)).max()) for s in (before, after))
    assert np.abs(soft).max() <= 1.05 * loudest


def test_many_changes_in_a_row_do_not_click() -> None:
    """A slider dragged back and forth, faster than a ramp."""
    x = sine(1.0)
    rng = np.random.default_rng(0)
    stream = Stream(Settings(output_db=0), RATE, 2, dtype=np.float64)
    pieces, last = [], 0.0
    for start in range(0, x.shape[1], 128):
        if rng.random() < 0.7:
            last = float(rng.uniform(-12, 12))
            stream.set(Settings(output_db=last))
        pieces.append(stream.process(x[:, start : start + 128]))
    hard = click(np.concatenate([x[:, :10_000] * 4, x[:, 10_000:] / 4], axis=1))
    assert click(np.concatenate(pieces, axis=1)) <= 0.01 * hard
    # It arrives at the last word.
    stream.process(x[:, :4000])
    np.testing.assert_allclose(stream.process(x), x * 10 ** (last / 20), rtol=1e-9)


@pytest.mark.parametrize("second", ["structure", "values"])
def test_a_change_during_a_crossfade_does_not_click(second: str) -> None:
    x = sine(0.6)
    stream = Stream(peak(12), RATE, 2, dtype=np.float64)
    pieces = [stream.process(x[:, :10_000])]
    stream.set(Settings(output_db=-12))
    pieces.append(stream.process(x[:, 10_000:10_300]))
    last = shelf(6) if second == "structure" else Settings(output_db=12)
    stream.set(last)
    pieces.append(stream.process(x[:, 10_300:]))
    hard = click(np.concatenate([x[:, :10_000] * 4, x[:, 10_000:] / 4], axis=1))
    y = np.concatenate(pieces, axis=1)
    assert click(y) <= 0.01 * hard
    np.testing.assert_allclose(y[:, -4000:], render_array(x, RATE, last)[:, -4000:], atol=1e-6)
    assert stream.settings == last


def test_a_neutral_rest_leaves_nothing_behind() -> None:
    """Boost, neutral, silence, boost again: the old filter's memory must not be heard."""
    x = sine(0.5)
    stream = Stream(peak(12), RATE, 2, dtype=np.float64)
    stream.process(x)
    stream.set(peak(0))
    stream.process(x)
    silence = np.zeros((2, 3 * RATE))
    stream.process(silence)
    stream.set(peak(12))
    assert np.abs(stream.process(silence[:, :5000])).max() < 1e-9


def test_neutral_again_after_a_change_is_exact_again() -> None:
    x = sine(0.5)
    stream = Stream(peak(12), RATE, 2, dtype=np.float64)
    stream.process(x)
    stream.set(peak(0))
    stream.process(sine(2.0))
    assert np.array_equal(stream.process(x), x)


@pytest.mark.parametrize("name", list(CHANGES))
def test_converges_to_the_new_settings(name: str) -> None:
    before, after = CHANGES[name]
    x = music(RATE, 2.0)
    stream = Stream(before, RATE, 2, dtype=np.float64)
    stream.process(x[:, :5000])
    stream.set(after)
    assert stream.settings == after
    y = stream.process(x[:, 5000:])
    wanted = render_array(x, RATE, after)[:, 5000:]
    np.testing.assert_allclose(y[:, -8000:], wanted[:, -8000:], atol=1e-6)
    assert np.abs(y[:, :200] - wanted[:, :200]).max() > 1e-3  # there was something to converge from


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["peak", "makeup", "structure", "split on", "to neutral"])
def test_the_ramp_does_not_depend_on_the_blocks(name: str, dtype: Any) -> None:
    before, after = CHANGES[name]
    x = music(RATE, 0.2).astype(dtype)
    results = []
    for sizes in ([4096], [1], [7, 100, 3], [512], [33]):
        stream = Stream(before, RATE, 2, dtype=dtype)
        head = stream.process(x[:, :1000])
        stream.set(after)
        y = np.concatenate([head, in_blocks(stream, x[:, 1000:3000], sizes), stream.process(x[:, 3000:])], axis=1)
        assert y.dtype == dtype
        results.append(y)
    for y in results[1:]:
        assert_equal(y, results[0])


def test_the_ramp_takes_its_time_and_no_longer() -> None:
    """Half-way through, a gain stands half-way in dB; at the end it has arrived."""
    x = np.full((1, 10_000), 0.5)
    for ramp_ms in (5.0, 20.0, 100.0):
        stream = Stream(Settings(output_db=0), RATE, 1, ramp_ms=ramp_ms, dtype=np.float64)
        stream.set(Settings(output_db=12))
        gain = 20 * np.log10(stream.process(x)[0] / 0.5)
        frames = round(ramp_ms * 1e-3 * RATE)
        assert gain[frames // 2] == pytest.approx(6, abs=2)
        assert gain[max(0, frames - 100)] < 12 - 1e-6
        assert gain[frames + 64] == pytest.approx(12, abs=1e-9)


def test_setting_the_same_settings_changes_nothing() -> None:
    settings = random_settings(np.random.default_rng(5), 5)
    x = music(RATE, 0.2)
    stream = Stream(settings, RATE, 2, dtype=np.float64)
    pieces = []
    for start in range(0, x.shape[1], 1000):
        stream.set(settings)
        pieces.append(stream.process(x[:, start : start + 1000]))
    assert_equal(np.concatenate(pieces, axis=1), render_array(x, RATE, settings))
