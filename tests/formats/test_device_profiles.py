"""Limits of a device as a file: filters are fitted to them, and the error is the fit's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawn_settings import drawn_settings

from tonewright.errors import SettingsError
from tonewright.formats import Profile, export, parse
from tonewright.formats.contract import Limits
from tonewright.formats.fitting import fit, grid, response_of
from tonewright.formats.stages import Filter
from tonewright.processor.filters import response_db
from tonewright.settings import Band, Compressor, Settings

SETTINGS = Settings(
    preamp_db=-8.0,
    bands=(
        Band(type="low_shelf", frequency_hz=105, gain_db=5),
        Band(type="peak", frequency_hz=400, gain_db=-3, q=1.0),
        Band(type="peak", frequency_hz=2500, gain_db=2.5, q=0.7),
        Band(type="peak", frequency_hz=6000, gain_db=-4, q=2.0),
    ),
)
GRAPHIC = {
    "version": 1,
    "name": "Ten sliders",
    "types": ["peak"],
    "bands": 10,
    "gain_db": [-12, 12],
    "q": [1.41, 1.41],
    "frequencies_hz": [31.25, 62.5, 125, 250, 500, 1000, 2000, 4000, 8000, 16000],
}


def test_fixed_frequencies() -> None:
    profile = Profile.from_dict(GRAPHIC)
    done = export(SETTINGS, "equalizer-apo", profile=profile)
    bands = parse(done.text).settings.bands
    assert [band.frequency_hz for band in bands] == GRAPHIC["frequencies_hz"]
    assert {band.q for band in bands} == {1.41}
    assert {band.type for band in bands} == {"peak"}
    assert done.exactness == "approximate"
    assert any("Ten sliders has fixed frequencies" in sentence for sentence in done.warnings)
    frequency = np.geomspace(20, 20_000, 400)
    off = np.abs(response_db(parse(done.text).settings, frequency, 48_000) - response_db(SETTINGS, frequency, 48_000))
    assert done.max_error_db == pytest.approx(off.max() - 0.0, abs=done.headroom_db + 0.02)
    assert off.mean() < 1.0


def test_nothing_better_nearby() -> None:
    """The fit is a minimum of the squares: no step of one value is better."""
    limits = Profile.from_dict({"bands": 2, "gain_db": [-6, 6], "q": [0.4, 4]}).limits
    rng = np.random.default_rng(1)
    for _ in range(3):
        settings = drawn_settings(rng, compressors=False, passes=False, bands=5, gain_db=8.0)
        start = [Filter(b.type, b.frequency_hz, b.gain_db, b.q) for b in settings.bands]
        target = np.maximum(response_db(settings.without_gains(), grid(48e3), 48e3), -40)
        found = fit(target, start, limits, 48e3, evaluations=300)
        assert len(found.filters) <= 2

        def cost(filters: tuple[Filter, ...], target: Any = target) -> float:
            return float(np.mean((response_of(filters, grid(48e3), 48e3) - target) ** 2))

        best = cost(found.filters)
        assert found.rms_db == pytest.approx(np.sqrt(best))
        for index, one in enumerate(found.filters):
            for gain, ratio, sharper in (
                (0.3, 1, 1),
                (-0.3, 1, 1),
                (0, 1.05, 1),
                (0, 0.95, 1),
                (0, 1, 1.1),
                (0, 1, 0.9),
            ):
                q, gained = one.q * sharper, one.gain_db + gain
                if not (0.4 <= q <= 4 and -6 <= gained <= 6):
                    continue
                moved = Filter(one.type, one.frequency_hz * ratio, gained, q)
                others = (*found.filters[:index], moved, *found.filters[index + 1 :])
                assert cost(others) >= best - 1e-6


def test_limits_are_kept_and_said() -> None:
    for data, words in (
        ({"bands": 2}, "at most 2 filters"),
        ({"gain_db": [-3, 3]}, "gains from -3 to 3 dB"),
        ({"q": [1, 4]}, "Q from 1 to 4"),
        ({"frequency_hz": [200, 5000]}, "frequencies from 200 to 5000 Hz"),
        ({"types": ["peak"]}, "no low-shelf filters"),
    ):
        done = export(SETTINGS, "camilladsp", profile=Profile.from_dict({"name": "box", **data}))
        assert any(words in sentence and "The profile box" in sentence for sentence in done.warnings), done.warnings
        limits = Profile.from_dict(data).limits
        for band in parse(done.text).settings.bands:
            assert band.type in limits.types
            for value, (low, high) in (
                (band.gain_db, limits.gain_db), (band.q, limits.q), (band.frequency_hz, limits.frequency_hz)
            ):  # fmt: skip
                assert low - 1e-6 <= value <= high + 1e-6


def test_what_fits_stays_as_it_is() -> None:
    done = export(SETTINGS, "equalizer-apo", profile=Profile.from_dict({"bands": 4, "gain_db": [-6, 6]}))
    assert done.exactness == "exact"
    assert done.text == export(SETTINGS, "equalizer-apo").text


def test_fitted_filters_stand_before_compressors() -> None:
    compressor = Compressor(threshold_db=-20, ratio=2)
    bands = (SETTINGS.bands[0].with_compressor(compressor), *SETTINGS.bands[1:])
    settings = SETTINGS.with_bands(bands)
    done = export(settings, "jsfx", profile=Profile.from_dict({"bands": 3}))
    assert any("before all compressors" in sentence for sentence in done.warnings)
    assert [band.compressor is not None for band in done.settings.bands] == [False, False, True]


def test_preamp_range() -> None:
    done = export(
        Settings(preamp_db=6.0), "equalizer-apo", profile=Profile.from_dict({"preamp_db": [-12, 0]}), headroom=False
    )
    assert done.settings.preamp_db == 0.0
    assert any("raise the level by 6.0 dB" in sentence for sentence in done.warnings)


def test_a_perfect_fit_is_found() -> None:
    wanted = [Filter("peak", 300.0, 5.0, 1.2), Filter("high_shelf", 6000.0, -4.0, 0.8)]
    start = [Filter("peak", 500.0, 1.0, 0.7), Filter("high_shelf", 3000.0, -1.0, 0.7)]
    found = fit(response_of(wanted, grid(48e3), 48e3), start, Limits(q=(0.3, 6.0)), 48e3, evaluations=200)
    assert found.worst_db < 1e-3
    assert found.filters[0].frequency_hz == pytest.approx(300.0, rel=1e-3)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "the whole"),
        ({"bands": 0}, "bands"),
        ({"bands": 1000}, "bands"),
        ({"types": []}, "types"),
        ({"types": ["wah"]}, "types"),
        ({"gain_db": [6, -6]}, "lowest value stands first"),
        ({"gain_db": [1]}, "gain_db"),
        ({"q": [200, 300]}, "q lies outside"),
        ({"frequencies_hz": [1]}, "no filter can have"),
        ({"frequencies_hz": [100, 100]}, "twice"),
        ({"colour": "red"}, "colour"),
        ({"version": 2}, "version"),
    ],
)
def test_broken_profiles(data: Any, words: str, tmp_path: Path) -> None:
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(data))
    with pytest.raises(SettingsError, match=words) as caught:
        Profile.load(path)
    assert str(path) in str(caught.value)


def test_files_that_are_no_profiles(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no profile"):
        Profile.load(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(SettingsError, match="not JSON"):
        Profile.load(tmp_path / "bad.json")
