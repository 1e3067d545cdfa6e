"""The pictures are pictures, their labels do not overlap, and any settings can be drawn without a warning."""

from __future__ import annotations

import subprocess
import sys
import warnings
from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from reporting_draws import EXAMPLE, FREQUENCIES, any_settings, many_bands, spectra_for, story

from tonewright.errors import OutputError
from tonewright.reporting import Story, describe_settings, plot_settings, plot_story
from tonewright.reporting.bars import compressor_bars
from tonewright.reporting.chart import chart_of
from tonewright.reporting.curves import figure_of, png_of
from tonewright.reporting.page import page_of
from tonewright.reporting.scales import decibel_ticks, place
from tonewright.settings import Band, Compressor, Settings


def decoded(path: Path) -> np.ndarray[Any, np.dtype[Any]]:
    image: np.ndarray[Any, np.dtype[Any]] = matplotlib.image.imread(path)
    return image


def test_the_picture_has_its_size_and_is_not_blank(tmp_path: Path) -> None:
    image = decoded(plot_story(story(), tmp_path / "curves.png"))
    height, width = image.shape[:2]
    assert 1150 <= width <= 1260
    assert 640 <= height <= 860
    grey = image[..., :3].mean(axis=-1)
    assert grey.var() > 0.005
    for part in np.array_split(grey, 4):
        assert part.var() > 0.001
    assert np.median(grey) == 1.0


def test_settings_alone(tmp_path: Path) -> None:
    for name, settings in (("some", EXAMPLE), ("none", Settings()), ("many", many_bands())):
        image = decoded(plot_settings(settings, tmp_path / f"{name}.PNG", 44_100))
        assert image[..., :3].var() > 0.002


def test_the_same_story_gives_the_same_bytes() -> None:
    assert png_of(story()) == png_of(story())


def test_other_endings_and_places_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"end in \.png or \.svg"):
        plot_settings(EXAMPLE, tmp_path / "curves.gif")
    with pytest.raises(OutputError, match="does not exist"):
        plot_settings(EXAMPLE, tmp_path / "none" / "curves.png")
    (tmp_path / "curves.png").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        plot_settings(EXAMPLE, tmp_path / "curves.png")


def test_any_title_can_be_drawn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for title in ("$\\frac{1}$ 100% \\alpha_", "\u6b4c\u66f2 \U0001f3b5", "line\nbreak\ttab\x00", "x" * 5000, ""):
            png_of(Story(title, EXAMPLE, labels={"input": title}))


def test_bar_labels_do_not_overlap() -> None:
    for settings in (EXAMPLE, many_bands(), many_bands(7)):
        for characters in (55.0, 138.0):
            bars = compressor_bars(settings, characters)
            half = [len(bar.label) / characters / 2 for bar in bars]
            for (i, one), (j, other) in combinations(enumerate(bars), 2):
                if one.lane == other.lane:
                    assert abs(one.middle - other.middle) >= half[i] + half[j]
            assert all(0.0 <= bar.low < bar.high <= 1.0 for bar in bars)
            assert all(w - 1e-9 <= bar.middle <= 1.0 - w + 1e-9 for bar, w in zip(bars, half, strict=True))


def test_drawn_labels_do_not_overlap_either() -> None:
    figure = figure_of(story(many_bands()))
    texts = [text for text in figure.axes[-1].texts if text.get_text()]
    boxes = [text.get_window_extent() for text in texts]
    assert len(boxes) == 33
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 for box in boxes)


def test_compressors_lie_where_they_act() -> None:
    compressor = Compressor(threshold_db=-24, ratio=2)
    bands = tuple(Band(type="peak", frequency_hz=f, compressor=compressor) for f in (100.0, 1000.0, 8000.0))
    split = Settings(topology="crossover", bands=bands, splits_hz=(200.0, 4000.0))
    low, middle, high = compressor_bars(split, 138.0)
    assert low.low == 0.0
    assert high.high == 1.0
    assert middle.low == pytest.approx(float(place(200.0)))
    assert middle.high == pytest.approx(float(place(4000.0)))
    assert chart_of(Story("", split), 138.0).strip == "each on its own range"


def test_what_is_needed_lies_on_the_response_when_the_filters_are_right() -> None:
    settings = EXAMPLE.with_preamp(7.0)
    chart = chart_of(Story("", settings, 48_000, FREQUENCIES, spectra_for(settings)), 138.0)
    assert chart.needed is not None
    assert np.interp(chart.needed.x, chart.total.x, chart.total.db) == pytest.approx(chart.needed.db, abs=0.02)


def test_low_sample_rates_end_at_half_of_them() -> None:
    chart = chart_of(Story("", EXAMPLE, 8000.0), 138.0)
    assert chart.total.x[-1] <= place(4000.0)
    assert len(chart.bands) == 2  # the shelf at 9 kHz is bypassed, the peak at 4.2 kHz has no gain


@pytest.mark.parametrize(("low", "high"), [(-6.0, 6.0), (-3.0, 9.0), (-72.0, 0.0), (-48.0, 1284.0)])
def test_ticks_are_round_and_few(low: float, high: float) -> None:
    ticks = decibel_ticks(low, high)
    assert 3 <= len(ticks) <= 7
    assert 0.0 in ticks
    assert low <= ticks[0] < ticks[-1] <= high


_SPECTRUM = st.lists(st.floats(-300, 300) | st.sampled_from([np.nan, np.inf, -np.inf]), min_size=9, max_size=9)


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    settings=any_settings(),
    rate=st.sampled_from([8_000.0, 22_050.0, 44_100.0, 48_000.0, 384_000.0]),
    spectra=st.dictionaries(st.sampled_from(["input", "reference", "output"]), _SPECTRUM),
    dynamics=st.dictionaries(st.sampled_from(["input", "reference", "output"]), st.lists(st.floats(), max_size=6)),
)
def test_any_settings_are_told_and_drawn(
    settings: Settings, rate: float, spectra: dict[str, list[float]], dynamics: dict[str, list[float]]
) -> None:
    frequency = np.geomspace(10.0, 30_000.0, 9)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        said = describe_settings(settings, spectra, frequency, dynamics=dynamics, sample_rate=rate)
        assert said
        assert all(each and each[-1] == "." and "nan" not in each for each in said)
        told = Story("any", settings, rate, frequency, spectra, [("What was done", said)])
        page = page_of(told)
        assert "NaN" not in page
        assert "nan " not in page
        png_of(told)


def test_matplotlib_is_not_imported_until_something_is_drawn() -> None:
    code = (
        "import sys, tonewright.reporting as r; from tonewright.settings import Settings; "
        "r.describe_settings(Settings()); "
        "from tonewright.reporting.page import page_of; page_of(r.Story('', Settings())); "
        "sys.exit(any(name.split('.')[0] in ('matplotlib', 'numba', 'torch') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_global_state_is_touched() -> None:
    code = (
        "import sys; from matplotlib import rcParams; from tonewright.reporting.curves import png_of; "
        "from tonewright.reporting import Story; from tonewright.settings import Settings; "
        "state = lambda: {key: rcParams[key] for key in rcParams if key != 'backend'}; "
        "before = state(); png_of(Story('', Settings())); "
        "sys.exit('matplotlib.pyplot' in sys.modules or state() != before)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
