"""A benchmark's result as a folder: a page of tables in Markdown, rows and tests as CSV, pictures, and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tonewright.evaluation.pictures import drawn
from tonewright.evaluation.report import Report
from tonewright.evaluation.tables import Table
from tonewright.files import make_folder, write_bytes, write_text


def write_folder(report: Report, folder: Path) -> list[Path]:
    """Write ``report.md``, ``report.json``, CSV and pictures into a folder, created if needed; return their paths."""
    make_folder(folder)
    paths = [write_bytes(folder / name, drawn(curves)) for name, curves in report.pictures().items()]
    paths.append(write_text(folder / "report.md", markdown(report)))
    paths += [write_text(folder / name, _csv(lines)) for name, lines in report.sheets().items()]
    report.write(folder / "report.json")
    return [*paths, folder / "report.json"]


def markdown(report: Report) -> str:
    """Return the page."""
    parts = [f"# tonewright evaluate {report.benchmark}", report.headline()]
    parts += [part if isinstance(part, str) else _table(part) for part in report.page()]
    if report.skipped:
        parts += ["## Skipped", "\n".join(f"- {work} {reason}" for work, reason in report.skipped.items())]
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    lines = [table.headings, tuple("---" if i == 0 else "---:" for i in range(len(table.headings))), *table.rows]
    # A bar would end the cell.
    drawn = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
    return f"{drawn}\n\n{table.caption}"


def _csv(lines: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()
