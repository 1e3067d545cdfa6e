"""The paper's networks in our benchmarks: a run that was trained for two steps answers once per segment."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from tonewright.errors import TonewrightError
from tonewright.evaluation.protocol import Clip
from tonewright.evaluation.segments import SEGMENT
from tonewright.evaluation.tasks import TASKS

ROOT = Path(__file__).resolve().parents[2]
RATE = 44_100


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(ROOT))
    found = import_module("scripts.paper_system")
    yield found
    found.load.cache_clear()
    sys.modules.pop("scripts.paper_system")


def run_of(folder: Path, store: Path, task: str) -> Path:
    """Train the smallest paper network for two steps, so that its answers are not neutral."""
    from tonewright.training.config import parse_experiment
    from tonewright.training.trainer import Trainer

    kind = {"auto": "paper-autoeq", "match": "paper-st"}[task]
    data = {
        "sources": [{"path": str(store)}],
        "degradations": {"paper": 1.0},
        "context_s": [1.0],
        "reference_s": [1.0],
        "crop_frames": 16384,
        "reuse": 1,
        "mixed": 0.0,
        "varied_speed": 0.0,
    }
    network = {"kind": kind, "channels": 8, "hidden": 8, "summary": 8, "dilations": [1, 2]}
    experiment = parse_experiment(
        {
            "name": "small",
            "task": task,
            "layout": "peq18",
            "mapping": "linear",
            "steps": 2,
            "batch": 2,
            "validate_every": 2,
            "validation_examples": 2,
            "data": data,
            "network": network,
            "optimiser": {"rate": 0.05, "warm_up": 0, "average": 0.0},
        },
        "test",
    )
    Trainer(experiment, folder).run()
    return folder


def clip(seconds: float, seed: int) -> Clip:
    noise = 0.1 * np.random.default_rng(seed).standard_normal((1, int(seconds * RATE)))
    return Clip(noise.astype(np.float32), RATE)


@pytest.mark.parametrize("task", ["auto", "match"])
def test_a_run_answers_once_per_segment(
    task: str, music_store: Path, tmp_path: Path, scripts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(scripts.RUN, str(run_of(tmp_path / "run", music_store, task)))
    heard = [clip(6.0, 0), clip(6.0, 1)][: 1 if task == "auto" else 2]
    system = TASKS[task].find(f"NDMP=segments:scripts.paper_system:{task}")
    output = system.function(*heard)
    assert output.shape == heard[0].samples.shape
    # The first segment's answer, asked for alone, but for its level.
    alone = getattr(scripts, task)(*(one._replace(samples=one.samples[:, :SEGMENT]) for one in heard))
    part = output[:, :SEGMENT]
    assert np.corrcoef(part[0], alone[0])[0, 1] > 0.99999
    assert np.corrcoef(part[0], heard[0].samples[0, :SEGMENT])[0, 1] < 0.99999


def test_what_is_no_run_is_refused(
    music_store: Path, tmp_path: Path, scripts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(scripts.RUN, raising=False)
    with pytest.raises(TonewrightError, match="must name the folder"):
        scripts.auto(clip(1.0, 0))
    monkeypatch.setenv(scripts.RUN, str(run_of(tmp_path / "run", music_store, "match")))
    with pytest.raises(TonewrightError, match="not paper-autoeq"):
        scripts.auto(clip(1.0, 0))
