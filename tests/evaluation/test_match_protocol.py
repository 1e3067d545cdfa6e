"""The protocol draws what it says, at the level it says, and the same again from the same seed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
import soundfile as sf
from numpy.typing import NDArray

from tonewright.errors import AudioError
from tonewright.evaluation.excerpts import choose_excerpts
from tonewright.evaluation.hidden import draw_settings
from tonewright.evaluation.match_protocol import MatchProtocol, cases_of
from tonewright.evaluation.metrics import at_rms, rms_db
from tonewright.evaluation.mrstft import mrstft
from tonewright.evaluation.protocol import Protocol, Work, case_generator, find_works
from tonewright.hidden_ranges import BANDS
from tonewright.processor.render import render_array

RATE = 44_100
SMALL = MatchProtocol(excerpt_s=1.0, minimum_s=4.0, draws=2)


def write_work(path: Path, seconds: float = 5.0, rate: int = RATE, seed: int = 0, channels: int = 2) -> Work:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).standard_normal((int(seconds * rate), channels))
    beat = 1.0 + 0.9 * np.sin(np.arange(len(noise)) * 2 * np.pi / rate)
    sf.write(path, 0.05 * noise * beat[:, None], rate, subtype="FLOAT")
    return Work(path.name, path)


def test_hidden_settings_cover_their_ranges() -> None:
    drawn = [draw_settings(np.random.default_rng(seed)) for seed in range(400)]
    issue = [(30, 120), (60, 400), (250, 1200), (800, 4000), (2500, 10000), (6000, 16000)]
    for index, (low, high) in enumerate(issue):
        bands = [settings.bands[index] for settings in drawn]
        assert {band.type for band in bands} == {BANDS[index][0]}
        octaves = np.log([band.frequency_hz for band in bands])
        sharpness = np.log([band.q for band in bands])
        gains = [band.gain_db for band in bands]
        for values, ends in (
            (octaves, np.log([low, high])),
            (sharpness, np.log([0.3, 4])),
            (gains, (-12, 12)),
        ):
            uniform = scipy.stats.uniform(ends[0], ends[1] - ends[0])
            assert scipy.stats.kstest(values, uniform.cdf).pvalue > 1e-4
    compressors = [band.compressor for settings in drawn for band in settings.bands]
    on = [compressor for compressor in compressors if compressor is not None]
    assert scipy.stats.binomtest(len(on), len(compressors), 0.5).pvalue > 1e-4
    for name, ends, log in (
        ("threshold_db", (-30, 0), False),
        ("ratio", (1, 4), False),
        ("makeup_db", (0, 4), False),
        ("knee_db", (0, 12), False),
        ("attack_ms", (1, 100), True),
        ("release_ms", (10, 500), True),
    ):
        column = np.array([getattr(compressor, name) for compressor in on])
        column, limits = (np.log(column), np.log(ends)) if log else (column, np.array(ends))
        uniform = scipy.stats.uniform(limits[0], limits[1] - limits[0])
        assert scipy.stats.kstest(column, uniform.cdf).pvalue > 1e-4


def test_excerpts_do_not_overlap_and_are_not_silent() -> None:
    x = np.random.default_rng(1).standard_normal(10_000).astype(np.float32)
    x[2_000:5_000] = 0
    for seed in range(50):
        a, b = choose_excerpts(x, 1_000, np.random.default_rng(seed))
        assert abs(a - b) >= 1_000
        assert min(a, b) >= 0 <= max(a, b) <= 9_000
        assert min(rms_db(x[start : start + 1_000]) for start in (a, b)) > -25


@pytest.mark.parametrize("x", [np.zeros(10_000), np.ones(1_500), np.r_[np.ones(1_000), np.zeros(9_000)]])
def test_works_without_two_excerpts_are_refused(x: NDArray[np.float64]) -> None:
    with pytest.raises(AudioError, match="no two separate excerpts"):
        choose_excerpts(x.astype(np.float32), 1_000, np.random.default_rng(0))


def test_cases_are_what_the_protocol_says(tmp_path: Path) -> None:
    work = write_work(tmp_path / "one.wav")
    cases = list(cases_of(work, SMALL))
    assert [case.draw for case in cases] == [0, 1]
    mono = sf.read(work.path, dtype="float32")[0].mean(axis=1)
    for case in cases:
        assert case.reference is not None
        assert case.settings is not None
        for clip in (case.input, case.reference, case.target):
            assert clip.sample_rate == RATE
            assert clip.samples.shape == (1, RATE)
            assert clip.samples.dtype == np.float32
            assert rms_db(clip.samples) == pytest.approx(-20.0, abs=1e-3)
        a, b = (round(start * RATE) for start in case.starts_s)
        part_a, part_b = at_rms(mono[None, a : a + RATE]), at_rms(mono[None, b : b + RATE])
        np.testing.assert_array_equal(case.input.samples, part_a)
        knows = at_rms(render_array(case.input.samples, RATE, case.settings))
        assert mrstft(knows, case.target.samples) == 0.0
        np.testing.assert_array_equal(case.reference.samples, at_rms(render_array(part_b, RATE, case.settings)))
    assert cases[0].settings != cases[1].settings
    assert cases[0].starts_s != cases[1].starts_s


def test_a_case_depends_on_seed_work_and_draw_alone() -> None:
    values = {
        (seed, work, draw): float(case_generator(Protocol(seed=seed), work, draw).random())
        for seed in (0, 1)
        for work in ("a", "b")
        for draw in (0, 1)
    }
    assert len(set(values.values())) == 8
    assert float(case_generator(Protocol(seed=1), "b", 1).random()) == values[1, "b", 1]


def test_works_are_found_and_skipped_with_a_reason(tmp_path: Path) -> None:
    write_work(tmp_path / "deep" / "good.wav")
    write_work(tmp_path / "short.wav", seconds=2)
    write_work(tmp_path / "low.wav", rate=22_050)
    (tmp_path / "broken.ogg").write_bytes(b"not music")
    (tmp_path / "readme.txt").write_text("no audio")
    works, skipped = find_works(tmp_path, SMALL)
    assert works == [Work("deep/good.wav", tmp_path / "deep" / "good.wav")]
    assert skipped["short.wav"] == "is only 2 s long"
    assert skipped["low.wav"] == "has 22050 Hz"
    assert skipped["broken.ogg"].startswith("cannot be read")
    assert set(skipped) == {"short.wav", "low.wav", "broken.ogg"}


def test_a_manifest_says_what_the_works_are(tmp_path: Path) -> None:
    write_work(tmp_path / "one.wav")
    write_work(tmp_path / "two.wav")
    (tmp_path / "manifest.json").write_text(json.dumps({"works": [{"path": "two.wav"}]}))
    assert [work.name for work in find_works(tmp_path, SMALL)[0]] == ["two.wav"]
    with pytest.raises(AudioError, match="not a folder"):
        find_works(tmp_path / "nowhere")


def test_shorter_references_begin_where_the_long_ones_do(tmp_path: Path) -> None:
    work = write_work(tmp_path / "one.wav")
    for long, short in zip(cases_of(work, SMALL), cases_of(work, replace(SMALL, reference_s=0.25)), strict=True):
        assert long.reference is not None
        assert short.reference is not None
        assert (short.starts_s, short.settings) == (long.starts_s, long.settings)
        assert short.reference.samples.shape == (1, RATE // 4)
        np.testing.assert_array_equal(short.target.samples, long.target.samples)


def test_the_published_cases_stay_as_they_were() -> None:
    x = np.random.default_rng(1).standard_normal(10_000).astype(np.float32)
    rng = case_generator(Protocol(), "a work.ogg", 1)
    assert choose_excerpts(x, 1_000, rng) == (4182, 788)
    assert draw_settings(rng).bands[0].gain_db == pytest.approx(-11.967414946)


def test_near_excerpts_follow_each_other_in_both_orders() -> None:
    x = np.random.default_rng(1).standard_normal(10_000).astype(np.float32)
    gaps = set()
    for seed in range(30):
        a, b = choose_excerpts(x, 1_000, np.random.default_rng(seed), reference_length=400, parts="near")
        assert min(a, b) >= 0
        assert a + 1_000 <= 10_000
        assert b + 400 <= 10_000
        gaps.add(b - a)
    assert gaps == {1_000, -400}


def test_a_twin_takes_the_place_of_hidden_settings(tmp_path: Path) -> None:
    work = write_work(tmp_path / "mix.wav")
    mix, _ = sf.read(work.path, dtype="float32", always_2d=True)
    sf.write(tmp_path / "master.wav", np.tanh(8 * mix), RATE, subtype="FLOAT")
    entry = {"path": "mix.wav", "twin": "master.wav"}
    (tmp_path / "manifest.json").write_text(json.dumps({"works": [entry]}))
    works, _ = find_works(tmp_path, SMALL)
    master = sf.read(tmp_path / "master.wav", dtype="float32")[0].mean(axis=1)
    for case in cases_of(works[0], SMALL):
        assert case.settings is None
        assert case.reference is not None
        a, b = (round(start * RATE) for start in case.starts_s)
        np.testing.assert_allclose(case.target.samples, at_rms(master[None, a : a + RATE]), atol=1e-6)
        np.testing.assert_allclose(case.reference.samples, at_rms(master[None, b : b + RATE]), atol=1e-6)
    sf.write(tmp_path / "master.wav", mix[:-1], RATE)
    assert find_works(tmp_path, SMALL) == ([], {"mix.wav": "differs from its twin in rate or length"})


def test_the_defaults_are_the_published_protocol() -> None:
    assert MatchProtocol() == MatchProtocol(18.0, 60.0, 3, -20.0, (44_100, 48_000), 0, None, "any")
    assert Protocol() == Protocol(18.0, 60.0, 3, -20.0, (44_100, 48_000), 0)
