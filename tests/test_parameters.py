"""The table of parameters and its scales."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonewright.parameters import COMPRESSOR_PARAMETERS, FILTER_PARAMETERS, PARAMETERS, Range, limits

#: Tables 1 and 2 of the paper, and the limits that the design states.
SEARCH = {
    "gain_db": (-20, 20),
    "frequency_hz": (20, 21_050),
    "q": (0.1, 6),
    "threshold_db": (-60, 0),
    "ratio": (1, 10),
    "attack_ms": (1, 100),
    "release_ms": (10, 500),
    "knee_db": (0, 12),
    "makeup_db": (0, 12),
}
LIMITS = {"gain_db": (-40, 40), "frequency_hz": (5, 0.49 * 384_000), "q": (0.05, 100), "ratio": (1, 100)}
LOGARITHMIC = {"frequency_hz", "q", "ratio", "attack_ms", "release_ms"}


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    low, high = sorted(draw(st.lists(st.floats(0.01, 1e5), min_size=2, max_size=2)))
    return Range(low, high * 1.01, draw(st.sampled_from(("linear", "log"))))


def test_search_ranges_are_the_papers() -> None:
    for name, ends in SEARCH.items():
        search = PARAMETERS[name].search
        assert [search.low, search.high] == list(ends)
        assert search.scale == ("log" if name in LOGARITHMIC else "linear")


def test_limits_are_the_designs() -> None:
    for name, ends in LIMITS.items():
        assert limits(name) == pytest.approx(ends)


@pytest.mark.parametrize("name", list(PARAMETERS))
def test_rows_agree_with_themselves(name: str) -> None:
    row = PARAMETERS[name]
    low, high = row.limits
    assert row.name == name
    assert low <= row.search.low < row.search.high <= high
    assert low <= row.default <= high
    assert row.neutral is None or low <= row.neutral <= high
    assert row.meaning.endswith(".")
    assert row.unit or name == "q"
    assert name.endswith(("_db", "_hz", "_ms")) or name in ("q", "ratio")


def test_every_parameter_of_a_band_is_in_the_table() -> None:
    assert set(FILTER_PARAMETERS) | set(COMPRESSOR_PARAMETERS) | {"preamp_db", "output_db"} == set(PARAMETERS)
    assert len(FILTER_PARAMETERS) == 3
    assert len(COMPRESSOR_PARAMETERS) == 6


def test_formulas() -> None:
    assert Range(10, 30).to_units(0.25) == 15
    assert Range(10, 1000, "log").to_units(0.5) == pytest.approx(100)
    assert Range(10, 1000, "log").middle == pytest.approx(100)
    assert Range(10, 30).middle == 20
    assert Range(20, 2000, "log").from_units(200) == pytest.approx(math.log(10) / math.log(100))


@given(ranges(), st.floats(0, 1))
def test_inverse(range_: Range, u: float) -> None:
    value = range_.to_units(u)
    assert range_.low * (1 - 1e-12) <= value <= range_.high * (1 + 1e-12)
    # As exactly as the ends' nearness leaves: a unit of rounding in the value is this much of the range.
    rounding = 1e-14 * range_.high / (range_.high - range_.low)
    assert range_.from_units(value) == pytest.approx(u, abs=max(1e-9, rounding))


@given(ranges(), st.floats(0, 1), st.floats(0, 1))
def test_monotone(range_: Range, a: float, b: float) -> None:
    if a < b:
        assert range_.to_units(a) <= range_.to_units(b)


@given(ranges())
def test_ends_and_what_is_beyond_them(range_: Range) -> None:
    assert range_.to_units(0.0) == range_.low
    assert range_.to_units(1.0) == pytest.approx(range_.high, rel=1e-14)
    assert range_.from_units(range_.low) == 0
    assert range_.from_units(range_.high) == 1
    assert range_.from_units(range_.low - 1) == 0
    assert range_.from_units(range_.high + 1) == 1


@given(ranges(), st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_arrays(range_: Range, u: list[float]) -> None:
    values = range_.to_units(u)
    assert values.shape == (len(u),)
    assert values.dtype == np.float64
    np.testing.assert_array_equal(values, [range_.to_units(one) for one in u])
