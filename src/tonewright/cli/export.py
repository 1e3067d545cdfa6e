"""``tonewright export``: settings in another program's words."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tonewright.cli import options, output


def export(
    settings: Annotated[
        Path, typer.Argument(metavar="SETTINGS", help="A settings file (JSON), or - for standard input.")
    ],
    to: Annotated[str, typer.Option("--to", metavar="PROGRAM", help="See tonewright programs.", show_default=False)],
    target: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="OUT", help="Where the preset goes; standard output without it."),
    ] = None,
    rate: Annotated[
        float, typer.Option("--rate", min=8_000, max=384_000, help="Sample rate the program runs at, in Hz.")
    ] = 48_000,
    profile: Annotated[
        Path | None,
        typer.Option("--profile", metavar="FILE", help="Limits of a device (JSON), to which filters are fitted."),
    ] = None,
    headroom: Annotated[
        bool, typer.Option("--headroom/--no-headroom", help="Lower the level so that steady tones do not clip.")
    ] = True,
    material: Annotated[
        Path | None,
        typer.Option(
            "--material",
            metavar="SOUND",
            help="A recording the settings are for: what compressors do on it counts where a program has none.",
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Write settings as a preset of another program, and say how exactly it carries them."""
    from tonewright.errors import OutputError, SettingsError
    from tonewright.formats import Profile, program, programs
    from tonewright.formats import export as write
    from tonewright.settings import Settings

    try:
        chosen = program(to)
    except SettingsError:
        raise typer.BadParameter(
            f"{to!r} is no program; there are {', '.join(programs())}.", param_hint="--to"
        ) from None
    loaded = Settings.from_json(_stdin(), "standard input") if str(settings) == "-" else Settings.load(settings)
    limits = None if profile is None else Profile.load(profile)
    heard = None
    if material is not None:
        from tonewright.audio import read

        heard = read(material)
    done = write(loaded, chosen.name, rate_hz=rate, profile=limits, headroom=headroom, material=heard)
    if isinstance(done.text, bytes) and target is None and not json:
        raise OutputError(f"A preset of {chosen.title} is a sound file; name its place with -o FILE{done.suffix}.")
    if target is not None:
        done.save(
            target, tuple(each for each in (settings, profile, material) if each is not None and str(each) != "-")
        )
    output.notes(done.warnings)
    if json:
        output.emit("export", {"input": settings, "output": target, **done.to_dict()})
        return
    if target is None:
        print(str(done.text), end="")
        output.say(f"{done.exactness}, {done.max_error_db:.4f} dB off at most. {done.instruction}")
        return
    output.tell(f"{target}: {chosen.title}, {done.exactness}, {done.max_error_db:.4f} dB off at most")
    output.tell(done.instruction)


def _stdin() -> str:
    from tonewright.errors import SettingsError

    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError("What came on standard input is not text.") from None
