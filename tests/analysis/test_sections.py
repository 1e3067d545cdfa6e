"""Sections: changes of spectrum and level are found where they are, steady sound stays whole."""

from __future__ import annotations

import numpy as np
import pytest

from tonewright.analysis.bands import CENTRES
from tonewright.analysis.sections import SHORTEST_S, find_sections, novelty_db

WINDOW_S = 0.0929
Array = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def sound(seconds: float, tilt_db: float, level_db: float = -40.0, seed: int = 0) -> Array:
    """Powers of noise-like windows with a slope over the bands."""
    random = np.random.default_rng(seed)
    windows = round(seconds / WINDOW_S)
    shape = level_db + tilt_db * np.linspace(-1.0, 1.0, CENTRES.size)
    return (10.0 ** (shape / 10.0) * random.exponential(size=(windows, CENTRES.size))).astype(np.float32)


def seconds(powers: Array) -> list[float]:
    return [first * WINDOW_S for first in find_sections(powers, WINDOW_S)]


def test_steady_sound_is_one_section() -> None:
    assert seconds(sound(120.0, 3.0)) == [0.0]


@pytest.mark.parametrize(("tilt_db", "level_db"), [(-8.0, -40.0), (3.0, -52.0)])
def test_changes_are_found_where_they_are(tilt_db: float, level_db: float) -> None:
    parts = [sound(30.0, 3.0), sound(25.0, tilt_db, level_db, seed=1), sound(40.0, 3.0, seed=2)]
    assert seconds(np.concatenate(parts)) == [0.0, pytest.approx(30.0, abs=1.0), pytest.approx(55.0, abs=1.0)]


def test_level_of_the_whole_does_not_matter() -> None:
    powers = np.concatenate([sound(30.0, 3.0), sound(30.0, -8.0, seed=1)])
    assert find_sections(powers, WINDOW_S) == find_sections(1e-3 * powers, WINDOW_S)


def test_no_section_is_too_short() -> None:
    parts = [sound(5.0, 9.0 * (-1) ** number, seed=number) for number in range(16)]
    found = [*seconds(np.concatenate(parts)), 80.0]
    assert np.diff(found).min() >= SHORTEST_S - 1.0


@pytest.mark.parametrize("length_s", [0.0, 0.6, 5.0, 23.0])
def test_short_recordings_stay_whole(length_s: float) -> None:
    assert seconds(sound(length_s, 3.0)) == [0.0]


def test_silence_is_no_fault() -> None:
    silent = np.zeros((800, CENTRES.size), dtype=np.float32)
    assert seconds(silent) == [0.0]
    found = seconds(np.concatenate([sound(30.0, 0.0), silent[:323], sound(30.0, 0.0, seed=1)]))
    assert found == [0.0, pytest.approx(30.0, abs=1.0), pytest.approx(60.0, abs=1.0)]


def test_novelty_is_the_difference_in_decibels() -> None:
    """Two constant sounds 6 dB apart: at the boundary all of it, far from it nothing."""
    spectra = np.zeros((60, 4))
    spectra[30:] = 6.0
    curve = novelty_db(spectra, 10)
    assert curve[30] == pytest.approx(6.0)
    assert curve.argmax() == 30
    assert np.abs(curve[[*range(20), *range(41, 60)]]).max() < 1e-9
