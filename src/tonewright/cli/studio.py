"""``tonewright studio``: the page on this machine where everything meets."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tonewright.cli import options, output

if TYPE_CHECKING:
    from tonewright.studio.server import Started


def studio(
    source: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A recording to begin with.", show_default=False)
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="To listen on; 0 is any that is free.")] = 0,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; anything but this machine's own is a risk.")
    ] = "127.0.0.1",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the link and open nothing.")] = False,
    max_upload: Annotated[
        int, typer.Option("--max-upload-mb", min=1, max=100_000, metavar="MB", help="The largest file that is taken.")
    ] = 500,
    token: Annotated[
        str | None,
        typer.Option(
            "--token",
            envvar="TONEWRIGHT_STUDIO_TOKEN",
            metavar="TOKEN",
            help="What lets in; others on this machine may see a command line, but not your environment.",
            show_default="drawn at random",
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Open the studio: hear it, see it, change it, keep it.

    A page in your browser for say, auto and match, with everything live: curves and handles, loudness-matched
    comparison, reasons, and files to keep. It listens on this machine only, behind a random token; what you open is
    kept in a folder of this run and removed when it ends. Ctrl-C ends it.
    """
    from tonewright.studio.server import serve

    def started(server: Started) -> None:
        if not server.is_local:
            output.notes(
                [
                    "Other machines can reach this studio, and nothing on the way is encrypted: whoever has the link "
                    "uses it. Browsers play its sound on this machine only; see docs/studio.md for a way with ssh."
                ]
            )
        if json:
            data = {"url": server.url, "host": server.host, "port": server.port, "token": server.token}
            output.emit("studio", {**data, "pid": os.getpid()})
            sys.stdout.flush()
        else:
            output.tell(f"The studio is at {server.url}")
            output.say("Ctrl-C ends it.")

    serve(
        source,
        host=host,
        port=port,
        token=token,
        upload_bytes=max_upload << 20,
        browser=not no_browser,
        started=started,
    )
