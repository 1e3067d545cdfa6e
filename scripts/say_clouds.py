"""Draw what people chose and what the readout expects, for requests that it was not fitted on.

python scripts/say_clouds.py tone-plane-listening.json -o docs/images/say-clouds.png
"""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from tonewright.evaluation.say_protocol import deal
from tonewright.population.imports import load_population
from tonewright.population.plane import EDGE
from tonewright.training.say.readout import ReadoutSystem

#: Requests, and samples of the model per request: as many as there were listeners.
SHOWN, SAMPLES = 6, 11


def main() -> None:
    """Fit without the first fold, draw the first of its requests."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("docs/images/say-clouds.png"))
    arguments = parser.parse_args()
    population = load_population(arguments.data)
    train, held = deal(population, 5, 0)[0]
    clouds = ReadoutSystem().fit(train, 0)([item.asked() for item in held[:SHOWN]])
    figure = Figure(figsize=(10, 7), layout="constrained")
    rng = np.random.default_rng(0)
    for axes, item, cloud in zip(figure.subplots(2, 3).ravel(), held, clouds, strict=False):
        size = round(len(cloud.weights) ** 0.5)
        table = cloud.weights.reshape(size, size)
        axes.imshow(table.T, origin="lower", extent=(-EDGE, EDGE, -EDGE, EDGE), cmap="Blues", vmin=0.0)
        x, y = cloud.sample(SAMPLES, rng).T
        axes.scatter(x, y, s=18, facecolors="none", edgecolors="tab:blue", label="drawn from the model")
        x, y = item.points.T
        axes.scatter(x, y, s=22, color="tab:red", label="people")
        axes.set_title(textwrap.fill(item.prompt, 42), fontsize=8)
        axes.set_xticks([-EDGE, 0, EDGE], ["relaxed", "", "energetic"], fontsize=7)
        axes.set_yticks([-EDGE, 0, EDGE], ["warm", "", "bright"], fontsize=7)
    figure.axes[0].legend(fontsize=7, loc="lower left")
    figure.savefig(arguments.output, dpi=90)


if __name__ == "__main__":
    main()
