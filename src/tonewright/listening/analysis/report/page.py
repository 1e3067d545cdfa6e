"""The analysis as one HTML page that needs nothing else: no script, no network, no other file."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape

from tonewright.listening.analysis.report.words import paragraph, tables
from tonewright.listening.analysis.study import Analysis
from tonewright.reporting.frame import framed
from tonewright.reporting.tables import table

#: Figures are drawn on white, whatever the page's colours are.
_FIGURES = (
    "figure img { display: block; width: 100%; max-width: 46rem; height: auto; background: #fff; margin: 1rem 0; }"
)


def page_of(analysis: Analysis, pictures: Mapping[str, tuple[bytes, str]]) -> str:
    """Return the page as text.

    Parameters
    ----------
    pictures
        Name to the bytes of a PNG and what it shows.
    """
    results = analysis.results
    title = f"Analysis of {results.study}"
    hashed = f"<dt>Hash</dt><dd>{escape(results.hash)}</dd>" if results.hash else ""
    asked = f"<dt>Question</dt><dd>{escape(results.question)}</dd>" if results.question else ""
    header = (
        f'<header>\n<h1>{escape(title)}</h1>\n<dl class="files"><dt>Kind</dt><dd>{escape(results.kind)}</dd>{asked}'
        f"{hashed}</dl>\n</header>"
    )
    parts = [
        f"<section>\n<h2>In words</h2>\n<p>{escape(paragraph(analysis))}</p>\n</section>",
        *(_figure(*each) for each in pictures.values()),
        "<section>\n<h2>All numbers</h2>",
        *(table(each.caption, ["", *each.columns[1:]], each.rows) for each in tables(analysis)),
        "</section>",
    ]
    return framed(title, header, parts, images=True, style=_FIGURES)


def _figure(png: bytes, said: str) -> str:
    data = base64.b64encode(png).decode("ascii")
    return f'<figure><img src="data:image/png;base64,{data}" alt="{escape(said)}"></figure>'
