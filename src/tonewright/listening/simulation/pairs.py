"""Panels that choose between two: preferences with known strengths, ABX with a known sensitivity."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Literal

import numpy as np

from tonewright.listening.results import Pair, Results
from tonewright.listening.simulation.panel import Panel


def simulate_pairs(
    strengths: Mapping[str, float],
    panel: Panel | None = None,
    *,
    kind: Literal["ab", "preference"] = "preference",
    items: int = 4,
    liking_sd: float = 0.0,
    tie: float = 0.0,
    repeats: int = 0,
) -> Results:
    """Return the choices of a panel that compares every two systems on every item once.

    Parameters
    ----------
    strengths
        True log strength of each system, as in :mod:`tonewright.listening.analysis.bradley_terry`.
    liking_sd
        Standard deviation between listeners of each strength.
    tie
        Readiness for ties, 0 for none.
    repeats
        How many items, from the first, come a second time.
    """
    panel = panel or Panel()
    rng = np.random.default_rng(panel.seed)
    found = []
    for index, name in enumerate(panel.names):
        own = {system: mean + rng.normal(0.0, liking_sd) for system, mean in strengths.items()}
        for item, repeat in [(item, 0) for item in range(items)] + [(item, 1) for item in range(repeats)]:
            for pair in combinations(strengths, 2):
                first, second = pair if rng.random() < 0.5 else pair[::-1]
                gap = 0.0 if panel.is_careless(index) else own[first] - own[second]
                weights = np.array([np.exp(gap / 2.0), np.exp(-gap / 2.0), tie])
                chosen = ("first", "second", "tie")[int(rng.choice(3, p=weights / weights.sum()))]
                trial = f"{item + 1}-{repeat + 1} {' / '.join(pair)}"
                found.append(
                    Pair.model_validate(
                        {
                            "listener": name, "trial": trial, "item": f"item {item + 1}", "first": first,
                            "second": second, "chosen": chosen, "repeat": repeat,
                        }
                    )
                )  # fmt: skip
        found += _catches(name, index, panel, rng)
    return Results(
        study=f"simulated {kind}", kind=kind, listeners=panel.people(), pairs=tuple(found),
        notes={"simulated": True, "seed": panel.seed},
    )  # fmt: skip


def simulate_abx(sensitivity: float, panel: Panel | None = None, *, trials: int = 16) -> Results:
    """Return the answers of a panel to ABX: each compares what they heard, with unit noise, and takes the nearer.

    Parameters
    ----------
    sensitivity
        d' between the two systems, ``a`` and ``b``.
    """
    panel = panel or Panel()
    rng = np.random.default_rng(panel.seed)
    found = []
    for index, name in enumerate(panel.names):
        for trial in range(trials):
            turned = bool(rng.random() < 0.5)
            x = "first" if rng.random() < 0.5 else "second"
            heard = np.array([0.0, sensitivity])[::-1] if turned else np.array([0.0, sensitivity])
            apart = 0.0 if panel.is_careless(index) else 1.0
            sounds = apart * heard + rng.normal(size=2)
            target = apart * heard[0 if x == "first" else 1] + rng.normal()
            chosen = "first" if abs(target - sounds[0]) < abs(target - sounds[1]) else "second"
            first, second = ("b", "a") if turned else ("a", "b")
            found.append(
                Pair.model_validate(
                    {
                        "listener": name, "trial": f"{trial + 1}", "item": f"item {trial % 4 + 1}", "first": first,
                        "second": second, "chosen": chosen, "x": x,
                    }
                )
            )  # fmt: skip
        found += _catches(name, index, panel, rng, x="first")
    return Results(
        study="simulated abx", kind="abx", listeners=panel.people(), pairs=tuple(found),
        notes={"simulated": True, "seed": panel.seed},
    )  # fmt: skip


def _catches(
    listener: str, index: int, panel: Panel, rng: np.random.Generator, x: Literal["first"] | None = None
) -> list[Pair]:
    return [
        Pair(
            listener=listener,
            trial=f"catch{number + 1}",
            item=f"catch{number + 1}",
            first="good",
            second="bad",
            chosen="first" if passed else "second",
            x=x,
            catch=True,
            passed=passed,
        )
        for number, passed in enumerate(panel.passes(index, rng) for _ in range(panel.catches))
    ]
