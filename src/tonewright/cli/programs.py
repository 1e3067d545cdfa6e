"""``tonewright programs``: the programs whose presets can be written or read, and what each can carry."""

from __future__ import annotations

from tonewright.cli import options, output

_DYNAMICS = {"none": "", "serial": "converted", "exact": "exact"}


def programs(json: options.Json = False) -> None:
    """List the programs whose presets can be written or read, and what each can carry."""
    from rich import box
    from rich.table import Table

    from tonewright.formats import programs as known

    if json:
        output.emit("programs", {"programs": [program.to_dict() for program in known().values()]})
        return
    table = Table(box=box.SIMPLE, padding=(0, 1))
    for name in ("name", "program", "out", "in", "bands", "gain", "filters", "compressors", "crossover"):
        table.add_column(name, justify="right" if name == "bands" else "left", no_wrap=name in ("name", "gain"))
    for program in known().values():
        limits = program.limits
        filters = "all" if len(limits.types) == 5 else ", ".join(kind.replace("_", " ") for kind in limits.types)
        table.add_row(
            program.name,
            program.title,
            program.suffix if program.write else "",
            "yes" if program.read else "",
            str(limits.bands),
            f"{limits.gain_db[0]:g} to {limits.gain_db[1]:g} dB",
            filters,
            _DYNAMICS[program.dynamics],
            "yes" if program.crossover else "",
        )
    output.console().print(table)
