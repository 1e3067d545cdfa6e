"""What every page of a report has around it: a head that forbids it to load anything, and a foot."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from tonewright.reporting.page_style import style_sheet


def framed(title: str, header: str, content: Iterable[str], *, images: bool = False, style: str = "") -> str:
    """Return a whole HTML page.

    Parameters
    ----------
    title
        As text.
    header
        HTML that stands first.
    content
        HTML of the main part, piece by piece; empty ones are left out.
    images
        Allow pictures whose bytes stand in the page itself.
    style
        Rules of the page's own, after those of all pages.
    """
    allowed = "default-src 'none'; style-src 'unsafe-inline'" + ("; img-src data:" if images else "")
    rules = "\n".join(part for part in (style_sheet(), style) if part)
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{allowed}">',
        '<meta name="generator" content="Tonewright">',
        f"<title>{escape(title)}</title>",
        f"<style>\n{rules}\n</style>",
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
