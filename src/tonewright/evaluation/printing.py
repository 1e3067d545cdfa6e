"""A benchmark's result on a terminal."""

from __future__ import annotations

import rich.table
from rich.console import Console
from rich.markup import escape

from tonewright.evaluation import tables
from tonewright.evaluation.results import Report
from tonewright.evaluation.tables import Table


def print_report(report: Report, console: Console | None = None) -> None:
    """Print systems with intervals over works, the paired tests, and the works that were made worse."""
    console = console or Console()
    console.print(f"[bold]{report.benchmark}[/bold] on {escape(tables.headline(report))}")
    console.print(_drawn(tables.overview(report)))
    console.print(_drawn(tables.means(report)))
    change = tables.change_table(report)
    if change is not None:
        console.print(_drawn(change))
    if len(report.works) > 1 and change is None:
        console.print(_drawn(tables.comparisons(report)))
    for sentence in tables.lost_works(report):
        console.print(sentence, highlight=False, markup=False)


def _drawn(table: Table) -> rich.table.Table:
    drawn = rich.table.Table(caption=escape(table.caption))
    for index, heading in enumerate(table.headings):
        drawn.add_column(escape(heading), justify="right" if index else "left")
    for row in table.rows:
        drawn.add_row(*(escape(cell) for cell in row))
    return drawn
