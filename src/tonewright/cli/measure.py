"""``tonewright measure``: loudness, peaks, dynamics and spectrum of recordings."""

from __future__ import annotations

from typing import Any

from tonewright.cli import options, output, words
from tonewright.cli.deriving import takes
from tonewright.requests import Measure
from tonewright.requests.face import Face

_COLUMNS = 30


@takes(Face(Measure), positions={"recordings": "FILE..."})
def measure(request: Measure, json: options.Json = False) -> None:
    """Measure recordings: loudness (BS.1770), true peak, loudness range, crest factor, third-octave spectrum."""
    from tonewright.running import run

    with output.progress() as progress:
        found = run(request, progress).result
    if json:
        output.emit("measure", {"files": found})
        return
    for index, figures in enumerate(found):
        if index:
            output.tell()
        _print(figures)


def _print(figures: dict[str, Any]) -> None:
    from rich import box
    from rich.table import Table

    screen = output.console()
    plural = "channel" if figures["channels"] == 1 else "channels"
    screen.print(
        f"{figures['file']}: {words.clock(figures['duration_s'])}, {figures['channels']} {plural}, "
        f"{figures['sample_rate']} Hz, {figures['format']}",
        markup=False,
        soft_wrap=True,
    )
    table = Table(box=box.SIMPLE, show_header=False, padding=(0, 1))
    table.add_column()
    table.add_column(justify="right")
    for name, value in (
        ("loudness", words.db(figures["integrated_lufs"], "LUFS")),
        ("loudest 3 s", words.db(figures["short_term_max_lufs"], "LUFS")),
        ("loudest 400 ms", words.db(figures["momentary_max_lufs"], "LUFS")),
        ("loudness range", words.db(figures["loudness_range_lu"], "LU")),
        ("true peak", words.db(figures["true_peak_dbtp"], "dBTP")),
        ("sample peak", words.db(figures["sample_peak_dbfs"], "dBFS")),
        ("RMS", words.db(figures["rms_dbfs"], "dBFS")),
        ("crest factor", words.db(figures["crest_db"], "dB")),
    ):
        table.add_row(name, value)
    screen.print(table)
    spectrum = figures["spectrum"]
    top = max(spectrum["level_db"], default=0.0)
    bar = "\u2588" if screen.encoding.lower().startswith("utf") else "#"
    for centre, level in zip(spectrum["frequency_hz"], spectrum["level_db"], strict=True):
        length = max(0, round(_COLUMNS * (1.0 + (level - top) / 60.0)))
        shown = "     -" if level < -150.0 else f"{level:6.1f}"
        screen.print(f"  {centre:7.0f} Hz {shown} dBFS  {bar * length if level > -150.0 else ''}".rstrip())
