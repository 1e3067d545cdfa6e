"""The style-transfer test puts on what the presets say, and asks for the original back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from typer.testing import CliRunner

from tonewright.cli.evaluate import app
from tonewright.errors import AudioError
from tonewright.evaluation.benchmark import run
from tonewright.evaluation.metrics import at_rms, rms_db
from tonewright.evaluation.protocol import Work
from tonewright.evaluation.style_presets import PRESETS, draw_preset, for_level_of
from tonewright.evaluation.style_protocol import StyleProtocol, cases_of
from tonewright.evaluation.tasks import TASKS
from tonewright.processor.render import render_array

RATE = 44_100
SMALL = StyleProtocol(excerpt_s=1.0, minimum_s=4.0, draws=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("works")
    for seed in range(2):
        noise = np.random.default_rng(seed).standard_normal((5 * RATE, 2))
        beat = 1.0 + 0.9 * np.sin(np.arange(len(noise)) * 2 * np.pi * 3 / RATE)
        sf.write(folder / f"{seed}.wav", 0.05 * noise * beat[:, None], RATE, subtype="FLOAT")
    return folder


# The table of DeepAFx-ST's ranges, written out again: threshold, ratio, attack, release, shelves' gain.
@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("neutral", [(-30, -20), (1.5, 2), (50, 70), (100, 300), (1, 3)]),
        ("broadcast", [(-50, -40), (3, 5), (5, 30), (50, 150), (2, 6)]),
    ],
)
def test_presets_fill_their_ranges(name: str, table: list[tuple[float, float]]) -> None:
    assert name in PRESETS
    drawn = [draw_preset(name, np.random.default_rng(seed)) for seed in range(200)]
    found: list[list[float]] = [[], [], [], [], []]
    turns: tuple[list[float], list[float]] = ([], [])
    for settings in drawn:
        low, high = settings.bands
        c = settings.compressor
        assert (low.type, high.type) == ("low_shelf", "high_shelf")
        assert low.compressor is None is high.compressor
        assert c is not None
        assert (c.knee_db, c.makeup_db, settings.note) == (0.0, 0.0, name)
        for column, value in zip(found, (c.threshold_db, c.ratio, c.attack_ms, c.release_ms), strict=False):
            column.append(value)
        found[4] += [low.gain_db, high.gain_db]
        turns[0].append(low.frequency_hz)
        turns[1].append(high.frequency_hz)
    for column, (lowest, highest) in zip([*found, *turns], [*table, (80, 200), (6000, 8000)], strict=True):
        width = highest - lowest
        assert lowest <= min(column) <= lowest + 0.05 * width
        assert highest - 0.05 * width <= max(column) <= highest


def test_a_preset_sounds_the_same_at_any_level() -> None:
    """What it does at a peak of -12 dBFS, it does to the same recording at another level."""
    x = np.random.default_rng(0).standard_normal((1, RATE)).astype(np.float32)
    there = np.asarray(x * (10 ** (-12 / 20) / np.abs(x).max()), dtype=np.float32)
    settings = draw_preset("broadcast", np.random.default_rng(1))
    wanted = render_array(there, RATE, settings)
    found = render_array(10 * there, RATE, for_level_of(settings, 10 * there))
    np.testing.assert_allclose(found, 10 * wanted, atol=1e-4)
    with pytest.raises(AudioError, match="silent"):
        for_level_of(settings, np.zeros((1, 10)))


def test_cases_are_the_original_made_neutral(folder: Path) -> None:
    work = Work("0.wav", folder / "0.wav")
    mono = sf.read(work.path, dtype="float32")[0].mean(axis=1)
    cases = list(cases_of(work, SMALL))
    assert [case.draw for case in cases] == [0, 1, 2, 3]
    assert [case.settings.note for case in cases if case.settings] == ["neutral", "broadcast"] * 2
    for case in cases:
        assert case.reference is not None
        assert case.settings is not None
        a, b = (round(start * RATE) for start in case.starts_s)
        assert abs(a - b) >= RATE
        np.testing.assert_array_equal(case.target.samples, at_rms(mono[None, a : a + RATE]))
        np.testing.assert_array_equal(case.reference.samples, at_rms(mono[None, b : b + RATE]))
        again = at_rms(render_array(case.target.samples, RATE, case.settings))
        np.testing.assert_array_equal(case.input.samples, again)
        assert rms_db(case.input.samples) == pytest.approx(-20.0, abs=1e-3)
    assert cases[0].starts_s == cases[1].starts_s != cases[2].starts_s


def test_one_preset_has_the_excerpts_and_settings_of_both(folder: Path) -> None:
    work = Work("0.wav", folder / "0.wav")
    both = list(cases_of(work, SMALL))
    for index, preset in enumerate(("neutral", "broadcast")):
        one = list(cases_of(work, replace(SMALL, preset=preset)))  # type: ignore[arg-type]
        assert [case.draw for case in one] == [0, 1]
        assert [case.settings for case in one] == [case.settings for case in both[index::2]]


def test_it_is_a_benchmark(folder: Path) -> None:
    report = run(TASKS["style"], folder, ["closed-form"], replace(SMALL, draws=1), metrics=("lsd_db",))
    assert report.benchmark == "style"
    assert len(report.rows) == 4
    # On noise of one colour, what is left of the spectrum is the shelves.
    assert (
        report.summary("closed-form").metrics["lsd_db"].mean.high
        < report.summary("nothing").metrics["lsd_db"].mean.estimate
    )


def test_the_verb(tmp_path: Path, auto_weights: Path) -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(61 * RATE)
    sf.write(tmp_path / "one.wav", noise, RATE)
    few = [str(tmp_path), "--draws", "1", "--excerpt-s", "2", "--metrics", "rmse", "--json"]
    done = CliRunner().invoke(app, ["style", *few, "--systems", "nothing", "--preset", "broadcast"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["benchmark"], found["protocol"]["preset"]) == ("style", "broadcast")
    assert [row["settings"]["note"] for row in found["rows"]] == ["broadcast"]
    done = CliRunner().invoke(app, ["auto", *few, "--systems", f"mine={auto_weights}", "--per-segment"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["systems"] == ["nothing", "segments:mine"]
