"""``tonewright import``: a preset of another program as settings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tonewright.cli import options, output


def importing(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help="A preset of another program, or - for standard input.")
    ],
    program: Annotated[
        str | None,
        typer.Option("--from", metavar="PROGRAM", help="Whose it is; found out without it. See tonewright programs."),
    ] = None,
    target: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="SETTINGS", help="Where the settings go; standard output without it."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Read a preset of another program as settings, and say what was left out or assumed."""
    from tonewright.errors import SettingsError
    from tonewright.files import write_bytes
    from tonewright.formats import parse, programs
    from tonewright.formats import program as find

    name = None
    if program is not None:
        try:
            name = find(program).name
        except SettingsError:
            raise typer.BadParameter(
                f"{program!r} is no program; there are {', '.join(programs())}.", param_hint="--from"
            ) from None
    read = parse(_content(source), name)
    if target is not None:
        inputs = () if str(source) == "-" else (source,)
        write_bytes(target, read.settings.to_json().encode("utf-8"), inputs=inputs)
    title = programs()[read.program].title
    output.notes(read.warnings)
    if json:
        output.emit("import", {"input": source, "output": target, **read.to_dict()})
    elif target is None:
        print(read.settings.to_json(), end="")
        output.say(f"Read as {title}.")
    else:
        output.tell(f"{target}: {len(read.settings.bands)} bands from {title}")


def _content(path: Path) -> bytes:
    from tonewright.errors import SettingsError
    from tonewright.formats.parsing import LONGEST_BYTES

    if str(path) == "-":
        return sys.stdin.buffer.read(LONGEST_BYTES + 1)
    try:
        with path.open("rb") as file:
            return file.read(LONGEST_BYTES + 1)
    except FileNotFoundError:
        raise SettingsError(f"There is no preset {path}.") from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
