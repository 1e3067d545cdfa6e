"""The benchmarks on music by name. A new one is a protocol, the function that draws its cases, and an entry here."""

from __future__ import annotations

from tonewright.evaluation import auto_protocol, auto_systems, match_protocol, match_systems, pairs_protocol
from tonewright.evaluation import style_protocol as style
from tonewright.evaluation.benchmark import Task
from tonewright.evaluation.pair_task import PairTask
from tonewright.evaluation.protocol import Protocol

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        Task(
            name="auto",
            protocol=auto_protocol.AutoProtocol(),
            cases_of=auto_protocol.cases_of,
            systems=auto_systems.SYSTEMS,
            usual=("average-spectrum", "ridge", "auto"),
            hears=("input",),
        ),
        Task(
            name="match",
            protocol=match_protocol.MatchProtocol(),
            cases_of=match_protocol.cases_of,
            systems=match_systems.SYSTEMS,
            usual=("closed-form", "match"),
            hears=("input", "reference"),
        ),
        Task(
            name="style",
            protocol=style.StyleProtocol(),
            cases_of=style.cases_of,
            systems=match_systems.SYSTEMS,
            usual=("closed-form", "match-without-network", "match"),
            hears=("input", "reference"),
        ),
        # One case of each pair is enough to compare systems; the works are what counts.
        PairTask(
            name="pairs",
            protocol=Protocol(draws=1),
            cases_of=pairs_protocol.cases_of,
            systems=match_systems.SYSTEMS,
            usual=("closed-form", "match-without-network", "match"),
            hears=("input", "reference"),
        ),
    )
}
