"""What a report is made of, whatever shows it: a table with a caption and a name for its file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Cells as text; the first of a row is its heading.

    Attributes
    ----------
    caption
        What the numbers are, and how they were computed.
    columns
        Headings.
    rows
        As many cells each.
    name
        Short, for files and references.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    name: str
