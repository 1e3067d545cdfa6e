"""The charts as SVG of our own: real text, styled by CSS classes, drawn for the width at which it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

import numpy as np
from numpy.typing import NDArray

from tonewright.reporting import look
from tonewright.reporting.chart import Curve, chart_of
from tonewright.reporting.phrases import typeset
from tonewright.reporting.scales import FREQUENCY_TICKS, decibel_ticks, place
from tonewright.reporting.story import Story

Array = NDArray[np.float64]

#: Width of a character and height of a line, in parts of the font size.
_CHARACTER, _LINE = 0.56, 1.45
_LEFT, _RIGHT = 44.0, 10.0


class Drawing:
    """Draws one story at one width.

    Parameters
    ----------
    story
        What is drawn.
    width
        In CSS pixels; the height follows.
    name
        Unique on the page: ids start with it.
    """

    def __init__(self, story: Story, width: float, name: str = "chart") -> None:
        self.width, self.name = width, name
        self.font = 13.0 if width >= 600 else 11.0
        self.across = width - _LEFT - _RIGHT
        self.chart = chart_of(story, self.across / (self.font * _CHARACTER))
        self.parts: list[str] = []
        self.y = 4.0

    def svg(self, *, title: str, description: str, standalone: bool = False) -> str:
        """Return the element; ``standalone`` adds the light theme and what a file needs."""
        if self.chart.spectra:
            self._spectra()
        self._responses()
        if self.chart.bars:
            self._compressors()
        height, edge = self.y + 4.0, 16.0 if standalone else 0.0
        ids = f"{self.name}-title", f"{self.name}-text"
        opening = (
            f'<svg class="chart" viewBox="{-edge:g} {-edge:g} {self.width + 2 * edge:g} {height + 2 * edge:.0f}" '
            f'width="{self.width + 2 * edge:g}" height="{height + 2 * edge:.0f}" role="img" '
            f'aria-labelledby="{ids[0]} {ids[1]}" font-size="{self.font:g}" font-family="{_FONTS}"'
        )
        if standalone:
            style = f".chart {{ {look.variables(dark=False)} background: var(--paper); }}\n{look.chart_style()}"
            opening += f' xmlns="http://www.w3.org/2000/svg"><style>{style}</style'
        head = f'<title id="{ids[0]}">{escape(title)}</title><desc id="{ids[1]}">{escape(description)}</desc>'
        return "\n".join([opening + ">" + head, *self.parts, "</svg>"])

    def _spectra(self) -> None:
        chart = self.chart
        self._heading("Tone: long-term spectrum, dB", [(key, curve.name) for key, curve in chart.spectra.items()])
        y = self._panel(chart.spectrum_limits, 0.27, "spectra")
        for key, curve in chart.spectra.items():
            self._line(key, curve, y, "spectra")
        self._frequencies()

    def _responses(self) -> None:
        chart = self.chart
        legend = [("total", chart.total.name)]
        if chart.bands:
            legend.append(("band", "each filter"))
        if chart.needed is not None:
            legend.append(("needed", chart.needed.name))
        self._heading("Filters: gain, dB", legend)
        y = self._panel(chart.response_limits, 0.27, "filters")
        zero = float(y(np.zeros(1))[0])
        for curve in chart.bands:
            self._area(curve, y, zero)
            self._line("band", curve, y, "filters")
        if chart.needed is not None:
            self._line("needed", chart.needed, y, "filters")
        self._line("total", chart.total, y, "filters")
        for number, at, db in chart.numbers:
            cx, cy = self._x(at), min(max(float(y(np.array([db]))[0]), self._top + 9), self._bottom - 9)
            self.parts.append(f'<circle class="disc" cx="{cx:.1f}" cy="{cy:.1f}" r="{0.65 * self.font:.1f}"/>')
            self._text(cx, cy + 0.35 * self.font, str(number), "middle", "strong")
        self._frequencies()

    def _compressors(self) -> None:
        self._heading("Compressors", [("", self.chart.strip)])
        height = self.font * 1.6
        for bar in self.chart.bars:
            top = self.y + bar.lane * (height + 4.0)
            left, right = self._x(bar.low), self._x(bar.high)
            size = f'width="{right - left:.1f}" height="{height:.1f}"'
            self.parts.append(
                f'<rect class="bar" x="{left:.1f}" y="{top:.1f}" {size} rx="3"/>'
                f'<path class="edge" d="M{left:.1f} {top + height:.1f}H{right:.1f}"/>'
            )
            self._text(self._x(bar.middle), top + 0.7 * height, bar.label, "middle", "strong")
        self.y += self.chart.lanes * (height + 4.0)

    def _heading(self, text: str, legend: list[tuple[str, str]]) -> None:
        """Write a panel's name and, beside or below it, what its lines mean."""
        self.y += self.font * 1.25
        self._text(0.0, self.y, text, "start", "heading")
        x = len(text) * self.font * (_CHARACTER + 0.04) + 14.0
        for name, said in legend:
            sample = 27.0 if name else 0.0
            needed = sample + 3.0 + len(said) * self.font * _CHARACTER
            if x + needed > self.width:
                x = 0.0
                self.y += self.font * _LINE
            if name:
                self.parts.append(f'<path class="{name}" d="M{x:.1f} {self.y - 0.32 * self.font:.1f}h22"/>')
            self._text(x + sample, self.y, said, "start")
            x += needed + 14.0
        self.y += self.font

    def _panel(self, limits: tuple[float, float], shape: float, name: str) -> Callable[[Array], Array]:
        """Draw an empty panel with its grid; return the map from dB to heights."""
        low, high = limits
        height = max(shape * self.width, 170.0)
        self._top, self._bottom = self.y, self.y + height
        self.parts.append(
            f'<clipPath id="{self.name}-{name}"><rect x="{_LEFT}" y="{self._top:.1f}" '
            f'width="{self.across:.1f}" height="{height:.1f}"/></clipPath>'
        )
        for tick in FREQUENCY_TICKS:
            self.parts.append(
                f'<path class="grid" d="M{self._x(float(place(tick))):.1f} {self._top:.1f}v{height:.1f}"/>'
            )
        for value in decibel_ticks(low, high):
            y = self._bottom - (value - low) / (high - low) * height
            kind = "zero" if value == 0 and name == "filters" else "grid"
            self.parts.append(f'<path class="{kind}" d="M{_LEFT} {y:.1f}h{self.across:.1f}"/>')
            shown = f"{value:+.0f}" if value and name == "filters" else f"{value:.0f}"
            self._text(_LEFT - 6.0, y + 0.35 * self.font, typeset(shown), "end")
        self.y = self._bottom
        bottom = self._bottom
        return lambda db: np.asarray(bottom - (np.clip(db, low - 99.0, high + 99.0) - low) / (high - low) * height)

    def _frequencies(self) -> None:
        self.y += self.font * 1.3
        last = list(FREQUENCY_TICKS)[-1]
        for tick, name in FREQUENCY_TICKS.items():
            if tick == last:
                self._text(self.width, self.y, "20 kHz" if self.width >= 600 else name, "end")
            else:
                self._text(self._x(float(place(tick))), self.y, name, "middle")
        self.y += 1.5 * self.font

    def _line(self, kind: str, curve: Curve, y: Callable[[Array], Array], panel: str) -> None:
        path = _path(_LEFT + curve.x * self.across, y(curve.db))
        self.parts.append(f'<path class="{kind}" clip-path="url(#{self.name}-{panel})" d="{path}"/>')

    def _area(self, curve: Curve, y: Callable[[Array], Array], zero: float) -> None:
        x, heights = _LEFT + curve.x * self.across, y(curve.db)
        path = "".join(
            f"M{x[run][0]:.1f} {zero:.1f}L{_points(x[run], heights[run])}L{x[run][-1]:.1f} {zero:.1f}Z"
            for run in _runs(np.isfinite(heights))
        )
        self.parts.append(f'<path class="fill" clip-path="url(#{self.name}-filters)" d="{path}"/>')

    def _x(self, at: float) -> float:
        return _LEFT + at * self.across

    def _text(self, x: float, y: float, text: str, anchor: str, kind: str = "") -> None:
        named = f' class="{kind}"' if kind else ""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{named}>{escape(text)}</text>')


_FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


def _points(x: Array, y: Array) -> str:
    return " ".join(f"{a:.1f} {b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))


def _path(x: Array, y: Array) -> str:
    """Return path data with a gap at each NaN."""
    return "".join(f"M{_points(x[run], y[run])}" for run in _runs(np.isfinite(y)))


def _runs(kept: NDArray[np.bool_]) -> Iterable[slice]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]]).astype(np.int8)))
    return (slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True))
