"""``tonewright export``: settings in another program's words."""

from __future__ import annotations

import sys

import typer

from tonewright.cli import options, output
from tonewright.cli.deriving import takes
from tonewright.requests import Export
from tonewright.requests.face import Face


@takes(Face(Export), positions={"settings": "SETTINGS"})
def export(request: Export, json: options.Json = False) -> None:
    """Write settings as a preset of another program, and say how exactly it carries them.

    SETTINGS may be - for standard input. tonewright programs lists what there is.
    """
    from tonewright.errors import OutputError, SettingsError
    from tonewright.formats import program, programs
    from tonewright.running import run
    from tonewright.settings import Settings

    try:
        chosen = program(request.program)
    except SettingsError:
        said = f"{request.program!r} is no program; there are {', '.join(programs())}."
        raise typer.BadParameter(said, param_hint="--to") from None
    if request.settings == "-":
        request = request.changed(settings=Settings.from_json(_stdin(), "standard input").to_dict())
    done = run(request).result
    if isinstance(done.text, bytes) and request.output is None and not json:
        raise OutputError(f"A preset of {chosen.title} is a sound file; name its place with -o FILE{done.suffix}.")
    output.notes(done.warnings)
    if json:
        named = "-" if isinstance(request.settings, dict) else request.settings
        output.emit("export", {"input": named, "output": request.output, **done.to_dict()})
        return
    if request.output is None:
        print(str(done.text), end="")
        output.say(f"{done.exactness}, {done.max_error_db:.4f} dB off at most. {done.instruction}")
        return
    output.tell(f"{request.output}: {chosen.title}, {done.exactness}, {done.max_error_db:.4f} dB off at most")
    output.tell(done.instruction)


def _stdin() -> str:
    from tonewright.errors import SettingsError

    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError("What came on standard input is not text.") from None
