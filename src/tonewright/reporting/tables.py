"""The numbers of a report as HTML tables: filters, compressors, levels, spectra."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from tonewright.reporting import phrases
from tonewright.reporting.reasons import is_bypassed
from tonewright.reporting.scales import HIGHEST_HZ, LOWEST_HZ
from tonewright.reporting.story import Story
from tonewright.settings import PASS_TYPES, Band, Compressor, Settings

if TYPE_CHECKING:
    from tonewright.audio import Loudness

_KINDS = {
    "low_shelf": "low shelf", "peak": "peak", "high_shelf": "high shelf", "low_pass": "low pass",
    "high_pass": "high pass",
}  # fmt: skip
_OCTAVES = (31.5, 63.0, 125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0)


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]], words: int = 0) -> str:
    """Return a table that scrolls on a narrow page; the first cell of a row is its heading.

    Parameters
    ----------
    caption
        Above the table.
    columns
        Headings; an empty one stays empty.
    rows
        Text, not yet escaped.
    words
        How many columns after the first hold words and stand to the left.
    """

    def cell(tag: str, text: str, column: int) -> str:
        scope = ' scope="col"' if tag == "th" else ""
        kind = ' class="word"' if 0 < column <= words else ""
        return f"<{tag}{scope}{kind}>{escape(text)}</{tag}>"

    head = "".join(cell("th", name, i) for i, name in enumerate(columns))
    body = "\n".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        f"{''.join(cell('td', text, i) for i, text in enumerate(row[1:], 1))}</tr>"
        for row in rows
    )
    named = escape(caption)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{named}">'
        f"<table><caption>{named}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def filter_table(settings: Settings, sample_rate: float) -> str:
    """Return the filters of all bands, those that do nothing included; empty without bands."""
    rows = [
        [
            f"Band {i}",
            _KINDS[band.type] + _remark(band, sample_rate),
            _hz(band.frequency_hz),
            _gain(band),
            f"{band.q:.3g}",
        ]
        for i, band in enumerate(settings.bands, 1)
    ]
    return table("Filters", ["", "Type", "Frequency, Hz", "Gain, dB", "Q"], rows, words=1) if rows else ""


def compressor_table(settings: Settings) -> str:
    """Return all compressors; empty without any."""
    named = [(f"Band {i}", band.compressor) for i, band in enumerate(settings.bands, 1)]
    rows = [
        [name, *_compressor(compressor)]
        for name, compressor in [*named, ("Whole sound", settings.compressor)]
        if compressor is not None
    ]
    columns = ["", "Ratio", "Threshold, dB", "Attack, ms", "Release, ms", "Knee, dB", "Makeup, dB"]
    return table("Compressors", columns, rows) if rows else ""


def level_table(before: Loudness | None, after: Loudness | None) -> str:
    """Return loudness, true peak and the like before and after; empty without measurements."""
    shown = [(name, read) for name, read in (("Before", before), ("After", after)) if read is not None]
    if not shown:
        return ""
    lines = (
        ("Loudness, LUFS", "integrated_lufs"),
        ("Loudest 3 s, LUFS", "short_term_max_lufs"),
        ("Loudness range, LU", "loudness_range_lu"),
        ("True peak, dBTP", "true_peak_dbtp"),
        ("RMS, dBFS", "rms_dbfs"),
        ("Crest (peak over RMS), dB", "crest_db"),
    )
    rows = [[said, *(number(getattr(read, name)) for _, read in shown)] for said, name in lines]
    return table("Measured levels", ["", *(name for name, _ in shown)], rows)


def spectrum_table(story: Story) -> str:
    """Return the spectra at the octaves, for those who read numbers better than curves; empty without spectra."""
    frequency = story.frequencies
    inside = [f for f in _OCTAVES if frequency.size > 1 and frequency[0] <= f <= frequency[-1]]
    if not story.spectra or not inside or frequency[0] > HIGHEST_HZ or frequency[-1] < LOWEST_HZ:
        return ""
    columns = [np.interp(inside, frequency, np.asarray(story.spectra[key])) for key in story.spectra]
    rows = [[_hz(f), *(number(float(column[i])) for column in columns)] for i, f in enumerate(inside)]
    return table("Long-term spectra in dB, level removed", ["Hz", *(story.labels[key] for key in story.spectra)], rows)


def number(value: float) -> str:
    """Return a measured number with one decimal; what could not be measured is a dash."""
    return "-" if not math.isfinite(value) else f"{value:.1f}".replace("-0.0", "0.0")


def _compressor(compressor: Compressor) -> list[str]:
    return [
        phrases.ratio(compressor.ratio),
        f"{compressor.threshold_db:.1f}",
        f"{compressor.attack_ms:.3g}" if compressor.attack_ms < 100 else f"{compressor.attack_ms:.0f}",
        f"{compressor.release_ms:.3g}" if compressor.release_ms < 100 else f"{compressor.release_ms:.0f}",
        f"{compressor.knee_db:.1f}",
        phrases.signed(compressor.makeup_db),
    ]


def _gain(band: Band) -> str:
    return "-" if band.type in PASS_TYPES else phrases.signed(band.gain_db)


def _remark(band: Band, sample_rate: float) -> str:
    return " (bypassed)" if is_bypassed(band, sample_rate) and not band.filter_is_neutral else ""


def _hz(frequency_hz: float) -> str:
    return f"{frequency_hz:.1f}".removesuffix(".0") if frequency_hz < 100 else f"{frequency_hz:.0f}"
