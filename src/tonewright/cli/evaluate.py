"""``tonewright evaluate``: the published protocols, on anyone's music."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tonewright.cli import options, output

if TYPE_CHECKING:
    from collections.abc import Callable

    from tonewright.evaluation.protocol import Protocol

app = typer.Typer(help="Evaluate controllers on a folder of music or on listening data.", no_args_is_help=True)

_CORRECTORS = (
    "nothing, average-spectrum, ridge, auto, auto-speech, oracle, oracle-eq, [label=]module:function, or "
    "[label=]FILE.safetensors."
)
_MATCHERS = (
    "nothing, ridge, closed-form, rule-based, match-without-network, match-with-descent, match, oracle, oracle-eq, "
    "[label=]module:function, or [label=]FILE.safetensors."
)

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
PerSegment = Annotated[
    bool,
    typer.Option("--per-segment", help="Ask every system once per segment of 131072 samples, as the paper's networks."),
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
            help=_CORRECTORS,
            show_default="average-spectrum,ridge,auto",
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
    per_segment: PerSegment = False,
    target: Target = None,
    report: ReportFolder = None,
    json: options.Json = False,
) -> None:
    """Spoil each work with hidden settings, let systems undo them unheard, and compare with the truth.

    Prints means and 95 % intervals over works, and paired tests between systems.
    """
    from tonewright.evaluation.auto_protocol import AutoProtocol

    protocol = AutoProtocol(draws=draws, seed=seed, excerpt_s=excerpt_s, degradation=degradation)
    _judge("auto", folder, systems, protocol, limit, jobs, metrics, target, report, per_segment=per_segment, json=json)


@app.command("match")
def match(
    folder: Folder,
    systems: Annotated[
        list[str] | None,
        typer.Option(
            "--systems",
            metavar="NAME[,NAME...]",
            help=_MATCHERS,
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
    per_segment: PerSegment = False,
    target: Target = None,
    report: ReportFolder = None,
    json: options.Json = False,
) -> None:
    """Hide settings on one part of each work, let systems find them from another, and compare with the truth.

    Prints means and 95 % intervals over works, and paired tests between systems.
    """
    from tonewright.evaluation.match_protocol import MatchProtocol

    protocol = MatchProtocol(draws=draws, seed=seed, excerpt_s=excerpt_s, reference_s=reference_s, parts=parts)
    _judge("match", folder, systems, protocol, limit, jobs, metrics, target, report, per_segment=per_segment, json=json)


@app.command("style")
def style(
    folder: Folder,
    systems: Annotated[
        list[str] | None,
        typer.Option(
            "--systems",
            metavar="NAME[,NAME...]",
            help=_MATCHERS,
            show_default="closed-form,match-without-network,match",
        ),
    ] = None,
    preset: Annotated[
        Literal["both", "neutral", "broadcast"],
        typer.Option("--preset", help="Which of DeepAFx-ST's presets is put on the input."),
    ] = "both",
    excerpt_s: Seconds = 18.0,
    draws: Draws = 3,
    limit: Limit = None,
    jobs: Jobs = 1,
    seed: Seed = 0,
    metrics: Metrics = "default",
    per_segment: PerSegment = False,
    target: Target = None,
    report: ReportFolder = None,
    json: options.Json = False,
) -> None:
    """Make one part of each work neutral by a preset, with another part as it is for a reference: the paper's test.

    Prints means and 95 % intervals over works, and paired tests between systems.
    """
    from tonewright.evaluation.style_protocol import StyleProtocol

    protocol = StyleProtocol(draws=draws, seed=seed, excerpt_s=excerpt_s, preset=preset)
    _judge("style", folder, systems, protocol, limit, jobs, metrics, target, report, per_segment=per_segment, json=json)


@app.command("pairs")
def pairs(
    folder: Folder,
    systems: Annotated[
        list[str] | None,
        typer.Option(
            "--systems",
            metavar="NAME[,NAME...]",
            help=_MATCHERS,
            show_default="closed-form,match-without-network,match",
        ),
    ] = None,
    excerpt_s: Annotated[float, typer.Option("--excerpt-s", min=3.0, help="Length of an excerpt in seconds.")] = 18.0,
    draws: Draws = 1,
    limit: Limit = None,
    jobs: Jobs = 1,
    seed: Seed = 0,
    per_segment: PerSegment = False,
    target: Target = None,
    report: ReportFolder = None,
    json: options.Json = False,
) -> None:
    """Match each work to another one, as users do, and say how much nearer to that song it came; there is no truth.

    Prints distances in spectrum, crest by band and loudness range with 95 % intervals over works, and paired tests.
    """
    from tonewright.evaluation.pair_benchmark import run_pairs
    from tonewright.evaluation.printing import print_pairs
    from tonewright.evaluation.protocol import Protocol

    _ready(target, report)
    with output.progress() as progress:
        found = run_pairs(
            folder,
            _names(systems, "pairs", per_segment=per_segment),
            Protocol(draws=draws, seed=seed, excerpt_s=excerpt_s),
            limit=limit,
            jobs=jobs,
            progress=_judged(progress),
        )
    if target is not None:
        found.write(target)
    if report is not None:
        from tonewright.evaluation.folder import write_pairs

        write_pairs(found, report)
    output.notes(f"{work} is skipped: {reason}" for work, reason in found.skipped.items())
    if json:
        output.emit("evaluate pairs", found.to_dict())
        return
    print_pairs(found, output.console())
    for path in (target, report):
        if path is not None:
            output.tell(f"{path}")


@app.command("say")
def say(
    data: Annotated[
        str, typer.Argument(metavar="DATA", help="Listening data: a file or an https address.", show_default=False)
    ],
    systems: Annotated[
        list[str] | None,
        typer.Option(
            "--systems",
            metavar="NAME[,NAME...]",
            help="uniform, flat, clear, dark, podcast, prompt-blind, nearest-prompts, kernel-ridge (both also with "
            "-minilm), oracle-mean, retest, or [label=]module:attribute.",
            show_default="all that can run",
        ),
    ] = None,
    folds: Annotated[int, typer.Option("--folds", min=2, help="Parts into which the prompts are dealt.")] = 5,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="How often, each with other folds and draws.")] = 1,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The first seed.")] = 0,
    draws: Annotated[int, typer.Option("--draws", min=1, help="Clouds drawn per item.")] = 50,
    sha256: Annotated[
        str | None, typer.Option("--sha256", metavar="HEX", help="What the data must hash to.", show_default=False)
    ] = None,
    cache: Annotated[
        Path | None, typer.Option("--cache", metavar="FOLDER", help="Keep predictions there, to go on after a stop.")
    ] = None,
    target: Target = None,
    report: ReportFolder = None,
    json: options.Json = False,
) -> None:
    """Let systems predict what people choose for prompts they did not learn from, and compare with the people.

    Prints skill against answers that ignore the prompt, distances, and paired tests between systems.
    """
    from tonewright.audio.places import refuse_place
    from tonewright.evaluation.say_protocol import judge
    from tonewright.evaluation.say_rules import SayProtocol
    from tonewright.evaluation.say_tables import print_say, write_say_folder
    from tonewright.population.imports import load_population
    from tonewright.reporting.files import make_folder

    names = None if systems is None else [name for each in systems for name in each.split(",") if name]
    if target is not None:
        refuse_place(target, [] if "://" in data else [Path(data)])
    if report is not None:
        make_folder(report)
    population = load_population(data, sha256)
    protocol = SayProtocol(folds=folds, seeds=seeds, first_seed=seed, draws=draws)
    with output.progress() as progress:

        def judged(done: int, total: int, system: str) -> None:
            if progress is not None:
                progress(f"{done}/{total} {system}", done / total)

        found = judge(population, names, protocol, name=Path(data).stem, cache=cache, progress=judged)
    if target is not None:
        found.write(target)
    if report is not None:
        write_say_folder(found, report)
    if json:
        output.emit("evaluate say", found.to_dict())
        return
    print_say(found, output.console())
    for path in (target, report):
        if path is not None:
            output.tell(f"{path}")


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
    per_segment: bool,
    json: bool,
) -> None:
    from tonewright.evaluation.benchmark import choose_metrics, run
    from tonewright.evaluation.tasks import TASKS

    names = _names(systems, task, per_segment=per_segment)
    wanted = choose_metrics(metrics)
    _ready(target, report_folder)
    with output.progress() as progress:
        report = run(
            TASKS[task], folder, names, protocol, metrics=wanted, limit=limit, jobs=jobs, progress=_judged(progress)
        )
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


def _names(systems: list[str] | None, task: str, *, per_segment: bool) -> list[str] | None:
    """Return the systems asked for, each once per segment if so asked; ``None`` for the usual ones as they are."""
    from tonewright.evaluation.entrants import segmented
    from tonewright.evaluation.pair_benchmark import USUAL
    from tonewright.evaluation.tasks import TASKS

    names = None if systems is None else [name for each in systems for name in each.split(",") if name]
    if not per_segment:
        return names
    usual = USUAL if task == "pairs" else TASKS[task].usual
    return [segmented(name) for name in (usual if names is None else names)]


def _ready(target: Path | None, report_folder: Path | None) -> None:
    """Refuse places that cannot be written to before anything is computed."""
    from tonewright.audio.places import refuse_place
    from tonewright.reporting.files import make_folder

    if target is not None:
        refuse_place(target, [])
    if report_folder is not None:
        make_folder(report_folder)


def _judged(progress: Callable[[str, float], None] | None) -> Callable[[int, int, str], None]:
    def judged(done: int, total: int, work: str) -> None:
        if progress is not None:
            progress(f"{done}/{total} {work}", done / total)

    return judged
