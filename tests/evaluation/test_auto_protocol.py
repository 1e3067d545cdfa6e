"""Blind correction is asked what the protocol says: hidden settings in the input, the excerpt itself as the target."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from tonewright.errors import AudioError
from tonewright.evaluation.auto_protocol import AutoProtocol, cases_of
from tonewright.evaluation.excerpts import choose_excerpt
from tonewright.evaluation.metrics import at_rms, rms_db
from tonewright.evaluation.protocol import Work
from tonewright.processor.render import render_array

RATE = 48_000
SMALL = AutoProtocol(excerpt_s=1.0, minimum_s=4.0, draws=2)


@pytest.fixture
def work(tmp_path: Path) -> Work:
    noise = np.random.default_rng(0).standard_normal((5 * RATE, 2))
    beat = 1.0 + 0.9 * np.sin(np.arange(len(noise)) * 2 * np.pi / RATE)
    sf.write(tmp_path / "one.wav", 0.05 * noise * beat[:, None], RATE, subtype="FLOAT")
    return Work("one.wav", tmp_path / "one.wav")


def test_the_input_is_the_target_through_hidden_settings(work: Work) -> None:
    mono = sf.read(work.path, dtype="float32")[0].mean(axis=1)
    cases = list(cases_of(work, SMALL))
    assert [case.draw for case in cases] == [0, 1]
    assert cases[0].settings != cases[1].settings
    for case in cases:
        assert case.reference is None
        assert case.settings is not None
        start = round(case.starts_s[0] * RATE)
        np.testing.assert_array_equal(case.target.samples, at_rms(mono[None, start : start + RATE]))
        np.testing.assert_array_equal(
            case.input.samples, at_rms(render_array(case.target.samples, RATE, case.settings))
        )
        assert rms_db(case.input.samples) == pytest.approx(-20.0, abs=1e-3)


def test_without_degradation_the_same_excerpts_are_heard_as_they_are(work: Work) -> None:
    hidden, plain = cases_of(work, SMALL), cases_of(work, replace(SMALL, degradation="none"))
    for spoilt, case in zip(hidden, plain, strict=True):
        assert case.starts_s == spoilt.starts_s
        assert case.settings is not None
        assert case.settings.is_neutral
        np.testing.assert_array_equal(case.input.samples, case.target.samples)
        np.testing.assert_array_equal(case.target.samples, spoilt.target.samples)


def test_a_twin_is_the_target(work: Work, tmp_path: Path) -> None:
    mix = sf.read(work.path, dtype="float32")[0]
    sf.write(tmp_path / "twin.wav", np.tanh(8 * mix), RATE, subtype="FLOAT")
    case = next(iter(cases_of(work._replace(twin=tmp_path / "twin.wav"), SMALL)))
    start = round(case.starts_s[0] * RATE)
    twin = np.tanh(8 * mix).mean(axis=1)[None, start : start + RATE]
    assert case.settings is None
    np.testing.assert_array_equal(case.input.samples, at_rms(mix.mean(axis=1)[None, start : start + RATE]))
    np.testing.assert_allclose(case.target.samples, at_rms(twin), atol=1e-6)


def test_silence_is_not_judged() -> None:
    x = np.r_[np.random.default_rng(0).standard_normal(2_000), np.zeros(8_000)].astype(np.float32)
    for seed in range(20):
        assert choose_excerpt(x, 1_000, np.random.default_rng(seed)) < 2_000
    for silent in (np.zeros(10_000, np.float32), x[:500]):
        with pytest.raises(AudioError, match="no excerpt"):
            choose_excerpt(silent, 1_000, np.random.default_rng(0))
