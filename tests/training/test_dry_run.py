"""The dry run: real steps without a corpus, and a schedule's length that follows from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from tonewright.training.build import build_network
from tonewright.training.config import ConfigError, Experiment, parse_experiment
from tonewright.training.dry_run import made_up, rehearse


def experiment(kind: str = "controller", task: str = "auto", **changes: Any) -> Experiment:
    data = {
        "sources": [{"path": "nowhere", "share": 2.0}, {"path": "elsewhere"}],
        "degradations": {"ours": 1.0},
        "context_s": [0.5, 1.0],
        "reference_s": [1.5],
        "crop_frames": 16384,
    }
    sizes = {"channels": 8, "summary": 8, "hidden": 8, "dilations": [1, 2], "heads": 1}
    plain = {"name": "tiny", "task": task, "layout": "peq18", "steps": 1000, "batch": 3, "data": data}
    plain |= {"network": {"kind": kind, **sizes}, "loss": {"resolutions": [512]}}
    return parse_experiment(plain | changes, "test")


@pytest.mark.parametrize(
    ("kind", "task", "rows"),
    [("controller", "auto", 3), ("controller", "match", 3), ("paper-autoeq", "auto", 1), ("paper-st", "match", 1)],
)
def test_figures_follow_from_each_other(
    kind: str, task: str, rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    of = experiment(kind, task)
    found = rehearse(of)
    assert (found.name, found.kind, found.steps, found.batch, found.rows) == ("tiny", kind, 1000, 3, rows)
    assert found.parameters == sum(one.numel() for one in build_network(of).parameters())
    assert found.seconds_per_step > 0
    assert found.days == pytest.approx(1000 * found.seconds_per_step / 86400)
    assert list(tmp_path.iterdir()) == [], "nothing is written"
    assert found.to_dict() == vars(found)
    lines = found.text().splitlines()
    assert len(lines) == 2
    assert f"{found.parameters:,} parameters" in lines[0]
    assert ("timed on 1" in lines[0]) == (rows == 1)
    assert f"{found.days:.2f} days here" in lines[1]


def test_what_is_made_up_is_the_same_every_time_and_loud_enough() -> None:
    of = experiment(task="match")
    one, again = made_up(of), made_up(of)
    (work,) = one.works
    x = one.read(work, 0, work.frames)
    assert np.array_equal(x, again.read(work, 0, work.frames))
    assert np.abs(x).max() == pytest.approx(1.0, abs=1e-4)
    assert not np.array_equal(x, made_up(experiment(task="match", seed=1)).read(work, 0, work.frames))
    # Every example fits, also played faster by a ninth.
    assert work.frames > 9 / 8 * 44_100 * (1.0 + 1.5)
    spectrum = np.abs(np.fft.rfft(x)) ** 2
    frequencies = np.fft.rfftfreq(x.size, 1 / 44_100)
    octaves = [spectrum[(frequencies >= low) & (frequencies < 2 * low)].sum() for low in (125, 500, 2000, 8000)]
    assert max(octaves) < 2 * min(octaves), "as much in every octave"


def test_a_network_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ConfigError, match="no network 'paper-st' for auto"):
        rehearse(experiment("paper-st", "auto"))
