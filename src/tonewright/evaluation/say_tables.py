"""The judged predictions as tables of text, on a terminal and in a folder: Markdown, CSV, JSON."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import rich.table
from rich.console import Console
from rich.markup import escape

from tonewright.evaluation.say_results import TESTED, SayReport
from tonewright.evaluation.tables import ORACLE_MARK, Table
from tonewright.reporting.files import make_folder, write_text
from tonewright.statistics import Interval

_LABELS = {
    "energy": "energy",
    "sinkhorn": "Sinkhorn",
    "w2": "W2",
    "curve_energy": "energy of curves, dB",
    "exact_energy": "energy, exact",
    "exact_sinkhorn": "Sinkhorn, exact",
}


def headline(report: SayReport) -> str:
    """Return one line: population, size, folds, seeds, and what distances depend on."""
    asked = report.protocol
    return (
        f"{report.population}: {len(set(report.prompts))} prompts, {len(report.items)} items, {asked.folds} folds by "
        f"prompt, {asked.seeds} seed{'s' * (asked.seeds > 1)} from {asked.first_seed}, {asked.draws} clouds of n = "
        f"{asked.size}, squared Euclidean cost, epsilon {asked.epsilon:g}"
    )


def skill_table(report: SayReport) -> Table:
    """Return each system's skill against prompt-blind humans with intervals, its spread and its typicality."""
    rows = []
    for system in report.systems:
        found = report.summaries[system]
        people = "" if found.skill_people is None else _bounds(found.skill_people)
        rows.append(
            (
                _named(report, system),
                _skill(found.skill["energy"]),
                people,
                _skill(found.skill["sinkhorn"]),
                f"{found.skill['w2'].estimate:.2f}",
                f"{found.skill['curve_energy'].estimate:.2f}",
                f"{found.spread_ratio.estimate:.2f}",
                f"{found.means['hrp'].estimate:.0f}",
                str(found.prompts),
            )
        )
    caption = (
        "Skill = 1 - distance / distance of prompt-blind humans, on the same prompts; 95 % intervals by BCa bootstrap "
        "over prompts, of energy also over prompts and listeners. Spread: predicted over human. HRP: 50 is a typical "
        f"person. {ORACLE_MARK} was told answers: a bound, no competitor."
    )
    headings = ("system", "skill, energy", "and people", "Sinkhorn", "W2", "curves", "spread", "HRP", "prompts")
    return Table(headings, rows, caption)


def distance_table(report: SayReport) -> Table:
    """Return the mean distances over prompts: clouds of equal size, then the exact distributions."""
    rows = [
        (
            _named(report, system),
            *(f"{report.summaries[system].means[name].estimate:.2f}" for name in _LABELS),
            f"{report.summaries[system].skill['exact_energy'].estimate:.2f}",
            f"{report.summaries[system].skill['exact_sinkhorn'].estimate:.2f}",
            f"{report.summaries[system].means['shares_apart'].estimate:.2f}",
        )
        for system in report.systems
    ]
    headings = ("system", *_LABELS.values(), "exact skill, energy", "exact skill, Sinkhorn", "quadrants apart")
    caption = (
        "Means over prompts; lower is better but for skill. Exact distributions have another size than people's clouds "
        "and are compared with the exact prompt-blind one. Quadrants apart: total variation of the shares."
    )
    return Table(headings, rows, caption)


def paired_tests(report: SayReport, measure: str = "energy") -> Table | None:
    """Return the paired tests by one distance; ``None`` where there is nothing to test."""
    tests = report.tests(measure)
    rows = [
        (f"{new} - {old}", f"{test.median_difference:+.3f}", f"{test.p:.2g}", f"{test.p_holm:.2g}")
        for (new, old), test in tests.items()
    ]
    caption = f"Paired Wilcoxon signed-rank test over prompts, {_LABELS[measure]}, Holm-adjusted; negative: better."
    return Table(("systems", "median difference", "p", "p (Holm)"), rows, caption) if rows else None


def print_say(report: SayReport, console: Console | None = None) -> None:
    """Print skill, distances and the tests by energy."""
    console = console or Console()
    console.print(f"[bold]say[/bold] on {escape(headline(report))}")
    for table in (skill_table(report), distance_table(report), paired_tests(report)):
        if table is not None:
            drawn = rich.table.Table(caption=escape(table.caption))
            for index, heading in enumerate(table.headings):
                drawn.add_column(escape(heading), justify="right" if index else "left")
            for row in table.rows:
                drawn.add_row(*(escape(cell) for cell in row))
            console.print(drawn)


def write_say_folder(report: SayReport, folder: Path) -> list[Path]:
    """Write ``report.md``, ``rows.csv``, ``tests.csv`` and ``report.json``; return their paths."""
    make_folder(folder)
    tests = [
        {"measure": measure, "first": pair[0], "second": pair[1], **test._asdict()}
        for measure in TESTED
        for pair, test in report.tests(measure).items()
    ]
    paths = [
        write_text(folder / "report.md", markdown(report)),
        write_text(folder / "rows.csv", _csv(report.rows())),
        write_text(folder / "tests.csv", _csv(tests)),
        folder / "report.json",
    ]
    report.write(paths[-1])
    return paths


def markdown(report: SayReport) -> str:
    """Return the page: skill, distances, tests."""
    tests = [table for table in (paired_tests(report, measure) for measure in TESTED) if table is not None]
    parts = ["# tonewright evaluate say", headline(report), _page_table(skill_table(report))]
    parts += [_page_table(distance_table(report)), *(_page_table(table) for table in tests)]
    return "\n\n".join(parts) + "\n"


def _page_table(table: Table) -> str:
    rows = [table.headings, ("---", *("---:" for _ in table.headings[1:])), *table.rows]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n\n" + table.caption


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()


def _named(report: SayReport, system: str) -> str:
    return system + (f" {ORACLE_MARK}" if system in report.bounds else "")


def _skill(value: Interval) -> str:
    return f"{value.estimate:.2f} {_bounds(value)}"


def _bounds(value: Interval) -> str:
    return f"[{value.low:.2f}, {value.high:.2f}]" if math.isfinite(value.low) else ""
