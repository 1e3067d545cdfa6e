"""The tools that carry settings further: ``render`` into sound, ``export`` into another program's words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tonewright.assistant.arguments import Export, Render
from tonewright.assistant.bench import Bench, digests
from tonewright.assistant.choosing import default_output
from tonewright.assistant.provenance import provenance
from tonewright.errors import OutputError
from tonewright.rendering import Progress, check_target, open_source, settle


def render(bench: Bench, given: Render, progress: Progress | None) -> dict[str, Any]:
    """Propose to render a recording through settings as they stand."""
    from tonewright.reporting import describe_level, describe_settings

    recording = bench.folders.reading(given.recording)
    settings, files = bench.settings(given.settings)
    settings = settings.scaled(given.amount)
    target = bench.folders.writing(given.output, default_output(recording, "rendered"), [recording, *files])
    source = open_source(recording)
    check_target(source, target, files)
    settled = settle(source, settings, keep_level=False, ceiling_db=given.ceiling_dbtp, progress=progress)
    inputs = digests([recording, *files])
    before, after = settled.before, settled.after
    said = [
        *describe_settings(settled.settings, sample_rate=source.sample_rate),
        *describe_level(before, after, ceiling_dbtp=given.ceiling_dbtp, held_back_db=settled.limited_db),
    ]
    shown = {
        "settings": settled.settings.to_dict(),
        "explanation": "\n".join(said),
        "loudness": {"before": before.as_dict(), "after": after.as_dict()},
        "notes": settled.notes,
        "provenance": provenance(inputs, amount=given.amount),
    }

    def act(progress: Progress | None) -> dict[str, Any]:
        new = bench.write_sound(
            recording,
            target,
            settled.settings,
            before=before,
            ceiling_db=given.ceiling_dbtp,
            inputs=files,
            progress=progress,
        )
        return {**new, "notes": [*settled.notes, *new["notes"]]}

    return bench.propose("render", given, shown, inputs=inputs, targets=[target], act=act)


def export(bench: Bench, given: Export, _progress: Progress | None) -> dict[str, Any]:
    """Write settings in another program's words; propose a file if one is named."""
    from tonewright.files import write_bytes
    from tonewright.formats import export as convert

    settings, files = bench.settings(given.settings)
    target = None
    if given.output is not None:
        target = bench.folders.writing(given.output, Path(given.output), files)
    done = convert(settings, given.program, rate_hz=given.rate_hz)
    if target is not None and target.suffix.lower() != done.suffix:
        raise OutputError(f"{given.output} is no name for a file of {given.program}; let it end in {done.suffix}.")
    content = done.text if isinstance(done.text, bytes) else done.text.encode("utf-8")
    inputs = digests(files)
    shown = {
        "settings": settings.to_dict(),
        "program": given.program,
        "text": done.text if isinstance(done.text, str) else None,
        "exactness": done.exactness,
        "max_error_db": done.max_error_db,
        "explanation": "\n".join([done.instruction, *done.warnings]),
        "notes": list(done.warnings),
        "provenance": provenance(inputs, rate_hz=given.rate_hz),
    }
    if target is None:
        return {"applied": False, **shown}
    place = target

    def act(_progress: Progress | None) -> dict[str, Any]:
        write_bytes(place, content, inputs=files)
        return {"written": [bench.written(place, given.program)]}

    return bench.propose("export", given, shown, inputs=inputs, targets=[place], act=act)
