"""An analysis as a folder: page, paragraph, figures, LaTeX, numbers."""

from __future__ import annotations

import json
from pathlib import Path

from tonewright.files import make_folder, write_bytes, write_text
from tonewright.listening.analysis.report.figures import figures, picture
from tonewright.listening.analysis.report.latex import latex_table
from tonewright.listening.analysis.report.page import page_of
from tonewright.listening.analysis.report.words import paragraph, tables
from tonewright.listening.analysis.study import Analysis


def write_analysis(analysis: Analysis, folder: str | Path) -> list[Path]:
    """Write ``analysis.html``, ``analysis.json``, ``analysis.txt``, ``tables.tex`` and figures as PDF and PNG.

    Returns
    -------
    The paths written, the page first.

    Raises
    ------
    OutputError
        If the folder or a file cannot be written.
    """
    folder = make_folder(folder)
    drawn = {name: (figure, said) for name, (figure, said) in figures(analysis).items()}
    pictures = {name: (picture(figure, "png"), said) for name, (figure, said) in drawn.items()}
    numbers = json.dumps(analysis.to_dict() | {"paragraph": paragraph(analysis)}, indent=1, allow_nan=False) + "\n"
    return [
        write_text(folder / "analysis.html", page_of(analysis, pictures)),
        write_text(folder / "analysis.json", numbers),
        write_text(folder / "analysis.txt", paragraph(analysis) + "\n"),
        write_text(folder / "tables.tex", "\n".join(latex_table(each) for each in tables(analysis))),
        *(write_bytes(folder / f"{name}.pdf", picture(figure, "pdf")) for name, (figure, _) in drawn.items()),
        *(write_bytes(folder / f"{name}.png", png) for name, (png, _) in pictures.items()),
    ]
