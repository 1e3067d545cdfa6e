"""The paper's networks: its sizes, its frames, a neutral start, and eight configurations that differ in the layout."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
import torch
from torch import nn

from tonewright.layouts import LAYOUTS, Mapping
from tonewright.processor.differentiable import process_layout
from tonewright.training.build import build_network
from tonewright.training.config import ConfigError, Experiment, load_experiment, parse_experiment
from tonewright.training.dry_run import made_up
from tonewright.training.examples import PAPER_LUFS, Examples
from tonewright.training.paper import AutoEqNetwork, Shape, StyleNetwork, ZeroFilm, head, trunk
from tonewright.training.trainer import Trainer

CONFIGS = Path(str(resources.files("tonewright.training") / "configs"))
LAYOUT_OF = {"peq18": "peq18", "peq_drc24": "peq_drc24", "ndmp42": "paper42", "ndmp54": "full54"}
#: Long enough to have a loudness.
FRAMES = 20480
SMALL = Shape(channels=8, hidden=8, summary=16, dilations=(1, 2))


def parameters(network: nn.Module) -> int:
    return sum(one.numel() for one in network.parameters())


def waves(rows: int = 2, frames: int = 4096, seed: int = 0) -> Any:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((rows, frames)).astype(np.float32) * 0.1)


def hint() -> Any:
    return torch.zeros(2, 2)


def small(kind: str, **changes: Any) -> Experiment:
    """A shipped configuration with a tiny network, few and short examples."""
    name = {"paper-autoeq": "ndmp-paper-auto-ndmp42", "paper-st": "ndmp-paper-st-ndmp42"}[kind]
    data = load_experiment(CONFIGS / f"{name}.toml").model_dump(mode="json")
    data["network"] |= {"channels": 8, "hidden": 8, "summary": 16, "dilations": [1, 2]}
    data["data"] |= {"crop_frames": FRAMES, "context_s": [FRAMES / 44100], "reference_s": [FRAMES / 44100]}
    data["loss"] |= {"resolutions": [512]}
    return parse_experiment(data | {"batch": 2, "steps": 4} | changes, "test")


def test_sizes_are_those_of_the_paper() -> None:
    with torch.device("meta"):
        assert parameters(trunk(Shape())) == 8_738_560
        assert parameters(head(256, 256, 42)) == 142_378
        assert parameters(head(256, 256, 512)) == 263_168
        assert parameters(head(1024, 256, 42)) == 338_986
    assert parameters(AutoEqNetwork(LAYOUTS["paper42"], Shape())) == 8_738_560 + 142_378
    assert parameters(StyleNetwork(LAYOUTS["paper42"], Shape())) == 8_738_560 + 263_168 + 338_986  # one encoder


def test_frames_of_the_trunk() -> None:
    # Without training: normalising a single frame has no meaning.
    same, none = trunk(Shape(channels=2)).eval(), trunk(Shape(channels=2, padding="none")).eval()
    with torch.no_grad():
        for frames, without in ((131072, 51), (262144, 179)):
            wave = torch.zeros(1, 1, frames)
            assert same(wave).shape == (1, 2, frames // 1024)
            assert none(wave).shape == (1, 2, without)
        assert none(torch.zeros(1, 1, 79_795)).shape == (1, 2, 1)
    assert Shape(padding="none").shortest == 79_795, "the receptive field"


def test_too_short_a_recording_is_a_clear_error() -> None:
    network = AutoEqNetwork(LAYOUTS["peq18"], Shape(channels=8, hidden=8, dilations=(1, 2), padding="none"))
    shortest = network.shape.shortest
    network([waves(frames=shortest + 2)], hint())
    with pytest.raises(ValueError, match=f"hears {shortest} samples or more, got 20"):
        network([waves(frames=20)], hint())


@pytest.mark.parametrize("mapping", ["log", "linear"])
@pytest.mark.parametrize("name", LAYOUT_OF.values())
@pytest.mark.parametrize("kind", [AutoEqNetwork, StyleNetwork])
def test_the_start_is_exactly_neutral(kind: type[AutoEqNetwork | StyleNetwork], name: str, mapping: Mapping) -> None:
    layout = LAYOUTS[name].with_mapping(mapping)
    recordings = [waves(), waves(seed=1, frames=3000)][: 2 if kind is StyleNetwork else 1]
    u, expected = kind(layout, SMALL)(recordings, hint())
    assert u.shape == (2, layout.size)
    assert expected.shape == (2,)
    assert not expected.any()
    assert all(layout.decode(row).is_neutral for row in u.detach().double().numpy())
    x = waves(seed=2)
    assert torch.equal(process_layout(x, u.detach(), layout, 44_100), x)


def test_without_a_neutral_start_the_answer_is_a_sigmoid() -> None:
    shape = Shape(channels=8, hidden=8, dilations=(1, 2), neutral_start=False)
    network = AutoEqNetwork(LAYOUTS["paper42"], shape)
    u, _ = network([waves()], hint())
    raw = network.head(network.trunk(waves()[:, None]).mean(dim=2))
    torch.testing.assert_close(u, torch.sigmoid(raw))
    assert not LAYOUTS["paper42"].decode(u[0].detach().double().numpy()).is_neutral


def test_film_of_zeros_is_affine_batch_normalisation() -> None:
    generator = torch.Generator().manual_seed(4)
    film, plain = ZeroFilm(8), nn.BatchNorm1d(8)
    x = torch.randn(3, 8, 50, generator=generator)
    assert torch.allclose(film(x), plain(x), atol=1e-6), "both start as plain normalisation"
    scale, shift = torch.randn(2, 8, generator=generator)
    with torch.no_grad():
        plain.weight.copy_(scale)
        plain.bias.copy_(shift)
        film.modulate.bias.copy_(torch.cat([scale, shift]))
        film.modulate.weight.normal_(generator=generator)  # a condition of zeros does not see it
    for mode in (True, False):
        assert torch.allclose(film.train(mode)(x), plain.train(mode)(x), atol=1e-6)
    film(x).square().sum().backward()
    assert film.modulate.weight.grad is not None
    assert not film.modulate.weight.grad.any()
    count = sum(isinstance(one, ZeroFilm) for one in trunk(Shape(channels=8, film=True)))
    assert count == 20


def test_input_and_reference_share_an_encoder_and_have_their_places() -> None:
    torch.manual_seed(0)
    network = StyleNetwork(LAYOUTS["peq18"], Shape(**{**vars(SMALL), "neutral_start": False})).eval()
    a, b = waves(seed=1), waves(seed=2)
    seen: list[Any] = []
    network.projector.register_forward_hook(lambda _module, given, _result: seen.append(given[0].detach()))
    network([a, b], hint())
    network([b, a], hint())
    first, second = seen
    assert torch.equal(first[:, :16], second[:, 16:])
    assert torch.equal(first[:, 16:], second[:, :16])
    assert not torch.equal(first, second)


@pytest.mark.parametrize("task", ["auto", "st"])
def test_shipped_configurations_differ_in_the_layout_only(task: str) -> None:
    seen = []
    for name, layout in LAYOUT_OF.items():
        experiment = load_experiment(CONFIGS / f"ndmp-paper-{task}-{name}.toml")
        assert experiment.name == f"ndmp-paper-{task}-{name}"
        assert experiment.layout == layout
        assert experiment.predicted.size == int("".join(filter(str.isdigit, name)))
        assert all(free.range.scale == "linear" for free in experiment.predicted.free)
        seen.append(experiment.model_dump(exclude={"name", "layout"}))
        with torch.device("meta"):
            build_network(experiment)
    assert all(one == seen[0] for one in seen)
    assert seen[0]["loss"]["resolutions"] == tuple(2**k for k in range(7, 14))
    assert (seen[0]["batch"], seen[0]["optimiser"]["rate"]) == {"auto": (16, 2e-4), "st": (8, 3e-4)}[task]
    assert seen[0]["steps"] * seen[0]["batch"] == 400 * {"auto": 6300, "st": 3150}[task]
    assert round(44_100 * seen[0]["data"]["context_s"][0]) == seen[0]["data"]["crop_frames"] == 131_072


def test_what_autoeq_hears_is_what_is_processed_at_a_peak_of_one() -> None:
    experiment = small("paper-autoeq")
    batch = Examples(experiment, [made_up(experiment)]).batch(0)
    assert len(batch.waves) == 1
    assert np.array_equal(batch.waves[0], batch.input)
    assert batch.input.shape == batch.target.shape == (2, FRAMES)
    assert np.abs(batch.input).max(axis=1) == pytest.approx(1.0)
    assert np.abs(batch.target).max(axis=1) == pytest.approx(1.0)


def test_what_style_transfer_hears_is_at_one_level() -> None:
    pyloudnorm = pytest.importorskip("pyloudnorm", reason="pyloudnorm is not installed")
    # Long enough for many windows: meters differ in how they treat the last one.
    frames = 131072
    plain = small("paper-st").model_dump(mode="json")
    plain["data"] |= {"crop_frames": frames, "context_s": [frames / 44100], "reference_s": [frames / 44100]}
    experiment = parse_experiment(plain, "test")
    batch = Examples(experiment, [made_up(experiment)]).batch(0)
    assert [wave.shape for wave in batch.waves] == [(2, frames), (2, frames)]
    assert np.array_equal(batch.waves[0], batch.input)
    meter = pyloudnorm.Meter(44_100, filter_class="DeMan")
    for wave in batch.waves:
        for row in wave:
            assert meter.integrated_loudness(row) == pytest.approx(PAPER_LUFS, abs=0.2)


@pytest.mark.parametrize("kind", ["paper-autoeq", "paper-st"])
def test_steps_and_checkpoints(kind: str, tmp_path: Path) -> None:
    def trainer() -> Trainer:
        experiment = small(kind)
        return Trainer(experiment, tmp_path, Examples(experiment, [made_up(experiment)]))

    first = trainer()
    before = {name: value.clone() for name, value in first.network.state_dict().items()}
    terms = [first.take_step() for _ in range(2)]
    assert all(torch.isfinite(one.total) for one in terms)
    assert torch.allclose(terms[0].error, terms[0].nothing), "a neutral start changes nothing"
    assert any(not torch.equal(value, before[name]) for name, value in first.network.state_dict().items())
    first.save()
    second = trainer()
    assert second.resume()
    for one in (first, second):
        one.take_step()
    assert first.step == second.step == 3
    for name, value in first.network.state_dict().items():
        assert torch.equal(value, second.network.state_dict()[name]), name
        assert torch.equal(value, first.average.state_dict()[name]), "nothing is averaged in the paper"


def test_a_network_for_the_other_task_is_refused() -> None:
    plain = small("paper-st").model_dump(mode="json")
    with pytest.raises(ConfigError, match="no network 'paper-st' for auto"):
        build_network(parse_experiment(plain | {"task": "auto"}, "test"))
