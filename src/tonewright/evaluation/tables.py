"""Tables of text: one content for the terminal, for Markdown and for tests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tonewright.evaluation.registry import METRICS
from tonewright.statistics import Comparison, Interval

#: Marks systems that were told the answer.
ORACLE_MARK = "*"


@dataclass(frozen=True)
class Table:
    """Cells by rows, the first column's to the left, and a sentence below them."""

    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    caption: str


def named(system: str, oracles: Sequence[str]) -> str:
    """Return a system's name, marked if it was told the answer."""
    return system + (f" {ORACLE_MARK}" if system in oracles else "")


def interval(value: Interval) -> str:
    """Return an estimate with its bounds; a dash where there is none."""
    if not math.isfinite(value.estimate):
        return "-"
    digits = 3 if abs(value.estimate) < 10 else 1
    bounds = f" [{_bound(value.low)}, {_bound(value.high)}]"
    return f"{value.estimate:.{digits}f}{bounds}"


def percent(value: Interval) -> str:
    """Return a share with its bounds in per cent."""
    return f"{100 * value.estimate:.0f} % [{100 * value.low:.0f}, {100 * value.high:.0f}]"


def number(value: float, metric: str) -> str:
    """Return a metric's value with as many digits as its unit deserves; a dash where there is none."""
    if not math.isfinite(value):
        return "-"
    digits = {"dB": 2, "LU": 2, "MOS": 2, "Hz": 0}.get(METRICS[metric].unit, 3)
    return f"{value:.{digits}f}"


def tested(test: Comparison) -> tuple[str, str, str]:
    """Return a test's median difference, its p alone and its p corrected."""
    return f"{test.median_difference:+.3f}", f"{test.p:.2g}", f"{test.p_holm:.2g}"


def _bound(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 10 or not math.isfinite(value) else f"{value:.1f}"
