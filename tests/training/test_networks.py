"""The controller network: torch and numpy say the same, the start is exactly neutral, files make the round trip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from tonewright.layouts import LAYOUTS
from tonewright.networks.frames import WIDTH, Frames
from tonewright.networks.network import Network, filter_columns
from tonewright.networks.specification import NetworkError
from tonewright.training.build import HINTS, build_network, specification_of
from tonewright.training.config import ConfigError, Experiment, parse_experiment
from tonewright.training.export import export
from tonewright.training.networks import ControllerNetwork, clip_with_leak
from tonewright.training.runner import BEST
from tonewright.training.trainer import Trainer

SIZES = {"channels": 16, "summary": 24, "hidden": 32, "dilations": [1, 2, 4], "heads": 2}


def experiment(task: str, layout: str = "even54", store: str = "nowhere") -> Experiment:
    data = {
        "sources": [{"path": store}],
        "degradations": {"ours": 1.0},
        "context_s": [1.0],
        "reference_s": [1.0],
        "crop_frames": 16384,
    }
    plain = {"name": "tiny", "task": task, "layout": layout, "steps": 2, "batch": 2, "data": data, "network": SIZES}
    return parse_experiment(plain | {"loss": {"resolutions": [512]}, "optimiser": {"rate": 0.01, "warm_up": 0}}, "test")


def heard(task: str, frames: int = 40, seed: int = 0) -> tuple[list[Frames], np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    count = {"auto": 1, "match": 2}[task]
    values = [rng.standard_normal((frames + 7 * n, WIDTH)).astype(np.float32) for n in range(count)]
    return [Frames(one, -23.0) for one in values], rng.uniform(0.0, 1.0, HINTS[task]).astype(np.float32)


def randomised(of: Experiment, seed: int = 0) -> ControllerNetwork:
    """A network whose every weight is drawn anew, so that none hides behind a zero."""
    network = build_network(of).eval()
    assert isinstance(network, ControllerNetwork)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for one in network.parameters():
            one.copy_(0.2 * torch.randn(one.shape, generator=generator))
    return network


def numpy_twin(network: ControllerNetwork) -> Network:
    return Network(network.specification, {name: value.numpy() for name, value in network.arrays().items()})


def answer(network: ControllerNetwork, recordings: list[Frames], hint: np.ndarray[Any, Any]) -> tuple[Any, float]:
    with torch.no_grad():
        u, expected = network([torch.from_numpy(one.values)[None] for one in recordings], torch.from_numpy(hint)[None])
    return u[0].double().numpy(), float(expected[0])


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("task", ["auto", "match"])
def test_torch_and_numpy_say_the_same(task: str, seed: int) -> None:
    network = randomised(experiment(task), seed)
    recordings, hint = heard(task, seed=seed)
    u, expected = answer(network, recordings, hint)
    said = numpy_twin(network).predict(recordings, hint)
    assert np.ptp(said.vector) > 0.0, "the answer says something"
    assert said.vector == pytest.approx(u, abs=1e-5)
    assert said.log_ratio == pytest.approx(expected, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("task", ["auto", "match"])
def test_the_start_is_exactly_neutral(task: str, layout: str) -> None:
    network = build_network(experiment(task, layout)).eval()
    assert isinstance(network, ControllerNetwork)
    recordings, hint = heard(task)
    neutral = LAYOUTS[layout].neutral
    if start := network.specification.start:
        hint[-start:] = neutral[filter_columns(LAYOUTS[layout])]
    u, expected = answer(network, recordings, hint)
    assert LAYOUTS[layout].decode(u).is_neutral
    assert expected == 0.0
    said = numpy_twin(network).predict(recordings, hint)
    assert said.settings.is_neutral
    assert said.vector == pytest.approx(neutral, abs=1e-7)
    assert said.log_ratio == 0.0


def test_the_wrong_number_of_recordings_or_hints_is_refused() -> None:
    network = numpy_twin(randomised(experiment("match")))
    recordings, hint = heard("match")
    for wrong in ((recordings[:1], hint), (recordings, hint[1:])):
        with pytest.raises(ValueError, match=f"hears 2 recordings and {HINTS['match']} hints"):
            network.predict(*wrong)


def test_a_clipped_answer_is_left_again() -> None:
    u = torch.tensor([-0.5, -0.5, 0.3, 1.5, 1.5], requires_grad=True)
    push = torch.tensor([1.0, -1.0, 1.0, 1.0, -1.0])
    clipped = clip_with_leak(u)
    assert clipped.tolist() == [0.0, 0.0, pytest.approx(0.3), 1.0, 1.0]
    (clipped * push).sum().backward()  # type: ignore[no-untyped-call]
    # Below 0 a positive gradient would lead further out, above 1 a negative one: these leak, others pass whole.
    assert u.grad is not None
    assert u.grad.tolist() == pytest.approx([0.05, -1.0, 1.0, 1.0, -0.05])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, music_store: Path) -> tuple[Path, Trainer]:
    """A folder with two steps of training and validated weights, and its trainer."""
    folder = tmp_path_factory.mktemp("run")
    trainer = Trainer(experiment("match", store=str(music_store)), folder)
    trainer.take_step()
    trainer.take_step()
    trainer.save()
    torch.save({"step": 2, "ratio": 0.9, "weights": trainer.average.state_dict()}, folder / BEST)
    return folder, trainer


@pytest.mark.usefixtures("little_calibration")
def test_export_makes_the_round_trip(trained: tuple[Path, Trainer], tmp_path: Path) -> None:
    folder, trainer = trained
    found = export(folder, tmp_path / "deep" / "tiny.safetensors", trainer.experiment)
    network = Network.load(tmp_path / "deep" / "tiny.safetensors")
    assert network.specification == specification_of(trainer.experiment)
    assert found["parameters"] == sum(one.size for one in network.weights.values())
    assert (found["step"], found["ratio"]) == (2, 0.9)
    assert [one.name for one in tmp_path.glob("deep/*")] == ["tiny.safetensors"]
    recordings, hint = heard("match")
    assert isinstance(trainer.average, ControllerNetwork)
    start = network.layout.neutral.copy()
    start[filter_columns(network.layout)] = hint[-network.specification.start :]
    u, before = answer(trainer.average, recordings, hint)
    said = network.predict(recordings, hint)
    assert np.abs(said.vector - start).max() > 1e-4, "it has learned something"
    assert said.vector == pytest.approx(u, abs=1e-5)
    assert np.isfinite(said.log_ratio)
    assert said.log_ratio != pytest.approx(before, abs=1e-5), "what to expect is fitted anew"
    again = export(folder, tmp_path / "again.safetensors", trainer.experiment)
    assert again == found
    assert (tmp_path / "again.safetensors").read_bytes() == (tmp_path / "deep" / "tiny.safetensors").read_bytes()


def test_export_needs_a_validated_training(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no validated training; train first"):
        export(tmp_path, tmp_path / "x.safetensors", experiment("auto"))


@pytest.mark.usefixtures("little_calibration")
def test_damaged_files_are_refused(trained: tuple[Path, Trainer], tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    whole = tmp_path / "whole.safetensors"
    export(trained[0], whole, trained[1].experiment)
    content = whole.read_bytes()
    for name, damaged in (
        ("cut", content[:-100]),
        ("short", content[:4]),
        ("empty", b""),
        ("header", b"\xff" * 64 + content[64:]),
    ):
        path = tmp_path / f"{name}.safetensors"
        path.write_bytes(damaged)
        with pytest.raises(NetworkError, match="cannot be read as a network"):
            Network.load(path)
    with pytest.raises(NetworkError, match="cannot be read as a network"):
        Network.load(tmp_path / "missing.safetensors")
    foreign = tmp_path / "foreign.safetensors"
    save_file({"x": np.zeros(3, np.float32)}, foreign)
    with pytest.raises(NetworkError, match="not a network of Tonewright"):
        Network.load(foreign)
    described = tmp_path / "described.safetensors"
    save_file({"x": np.zeros(3, np.float32)}, described, metadata={"tonewright": "{}"})
    with pytest.raises(NetworkError, match="description cannot be read"):
        Network.load(described)
