"""``tonewright render``: a recording through a settings file, or through a timeline of settings."""

from __future__ import annotations

from tonewright.cli import options, output, words
from tonewright.cli.deriving import takes
from tonewright.requests import Render
from tonewright.requests.face import Face


@takes(Face(Render), positions={"recording": "IN"})
def render(request: Render, json: options.Json = False) -> None:
    """Render a recording through a settings file, as the settings stand.

    Format, sample rate, bit depth and tags stay. If the true peak would exceed the ceiling, the output gain is lowered
    and said to be; there is no limiter. Neutral settings copy the samples bit for bit.
    """
    from tonewright.running import run

    with output.progress() as progress:
        done = run(request, progress)
    result, heard = done.result, done.heard
    assert heard is not None
    output.notes([*result.notes, *result.written.dropped])
    if json:
        output.emit(
            "render",
            {
                "input": request.recording,
                "output": result.path,
                "format": str(result.written.format),
                "frames": result.written.frames,
                "sample_rate": heard.sample_rate,
                "channels": heard.channels,
                "settings": result.settings.to_dict(),
                "timeline": None if result.timeline is None else result.timeline.to_dict(),
                "amount": request.amount,
                "ceiling_dbtp": request.ceiling_db,
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
