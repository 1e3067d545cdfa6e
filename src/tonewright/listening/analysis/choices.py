"""Adjustments as a population: what ``train`` and ``evaluate say`` take as it is."""

from __future__ import annotations

from typing import Any

from tonewright.listening.results import Adjustment, Results, ResultsError
from tonewright.population.data import Population


def to_population(results: Results, *, repeats: bool = True) -> Population:
    """Return the choices of an adjustment study as a population: an item per item and repeat, catch trials left out.

    Without `repeats`, first occasions alone. Where listeners read a context but no request, its words stand for the
    request; without either, the item's name.

    Raises
    ------
    ResultsError
        If the study is of another kind, or nothing was chosen.
    """
    if results.kind != "adjustment":
        raise ResultsError(
            f"{results.study} is a study of the kind {results.kind}; only adjustments make a population."
        )
    groups: dict[tuple[int, str], list[Adjustment]] = {}
    for each in results.adjustments:
        if not each.catch and (repeats or not each.repeat):
            groups.setdefault((each.repeat, each.item), []).append(each)
    if not groups:
        raise ResultsError(f"{results.study} holds no choices yet.")
    items = []
    # First occasions first, retests behind, as in the published data.
    for repeat, item in sorted(groups, key=lambda key: key[0]):
        first = groups[repeat, item][0]
        said = {name: word for name, word in first.context.model_dump().items() if word}
        choices = [
            {"listener": each.listener, "point": each.point, **({"start": each.start} if each.start else {})}
            for each in groups[repeat, item]
        ]
        entry: dict[str, Any] = {
            "id": item if repeat == 0 else f"{item} (retest {repeat})",
            "prompt": first.prompt or ", ".join(said.values()) or item,
            "context": said,
            "track": first.track,
            "choices": choices,
        }
        items.append(entry)
    space = results.space if isinstance(results.space, str) else [axis.model_dump() for axis in results.space]
    source = f"study {results.study}" + (f", {results.hash}" if results.hash else "")
    return Population.of_items(items, results.study, space=space, source=source)
