"""``tonewright compare``: recordings, or settings, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tonewright.cli import options, output
from tonewright.cli.deriving import takes
from tonewright.requests import Compare
from tonewright.requests.face import Face

if TYPE_CHECKING:
    from tonewright.evaluation.side_by_side import Comparison, SettingsComparison


@takes(Face(Compare), positions={"files": "A B..."})
def compare(request: Compare, json: options.Json = False) -> None:
    """Put recordings side by side at equal loudness: level, true peak, range, crest, tone, dynamics band by band.

    All are compared with the first, or with the reference. Settings files (.json) are compared by the response of their
    filters and by their compressors.
    """
    from tonewright.running import run

    with output.progress() as progress:
        done = run(request, progress)
    found = done.result
    if json:
        copies = [{"file": one.path, "gain_db": one.gain_db} for one in done.copies]
        output.emit("compare", {**found.to_dict(), "copies": copies, "report": done.pages})
        return
    _print(found)
    for one in done.copies:
        output.tell(f"copy    {one.path} ({one.gain_db:+.1f} dB)")
    for page in done.pages:
        output.tell(f"report  {page}")


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
