"""``tonewright mcp``: an agent's door, over the Model Context Protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tonewright.errors import MissingExtraError


def mcp(
    allow: Annotated[
        list[Path],
        typer.Option(
            "--allow", metavar="DIR", help="A folder the assistant may use; several are fine.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write into this folder only.", show_default="the allowed folders"),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", metavar="NAME", help="The language model of say.", show_default="ours")
    ] = None,
) -> None:
    """Let an assistant use Tonewright: a Model Context Protocol server on standard input and output.

    It reads and writes in the folders you name and nowhere else, never over a recording, and shows what it would write
    before it writes.
    """
    try:
        from tonewright.assistant.server import serve
    except ImportError as error:
        if (error.name or "").split(".")[0] not in {"mcp", "mcp_types", "anyio"}:
            raise
        raise MissingExtraError(
            "The assistant's server needs the package mcp, which is not installed: pip install 'tonewright[mcp]'."
        ) from None
    from tonewright.assistant.bench import Bench
    from tonewright.assistant.folders import Folders

    serve(Bench(Folders(allow, out), model=model))
