"""Configurations: what is shipped loads, and what cannot be used is one sentence before anything starts."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from tonewright.layouts import LAYOUTS
from tonewright.training.config import ConfigError, load_experiment, parse_experiment

CONFIGS = Path(str(resources.files("tonewright.training") / "configs"))
SHIPPED = sorted(path for path in CONFIGS.glob("*.toml") if not path.name.startswith(("corpus-", "say-")))
LEAST = """
name = "least"
task = "auto"
steps = 10
[data]
sources = [{ path = "store" }]
degradations = { ours = 1.0 }
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "experiment.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_configurations_load_under_their_names(path: Path) -> None:
    assert load_experiment(path).name == path.stem


def test_what_is_not_said_has_a_default(tmp_path: Path) -> None:
    experiment = load_experiment(written(tmp_path, LEAST))
    assert (experiment.layout, experiment.mapping, experiment.network.kind) == ("even54", "log", "controller")
    assert (experiment.optimiser.schedule, experiment.optimiser.betas) == ("constant", (0.9, 0.98))
    assert experiment.predicted is LAYOUTS["even54"]


def test_plain_data_makes_the_round_trip(tmp_path: Path) -> None:
    for path in [written(tmp_path, LEAST), *SHIPPED]:
        experiment = load_experiment(path)
        assert parse_experiment(experiment.model_dump(mode="json"), "again") == experiment


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "least"', "", "name: Field required"),
        ('name = "least"', 'name = "a/b"', "name: String should match"),
        ("steps = 10", "steps = 0", "steps: Input should be greater than 0"),
        ("steps = 10", "steps = 10\nspeed = 3", "speed: Extra inputs are not permitted"),
        ("steps = 10", 'steps = 10\nlayout = "full55"', "layout must be one of full54, paper42"),
        ("steps = 10", 'steps = 10\nmapping = "linear"', "the controller network's files know the mapping log only"),
        ('task = "auto"', 'task = "both"', "task: Input should be 'auto' or 'match'"),
        ("ours = 1.0", "hours = 1.0", "degradations must be some of ours, sparse, paper, none"),
        ("ours = 1.0", "ours = 0.0", "with positive probabilities"),
        ("ours = 1.0", "", "with positive probabilities"),
        ('[{ path = "store" }]', "[]", "data.sources: Tuple should have at least 1 item"),
        ('path = "store"', 'path = "store", share = -1', "data.sources.0.share: Input should be greater than 0"),
        ("[data]", "[network]\nkind = 'paper'\n[data]", "network.kind: Input should be 'controller'"),
        ("[data]", "[optimiser]\nschedule = 'steps'\n[data]", "optimiser.schedule: Input should be 'constant'"),
        ("[data]", "[data", "is not TOML"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert LEAST.count(old) == 1
    path = written(tmp_path, LEAST.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        load_experiment(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert said in message
    assert message.endswith(".")
    assert "\n" not in message


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml cannot be read: No such file or directory"):
        load_experiment(tmp_path / "nowhere.toml")
    path = tmp_path / "experiment.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_experiment(path)
