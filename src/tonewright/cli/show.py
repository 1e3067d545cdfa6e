"""``tonewright show``: what a settings file does, in real units and as a curve."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tonewright.cli import options, output

if TYPE_CHECKING:
    from rich.table import Table

    from tonewright.settings import Compressor, Settings

_COLUMNS, _ROWS = 61, 4
_DEFAULT_RATE = 48_000.0


def show(
    settings: Annotated[Path, typer.Argument(metavar="SETTINGS", help="A settings file (JSON).", show_default=False)],
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE.png", help="Draw the curves into a picture.")
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            "--rate",
            min=8_000,
            max=384_000,
            help="Sample rate in Hz to design the filters at; the file's own, or 48000.",
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Show a settings file: bands and compressors in real units, and the static response of the filters."""
    import numpy as np

    from tonewright.processor.filters import frequency_warnings, response_db
    from tonewright.settings import Settings

    loaded = Settings.load(settings)
    sample_rate = rate or loaded.design_rate_hz or _DEFAULT_RATE
    frequency = np.geomspace(20.0, min(20_000.0, 0.49 * sample_rate), _COLUMNS)
    curve = response_db(loaded, frequency, sample_rate)
    output.notes(frequency_warnings(loaded, sample_rate))
    if plot is not None:
        from tonewright.files import refuse_place
        from tonewright.reporting import plot_settings

        refuse_place(plot, [settings])
        plot_settings(loaded, plot, sample_rate)
    if json:
        output.emit(
            "show",
            {
                "file": settings,
                "settings": loaded.to_dict(),
                "is_neutral": loaded.is_neutral,
                "sample_rate": sample_rate,
                "response": {"frequency_hz": frequency.tolist(), "gain_db": curve.tolist()},
                "plot": plot,
            },
        )
        return
    screen = output.console()
    for line in _headlines(loaded):
        output.tell(line)
    if loaded.bands:
        screen.print(_table(loaded))
    if loaded.compressor is not None:
        output.tell(f"outer compressor: {_compressor(loaded.compressor)}")
    for line in text_curve(curve.tolist(), unicode=screen.encoding.lower().startswith("utf")):
        output.tell(line)
    if plot is not None:
        output.tell(f"{plot}")


def _headlines(settings: Settings) -> list[str]:
    extras = [settings.topology, f"preamp {settings.preamp_db:+.1f} dB", f"output {settings.output_db:+.1f} dB"]
    if settings.splits_hz is not None:
        extras.append("splits " + ", ".join(f"{split:.0f}" for split in settings.splits_hz) + " Hz")
    if settings.ballistics != "branching":
        extras.append(f"{settings.ballistics} ballistics")
    if settings.link != "max":
        extras.append("channels not linked")
    lines = [", ".join(extras)]
    if settings.is_neutral:
        lines.append("neutral: the samples are copied")
    return [*lines, settings.note] if settings.note else lines


def _table(settings: Settings) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, padding=(0, 1))
    for name in ("", "filter", "frequency", "gain", "Q"):
        table.add_column(name, justify="left" if name == "filter" else "right", no_wrap=True)
    compressors = any(band.compressor is not None for band in settings.bands)
    if compressors:
        table.add_column("compressor")
    for number, band in enumerate(settings.bands, 1):
        gain = "" if band.type in ("low_pass", "high_pass") else f"{band.gain_db:+.1f} dB"
        row = [str(number), band.type.replace("_", " "), f"{band.frequency_hz:.4g} Hz", gain, f"{band.q:.2f}"]
        if compressors:
            row.append("" if band.compressor is None else _compressor(band.compressor))
        table.add_row(*row)
    return table


def _compressor(c: Compressor) -> str:
    makeup = f", makeup {c.makeup_db:+.1f} dB" if c.makeup_db else ""
    if c.ratio == 1.0:
        return f"none{makeup}"
    return (
        f"{c.ratio:.3g}:1 above {c.threshold_db:.1f} dB, {c.attack_ms:.3g}/{c.release_ms:.3g} ms, "
        f"knee {c.knee_db:.3g} dB{makeup}"
    )


def text_curve(curve: list[float], *, unicode: bool = True) -> list[str]:
    """Draw a response, equally spaced on a logarithmic axis from 20 Hz, as lines of text around 0 dB."""
    bar, axis = ("\u2588", "\u2500") if unicode else ("#", "-")
    step = max(1.0, math.ceil(2.0 * max(abs(gain) for gain in curve) / _ROWS) / 2.0)
    lines = []
    for row in range(_ROWS, -_ROWS - 1, -1):
        if row == 0:
            lines.append(f"{0:+6.1f} dB {axis * len(curve)}")
            continue
        drawn = "".join(bar if gain / row > 0 and abs(gain) >= step * (abs(row) - 0.5) else " " for gain in curve)
        if drawn.strip():
            lines.append(f"{row * step:+6.1f} dB {drawn}".rstrip())
    ticks = [" "] * (len(curve) + 4)
    for frequency, label in ((20, "20"), (100, "100"), (1000, "1k"), (10_000, "10k")):
        place = round(_position(frequency) * (len(curve) - 1))
        ticks[place : place + len(label)] = label
    return [*lines, " " * 10 + "".join(ticks).rstrip() + " Hz"]


def _position(frequency: float) -> float:
    return math.log(frequency / 20.0) / math.log(1000.0)
