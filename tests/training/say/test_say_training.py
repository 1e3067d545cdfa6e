"""Every way of teaching a language model learns, keeps the rest frozen, and goes on from a checkpoint."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
for needed in ("transformers", "gguf", "peft"):
    pytest.importorskip(needed, reason=f"{needed} is not installed")

sys.path.insert(0, str(Path(__file__).parents[2] / "controllers" / "say" / "reading"))
from tiny import write_gguf  # noqa: E402

from tonewright.controllers.say.reading.readout import Readout  # noqa: E402
from tonewright.population.data import Choice, Item, Population  # noqa: E402
from tonewright.training.config import ConfigError  # noqa: E402
from tonewright.training.say.config import SayExperiment, load_say_experiment  # noqa: E402
from tonewright.training.say.course import export_say  # noqa: E402
from tonewright.training.say.fitting import fit_readout  # noqa: E402
from tonewright.training.say.methods import Method  # noqa: E402
from tonewright.training.say.trainer import SayTrainer  # noqa: E402

CONFIGS = Path(str(resources.files("tonewright.training") / "configs"))


@pytest.fixture(scope="module")
def gguf_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("tiny")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TONEWRIGHT_HOME", str(folder / "home"))
        yield write_gguf(folder / "tiny.gguf")


def people() -> Population:
    rng = np.random.default_rng(0)
    items = []
    for number, (prompt, mean) in enumerate(
        [("warm", (0, -4)), ("bright", (0, 4)), ("calm", (-4, 0)), ("lively", (4, 0))]
    ):
        points = np.clip(rng.normal(mean, 1.0, (6, 2)), -6, 6)
        choices = tuple(Choice(listener=str(i), point=(float(x), float(y))) for i, (x, y) in enumerate(points))
        items.append(Item(id=str(number), prompt=prompt, choices=choices))
    return Population(items=tuple(items))


def experiment(gguf_file: Path, method: str, **changes: Any) -> SayExperiment:
    plain: dict[str, Any] = {
        "name": "tiny",
        "task": "say",
        "steps": 12,
        "data": {"population": "none.json", "people": 4, "reworded": 0.0},
        "model": {"name": str(gguf_file), "method": method, "rank": 4, "precision": "float32", "dropout": 0.0},
        "optimiser": {"rate": 0.03, "warm_up": 0, "decay": 0.0, "average": 0.0},
    }
    return SayExperiment.model_validate({**plain, **changes})


@pytest.mark.parametrize("method", get_args(Method))
def test_a_method_learns_with_the_model_frozen(gguf_file: Path, tmp_path: Path, method: str) -> None:
    trainer = SayTrainer(experiment(gguf_file, method), tmp_path, people())
    frozen = {name: value.clone() for name, value in trainer.pupil.named_parameters() if not value.requires_grad}
    first = trainer.learn()["loss"]
    outcome = trainer.run()
    assert outcome.steps == 12
    last = trainer.learn()["loss"]
    assert last < 0.8 * first
    assert all(torch.equal(value, dict(trainer.pupil.named_parameters())[name]) for name, value in frozen.items())
    found = trainer.predict(["warm", "bright"])
    assert (found[1].weights @ found[1].points)[1] > (found[0].weights @ found[0].points)[1]


def test_a_stopped_run_goes_on_to_the_same_weights(gguf_file: Path, tmp_path: Path) -> None:
    whole = SayTrainer(experiment(gguf_file, "lora"), tmp_path / "whole", people())
    whole.run()
    broken = SayTrainer(experiment(gguf_file, "lora"), tmp_path / "broken", people())
    broken.run(until=lambda: broken.step == 5)
    resumed = SayTrainer(experiment(gguf_file, "lora"), tmp_path / "broken", people())
    assert resumed.resume()
    assert resumed.step == 5
    resumed.run()
    wanted = whole.pupil.trained()
    assert all(torch.equal(value, wanted[name]) for name, value in resumed.pupil.trained().items())
    other = SayTrainer(experiment(gguf_file, "lora", seed=3), tmp_path / "broken", people())
    with pytest.raises(ConfigError, match="another experiment"):
        other.resume()


def test_only_lora_is_exported(gguf_file: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Only LoRA"):
        export_say(experiment(gguf_file, "prompt"), tmp_path, tmp_path / "out")


def test_prompts_that_are_set_aside_are_not_learned(gguf_file: Path, tmp_path: Path) -> None:
    data = {"population": "none.json", "people": 2, "reworded": 0.0, "aside": 0.5}
    trainer = SayTrainer(experiment(gguf_file, "lora", data=data), tmp_path, people())
    held = trainer.lessons.held
    assert held is not None
    taught = {prompt for prompt, _ in trainer.lessons.taught}
    assert taught.isdisjoint(held.prompts())
    assert len(taught) == len(held.prompts()) == 2
    assert trainer.validate()["ratio"] > 0.0


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("say-*.toml")), ids=lambda path: path.stem)
def test_shipped_configurations_load_under_their_names(path: Path) -> None:
    assert load_say_experiment(path).name == path.stem


def test_the_fit_finds_what_made_the_answers() -> None:
    rng = np.random.default_rng(0)
    states = rng.normal(size=(300, 6)).astype(np.float32)
    true = Readout(
        np.zeros(6, dtype=np.float32), np.full(6, 1.0, dtype=np.float32),
        rng.normal(size=(9, 6)).astype(np.float32) * 0.3, np.zeros(100, dtype=np.float32),
        rng.normal(size=(24, 6)).astype(np.float32), np.zeros(24, dtype=np.float32),
        np.zeros((40, 40), dtype=np.float32),
    )  # fmt: skip
    planes, kinds = (one.astype(np.float32) for one in true.tables(states))
    found = fit_readout(
        states, planes, np.ones(300, dtype=np.float32), states, kinds, np.ones(300, dtype=np.float32),
        shape=true.shape, penalty=1e-8, kind_penalty=1e-8, iterations=100,
    )  # fmt: skip
    fresh = rng.normal(size=(20, 6)).astype(np.float32)
    for ours, theirs in zip(found.tables(fresh), true.tables(fresh), strict=True):
        assert np.abs(ours - theirs).max() < 0.15
