"""The match benchmark's result as a table to read."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from tonewright.evaluation.match_benchmark import MatchReport
from tonewright.evaluation.statistics import Interval
from tonewright.evaluation.systems import NOTHING

#: How many lost works are named per system.
_NAMED = 5


def print_report(report: MatchReport, console: Console | None = None) -> None:
    """Print systems with intervals over works, the paired tests, and the works that were made worse."""
    console = console or Console()
    works, cases = len(report.works), len(report.rows)
    console.print(
        f"[bold]match[/bold] on {report.corpus}: {works} works, {cases} cases, seed {report.protocol.seed}"
        + (f"; {len(report.skipped)} works skipped" if report.skipped else "")
    )
    console.print(_systems(report))
    if works > 1:
        console.print(_tests(report))
    for system in report.systems:
        lost = report.summary(system).lost
        if lost and system != NOTHING:
            named = ", ".join(f"{work.rsplit('/', 1)[-1]} ({ratio:.2f})" for work, ratio in list(lost.items())[:_NAMED])
            more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
            console.print(f"{system} made {len(lost)} of {works} works worse: {named}{more}", highlight=False)


def _systems(report: MatchReport) -> Table:
    table = Table(
        caption="Against the target at equal RMS; means over works with 95 % intervals (BCa bootstrap over works, "
        "shares: Wilson). LSD, crest error and SI-SDR in dB."
    )
    table.add_column("system")
    headings = ("MRSTFT", "of nothing's", "works better", "LSD", "crest", "SI-SDR", "seconds")
    for heading in headings:
        table.add_column(heading, justify="right")
    for system in report.systems:
        found = report.summary(system)
        table.add_row(
            system + (f" ({found.errors} refused)" if found.errors else ""),
            _interval(found.mrstft),
            "" if system == NOTHING else _interval(found.ratio),
            "" if system == NOTHING else _interval(found.better, percent=True),
            f"{found.lsd_db:.2f}",
            f"{found.crest_db:.2f}",
            f"{found.si_sdr_db:.1f}",
            f"{found.seconds:.2f}",
        )
    return table


def _tests(report: MatchReport) -> Table:
    table = Table(caption="Paired Wilcoxon signed-rank test on the works' mean MRSTFT, two-sided, Holm-adjusted.")
    table.add_column("systems")
    for heading in ("median difference", "p", "p (Holm)"):
        table.add_column(heading, justify="right")
    for (first, second), test in report.tests().items():
        table.add_row(f"{first} - {second}", f"{test.median_difference:+.3f}", f"{test.p:.2g}", f"{test.p_holm:.2g}")
    return table


def _interval(value: Interval, *, percent: bool = False) -> str:
    if percent:
        return f"{100 * value.estimate:.0f} % [{100 * value.low:.0f}, {100 * value.high:.0f}]"
    return f"{value.estimate:.3f} [{value.low:.2f}, {value.high:.2f}]"
