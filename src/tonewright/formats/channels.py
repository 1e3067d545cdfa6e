"""Files that treat channels apart, as far as settings can follow."""

from __future__ import annotations

from tonewright.formats.contract import Notes
from tonewright.formats.stages import Gain, Stage


def one_channel(rows: dict[str, list[Stage]], notes: Notes) -> list[Stage]:
    """Return the stages that all channels share, or those of the first one with a sentence about the others."""
    if not rows:
        return []
    first, *others = rows
    if any(_plain(rows[other]) != _plain(rows[first]) for other in others):
        notes.lost(
            f"The file treats channels differently, which settings cannot: what it does to channel {first} is taken "
            "for all."
        )
    return rows[first]


def _plain(row: list[Stage]) -> list[Stage]:
    return [stage for stage in row if not (isinstance(stage, Gain) and stage.db == 0.0)]
