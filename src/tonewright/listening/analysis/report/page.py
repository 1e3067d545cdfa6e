"""The analysis as one HTML page that needs nothing else: no script, no network, no other file."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape

from tonewright.listening.analysis.report.words import paragraph, tables
from tonewright.listening.analysis.study import Analysis
from tonewright.reporting.page_style import style_sheet
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
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:">',
        '<meta name="generator" content="Tonewright">',
        f"<title>{escape(title)}</title>",
        f"<style>\n{style_sheet()}\n{_FIGURES}\n</style>",
        "</head>",
        "<body>",
        f'<header>\n<h1>{escape(title)}</h1>\n<dl class="files"><dt>Kind</dt><dd>{escape(results.kind)}</dd>{asked}'
        f"{hashed}</dl>\n</header>",
        "<main>",
        f"<section>\n<h2>In words</h2>\n<p>{escape(paragraph(analysis))}</p>\n</section>",
        *(_figure(*each) for each in pictures.values()),
        "<section>\n<h2>All numbers</h2>",
        *(table(each.caption, ["", *each.columns[1:]], each.rows) for each in tables(analysis)),
        "</section>",
        "</main>",
        "<footer>Made with Tonewright. This page loads nothing and sends nothing.</footer>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _figure(png: bytes, said: str) -> str:
    data = base64.b64encode(png).decode("ascii")
    return f'<figure><img src="data:image/png;base64,{data}" alt="{escape(said)}"></figure>'
