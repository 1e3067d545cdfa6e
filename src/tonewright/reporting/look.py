"""Colours and dashes of the charts: told apart in print, in grey and by colour-blind eyes (Okabe and Ito's set)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """Colour (light theme, dark theme), width and dashes (in multiples of the width) of one kind of line."""

    light: str
    dark: str
    width: float
    dashes: tuple[float, ...] = ()


LINES = {
    "input": Line("#6b7280", "#9aa4b2", 1.6, (1.0, 1.4)),
    "reference": Line("#c2510a", "#f0944a", 1.8, (4.5, 1.8)),
    "output": Line("#0068a8", "#5ab4ec", 2.2),
    "total": Line("#14171b", "#f2f4f6", 2.8),
    "band": Line("#007a5a", "#35c79b", 1.0),
    "needed": Line("#c2510a", "#f0944a", 1.5, (1.0, 1.8)),
}
#: Light theme, dark theme.
COLOURS = {
    "paper": ("#ffffff", "#15181c"),
    "ink": ("#14171b", "#eceef1"),
    "muted": ("#58616d", "#a6afbb"),
    "grid": ("#e4e7eb", "#2c3238"),
    "axis": ("#9aa2ad", "#667080"),
    "bar": ("#ecdce7", "#4a3344"),
    "edge": ("#a8497f", "#d88fb9"),
}
BAND_FILL = 0.14


def variables(*, dark: bool) -> str:
    """Return the colours as declarations of CSS variables."""
    theme = int(dark)
    lines = {name: (line.light, line.dark)[theme] for name, line in LINES.items()}
    return " ".join(
        f"--{name}: {value};" for name, value in {**lines, **{k: v[theme] for k, v in COLOURS.items()}}.items()
    )


def chart_style() -> str:
    """Return the CSS that draws the classes of :mod:`tonewright.reporting.drawing`."""
    rules = []
    for name, line in LINES.items():
        dashes = (
            f" stroke-dasharray: {' '.join(f'{each * line.width:g}' for each in line.dashes)};" if line.dashes else ""
        )
        rules.append(f".{name} {{ fill: none; stroke: var(--{name}); stroke-width: {line.width}px;{dashes} }}")
    return "\n".join(
        [
            *rules,
            f".fill {{ fill: var(--band); fill-opacity: {BAND_FILL}; stroke: none; }}",
            ".grid { stroke: var(--grid); stroke-width: 1px; }",
            ".zero { stroke: var(--axis); stroke-width: 1.2px; }",
            ".bar { fill: var(--bar); } .edge { stroke: var(--edge); stroke-width: 2px; }",
            ".chart text { fill: var(--muted); } .chart .strong { fill: var(--ink); }",
            ".chart .heading { fill: var(--ink); font-weight: 600; }",
            ".chart .disc { fill: var(--paper); stroke: var(--band); stroke-width: 1px; }",
        ]
    )
