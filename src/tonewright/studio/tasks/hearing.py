"""What came in, heard once from end to end: is it sound, how loud, which spectrum, which sections, which peaks.

The same pass writes the samples as a WAV file that every browser decodes to what our reader decodes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.bands import CENTRES
from tonewright.analysis.sections import find_sections
from tonewright.analysis.survey import Survey, survey
from tonewright.audio import Format, Writer
from tonewright.audio.containers import EXTENSIONS
from tonewright.errors import AudioError
from tonewright.files import Draft
from tonewright.networks.frames import band_factors
from tonewright.rendering import Progress, Source
from tonewright.studio.outlines import PEAK_FRAMES
from tonewright.studio.tasks.common import source_of, usable_spectrum

#: A recording that would be larger than this in a browser, as 32-bit samples, is not opened.
MOST_BYTES = 2 << 30
_MOST_CHANNELS = 32
_RATES = (4_000, 768_000)


def hear(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Check, measure and unpack a file.

    Parameters
    ----------
    arguments
        ``path``, ``name``, and the paths ``audio`` and ``peaks`` that are written.

    Raises
    ------
    AudioError
        If it is no sound, broken, without samples, or too long to be opened here.
    """
    source = source_of(arguments)
    _refuse_unwieldy(source)
    total = max(1, source.frames)
    done = [0]

    def heard(frames: int) -> None:
        done[0] += frames
        progress(f"listening to {source.name}", min(1.0, done[0] / total))

    keeper = _Peaks(source.channels)
    with Writer(arguments["audio"], source.sample_rate, source.channels, like=playable(source.format)) as writer:
        found = survey(_through(source, (writer.write, keeper.feed)), source.sample_rate, source.channels, heard)
    if not found.frames:
        raise AudioError(f"{source.name} holds no sound; choose another file.")
    with Draft(arguments["peaks"]) as draft, draft.path.open("r+b") as file:
        np.save(file, keeper.result(), allow_pickle=False)
    path = Path(arguments["path"])
    form = source.format
    assert form is not None
    return {
        "name": source.name,
        "sha256": _sha256(path),
        "bytes": path.stat().st_size,
        "format": str(form),
        "container": form.container,
        "subtype": form.subtype,
        "suffix": suffix_for(form, source.name),
        "lossy": form.lossy,
        "bits": form.bits,
        "sample_rate": source.sample_rate,
        "channels": source.channels,
        "frames": found.frames,
        "duration_s": found.frames / source.sample_rate,
        "tags": dict(source.tags),
        "loudness": found.loudness.as_dict(),
        "spectrum": {"frequency_hz": CENTRES, "level_db": spectrum_db(found)},
        "sections": _sections(found),
    }


def spectrum_db(found: Survey) -> NDArray[np.float64]:
    """Return the power per sixth of an octave in dBFS, mean over time and channels, (57,); NaN where there is none."""
    level = found.spectrum_db() + 10.0 * np.log10(band_factors(found.sample_rate))
    return usable_spectrum(level, found.sample_rate)


def playable(form: Format | None) -> Format:
    """Return the WAV format that holds every sample of a source, as far as 32-bit floats of a browser do."""
    bits = 0 if form is None else form.bits or 0
    if bits in (8, 16):
        return Format("WAV", "PCM_16")
    return Format("WAV", "PCM_24" if bits == 24 else "FLOAT")


def suffix_for(form: Format, name: str) -> str:
    """Return the extension that a file of a format gets: that of its name, if it says the same."""
    family = {"WAVEX": "WAV"}.get(form.container, form.container)
    own = f".{name.rpartition('.')[2].lower()}"
    if EXTENSIONS.get(own) == family and (own == ".opus") == (form.subtype == "OPUS"):
        return own
    if form.subtype == "OPUS":
        return ".opus"
    return next((suffix for suffix, container in EXTENSIONS.items() if container == family), ".wav")


def _refuse_unwieldy(source: Source) -> None:
    if source.channels > _MOST_CHANNELS or not _RATES[0] <= source.sample_rate <= _RATES[1]:
        raise AudioError(
            f"{source.name} has {source.channels} channels at {source.sample_rate} Hz; the studio opens up to "
            f"{_MOST_CHANNELS} channels from {_RATES[0]} to {_RATES[1]} Hz."
        )
    if source.frames * source.channels * 4 > MOST_BYTES:
        minutes = source.duration / 60.0
        most = MOST_BYTES / (4 * source.channels * source.sample_rate * 60)
        raise AudioError(
            f"{source.name} is {minutes:.0f} minutes long; a page can hold {most:.0f} minutes of such audio, so cut it "
            "or use the command line."
        )


def _through(source: Source, takers: tuple[Callable[[NDArray[Any]], object], ...]) -> Iterator[NDArray[Any]]:
    for block in source.blocks():
        for take in takers:
            take(block)
        yield block


def _sections(found: Survey) -> list[dict[str, float]]:
    starts = [first * found.window_s for first in find_sections(found.powers, found.window_s)]
    ends = [*starts[1:], found.frames / found.sample_rate]
    return [{"start_s": start, "end_s": end} for start, end in zip(starts, ends, strict=True)]


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class _Peaks:
    """Lowest and highest sample of every :data:`PEAK_FRAMES` frames, however the blocks are cut."""

    def __init__(self, channels: int) -> None:
        self._rest = np.zeros((channels, 0), dtype=np.float32)
        self._found: list[NDArray[np.float32]] = []

    def feed(self, block: NDArray[Any]) -> None:
        whole = np.concatenate([self._rest, block.astype(np.float32, copy=False)], axis=1)
        usable = whole.shape[1] // PEAK_FRAMES * PEAK_FRAMES
        self._add(whole[:, :usable].reshape(len(whole), -1, PEAK_FRAMES))
        self._rest = whole[:, usable:].copy()

    def _add(self, pieces: NDArray[np.float32]) -> None:
        if pieces.size:
            self._found.append(np.stack([pieces.min(axis=2), pieces.max(axis=2)], axis=2))

    def result(self) -> NDArray[np.float32]:
        """Return peaks of shape (channels, pieces, 2); the last piece is what was left."""
        if self._rest.shape[1]:
            self._add(self._rest[:, None, :])
            self._rest = self._rest[:, :0]
        channels = len(self._rest)
        return np.concatenate(self._found, axis=1) if self._found else np.zeros((channels, 0, 2), dtype=np.float32)
