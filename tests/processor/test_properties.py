"""What holds for any settings, rate and number of channels."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from oracle import error_db, music
from processor import draws
from processor.draws import TOPOLOGIES, random_settings
from tonewright.layouts import LAYOUTS
from tonewright.parameters import SAMPLE_RATES
from tonewright.processor.filters import frequency_warnings, response_db
from tonewright.processor.gradients import Tape
from tonewright.processor.plan import Plan
from tonewright.processor.render import render_array
from tonewright.settings import Settings
from tonewright.threads import set_threads
from topologies import in_topology

RATES = st.floats(*SAMPLE_RATES) | st.sampled_from([8000, 44_100, 48_000, 384_000])
DTYPES = st.sampled_from([np.float32, np.float64])
FRAMES = 700  # crosses a block of the kernels


@pytest.fixture
def _threads_as_before() -> Iterator[None]:
    yield
    set_threads(0)


@given(draws.settings(), RATES, st.integers(1, 8), st.integers(1, 3), DTYPES)
@hypothesis_settings(max_examples=80, deadline=None)
def test_finite_with_shape_and_dtype_kept(
    settings: Settings, rate: float, channels: int, rows: int, dtype: Any
) -> None:
    x = np.stack([music(rate, FRAMES / rate, channels, seed=row) for row in range(rows)]).astype(dtype)
    y = render_array(x, rate, settings)
    assert y.shape == x.shape
    assert y.dtype == dtype
    assert np.isfinite(y).all()
    assert np.array_equal(render_array(x, rate, settings), y)  # the same bytes each time
    # A row is what it would be alone.
    for row in range(rows):
        np.testing.assert_allclose(
            y[row], render_array(x[row], rate, settings), rtol=0, atol=1e-6 * (1 + np.abs(y[row]).max())
        )


@given(draws.settings(), st.integers(2, 8), DTYPES, st.randoms(use_true_random=False))
@hypothesis_settings(max_examples=50, deadline=None)
def test_order_of_channels_does_not_matter(settings: Settings, channels: int, dtype: Any, random: Any) -> None:
    x = music(44_100, FRAMES / 44_100, channels).astype(dtype)
    order = list(range(channels))
    random.shuffle(order)
    y = render_array(x, 44_100, settings)
    tolerance = (1e-6 if dtype == np.float32 else 1e-12) * (1 + np.abs(y).max())
    np.testing.assert_allclose(render_array(x[order], 44_100, settings), y[order], rtol=0, atol=tolerance)


@given(draws.settings(), st.integers(2, 8), DTYPES)
@hypothesis_settings(max_examples=50, deadline=None)
def test_unlinked_channels_are_rendered_apart(settings: Settings, channels: int, dtype: Any) -> None:
    settings = settings.changed(link="none")
    x = music(44_100, FRAMES / 44_100, channels).astype(dtype)
    y = render_array(x, 44_100, settings)
    apart = np.concatenate([render_array(channel[None], 44_100, settings) for channel in x])
    tolerance = (1e-6 if dtype == np.float32 else 1e-12) * (1 + np.abs(y).max())
    np.testing.assert_allclose(y, apart, rtol=0, atol=tolerance)


@given(draws.settings(), st.integers(0, FRAMES - 1))
@hypothesis_settings(max_examples=40, deadline=None)
def test_the_future_is_not_heard(settings: Settings, cut: int) -> None:
    x = music(44_100, FRAMES / 44_100)
    y = render_array(x, 44_100, settings)
    other = x.copy()
    other[:, cut:] = 0.3
    assert np.array_equal(render_array(other, 44_100, settings)[:, :cut], y[:, :cut])


def test_changing_one_row_leaves_the_bytes_of_others() -> None:
    for topology in TOPOLOGIES:
        settings = random_settings(np.random.default_rng(1), 6, topology)
        for channels in (1, 2, 3, 5):
            x = np.stack([music(44_100, 0.05, channels, seed=row) for row in range(9)]).astype(np.float32)
            y = render_array(x, 44_100, settings)
            other = x.copy()
            other[4] = 1.0
            z = render_array(other, 44_100, settings)
            for row in range(9):
                assert np.array_equal(y[row], z[row]) == (row != 4)


@given(draws.settings(), st.floats(0.05, 1.5))
@hypothesis_settings(max_examples=60, deadline=None)
def test_amount_multiplies_the_gain_in_db_of_every_part(settings: Settings, amount: float) -> None:
    """At the middle of a peak and far inside a shelf, and on a settled compressor."""
    scaled = settings.scaled(amount)
    pairs = list(zip(settings.bands, scaled.bands, strict=True))
    compressors = [(a.compressor, b.compressor) for a, b in pairs] + [(settings.compressor, scaled.compressor)]
    for band, less in pairs:
        if band.type == "peak" and band.frequency_hz < 20_000:
            gains = [response_db(Settings(bands=(b,)), [b.frequency_hz], 44_100)[0] for b in (band, less)]
            assert gains[1] == pytest.approx(amount * gains[0], abs=1e-9)
    for a, b in compressors:
        if a is not None and b is not None:
            reductions = []
            for c in (a, b):
                quick = c.changed(attack_ms=0.1, release_ms=0.1)
                y = render_array(np.full((1, 400), 0.99), 44_100, Settings(compressor=quick))
                reductions.append(20 * math.log10(y[0, -1] / 0.99))
            if (1 - 1 / a.ratio) * amount <= 0.99:  # beyond, the slope stops at its limit
                assert reductions[1] == pytest.approx(amount * reductions[0], abs=1e-6)


@given(draws.settings(), st.lists(st.floats(0, 1.5), min_size=2, max_size=4, unique=True))
@hypothesis_settings(max_examples=40, deadline=None)
def test_amount_is_monotone(settings: Settings, amounts: list[float]) -> None:
    """The more, the further from 0 dB, for a band alone at its own middle."""
    peaks = [band for band in settings.bands if band.type == "peak" and band.frequency_hz < 20_000]
    assume(peaks)
    for band in peaks:
        alone = Settings(bands=(band,))
        levels = [abs(response_db(alone.scaled(amount), [band.frequency_hz], 44_100)[0]) for amount in sorted(amounts)]
        assert all(b >= a - 1e-9 for a, b in itertools.pairwise(levels))


@given(draws.settings(), st.floats(-20, 20))
@hypothesis_settings(max_examples=50, deadline=None)
def test_at_level_treats_louder_audio_as_the_audio_itself(settings: Settings, gain_db: float) -> None:
    compressors = [band.compressor for band in settings.bands] + [settings.compressor]
    assume(all(c is None or -160 < c.threshold_db + gain_db < 60 for c in compressors))
    x = music(44_100, FRAMES / 44_100)
    # Audio far above the detector's floor: constants added keep every sample of the input there.
    factor = 10 ** (gain_db / 20)
    y = render_array(x, 44_100, settings) * factor
    assume(np.abs(y).max() > 1e-3)
    moved = render_array(x * factor, 44_100, settings.at_level(gain_db))
    assert error_db(moved, y) <= -190


@given(draws.settings(whole=True), RATES)
@hypothesis_settings(max_examples=60, deadline=None)
def test_warnings_are_sentences_about_the_bands_beyond_the_rate(settings: Settings, rate: float) -> None:
    sentences = frequency_warnings(settings, rate)
    beyond = [
        number
        for number, band in enumerate(settings.bands, 1)
        if band.frequency_hz >= 0.49 * rate and not band.is_neutral
    ]
    assert len(sentences) == len(beyond)
    for number, sentence in zip(beyond, sentences, strict=True):
        assert sentence.startswith(f"Band {number} ")
        assert sentence.endswith(".")


# ---- threads


@pytest.mark.usefixtures("_threads_as_before")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("link", ["max", "none"])
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_the_same_bytes_for_any_number_of_threads(topology: Any, link: Any, dtype: Any) -> None:
    drawn = in_topology(LAYOUTS["full54"], topology).decode(np.random.default_rng(0).random(54))
    settings = drawn.changed(link=link)
    x = np.stack([music(44_100, 0.03, 2, seed=row) for row in range(11)]).astype(dtype)
    plan, values = Plan.of(settings, everything=True)
    outputs, gradients = [], []
    for threads in (1, 2, 3, 8):
        set_threads(threads)
        outputs.append(render_array(x, 44_100, settings).tobytes())
        by_input, by_values = Tape(x, 44_100, plan, values).gradient(x)
        gradients.append(by_input.tobytes() + by_values.tobytes())
    assert len(set(outputs)) == 1
    assert len(set(gradients)) == 1


@pytest.mark.usefixtures("_threads_as_before")
def test_threads_rendering_at_once_give_the_same_bytes_as_alone() -> None:
    set_threads(3)
    jobs = []
    for seed in range(6):
        drawn = in_topology(LAYOUTS["full54"], TOPOLOGIES[seed % 3]).decode(np.random.default_rng(seed).random(54))
        x = np.stack([music(44_100, 0.1, 2, seed=seed + row) for row in range(4)]).astype(np.float32)
        jobs.append((x, drawn, render_array(x, 44_100, drawn).tobytes()))
    wrong: list[int] = []
    barrier = threading.Barrier(len(jobs))

    def work(index: int) -> None:
        x, settings, alone = jobs[index]
        barrier.wait()
        if any(render_array(x, 44_100, settings).tobytes() != alone for _ in range(10)):
            wrong.append(index)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert wrong == []
