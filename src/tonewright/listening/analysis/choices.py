"""Adjustments as a population, what ``train`` and ``evaluate say`` take as it is; and the other way round."""

from __future__ import annotations

from typing import Any

from tonewright.listening.results import Adjustment, Listener, Results, ResultsError
from tonewright.population.data import Population, prompt_key


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


def from_population(population: Population, study: str) -> Results:
    """Return a population as the results of an adjustment study.

    Items with the same prompt, context and track are occasions of one item: the first, then its repeats.
    """
    turns: dict[tuple[str, str, str | None], list[str]] = {}
    adjustments = []
    for item in population.items:
        key = (prompt_key(item.prompt), item.context.model_dump_json(), item.track)
        occasions = turns.setdefault(key, [])
        occasions.append(item.id)
        adjustments += [
            Adjustment(
                listener=choice.listener,
                trial=item.id,
                item=occasions[0],
                repeat=len(occasions) - 1,
                prompt=item.prompt,
                track=item.track,
                context=item.context,
                start=choice.start,
                point=choice.point,
            )
            for choice in item.choices
        ]
    return Results(
        study=study,
        kind="adjustment",
        space=population.space,
        listeners=tuple(Listener(id=name) for name in population.listeners),
        adjustments=tuple(adjustments),
        notes={"source": population.source} if population.source else {},
    )
