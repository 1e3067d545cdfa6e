"""``match`` with a network: the start it suggests, the files it comes from, and that nobody is worse off with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import save_made_up
from tonewright.audio import Audio, read
from tonewright.controllers.match import match
from tonewright.controllers.matching.bands import BANDS
from tonewright.controllers.matching.descent import PLAN, SLOPE, to_plan_values
from tonewright.controllers.matching.learned import free_values
from tonewright.networks.shipped import shipped_path
from tonewright.networks.specification import NetworkError
from tonewright.processor.render import render_array
from tonewright.settings import Band, Compressor, Settings

EXAMPLES = Path(__file__).parents[2] / "examples"
SHIPPED = pytest.mark.skipif(not shipped_path("match").exists(), reason="the package holds no weights for match")


@pytest.fixture(scope="module")
def song() -> Audio:
    whole = read(EXAMPLES / "song.ogg")
    return Audio(whole.samples[:, : 12 * whole.sample_rate], whole.sample_rate)


@pytest.fixture(scope="module")
def bright(song: Audio) -> Audio:
    """Another part of the song with more treble and less bass."""
    whole = read(EXAMPLES / "song.ogg")
    part = whole.samples[:, -10 * whole.sample_rate :]
    bands = (
        Band(type="low_shelf", frequency_hz=120, gain_db=-7),
        Band(type="high_shelf", frequency_hz=5000, gain_db=7),
    )
    return Audio(render_array(part, whole.sample_rate, Settings(bands=bands)), whole.sample_rate)


def tilt_db(settings: Settings) -> float:
    from tonewright.processor.filters import response_db

    low, high = response_db(settings, np.array([80.0, 9000.0]), 44_100)
    return float(high - low)


@SHIPPED
def test_the_shipped_network_hears_brightness(song: Audio, bright: Audio) -> None:
    for steps in (0, 10):
        assert tilt_db(match(song, bright, steps=steps).settings) > 5.0


@SHIPPED
def test_a_descent_follows_only_where_no_network_answers_or_it_is_asked_for(song: Audio, bright: Audio) -> None:
    answered = match(song, bright)
    assert set(answered.fit.distances) == {"nothing", "start"}
    assert answered.settings == match(song, bright, steps=0).settings
    assert "descent" in match(song, bright, steps=2).fit.distances
    assert "descent" in match(song, bright, model="none").fit.distances


@SHIPPED
def test_a_recording_matched_to_itself_hardly_changes(song: Audio) -> None:
    settings = match(song, song).settings
    from tonewright.processor.filters import response_db

    response = response_db(settings.with_output(0.0), np.geomspace(40, 14_000, 50), 44_100)
    assert np.max(np.abs(response - np.median(response))) < 2.5


def test_the_check_protects_from_a_network_of_noise(song: Audio, bright: Audio, tmp_path: Path) -> None:
    wild = match(song, bright, model=save_made_up(tmp_path / "wild.safetensors", "match", seed=3))
    distances = wild.fit.distances
    assert distances[wild.fit.chosen] <= 1.01 * min(distances["nothing"], distances["start"])


def test_without_a_network_nothing_is_asked_of_it(song: Audio, bright: Audio, tmp_path: Path) -> None:
    alone = match(song, bright, model="none", steps=0)
    other = match(song, bright, model=save_made_up(tmp_path / "any.safetensors", "match", seed=1), steps=0)
    assert alone.settings != other.settings
    assert all(band.compressor is None for band in alone.settings.bands)


def test_what_may_change_holds_for_suggestions_too(song: Audio, bright: Audio, tmp_path: Path) -> None:
    model = save_made_up(tmp_path / "any.safetensors", "match", seed=2)
    tone = match(song, bright, model=model, what="tone", max_gain_db=3.0, steps=3).settings
    assert all(band.compressor is None and abs(band.gain_db) <= 3.0 for band in tone.bands)
    dynamics = match(song, bright, model=model, what="dynamics", steps=3).settings
    assert all(band.gain_db == 0.0 for band in dynamics.bands)


def test_several_references_are_all_heard(song: Audio, bright: Audio, tmp_path: Path) -> None:
    model = save_made_up(tmp_path / "any.safetensors", "match", seed=4)
    both = match(song, [bright, song], weights=[1.0, 1.0], model=model, steps=0)
    assert both.settings != match(song, bright, model=model, steps=0).settings


def test_a_network_for_another_task_is_refused(song: Audio, bright: Audio, tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="not for match"):
        match(song, bright, model=save_made_up(tmp_path / "auto.safetensors", "auto"))


def test_makeup_becomes_lower_thresholds_behind_it() -> None:
    kinds = [kind for kind, _ in BANDS]
    rng = np.random.default_rng(0)
    bands = tuple(
        Band(
            type=kind,
            frequency_hz=200.0 * (index + 1),
            gain_db=float(rng.normal(0, 4)),
            compressor=Compressor(threshold_db=-30.0, ratio=2.0, makeup_db=float(rng.uniform(0, 4))),
        )
        for index, kind in enumerate(kinds)
    )
    settings = Settings(bands=bands, preamp_db=2.0)
    values = free_values(settings)
    assert np.all(values[:, SLOPE] == pytest.approx(0.5))
    x = rng.normal(0.0, 0.1, (1, 30_000)).astype(np.float64)
    wanted = render_array(x, 44_100, settings)
    bare = PLAN.settings(to_plan_values(values))
    got = render_array(x, 44_100, bare)
    gain = settings.preamp_db + sum(band.compressor.makeup_db for band in bands if band.compressor)
    assert np.allclose(got * 10 ** (gain / 20), wanted, atol=1e-9)
