"""The charts as a picture for print and mail: spectra, filters, compressors."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tonewright.errors import OutputError
from tonewright.files import write_bytes, write_text
from tonewright.reporting import look
from tonewright.reporting.chart import Chart, Curve, chart_of
from tonewright.reporting.drawing import Drawing
from tonewright.reporting.phrases import typeset
from tonewright.reporting.scales import FREQUENCY_TICKS, decibel_ticks, place
from tonewright.reporting.story import Story
from tonewright.settings import Settings

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DOTS = 144
_WIDTH = 8.4  # inches, like everything below
_LEFT, _RIGHT, _TITLE, _HEADING, _TICKS, _LANE = 0.5, 0.14, 0.34, 0.3, 0.3, 0.19
_PANEL, _ALONE = 1.55, 2.6
_FONT = "DejaVu Sans"  # comes with matplotlib
_CHARACTERS = 138.0  # of a bar's label along the axis


def plot_story(story: Story, path: str | Path) -> Path:
    """Draw spectra, filters and compressors into a file.

    Parameters
    ----------
    story
        What is drawn; without spectra the filters have the picture for themselves.
    path
        ``.png`` (about 1200 x 720, higher with many compressors) or ``.svg`` (text as text).

    Returns
    -------
    The path.

    Raises
    ------
    OutputError
        If the name has another ending, or the file cannot be written.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind == ".svg":
        drawing = Drawing(story, 1200.0)
        return write_text(path, drawing.svg(title=story.title, description=describe_chart(story), standalone=True))
    if kind != ".png":
        raise OutputError(f"{path} is no picture that can be drawn; let its name end in .png or .svg.")
    return write_bytes(path, png_of(story))


def plot_settings(settings: Settings, path: str | Path, sample_rate: float = 48_000.0, title: str = "Settings") -> Path:
    """Draw filters and compressors of settings into a file, like :func:`plot_story`; the rate is in Hz."""
    return plot_story(Story(title, settings, sample_rate), path)


def png_of(story: Story) -> bytes:
    """Return the picture of a story as the bytes of a PNG file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = figure_of(story)
    content = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(content, format="png", dpi=_DOTS, metadata={"Software": "Tonewright"})
    return content.getvalue()


def describe_chart(story: Story) -> str:
    """Say in one sentence what the chart shows, for those who do not see it."""
    names = [story.labels[key] for key in story.spectra]
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    spectra = f"Spectra of {listed}; " if names else ""
    return f"{spectra}gain of the filters from 20 Hz to 20 kHz; the numbers are in the tables."


def figure_of(story: Story) -> Figure:
    """Return the picture of a story as a matplotlib figure that no global state knows."""
    from matplotlib.figure import Figure

    chart = chart_of(story, _CHARACTERS)
    panels = [_PANEL, _PANEL] if chart.spectra else [_ALONE]
    strip = _HEADING + chart.lanes * _LANE if chart.bars else 0.0
    height = _TITLE + sum(panel + _HEADING + _TICKS for panel in panels) + strip + 0.06
    figure = Figure(figsize=(_WIDTH, height), dpi=_DOTS, facecolor=look.COLOURS["paper"][0])
    _say(figure, 0.12, height - 0.22, story.title, height, size=10.5, weight="bold")
    top = height - _TITLE
    if chart.spectra:
        axes = _axes(figure, top, panels[0], height, chart.spectrum_limits, signed=False)
        _legend(axes, "Tone: long-term spectrum, dB", [_line(axes, k, curve) for k, curve in chart.spectra.items()])
        top -= panels[0] + _HEADING + _TICKS
    _responses(_axes(figure, top, panels[-1], height, chart.response_limits, signed=True), chart)
    top -= panels[-1] + _HEADING + _TICKS
    if chart.bars:
        _compressors(figure, chart, top, height)
    return figure


def _axes(
    figure: Figure, top: float, panel: float, height: float, limits: tuple[float, float], *, signed: bool
) -> Axes:
    bottom = (top - _HEADING - panel) / height
    axes = figure.add_axes((_LEFT / _WIDTH, bottom, 1 - (_LEFT + _RIGHT) / _WIDTH, panel / height))
    axes.set(xlim=(0.0, 1.0), ylim=limits, facecolor="none")
    axes.set_xticks(place(list(FREQUENCY_TICKS)).tolist(), [*list(FREQUENCY_TICKS.values())[:-1], "20 kHz"])
    ticks = decibel_ticks(*limits)
    names = [typeset(f"{tick:+.0f}" if signed and tick else f"{tick:.0f}") for tick in ticks]
    axes.set_yticks(ticks, names)
    axes.get_xticklabels()[-1].set_horizontalalignment("right")
    axes.tick_params(length=0, pad=4, labelsize=7.5, labelcolor=look.COLOURS["muted"][0], labelfontfamily=_FONT)
    axes.grid(color=look.COLOURS["grid"][0], linewidth=0.7)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def _responses(axes: Axes, chart: Chart) -> None:
    axes.axhline(0.0, color=look.COLOURS["axis"][0], linewidth=0.9)
    shown = []
    for curve in chart.bands:
        axes.fill_between(curve.x, curve.db, 0.0, color=look.LINES["band"].light, alpha=look.BAND_FILL, linewidth=0)
        shown = [_line(axes, "band", Curve(curve.x, curve.db, "each filter"))]
    if chart.needed is not None:
        shown.append(_line(axes, "needed", chart.needed))
    total = _line(axes, "total", chart.total)
    low, high = chart.response_limits
    room = 0.06 * (high - low)
    for number, at, db in chart.numbers:
        axes.text(
            at, min(max(db, low + room), high - room), str(number), size=6.5, ha="center", va="center", family=_FONT,
            bbox={"boxstyle": "circle,pad=0.22", "fc": "white", "ec": look.LINES["band"].light, "lw": 0.6}, zorder=5,
        )  # fmt: skip
    _legend(axes, "Filters: gain, dB", [total, *shown])


def _compressors(figure: Figure, chart: Chart, top: float, height: float) -> None:
    bottom, tall = top - _HEADING - chart.lanes * _LANE, chart.lanes * _LANE
    axes = figure.add_axes((_LEFT / _WIDTH, bottom / height, 1 - (_LEFT + _RIGHT) / _WIDTH, tall / height))
    axes.set(xlim=(0.0, 1.0), ylim=(chart.lanes, 0.0))
    axes.set_axis_off()
    y = top - _HEADING + 0.09
    x = _say(figure, 0.12, y, "Compressors", height, size=8.0, weight="bold") + 0.25
    _say(figure, x, y, chart.strip, height, size=7.5, colour="muted")
    for bar in chart.bars:
        axes.barh(bar.lane + 0.42, bar.high - bar.low, 0.76, bar.low, color=look.COLOURS["bar"][0], linewidth=0)
        axes.plot([bar.low, bar.high], [bar.lane + 0.8] * 2, color=look.COLOURS["edge"][0], linewidth=1.2)
        axes.text(bar.middle, bar.lane + 0.42, bar.label, size=7.0, ha="center", va="center_baseline", family=_FONT)


def _line(axes: Axes, kind: str, curve: Curve) -> tuple[str, str]:
    """Draw one line; return its kind and name for the legend."""
    line = look.LINES[kind]
    style = (0.0, line.dashes) if line.dashes else "-"
    low, high = axes.get_ylim()
    db = np.clip(curve.db, low - 99.0, high + 99.0)
    axes.plot(curve.x, db, color=line.light, linewidth=0.72 * line.width, linestyle=style, solid_capstyle="round")
    return kind, curve.name


def _legend(axes: Axes, heading: str, shown: list[tuple[str, str]]) -> None:
    """Write a panel's name and what its lines mean into one row above it."""
    from matplotlib.lines import Line2D

    figure = axes.get_figure(root=True)
    assert figure is not None
    box, height = axes.get_position(), figure.get_figheight()
    y = box.y1 * height + 0.13
    x = _say(figure, 0.12, y, heading, height, size=8.0, weight="bold") + 0.25
    for kind, name in shown:
        name = name if len(name) < 48 else name[:46] + "\u2026"
        line = look.LINES[kind]
        figure.add_artist(
            Line2D(
                [x / _WIDTH, (x + 0.28) / _WIDTH], [(y + 0.035) / height] * 2, color=line.light,
                linewidth=0.72 * line.width, linestyle=(0.0, line.dashes) if line.dashes else "-",
            )
        )  # fmt: skip
        x = _say(figure, x + 0.34, y, name, height, size=7.5, colour="muted") + 0.22


def _say(
    figure: Figure, x: float, y: float, text: str, height: float, *, size: float, weight: str = "normal",
    colour: str = "ink",
) -> float:  # fmt: skip
    """Write plain text at a place in inches and return where it ends; names of files may hold anything."""
    written = figure.text(
        x / _WIDTH, y / height, _drawable(text), size=size, weight=weight, color=look.COLOURS[colour][0],
        family=_FONT, parse_math=False,
    )  # fmt: skip
    return x + written.get_window_extent().width / figure.dpi


def _drawable(text: str) -> str:
    """Replace what the font has no glyph for, which would be drawn as a warning."""
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont(_FONT))
    kept = [c if font.get_char_index(ord(c)) and c.isprintable() else "\u25a1" for c in text]
    return "".join(kept) if len(kept) <= 110 else "".join(kept[:108]) + "\u2026"
