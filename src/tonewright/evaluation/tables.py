"""A benchmark's result as tables of text: one content for the terminal and for Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tonewright.evaluation.registry import METRICS
from tonewright.evaluation.results import DECIDING, Report
from tonewright.evaluation.systems import NOTHING
from tonewright.statistics import Comparison, Interval

#: How many lost works are named per system.
_NAMED = 5
#: Marks systems that were told the target.
ORACLE_MARK = "*"


@dataclass(frozen=True)
class Table:
    """Cells by rows, the first column's to the left, and a sentence below them."""

    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    caption: str


def headline(report: Report) -> str:
    """Return one line: corpus, size, seed, and what was asked otherwise than published."""
    works = f"{len(report.works)} works, {len(report.rows)} cases, seed {report.protocol.seed}"
    skipped = f"; {len(report.skipped)} works skipped" if report.skipped else ""
    published = type(report.protocol)()
    changed = [
        f"{name} {value}"
        for name, value in vars(report.protocol).items()
        if value != getattr(published, name) and name not in ("seed", "draws")
    ]
    return f"{report.corpus}: {works}{skipped}" + "".join(f"; {each}" for each in changed)


def overview(report: Report) -> Table:
    """Return one row per system: the deciding distance and its ratio to doing nothing, with intervals, and the time."""
    rows = []
    for system in report.systems:
        found = report.summary(system)
        own = system == NOTHING
        rows.append(
            (
                named(report, system) + (f" ({found.errors} refused)" if found.errors else ""),
                interval(found.mrstft),
                "" if own else interval(found.ratio),
                "" if own else percent(found.better),
                f"{found.seconds:.2f}",
            )
        )
    caption = (
        "Against the target at equal RMS; means over works with 95 % intervals (BCa bootstrap over works; Wilson)."
    )
    if report.oracles:
        caption += f" {ORACLE_MARK} was told the target: a bound, no competitor."
    return Table(("system", METRICS[DECIDING].label, "of nothing's", "works better", "seconds"), rows, caption)


def means(report: Report) -> Table:
    """Return the mean over works of every metric, one row per metric, one column per system."""
    rows = [
        (
            _heading(name),
            *(number(report.summary(system).metrics[name].mean.estimate, name) for system in report.systems),
        )
        for name in report.metrics
    ]
    higher = ", ".join(METRICS[name].label for name in report.metrics if METRICS[name].better == "higher")
    caption = "Means over works." + (f" Lower is better, except for {higher}." if higher else " Lower is better.")
    return Table(("metric", *(named(report, system) for system in report.systems)), rows, caption)


def metric_table(report: Report, metric: str) -> Table:
    """Return mean and median of one metric with intervals, and the test of each system against doing nothing."""
    tests = report.tests(metric) if len(report.works) > 1 else {}
    rows = []
    for system in report.systems:
        found = report.summary(system).metrics[metric]
        test = tests.get((system, NOTHING))
        p = "" if test is None else f"{test.p_holm:.2g}"
        rows.append((named(report, system), interval(found.mean), interval(found.median), p, str(found.works)))
    about = METRICS[metric]
    caption = f"{about.meaning} {about.better.capitalize()} is better. p against {NOTHING}, Holm over all pairs tested."
    return Table(("system", "mean", "median", "p (Holm)", "works"), rows, caption)


def comparisons(report: Report, metric: str = DECIDING) -> Table:
    """Return the paired tests by one metric."""
    rows = [(f"{first} - {second}", *_test(test)) for (first, second), test in report.tests(metric).items()]
    label = METRICS[metric].label
    caption = (
        f"Paired Wilcoxon signed-rank test on the works' mean {label}, two-sided, Holm-adjusted; negative: better."
    )
    return Table(("systems", "median difference", "p", "p (Holm)"), rows, caption)


def change_table(report: Report) -> Table | None:
    """Return how much each system changes good music; ``None`` where something was hidden."""
    rows = []
    for system in report.systems:
        change = report.change(system)
        if change is None:
            return None
        rows.append((named(report, system), interval(change.median_db), f"{max(change.bands_db):.2f}"))
    caption = (
        "Nothing was hidden: every change is damage. Median over works of the median |change| of a third-octave band."
    )
    return Table(("system", "change, dB", "most changed band, dB"), rows, caption)


def lost_works(report: Report) -> list[str]:
    """Return a sentence for each system that made works worse, with the worst ones."""
    sentences = []
    for system in report.systems:
        lost = report.summary(system).lost
        if lost and system != NOTHING:
            worst = ", ".join(f"{work.rsplit('/', 1)[-1]} ({ratio:.2f})" for work, ratio in list(lost.items())[:_NAMED])
            more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
            sentences.append(f"{system} made {len(lost)} of {len(report.works)} works worse: {worst}{more}")
    return sentences


def named(report: Report, system: str) -> str:
    """Return a system's name, marked if it was told the target."""
    return system + (f" {ORACLE_MARK}" if system in report.oracles else "")


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


def _bound(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 10 or not math.isfinite(value) else f"{value:.1f}"


def _heading(metric: str) -> str:
    about = METRICS[metric]
    return f"{about.label}, {about.unit}" if about.unit else about.label


def _test(test: Comparison) -> tuple[str, str, str]:
    return f"{test.median_difference:+.3f}", f"{test.p:.2g}", f"{test.p_holm:.2g}"
