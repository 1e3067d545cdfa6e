"""``tonewright study``: listening experiments, from a file to results."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tonewright.cli import options, output, study_analysis

if TYPE_CHECKING:
    from tonewright.listening.checking import Checked
    from tonewright.listening.store.store import Store
    from tonewright.listening.study.reading import Opened

app = typer.Typer(help="Listening experiments: design, run in browsers, store, analyse.", no_args_is_help=True)

StudyFile = Annotated[Path, typer.Argument(metavar="STUDY", help="A study file, TOML or YAML.", show_default=False)]
Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        "-d",
        metavar="FILE|ADDRESS",
        help="An SQLite file, or postgresql://user@host/name.",
        show_default="STUDY.sqlite",
    ),
]
Cache = Annotated[
    Path | None,
    typer.Option("--stimuli", metavar="FOLDER", help="Where stimuli are kept.", show_default="STUDY.stimuli"),
]
Host = Annotated[str, typer.Option("--host", metavar="ADDRESS", help="0.0.0.0 for the whole local network.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")]
Certificate = Annotated[Path | None, typer.Option("--certificate", metavar="FILE", help="For https, in PEM.")]
Key = Annotated[Path | None, typer.Option("--key", metavar="FILE", help="Of the certificate, in PEM.")]
_DEFAULT_PORT = 8765

app.command("analyse")(study_analysis.analyse)
app.command("power")(study_analysis.power)
app.command("simulate")(study_analysis.simulate)


@app.callback()
def _study() -> None:
    pass


@app.command("new")
def new(
    kind: Annotated[
        str,
        typer.Argument(metavar="KIND", help="adjustment, rating, mushra, ab, abx or preference.", show_default=False),
    ],
    target: Annotated[
        Path | None, typer.Argument(metavar="STUDY", help="The file to write.", show_default="KIND.toml")
    ] = None,
    track: Annotated[Path | None, typer.Option("--track", metavar="FILE", help="A recording to begin with.")] = None,
) -> None:
    """Write a commented study file to begin with."""
    from tonewright.listening.beginning import write_template

    written = write_template(kind, target if target is not None else Path(f"{kind}.toml"), track)
    output.tell(f"{written}: a study of the kind {kind}; next: tonewright study check {written}")


@app.command("check")
def check(study: StudyFile, cache: Cache = None, json: options.Json = False) -> None:
    """Make and measure all stimuli, and print what a listener will do and how long it takes."""
    from tonewright.listening.checking import check as check_study

    opened = _opened(study)
    with output.progress() as progress:
        checked = check_study(opened, cache, progress)
    if json:
        output.emit("study check", {"study": study, "kind": opened.study.kind, **checked.to_dict()})
        return
    _print(opened, checked)


@app.command("serve")
def serve(
    study: StudyFile,
    database: Database = None,
    cache: Cache = None,
    host: Host = "127.0.0.1",
    port: Port = _DEFAULT_PORT,
    as_new: Annotated[
        bool, typer.Option("--as-new", help="Begin anew after a change, beside the answers that are there.")
    ] = False,
    certificate: Certificate = None,
    key: Key = None,
) -> None:
    """Run a study until it is stopped; every answer is on the disk before the page says so."""
    _serve(study, database, cache, host, port, as_new, certificate, key)


@app.command("preview")
def preview(
    study: StudyFile,
    cache: Cache = None,
    host: Host = "127.0.0.1",
    port: Port = _DEFAULT_PORT,
    certificate: Certificate = None,
    key: Key = None,
) -> None:
    """Run a study to look at it: everything as in serve, and nothing is kept."""
    with tempfile.TemporaryDirectory() as folder:
        _serve(study, str(Path(folder) / "preview.sqlite"), cache, host, port, False, certificate, key)


@app.command("status")
def status(study: StudyFile, database: Database = None, json: options.Json = False) -> None:
    """Say how many listeners began, finished and stopped, and when the last answer came."""
    from tonewright.listening.exporting.status import status_of

    opened = _opened(study)
    with _store(study, database) as store:
        found = status_of(store, opened)
    if json:
        output.emit("study status", found)
        return
    for each in found["editions"]:
        this = " (this file)" if each["hash"] == found["hash"] else ""
        output.tell(f"{each['name']} {each['hash'][:12]}{this}: {each['began']} began, {each['finished']} finished.")
        for person in each["listeners"]:
            output.tell(f"  {person['pseudonym']}: {person['answered']} of {person['pages']} pages")


@app.command("export")
def export(
    study: StudyFile,
    target: Annotated[Path, typer.Option("--output", "-o", metavar="PATH", help="A file, or a folder for csv.")],
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="results, csv, webmushra, parquet or json.")
    ] = "results",
    population: Annotated[
        bool, typer.Option("--population", help="Listening data for tonewright train and evaluate say.")
    ] = False,
    edition: Annotated[
        str | None, typer.Option("--hash", metavar="HASH", help="Of which version of the study.", show_default="this")
    ] = None,
    database: Database = None,
) -> None:
    """Write the answers: results for analyse, tables with a dictionary of their columns, or a population."""
    from tonewright.listening.exporting.writing import export_to

    opened = _opened(study)
    with _store(study, database) as store:
        for path in export_to(store, opened, target, "population" if population else form, edition):
            output.tell(str(path))


@app.command("import")
def import_past(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="CSV of past choices or ratings.", show_default=False)],
    target: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")],
) -> None:
    """Read past listening data: choices become a population, webMUSHRA's ratings become results."""
    from tonewright.listening.importing import import_file

    output.tell(import_file(source, target))


@app.command("delete")
def delete(
    study: StudyFile,
    listener: Annotated[str, typer.Argument(metavar="LISTENER", help="Pseudonym, such as L007-k3f9x.")],
    database: Database = None,
) -> None:
    """Remove a listener and everything stored of them, for good."""
    with _store(study, database) as store:
        count = store.delete(listener)
    output.tell(f"{listener}: deleted, with {count} events")


def _serve(
    study: Path,
    database: str | None,
    cache: Path | None,
    host: str,
    port: int,
    as_new: bool,
    certificate: Path | None,
    key: Path | None,
) -> None:
    _need()
    from tonewright.listening.checking import check as check_study
    from tonewright.listening.server.material import make_material
    from tonewright.listening.server.running import run_server

    if (certificate is None) != (key is None):
        raise typer.BadParameter("a certificate and its key go together", param_hint="--certificate")
    opened = _opened(study)
    with output.progress() as progress:
        checked = check_study(opened, cache, progress)
        material = make_material(opened, cache)
    output.notes(checked.notes)
    with _store(study, database, create=True) as store:
        hashes = {"|".join(each.key): each.sha256 for each in material.stimuli.values()}
        store.open_edition(opened.study.model_dump(mode="json"), material.hash, hashes, as_new=as_new)

        def ready(addresses: list[str]) -> None:
            for address in addresses:
                output.say(f"{opened.study.name} is open at {address}")
            output.say("Stop it with Ctrl-C; listeners go on where they were when it runs again.")

        run_server(material, store, host=host, port=port, certificate=certificate, key=key, ready=ready)


def _opened(path: Path) -> Opened:
    from tonewright.listening.study.reading import open_study

    return open_study(path)


@contextmanager
def _store(study: Path, database: str | None, *, create: bool = False) -> Iterator[Store]:
    _need()
    from tonewright.listening.store.store import Store

    with Store(database if database is not None else study.with_suffix(".sqlite"), create=create) as store:
        yield store


def _need() -> None:
    """Say how to install what studies need, if it is not there."""
    from importlib.util import find_spec

    from tonewright.errors import MissingExtraError

    missing = [name for name in ("fastapi", "uvicorn", "sqlalchemy") if find_spec(name) is None]
    if missing:
        raise MissingExtraError(f"Studies need {' and '.join(missing)}: pip install 'tonewright[study]'.")


def _print(opened: Opened, checked: Checked) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, padding=(0, 1))
    for head in ("track", "system", "request"):
        table.add_column(head)
    for head in ("seconds", "LUFS", "dBTP", "gain dB"):
        table.add_column(head, justify="right")
    for each in checked.stimuli:
        numbers: tuple[Any, ...] = (each.duration_s, each.loudness_lufs, each.true_peak_dbtp, each.gain_db)
        table.add_row(*each.key, *(f"{number:.1f}" for number in numbers))
    output.console().print(table)
    data = checked.to_dict()
    output.tell(f"{opened.study.name}: {opened.study.kind}, {checked.hash}")
    output.tell(
        f"Each listener: {data['training']} practice pages, {data['trials']} trials ({data['retests']} retests, "
        f"{data['catches']} catch trials), about {max(1, round(checked.minutes))} minutes."
    )
    moving = " while the control moves" if opened.study.kind == "adjustment" else ""
    output.tell(
        f"Loudness is equal within {checked.worst_lu:.2f} LU{moving}; the highest true peak is "
        f"{checked.peak_dbtp:.1f} dBTP."
    )
    output.notes(checked.notes)
