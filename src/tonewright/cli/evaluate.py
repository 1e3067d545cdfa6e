"""``tonewright evaluate``: the published protocols, on anyone's music."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tonewright.cli import options, output

if TYPE_CHECKING:
    from tonewright.evaluation.protocol import Protocol

app = typer.Typer(help="Evaluate controllers on a folder of music.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of whole recordings.", show_default=False)]
Draws = Annotated[int, typer.Option("--draws", min=1, help="Cases per work.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Judge only so many works.")]
Jobs = Annotated[int, typer.Option("--jobs", min=1, help="Processes; the results do not depend on it.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of excerpts and hidden settings.")]
Seconds = Annotated[float, typer.Option("--excerpt-s", min=1.0, help="Length of an excerpt in seconds.")]
Metrics = Annotated[
    str, typer.Option("--metrics", metavar="default|all|NAME[,NAME...]", help="What is computed beside MRSTFT.")
]
Target = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write everything as JSON.")]
ReportFolder = Annotated[
    Path | None, typer.Option("--report", metavar="FOLDER", help="Write tables, rows as CSV, and pictures.")
]


@app.callback()
def _evaluate() -> None:
    pass


@app.command("auto")
def auto(
    folder: Folder,
    systems: Annotated[
        list[str] | None,
        typer.Option(
            "--systems",
            metavar="NAME[,NAME...]",
            help="nothing, average-spectrum, ridge, oracle, oracle-eq, or [label=]module:function.",
            show_default="average-spectrum,ridge",
        ),
    ] = None,
    degradation: Annotated[
        Literal["hidden", "none"],
        typer.Option(
            "--degradation", help="What spoils the input: hidden settings, or nothing (every change is damage)."
        ),
    ] = "hidden",
    excerpt_s: Seconds = 18.0,
    draws: Draws = 3,
    limit: Limit = None,
    jobs: Jobs = 1,
    seed: Seed = 0,
    metrics: Metrics = "default",
    target: Target = None,
    report: ReportFolder = None,
    json: options.Json = False,
) -> None:
    """Spoil each work with hidden settings, let systems undo them unheard, and compare with the truth.

    Prints means and 95 % intervals over works, and paired tests between systems.
    """
    from tonewright.evaluation.auto_protocol import AutoProtocol

    protocol = AutoProtocol(draws=draws, seed=seed, excerpt_s=excerpt_s, degradation=degradation)
    _judge("auto", folder, systems, protocol, limit, jobs, metrics, target, report, json=json)


@app.command("match")
def match(
    folder: Folder,
    systems: Annotated[
        list[str] | None,
        typer.Option(
            "--systems",
            metavar="NAME[,NAME...]",
            help="nothing, ridge, closed-form, rule-based, match, oracle, oracle-eq, or [label=]module:function.",
            show_default="closed-form,match",
        ),
    ] = None,
    excerpt_s: Seconds = 18.0,
    reference_s: Annotated[
        float | None,
        typer.Option(
            "--reference-s", min=1.0, help="Length of the reference in seconds.", show_default="the excerpt's"
        ),
    ] = None,
    parts: Annotated[
        Literal["any", "near"],
        typer.Option("--parts", help="The two excerpts: anywhere, or one directly after the other."),
    ] = "any",
    draws: Draws = 3,
    limit: Limit = None,
    jobs: Jobs = 1,
    seed: Seed = 0,
    metrics: Metrics = "default",
    target: Target = None,
    report: ReportFolder = None,
    json: options.Json = False,
) -> None:
    """Hide settings on one part of each work, let systems find them from another, and compare with the truth.

    Prints means and 95 % intervals over works, and paired tests between systems.
    """
    from tonewright.evaluation.match_protocol import MatchProtocol

    protocol = MatchProtocol(draws=draws, seed=seed, excerpt_s=excerpt_s, reference_s=reference_s, parts=parts)
    _judge("match", folder, systems, protocol, limit, jobs, metrics, target, report, json=json)


def _judge(
    task: str,
    folder: Path,
    systems: list[str] | None,
    protocol: Protocol,
    limit: int | None,
    jobs: int,
    metrics: str,
    target: Path | None,
    report_folder: Path | None,
    *,
    json: bool,
) -> None:
    from tonewright.audio.places import refuse_place
    from tonewright.evaluation.benchmark import choose_metrics, run
    from tonewright.evaluation.tasks import TASKS
    from tonewright.reporting.files import make_folder

    names = None if systems is None else [name for each in systems for name in each.split(",") if name]
    wanted = choose_metrics(metrics)
    if target is not None:
        refuse_place(target, [])
    if report_folder is not None:
        make_folder(report_folder)
    with output.progress() as progress:

        def judged(done: int, total: int, work: str) -> None:
            if progress is not None:
                progress(f"{done}/{total} {work}", done / total)

        report = run(TASKS[task], folder, names, protocol, metrics=wanted, limit=limit, jobs=jobs, progress=judged)
    if target is not None:
        report.write(target)
    if report_folder is not None:
        from tonewright.evaluation.folder import write_folder

        write_folder(report, report_folder)
    output.notes(f"{work} is skipped: {reason}" for work, reason in report.skipped.items())
    if json:
        output.emit(f"evaluate {task}", report.to_dict())
        return
    from tonewright.evaluation.printing import print_report

    print_report(report, output.console())
    for path in (target, report_folder):
        if path is not None:
            output.tell(f"{path}")
