"""A benchmark's result on a terminal."""

from __future__ import annotations

import rich.table
from rich.console import Console
from rich.markup import escape

from tonewright.evaluation.report import Report
from tonewright.evaluation.tables import Table


def print_report(report: Report, console: Console | None = None) -> None:
    """Print the headline, the tables and what is said below them."""
    console = console or Console()
    console.print(f"[bold]{report.benchmark}[/bold] on {escape(report.headline())}")
    for table in report.tables():
        console.print(drawn(table))
    for sentence in report.sentences():
        console.print(sentence, highlight=False, markup=False)


def drawn(table: Table) -> rich.table.Table:
    """Return a table as the terminal shows it, the first column to the left."""
    shown = rich.table.Table(caption=escape(table.caption))
    for index, heading in enumerate(table.headings):
        shown.add_column(escape(heading), justify="right" if index else "left")
    for row in table.rows:
        shown.add_row(*(escape(cell) for cell in row))
    return shown
