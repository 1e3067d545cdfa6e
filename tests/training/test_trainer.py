"""The trainer: killed and resumed it ends as if nothing had happened; it stops early, logs, refuses in a sentence."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
import torch

import tonewright
from tonewright.cli.main import run
from tonewright.training.config import ConfigError, Experiment, Optimiser, parse_experiment
from tonewright.training.runner import BEST, CHECKPOINT, LOG, schedule
from tonewright.training.trainer import Trainer

STEPS = 6

#: Runs the command, and ends it without mercy when the checkpoint of a step is about to be put in its place.
KILLED = """
import os, signal, sys
from tonewright.training import runner
from tonewright.cli.main import run
rename = os.rename
saved = 0
def dying(old, new, **folders):
    global saved
    saved += new == runner.CHECKPOINT
    if saved == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(old, new, **folders)
os.rename = dying
sys.exit(run(sys.argv[1:]))
"""


@pytest.fixture(autouse=True)
def _one_thread_and_its_own_signals() -> Iterator[None]:
    threads, handler = torch.get_num_threads(), signal.getsignal(signal.SIGTERM)
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    signal.signal(signal.SIGTERM, handler)


@pytest.fixture
def store(music_store: Path) -> Path:
    return music_store


def plain(store: Path, **changes: Any) -> dict[str, Any]:
    data = {
        "sources": [{"path": str(store)}],
        "degradations": {"ours": 0.8, "none": 0.2},
        "context_s": [1.0, 1.5],
        "reference_s": [1.0],
        "crop_frames": 16384,
    }
    return {
        "name": "tiny",
        "task": "auto",
        "layout": "even18",
        "steps": STEPS,
        "batch": 2,
        "validate_every": 3,
        "validation_examples": 3,
        "checkpoint_s": 1e-6,
        "data": data,
        "network": {"channels": 8, "summary": 8, "hidden": 8, "dilations": [1, 2], "heads": 1, "dropout": 0.2},
        "loss": {"resolutions": [512, 1024]},
        "optimiser": {"warm_up": 2},
        **changes,
    }


def experiment(store: Path, **changes: Any) -> Experiment:
    return parse_experiment(plain(store, **changes), "test")


def as_toml(value: Any) -> str:
    """TOML of nested plain data: JSON, but for the tables."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {as_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(as_toml(item) for item in value) + "]"
    return json.dumps(value)


@pytest.fixture
def config(store: Path, tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(
        "".join(f"{key} = {as_toml(value)}\n" for key, value in plain(store, task="match").items()), encoding="utf-8"
    )
    return path


def state(folder: Path, name: str = CHECKPOINT) -> dict[str, Any]:
    loaded: dict[str, Any] = torch.load(folder / name, weights_only=True)
    return loaded


def same(a: Any, b: Any) -> bool:
    """Equal to the bit, all the way down."""
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


def test_killed_and_resumed_ends_with_the_same_bytes(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert run(["train", str(config), "-o", str(whole), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["verb"], told["steps"], told["stopped"]) == ("train", STEPS, "finished")
    paths = os.pathsep.join(filter(None, (str(Path(tonewright.__file__).parents[1]), os.environ.get("PYTHONPATH", ""))))
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", KILLED, "train", str(config), "-o", str(broken)]
    died = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=3600)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert state(broken)["step"] == 3, "the fourth checkpoint was written but not put in its place"
    assert run(["train", str(config), "-o", str(broken)]) == 5
    assert "add --resume to go on" in capsys.readouterr().err
    assert run(["train", str(config), "-o", str(broken), "--resume"]) == 0
    assert f"Resumed at step 3 of {STEPS}." in capsys.readouterr().out
    assert same(state(broken), state(whole))
    assert same(state(broken, BEST), state(whole, BEST))
    weights = state(whole)["network"]
    fresh = Trainer(experiment(Path(state(whole)["experiment"]["data"]["sources"][0]["path"])), tmp_path).network
    assert not same(weights, dict(fresh.state_dict())), "something was learned"


@pytest.mark.usefixtures("little_calibration")
def test_steps_can_be_said_on_the_command_line(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    assert run(["train", str(config), "-o", str(folder), "--steps", "2"]) == 0
    assert capsys.readouterr().out.startswith("finished after 2 steps; best validation ")
    assert state(folder)["step"] == 2
    # A longer schedule is not another experiment.
    assert run(["train", str(config), "-o", str(folder), "--steps", "3", "--resume", "--json"]) == 0
    assert state(folder)["step"] == 3
    assert run(["train", str(config), "-o", str(folder), "--export", str(tmp_path / "tiny.safetensors")]) == 0
    assert "parameters, sha256 " in capsys.readouterr().out
    assert (tmp_path / "tiny.safetensors").stat().st_size > 1000


def test_the_log_is_a_line_of_json_per_event(store: Path, tmp_path: Path) -> None:
    lines: list[tuple[str, float]] = []
    trainer = Trainer(experiment(store, steps=22, validate_every=11, validation_examples=2), tmp_path)
    outcome = trainer.run(tell=lambda line, part: lines.append((line, part)))
    rows = [json.loads(line) for line in (tmp_path / LOG).read_text(encoding="utf-8").splitlines()]
    assert [row["step"] for row in rows] == [11, 20, 22]
    assert {"loss", "nothing", "ratio", "curve", "seconds_per_step"} <= rows[1].keys()
    for row in (rows[0], rows[2]):
        found = row["validation"]
        assert found["ratio"] == pytest.approx(found["error"] / found["nothing"], abs=1e-4)
        assert 0.0 <= found["better"] <= 1.0
    assert outcome.best_ratio == pytest.approx(
        min(rows[0]["validation"]["ratio"], rows[2]["validation"]["ratio"]), abs=1e-4
    )
    assert state(tmp_path, BEST)["step"] == outcome.best_step
    assert [round(part * 22) for _, part in lines] == [11, 20, 22]


def test_validation_is_the_same_every_time(store: Path, tmp_path: Path) -> None:
    one, two = (Trainer(experiment(store, seed=seed), tmp_path) for seed in (1, 2))
    # Both are neutral still, so only the examples could differ.
    first = one.validate()
    assert first == one.validate() == two.validate()
    assert first["ratio"] == pytest.approx(1.0, abs=1e-6)


def test_no_improvement_ends_a_training_early(store: Path, tmp_path: Path) -> None:
    # With this rate the averaged weights stay neutral for float32: validations are equal, so none is better.
    still = experiment(store, steps=50, validate_every=1, patience=2, optimiser={"rate": 1e-30, "weight_decay": 0.0})
    outcome = Trainer(still, tmp_path).run()
    assert (outcome.stopped, outcome.steps, outcome.best_step) == ("early", 3, 1)
    assert state(tmp_path)["step"] == 3


def test_a_pause_leaves_a_checkpoint(store: Path, tmp_path: Path) -> None:
    trainer = Trainer(experiment(store, checkpoint_s=1e6), tmp_path)
    assert trainer.run(until=lambda: True).stopped == "paused"
    again = Trainer(experiment(store), tmp_path)
    assert again.resume()
    assert again.step == trainer.step == 1


def test_the_checkpoint_of_another_experiment_is_refused(store: Path, tmp_path: Path) -> None:
    Trainer(experiment(store), tmp_path).save()
    for changes in ({"seed": 1}, {"layout": "even54"}, {"batch": 3}):
        with pytest.raises(ConfigError, match="belongs to another experiment; choose another folder, or delete it"):
            Trainer(experiment(store, **changes), tmp_path).resume()
    assert Trainer(experiment(store, name="other", steps=99, patience=1, checkpoint_s=5.0), tmp_path).resume()
    assert not Trainer(experiment(store), tmp_path / "empty").resume()


def test_a_checkpoint_from_before_an_option_existed_is_of_the_option_s_default(store: Path, tmp_path: Path) -> None:
    Trainer(experiment(store), tmp_path).save()
    older = state(tmp_path)
    del older["experiment"]["mapping"], older["experiment"]["optimiser"]["schedule"]
    torch.save(older, tmp_path / CHECKPOINT)
    assert Trainer(experiment(store), tmp_path).resume()


def test_what_cannot_be_trained_is_one_sentence(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = config.read_text(encoding="utf-8")
    for changed, code, said in (
        (text.replace('task = "match"', 'task = "mash"'), 3, "task: Input should be 'auto' or 'match'"),
        (text + "=", 3, "is not TOML"),
        (text.replace("/store", "/nowhere"), 4, "is no corpus"),
    ):
        config.write_text(changed, encoding="utf-8")
        assert run(["train", str(config), "-o", str(tmp_path / "run")]) == code
        told = capsys.readouterr()
        assert told.out == ""
        assert said in told.err
        assert told.err.count("\n") == 1
    assert run(["train", str(tmp_path / "missing.toml")]) == 3
    assert "missing.toml cannot be read" in capsys.readouterr().err
    assert run(["train"]) == 2


def test_the_dry_run_needs_no_corpus(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(config.read_text(encoding="utf-8").replace("/store", "/nowhere"), encoding="utf-8")
    assert run(["train", str(config), "-o", str(tmp_path / "run"), "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["steps"] == STEPS
    assert told["parameters"] > 0
    assert not (tmp_path / "run").exists()


def test_schedules() -> None:
    constant = [schedule(step, 100, Optimiser(warm_up=10, decay=0.2)) for step in range(100)]
    assert constant[0] == pytest.approx(0.1)
    assert constant[9:80] == [1.0] * 71
    assert constant[90] == pytest.approx(0.5)
    assert constant[99] == pytest.approx(0.05)
    cosine = Optimiser(schedule="cosine", warm_up=0, decay=0.2)
    assert schedule(0, 100, cosine) == 1.0
    assert schedule(50, 100, cosine) == pytest.approx(0.5)
    assert schedule(75, 100, cosine) == pytest.approx(0.5 - 0.5 * 0.5**0.5)
    assert schedule(99, 100, cosine) < 1e-3
    assert schedule(0, 100, Optimiser(schedule="cosine", warm_up=4)) == 0.25
