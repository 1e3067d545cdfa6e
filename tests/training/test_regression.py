"""The regression before the training: what is hidden in closed form, what is learned from it, and where it is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from tonewright.analysis.bands import CENTRES
from tonewright.analysis.survey import survey
from tonewright.audio import Audio
from tonewright.controllers.auto import auto
from tonewright.layouts import LAYOUTS
from tonewright.networks.frames import BANDS, hear_frames
from tonewright.networks.network import Network, filter_columns
from tonewright.networks.ridge import Ridge, deviation_db, long_term_db
from tonewright.processor.filters import response_db
from tonewright.processor.render import render_array
from tonewright.settings import Settings
from tonewright.training import regression
from tonewright.training.config import ConfigError, Experiment, parse_experiment
from tonewright.training.degradations import DEGRADATIONS
from tonewright.training.examples import Examples, Spectra
from tonewright.training.export import export
from tonewright.training.networks import ControllerNetwork
from tonewright.training.regression import bent, fit_ridge, responses_db, solve
from tonewright.training.runner import BEST
from tonewright.training.trainer import Trainer

RATE = 44_100


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regression, "EXCERPTS", 6)


def experiment(store: Path, task: str = "auto", data: dict[str, Any] | None = None, **network: Any) -> Experiment:
    plain = {
        "name": "tiny",
        "task": task,
        "layout": "even24",
        "steps": 2,
        "batch": 2,
        "validation_examples": 2,
        "data": {
            "sources": [{"path": str(store)}],
            "degradations": {"ours": 0.8, "none": 0.2},
            "context_s": [1.0],
            "crop_frames": 16384,
            **(data or {}),
        },
        "network": {"channels": 8, "summary": 8, "hidden": 8, "dilations": [1], "heads": 1, "ridge": True, **network},
        "loss": {"resolutions": [512]},
    }
    return parse_experiment(plain, "test")


def hidden_settings(name: str, values: np.ndarray[Any, Any]) -> Settings:
    """The equalizer of hidden values, without its compressors."""
    kinds, names = DEGRADATIONS[name].bands, DEGRADATIONS[name].plan.names
    bands = [
        {key: values[names.index(f"bands.{index}.{key}")] for key in ("gain_db", "frequency_hz", "q")} | {"type": kind}
        for index, (kind, _) in enumerate(kinds)
    ]
    return Settings.model_validate({"bands": bands})


def pink(seconds: float) -> np.ndarray[Any, Any]:
    spectrum = np.fft.rfft(np.random.default_rng(2).standard_normal(round(seconds * RATE)))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(round(seconds * RATE), 1 / RATE), 20.0))
    wave = np.fft.irfft(spectrum)
    return np.asarray(0.3 * wave / np.abs(wave).max(), dtype=np.float32)[None]


def test_what_filters_do_is_known_without_rendering() -> None:
    rng = np.random.default_rng(0)
    hidden = [(name, DEGRADATIONS[name].draw(rng)) for name in ("ours", "none", "sparse", "ours")]
    responses = responses_db(hidden, RATE)
    for row, (name, values) in zip(responses, hidden, strict=True):
        assert row == pytest.approx(response_db(hidden_settings(name, values), CENTRES, RATE), abs=1e-9)
    assert np.abs(responses[1]).max() < 1e-12
    assert np.abs(responses[0]).max() > 1.0


def test_a_bent_spectrum_is_what_would_be_heard() -> None:
    rng, clean = np.random.default_rng(1), pink(8.0)
    hidden = [("ours", DEGRADATIONS["ours"].draw(rng)) for _ in range(2)]
    level = long_term_db(hear_frames(survey([clean], RATE, 1)).values)
    heard, curves, profile = bent(Spectra(level[None], np.array([1]), hidden), RATE)
    assert profile.tolist() == [1, 1]
    for row, curve, (name, values) in zip(heard, curves, hidden, strict=True):
        settings = hidden_settings(name, values)
        rendered = hear_frames(survey([render_array(clean, RATE, settings)], RATE, 1))
        # Steep flanks inside a band and the windows' leakage are what differs.
        assert np.abs(row - long_term_db(rendered.values))[5:].max() < 1.0
        assert curve == pytest.approx(-response_db(settings, CENTRES, RATE))


def test_the_solution_is_the_penalised_least_squares() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(0.0, 5.0, (2, 80, BANDS))
    profile = np.repeat([0, 1], 40)
    found = solve(x, y, profile, strength=7.0)
    # The same as plain least squares with a row of sqrt(strength * cases) per unknown below.
    means = [np.array([v[profile == p].mean(axis=0) for p in (0, 1)]) for v in (x, y)]
    rows = np.vstack([x - means[0][profile], np.sqrt(7.0 * len(x)) * np.eye(BANDS)])
    answers = np.vstack([y - means[1][profile], np.zeros((BANDS, BANDS))])
    slow = np.linalg.lstsq(rows, answers, rcond=None)[0].T
    assert found.slope == pytest.approx(slow, abs=1e-9)
    assert found.middle == pytest.approx(means[0])
    assert found.bias == pytest.approx(means[1])
    alone = solve(x[:40], y[:40], np.zeros(40, dtype=int), strength=7.0)
    assert alone.middle[1] == pytest.approx(alone.middle[0]), "a profile nobody heard has the means of all"


def test_it_undoes_part_of_what_it_never_saw() -> None:
    """Works that are alike but for smooth differences: much of what an equalizer does stands out."""
    rng = np.random.default_rng(4)
    level = np.linspace(-30.0, -55.0, BANDS) + rng.normal(0.0, 2.0, (200, 1)) * np.linspace(-1.0, 1.0, BANDS)

    def cases(rows: slice) -> tuple[Any, Any, Any]:
        hidden = [("ours", DEGRADATIONS["ours"].draw(rng)) for _ in range(4 * len(level[rows]))]
        return bent(Spectra(level[rows], np.zeros(len(level[rows]), dtype=int), hidden), RATE)

    found = solve(*cases(slice(0, 150)))
    heard, curves, _ = cases(slice(150, 200))
    left = np.array([found.curve_db(one, 0) for one in heard]) - curves
    assert np.sqrt(np.mean(left**2)) < 0.65 * np.sqrt(np.mean(curves**2))


def test_it_learns_from_training_works_and_the_seed(music_store: Path) -> None:
    of = experiment(music_store)
    first, again = (fit_ridge(Examples(of)) for _ in range(2))
    assert np.array_equal(first.slope, again.slope)
    other = fit_ridge(Examples(of.changed(seed=1)))
    assert not np.array_equal(first.slope, other.slope)
    # Slopes are not 0, and what is louder than usual is asked to be softer.
    assert np.trace(first.slope) < -0.5


def test_examples_want_it_first(music_store: Path) -> None:
    with pytest.raises(RuntimeError, match="fit it before"):
        Examples(experiment(music_store)).batch(0)


def test_hints_are_made_of_what_is_heard(music_store: Path) -> None:
    examples = Examples(experiment(music_store))
    examples.ridge = fit_ridge(examples)
    batch = examples.batch(0)
    assert batch.hint.shape == (2, 77)
    for values, hint in zip(batch.recordings[0], batch.hint, strict=True):
        assert hint[:2].tolist() == [1.0, 0.0]
        assert 10.0 * hint[2:59] == pytest.approx(examples.ridge.curve_db(long_term_db(values), 0), abs=1e-4)


def test_varied_tone_bends_what_is_heard_alone(music_store: Path) -> None:
    plain, varied = (
        Examples(experiment(music_store, data={"varied_tone_db": spread}, ridge=False)) for spread in (0.0, 3.0)
    )
    a, b = plain.batch(0), varied.batch(0)
    assert np.array_equal(a.hint, b.hint)
    bend = 15.0 * (b.recordings[0] - a.recordings[0])
    assert np.abs(bend[:, :, BANDS:]).max() == 0.0
    loud = (15.0 * a.recordings[0][:, :, :BANDS] - 45.0).min(axis=1) > -80.0
    assert loud.sum() > 50
    for row, heard in zip(bend, loud, strict=True):
        assert np.ptp(row[:, :BANDS], axis=0)[heard].max() < 1e-3, "the same for all frames"
        assert 0.5 < np.std(row[0, :BANDS][heard]) < 6.0
        # Smooth: neighbours differ much less than bands do.
        assert np.std(np.diff(row[0, :BANDS][heard])) < 0.6 * np.std(row[0, :BANDS][heard])
    assert all(np.array_equal(x, y) for x, y in zip(varied.validation()[0].recordings, plain.validation()[0].recordings,
                                                    strict=True)), "validation works are as they are"  # fmt: skip


def test_it_is_kept_among_the_weights(music_store: Path, tmp_path: Path) -> None:
    trainer = Trainer(experiment(music_store), tmp_path)
    assert isinstance(trainer.network, ControllerNetwork)
    assert isinstance(trainer.average, ControllerNetwork)
    trainer.take_step()
    kept = trainer.network.held()
    assert np.abs(kept.slope).max() > 0.0
    assert np.array_equal(trainer.average.held().slope, kept.slope)
    trainer.save()
    resumed = Trainer(experiment(music_store), tmp_path)
    assert resumed.resume()
    one, other = (each.take_step().total for each in (trainer, resumed))
    assert torch.equal(one, other)
    assert resumed.examples.ridge is not None
    assert np.array_equal(resumed.examples.ridge.slope, kept.slope)


def test_the_start_is_the_regression_in_torch_too(music_store: Path, tmp_path: Path) -> None:
    trainer = Trainer(experiment(music_store), tmp_path)
    trainer.validate()
    layout = LAYOUTS["even24"]
    first = trainer.examples.batch(0)
    with torch.no_grad():
        u, expected = trainer.average([torch.from_numpy(one) for one in first.recordings], torch.from_numpy(first.hint))
    wanted = np.tile(layout.neutral, (2, 1))
    wanted[:, filter_columns(layout)] = first.hint[:, -18:]
    assert u.numpy() == pytest.approx(wanted, abs=1e-6)
    assert expected.tolist() == [0.0, 0.0]


@pytest.mark.usefixtures("little_calibration")
def test_an_export_holds_it_and_auto_uses_it(music_store: Path, tmp_path: Path) -> None:
    trainer = Trainer(experiment(music_store), tmp_path)
    trainer.take_step()
    trainer.save()
    torch.save({"step": 1, "ratio": 0.9, "weights": trainer.average.state_dict()}, tmp_path / BEST)
    export(tmp_path, tmp_path / "tiny.safetensors", trainer.experiment)
    network = Network.load(tmp_path / "tiny.safetensors")
    assert isinstance(trainer.average, ControllerNetwork)
    assert network.ridge is not None
    assert np.array_equal(network.ridge.slope, trainer.average.held().slope)
    found = auto(Audio(pink(3.0), RATE), model=tmp_path / "tiny.safetensors")
    assert np.isfinite(found.audio.samples).all()


@pytest.mark.parametrize(("task", "kind"), [("match", "controller"), ("auto", "paper-autoeq")])
def test_nothing_else_starts_from_it(task: str, kind: str) -> None:
    with pytest.raises(ConfigError, match="only the controller network for auto starts from a ridge"):
        experiment(Path("nowhere"), task, kind=kind)


def test_inaudible_bands_do_not_bend_the_slopes() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(-40.0, 3.0, (300, BANDS)), rng.normal(0.0, 3.0, (300, BANDS))
    x[:150, 50:] = -130.0
    found: Ridge = solve(x, y, np.zeros(300, dtype=int))
    assert found.middle[0, 50:] == pytest.approx(x[150:, 50:].mean(axis=0))
    assert deviation_db(x, found.middle[0])[:150, 50:].max() == 0.0
