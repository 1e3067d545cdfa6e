"""The benchmarks by name."""

from __future__ import annotations

from tonewright.evaluation import auto_protocol, auto_systems, match_protocol, match_systems, style_protocol
from tonewright.evaluation.benchmark import Task

TASKS: dict[str, Task] = {
    "auto": Task(
        name="auto",
        protocol=auto_protocol.AutoProtocol(),
        cases_of=auto_protocol.cases_of,
        systems=auto_systems.SYSTEMS,
        usual=("average-spectrum", "ridge", "auto"),
        hears=("input",),
    ),
    "match": Task(
        name="match",
        protocol=match_protocol.MatchProtocol(),
        cases_of=match_protocol.cases_of,
        systems=match_systems.SYSTEMS,
        usual=("closed-form", "match"),
        hears=("input", "reference"),
    ),
    "style": Task(
        name="style",
        protocol=style_protocol.StyleProtocol(),
        cases_of=style_protocol.cases_of,
        systems=match_systems.SYSTEMS,
        usual=("closed-form", "match-without-network", "match"),
        hears=("input", "reference"),
    ),
}
