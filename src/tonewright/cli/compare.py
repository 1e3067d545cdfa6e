"""``tonewright compare``: recordings, or settings, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tonewright.cli import options, output

if TYPE_CHECKING:
    from tonewright.evaluation.side_by_side import Comparison, SettingsComparison

_SETTINGS = ".json"


def compare(
    files: Annotated[
        list[Path], typer.Argument(metavar="A B...", help="Sound files, or settings files.", show_default=False)
    ],
    reference: Annotated[
        Path | None,
        typer.Option("--reference", metavar="REF", help="Compare with this one, and say which is nearest to it."),
    ] = None,
    copies: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write equally loud copies for listening into a folder."),
    ] = None,
    ceiling: options.Ceiling = "-1",
    report: options.Report = None,
    json: options.Json = False,
) -> None:
    """Put recordings side by side at equal loudness: level, true peak, range, crest, tone, dynamics band by band.

    All are compared with the first, or with the reference. Settings files (.json) are compared by the response of their
    filters and by their compressors.
    """
    highest = options.ceiling(ceiling)
    everything = files if reference is None else [reference, *files]
    _check(everything, copies, report)
    from tonewright.evaluation.side_by_side import compare_recordings, compare_settings

    if everything[0].suffix.lower() == _SETTINGS:
        found: Comparison | SettingsComparison = compare_settings(everything)
        written: list[dict[str, Any]] = []
    else:
        with output.progress() as progress:
            found = compare_recordings(files, reference, progress)
            made = [] if copies is None else found.write_copies(copies, ceiling_db=highest, progress=progress)
        written = [{"file": one.path, "gain_db": one.gain_db} for one in made]
    pages = [] if report is None else found.write_report(report)
    if json:
        output.emit("compare", {**found.to_dict(), "copies": written, "report": pages})
        return
    _print(found)
    for one in written:
        output.tell(f"copy    {one['file']} ({one['gain_db']:+.1f} dB)")
    for page in pages:
        output.tell(f"report  {page}")


def _check(files: list[Path], copies: Path | None, report: Path | None) -> None:
    """Refuse what makes no sense before anything is heard."""
    from tonewright.errors import OutputError

    if len(files) < 2:
        raise typer.BadParameter("name two files or more, or one and a --reference.", param_hint="A B...")
    kinds = {path.suffix.lower() == _SETTINGS for path in files}
    if len(kinds) > 1:
        raise typer.BadParameter(
            "recordings and settings files cannot be compared with each other.", param_hint="A B..."
        )
    if True in kinds and copies is not None:
        raise typer.BadParameter("settings files have no sound to copy; render them first.", param_hint="--output")
    for folder in (copies, report):
        if folder is not None and folder.exists() and not folder.is_dir():
            raise OutputError(f"{folder} is a file; name a folder.")


def _print(found: Comparison | SettingsComparison) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    columns, rows = found.figures()
    table = Table(box=box.SIMPLE, padding=(0, 1))
    for index, name in enumerate(columns):
        table.add_column(Text(name), justify="right" if index else "left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    output.console().print(table)
    output.tell(found.explain())
