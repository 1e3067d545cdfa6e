"""``tonewright match``: make a recording sound like a reference."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from tonewright.cli import options, output, results
from tonewright.cli.results import What

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
    steps: Annotated[
        int | None,
        typer.Option(
            "--steps",
            min=0,
            max=1000,
            help="Steps of a descent through the exact chain, from the network's answer or the closed form's.",
            show_default="0; 30 with --model none",
        ),
    ] = None,
    model: options.Model = None,
    report: options.Report = None,
    settings_out: options.SettingsOut = None,
    json: options.Json = False,
) -> None:
    """Make a recording sound like a reference: six bands of equalizer and compressor, found by listening to both.

    The result is as loud as the input unless asked, keeps format and tags, and comes with the settings and the reasons.
    """
    highest, loud = options.ceiling(ceiling), options.loudness(loudness, reference=True)
    if weight and len(weight) != len(reference):
        raise typer.BadParameter(
            f"{len(weight)} weights for {len(reference)} references; give one each.", param_hint="--weight"
        )
    from tonewright.controllers.match import match as find
    from tonewright.rendering import open_source

    heard = open_source(source)
    target = options.beside(source, "matched") if target is None else target
    results.check_places(heard, target, reference, report, settings_out)
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
            steps=steps,
            model=model,
            progress=progress,
        )
        kept = results.keep(
            result, target, reference, ceiling_db=highest, settings_out=settings_out, report=report, progress=progress
        )
    results.show("match", result, kept, {"input": source, "references": reference}, json=json)
