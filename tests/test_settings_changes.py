"""Changed copies: each method against the same edit made by hand on the plain data, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import ValidationError

from processor import draws
from processor.draws import random_compressor, random_settings
from tonewright.errors import SettingsError
from tonewright.frozen import Frozen
from tonewright.processor.render import render_array
from tonewright.rendering import Section, Timeline
from tonewright.settings import Band, Compressor, Settings

RNG = np.random.default_rng(4)
BUSY = random_settings(RNG, 5, preamp_db=-3.0, output_db=2.0).with_compressor(random_compressor(RNG))
SQUEEZE = Compressor(threshold_db=-20.0, ratio=4.0, makeup_db=2.0)


def edited(settings: Settings, **values: Any) -> Settings:
    """From the plain data, by the schema."""
    return Settings.from_dict(settings.model_dump() | values)


def test_a_changed_copy_is_validated_as_a_whole() -> None:
    class Pair(Frozen):
        low: float
        high: float = 1.0

    pair = Pair(low=0.0)
    assert pair.changed(low=0.5) == Pair(low=0.5)
    assert pair == Pair(low=0.0), "the original stays"
    for wrong in ({"low": "deep"}, {"middle": 0.0}, {"high": np.nan}, {"high": np.inf}):
        with pytest.raises(ValidationError):
            pair.changed(**wrong)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda: BUSY.with_output(200.0), "output_db: input should be less than or equal to 120, got 200"),
        (lambda: BUSY.with_preamp(float("nan")), "preamp_db: input should be a finite number"),
        (lambda: BUSY.changed(bands=(SQUEEZE,)), "bands.0"),
        (lambda: BUSY.with_bands(BUSY.bands * 7), "at most 32"),
        (lambda: BUSY.changed(outptu_db=0.0), "outptu_db is not a known key"),
        (lambda: BUSY.changed(splits_hz=(100.0,)), "topology crossover only"),
        (lambda: Band(type="peak", frequency_hz=100.0).with_gain(41.0), "gain_db"),
        (lambda: Band(type="low_pass", frequency_hz=100.0).with_gain(1.0), "a low_pass has no gain"),
        (lambda: SQUEEZE.changed(ratio=0.5), "ratio"),
        (lambda: BUSY.only("everything"), "tone, dynamics or both, got 'everything'"),
    ],
)
def test_what_is_not_valid_is_refused_in_one_sentence(change: Any, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        change()
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_each_change_is_the_edit_it_names() -> None:
    assert BUSY.with_output(-6.5) == edited(BUSY, output_db=-6.5)
    assert BUSY.with_preamp(4.0) == edited(BUSY, preamp_db=4.0)
    assert BUSY.with_bands(BUSY.bands[:2]) == edited(BUSY, bands=[band.model_dump() for band in BUSY.bands[:2]])
    assert BUSY.with_compressor(SQUEEZE) == edited(BUSY, compressor=SQUEEZE.model_dump())
    assert BUSY.with_compressor(None) == edited(BUSY, compressor=None)
    assert BUSY.without_gains() == edited(BUSY, preamp_db=0.0, output_db=0.0)
    bare = [band.model_dump() | {"compressor": None} for band in BUSY.bands]
    assert BUSY.without_dynamics() == edited(BUSY, bands=bare, compressor=None)
    crossover = random_settings(np.random.default_rng(1), 3, topology="crossover", preamp_db=1.0)
    assert crossover.without_bands() == Settings(preamp_db=1.0)
    assert SQUEEZE.idle() == Compressor(threshold_db=-20.0, ratio=1.0)
    assert SQUEEZE.at_level(6.0) == Compressor(threshold_db=-14.0, ratio=4.0, makeup_db=2.0)
    assert SQUEEZE.at_level(500.0).threshold_db == 60.0
    band = Band(type="peak", frequency_hz=100.0, gain_db=3.0, q=2.0)
    assert band.with_gain(-1.0) == Band(type="peak", frequency_hz=100.0, gain_db=-1.0, q=2.0)
    assert band.with_compressor(SQUEEZE).compressor == SQUEEZE
    assert band.with_compressor(SQUEEZE).flat().compressor == SQUEEZE
    assert Band(type="high_pass", frequency_hz=80.0, q=1.0).flat() == Band(type="peak", frequency_hz=80.0, q=1.0)


def test_dynamics_are_there_when_they_do_something() -> None:
    band = Band(type="peak", frequency_hz=100.0, gain_db=3.0)
    assert not band.has_dynamics
    assert not band.with_compressor(SQUEEZE.idle()).has_dynamics
    assert band.with_compressor(SQUEEZE).has_dynamics
    assert not Settings(bands=(band,), compressor=SQUEEZE.idle()).has_dynamics
    assert Settings(bands=(band,), compressor=SQUEEZE).has_dynamics
    assert Settings(bands=(band.with_compressor(SQUEEZE),)).has_dynamics
    assert SQUEEZE.idle().is_neutral


@given(draws.settings(whole=True))
@hypothesis_settings(max_examples=100, deadline=None)
def test_tone_and_dynamics_part_the_work(settings: Settings) -> None:
    tone, dynamics = settings.only("tone"), settings.only("dynamics")
    assert settings.only("both") is settings
    assert not tone.has_dynamics
    assert [band.filter_is_neutral for band in tone.bands] == [band.filter_is_neutral for band in settings.bands]
    assert all(band.filter_is_neutral for band in dynamics.bands)
    assert dynamics.has_dynamics == settings.has_dynamics
    for part in (tone, dynamics):
        assert Settings.from_dict(part.to_dict()) == part
        assert len(part.bands) == len(settings.bands)
        assert (part.preamp_db, part.output_db) == (settings.preamp_db, settings.output_db)


@pytest.mark.parametrize("what", ["tone", "dynamics"])
def test_only_sounds_like_settings_without_the_rest(what: str) -> None:
    x = 0.3 * np.random.default_rng(2).standard_normal((2, 4000))
    rest = BUSY.without_dynamics()
    if what == "dynamics":
        flat = [{"type": "peak", "frequency_hz": 1000.0, "compressor": band.compressor} for band in BUSY.bands]
        rest = Settings(
            preamp_db=-3.0, bands=tuple(Band(**one) for one in flat), compressor=BUSY.compressor, output_db=2.0
        )
    np.testing.assert_allclose(render_array(x, 48_000, BUSY.only(what)), render_array(x, 48_000, rest), atol=1e-12)


@given(draws.settings(whole=True), st.floats(0, 40))
@hypothesis_settings(max_examples=50, deadline=None)
def test_no_gain_is_beyond_the_limit(settings: Settings, most_db: float) -> None:
    limited = settings.limited(most_db)
    for before, after in zip(settings.bands, limited.bands, strict=True):
        kept = abs(before.gain_db) <= most_db
        assert after.gain_db == (before.gain_db if kept else np.copysign(most_db, before.gain_db))
        assert after.changed(gain_db=before.gain_db) == before


def test_a_timeline_changes_section_by_section() -> None:
    timeline = Timeline((Section(0.0, BUSY), Section(2.0, BUSY.scaled(0.5).with_output(2.0))))
    assert [one.settings for one in timeline.only("tone").sections] == [
        one.settings.only("tone") for one in timeline.sections
    ]
    assert [one.start_s for one in timeline.only("tone").sections] == [0.0, 2.0]
    assert {one.settings.output_db for one in timeline.with_output(-1.0).sections} == {-1.0}
