"""``tonewright match``: make a recording sound like a reference."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from tonewright.cli import options, output, words

if TYPE_CHECKING:
    from tonewright.controllers.match import MatchResult
    from tonewright.rendering import Rendered, Source


class What(StrEnum):
    """What is matched."""

    tone = "tone"
    dynamics = "dynamics"
    both = "both"


_SWITCHES = frozenset({"--json", "--help", "-h"})
_SEVERAL = frozenset({"--reference", "--weight"})


def spread_values(arguments: Sequence[str]) -> list[str]:
    """Let ``IN --reference A B`` mean ``IN --reference A --reference B``; the same for ``--weight``.

    Only behind IN: before it there is no telling the two apart, and one reference must have one ``--reference``.
    """
    spread: list[str] = []
    several, seen, waiting = "", False, False
    for index, word in enumerate(arguments):
        if word == "--":
            return [*spread, *arguments[index:]]
        if waiting:
            waiting = False
        elif len(word) > 1 and word.startswith("-"):
            name = word.partition("=")[0]
            several = name if seen and name in _SEVERAL else ""
            waiting = "=" not in word and word not in _SWITCHES and (word.startswith("--") or len(word) == 2)
        elif several:
            spread.append(several)
        else:
            seen = True
        spread.append(word)
    return spread


class MatchCommand(TyperCommand):
    """The verb with several references behind one ``--reference``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse after :func:`spread_values`."""
        return super().parse_args(ctx, spread_values(args))


def match(
    source: Annotated[Path, typer.Argument(metavar="IN", help="The recording to change.", show_default=False)],
    reference: Annotated[
        list[Path],
        typer.Option("--reference", metavar="REF [REF...]", help="What it should sound like.", show_default=False),
    ],
    weight: Annotated[
        list[float] | None,
        typer.Option("--weight", metavar="W [W...]", help="Weight of each reference, in their order; equal if absent."),
    ] = None,
    target: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="OUT", help="Where the result goes.", show_default="IN.matched beside IN"
        ),
    ] = None,
    amount: options.Amount = 1.0,
    what: Annotated[What, typer.Option("--what", help="Match the spectrum, the dynamics, or both.")] = What.both,
    max_gain: Annotated[
        float, typer.Option("--max-gain", min=0.0, max=40.0, metavar="DB", help="No band beyond so many dB.")
    ] = 12.0,
    loudness: Annotated[
        str, typer.Option("--loudness", metavar="input|reference|LUFS", help="How loud the result is.")
    ] = "input",
    ceiling: options.Ceiling = "-1",
    report: Annotated[
        Path | None, typer.Option("--report", metavar="DIR", help="Write what was done and why into a folder.")
    ] = None,
    settings_out: Annotated[
        Path | None, typer.Option("--settings-out", metavar="FILE", help="Write the settings as JSON.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Make a recording sound like a reference: six bands of equalizer and compressor, found by listening to both.

    The result is as loud as the input unless asked, keeps format and tags, and comes with the settings and the reasons.
    """
    highest, loud = options.ceiling(ceiling), _loudness(loudness)
    if weight and len(weight) != len(reference):
        raise typer.BadParameter(
            f"{len(weight)} weights for {len(reference)} references; give one each.", param_hint="--weight"
        )
    from tonewright.controllers.match import match as find
    from tonewright.rendering import open_source

    heard = open_source(source)
    target = options.beside(source, "matched") if target is None else target
    _check_places(heard, target, reference, report, settings_out)
    with output.progress() as progress:
        result = find(
            source,
            reference,
            weights=weight or None,
            amount=amount,
            what=what.value,
            max_gain_db=max_gain,
            loudness=loud,
            ceiling_db=highest,
            progress=progress,
        )
        rendered = _write(result, target, reference, highest, progress)
        if settings_out is not None:
            rendered.settings.save(settings_out)
        pages = result.report(report) if report is not None else []
    output.notes([*result.settled.notes, *rendered.notes, *rendered.written.dropped])
    if json:
        output.emit(
            "match",
            {
                "input": source,
                "references": reference,
                "output": rendered.path,
                "format": str(rendered.written.format),
                "settings_file": settings_out,
                "report": pages,
                **result.to_dict(),
                "settings": rendered.settings.to_dict(),
                "clipped": rendered.written.clipped,
                "notes": [*result.settled.notes, *rendered.notes],
                "dropped": rendered.written.dropped,
            },
        )
        return
    output.tell(result.explain())
    output.tell()
    output.tell(f"before  {words.loudness(result.before)}")
    output.tell(f"after   {words.loudness(result.after)}")
    output.tell(f"result  {words.written(rendered.written)}")
    for name, path in (("settings", settings_out), *(("report", page) for page in pages)):
        if path is not None:
            output.tell(f"{name:7} {path}")


def _loudness(text: str) -> str | float:
    if text in ("input", "reference"):
        return text
    value = options.number(text, "--loudness", "input, reference or a number of LUFS")
    if not -70.0 <= value <= 0.0:
        raise typer.BadParameter(f"{text} does not lie between -70 and 0 LUFS.", param_hint="--loudness")
    return value


def _check_places(
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


def _write(
    result: MatchResult, target: Path, references: Sequence[Path], ceiling_db: float | None, progress: Any
) -> Rendered:
    from tonewright.rendering import render_file

    return render_file(
        result.source,
        target,
        result.settings,
        ceiling_db=ceiling_db,
        settled=result.settled,
        inputs=references,
        progress=progress,
    )
