"""Recordings, or settings, side by side: what differs, in sentences and numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import RANGES
from tonewright.analysis.comparison import Difference, Portrait, difference, portrait
from tonewright.analysis.thirds import THIRDS
from tonewright.errors import SettingsError
from tonewright.processor.filters import response_db
from tonewright.rendering import CEILING_DB, Progress, Source, open_source
from tonewright.rendering.equal_loudness import Copy, write_alike
from tonewright.reporting import phrases
from tonewright.settings import Settings

if TYPE_CHECKING:
    from tonewright.audio import Loudness

Array = NDArray[np.float64]

#: Where responses of settings are compared, in Hz: twelfth octaves over the audible range.
_FREQUENCIES: Array = np.geomspace(20.0, 20_000.0, 121)
_MOST_OF_RATE = 0.49


@dataclass(frozen=True)
class Comparison:
    """Recordings side by side.

    Attributes
    ----------
    sources, portraits
        All of them; the first, or the reference, stands first: the others are compared with it.
    differences
        Of each of the others to it.
    has_reference
        Whether the first is a reference rather than one of the candidates.
    """

    sources: tuple[Source, ...]
    portraits: tuple[Portrait, ...]
    differences: tuple[Difference, ...]
    has_reference: bool

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What the recordings are called: their files' names, or paths where names are alike."""
        return _distinct([source.path or Path(source.name) for source in self.sources])

    @property
    def nearest(self) -> str | None:
        """The candidate whose tone is nearest to the reference's; ``None`` without a reference or a choice."""
        if not self.has_reference or len(self.differences) < 2:
            return None
        distances = [one.tone_distance_db for one in self.differences]
        return self.names[1 + int(np.argmin(distances))]

    def sections(self) -> list[tuple[str, list[str]]]:
        """Return a heading and sentences for each pair."""
        from tonewright.reporting.comparing import describe_levels, describe_spread, describe_tone

        base, readings = self.names[0], self.portraits[0].loudness
        found = []
        for name, one, differs in zip(self.names[1:], self.portraits[1:], self.differences, strict=True):
            said = [
                *describe_levels(base, name, readings, one.loudness),
                *describe_tone(THIRDS, differs.tone_db),
                *describe_spread(RANGES, differs.spread_db),
            ]
            found.append((f"{name} beside {base}", said))
        if self.nearest is not None:
            listed = ", ".join(
                f"{name} {one.tone_distance_db:.1f} dB"
                for name, one in zip(self.names[1:], self.differences, strict=True)
            )
            found.append(
                ("Which is nearest", [f"In tone {self.nearest} is nearest to {base}. Mean distances: {listed}."])
            )
        return found

    def explain(self) -> str:
        """Return everything in plain words."""
        return _text(self.sections())

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data; what has no value is ``None``."""
        return {
            "kind": "recordings",
            "reference": self.names[0] if self.has_reference else None,
            "nearest": self.nearest,
            "frequency_hz": THIRDS.tolist(),
            "ranges_hz": [list(one) for one in RANGES],
            "files": [
                {
                    "file": str(source.path or source.name),
                    "name": name,
                    "sample_rate": one.sample_rate,
                    "channels": one.channels,
                    "duration_s": one.frames / one.sample_rate,
                    **_levels(one.loudness),
                    "peak_to_loudness_lu": one.peak_to_loudness_lu,
                    "tone_db": _plain(one.tone_db),
                    "spread_db": _plain(one.spread_db),
                }
                for source, name, one in zip(self.sources, self.names, self.portraits, strict=True)
            ],
            "differences": [
                {
                    "from": self.names[0],
                    "to": name,
                    **{
                        key: _plain(value) if isinstance(value, np.ndarray) else value
                        for key, value in vars(one).items()
                    },
                    "sentences": said,
                }
                for name, one, (_, said) in zip(self.names[1:], self.differences, self.sections(), strict=False)
            ],
        }

    def figures(self) -> tuple[list[str], list[list[str]]]:
        """Return column names and rows of the table of levels."""

        def row(said: str, values: Iterable[float]) -> list[str]:
            return [said, *(f"{value:.1f}" for value in values)]

        readings = [one.loudness for one in self.portraits]
        return ["", *self.names], [
            row("Loudness, LUFS", (one.integrated_lufs for one in readings)),
            row("True peak, dBTP", (one.true_peak_dbtp for one in readings)),
            row("Peak over loudness, LU", (one.peak_to_loudness_lu for one in self.portraits)),
            row("Loudness range, LU", (one.loudness_range_lu for one in readings)),
            row("Crest factor, dB", (one.crest_db for one in readings)),
        ]

    def spreads(self) -> tuple[list[str], list[list[str]]]:
        """Return column names and rows of the table of dynamics per band, in dB."""
        rows = [
            [f"{phrases.hertz(low)} to {phrases.hertz(high)}", *(_shown(one.spread_db[i]) for one in self.portraits)]
            for i, (low, high) in enumerate(RANGES)
        ]
        return ["", *self.names], rows

    def write_report(self, folder: Path) -> list[Path]:
        """Write ``comparison.html`` and ``comparison.json`` into a folder, created if needed; return their paths."""
        curves = [(name, one.tone_db) for name, one in zip(self.names, self.portraits, strict=True)]
        tables = [
            ("Measured levels", *self.figures()),
            ("How far the level moves over time in each band, dB", *self.spreads()),
        ]
        return _report(self, folder, "Tone at equal loudness: level per third octave, dB", THIRDS, curves, tables)

    def write_copies(
        self, folder: Path, *, ceiling_db: float | None = CEILING_DB, progress: Progress | None = None
    ) -> list[Copy]:
        """Write equally loud copies for listening; see :func:`~tonewright.rendering.equal_loudness.write_alike`."""
        readings = [one.loudness for one in self.portraits]
        return write_alike(self.sources, readings, folder, ceiling_db=ceiling_db, progress=progress)


def compare_recordings(
    recordings: Sequence[str | Path | Source],
    reference: str | Path | Source | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Measure recordings and compare all with the first, or with a reference.

    Raises
    ------
    SettingsError
        If there are not two to compare.
    AudioError
        If one cannot be read, or has no loudness.
    """
    sources = [open_source(one) for one in ([] if reference is None else [reference]) + list(recordings)]
    if len(sources) < 2:
        raise SettingsError("A comparison needs two recordings or more, or one and a reference.")
    total = max(1, sum(source.frames for source in sources))
    done = 0
    portraits = []
    for source in sources:

        def heard(frames: int, source: Source = source) -> None:
            nonlocal done
            done += frames
            if progress is not None:
                progress(f"listening to {source.name}", min(1.0, done / total))

        portraits.append(portrait(source.name, source.blocks(), source.sample_rate, source.channels, heard))
    differences = tuple(difference(portraits[0], one) for one in portraits[1:])
    return Comparison(tuple(sources), tuple(portraits), differences, reference is not None)


@dataclass(frozen=True)
class SettingsComparison:
    """Settings side by side: the static response of their filters and gains, and their compressors.

    Attributes
    ----------
    files, settings
        All of them; the others are compared with the first.
    sample_rate
        In Hz, for which the filters are designed.
    frequency_hz, responses_db
        Where, (frequencies,), and the response of each, (settings, frequencies), in dB.
    """

    files: tuple[Path, ...]
    settings: tuple[Settings, ...]
    sample_rate: float
    frequency_hz: Array
    responses_db: Array

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What the settings are called."""
        return _distinct(self.files)

    def sections(self) -> list[tuple[str, list[str]]]:
        """Return a heading and sentences for each pair."""
        from tonewright.reporting.comparing import describe_compressors, describe_responses

        base = self.names[0]
        return [
            (
                f"{name} beside {base}",
                [
                    *describe_responses(self.frequency_hz, response - self.responses_db[0]),
                    *describe_compressors(base, name, self.settings[0], one),
                ],
            )
            for name, one, response in zip(self.names[1:], self.settings[1:], self.responses_db[1:], strict=True)
        ]

    def explain(self) -> str:
        """Return everything in plain words."""
        return _text(self.sections())

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return {
            "kind": "settings",
            "sample_rate": self.sample_rate,
            "frequency_hz": self.frequency_hz.tolist(),
            "files": [
                {"file": str(path), "name": name, "settings": one.to_dict(), "response_db": response.tolist()}
                for path, name, one, response in zip(
                    self.files, self.names, self.settings, self.responses_db, strict=True
                )
            ],
            "differences": [
                {
                    "from": self.names[0],
                    "to": name,
                    "response_db": (response - self.responses_db[0]).tolist(),
                    "largest_db": float(np.max(np.abs(response - self.responses_db[0]))),
                    "sentences": said,
                }
                for name, response, (_, said) in zip(
                    self.names[1:], self.responses_db[1:], self.sections(), strict=True
                )
            ],
        }

    def figures(self) -> tuple[list[str], list[list[str]]]:
        """Return column names and rows of the table of responses at octaves, in dB."""
        shown = [int(np.argmin(np.abs(np.log(self.frequency_hz / f)))) for f in 31.25 * 2.0 ** np.arange(10)]
        rows = [
            [phrases.hertz(float(self.frequency_hz[i])), *(phrases.signed(float(one[i])) for one in self.responses_db)]
            for i in dict.fromkeys(shown)
        ]
        return ["", *self.names], rows

    def write_report(self, folder: Path) -> list[Path]:
        """Write ``comparison.html`` and ``comparison.json`` into a folder, created if needed; return their paths."""
        curves = list(zip(self.names, self.responses_db, strict=True))
        tables = [("Response at octaves, dB", *self.figures())]
        return _report(self, folder, "Filters and gains: response, dB", self.frequency_hz, curves, tables)


def compare_settings(files: Sequence[str | Path], sample_rate: float | None = None) -> SettingsComparison:
    """Compare settings files with the first of them.

    Parameters
    ----------
    sample_rate
        In Hz; the first file's ``design_rate_hz``, or 48000, if absent.

    Raises
    ------
    SettingsError
        If a file cannot be read, or there are not two.
    """
    if len(files) < 2:
        raise SettingsError("A comparison needs two settings files or more.")
    settings = tuple(Settings.load(one) for one in files)
    rate = sample_rate or settings[0].design_rate_hz or 48_000.0
    frequency = _FREQUENCIES[_MOST_OF_RATE * rate >= _FREQUENCIES]
    responses = np.stack([response_db(one, frequency, rate) for one in settings])
    return SettingsComparison(tuple(Path(one) for one in files), settings, rate, frequency, responses)


def _report(
    one: Comparison | SettingsComparison,
    folder: Path,
    heading: str,
    frequency_hz: Array,
    curves: Sequence[tuple[str, Array]],
    tables: Sequence[tuple[str, Sequence[str], Sequence[Sequence[str]]]],
) -> list[Path]:
    from tonewright.files import make_folder, write_text
    from tonewright.reporting.comparison_page import write_comparison_page

    folder = make_folder(folder)
    page = write_comparison_page(
        folder / "comparison.html",
        title=f"{', '.join(one.names[1:])} beside {one.names[0]}",
        sections=one.sections(),
        heading=heading,
        frequency_hz=frequency_hz,
        curves=curves,
        tables=tables,
    )
    data = json.dumps(_finite(one.to_dict()), indent=2, allow_nan=False) + "\n"
    return [page, write_text(folder / "comparison.json", data)]


def _text(sections: Sequence[tuple[str, Sequence[str]]]) -> str:
    return "\n\n".join("\n".join([heading, *(f"  {one}" for one in said)]) for heading, said in sections)


def _distinct(paths: Sequence[Path]) -> tuple[str, ...]:
    names = [path.name for path in paths]
    return tuple(names if len(set(names)) == len(names) else [str(path) for path in paths])


def _levels(loudness: Loudness) -> dict[str, Any]:
    return {key: value for key, value in loudness.as_dict().items() if key != "duration"}


def _plain(values: Array) -> list[float | None]:
    return [round(float(one), 3) if math.isfinite(one) else None for one in values]


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _shown(value: float) -> str:
    return f"{value:.1f}" if math.isfinite(value) else "-"
