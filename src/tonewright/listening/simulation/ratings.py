"""Panels that rate: opinion scores, free ratings, MUSHRA, with known means and spreads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from tonewright.listening.analysis.power import Components
from tonewright.listening.results import Rating, Results
from tonewright.listening.simulation.panel import Panel

#: Names of MUSHRA's hidden stimuli, their roles, mean scores and standard deviations of listeners who listen.
HIDDEN: dict[str, tuple[Literal["reference", "anchor"], float, float]] = {
    "reference": ("reference", 99.0, 2.0),
    "anchor 7 kHz": ("anchor", 45.0, 10.0),
    "anchor 3.5 kHz": ("anchor", 20.0, 8.0),
}


def simulate_ratings(
    means: Mapping[str, float],
    panel: Panel | None = None,
    *,
    kind: Literal["rating", "mushra"] = "rating",
    items: int = 8,
    scale: tuple[float, float] = (0.0, 100.0),
    step: float = 1.0,
    components: Components | None = None,
    listener_sd: float | None = None,
    item_sd: float | None = None,
    repeats: int = 0,
) -> Results:
    """Return the ratings of a panel.

    Parameters
    ----------
    means
        True mean of each system, on the scale.
    scale, step
        Scores are rounded to the step and clipped to the scale.
    components
        Of listeners' own liking of systems, and of single ratings; a tenth and a seventh of the scale if absent.
    listener_sd, item_sd
        Of listeners' use of the scale and of what items are like; a fifteenth of the scale if absent.
    repeats
        How many items come a second time.
    """
    panel = panel or Panel()
    rng = np.random.default_rng(panel.seed)
    low, high = scale
    width = high - low
    parts = components or Components(width / 10.0, width / 7.0)
    usual = width / 15.0
    of_items = rng.normal(0.0, usual if item_sd is None else item_sd, items)
    found = []
    for index, name in enumerate(panel.names):
        own = rng.normal(0.0, usual if listener_sd is None else listener_sd)
        liking = {system: rng.normal(0.0, parts.liking) for system in means}
        trials = [(item, 0) for item in range(items)] + [(item, 1) for item in range(repeats)]
        for position, place in enumerate(rng.permutation(len(trials))):
            item, repeat = trials[place]
            for system, mean in means.items():
                score = mean + own + of_items[item] + liking[system] + rng.normal(0.0, parts.rating)
                if panel.is_careless(index):
                    score = rng.uniform(low, high)
                found.append(_rating(name, item, repeat, position, system, score, "system", scale, step))
            for system, (role, mean, sd) in HIDDEN.items() if kind == "mushra" else ():
                score = rng.normal(mean, sd)
                if panel.is_careless(index):
                    score = rng.uniform(low, high)
                found.append(_rating(name, item, repeat, position, system, score, role, scale, step))
        for number in range(panel.catches):
            passed = panel.passes(index, rng)
            trial, system = f"catch{number + 1}", next(iter(means))
            found.append(
                Rating(listener=name, trial=trial, item=trial, system=system, score=low, catch=True, passed=passed)
            )
    return Results(
        study=f"simulated {kind}", kind=kind, scale=scale, listeners=panel.people(), ratings=tuple(found),
        notes={"simulated": True, "seed": panel.seed},
    )  # fmt: skip


def _rating(
    listener: str,
    item: int,
    repeat: int,
    position: int,
    system: str,
    score: float,
    role: Literal["system", "reference", "anchor"],
    scale: tuple[float, float],
    step: float,
) -> Rating:
    low, high = scale
    shown = float(np.clip(low + step * np.round((score - low) / step), low, high))
    return Rating(
        listener=listener,
        trial=f"{item + 1}-{repeat + 1}",
        item=f"item {item + 1}",
        repeat=repeat,
        position=position,
        system=system,
        role=role,
        score=shown,
    )
