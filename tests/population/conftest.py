"""Listening data: small ones that are made up, and the shared ones where they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tonewright.population.data import Population
from tonewright.population.imports import load_population

SHARED = Path("/work/shared/data/listening/tone-plane-listening.json")


def made_up(prompts: int = 12, listeners: int = 6, seed: int = 0, repeats: int = 2) -> Population:
    """Prompts whose words say where people go: bright ones up, warm ones down, lively ones to the right."""
    rng = np.random.default_rng(seed)
    centres = {"bright": (0.0, 3.0), "warm": (0.0, -3.0), "lively": (3.0, 0.0)}
    items = []
    for number in range(prompts + repeats):
        word = list(centres)[number % prompts % 3]
        points = np.clip(rng.normal(centres[word], 1.0, (listeners, 2)), -6, 6).round(2)
        choices = [
            {"listener": str(index), "point": tuple(map(float, point)), "start": (1.0, 1.0)}
            for index, point in enumerate(points, 1)
        ]
        prompt = f"Make it {word} like number {number % prompts}."
        items.append({"id": f"{number}", "prompt": prompt, "track": f"{number % prompts}.wav", "choices": choices})
    return Population.of_items(items, "made up", source="made up", licence="none")


@pytest.fixture(scope="session")
def small() -> Population:
    return made_up()


@pytest.fixture(scope="session")
def shared() -> Population:
    if not SHARED.exists():
        pytest.skip("the shared listening data are not here")
    return load_population(SHARED)
