"""``tonewright measure``: loudness, peaks, dynamics and spectrum of recordings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tonewright.cli import options, output, words

if TYPE_CHECKING:
    from tonewright.rendering import Source

_COLUMNS = 30


def measure(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Sound files.", show_default=False)],
    json: options.Json = False,
) -> None:
    """Measure recordings: loudness (BS.1770), true peak, loudness range, crest factor, third-octave spectrum."""
    from tonewright.rendering import open_source

    found: list[dict[str, Any]] = []
    with output.progress() as progress:
        for path in files:
            source = open_source(path)
            done = [0]

            def heard(frames: int, done: list[int] = done, source: Source = source) -> None:
                done[0] += frames
                if progress is not None:
                    progress(source.name, min(1.0, done[0] / max(1, source.frames)))

            found.append(_figures(source, heard))
    if json:
        output.emit("measure", {"files": found})
        return
    for index, figures in enumerate(found):
        if index:
            output.tell()
        _print(figures)


def _figures(source: Source, heard: Any) -> dict[str, Any]:
    from tonewright.analysis.survey import survey
    from tonewright.analysis.thirds import third_octaves

    measured = survey(source.blocks(), source.sample_rate, source.channels, heard)
    centres, levels = third_octaves(measured)
    return {
        "file": source.path,
        "format": str(source.format),
        "sample_rate": source.sample_rate,
        "channels": source.channels,
        "frames": measured.frames,
        "tags": dict(source.tags),
        **{key: value for key, value in vars(measured.loudness).items() if key != "duration"},
        "duration_s": measured.frames / source.sample_rate,
        "spectrum": {"unit": "dBFS per third octave", "frequency_hz": centres.tolist(), "level_db": levels.tolist()},
    }


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
