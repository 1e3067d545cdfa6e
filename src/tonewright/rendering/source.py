"""A recording that can be heard as often as needed, whether it is in memory or a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tonewright.audio import Audio, Format, Reader
from tonewright.audio.sound import Samples
from tonewright.errors import AudioError

#: Frames in a block: large enough that Python costs nothing, small enough to stay out of the way.
BLOCK = 1 << 16


class Source:
    """Audio in memory or a sound file, heard in blocks; a file is opened anew for each pass and never held whole.

    Parameters
    ----------
    audio
        A recording, or the path of one.

    Attributes
    ----------
    sample_rate, channels, frames, format, tags, lost
        As in :class:`~tonewright.audio.Audio`.
    path
        The file; ``None`` for audio made in memory.
    name
        What to call it in a sentence.
    dtype
        The precision that holds each stored sample exactly: ``float32`` or ``float64``.
    processed
        Whether the samples may already differ from those of a file.
    audio
        The recording, if it is in memory.

    Raises
    ------
    AudioError
        If the file cannot be read.
    """

    def __init__(self, audio: Audio | str | Path) -> None:
        self.audio = audio if isinstance(audio, Audio) else None
        self.format: Format | None
        self.tags: Mapping[str, str]
        self.dtype: np.dtype[Any]
        if isinstance(audio, Audio):
            self.path = audio.path
            self.dtype, self.processed = audio.samples.dtype, audio.processed
            self.sample_rate, self.channels, self.frames = audio.sample_rate, audio.channels, audio.frames
            self.format, self.tags, self.lost = audio.format, audio.tags, audio.lost
            self.name = audio.name
            return
        self.path = Path(audio)
        with Reader(self.path) as reader:
            self.dtype, self.processed = np.dtype(reader.format.exact_dtype), False
            self.sample_rate, self.channels, self.frames = reader.sample_rate, reader.channels, reader.frames
            self.format, self.tags, self.lost = reader.format, reader.tags, reader.lost
        self.name = self.path.name

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.frames / self.sample_rate

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The files that must not be written over."""
        return () if self.path is None else (self.path,)

    def blocks(self, frames: int = BLOCK, *, start: int = 0, stop: int | None = None) -> Iterator[Samples]:
        """Yield blocks of shape (channels, frames), the last one shorter, from ``start`` up to ``stop`` (the end).

        Raises
        ------
        AudioError
            If the file cannot be decoded, is not the one it was, or holds NaN or infinity.
        """
        stop = self.frames if stop is None else min(stop, self.frames)
        if self.audio is not None:
            for first in range(start, stop, frames):
                yield self.audio.samples[:, first : min(first + frames, stop)]
            return
        assert self.path is not None
        with Reader(self.path, dtype="float64" if self.dtype == np.float64 else "float32") as reader:
            if (reader.sample_rate, reader.channels) != (self.sample_rate, self.channels):
                raise AudioError(f"{self.path} has changed while it was being read; start again.")
            if start:
                reader.seek(start)
            while (wanted := min(frames, stop - reader.position)) > 0:
                block = reader.read(wanted)
                if not block.shape[1]:  # a lossy file may be shorter than it says
                    return
                yield block

    def part(self, start: int = 0, frames: int | None = None) -> Samples:
        """Return a stretch of the recording, shape (channels, n); n is smaller than ``frames`` only at the end."""
        stop = None if frames is None else start + frames
        blocks = list(self.blocks(start=max(0, start), stop=stop))
        if not blocks:
            return np.zeros((self.channels, 0), self.dtype)
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1)

    def __repr__(self) -> str:
        return f"<Source {self.name}: {self.duration:.3f} s, {self.channels} channels, {self.sample_rate} Hz>"


def open_source(audio: Audio | str | Path | Source) -> Source:
    """Return a source for a recording or a path; a source is returned as it is."""
    return audio if isinstance(audio, Source) else Source(audio)
