"""``tonewright evaluate``: the published protocols, on anyone's music."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tonewright.cli import options, output

app = typer.Typer(help="Evaluate controllers on a folder of music.", no_args_is_help=True)


@app.callback()
def _evaluate() -> None:
    pass


@app.command("match")
def match(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of whole recordings.", show_default=False)],
    systems: Annotated[
        list[str] | None,
        typer.Option(
            "--systems",
            metavar="NAME[,NAME...]",
            help="nothing, closed-form, match, or [label=]module:function.",
            show_default="closed-form,match",
        ),
    ] = None,
    draws: Annotated[int, typer.Option("--draws", min=1, help="Cases per work.")] = 3,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Judge only so many works.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Processes; the results do not depend on it.")] = 1,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of excerpts and hidden settings.")] = 0,
    target: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write everything as JSON.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Hide settings on one part of each work, let systems find them from another, and compare with the truth.

    Prints means and 95 % intervals over works, and paired tests between systems.
    """
    from tonewright.audio.places import refuse_place
    from tonewright.evaluation.match_benchmark import run
    from tonewright.evaluation.match_protocol import Protocol

    names = [name for each in systems or ["closed-form,match"] for name in each.split(",") if name]
    if target is not None:
        refuse_place(target, [])
    with output.progress() as progress:

        def judged(done: int, total: int, work: str) -> None:
            if progress is not None:
                progress(f"{done}/{total} {work}", done / total)

        report = run(folder, names, Protocol(draws=draws, seed=seed), limit=limit, jobs=jobs, progress=judged)
    if target is not None:
        report.write(target)
    output.notes(f"{work} is skipped: {reason}" for work, reason in report.skipped.items())
    if json:
        output.emit("evaluate match", report.to_dict())
        return
    from tonewright.evaluation.match_report import print_report

    print_report(report, output.console())
    if target is not None:
        output.tell(f"{target}")
