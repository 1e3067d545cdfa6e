"""What tests of several rooms share: a small network with weights drawn from a seed, in a file like any other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest


def made_up_weights(specification: Any, seed: int) -> dict[str, np.ndarray[Any, Any]]:
    """Draw every weight that a specification asks for, so small that answers stay inside the layout's ranges."""
    from tonewright.networks.frames import BANDS, WIDTH

    s = specification
    statistics = BANDS + 2 * WIDTH
    heard = s.recordings * (s.summary + statistics) + (statistics if s.recordings == 2 else 0) + s.hint
    shapes = {"first": (s.channels, WIDTH, 3)}
    for index in range(len(s.dilations)):
        shapes[f"blocks.{index}.norm"] = (s.channels,)
        shapes[f"blocks.{index}.look"] = (s.channels, s.channels, 3)
        shapes[f"blocks.{index}.mix"] = (s.channels, s.channels)
    shapes |= {
        "attention": (s.heads, s.channels),
        "summary": (s.summary, (2 + s.heads) * s.channels),
        "decide": (s.hidden, heard),
        "think": (s.hidden, s.hidden),
        "head": (s.size, s.hidden),
        "expect": (1, s.hidden),
    }
    random = np.random.default_rng(seed)
    weights = {}
    for name, shape in shapes.items():
        scale = 0.5 / np.sqrt(np.prod(shape[1:])) if len(shape) > 1 else 1.0
        weights[f"{name}.weight"] = (scale * random.standard_normal(shape)).astype(np.float32)
        weights[f"{name}.bias"] = (0.1 * random.standard_normal(shape[0])).astype(np.float32)
    return weights


def save_made_up(path: Path, task: str = "auto", seed: int = 5, **extra: np.ndarray[Any, Any]) -> Path:
    """Write a small network for a task; `extra` arrays are kept beside its weights, dots as double underscores."""
    from safetensors.numpy import save_file

    from tonewright.layouts import LAYOUTS
    from tonewright.networks.specification import Specification

    layout = "even54"
    specification = Specification(
        task=task,  # type: ignore[arg-type]
        layout=layout,
        size=LAYOUTS[layout].size,
        hint={"auto": 2, "match": 76}[task],
        channels=8,
        summary=8,
        hidden=16,
        dilations=(1, 2),
        heads=2,
    )
    weights = made_up_weights(specification, seed)
    weights |= {name.replace("__", "."): np.asarray(value, dtype=np.float32) for name, value in extra.items()}
    save_file(weights, path, metadata={"tonewright": specification.to_json()})
    return path


@pytest.fixture(scope="session")
def auto_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up network for ``auto`` that is followed fully."""
    return save_made_up(tmp_path_factory.mktemp("weights") / "auto.safetensors")


@pytest.fixture
def made_up_network() -> Any:
    """The function that writes made-up networks."""
    return save_made_up
