"""Curves of a benchmark's systems as a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

#: Okabe and Ito's colours, told apart by colour-blind eyes, and dashes for when they come round again.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_DASHES = ("-", "--", ":", "-.")
_DOTS = 144


@dataclass(frozen=True)
class Curves:
    """What a picture shows.

    Attributes
    ----------
    lines
        Name, x and y of each system.
    level
        A line across, if any.
    """

    title: str
    x_label: str
    y_label: str
    lines: Sequence[tuple[str, ArrayLike, ArrayLike]]
    level: float | None = None
    logarithmic: bool = False


def drawn(curves: Curves) -> bytes:
    """Return a picture as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.4, 4.2), dpi=_DOTS, layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(curves.x_label)
    axes.set_ylabel(curves.y_label)
    axes.grid(visible=True, color="#e4e7eb", linewidth=0.7)
    if curves.logarithmic:
        axes.set_xscale("log")
    for index, (name, x, y) in enumerate(curves.lines):
        style: dict[str, Any] = {
            "color": _COLOURS[index % len(_COLOURS)],
            "linestyle": _DASHES[index // len(_COLOURS) % len(_DASHES)],
        }
        axes.plot(x, y, marker=".", markersize=3, label=name, **style)
    if curves.level is not None:
        axes.axhline(curves.level, color="#58616d", linewidth=0.8)
        axes.locator_params(axis="x", integer=True)
    axes.set_title(curves.title, fontsize=10, loc="left")
    if curves.lines:
        axes.legend(fontsize=8, frameon=False)
    content = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(content, format="png", dpi=_DOTS, metadata={"Software": "Tonewright"})
    return content.getvalue()
