"""Panels that turn knobs: known centres for each request, tastes, schools, and a pull of where the control stood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tonewright.listening.results import Adjustment, Results
from tonewright.listening.simulation.panel import Panel
from tonewright.population.plane import EDGE

#: The grid of a choice, as the published data have it.
_STEP = 0.06


@dataclass(frozen=True)
class Taste:
    """How listeners of a panel differ, in units of the tone plane.

    Attributes
    ----------
    person_sd
        Of what a person wants more of, whatever is asked: one draw per listener.
    choice_sd
        Of a single choice around what that person wants.
    schools
        Offsets (x, y) of groups of like size; one at (0, 0) for no groups.
    start_pull
        How far a choice is drawn to where the control stood, 0 to 1.
    """

    person_sd: float = 1.0
    choice_sd: float = 1.5
    schools: Sequence[tuple[float, float]] = ((0.0, 0.0),)
    start_pull: float = 0.0


def simulate_adjustments(
    centres: Mapping[str, tuple[float, float]],
    panel: Panel | None = None,
    *,
    taste: Taste | None = None,
    repeats: int = 0,
    study: str = "simulated adjustment",
) -> Results:
    """Return the choices of a panel on the tone plane.

    Parameters
    ----------
    centres
        Each request with the point that the panel as a whole wants for it.
    repeats
        How many requests, from the first, come a second time at the end.
    """
    panel, taste = panel or Panel(), taste or Taste()
    rng = np.random.default_rng(panel.seed)
    asked = list(centres.items())
    found = []
    for index, name in enumerate(panel.names):
        school = np.asarray(taste.schools[index % len(taste.schools)])
        person = school + rng.normal(0.0, taste.person_sd, 2)
        order = [(place, 0) for place in rng.permutation(len(asked))] + [(place, 1) for place in range(repeats)]
        for position, (place, repeat) in enumerate(order):
            prompt, centre = asked[place]
            start = _snapped(rng.uniform(-EDGE, EDGE, 2))
            wanted = np.asarray(centre) + person + rng.normal(0.0, taste.choice_sd, 2)
            point = (1.0 - taste.start_pull) * wanted + taste.start_pull * start
            if panel.is_careless(index):
                point = rng.uniform(-EDGE, EDGE, 2)
            found.append(
                Adjustment(
                    listener=name,
                    trial=f"{place + 1}-{repeat + 1}",
                    item=f"{place + 1:03}",
                    repeat=repeat,
                    position=position,
                    prompt=prompt,
                    start=_pair(start),
                    point=_pair(_snapped(point)),
                )
            )
        for number in range(panel.catches):
            passed = panel.passes(index, rng)
            trial = f"catch{number + 1}"
            left = _pair(_snapped(np.zeros(2) if passed else rng.uniform(2.0, EDGE, 2)))
            found.append(Adjustment(listener=name, trial=trial, item=trial, point=left, catch=True, passed=passed))
    return Results(
        study=study, kind="adjustment", listeners=panel.people(), adjustments=tuple(found),
        notes={"simulated": True, "seed": panel.seed},
    )  # fmt: skip


def _snapped(point: np.ndarray) -> np.ndarray:
    return np.round(np.clip(np.round(point / _STEP) * _STEP, -EDGE, EDGE), 2)


def _pair(point: np.ndarray) -> tuple[float, float]:
    return float(point[0]), float(point[1])
