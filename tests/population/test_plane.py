"""The plane against the published points and polar law; settings and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tonewright.analysis.bands import CENTRES
from tonewright.population import plane
from tonewright.processor.filters import response_db
from tonewright.settings import Band, Compressor, Settings

#: Point, bass and treble in dB, as published.
PUBLISHED = [
    ((0, -6), (6, -8)),
    ((6, -6), (6, 0)),
    ((6, 0), (6, 8)),
    ((6, 6), (0, 8)),
    ((0, 6), (-6, 8)),
    ((-6, 6), (-6, 0)),
    ((-6, 0), (-6, -8)),
    ((-6, -6), (0, -8)),
    ((0, 0), (0, 0)),
]


@pytest.mark.parametrize(("point", "gains"), PUBLISHED)
def test_the_published_points(point: tuple[int, int], gains: tuple[int, int]) -> None:
    np.testing.assert_allclose(plane.gains_db(point), gains, atol=1e-12)
    np.testing.assert_allclose(plane.gains_db(np.divide(point, 2)), np.divide(gains, 2), atol=1e-12)


def test_it_follows_the_published_polar_law() -> None:
    """Both gains proportional to the distance and linear in the angle between the eight points of the disc."""
    centres = np.linspace(-6, 6, 201)
    x, y = np.meshgrid(centres, centres, indexing="ij")
    angle = np.degrees(np.arctan2(x, -y)) % 360
    part = np.maximum(np.abs(x), np.abs(y)) / 6
    law = [
        part * np.interp(angle, np.arange(0, 361, 45), gains)
        for gains in ([6, 6, 6, 0, -6, -6, -6, 0, 6], [-8, 0, 8, 8, 8, 0, -8, -8, -8])
    ]
    off = np.abs(plane.gains_db(np.stack([x, y], axis=-1)) - np.stack(law, axis=-1))
    np.testing.assert_allclose(off.mean(axis=(0, 1)), [0.12, 0.15], atol=0.01)
    assert (off.max(axis=(0, 1)) < [0.55, 0.75]).all()


@given(st.tuples(st.floats(-6, 6), st.floats(-6, 6)))
def test_there_and_back(point: tuple[float, float]) -> None:
    gains = plane.gains_db(point)
    assert (np.abs(gains) <= np.array(plane.MOST_DB) + 1e-9).all()
    np.testing.assert_allclose(plane.to_points(gains), point, atol=1e-9)


@given(st.tuples(st.floats(-6, 6), st.floats(-8, 8)))
def test_every_pair_of_shelves_is_a_point(gains: tuple[float, float]) -> None:
    point = plane.to_points(gains)
    assert (np.abs(point) <= 6 + 1e-9).all()
    np.testing.assert_allclose(plane.gains_db(point), gains, atol=1e-9)


def test_settings_hold_two_shelves_and_four_bands_that_do_nothing() -> None:
    settings = plane.to_settings([3.0, -1.2])
    assert len(settings.bands) == 6
    first, *middle, last = settings.bands
    assert (first.type, first.frequency_hz, first.q) == ("low_shelf", 100.0, 0.7)
    assert (last.type, last.frequency_hz, last.q) == ("high_shelf", 10_000.0, 0.7)
    assert all(band.is_neutral for band in middle)
    np.testing.assert_allclose(
        response_db(settings, CENTRES, 48_000), plane.shelf_curves(plane.gains_db([3.0, -1.2])), atol=1e-9
    )
    assert plane.to_settings([0, 0]).is_neutral
    assert plane.to_settings([9, 0]) == plane.to_settings([6, 0])
    with pytest.raises(ValueError, match="two finite numbers"):
        plane.to_settings([np.nan, 0])


def test_points_come_back_exactly_from_their_settings() -> None:
    for point in np.random.default_rng(0).uniform(-6, 6, (50, 2)):
        np.testing.assert_allclose(plane.from_settings(plane.to_settings(point)), point, atol=1e-12)
    np.testing.assert_array_equal(plane.from_settings(Settings()), [0, 0])


def test_other_settings_go_to_the_nearest_point() -> None:
    settings = Settings(
        bands=(
            Band(type="low_shelf", frequency_hz=150, gain_db=4, q=0.6),
            Band(type="peak", frequency_hz=9000, gain_db=-5, q=0.5, compressor=Compressor(threshold_db=-20, ratio=2)),
        ),
        preamp_db=-3,
    )
    found = plane.from_settings(settings)
    target = response_db(settings, CENTRES, 48_000)

    def miss(points: NDArray[np.float64]) -> NDArray[np.float64]:
        gaps = plane.shelf_curves(plane.gains_db(points)) - target
        return np.asarray(np.square(gaps - gaps.mean(axis=-1, keepdims=True)).sum(axis=-1))

    assert miss(found) <= miss(plane.cell_points(60)).min()
    level = plane.to_settings([2, 1]).with_output(-4.0)
    np.testing.assert_allclose(plane.from_settings(level), [2, 1], atol=1e-4)
