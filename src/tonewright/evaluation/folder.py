"""A benchmark's result as a folder: a page of tables in Markdown, every row as CSV, pictures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tonewright.evaluation import pair_tables, tables
from tonewright.evaluation.metrics import THIRD_OCTAVES
from tonewright.evaluation.pair_results import PairReport
from tonewright.evaluation.registry import METRICS
from tonewright.evaluation.results import Report
from tonewright.evaluation.systems import NOTHING
from tonewright.evaluation.tables import Table
from tonewright.reporting.files import make_folder, write_bytes, write_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe and Ito's colours, told apart by colour-blind eyes, and dashes for when they come round again.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_DASHES = ("-", "--", ":", "-.")
_DOTS = 144


def write_folder(report: Report, folder: Path) -> list[Path]:
    """Write ``report.md``, ``rows.csv``, ``tests.csv``, ``report.json`` and pictures; return their paths."""
    make_folder(folder)
    pictures = {"ratios.png": _ratios(report)} if np.isfinite(report.ratios(NOTHING)).all() else {}
    if report.change(NOTHING) is not None:
        pictures["change.png"] = _changes(report)
    paths = [write_bytes(folder / name, _png(figure)) for name, figure in pictures.items()]
    paths.append(write_text(folder / "report.md", markdown(report, list(pictures))))
    paths.append(write_text(folder / "rows.csv", _csv(_rows(report))))
    paths.append(write_text(folder / "tests.csv", _csv(_tests(report))))
    report.write(folder / "report.json")
    return [*paths, folder / "report.json"]


def markdown(report: Report, pictures: Iterable[str] = ()) -> str:
    """Return the page: overview, tests, one table per metric, the works that were made worse or skipped."""
    parts = [f"# tonewright evaluate {report.benchmark}", tables.headline(report), _table(tables.overview(report))]
    parts.append(_table(tables.means(report)))
    change = tables.change_table(report)
    if change is not None:
        parts += ["## Change where none is needed", _table(change)]
    parts += [f"![{name}]({name})" for name in pictures]
    parts += tables.lost_works(report)
    if len(report.works) > 1:
        parts += ["## Tests", _table(tables.comparisons(report))]
    for metric in report.metrics:
        parts += [f"## {METRICS[metric].label}", _table(tables.metric_table(report, metric))]
    if report.skipped:
        parts += ["## Skipped", "\n".join(f"- {work} {reason}" for work, reason in report.skipped.items())]
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    lines = [table.headings, tuple("---" if i == 0 else "---:" for i in range(len(table.headings))), *table.rows]
    # A bar would end the cell.
    drawn = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
    return f"{drawn}\n\n{table.caption}"


def write_pairs(report: PairReport, folder: Path) -> list[Path]:
    """Write ``report.md``, ``rows.csv`` and ``report.json`` of pairs; return their paths."""
    make_folder(folder)
    parts = ["# tonewright evaluate pairs", pair_tables.headline(report)]
    parts += [_table(table) for table in pair_tables.tables(report)]
    if report.skipped:
        parts += ["## Skipped", "\n".join(f"- {work} {reason}" for work, reason in report.skipped.items())]
    paths = [write_text(folder / "report.md", "\n\n".join(parts) + "\n")]
    paths.append(write_text(folder / "rows.csv", _csv(pair_tables.lines(report))))
    report.write(folder / "report.json")
    return [*paths, folder / "report.json"]


def _rows(report: Report) -> Iterable[list[Any]]:
    yield ["work", "draw", "sample_rate", "starts_s", "system", *report.metrics, "seconds", "error"]
    for row in report.rows:
        starts = " ".join(f"{start:.3f}" for start in row.starts_s)
        for system, scores in row.scores.items():
            values = [repr(scores.metrics[name]) for name in report.metrics]
            yield [
                row.work, row.draw, row.sample_rate, starts, system, *values, f"{scores.seconds:.4f}", scores.error,
            ]  # fmt: skip


def _tests(report: Report) -> Iterable[list[Any]]:
    yield ["metric", "system", "against", "median_difference", "p", "p_holm"]
    for metric in report.metrics:
        for (first, second), test in report.tests(metric).items():
            yield [metric, first, second, *(repr(value) for value in test)]


def _csv(rows: Iterable[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _ratios(report: Report) -> Figure:
    """Draw every work's ratio to doing nothing, sorted for each system."""
    figure, axes = _axes("works, from the best to the worst for each system", "distance, of nothing's")
    for index, system in enumerate(name for name in report.systems if name != NOTHING):
        ratios = np.sort(report.ratios(system))
        _line(axes, index, np.arange(1, ratios.size + 1), ratios, tables.named(report, system))
    axes.axhline(1.0, color="#58616d", linewidth=0.8)
    axes.locator_params(axis="x", integer=True)
    return _finished(figure, axes, f"{report.benchmark}: each work's MRSTFT over that of doing nothing")


def _changes(report: Report) -> Figure:
    """Draw the median change of each third-octave band, for each system."""
    figure, axes = _axes("frequency, Hz", "median |change|, dB")
    axes.set_xscale("log")
    for index, system in enumerate(name for name in report.systems if name != NOTHING):
        change = report.change(system)
        assert change is not None
        frequencies = THIRD_OCTAVES[: len(change.bands_db)]
        _line(axes, index, frequencies, change.bands_db, tables.named(report, system))
    return _finished(figure, axes, f"{report.benchmark}: change of music that needs none")


def _axes(x: str, y: str) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 4.2), dpi=_DOTS, layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(visible=True, color="#e4e7eb", linewidth=0.7)
    return figure, axes


def _line(axes: Axes, index: int, x: Any, y: Any, name: str) -> None:
    dashes = _DASHES[index // len(_COLOURS) % len(_DASHES)]
    axes.plot(x, y, color=_COLOURS[index % len(_COLOURS)], linestyle=dashes, marker=".", markersize=3, label=name)


def _finished(figure: Figure, axes: Axes, title: str) -> Figure:
    axes.set_title(title, fontsize=10, loc="left")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=8, frameon=False)
    return figure


def _png(figure: Figure) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    content = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(content, format="png", dpi=_DOTS, metadata={"Software": "Tonewright"})
    return content.getvalue()
