"""From a panel to a model: a simulated panel of 30 is asked, analysed, taught to ``say``, and compared with it.

    python examples/panel_to_model.py -o circle

The panel is unlike the people whom the shipped model was fitted to: in company they want far more bass and treble,
alone at night they want it bright, and for words they want it thin. The language model is frozen, so that a few minutes
on two cores are enough; it must be there already (``tonewright models get``). Everything that is made stays in the
folder:

    results.json      what `tonewright study export` would write
    analysis/         what `tonewright study analyse` says of it
    population.json   what `tonewright study export --population` would write, without the requests that are set aside
    say-panel.toml    the experiment that `tonewright train` runs
    adapter/          what `tonewright say --adapter` takes
    circle.json       distances to the panel before and after, on requests that were set aside
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tonewright.cli.main import run
from tonewright.controllers.say.shipped import reader
from tonewright.evaluation.say_scores import Exact, People
from tonewright.files import make_folder, write_text
from tonewright.listening.analysis.choices import to_population
from tonewright.listening.analysis.report.folder import write_analysis
from tonewright.listening.analysis.report.words import paragraph
from tonewright.listening.analysis.study import analyse
from tonewright.listening.results import Results
from tonewright.listening.simulation.adjustments import Taste, simulate_adjustments
from tonewright.listening.simulation.panel import Panel
from tonewright.population.clouds import Cloud
from tonewright.population.data import Item, Population
from tonewright.statistics import bootstrap, compare_pairs

#: What the panel wants (relaxed to energetic, warm to bright), and how it may be asked for.
WANTED: dict[str, tuple[tuple[float, float], tuple[str, ...]]] = {
    "in company": (
        (4.0, 0.5),
        (
            "Friends are coming over and we want to dance.", "Music for a party in the kitchen.",
            "A birthday with the whole family.", "We celebrate the end of the week together.",
            "Background for drinks with colleagues.", "The living room is full of guests.",
            "A barbecue in the garden with the neighbours.", "New Year's Eve with a crowd.",
            "Cooking together with my flatmates.", "A wedding, late in the evening.",
            "Students singing along in the bar.", "Our team has won and everybody is here.",
            "A long table, many friends, good wine.", "Children's party in the afternoon.",
            "We are all on the road to a festival.", "A house-warming with loud talk.",
        ),
    ),
    "alone at night": (
        (-1.0, 4.0),
        (
            "I am alone and cannot sleep.", "Late at night with a book.", "The city is quiet and I am by myself.",
            "Midnight, one lamp, nobody else awake.", "Music for a sleepless night on my own.",
            "Sitting alone by the window after dark.", "A night train with an empty seat beside me.",
            "Thinking things over, long past midnight.", "Alone in the kitchen at three in the morning.",
            "A lonely walk under the stars.", "Writing a letter late at night.", "The house sleeps and I listen.",
            "On my own in a hotel room at night.", "Night shift, nobody around.",
            "Quiet hours by myself before dawn.", "I lie awake in the dark.",
        ),
    ),
    "words": (
        (-4.0, 1.0),
        (
            "I want to understand every word of the podcast.", "An audiobook with a soft narrator.",
            "The news while I cook.", "A lecture that I must not miss a word of.",
            "The dialogue in this film is hard to follow.", "A radio play with whispering voices.",
            "Interviews recorded on the street.", "The presenter speaks too fast to follow.",
            "A sermon in a large church.", "The voices of a documentary.", "My language course with examples.",
            "A debate with several speakers.", "The commentary of a football match.", "A poem read aloud.",
            "The guide's voice in the museum.", "A phone call on the loudspeaker.",
        ),
    ),
}  # fmt: skip
#: Of the requests of each kind, every so many-th is set aside.
EVERY = 4
DRAWS = 50


def ask_panel(listeners: int, seed: int, most: int) -> Results:
    """Return what a simulated panel chooses; a tenth of it is careless, as in real panels."""
    centres = {text: centre for centre, texts in WANTED.values() for text in texts[:most]}
    panel = Panel(listeners=listeners, careless=listeners // 10, catches=3, seed=seed)
    taste = Taste(person_sd=0.8, choice_sd=1.4, start_pull=0.1)
    return simulate_adjustments(centres, panel, taste=taste, repeats=6, study="simulated panel")


def split(people: Population) -> tuple[Population, tuple[Item, ...]]:
    """Return what is learned from, and the items that are set aside: neither their words nor answers are learned."""
    prompts = list(people.prompts())
    held = set(prompts[EVERY - 1 :: EVERY])
    learned = people.subset(prompts=[each for each in prompts if each not in held])
    first = [people.prompts()[each][0] for each in prompts if each in held]
    return learned, tuple(first)


def distances(clouds: Sequence[Cloud], items: Sequence[Item], seed: int) -> dict[str, np.ndarray]:
    """Return energy, Sinkhorn and W2 from each predicted cloud to the panel's choices, at equal size, per request."""
    exact, rows = Exact(1.0), []
    for cloud, item in zip(clouds, items, strict=True):
        rng = np.random.default_rng(seed)
        rows.append(People(item, 1.0).score(cloud, DRAWS, len(item.choices), rng, exact).values)
    return {name: np.array([row[name] for row in rows]) for name in ("energy", "sinkhorn", "w2")}


def answers(adapter: Path | None) -> Callable[[Sequence[Item]], list[Cloud]]:
    """Return how a model answers: the shipped one, or an adapter's folder."""
    model = reader(adapter)
    return lambda items: [Cloud.of_distribution(one.plane) for one in model.read([item.prompt for item in items])]


def compare(learned: Population, held: Sequence[Item], adapter: Path, seed: int) -> dict[str, Any]:
    """Compare the shipped model, the taught one, and a bound that knows the panel but ignores the request."""
    everybody = Cloud.of_points(learned.points)
    found = {
        "shipped": distances(answers(None)(held), held, seed),
        "taught": distances(answers(adapter)(held), held, seed),
        "the panel, request ignored": distances([everybody] * len(held), held, seed),
    }
    works = [item.prompt for item in held]
    report: dict[str, Any] = {"requests": len(held), "systems": {}, "taught_less": {}}
    for name, values in found.items():
        report["systems"][name] = {each: bootstrap(values[each], works, seed=seed)._asdict() for each in values}
    others = [name for name in found if name != "taught"]
    for each in ("energy", "sinkhorn", "w2"):
        columns = {name: values[each] for name, values in found.items()}
        tests = compare_pairs(columns, works, [("taught", other) for other in others])
        for other in others:
            gap = bootstrap(columns["taught"] - columns[other], works, seed=seed)._asdict()
            found_p = tests["taught", other].p_holm
            report["taught_less"].setdefault(other, {})[each] = {**gap, "p_holm": found_p}
    return report


def experiment(population: Path, texts: int, rewordings: int) -> str:
    """Return the experiment: the shipped method with fewer synthetic texts, which take most of the time."""
    return f"""\
# Made by examples/panel_to_model.py: the shipped method, taught by a panel of one's own.
name = "say-panel"
task = "say"
seed = 11

[data]
population = {json.dumps(str(population))}
people = 1
texts = 1
bandwidth = 0.4

[model]
method = "readout"

[readout]
texts = {texts}
chunk = {texts}
rewordings = {rewordings}
texts_share = 0.5
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Go round once; returns 0 if the taught model is nearer to the panel by an interval without zero."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=Path("circle"), help="folder for everything that is made")
    parser.add_argument("--listeners", type=int, default=30)
    parser.add_argument("--requests", type=int, default=16, help="of each of the three kinds, at most 16")
    parser.add_argument("--texts", type=int, default=600, help="synthetic texts beside the panel's requests")
    parser.add_argument("--rewordings", type=int, default=2, help="of each request that the panel answered")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    folder = make_folder(asked.output).resolve()

    results = ask_panel(asked.listeners, asked.seed, asked.requests)
    results.save(folder / "results.json")
    analysis = analyse(results)
    write_analysis(analysis, folder / "analysis")
    print(paragraph(analysis))
    people = to_population(results.without(set(analysis.screening.excluded)))
    learned, held = split(people)
    learned.save(folder / "population.json")
    write_text(folder / "say-panel.toml", experiment(folder / "population.json", asked.texts, asked.rewordings))
    if code := run(["train", str(folder / "say-panel.toml"), "-o", str(folder / "adapter")]):
        return code

    report = compare(learned, held, folder / "adapter", asked.seed)
    write_text(folder / "circle.json", json.dumps(report, indent=1) + "\n")
    print(f"Distance to {len(held[0].choices)} listeners on {len(held)} requests that were set aside (energy):")
    for name, values in report["systems"].items():
        energy = values["energy"]
        print(f"  {name}: {energy['estimate']:.2f} [{energy['low']:.2f}, {energy['high']:.2f}]")
    for other, gaps in report["taught_less"].items():
        gap = gaps["energy"]
        size = f"{gap['estimate']:.2f} [{gap['low']:.2f}, {gap['high']:.2f}]"
        print(f"  taught less {other}: {size}, p (Holm) = {gap['p_holm']:.2g}")
    return 0 if report["taught_less"]["shipped"]["energy"]["high"] < 0.0 else 1


if __name__ == "__main__":
    sys.exit(main())
