"""Requests that only look: ``compare`` and ``measure``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonewright.requests import Compare, Measure
from tonewright.running.done import Done, Open
from tonewright.running.places import path_of, refuse_file

if TYPE_CHECKING:
    from tonewright.rendering import Progress, Source


def compare(request: Compare, progress: Progress | None, open: Open) -> Done:
    """Put recordings, or settings files, side by side; write copies and a report if asked to."""
    from tonewright.evaluation.side_by_side import compare_recordings, compare_settings

    copies, report = path_of(request.output), path_of(request.report)
    for folder in (copies, report):
        refuse_file(folder, "name a folder")
    if request.of_settings:
        found: Any = compare_settings([Path(one) for one in request.everything])
        made: list[Any] = []
    else:
        reference = None if request.reference is None else open(request.reference)
        found = compare_recordings([open(one) for one in request.files], reference, progress)
        made = [] if copies is None else found.write_copies(copies, ceiling_db=request.ceiling_db, progress=progress)
    pages = [] if report is None else found.write_report(report)
    return Done(request, found, pages=pages, copies=made)


def measure(request: Measure, progress: Progress | None, open: Open) -> Done:
    """Measure recordings one after another."""
    return Done(request, [measured(open(one), progress) for one in request.recordings])


def measured(source: Source, progress: Progress | None) -> dict[str, Any]:
    """Return what a recording is and what a meter reads of it, as plain data."""
    from tonewright.analysis.survey import survey
    from tonewright.analysis.thirds import third_octaves

    done = [0]

    def heard(frames: int) -> None:
        done[0] += frames
        if progress is not None:
            progress(f"listening to {source.name}", min(1.0, done[0] / max(1, source.frames)))

    found = survey(source.blocks(), source.sample_rate, source.channels, heard)
    centres, levels = third_octaves(found)
    return {
        "file": source.path,
        "format": str(source.format),
        "sample_rate": source.sample_rate,
        "channels": source.channels,
        "frames": found.frames,
        "tags": dict(source.tags),
        **{key: value for key, value in vars(found.loudness).items() if key != "duration"},
        "duration_s": found.frames / source.sample_rate,
        "spectrum": {"unit": "dBFS per third octave", "frequency_hz": centres.tolist(), "level_db": levels.tolist()},
    }
