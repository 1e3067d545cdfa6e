"""Weight files that lack something are refused when they are read, not when they are asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from conftest import save_made_up
from tonewright.networks.network import Network
from tonewright.networks.specification import NetworkError


@pytest.mark.parametrize("fault", ["missing", "shape"])
def test_a_file_without_a_weight_is_refused(tmp_path: Path, fault: str) -> None:
    whole = save_made_up(tmp_path / "whole.safetensors")
    with safe_open(str(whole), framework="numpy") as file:
        header = file.metadata()
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if fault == "missing":
        del weights["think.weight"]
    else:
        weights["think.weight"] = np.zeros((2, 2), np.float32)
    damaged = tmp_path / "damaged.safetensors"
    save_file(weights, damaged, metadata=header)
    with pytest.raises(NetworkError, match=r"think\.weight"):
        Network.load(damaged)
    assert Network.load(whole).layout.name == "even54"
