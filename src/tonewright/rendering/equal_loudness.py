"""Copies of several recordings, all equally loud: the fair way to listen to one after the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tonewright.audio.meters import Loudness
from tonewright.errors import AudioError, OutputError
from tonewright.parameters import limits
from tonewright.rendering.files import check_target, render_file
from tonewright.rendering.level import CEILING_DB, below_ceiling, check_ceiling
from tonewright.rendering.source import Source
from tonewright.rendering.work import Progress
from tonewright.settings import Settings


@dataclass(frozen=True)
class Copy:
    """One of the copies.

    Attributes
    ----------
    path
        Where it is; always a WAV, because encoders would change level and sound.
    gain_db
        By how much it differs from its recording.
    """

    path: Path
    gain_db: float


def common_loudness(readings: Sequence[Loudness], ceiling_db: float | None = CEILING_DB) -> float:
    """Return the loudness in LUFS of the first, lowered until no copy's true peak exceeds the ceiling (in dBTP).

    Raises
    ------
    AudioError
        If one of them has no loudness.
    """
    check_ceiling(ceiling_db)
    if not all(math.isfinite(one.integrated_lufs) for one in readings):
        raise AudioError("A silent recording, or one shorter than 400 ms, cannot be made as loud as another.")
    wanted = readings[0].integrated_lufs
    for one in readings:
        gain = below_ceiling(wanted - one.integrated_lufs, one.true_peak_dbtp, ceiling_db, None)
        wanted = min(wanted, one.integrated_lufs + gain)
    return wanted


def write_alike(
    sources: Sequence[Source],
    readings: Sequence[Loudness],
    folder: Path,
    *,
    ceiling_db: float | None = CEILING_DB,
    progress: Progress | None = None,
) -> list[Copy]:
    """Write a copy of each recording into a folder, equally loud within 0.1 LU, by gain alone.

    Parameters
    ----------
    sources, readings
        The recordings, and what a meter read of each.
    folder
        Created if it is not there; copies are named ``01-NAME.wav`` in the order of the recordings.

    Raises
    ------
    AudioError, OutputError
        In one sentence; copies that are complete stay.
    """
    loudness = common_loudness(readings, ceiling_db)
    gains = [loudness - one.integrated_lufs for one in readings]
    low, high = limits("output_db")
    for source, gain in zip(sources, gains, strict=True):
        if not low <= gain <= high:
            raise AudioError(f"{source.name} would have to change by {gain:+.1f} dB to be as loud as the others.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise OutputError(f"The folder {folder} cannot be created ({problem.strerror or problem}).") from None
    inputs = [path for source in sources for path in source.inputs]
    targets = [folder / f"{number:02d}-{_stem(source)}.wav" for number, source in enumerate(sources, 1)]
    for source, target in zip(sources, targets, strict=True):
        check_target(source, target, inputs)
    copies = []
    for source, target, gain in zip(sources, targets, gains, strict=True):
        settings = Settings(output_db=gain)
        done = render_file(source, target, settings, ceiling_db=None, inputs=inputs, progress=progress)
        copies.append(Copy(done.path, gain))
    return copies


def _stem(source: Source) -> str:
    return "recording" if source.path is None else source.path.stem
