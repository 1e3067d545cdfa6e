"""Results as tables: rows of plain values, and what their columns mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tonewright.listening.exporting.columns import COLUMNS, Column
from tonewright.listening.results import Adjustment, Pair, Rating, Results
from tonewright.listening.store.store import Edition, Event, Store

Row = dict[str, Any]


@dataclass(frozen=True)
class Tables:
    """All tables of a study.

    Attributes
    ----------
    rows
        By table.
    columns
        By table: what each column means, in order; every row has all of them.
    """

    rows: dict[str, list[Row]]
    columns: dict[str, dict[str, Column]]

    def dictionary(self) -> dict[str, dict[str, dict[str, str]]]:
        """Return the data dictionary as plain data."""
        return {
            table: {name: dict(column._asdict()) for name, column in columns.items()}
            for table, columns in self.columns.items()
        }


def make_tables(results: Results, store: Store, edition: Edition) -> Tables:
    """Return the tables of a study: listeners, answers, what was shown and heard, trajectories, the log."""
    rows: dict[str, list[Row]] = {"listeners": [_listener(each) for each in results.listeners]}
    columns = {"listeners": dict(COLUMNS["listeners"])}
    for row in rows["listeners"]:
        for name in [name for name in row if name not in columns["listeners"]]:
            kind = "questionnaire" if name.startswith("answer_") else "what the browser and the level page said"
            columns["listeners"][name] = Column("any", "", kind)
    for part in ("ratings", "pairs", "adjustments"):
        answers: tuple[Rating, ...] | tuple[Pair, ...] | tuple[Adjustment, ...] = getattr(results, part)
        if answers:
            rows[part] = [_answer(results, each) for each in answers]
            columns[part] = dict(COLUMNS[part])
    if results.adjustments:
        axes = {axis.name: axis.unit for axis in results.dimensions}
        for name, unit in axes.items():
            columns["adjustments"][f"point_{name}"] = Column("number", unit, f"{name} where the listener stopped")
            columns["adjustments"][f"start_{name}"] = Column("number", unit, f"{name} where the control stood first")
        rows["trajectories"] = [
            {"listener": each.listener, "trial": each.trial, "seconds": row[0], **dict(zip(axes, row[1:], strict=True))}
            for each in results.adjustments
            for row in each.path
        ]
        moved = {name: Column("number", unit, f"{name} at that time") for name, unit in axes.items()}
        columns["trajectories"] = {**COLUMNS["trajectories"], **moved}
    events = store.events(edition.hash)
    people = {person.id: person for person in store.people(edition.hash)}
    rows["log"] = [row for event in events for row in _logged(event, people[event.listener].pseudonym)]
    rows["stimuli"] = [row for event in events for row in _shown(event, people[event.listener])]
    columns |= {"log": COLUMNS["log"], "stimuli": COLUMNS["stimuli"]}
    for table, content in rows.items():
        rows[table] = [{name: row.get(name) for name in columns[table]} for row in content]
    return Tables(rows, columns)


def _listener(listener: Any) -> Row:
    return {
        "listener": listener.id,
        "complete": listener.complete,
        "headphones": listener.headphones,
        "seconds": listener.seconds,
        **{f"answer_{name}": value for name, value in listener.answers.items()},
        **{f"device_{name}": value for name, value in listener.device.items()},
    }


def _answer(results: Results, answer: Rating | Pair | Adjustment) -> Row:
    row: Row = answer.model_dump(exclude={"context", "path", "point", "start"})
    row |= answer.context.model_dump()
    if isinstance(answer, Adjustment):
        for place, axis in enumerate(results.dimensions):
            row[f"point_{axis.name}"] = answer.point[place]
            row[f"start_{axis.name}"] = None if answer.start is None else answer.start[place]
    return row


def _logged(event: Event, pseudonym: str) -> Iterable[Row]:
    head = {"listener": pseudonym, "trial": event.step}
    if event.type == "answer":
        return [{**head, "seconds": seconds, "event": what} for seconds, what in event.body.get("log", ())]
    return [] if event.type == "consent" else [{**head, "seconds": None, "event": event.type}]


def _shown(event: Event, person: Any) -> Iterable[Row]:
    step = person.plan.step(event.step or "") if event.type == "answer" else None
    if step is None or step.trial is None:
        return []
    body = event.body
    return [
        {
            "listener": person.pseudonym,
            "trial": step.id,
            "label": shown.label,
            "place": place,
            "system": shown.system,
            "plays": body["plays"].get(shown.label, 0),
            "listened_s": body["listened_s"].get(shown.label, 0.0),
        }
        for place, shown in enumerate(step.trial.shown)
    ]
