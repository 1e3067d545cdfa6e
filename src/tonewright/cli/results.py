"""What verbs that choose settings have in common: where things may go, writing them, telling of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonewright.cli import output, words

if TYPE_CHECKING:
    from tonewright.controllers.result import Result
    from tonewright.rendering import Rendered, Source


class What(StrEnum):
    """What may be changed."""

    tone = "tone"
    dynamics = "dynamics"
    both = "both"


@dataclass(frozen=True)
class Kept:
    """What was written.

    Attributes
    ----------
    rendered
        The recording.
    settings_file
        Where the settings went, if anywhere.
    pages
        Files of the report.
    """

    rendered: Rendered
    settings_file: Path | None
    pages: list[Path]


def check_places(
    heard: Source, target: Path, references: Sequence[Path], report: Path | None, settings_out: Path | None
) -> None:
    """Refuse before the work what could not be written after it."""
    from tonewright.audio.places import refuse_place
    from tonewright.errors import OutputError
    from tonewright.rendering import check_target

    check_target(heard, target, references)
    if settings_out is not None:
        place = refuse_place(settings_out, [*heard.inputs, *references])
        if place == refuse_place(target, []):
            raise OutputError(f"{settings_out} is the output too; choose another name for the settings.")
    if report is not None and report.exists() and not report.is_dir():
        raise OutputError(f"{report} is a file; name a folder for the report.")


def keep(
    result: Result,
    target: Path,
    references: Sequence[Path],
    *,
    ceiling_db: float | None,
    settings_out: Path | None,
    report: Path | None,
    progress: Any,
) -> Kept:
    """Render the recording and write what else was asked for."""
    rendered = result.write(target, ceiling_db=ceiling_db, inputs=references, progress=progress)
    if settings_out is not None:
        rendered.settings.save(settings_out)
    return Kept(rendered, settings_out, result.report(report) if report is not None else [])


def show(verb: str, result: Result, kept: Kept, places: Mapping[str, Any], *, json: bool) -> None:
    """Tell what was found and written, as words or as data; `places` names the inputs."""
    rendered = kept.rendered
    notes = [*result.settled.notes, *rendered.notes]
    output.notes([*notes, *rendered.written.dropped])
    if json:
        output.emit(
            verb,
            {
                **places,
                "output": rendered.path,
                "format": str(rendered.written.format),
                "settings_file": kept.settings_file,
                "report": kept.pages,
                **result.to_dict(),
                "settings": rendered.settings.to_dict(),
                "clipped": rendered.written.clipped,
                "notes": notes,
                "dropped": rendered.written.dropped,
            },
        )
        return
    output.tell(result.explain())
    output.tell()
    output.tell(f"before  {words.loudness(result.before)}")
    output.tell(f"after   {words.loudness(result.after)}")
    output.tell(f"result  {words.written(rendered.written)}")
    for name, path in (("settings", kept.settings_file), *(("report", page) for page in kept.pages)):
        if path is not None:
            output.tell(f"{name:7} {path}")
