"""Judge how wordings move what `say` answers: paraphrases, opposites and words of degree, on exact distributions.

python scripts/wordings_score.py
"""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from tonewright.controllers.say.saying import Model, answer
from tonewright.controllers.say.shipped import reader
from tonewright.population.clouds import Cloud
from tonewright.population.distances import energy
from tonewright.population.distribution import PlaneDistribution

REQUESTS = Path(__file__).parent.parent / "tests" / "controllers" / "say" / "wordings.toml"
#: What asks for nothing in particular: from where it leads, moves are counted.
NOTHING = "Play some music."


def distance(a: PlaneDistribution, b: PlaneDistribution) -> float:
    """Return the energy distance of two whole distributions."""
    one, two = Cloud.of_distribution(a), Cloud.of_distribution(b)
    return float(energy(one.points, two.points, one.weights, two.weights).value)


def score(model: Model, requests: dict[str, Any]) -> dict[str, float]:
    """Return the figures.

    Returns
    -------
    ``same``: the median over groups of the mean distance of wordings within a group, by the mean distance to wordings
    of other groups; ``opposite``, ``more``: the share of pairs that move as they should, on the plane;
    ``opposite_settings``, ``more_settings``: the same for the gains of the settings, whatever decided.
    """
    texts = [*itertools.chain(*requests["same"], *requests["opposite"], *requests["more"]), NOTHING]
    unique = list(dict.fromkeys(texts))
    found = dict(zip(unique, answer(unique, model), strict=True))
    means = {text: np.asarray(one.plane.mean()) for text, one in found.items()}
    gains = {text: _gains(one.settings) for text, one in found.items()}
    groups = requests["same"]
    ratios = []
    for group in groups:
        within = [distance(found[a].plane, found[b].plane) for a, b in itertools.combinations(group, 2)]
        others = [text for other in groups if other is not group for text in other]
        between = [distance(found[a].plane, found[b].plane) for a in group for b in others]
        ratios.append(np.mean(within) / np.mean(between))
    start = means[NOTHING]
    return {
        "same": float(np.median(ratios)),
        "same_groups_below_0.3": float(np.mean(np.array(ratios) < 0.3)),
        "opposite": _share([_apart(means[a] - start, means[b] - start) for a, b in requests["opposite"]]),
        "more": _share([_further(means[a] - start, means[b] - start) for a, b in requests["more"]]),
        "opposite_settings": _share([_apart(gains[a], gains[b]) for a, b in requests["opposite"]]),
        "more_settings": _share([_further(gains[a], gains[b]) for a, b in requests["more"]]),
    }


def _gains(settings: Any) -> np.ndarray[Any, Any]:
    from tonewright.processor.filters import response_db

    return np.asarray(response_db(settings.with_preamp(0.0), np.geomspace(40, 16_000, 40), 48_000))


def _apart(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    """Whether two moves point to opposite sides."""
    return float(a @ b) < 0


def _further(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> bool:
    """Whether the second move is longer, along the first or the second."""
    along = b / max(1e-9, float(np.linalg.norm(b)))
    return float(b @ along) > float(a @ along)


def _share(told: list[bool]) -> float:
    return float(np.mean(told))


def main() -> None:
    """Print the figures."""
    for name, value in score(reader(), tomllib.loads(REQUESTS.read_text(encoding="utf-8"))).items():
        print(f"{name:24} {value:.2f}")


if __name__ == "__main__":
    main()
