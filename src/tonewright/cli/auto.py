"""``tonewright auto``: bring a recording into balance, without a reference."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tonewright.cli import options, output, results
from tonewright.cli.results import What


class Profile(StrEnum):
    """What the recording is."""

    music = "music"
    speech = "speech"


def auto(
    source: Annotated[Path, typer.Argument(metavar="IN", help="The recording to correct.", show_default=False)],
    target: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="OUT", help="Where the result goes.", show_default="IN.auto beside IN"),
    ] = None,
    amount: options.Amount = 1.0,
    profile: Annotated[Profile, typer.Option("--profile", help="What the recording is.")] = Profile.music,
    what: Annotated[What, typer.Option("--what", help="Correct the spectrum, the dynamics, or both.")] = What.both,
    sections: Annotated[
        bool, typer.Option("--sections", help="One setting for each section of the music instead of one for all.")
    ] = False,
    max_gain: Annotated[
        float, typer.Option("--max-gain", min=0.0, max=40.0, metavar="DB", help="No band beyond so many dB.")
    ] = 12.0,
    loudness: Annotated[
        str, typer.Option("--loudness", metavar="input|LUFS", help="How loud the result is.")
    ] = "input",
    ceiling: options.Ceiling = "-1",
    model: options.Model = None,
    report: options.Report = None,
    settings_out: options.SettingsOut = None,
    json: options.Json = False,
) -> None:
    """Bring a recording into balance: a network that has heard much music suggests an equalizer and compressors.

    It hears the whole file and acts as far as it is sure; what sounds balanced already stays nearly as it is. With
    --sections a verse may be treated otherwise than a chorus, and --settings-out writes a timeline. The result is as
    loud as the input unless asked, keeps format and tags, and comes with the settings and the reasons.
    """
    highest, loud = options.ceiling(ceiling), options.loudness(loudness, reference=False)
    from tonewright.controllers.auto import auto as find
    from tonewright.rendering import open_source

    heard = open_source(source)
    target = options.beside(source, "auto") if target is None else target
    results.check_places(heard, target, [], report, settings_out)
    with output.progress() as progress:
        result = find(
            source,
            amount=amount,
            profile=profile.value,
            what=what.value,
            sections=sections,
            max_gain_db=max_gain,
            loudness=loud,
            ceiling_db=highest,
            model=model,
            progress=progress,
        )
        one_setting = None if sections else settings_out
        kept = results.keep(
            result, target, [], ceiling_db=highest, settings_out=one_setting, report=report, progress=progress
        )
        if settings_out is not None and kept.rendered.timeline is not None:
            kept.rendered.timeline.save(settings_out)
            kept = replace(kept, settings_file=settings_out)
    results.show("auto", result, kept, {"input": source}, json=json)
