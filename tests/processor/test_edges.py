"""Silence, constants, single samples, denormals, what is not finite; and settings at the corners of their limits."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from oracle import error_db, music, render
from processor import draws
from processor.draws import TOPOLOGIES, TYPES, random_compressor, random_settings
from tonewright.errors import AudioError
from tonewright.layouts import LAYOUTS
from tonewright.processor.filters import biquad, frequency_warnings, response_db, usable_frequency
from tonewright.processor.render import render_array
from tonewright.processor.stream import Stream
from tonewright.settings import Band, BandType, Compressor, Settings, Topology
from topologies import in_topology

RATE = 44_100
#: Signals that break careless code; (channels, frames).
INPUTS: dict[str, np.ndarray[Any, Any]] = {
    "silence": np.zeros((2, 3000)),
    "one channel silent": np.stack([np.zeros(3000), np.random.default_rng(0).standard_normal(3000)]),
    "constant": np.full((2, 3000), 0.5),
    "one sample": np.full((2, 1), 0.7),
    "two samples": np.full((2, 2), -0.7),
    "empty": np.zeros((2, 0)),
    "denormal": np.full((2, 3000), 1e-310),
    "denormal in float32": np.full((2, 3000), 1e-40),
    "impulse": np.eye(1, 3000).repeat(2, axis=0),
    "alternating": np.tile([1.0, -1.0], (2, 1500)),
    "very loud": np.random.default_rng(1).standard_normal((2, 3000)) * 1e6,
}


def wild(topology: Topology, seed: int = 0) -> Settings:
    rng = np.random.default_rng(seed)
    drawn = in_topology(LAYOUTS["full54"], topology).decode(rng.random(54))
    return drawn.with_compressor(random_compressor(rng))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("name", list(INPUTS))
def test_odd_input_gives_finite_output(name: str, topology: Topology, dtype: Any) -> None:
    x = INPUTS[name].astype(dtype)
    y = render_array(x, RATE, wild(topology))
    assert y.shape == x.shape
    assert y.dtype == dtype
    assert np.isfinite(y).all()
    if name == "silence":
        assert not y.any()
    stream = Stream(wild(topology), RATE, 2, dtype=dtype)
    assert np.isfinite(np.concatenate([stream.process(x[:, :100]), stream.process(x[:, 100:])], axis=1)).all()


@pytest.mark.parametrize("name", ["constant", "one sample", "two samples", "alternating", "very loud", "impulse"])
def test_odd_input_equals_the_oracle(name: str) -> None:
    for topology in TOPOLOGIES:
        settings = wild(topology, 1)
        assert error_db(render_array(INPUTS[name], RATE, settings), render(INPUTS[name], RATE, settings)) <= -190


def test_a_constant_settles_on_the_response_at_0_hz() -> None:
    settings = Settings(bands=(Band(type="low_shelf", frequency_hz=500, gain_db=-12),), preamp_db=3)
    y = render_array(np.full((1, 20_000), 0.5), RATE, settings)
    assert 20 * np.log10(y[0, -1] / 0.5) == pytest.approx(-9, abs=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_silence_after_noise_dies_away_and_leaves_no_denormals(topology: Topology, dtype: Any) -> None:
    settings = random_settings(np.random.default_rng(3), 6, topology, compressor=Compressor(threshold_db=-30, ratio=3))
    stream = Stream(settings, RATE, 2, dtype=dtype)
    loud = np.random.default_rng(0).standard_normal((2, 5000)).astype(dtype)
    assert np.abs(stream.process(loud)).max() > 0.1
    silence = np.zeros((2, 4096), dtype=dtype)
    tiny = np.finfo(dtype).tiny
    for _ in range(300):
        y = stream.process(silence)
        seen = np.abs(y[y != 0])
        assert np.isfinite(seen).all()
        if dtype == np.float64:  # float32 audio may pass its own subnormal range on the way down
            assert seen.size == 0 or seen.min() >= tiny
    for _ in range(5):
        assert not stream.process(silence).any()


def test_silence_after_noise_ends_in_zeros_even_at_5_hz_and_384_khz() -> None:
    settings = Settings(bands=(Band(type="peak", frequency_hz=200, gain_db=12, q=0.5),))
    x = np.zeros((1, 384_000))
    x[0, :1000] = 1.0
    y = render_array(x, 384_000, settings)
    assert y[0, 2000:20_000].any()
    assert not y[0, -1000:].any()


# ---- refusals


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("value", "word"), [(np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf")])
@pytest.mark.parametrize("neutral", [True, False])
def test_what_is_not_finite_is_refused_with_its_place(value: float, word: str, neutral: bool, dtype: Any) -> None:
    x = music(RATE, 0.1, 3).astype(dtype)
    x[1, 37] = value
    x[0, 38:] = -value
    x[2, 1000] = np.nan
    settings = Settings() if neutral else wild("serial")
    with pytest.raises(AudioError, match=rf"is not finite: {word} at channel 2, frame 37\.$"):
        render_array(x, RATE, settings)


def test_opposite_infinities_do_not_cancel() -> None:
    x = np.zeros((2, 10), dtype=np.float32)
    x[0, 3], x[1, 4] = np.inf, -np.inf
    with pytest.raises(AudioError, match="inf at channel 1, frame 3"):
        render_array(x, RATE, Settings())


def test_the_row_is_named_where_there_are_several() -> None:
    x = np.zeros((3, 2, 50))
    x[2, 0, 5] = np.nan
    with pytest.raises(AudioError, match="row 2, channel 1, frame 5"):
        render_array(x, RATE, Settings())


def test_huge_but_finite_input_is_not_mistaken_for_infinity() -> None:
    x = np.full((2, 100), 1.7e308)
    assert np.array_equal(render_array(x, RATE, Settings()), x)


@pytest.mark.parametrize("bad", [np.zeros((2, 10), np.int16), np.zeros((2, 10), np.complex64), np.array(["a"])])
def test_what_is_not_floating_point_is_refused(bad: Any) -> None:
    with pytest.raises(AudioError, match="floating point"):
        render_array(bad, RATE, Settings())


@pytest.mark.parametrize("shape", [(), (1, 1, 1, 1)])
def test_other_numbers_of_dimensions_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(AudioError, match="1 to 3 dimensions"):
        render_array(np.zeros(shape), RATE, Settings())


@pytest.mark.parametrize("rate", [0, -44_100, 7999, 384_001, np.nan, np.inf])
def test_rates_out_of_range_are_refused(rate: float) -> None:
    with pytest.raises(AudioError, match="sample rate"):
        render_array(np.zeros((1, 10)), rate, Settings())
    with pytest.raises(AudioError, match="sample rate"):
        Stream(Settings(), rate, 1)


# ---- the corners of the limits


@given(
    st.sampled_from(TYPES),
    draws.within("gain_db", whole=True),
    draws.within("frequency_hz", whole=True),
    draws.within("q", whole=True),
    st.floats(8000, 384_000),
)
@hypothesis_settings(max_examples=500, deadline=None)
def test_every_filter_is_stable(kind: BandType, gain: float, frequency: float, q: float, rate: float) -> None:
    usable, _ = usable_frequency(kind, np.array(frequency), rate)
    section = biquad(kind, 0.0 if kind.endswith("pass") else gain, usable, q, rate)
    assert np.isfinite(section).all()
    a1, a2 = section[3:]
    assert abs(a2) < 1  # the stability triangle
    assert abs(a1) < 1 + a2


CORNERS = [
    (kind, gain, place, q)
    for kind, gain, place, q in itertools.product(TYPES, (-40, 40), ("5 Hz", 0.4899, 0.49, 0.7, "highest"), (0.05, 100))
    if not (kind.endswith("pass") and gain > 0)
]


@pytest.mark.parametrize("rate", [8000, 44_100, 384_000])
@pytest.mark.parametrize(("kind", "gain", "place", "q"), CORNERS)
def test_corners_stay_finite_stable_and_like_the_oracle(
    kind: BandType, gain: float, place: float | str, q: float, rate: float
) -> None:
    """Frequencies: the lowest, parts of the sample rate, the highest that the schema accepts."""
    highest = 0.49 * 384_000
    frequency = {"5 Hz": 5.0, "highest": highest}[place] if isinstance(place, str) else min(place * rate, highest)
    band = Band(type=kind, frequency_hz=frequency, gain_db=0 if kind.endswith("pass") else gain, q=q)
    settings = Settings(bands=(band,))
    x = np.random.default_rng(0).standard_normal((1, 20_000)) * 0.1
    x[0, 4000:] = 0
    y = render_array(x, rate, settings)
    assert np.isfinite(y).all()
    # At 5 Hz and 384 kHz the poles stand 1e-5 from each other: coefficients keep eight digits of sixteen.
    assert error_db(y, render(x, rate, settings)) <= (-190 if band.frequency_hz > 5 else -120)
    if band.frequency_hz > 5:  # elsewhere all this is a part of one period
        tail = [float(np.abs(part).max()) for part in np.split(y[0, 4000:], 4)]
        assert tail[3] <= 1.001 * max(tail[:3])
    y32 = render_array(x.astype(np.float32), rate, settings)
    assert np.isfinite(y32).all()
    warned = frequency_warnings(settings, rate)
    assert len(warned) == int(band.frequency_hz >= 0.49 * rate)
    assert np.isfinite(response_db(settings, np.linspace(0, rate / 2, 50), rate)).all()


@pytest.mark.parametrize("kind", ["low_shelf", "peak", "high_shelf"])
@pytest.mark.parametrize("gain", [-40.0, 40.0])
def test_sharp_low_filters_decay(kind: BandType, gain: float) -> None:
    """The longest ringing there is, at 5 Hz and Q 100, dies at the rate that its poles say."""
    rate = 8000
    settings = Settings(bands=(Band(type=kind, frequency_hz=5, gain_db=gain, q=100),))
    x = np.zeros((1, rate * 100))
    x[0, 0] = 1.0
    y = np.abs(render_array(x, rate, settings)[0, 1:])
    assert y[-rate:].max() < y[:rate].max()
    peaks = [y[i * 10 * rate : (i + 1) * 10 * rate - 1].max() for i in range(10)]
    assert all(b < a or b == a == 0 for a, b in itertools.pairwise(peaks))


EXTREME = Compressor(threshold_db=-160, ratio=100, attack_ms=0.01, release_ms=20_000, knee_db=0, makeup_db=60)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "change",
    [{}, {"knee_db": 60.0}, {"attack_ms": 5000.0, "release_ms": 0.01}, {"threshold_db": 60.0}, {"makeup_db": -60.0}],
)
@pytest.mark.parametrize("rate", [8000, 384_000])
def test_extreme_compressors_stay_finite(change: dict[str, float], rate: float, dtype: Any) -> None:
    settings = Settings(compressor=EXTREME.changed(**change))
    for x in INPUTS.values():
        y = render_array(x.astype(dtype), rate, settings)
        assert np.isfinite(y).all()
        if dtype == np.float64 and np.abs(x).max(initial=0) > 1e-300:
            assert error_db(y, render(x, rate, settings)) <= -190


@given(draws.settings(whole=True, most=4), st.sampled_from([8000, 44_100, 384_000]))
@hypothesis_settings(max_examples=60, deadline=None)
def test_anything_that_the_schema_accepts_stays_finite(settings: Settings, rate: float) -> None:
    x = music(rate, 1500 / rate)
    assert np.isfinite(render_array(x, rate, settings)).all()
    frequency_warnings(settings, rate)


def test_neutral_bands_beyond_the_rate_are_not_worth_a_warning() -> None:
    assert frequency_warnings(Settings(bands=(Band(type="peak", frequency_hz=20_000),)), 16_000) == []
