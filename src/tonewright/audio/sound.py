"""`Audio`: samples, their rate, their tags, and how they were stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tonewright.audio.containers import Format
from tonewright.errors import AudioError

#: float32 or float64, shape (channels, frames), full scale at +-1.
Samples = npt.NDArray[np.floating[Any]]

_CHUNK = 1 << 16


def refuse_not_finite(samples: npt.NDArray[Any], where: str = "The audio", *, first_frame: int = 0) -> None:
    """Raise if a sample is NaN or infinite, naming the earliest one.

    Parameters
    ----------
    samples
        Shape (channels, frames).
    where
        What the sentence calls the audio: a file's name, or "The audio".
    first_frame
        Position of the block's first frame in the whole, for audio that arrives in blocks.

    Raises
    ------
    AudioError
        With channel (from 1) and frame (from 0) of the first sample that is not finite: the lowest frame, then the
        lowest channel.
    """
    frames = samples.shape[-1]
    for start in range(0, frames, _CHUNK):
        chunk = samples[:, start : start + _CHUNK]
        finite = np.isfinite(chunk)
        if finite.all():
            continue
        frame = int(np.argmin(finite.all(axis=0)))
        channel = int(np.argmin(finite[:, frame]))
        value = chunk[channel, frame]
        kind = "NaN" if np.isnan(value) else "infinity"
        raise AudioError(
            f"{where} holds {kind} in channel {channel + 1} at frame {first_frame + start + frame}; "
            "repair the recording or cut that place out."
        )


@dataclass(frozen=True, eq=False)
class Audio:
    """A recording in memory.

    Parameters
    ----------
    samples
        Shape (channels, frames), full scale at +-1; one dimension is taken as mono. float32 or float64 are kept, other
        floats become float32; integers are refused. Stored C-contiguous. The array is not copied where it need not be.
    sample_rate
        In Hz, 1 or more.
    tags
        Words about the recording: ``title``, ``artist``, ``album``, ``date``, ``track`` ("3" or "3/12"), ``genre``,
        ``comment``, ``copyright``, ... Text only.
    format
        How it was stored, so that a written file is stored alike; ``None`` for audio that comes from no file.
    path
        The file it was read from.
    lost
        Names of what the file held besides samples and tags ("cover art"), which a written file will not hold.
    processed
        Whether the samples may differ from the stored ones. Files are read with ``False``; :meth:`with_samples` and
        audio made in memory have ``True``. Integer files of processed audio are dithered by default.

    Raises
    ------
    AudioError
        If the shape, the type or the rate makes no sense, or a sample is NaN or infinite (channel and position of the
        first are named).
    """

    samples: Samples
    sample_rate: int
    tags: Mapping[str, str] = field(default_factory=dict)
    format: Format | None = None
    path: Path | None = None
    lost: tuple[str, ...] = ()
    processed: bool = True

    def __post_init__(self) -> None:
        samples = np.asarray(self.samples)
        if samples.ndim == 1:
            samples = samples[np.newaxis]
        if samples.ndim != 2 or samples.shape[0] < 1:
            raise AudioError(f"Audio needs samples of shape (channels, frames), not {samples.shape}; reshape it.")
        if samples.dtype.kind != "f":
            raise AudioError(
                f"Audio needs floating-point samples with full scale at 1, not {samples.dtype}; "
                "divide integers by their full scale first."
            )
        dtype = np.float64 if samples.dtype == np.float64 else np.float32
        samples = np.ascontiguousarray(samples, dtype)
        rate = self.sample_rate
        if isinstance(rate, bool) or int(rate) != rate or rate < 1:
            raise AudioError(f"A sample rate of {rate} Hz makes no sense; give a whole number of 1 Hz or more.")
        refuse_not_finite(samples, self.path.name if self.path is not None else "The audio")
        object.__setattr__(self, "samples", samples)
        object.__setattr__(self, "sample_rate", int(rate))
        object.__setattr__(self, "tags", {str(key): str(value) for key, value in self.tags.items()})

    @property
    def channels(self) -> int:
        """The number of channels."""
        return int(self.samples.shape[0])

    @property
    def frames(self) -> int:
        """The number of frames: samples per channel."""
        return int(self.samples.shape[1])

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.frames / self.sample_rate

    @property
    def name(self) -> str:
        """What to call it in a sentence: the file's name, or "The audio"."""
        return self.path.name if self.path is not None else "The audio"

    def with_samples(self, samples: Samples, sample_rate: int | None = None) -> Audio:
        """Return processed audio: other samples, same tags, same storage.

        Parameters
        ----------
        samples
            Shape (channels, frames).
        sample_rate
            In Hz; as before when ``None``.
        """
        return replace(
            self, samples=samples, sample_rate=self.sample_rate if sample_rate is None else sample_rate, processed=True
        )

    def __repr__(self) -> str:
        stored = f", {self.format}" if self.format is not None else ""
        plural = "channel" if self.channels == 1 else "channels"
        return f"<Audio {self.name}: {self.duration:.3f} s, {self.channels} {plural}, {self.sample_rate} Hz{stored}>"
