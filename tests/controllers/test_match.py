"""``match`` on real music: hidden settings put on other parts of a recording, options, and what must be refused."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from tonewright.audio import Audio, measure, read
from tonewright.controllers.match import MatchResult, match
from tonewright.errors import AudioError, SettingsError
from tonewright.evaluation.metrics import at_rms
from tonewright.evaluation.mrstft import mrstft
from tonewright.processor.render import render_array
from tonewright.settings import Band, Compressor, Settings
from tonewright.threads import set_threads

EXAMPLES = Path(__file__).parents[2] / "examples"
HIDDEN = Settings(
    bands=(
        Band(type="low_shelf", frequency_hz=90, gain_db=6.0),
        Band(type="peak", frequency_hz=400, gain_db=-7.0, q=0.9),
        Band(
            type="peak", frequency_hz=2500, gain_db=5.0, q=0.8,
            compressor=Compressor(threshold_db=-24, ratio=3, attack_ms=8, release_ms=120),
        ),
        Band(type="high_shelf", frequency_hz=7000, gain_db=8.0),
    )
)  # fmt: skip


@lru_cache
def parts() -> tuple[Audio, Audio, Audio]:
    """Return part a, hidden settings on part b, and the same settings on part a."""
    song = read(EXAMPLES / "song.ogg")
    half = song.frames // 2
    a, b = (song.with_samples(at_rms(part, -20.0)) for part in (song.samples[:, :half], song.samples[:, half:]))
    reference, target = (
        part.with_samples(at_rms(render_array(part.samples, part.sample_rate, HIDDEN), -20.0)) for part in (b, a)
    )
    return a, reference, target


@lru_cache
def matched() -> MatchResult:
    a, reference, _ = parts()
    return match(a, reference)


def distance(result: Audio, target: Audio) -> float:
    return mrstft(at_rms(result.samples, -20.0), target.samples, (512, 2048))


def test_hidden_settings_are_mostly_found() -> None:
    a, _, target = parts()
    assert distance(matched().audio, target) < 0.6 * distance(a, target)


def test_descent_beats_the_closed_form_here() -> None:
    a, reference, target = parts()
    closed = match(a, reference, steps=0, model="none")
    assert closed.fit.chosen in ("start", "nothing")
    assert all(band.compressor is None for band in closed.settings.bands)
    assert distance(matched().audio, target) < distance(closed.audio, target)


def test_loudness_and_ceiling_are_kept() -> None:
    a, _, _ = parts()
    result = matched()
    heard = measure(result.audio)
    assert heard.integrated_lufs == pytest.approx(measure(a).integrated_lufs, abs=0.1)
    assert heard.integrated_lufs == pytest.approx(result.after.integrated_lufs, abs=0.01)
    assert heard.true_peak_dbtp <= -1.0
    louder = match(a, parts()[1], steps=0, loudness=-6.0)
    assert measure(louder.audio).true_peak_dbtp <= -0.99
    assert louder.settled.limited_db > 0.0


def test_amount_scales_decibels() -> None:
    a, reference, _ = parts()
    half = match(a, reference, amount=0.5)
    for some, whole in zip(half.settings.bands, matched().settings.bands, strict=True):
        assert some.gain_db == pytest.approx(0.5 * whole.gain_db)
        assert some.frequency_hz == whole.frequency_hz
    nothing = match(a, reference, amount=0.0, steps=2)
    assert nothing.settings.is_neutral
    assert np.array_equal(nothing.audio.samples, a.samples)


def test_what_is_matched() -> None:
    a, reference, _ = parts()
    tone = match(a, reference, what="tone")
    assert all(band.compressor is None for band in tone.settings.bands)
    assert any(band.gain_db for band in tone.settings.bands)
    dynamics = match(a, reference, what="dynamics")
    assert all(band.gain_db == 0.0 for band in dynamics.settings.bands)


def test_no_band_goes_beyond_the_largest_gain_even_if_the_reference_lacks_bass() -> None:
    a, reference, _ = parts()
    thin = Settings(bands=(Band(type="high_pass", frequency_hz=1500),) * 3)
    lacking = reference.with_samples(render_array(reference.samples, reference.sample_rate, thin))
    for most in (12.0, 3.0):
        result = match(a, lacking, max_gain_db=most)
        assert max(abs(band.gain_db) for band in result.settings.bands) <= most


def test_the_recording_itself_as_reference_changes_next_to_nothing() -> None:
    a, _, _ = parts()
    result = match(a, a)
    change = np.array([band.gain_db for band in result.settings.bands])
    assert np.abs(change).max(initial=0.0) < 0.5


def test_results_do_not_depend_on_threads_or_level() -> None:
    a, reference, _ = parts()
    try:
        set_threads(1)
        alone = match(a, reference)
    finally:
        set_threads(0)
    assert alone.settings == matched().settings
    quiet = match(a.with_samples(a.samples * np.float32(10 ** (-30 / 20))), reference)
    for low, high in zip(quiet.settings.bands, matched().settings.bands, strict=True):
        assert low.gain_db == pytest.approx(high.gain_db, abs=0.3)
        if low.compressor is not None and high.compressor is not None:
            assert low.compressor.threshold_db == pytest.approx(high.compressor.threshold_db - 30.0, abs=1.0)


def test_references_of_other_rates_channels_and_lengths() -> None:
    from scipy.signal import resample_poly

    a, reference, target = parts()
    usual = distance(matched().audio, target)
    at_48k = Audio(resample_poly(reference.samples, 160, 147, axis=-1).astype(np.float32), 48000)
    mono = Audio(reference.samples.mean(axis=0), reference.sample_rate)
    short = Audio(reference.samples[:, : 5 * reference.sample_rate], reference.sample_rate)
    for other in (at_48k, mono):
        assert distance(match(a, other).audio, target) < 1.25 * usual
    assert distance(match(a, short).audio, target) < distance(a, target)
    low = Audio(resample_poly(reference.samples, 1, 4, axis=-1).astype(np.float32), reference.sample_rate // 4)
    assert distance(match(a, low).audio, target) < distance(a, target)
    single = Audio(a.samples.mean(axis=0), a.sample_rate)
    assert match(single, reference).audio.channels == 1


def test_several_references_are_weighted() -> None:
    a, reference, _ = parts()
    other = read(EXAMPLES / "reference.ogg")
    alone = match(a, reference, steps=0)
    with_none = match(a, [reference, other], weights=[1.0, 0.0], steps=0)
    assert with_none.settings == alone.settings
    both = match(a, [reference, other], steps=0)
    assert both.settings != alone.settings
    assert "song.ogg and reference.ogg" in both.explain()


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (np.zeros((2, 44100), np.float32), "silent"),
        (np.full((1, 100), 0.1, np.float32), "needs at least 0.5 s"),
        (np.zeros((1, 0), np.float32), "needs at least 0.5 s"),
    ],
)
def test_what_cannot_be_matched_is_refused(samples: np.ndarray, words: str) -> None:
    a, reference, _ = parts()
    nothing = Audio(samples, 44100)
    with pytest.raises(AudioError, match=words):
        match(a, nothing)
    with pytest.raises(AudioError, match=words):
        match(nothing, reference)


@pytest.mark.parametrize(
    "options",
    [
        {"amount": 1.6}, {"amount": float("nan")}, {"what": "loudness"}, {"max_gain_db": -1}, {"max_gain_db": 50},
        {"loudness": "loud"}, {"loudness": 3.0}, {"weights": [1.0, 2.0]}, {"weights": [-1.0]}, {"weights": [0.0]},
        {"ceiling_db": 400.0}, {"steps": -1},
    ],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused(options: dict[str, object]) -> None:
    a, reference, _ = parts()
    with pytest.raises(SettingsError):
        match(a, reference, **({"steps": 0} | options))  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="at least one"):
        match(a, [])


def test_explanation_plot_report_and_file(tmp_path: Path) -> None:
    result = matched()
    words = result.explain()
    assert "dB" in words
    assert "LUFS" in words
    assert f"{abs(result.settings.bands[-1].gain_db):.1f} dB" in words
    before, after = result.errors_db
    assert after < before
    pages = result.report(tmp_path / "report")
    assert {page.name for page in pages} == {"report.html", "curves.png", "settings.json", "report.json"}
    assert Settings.load(tmp_path / "report" / "settings.json") == result.settings
    result.plot(tmp_path / "match.png")
    assert (tmp_path / "match.png").stat().st_size > 10_000
    rendered = result.write(tmp_path / "out.wav")
    assert np.abs(read(rendered.path).samples - result.audio.samples).max() < 2e-4
    assert result.to_dict()["chosen"] in ("descent", "sparse", "start", "nothing")


def test_paths_give_what_audio_gives() -> None:
    from_files = match(EXAMPLES / "song.ogg", EXAMPLES / "reference.ogg", steps=3)
    in_memory = match(read(EXAMPLES / "song.ogg"), read(EXAMPLES / "reference.ogg"), steps=3)
    assert from_files.settings == in_memory.settings
    told: list[tuple[str, float]] = []
    match(EXAMPLES / "song.ogg", EXAMPLES / "reference.ogg", steps=1, progress=lambda s, p: told.append((s, p)))
    parts_done = [part for _, part in told]
    assert parts_done == sorted(parts_done)
    assert parts_done[-1] == pytest.approx(1.0, abs=0.05)
