"""Weight files: found, refused, followed as far as validation says, without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from tonewright.networks.frames import WIDTH, Frames
from tonewright.networks.network import Network
from tonewright.networks.shipped import find_network, shipped_path
from tonewright.networks.specification import NetworkError, Specification
from tonewright.networks.trust import trust


def test_a_file_is_found_and_answers(auto_weights: Path) -> None:
    network = find_network("auto", auto_weights)
    assert network is not None
    frames = Frames(np.random.default_rng(0).standard_normal((30, WIDTH)).astype(np.float32), -23.0)
    said = network.predict([frames], np.array([1.0, 0.0]))
    other = network.predict([frames], np.array([0.0, 1.0]))
    assert not said.settings.is_neutral
    assert said.vector.shape == (network.layout.size,)
    assert said.vector.min() >= 0.0
    assert said.vector.max() <= 1.0
    assert not np.array_equal(said.vector, other.vector), "the profile is heard"
    assert network.predict([frames], np.array([1.0, 0.0])).log_ratio == said.log_ratio


def test_no_network_is_wanted_or_there() -> None:
    assert find_network("auto", "none") is None
    if not shipped_path("auto").exists():
        assert find_network("auto") is None


def test_another_task_is_refused(made_up_network: Any, tmp_path: Path) -> None:
    path = made_up_network(tmp_path / "match.safetensors", "match")
    with pytest.raises(NetworkError, match="is a network for match, not for auto"):
        find_network("auto", path)
    assert find_network("match", path) is not None


@pytest.mark.parametrize("cut", [0, 4, 64, -100])
def test_damaged_files_are_refused(auto_weights: Path, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "damaged.safetensors"
    path.write_bytes(auto_weights.read_bytes()[:cut])
    with pytest.raises(NetworkError, match="cannot be read as a network"):
        find_network("auto", path)


def test_missing_and_foreign_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="cannot be read as a network"):
        find_network("auto", tmp_path / "missing.safetensors")
    save_file({"x": np.zeros(3, np.float32)}, tmp_path / "foreign.safetensors")
    with pytest.raises(NetworkError, match="not a network of Tonewright"):
        find_network("auto", tmp_path / "foreign.safetensors")


@pytest.mark.parametrize(("layout", "size", "words"), [("even54", 53, "53 numbers"), ("odd54", 54, "unknown layout")])
def test_layouts_that_do_not_fit_are_refused(tmp_path: Path, layout: str, size: int, words: str) -> None:
    specification = Specification("auto", layout, size, 2)
    save_file({"x": np.zeros(3, np.float32)}, tmp_path / "x.safetensors", {"tonewright": specification.to_json()})
    with pytest.raises(NetworkError, match=words):
        Network.load(tmp_path / "x.safetensors")


def test_trust_is_read_between_the_lines(made_up_network: Any, tmp_path: Path) -> None:
    table = {"trust__log_ratio": [-1.0, 0.0], "trust__amount": [1.0, 0.0], "trust__actual": [-0.7, 0.0]}
    sure = find_network("auto", made_up_network(tmp_path / "sure.safetensors", **table))
    assert sure is not None
    assert trust(sure, -0.5).amount == pytest.approx(0.5)
    assert trust(sure, -0.5).remaining == pytest.approx(np.exp(-0.35))
    assert trust(sure, -9.0).amount == 1.0
    assert trust(sure, 2.0).amount == 0.0
    plain = find_network("auto", made_up_network(tmp_path / "plain.safetensors"))
    assert plain is not None
    assert trust(plain, -0.5).amount == 1.0
