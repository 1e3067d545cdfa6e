"""The tools that only look: ``measure``, ``compare``, ``programs`` and ``files``."""

from __future__ import annotations

from typing import Any

from tonewright.assistant.arguments import Compare, Measure, Nothing
from tonewright.assistant.bench import Bench, digests
from tonewright.assistant.provenance import provenance
from tonewright.rendering import Progress, open_source


def measure(bench: Bench, given: Measure, progress: Progress | None) -> dict[str, Any]:
    """Measure recordings."""
    from tonewright.analysis.survey import survey
    from tonewright.analysis.thirds import third_octaves

    paths = [bench.folders.reading(one) for one in given.recordings]
    found = []
    for number, path in enumerate(paths):
        source = open_source(path)
        if progress is not None:
            progress(f"listening to {source.name}", number / len(paths))
        measured = survey(source.blocks(), source.sample_rate, source.channels)
        centres, levels = third_octaves(measured)
        found.append(
            {
                "path": str(path),
                "format": str(source.format),
                "sample_rate": source.sample_rate,
                "channels": source.channels,
                "tags": dict(source.tags),
                **measured.loudness.as_dict(),
                "spectrum": {"frequency_hz": centres.tolist(), "level_db": levels.tolist()},
            }
        )
    return {"files": found, "provenance": provenance(digests(paths))}


def compare(bench: Bench, given: Compare, progress: Progress | None) -> dict[str, Any]:
    """Put recordings, or settings files, side by side."""
    from tonewright.errors import SettingsError
    from tonewright.evaluation.side_by_side import compare_recordings, compare_settings

    paths = [bench.folders.reading(one) for one in given.files]
    reference = None if given.reference is None else bench.folders.reading(given.reference)
    everything = paths if reference is None else [reference, *paths]
    kinds = {path.suffix.lower() == ".json" for path in everything}
    if len(kinds) > 1:
        raise SettingsError("Recordings and settings files cannot be compared with each other.")
    if True in kinds:
        found: Any = compare_settings(everything)
    else:
        found = compare_recordings(paths, reference, progress)
    return {**found.to_dict(), "explanation": found.explain(), "provenance": provenance(digests(everything))}


def programs(_bench: Bench, _given: Nothing, _progress: Progress | None) -> dict[str, Any]:
    """List the programs that ``export`` writes for."""
    from tonewright.formats import programs as known

    return {"programs": [one.to_dict() for one in known().values() if one.write is not None]}


def files(bench: Bench, _given: Nothing, _progress: Progress | None) -> dict[str, Any]:
    """List what lies in the folders."""
    found = bench.folders.files()
    return {
        "read_from": [str(path) for path in bench.folders.readable],
        "write_into": [str(path) for path in bench.folders.writable],
        "files": [str(path) for path in found],
    }
