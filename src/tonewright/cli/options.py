"""Options that several verbs share, and what their words mean."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print data as JSON on standard output.")]


def number(text: str, option: str, what: str) -> float:
    """Read a finite number; anything else is bad usage."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value - value != 0.0:  # NaN and infinity
        raise typer.BadParameter(f"{text!r} is not {what}.", param_hint=option)
    return value
