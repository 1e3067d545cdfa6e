"""The parts of ``match``: expected curve, moments, bands, statistics, descent; each against what it must do."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tonewright.analysis.bands import CENTRES
from tonewright.analysis.segments import choose_segments
from tonewright.analysis.survey import survey
from tonewright.controllers.matching import descent
from tonewright.controllers.matching.bands import BANDS, bands_response, fit_bands, log_frequency_limits, to_bands
from tonewright.controllers.matching.curve import content_covariance, curve_covariance, expect_curve
from tonewright.controllers.matching.moments import refine
from tonewright.controllers.matching.statistics import Listener, Statistics
from tonewright.processor.filters import response_db
from tonewright.processor.gradients import Tape
from tonewright.settings import Settings

RATE = 44100.0
ALL = np.ones(CENTRES.size, dtype=bool)


def smooth_curve() -> np.ndarray:
    octaves = np.log2(CENTRES / 1000.0)
    return np.asarray(4.0 * np.tanh(octaves) - 3.0 * np.exp(-(((octaves + 2.0) / 1.2) ** 2)))


def music(seconds: float = 6.0, seed: int = 0) -> np.ndarray:
    """Noise with a falling spectrum, in bursts: something with a tone and with dynamics."""
    rng = np.random.default_rng(seed)
    count = int(seconds * RATE)
    spectrum = np.fft.rfft(rng.standard_normal(count))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(count, 1 / RATE), 20.0))
    sound = np.fft.irfft(spectrum, count)
    time = np.arange(count) / RATE
    envelope = 0.15 + np.abs(np.sin(2.1 * np.pi * time)) ** 3
    sound = sound * envelope
    return np.asarray(0.1 * sound / np.sqrt(np.mean(sound**2)), dtype=np.float32)


def test_no_difference_expects_no_correction() -> None:
    found = expect_curve(np.full(CENTRES.size, 7.0), ALL)
    assert np.abs(found.curve_db).max() < 1e-9


def test_a_smooth_difference_is_followed_and_a_rough_one_is_not() -> None:
    curve = smooth_curve()
    smooth = expect_curve(curve, ALL)
    left = curve - smooth.curve_db
    assert np.std(left) < 0.25 * np.std(curve)
    rough = np.random.default_rng(1).normal(0.0, 6.0, CENTRES.size)
    cautious = expect_curve(rough, ALL)
    assert np.std(cautious.curve_db) < 0.35 * np.std(rough)
    assert cautious.scale > 3.0 * smooth.scale


def test_bands_without_information_are_inferred_from_their_neighbours() -> None:
    curve = smooth_curve()
    known = ALL.copy()
    known[30:36] = False
    wild = np.where(known, curve, 500.0)
    found = expect_curve(wild, known)
    assert np.abs(found.curve_db - expect_curve(curve, ALL).curve_db).max() < 1.5
    assert np.abs(expect_curve(wild, ~ALL).curve_db).max() == 0.0


def test_covariances_are_positive_definite() -> None:
    for matrix in (curve_covariance(), content_covariance(), expect_curve(smooth_curve(), ALL).precision):
        assert np.allclose(matrix, matrix.T)
        assert np.linalg.eigvalsh(matrix).min() > -1e-8


def test_moments_that_sound_alike_reveal_the_curve_behind_different_content() -> None:
    """Half of the reference repeats the input, the other half is other music: a long-term average is fooled."""
    rng = np.random.default_rng(2)
    tilt = -4.0 * np.log2(CENTRES / 1000.0)
    own = tilt + rng.normal(0, 6, (60, CENTRES.size)) + rng.normal(0, 8, (60, 1)) * np.linspace(-1, 1, CENTRES.size)
    curve = smooth_curve()
    foreign = tilt + 12.0 * np.exp(-(np.log2(CENTRES / 3000.0) ** 2)) + rng.normal(0, 6, (60, CENTRES.size))
    others = np.vstack([own[:30] + rng.normal(0, 1, (30, CENTRES.size)), foreign]) + curve
    difference = others.mean(axis=0) - own.mean(axis=0)
    first = expect_curve(difference, ALL)
    better, _ = refine(first, difference, ALL, own, others)

    def error(found: np.ndarray) -> float:
        left = found - curve
        return float(np.std(left - left.mean()))

    assert error(better.curve_db) < 0.6 * error(first.curve_db)


def test_six_bands_follow_a_curve_that_six_bands_can_make() -> None:
    theta = np.array([[5.0, np.log(90.0), np.log(0.8)], [-4.0, np.log(250.0), np.log(1.0)],
                      [3.0, np.log(700.0), np.log(0.9)], [-5.0, np.log(2000.0), np.log(1.2)],
                      [4.0, np.log(5000.0), np.log(0.8)], [-6.0, np.log(9000.0), np.log(0.7)]])  # fmt: skip
    curve, _ = bands_response(theta, RATE)
    found, _ = bands_response(fit_bands(curve, RATE, 12.0), RATE)
    assert np.sqrt(np.mean((found - curve) ** 2)) < 0.6


def test_responses_are_those_of_the_settings_and_slopes_are_right() -> None:
    theta = fit_bands(smooth_curve(), RATE, 12.0)
    values, slopes = bands_response(theta, RATE)
    assert np.allclose(values, response_db(Settings(bands=to_bands(theta)), CENTRES, RATE), atol=1e-9)
    for index in np.ndindex(6, 3):
        step = np.zeros((6, 3))
        step[index] = 1e-5
        numeric = (bands_response(theta + step, RATE)[0] - bands_response(theta - step, RATE)[0]) / 2e-5
        assert np.allclose(slopes[:, index[0], index[1]], numeric, atol=1e-5)


@pytest.mark.parametrize("rate", [8000.0, 22050.0, 96000.0])
@pytest.mark.parametrize("height", [3.0, 60.0])
def test_bands_keep_to_gain_and_frequency_limits(rate: float, height: float) -> None:
    theta = fit_bands(height * np.sign(smooth_curve()), rate, 6.0)
    low, high = log_frequency_limits(rate)
    assert np.abs(theta[:, 0]).max() <= 6.0
    assert (theta[:, 1] >= low - 1e-12).all()
    assert (theta[:, 1] <= high + 1e-12).all()
    assert np.exp(theta[:, 1]).max() < 0.49 * rate
    assert len(to_bands(theta)) == len(BANDS)


def test_gradients_of_the_statistics() -> None:
    rng = np.random.default_rng(3)
    segments = np.stack([music(1.0, seed) for seed in (1, 2)])
    listener = Listener(RATE)
    by_spectrum, by_spread = rng.standard_normal(CENTRES.size), rng.standard_normal((10, 8))

    def value(x: np.ndarray) -> float:
        measured = listener.measure(x)
        return float(by_spectrum @ measured.spectrum_db + np.sum(by_spread * measured.spread_db))

    _, back = listener.measure_with_gradient(segments)
    gradient = back(by_spectrum, by_spread)
    for seed in range(3):
        direction = np.random.default_rng(seed).standard_normal(segments.shape) * np.abs(segments)
        step = 1e-3
        numeric = (value(segments + step * direction) - value(segments - step * direction)) / (2 * step)
        assert float(np.sum(gradient * direction)) == pytest.approx(numeric, rel=0.02, abs=0.02)


def test_descent_reaches_a_goal_that_the_chain_can_reach() -> None:
    """The goal is what hidden bands and compressors do to the very same segments: most of the distance must go."""
    segments = np.stack([music(1.5, seed) for seed in range(4)])
    hidden = descent.start_values(fit_bands(smooth_curve(), RATE, 12.0), tone=True, dynamics=True)
    hidden[2, descent.SLOPE], hidden[2, descent.THRESHOLD] = 0.6, -30.0
    listener = Listener(RATE)
    before = listener.measure(segments)

    def change(values: np.ndarray) -> Statistics:
        tape = Tape(segments[:, None], RATE, descent.PLAN, descent.to_plan_values(values))
        after = listener.measure(tape.output[:, 0])
        return Statistics(after.spectrum_db - before.spectrum_db, after.spread_db - before.spread_db)

    wanted = change(hidden)
    goal = descent.Goal(wanted.spectrum_db, wanted.spread_db, expect_curve(wanted.spectrum_db, ALL).precision, 0.1)
    start = descent.start_values(fit_bands(np.zeros(CENTRES.size), RATE, 12.0), tone=True, dynamics=True)
    found = descent.descend(
        segments, RATE, goal, start, max_gain_db=12.0, tone=True, dynamics=True, steps=40
    )  # fmt: skip
    assert goal.distance(change(found)) < 0.2 * goal.distance(change(start))
    assert (found[:, descent.SLOPE] >= 0.0).all()
    again = descent.descend(segments, RATE, goal, start, max_gain_db=12.0, tone=True, dynamics=True, steps=40)
    assert np.array_equal(found, again)


def test_descent_moves_only_what_it_may() -> None:
    segments = music(1.5)[None]
    goal = descent.Goal(smooth_curve(), np.zeros((10, 8)), expect_curve(smooth_curve(), ALL).precision, 0.3)
    for tone, dynamics in ((True, False), (False, True)):
        start = descent.start_values(fit_bands(smooth_curve(), RATE, 12.0), tone=tone, dynamics=dynamics)
        found = descent.descend(
            segments, RATE, goal, start, max_gain_db=12.0, tone=tone, dynamics=dynamics, steps=4
        )  # fmt: skip
        changed = np.abs(found - start).max(axis=0) > 0
        assert not changed[:3].any() or tone
        assert not changed[3:].any() or dynamics


def test_segments_are_apart_loud_and_inside() -> None:
    rng = np.random.default_rng(4)
    powers = np.abs(rng.standard_normal((400, CENTRES.size))).astype(np.float32)
    powers[100:200] = 1e-9
    starts = choose_segments(powers, 16, 11)
    assert len(starts) >= 7
    assert all(b - a >= 16 for a, b in pairwise(starts))
    means = np.array([powers[start : start + 16].mean() for start in starts])
    assert (means > 10.0**-2.5 * powers.mean()).all()
    assert starts[-1] + 16 <= 400
    assert choose_segments(powers[:10], 16, 11) == [0]
    assert len(choose_segments(np.zeros((400, CENTRES.size), np.float32), 16, 5)) >= 1


def test_a_survey_does_not_depend_on_the_blocks() -> None:
    sound = np.stack([music(3.0, 5), music(3.0, 6)])
    whole = survey([sound], 44100, 2)
    pieces = survey([sound[:, i : i + 1777] for i in range(0, sound.shape[1], 1777)], 44100, 2)
    assert np.allclose(whole.powers, pieces.powers, rtol=1e-4, atol=1e-12)
    assert whole.loudness.integrated_lufs == pytest.approx(pieces.loudness.integrated_lufs, abs=1e-6)
    assert whole.frames == pieces.frames == sound.shape[1]
    tone = 0.5 * np.sin(2 * np.pi * 1000.0 * np.arange(44100) / 44100.0).astype(np.float32)
    heard = survey([tone[None]], 44100, 1)
    assert CENTRES[np.argmax(heard.spectrum_db())] == pytest.approx(1000.0, rel=0.07)
