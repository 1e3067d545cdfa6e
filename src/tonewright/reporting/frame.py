"""What every page of a report has around it: a head that forbids it to load anything, and a foot."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from tonewright.reporting.page_style import style_sheet


def framed(title: str, header: str, content: Iterable[str]) -> str:
    """Return a whole HTML page.

    Parameters
    ----------
    title
        As text.
    header
        HTML that stands first.
    content
        HTML of the main part, piece by piece; empty ones are left out.
    """
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="generator" content="Tonewright">',
        f"<title>{escape(title)}</title>",
        f"<style>\n{style_sheet()}\n</style>",
        "</head>",
        "<body>",
        header,
        "<main>",
        *content,
        "</main>",
        "<footer>Made with Tonewright. This page loads nothing and sends nothing.</footer>",
        "</body>",
        "</html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"
