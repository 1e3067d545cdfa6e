"""A benchmark's result on a terminal."""

from __future__ import annotations

import rich.table
from rich.console import Console
from rich.markup import escape

from tonewright.evaluation import pair_tables, tables
from tonewright.evaluation.pair_results import PairReport
from tonewright.evaluation.results import Report
from tonewright.evaluation.tables import Table


def print_report(report: Report, console: Console | None = None) -> None:
    """Print systems with intervals over works, the paired tests, and the works that were made worse."""
    console = console or Console()
    console.print(f"[bold]{report.benchmark}[/bold] on {escape(tables.headline(report))}")
    console.print(drawn(tables.overview(report)))
    console.print(drawn(tables.means(report)))
    change = tables.change_table(report)
    if change is not None:
        console.print(drawn(change))
    if len(report.works) > 1 and change is None:
        console.print(drawn(tables.comparisons(report)))
    for sentence in tables.lost_works(report):
        console.print(sentence, highlight=False, markup=False)


def print_pairs(report: PairReport, console: Console | None = None) -> None:
    """Print the distances to the references, before and after, and the paired tests."""
    console = console or Console()
    console.print(f"[bold]pairs[/bold] on {escape(pair_tables.headline(report))}")
    for table in pair_tables.tables(report):
        console.print(drawn(table))


def drawn(table: Table) -> rich.table.Table:
    """Return a table as the terminal shows it, the first column to the left."""
    shown = rich.table.Table(caption=escape(table.caption))
    for index, heading in enumerate(table.headings):
        shown.add_column(escape(heading), justify="right" if index else "left")
    for row in table.rows:
        shown.add_row(*(escape(cell) for cell in row))
    return shown
