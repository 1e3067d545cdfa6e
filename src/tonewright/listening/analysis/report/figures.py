"""Figures for a paper: vector PDF and PNG, no global state, told apart without colour."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tonewright.listening.analysis.adjustments import AdjustmentFindings
from tonewright.listening.analysis.pairs import PairFindings
from tonewright.listening.analysis.ratings import RatingFindings
from tonewright.listening.analysis.scores import scores_of
from tonewright.listening.analysis.study import Analysis
from tonewright.listening.results import Results
from tonewright.population.data import TONE_PLANE
from tonewright.reporting.look import COLOURS, LINES
from tonewright.statistics import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Inches: one column of a paper is about half.
_WIDTH = 6.4
_DOTS = 200
_INK, _MUTED, _GRID = (COLOURS[name][0] for name in ("ink", "muted", "grid"))
_MAIN, _OTHER = LINES["output"].light, LINES["reference"].light
_FONT = "DejaVu Sans"  # comes with matplotlib
#: Panels of requests at most; the table has all of them.
_PANELS = 12
_ACROSS = 4
_MARKS = "os^D"
_PLANE_AXES = ("x: relaxed to energetic", "y: warm to bright")


def figures(analysis: Analysis) -> dict[str, tuple[Figure, str]]:
    """Return the figures of an analysis by name, each with a sentence for those who do not see it."""
    found = analysis.findings
    kept = analysis.results.without(set(analysis.screening.excluded))
    if isinstance(found, RatingFindings):
        return {
            "ratings": (_ratings(found, kept), "Mean rating of each system with its interval, and each listener's.")
        }
    if isinstance(found, PairFindings):
        return _of_pairs(found)
    shown = "each request" if len(found.items) <= _PANELS else f"the first {_PANELS} requests"
    made = {"requests": (_requests(found, kept), f"Choices of all listeners for {shown}, the mean with its interval.")}
    if found.schools is not None and kept.dimensions and len(found.axes) >= 2:
        made["tastes"] = (_tastes(found), "How far each listener's choices lie from everybody's mean.")
    return made


def picture(figure: Figure, kind: str) -> bytes:
    """Return a figure as the bytes of a ``pdf`` or ``png``; the same figure gives the same bytes."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    content = io.BytesIO()
    data: dict[str, Any] = {"Creator": "Tonewright", "CreationDate": None} if kind == "pdf" else {}
    # Type 42 keeps letters as letters: journals ask for it.
    with mpl.rc_context({"pdf.fonttype": 42, "font.family": _FONT}):
        figure.savefig(content, format=kind, dpi=_DOTS, metadata=data)
    return content.getvalue()


def _of_pairs(found: PairFindings) -> dict[str, tuple[Figure, str]]:
    if found.strengths:
        rows = list(zip(found.systems, found.strengths, strict=True))
        figure = _dots(rows, "strength, log odds (mean 0)", 0.0)
        return {"strengths": (figure, "Strength of each system with its interval.")}
    shares = [(f"{each.first} : {each.second}", each.found.share) for each in found.heard]
    shares += [(f"{each.first} : {each.second}", each.share) for each in found.contests]
    what = "share of right answers" if found.heard else "share of the first"
    return {"shares": (_dots(shares, what, 0.5, (0.0, 1.0)), f"The {what} with its interval; one half is guessing.")}


def _ratings(found: RatingFindings, results: Results) -> Figure:
    scores = scores_of(results)
    rows = [(each.name, each.mean) for each in found.systems]
    low, high = results.scale
    margin = 0.02 * (high - low)
    figure = _dots(rows, f"rating, {low:g} to {high:g}", None, (low - margin, high + margin))
    axes = figure.axes[0]
    rng = np.random.default_rng(0)
    for row, (name, _) in enumerate(rows):
        means = scores.by_listener(name)
        means = means[np.isfinite(means)]
        axes.scatter(
            means, row + 0.26 + rng.uniform(-0.07, 0.07, len(means)), s=7, color=_MUTED, alpha=0.6, linewidths=0
        )
    return figure


def _dots(
    rows: Sequence[tuple[str, Interval]], label: str, line: float | None, limits: tuple[float, float] | None = None
) -> Figure:
    """Return one row per name: a dot and its interval."""
    figure, (axes,) = _figure(0.75 + 0.42 * max(1, len(rows)), 1)
    axes.set_position((0.24, 0.5 / figure.get_figheight(), 0.72, 1.0 - 0.62 / figure.get_figheight()))
    for row, (_, value) in enumerate(rows):
        if np.isfinite(value.low) and np.isfinite(value.high):
            axes.plot([value.low, value.high], [row, row], color=_MAIN, linewidth=2.0, solid_capstyle="butt")
        if np.isfinite(value.estimate):
            axes.plot(value.estimate, row, "o", color=_MAIN, markersize=5.5)
    if line is not None:
        axes.axvline(line, color=_MUTED, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.set_ylim(len(rows) - 0.45, -0.55)
    if limits:
        axes.set_xlim(*limits)
    axes.set_xlabel(label, color=_INK, fontsize=8.5, fontfamily=_FONT)
    axes.grid(axis="x", color=_GRID, linewidth=0.7)
    axes.tick_params(axis="y", labelcolor=_INK)
    return figure


def _requests(found: AdjustmentFindings, results: Results) -> Figure:
    """Return a panel per request: all choices, the mean with its interval, or each dimension where there are more."""
    shown = found.items[:_PANELS]
    across = min(_ACROSS, len(shown))
    down = -(-len(shown) // across)
    plane = len(found.axes) == 2
    figure, panels = _figure(0.4 + 1.62 * down, len(shown), across)
    dimensions = results.dimensions
    for axes, item in zip(panels, shown, strict=True):
        points = np.array(
            [each.point for each in results.adjustments if each.item == item.id and not each.repeat and not each.catch]
        )
        axes.set_title(_short(item.prompt), fontsize=6.5, color=_INK, fontfamily=_FONT, pad=3)
        means = [value.estimate for value in item.mean]
        if plane:
            axes.axhline(0.0, color=_GRID, linewidth=0.8, zorder=0)
            axes.axvline(0.0, color=_GRID, linewidth=0.8, zorder=0)
            axes.scatter(points[:, 0], points[:, 1], s=8, color=_MAIN, alpha=0.55, linewidths=0, clip_on=False)
            reach = [[[v.estimate - v.low], [v.high - v.estimate]] for v in item.mean]
            axes.errorbar(means[0], means[1], xerr=reach[0], yerr=reach[1], fmt="none", ecolor=_OTHER, elinewidth=1.4)
            axes.set_xlim(dimensions[0].low, dimensions[0].high)
            axes.set_ylim(dimensions[1].low, dimensions[1].high)
            axes.set_xticks([dimensions[0].low, 0.0, dimensions[0].high])
            axes.set_yticks([dimensions[1].low, 0.0, dimensions[1].high])
            axes.set_box_aspect(1.0)
        else:
            axes.plot(points.T, color=_MAIN, alpha=0.25, linewidth=0.7)
            axes.plot(means, color=_OTHER, linewidth=1.6)
            axes.set_xticks(range(len(found.axes)), found.axes)
    if plane:
        names = _PLANE_AXES if results.space == TONE_PLANE else found.axes
        figure.supxlabel(names[0], fontsize=8.5, color=_INK, fontfamily=_FONT)
        figure.supylabel(names[1], fontsize=8.5, color=_INK, fontfamily=_FONT)
    figure.tight_layout(pad=0.5, w_pad=0.6, h_pad=0.8)
    return figure


def _tastes(found: AdjustmentFindings) -> Figure:
    figure, (axes,) = _figure(3.4, 1)
    axes.set_position((0.2, 0.15, 0.6, 0.8))
    points = np.array(list(found.tastes.values()))
    schools = found.schools
    assert schools is not None
    axes.axhline(0.0, color=_GRID, linewidth=0.8, zorder=0)
    axes.axvline(0.0, color=_GRID, linewidth=0.8, zorder=0)
    for school in range(schools.count):
        mine = points[schools.members == school]
        colour, mark = (_MAIN, _OTHER, _MUTED, _INK)[school % 4], _MARKS[school % 4]
        axes.scatter(mine[:, 0], mine[:, 1], s=18, color=colour, marker=mark, linewidths=0, alpha=0.8)
    axes.set_xlabel(f"{found.axes[0]}, from everybody's mean", fontsize=8.5, color=_INK, fontfamily=_FONT)
    axes.set_ylabel(f"{found.axes[1]}, from everybody's mean", fontsize=8.5, color=_INK, fontfamily=_FONT)
    axes.set_aspect("equal", adjustable="datalim")
    return figure


def _figure(height: float, panels: int, across: int = 1) -> tuple[Figure, list[Axes]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, height), facecolor="white")
    down = -(-panels // across)
    made = [figure.add_subplot(down, across, place + 1) for place in range(panels)]
    for axes in made:
        axes.tick_params(length=0, labelsize=7.5, labelcolor=_MUTED, labelfontfamily=_FONT)
        for side, spine in axes.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(_GRID)
    return figure, made


def _short(text: str) -> str:
    return text if len(text) <= 34 else text[:31] + "..."
