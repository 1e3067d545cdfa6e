"""Pairs of different songs as tables of text, for the terminal and for Markdown, and as lines for CSV."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tonewright.evaluation.pair_results import PairReport
from tonewright.evaluation.real_pairs import PAIR_METRICS
from tonewright.evaluation.systems import NOTHING
from tonewright.evaluation.tables import Table, interval, percent


def headline(report: PairReport) -> str:
    """Return one line: corpus, size, seed."""
    skipped = f"; {len(report.skipped)} works skipped" if report.skipped else ""
    pairs = f"{len(report.works)} works, {len(report.rows)} pairs, seed {report.protocol.seed}"
    return f"{report.corpus}: {pairs}; {report.protocol.excerpt_s:g} s of each{skipped}"


def tables(report: PairReport) -> list[Table]:
    """Return for each distance what every system reaches, then the tests between systems."""
    several = len(report.works) > 1
    return [distance(report, metric) for metric in PAIR_METRICS] + ([comparisons(report)] if several else [])


def distance(report: PairReport, metric: str) -> Table:
    """Return one distance to the reference: its mean, the ratio to doing nothing, and how many works came nearer."""
    about, tests = PAIR_METRICS[metric], report.tests(metric)
    rows = []
    for system, found in report.summaries[metric].items():
        refused = report.errors(system)
        name = system + (f" ({refused} refused)" if refused else "")
        test = tests.get((system, NOTHING))
        others = ("", "", "") if system == NOTHING else (
            interval(found.ratio), percent(found.nearer), "" if test is None else f"{test.p_holm:.2g}"
        )  # fmt: skip
        rows.append((name, interval(found.mean), *others))
    rows.append(("reference's work to itself", interval(report.scale(metric)), "", "", ""))
    caption = (
        f"{about.meaning} Means over works with 95 % intervals; p against {NOTHING}, Holm over all pairs tested. "
        "0 is not the aim: the music differs."
    )
    return Table(
        (f"{about.label}, {about.unit}", "to the reference", "of nothing's", "nearer", "p (Holm)"), rows, caption
    )


def comparisons(report: PairReport) -> Table:
    """Return the paired tests of every distance, those against doing nothing left out."""
    rows = [
        (PAIR_METRICS[metric].label, f"{first} - {second}", f"{test.median_difference:+.3f}", f"{test.p_holm:.2g}")
        for metric in PAIR_METRICS
        for (first, second), test in report.tests(metric).items()
        if second != NOTHING
    ]
    caption = "Paired Wilcoxon signed-rank tests on the works' means, two-sided, Holm-adjusted; negative: nearer."
    return Table(("distance", "systems", "median difference", "p (Holm)"), rows, caption)


def lines(report: PairReport) -> Iterable[list[Any]]:
    """Yield a heading and a line for every pair and system."""
    yield ["work", "reference", "draw", "starts_s", "system", *PAIR_METRICS, "seconds", "error"]
    for row in report.rows:
        starts = " ".join(f"{start:.3f}" for start in row.starts_s)
        head = [row.work, row.reference_work, row.draw, starts]
        yield [*head, "scale", *(repr(row.scale[name]) for name in PAIR_METRICS), "", ""]
        for system, scores in row.scores.items():
            values = [repr(scores.distances[name]) for name in PAIR_METRICS]
            yield [*head, system, *values, f"{scores.seconds:.4f}", scores.error]
