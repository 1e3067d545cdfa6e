"""Baselines do what their names say, on bundled music: they are only worth beating if they are made well."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tonewright.analysis.bands import CENTRES
from tonewright.audio import Audio, measure, read
from tonewright.errors import AudioError
from tonewright.evaluation import oracle as oracles
from tonewright.evaluation import rule_based as rules
from tonewright.evaluation.learned import (
    average_spectrum,
    mean_spectrum,
    ridge,
    ridge_auto,
    ridge_match,
    solve_ridge,
)
from tonewright.evaluation.metrics import at_rms, spectrum_error_db
from tonewright.evaluation.mrstft import mrstft
from tonewright.evaluation.protocol import Clip
from tonewright.evaluation.spectra import difference_db, follow, spectrum_of
from tonewright.processor.filters import response_db
from tonewright.processor.gradients import Tape
from tonewright.processor.render import render_array
from tonewright.settings import Band, Compressor, Settings

SONG = Path(__file__).parents[2] / "examples" / "song.ogg"
RATE = 44_100
HIDDEN = Settings(
    bands=(
        Band(type="low_shelf", frequency_hz=90, gain_db=6.0),
        Band(type="peak", frequency_hz=500, gain_db=-7.0, q=0.9),
        Band(type="high_shelf", frequency_hz=8000, gain_db=-9.0),
    ),
    compressor=Compressor(threshold_db=-28, ratio=3, attack_ms=10, release_ms=100),
)


@pytest.fixture(scope="module")
def clips() -> tuple[Clip, Clip]:
    """Two parts of the bundled song, mono, 4 s each."""
    song = read(SONG)
    assert song.sample_rate == RATE
    mono = song.samples.mean(axis=0, keepdims=True)
    first, second = (at_rms(mono[:, start : start + 4 * RATE]) for start in (0, 5 * RATE))
    return Clip(first, RATE), Clip(second, RATE)


def through(clip: Clip, settings: Settings) -> Clip:
    return Clip(at_rms(render_array(clip.samples, RATE, settings)), RATE)


def test_spectra_are_free_of_level_and_differences_are_filters(clips: tuple[Clip, Clip]) -> None:
    clip = clips[0]
    eq = Settings(bands=HIDDEN.bands)
    louder = Clip(np.float32(0.3) * render_array(clip.samples, RATE, eq), RATE)
    gap = difference_db(spectrum_of(louder), spectrum_of(clip))
    known = spectrum_of(louder).audible & spectrum_of(clip).audible
    expected = response_db(eq, CENTRES, RATE)
    expected -= expected[known].mean()
    # A band is wider than its centre, and where the song holds little it hears its neighbours.
    error = np.abs((gap - expected)[known])
    assert np.median(error) < 0.2
    assert error.max() < 1.5
    followed = response_db(follow(gap, RATE), CENTRES, RATE)
    assert np.std((followed - expected)[known]) < 1.0


def test_ridge_finds_a_linear_rule_and_shrinks() -> None:
    rng = np.random.default_rng(0)
    rule, x = rng.standard_normal((5, 7)), rng.standard_normal((400, 7)) + 3.0
    y = x @ rule.T + 2.0
    exact, shrunk = solve_ridge(x, y, 1e-9), solve_ridge(x, y, 1.0)
    np.testing.assert_allclose(exact.weights, rule, atol=1e-6)
    np.testing.assert_allclose(exact.predict(x[0]), y[0], atol=1e-6)
    assert 0.3 < np.linalg.norm(shrunk.weights) / np.linalg.norm(rule) < 0.7  # unit variance against a strength of 1
    np.testing.assert_allclose(shrunk.predict(x.mean(axis=0)), y.mean(axis=0), atol=1e-9)


def test_the_data_are_whole() -> None:
    mean = mean_spectrum().level_db
    assert mean.shape == (57,)
    assert mean[:30].mean() > mean[-10:].mean() + 15  # music falls towards the treble
    for task in ("auto", "match"):
        assert ridge(task).weights.shape == (57, 57)
        assert np.abs(ridge(task).curve_mean).max() < 3.0


def test_the_average_is_approached_by_about_a_quarter(clips: tuple[Clip, Clip]) -> None:
    before = difference_db(mean_spectrum(), spectrum_of(clips[0]))
    after = difference_db(mean_spectrum(), spectrum_of(Clip(average_spectrum(clips[0]), RATE)))
    assert 0.65 < np.linalg.norm(after) / np.linalg.norm(before) < 0.95


def test_ridge_goes_in_the_right_direction(clips: tuple[Clip, Clip]) -> None:
    heard = through(clips[0], HIDDEN)
    found = at_rms(ridge_auto(heard))
    assert spectrum_error_db(found, clips[0].samples, RATE) < spectrum_error_db(heard.samples, clips[0].samples, RATE)
    target = through(clips[0], HIDDEN).samples
    matched = at_rms(ridge_match(clips[0], through(clips[1], HIDDEN)))
    assert spectrum_error_db(matched, target, RATE) < 0.7 * spectrum_error_db(clips[0].samples, target, RATE)


def test_rules_copy_the_spectrum_then_raise_the_loudness(clips: tuple[Clip, Clip]) -> None:
    reference = through(clips[0], HIDDEN)
    result = rules.rule_based(clips[0], reference)
    assert result.shape == clips[0].samples.shape
    assert np.max(np.abs(result)) == pytest.approx(10 ** (rules.PEAK_DB / 20), rel=1e-5)
    before = spectrum_error_db(clips[0].samples, reference.samples, RATE)
    assert spectrum_error_db(result, reference.samples, RATE) < 0.8 * before

    def loudness(samples: NDArray[np.float32]) -> float:
        at_peak = samples * np.float32(10 ** (rules.PEAK_DB / 20) / np.max(np.abs(samples)))
        return measure(Audio(at_peak, RATE)).integrated_lufs

    # The rules' own compressor, on the level at which they work: what it made can be reached again.
    squashed = Compressor(threshold_db=-36, ratio=3, attack_ms=1, release_ms=50, knee_db=6)
    quiet = clips[0].samples * np.float32(10 ** (rules.PEAK_DB / 20) / np.max(np.abs(clips[0].samples)))
    louder = Clip(render_array(quiet, RATE, Settings(compressor=squashed)), RATE)
    gap = loudness(louder.samples) - loudness(quiet)
    left = loudness(louder.samples) - loudness(rules.rule_based(clips[0], louder))
    assert gap > 1.0
    assert left < 0.75
    with pytest.raises(AudioError, match="one sample rate"):
        rules.rule_based(clips[0], louder._replace(sample_rate=48_000))


def test_the_oracles_gradient_is_that_of_its_loss(clips: tuple[Clip, Clip]) -> None:
    heard, target = clips[0].samples[:, :RATE], through(clips[0], HIDDEN).samples[:, :RATE]
    search, loss = oracles.Search(dynamics=True), oracles.Likeness(target, RATE)
    u = search.start(np.column_stack([np.full(6, 2.0), np.log([80, 200, 600, 2000, 6000, 9000]), np.zeros(6)]))

    def value(u: NDArray[np.float64]) -> float:
        return loss.with_gradient(Tape(heard[None], RATE, search.plan, search.values(u)).output[0])[0]

    tape = Tape(heard[None], RATE, search.plan, search.values(u))
    _, by_output = loss.with_gradient(tape.output[0])
    found = search.pull_back(u, tape.gradient(by_output[None])[1])
    rng = np.random.default_rng(0)
    for _ in range(3):
        way = rng.standard_normal(u.size) * 1e-3
        slope = (value(u + way) - value(u - way)) / 2
        assert found @ way == pytest.approx(slope, rel=0.03, abs=1e-5)


def test_oracles_come_near_and_compressors_help_them(clips: tuple[Clip, Clip], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oracles, "STEPS", 20)
    clip = Clip(at_rms(clips[0].samples[:, : 3 * RATE // 2]), RATE)
    target = through(clip, HIDDEN)
    before = mrstft(clip.samples, target.samples)
    eq, both = (mrstft(at_rms(f(clip, target)), target.samples) for f in (oracles.oracle_eq, oracles.oracle))
    assert both < eq < 0.6 * before
    monkeypatch.setattr(oracles, "STEPS", 1)
    np.testing.assert_allclose(at_rms(oracles.oracle(clip, clip)), clip.samples, atol=1e-6)
