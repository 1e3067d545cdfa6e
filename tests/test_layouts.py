"""Layouts: vectors in [0, 1] to settings and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from processor.draws import TOPOLOGIES
from tonewright.layouts import LAYOUTS, Layout
from tonewright.settings import Settings, Topology
from topologies import in_topology

SIZES = {
    "full54": 54,
    "paper42": 42,
    "peq18": 18,
    "peq_drc24": 24,
    "even54": 54,
    "even42": 42,
    "even18": 18,
    "even24": 24,
}
NAMES = st.sampled_from(sorted(SIZES))


@st.composite
def vectors(draw: st.DrawFn) -> tuple[Layout, list[float]]:
    layout = in_topology(LAYOUTS[draw(NAMES)], draw(st.sampled_from(TOPOLOGIES)))
    layout = layout.with_mapping(draw(st.sampled_from(("log", "linear"))))
    return layout, draw(st.lists(st.floats(0, 1), min_size=layout.size, max_size=layout.size))


def test_sizes() -> None:
    assert {name: layout.size for name, layout in LAYOUTS.items()} == SIZES
    assert all(layout.name == name for name, layout in LAYOUTS.items())


def test_six_bands_of_the_paper() -> None:
    for layout in LAYOUTS.values():
        kinds = [band.type for band in layout.base.bands]
        assert kinds == ["low_shelf", "peak", "peak", "peak", "peak", "high_shelf"]


def test_contents() -> None:
    last = [free.path.rsplit(".", 1)[-1] for free in LAYOUTS["full54"].free[:9]]
    drc = ["threshold_db", "ratio", "attack_ms", "release_ms", "knee_db", "makeup_db"]
    assert last == ["gain_db", "frequency_hz", "q", *drc]
    settings = LAYOUTS["paper42"].decode(np.ones(42))
    for band in settings.bands:
        assert band.compressor is not None
        assert band.compressor.knee_db == 6
        assert band.compressor.makeup_db == 0
        assert band.compressor.ratio == 10
    assert all(band.compressor is None for band in LAYOUTS["peq18"].decode(np.ones(18)).bands)
    one = LAYOUTS["peq_drc24"].decode(np.ones(24))
    assert all(band.compressor is None for band in one.bands)
    assert one.compressor is not None
    assert one.compressor.makeup_db == 12


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("name", SIZES)
def test_neutral_is_exact(name: str, topology: Topology) -> None:
    layout = in_topology(LAYOUTS[name], topology)
    assert layout.base.is_neutral
    np.testing.assert_allclose(layout.encode(layout.base), layout.neutral, atol=1e-12)
    assert all(band.q == 0.7071 for band in layout.base.bands)
    for mapped in (layout, layout.with_mapping("linear")):
        assert ((mapped.neutral >= 0) & (mapped.neutral <= 1)).all()
        assert mapped.decode(mapped.neutral).is_neutral


@given(vectors())
@hypothesis_settings(max_examples=150, deadline=None)
def test_encode_inverts_decode(drawn: tuple[Layout, list[float]]) -> None:
    layout, u = drawn
    settings = layout.decode(u)
    np.testing.assert_allclose(layout.encode(settings), u, atol=1e-9)
    np.testing.assert_allclose(layout.from_units(layout.to_units(u)), u, atol=1e-9)
    assert Settings.from_json(settings.to_json()) == settings
    assert settings.topology == layout.base.topology


@given(NAMES, st.floats(0, 1))
def test_linear_mapping(name: str, part: float) -> None:
    layout = LAYOUTS[name].with_mapping("linear")
    units = layout.to_units(np.full(layout.size, part))
    for free, value in zip(layout.free, units, strict=True):
        assert value == pytest.approx(free.range.low + part * (free.range.high - free.range.low))
    assert [f.path for f in layout.free] == [f.path for f in LAYOUTS[name].free]


def test_log_mapping_is_the_default() -> None:
    layout = LAYOUTS["full54"]
    assert layout.with_mapping("log") == layout
    scales = {free.path.rsplit(".", 1)[-1]: free.range.scale for free in layout.free}
    assert {name for name, scale in scales.items() if scale == "log"} == {
        "frequency_hz", "q", "ratio", "attack_ms", "release_ms",
    }  # fmt: skip
    half = layout.decode(np.full(54, 0.5))
    assert half.bands[0].frequency_hz == pytest.approx(200)  # sqrt(20 * 2000)
    assert half.bands[0].gain_db == 0


def test_values_outside_are_clipped() -> None:
    layout = LAYOUTS["full54"]
    assert layout.decode(np.full(54, -3.0)) == layout.decode(np.zeros(54))
    assert layout.decode(np.full(54, 7.0)) == layout.decode(np.ones(54))
    wide = layout.base.with_bands(tuple(band.with_gain(39.0) for band in layout.base.bands))
    assert layout.encode(wide)[0] == 1


@pytest.mark.parametrize("bad", [np.zeros(53), np.zeros((1, 54)), np.full(54, np.nan), 0.5])
def test_wrong_vectors_are_refused(bad: object) -> None:
    with pytest.raises(ValueError, match="vector of layout full54"):
        LAYOUTS["full54"].decode(bad)  # type: ignore[arg-type]


def test_settings_of_another_structure_are_refused() -> None:
    with pytest.raises(ValueError, match="have no"):
        LAYOUTS["full54"].encode(LAYOUTS["peq18"].base)


def test_many_vectors_at_once() -> None:
    layout = LAYOUTS["full54"]
    u = np.random.default_rng(0).random((4, 3, 54))
    units = layout.to_units(u)
    assert units.shape == u.shape
    np.testing.assert_array_equal(units[2, 1], layout.to_units(u[2, 1]))
    np.testing.assert_allclose(layout.from_units(units), u, atol=1e-9)
    assert layout.settings(units[0, 0]) == layout.decode(u[0, 0])
