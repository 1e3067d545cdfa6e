"""The page of a comparison: sentences, curves of tone, all numbers; one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tonewright.files import write_text
from tonewright.reporting.chart import Curve
from tonewright.reporting.drawing import Drawing
from tonewright.reporting.frame import framed
from tonewright.reporting.scales import place, rounded_limits
from tonewright.reporting.story import Story
from tonewright.reporting.tables import number, table
from tonewright.settings import Settings

Array = NDArray[np.float64]

#: Kinds of lines, in the order in which recordings get them; more than these are in the tables only.
_KINDS = ("input", "output", "reference", "total", "needed", "band")
_WIDE, _NARROW = 960.0, 350.0


class _Lines(Drawing):
    """One panel with a line for each of several curves."""

    def __init__(self, heading: str, curves: Sequence[Curve], width: float, name: str) -> None:
        super().__init__(Story(heading, Settings()), width, name)
        self._said, self._curves = heading, list(zip(_KINDS, curves, strict=False))

    def _responses(self) -> None:
        self._heading(self._said, [(kind, curve.name) for kind, curve in self._curves])
        values = np.concatenate([curve.db[np.isfinite(curve.db)] for _, curve in self._curves])
        y = self._panel(rounded_limits(float(values.min()) - 1.0, float(values.max()) + 1.0, 12.0), 0.3, "filters")
        for kind, curve in self._curves:
            self._line(kind, curve, y, "filters")
        self._frequencies()


def write_comparison_page(
    path: Path,
    *,
    title: str,
    sections: Sequence[tuple[str, Sequence[str]]],
    heading: str,
    frequency_hz: Array,
    curves: Sequence[tuple[str, Array]],
    tables: Sequence[tuple[str, Sequence[str], Sequence[Sequence[str]]]],
) -> Path:
    """Write the page.

    Parameters
    ----------
    title
        Of the page.
    sections
        Headings with their sentences.
    heading
        What the curves show, with its unit.
    frequency_hz, curves
        In Hz, and names with values in dB as long as it, NaN for gaps; the first six are drawn.
    tables
        Captions, column names and rows.

    Raises
    ------
    OutputError
        If the place cannot be written.
    """
    lines = [Curve(place(frequency_hz), db, name) for name, db in curves]
    described = f"{heading}, of {', '.join(name for name, _ in curves)}; the numbers are in the tables."
    drawn = "\n".join(
        f'<div class="{kind}">'
        f"{_Lines(heading, lines, width, kind).svg(title=f'Curves of {title}', description=described)}</div>"
        for kind, width in (("wide", _WIDE), ("narrow", _NARROW))
    )
    numbers = [
        ["Hz", *(name for name, _ in curves)],
        *([f"{f:.0f}", *(number(float(db[i])) for _, db in curves)] for i, f in enumerate(frequency_hz)),
    ]
    parts = [
        *(_section(name, said) for name, said in sections),
        f"<section>\n<h2>Curves</h2>\n<figure>\n{drawn}\n</figure>\n</section>",
        "<section>\n<h2>All numbers</h2>",
        *(table(caption, columns, rows) for caption, columns, rows in tables),
        f"<details><summary>The curves in numbers</summary>\n{table(heading, numbers[0], numbers[1:])}\n</details>",
        "</section>",
    ]
    return write_text(path, framed(title, f"<header>\n<h1>{escape(title)}</h1>\n</header>", parts))


def _section(heading: str, sentences: Sequence[str]) -> str:
    items = "\n".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<section>\n<h2>{escape(heading)}</h2>\n<ul class="said">\n{items}\n</ul>\n</section>'
