"""The language model as systems of the comparison, on the real model where it is installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("transformers", reason="transformers is not installed")
pytest.importorskip("peft", reason="peft is not installed")

from tonewright.controllers.say.reading.convert import folder_of
from tonewright.controllers.say.reading.sources import DEFAULT
from tonewright.training.say import competing


@pytest.fixture(autouse=True)
def _model_is_here() -> None:
    if not (folder_of(DEFAULT.name, DEFAULT.sha256) / "config.json").exists():
        pytest.skip("the default language model is not installed: tonewright models get")


def test_examples_tell_centroids_and_histograms() -> None:
    points = np.array([[3.0, -3.0]] * 9 + [[-3.0, 3.0]])
    smile, tilt = int((points[:, 0].mean() + 6) / 1.2), int((points[:, 1].mean() + 6) / 1.2)
    assert competing._centroid(points) == f"{tilt}{smile}"
    told = competing._histogram(points)
    assert told.startswith("27 (")
    assert told.count("%") == 4


@pytest.mark.parametrize("made", [competing.in_context, competing.in_context_histograms])
def test_examples_change_the_answer(made: Any, small: Any) -> None:
    item = small.items[0]
    with_examples = made().fit(small, 0)([item])[0]
    without = competing.zero_shot().fit(small, 0)([item])[0]
    assert with_examples.weights.sum() == pytest.approx(1.0)
    assert np.abs(with_examples.weights - without.weights).max() > 1e-3


def test_a_taught_system_learns_and_answers(small: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(competing, "STEPS", 2)
    monkeypatch.setattr(competing, "PEOPLE", 3)
    cloud = competing.lora().fit(small, 0)([small.items[0].asked()])[0]
    assert cloud.points.shape[1] == 2
    assert cloud.weights.sum() == pytest.approx(1.0)
