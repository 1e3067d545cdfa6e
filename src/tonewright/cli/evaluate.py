"""``tonewright evaluate``: the published protocols, on anyone's music."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

import typer

from tonewright.cli import options, output

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tonewright.evaluation.report import Report

app = typer.Typer(help="Evaluate controllers on a folder of music or on listening data.", no_args_is_help=True)

_CORRECTORS = (
    "nothing, average-spectrum, ridge, auto, auto-speech, oracle, oracle-eq, [label=]module:function, or "
    "[label=]FILE.safetensors."
)
_MATCHERS = (
    "nothing, ridge, closed-form, rule-based, match-without-network, match-with-descent, match, oracle, oracle-eq, "
    "[label=]module:function, or [label=]FILE.safetensors."
)
_MATCHED = "closed-form,match-without-network,match"

Target = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write everything as JSON.")]
ReportFolder = Annotated[
    Path | None, typer.Option("--report", metavar="FOLDER", help="Write tables, rows as CSV, and pictures.")
]


@app.callback()
def _evaluate() -> None:
    pass


def _on_music(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of whole recordings.", show_default=False)],
    systems: list[str] | None = None,
    excerpt_s: Annotated[float, typer.Option("--excerpt-s", min=1.0, help="Length of an excerpt in seconds.")] = 18.0,
    draws: Annotated[int, typer.Option("--draws", min=1, help="Cases per work.")] = 3,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Judge only so many works.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Processes; the results do not depend on it.")] = 1,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of excerpts and hidden settings.")] = 0,
    metrics: Annotated[
        str, typer.Option("--metrics", metavar="default|all|NAME[,NAME...]", help="What is computed beside MRSTFT.")
    ] = "default",
    per_segment: Annotated[
        bool,
        typer.Option(
            "--per-segment", help="Ask every system once per segment of 131072 samples, as the paper's networks."
        ),
    ] = False,
    target: Target = None,
    report: ReportFolder = None,
    json: options.Json = False,
    **own: Any,
) -> None:
    """Judge systems on a folder of music: what the verbs below share, options included; `own` is each one's own."""
    from tonewright.evaluation.benchmark import choose_metrics, run
    from tonewright.evaluation.entrants import segmented
    from tonewright.evaluation.tasks import TASKS

    task = TASKS[own.pop("task")]
    wanted = choose_metrics(metrics)
    names = _names(systems)
    if per_segment:
        names = [segmented(name) for name in (task.usual if names is None else names)]
    _ready(target, report)
    protocol = replace(task.protocol, draws=draws, seed=seed, excerpt_s=excerpt_s, **own)
    with output.progress() as progress:
        found = run(task, folder, names, protocol, metrics=wanted, limit=limit, jobs=jobs, progress=_judged(progress))
    _give(found, target, report, json=json)


def _verb(
    systems: str, usual: str, *, leave: Sequence[str] = (), **otherwise: Any
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a verb of a function whose options are fields of a protocol; the shared ones are added.

    Parameters
    ----------
    systems, usual
        Of the help: the names of systems, and those that are judged unless others are asked for.
    leave
        Shared options that the verb does not have.
    otherwise
        Shared options of which the default, or the annotation, is another one here.
    """
    named = typer.Option("--systems", metavar="NAME[,NAME...]", help=systems, show_default=usual)
    otherwise = {"systems": Annotated[list[str] | None, named], **otherwise}

    def registered(own: Callable[..., None]) -> Callable[..., None]:
        def verb(**given: Any) -> None:
            _on_music(task=own.__name__, **given)

        shared = [each for each in _parameters(_on_music) if each.name not in ("own", *leave)]
        for index, each in enumerate(shared):
            if each.name in otherwise:
                value = otherwise[each.name]
                plain = isinstance(value, int | float | str)
                shared[index] = each.replace(default=value) if plain else each.replace(annotation=value)
        first = [each for each in shared if each.name in ("folder", "systems")]
        parameters = [*first, *_parameters(own), *(each for each in shared if each not in first)]
        verb.__doc__ = own.__doc__
        verb.__annotations__ = {each.name: each.annotation for each in parameters}
        setattr(verb, "__signature__", inspect.Signature(parameters))  # noqa: B010
        return app.command(own.__name__)(verb)

    return registered


def _parameters(function: Callable[..., None]) -> list[inspect.Parameter]:
    hints = get_type_hints(function, include_extras=True)
    return [one.replace(annotation=hints[one.name]) for one in inspect.signature(function).parameters.values()]


@_verb(_CORRECTORS, "average-spectrum,ridge,auto")
def auto(
    degradation: Annotated[
        Literal["hidden", "none"],
        typer.Option(
            "--degradation", help="What spoils the input: hidden settings, or nothing (every change is damage)."
        ),
    ] = "hidden",
) -> None:
    """Spoil each work with hidden settings, let systems undo them unheard, and compare with the truth.

    Prints means and 95 % intervals over works, and paired tests between systems.
    """


@_verb(_MATCHERS, "closed-form,match")
def match(
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
) -> None:
    """Hide settings on one part of each work, let systems find them from another, and compare with the truth.

    Prints means and 95 % intervals over works, and paired tests between systems.
    """


@_verb(_MATCHERS, _MATCHED)
def style(
    preset: Annotated[
        Literal["both", "neutral", "broadcast"],
        typer.Option("--preset", help="Which of DeepAFx-ST's presets is put on the input."),
    ] = "both",
) -> None:
    """Make one part of each work neutral by a preset, with another part as it is for a reference: the paper's test.

    Prints means and 95 % intervals over works, and paired tests between systems.
    """


@_verb(
    _MATCHERS,
    _MATCHED,
    leave=("metrics",),
    draws=1,
    excerpt_s=Annotated[float, typer.Option("--excerpt-s", min=3.0, help="Length of an excerpt in seconds.")],
)
def pairs() -> None:
    """Match each work to another one, as users do, and say how much nearer to that song it came; there is no truth.

    Prints distances in spectrum, crest by band and loudness range with 95 % intervals over works, and paired tests.
    """


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
    from tonewright.evaluation.say_protocol import judge
    from tonewright.evaluation.say_rules import SayProtocol
    from tonewright.population.imports import load_population

    _ready(target, report, [] if "://" in data else [Path(data)])
    population = load_population(data, sha256)
    protocol = SayProtocol(folds=folds, seeds=seeds, first_seed=seed, draws=draws)
    with output.progress() as progress:
        found = judge(
            population, _names(systems), protocol, name=Path(data).stem, cache=cache, progress=_judged(progress)
        )
    _give(found, target, report, json=json)


@app.command("show")
def show(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="What evaluate wrote with -o.", show_default=False)
    ],
    report: ReportFolder = None,
) -> None:
    """Print the tables of results that were kept; intervals and tests are computed again from their rows.

    With --report each result gets a folder of its own below FOLDER, named like its file.
    """
    from tonewright.evaluation.reading import read_report
    from tonewright.files import make_folder

    if report is not None:
        make_folder(report)
    for path in files:
        _give(read_report(path), None, None if report is None else report / path.stem, json=False)


def _names(systems: list[str] | None) -> list[str] | None:
    return None if systems is None else [name for each in systems for name in each.split(",") if name]


def _ready(target: Path | None, report_folder: Path | None, inputs: Sequence[Path] = ()) -> None:
    """Refuse places that cannot be written to before anything is computed."""
    from tonewright.files import make_folder, refuse_place

    if target is not None:
        refuse_place(target, list(inputs))
    if report_folder is not None:
        make_folder(report_folder)


def _give(found: Report, target: Path | None, report_folder: Path | None, *, json: bool) -> None:
    """Write a result where it was asked for, and print it."""
    from tonewright.evaluation.folder import write_folder
    from tonewright.evaluation.printing import print_report

    if target is not None:
        found.write(target)
    if report_folder is not None:
        write_folder(found, report_folder)
    output.notes(f"{work} is skipped: {reason}" for work, reason in found.skipped.items())
    if json:
        output.emit(f"evaluate {found.benchmark}", found.to_dict())
        return
    print_report(found, output.console())
    for path in (target, report_folder):
        if path is not None:
            output.tell(f"{path}")


def _judged(progress: Callable[[str, float], None] | None) -> Callable[[int, int, str], None]:
    def judged(done: int, total: int, work: str) -> None:
        if progress is not None:
            progress(f"{done}/{total} {work}", done / total)

    return judged
