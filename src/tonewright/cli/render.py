"""``tonewright render``: a recording through a settings file, or through a timeline of settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tonewright.cli import options, output, words


def render(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A sound file.", show_default=False)],
    settings: Annotated[Path, typer.Option("--settings", help="A settings or timeline file.", show_default=False)],
    target: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT", help="Where the result goes.", show_default=False)
    ],
    ceiling: options.Ceiling = "-1",
    amount: options.Amount = 1.0,
    json: options.Json = False,
) -> None:
    """Render a recording through a settings file, as the settings stand.

    Format, sample rate, bit depth and tags stay. If the true peak would exceed the ceiling, the output gain is lowered
    and said to be; there is no limiter. Neutral settings copy the samples bit for bit.
    """
    highest = options.ceiling(ceiling)
    from tonewright.audio.places import refuse_place
    from tonewright.rendering import load_chain, open_source, render_file

    chosen = load_chain(settings).scaled(amount)
    heard = open_source(source)
    refuse_place(target, [source, settings])
    with output.progress() as progress:
        result = render_file(heard, target, chosen, ceiling_db=highest, inputs=[settings], progress=progress)
    output.notes([*result.notes, *result.written.dropped])
    if json:
        output.emit(
            "render",
            {
                "input": source,
                "output": result.path,
                "format": str(result.written.format),
                "frames": result.written.frames,
                "sample_rate": heard.sample_rate,
                "channels": heard.channels,
                "settings": result.settings.to_dict(),
                "timeline": None if result.timeline is None else result.timeline.to_dict(),
                "amount": amount,
                "ceiling_dbtp": highest,
                "lowered_db": result.lowered_db,
                "true_peak_dbtp": result.true_peak_dbtp,
                "clipped": result.written.clipped,
                "notes": result.notes,
                "dropped": result.written.dropped,
            },
        )
        return
    peak = "" if result.true_peak_dbtp is None else f", true peak {words.db(result.true_peak_dbtp, 'dBTP')}"
    output.tell(f"{words.written(result.written)}{peak}")
