"""Options that several verbs share, and what their words mean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print data as JSON on standard output.")]
Ceiling = Annotated[
    str, typer.Option("--ceiling", metavar="DB|off", help="Highest true peak in dBTP, kept by gain alone; or off.")
]
Amount = Annotated[
    float,
    typer.Option(
        "--amount", min=0.0, max=1.5, help="How much of it: 0 nothing, 0.5 half the decibels, 1 all, at most 1.5."
    ),
]
Model = Annotated[
    Path | None,
    typer.Option("--model", metavar="FILE", help="Weights of a network instead of those that come with Tonewright."),
]
Report = Annotated[
    Path | None, typer.Option("--report", metavar="DIR", help="Write what was done and why into a folder.")
]
SettingsOut = Annotated[Path | None, typer.Option("--settings-out", metavar="FILE", help="Write the settings as JSON.")]


def ceiling(text: str) -> float | None:
    """Read a ceiling in dBTP, -60 to 0; ``None`` for ``off``."""
    value = None if text.lower() == "off" else number(text, "--ceiling", "a number of dBTP or off")
    if value is not None and not -60.0 <= value <= 0.0:
        raise typer.BadParameter(
            f"{text} does not lie between -60 and 0 dBTP; use off for none.", param_hint="--ceiling"
        )
    return value


def number(text: str, option: str, what: str) -> float:
    """Read a finite number; anything else is bad usage."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value - value != 0.0:  # NaN and infinity
        raise typer.BadParameter(f"{text!r} is not {what}.", param_hint=option)
    return value


def beside(path: Path, word: str) -> Path:
    """Return the default output next to an input: ``song.wav`` becomes ``song.WORD.wav``, the unwritable WAV."""
    from tonewright.audio.containers import EXTENSIONS

    suffix = path.suffix if path.suffix.lower() in EXTENSIONS else ".wav"
    return path.with_name(f"{path.stem}.{word}{suffix}")


def loudness(text: str, *, reference: bool) -> str | float:
    """Read ``input``, ``reference`` where there is one, or a number of LUFS from -70 to 0."""
    words = ("input", "reference") if reference else ("input",)
    if text in words:
        return text
    value = number(text, "--loudness", f"{', '.join(words)} or a number of LUFS")
    if not -70.0 <= value <= 0.0:
        raise typer.BadParameter(f"{text} does not lie between -70 and 0 LUFS.", param_hint="--loudness")
    return value
