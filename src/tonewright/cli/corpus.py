"""``tonewright corpus``: stores of recordings for training and tests, built once, checked, and written out again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tonewright.cli import options, output

if TYPE_CHECKING:
    from tonewright.training.corpus.checking import Checked

app = typer.Typer(help="Build, check and export corpora for training and tests.", no_args_is_help=True)


@app.callback()
def _corpus() -> None:
    pass


@app.command("build")
def build(
    config: Annotated[
        str,
        typer.Argument(metavar="CONFIG", help="A TOML file, or one of ours: corpus-music.", show_default=False),
    ],
    target: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="The store.", show_default="what CONFIG says"),
    ] = None,
    root: Annotated[
        Path, typer.Option("--root", metavar="FOLDER", help="What the paths in CONFIG are relative to.")
    ] = Path(),
    json: options.Json = False,
) -> None:
    """Decode folders, packages or MUSDB18 once, to a store split by producer; a finished store is used again."""
    from tonewright.training.corpus.checking import check
    from tonewright.training.corpus.config import find_config, read_config
    from tonewright.training.corpus.store import Corpus

    settings = read_config(find_config(config))
    folder = target if target is not None else root / settings.store
    with output.progress() as progress:
        built = Corpus.build(settings, folder, root=root, progress=progress)
    checked = check([folder])
    if json:
        output.emit("corpus build", {**vars(built), **_data(checked)})
        return
    for names, why in (
        (built.dropped, "share content, a title or a producer with another split"),
        (built.skipped, "are too short, silent or unreadable"),
    ):
        if names:
            output.notes([f"{len(names)} works {why} and are left out, such as {names[0]}."])
    _print(checked)
    output.tell(f"{folder}: {'unchanged' if built.reused else 'built'}.")


@app.command("check")
def check(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Stores.", show_default=False)],
    json: options.Json = False,
) -> None:
    """Count what stores hold, and refuse them if their splits share content, a work or a producer."""
    from tonewright.training.corpus import checking
    from tonewright.training.corpus.leaks import refuse_leaks

    checked = checking.check(folders)
    refuse_leaks(checked.leaks, ", ".join(str(folder) for folder in folders))
    if json:
        output.emit("corpus check", _data(checked))
        return
    _print(checked)
    output.tell("No content, work or producer is in two splits.")


@app.command("export")
def export(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="A store.", show_default=False)],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder.", show_default=False)],
    split: Annotated[
        Literal["train", "validation", "test"] | None,
        typer.Option("--split", help="Only works of this split.", show_default="all"),
    ] = None,
    profile: Annotated[
        Literal["music", "speech"] | None, typer.Option("--profile", help="Only such works.", show_default="all")
    ] = None,
    json: options.Json = False,
) -> None:
    """Write works of a store as recordings again, FLAC, for evaluate and for ears."""
    from tonewright.training.corpus import exporting
    from tonewright.training.corpus.store import Corpus

    corpus = Corpus.open(store)
    with output.progress() as progress:
        paths = exporting.export(corpus, folder, split=split, profile=profile, progress=progress)
    if json:
        output.emit("corpus export", {"folder": folder, "files": paths})
        return
    output.tell(f"{folder}: {len(paths)} works.")


def _data(checked: Checked) -> dict[str, object]:
    return {
        "amounts": [vars(amount) for amount in checked.amounts],
        "leaks": [leak._asdict() for leak in checked.leaks],
    }


def _print(checked: Checked) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, padding=(0, 1))
    for head in ("store", "split", "profile"):
        table.add_column(head)
    for head in ("works", "producers", "minutes", "loud"):
        table.add_column(head, justify="right")
    for each in checked.amounts:
        table.add_row(
            str(each.store),
            each.split,
            each.profile,
            str(each.works),
            str(each.producers),
            f"{each.minutes:.1f}",
            f"{100.0 * each.loud:.1f} %",
        )
    output.console().print(table)
