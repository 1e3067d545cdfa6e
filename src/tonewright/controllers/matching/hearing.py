"""A recording as ``match`` hears it: the whole in outline, a few segments in detail, all at one working level."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tonewright.analysis.segments import choose_segments
from tonewright.analysis.survey import Survey, survey
from tonewright.errors import AudioError

#: Controllers work on audio brought to this loudness, in LUFS.
WORKING_LUFS = -23.0
#: Length of a segment in seconds: 65536 frames at 44.1 kHz.
SEGMENT_S = 65536 / 44100
#: The shortest recording that has a tone to speak of, in seconds.
SHORTEST_S = 0.5
#: Below this share of the channels' mean power a mono mix has lost what it should stand for.
_CANCELLED = 0.25

Floats = NDArray[np.float32]


class Recording(Protocol):
    """What can be heard: audio in memory or a file."""

    @property
    def name(self) -> str:
        """What to call it in a sentence."""

    @property
    def sample_rate(self) -> int:
        """In Hz."""

    @property
    def channels(self) -> int:
        """Number of channels."""

    @property
    def frames(self) -> int:
        """Length in frames."""

    def blocks(self) -> Iterator[NDArray[Any]]:
        """Yield the whole in order, (channels, frames)."""

    def excerpts(self, starts: list[int], frames: int) -> list[NDArray[Any]]:
        """Return stretches of ``frames`` frames that begin at ``starts``, (channels, frames) each."""


@dataclass(frozen=True)
class Hearing:
    """A recording after the first pass.

    Attributes
    ----------
    recording
        Where to read segments from.
    survey
        Loudness and spectrum of the whole.
    """

    recording: Recording
    survey: Survey

    @property
    def gain_db(self) -> float:
        """What brings the recording to the working level, in dB."""
        return WORKING_LUFS - self.survey.level_db

    def segments(self, count: int) -> Floats:
        """Read up to ``count`` telling segments, in mono at the working level: (segments, frames)."""
        outline = self.survey
        frames = min(round(SEGMENT_S * outline.sample_rate), outline.frames)
        windows = max(1, frames // outline.window)
        starts = [first * outline.window for first in choose_segments(outline.powers, windows, count)]
        starts = [min(start, outline.frames - frames) for start in starts]
        gain = 10.0 ** (self.gain_db / 20.0)
        return np.stack([gain * _mono(excerpt) for excerpt in self.recording.excerpts(starts, frames)])


def hear(recording: Recording, progress: Callable[[int], None] | None = None, *, doing: str = "matching") -> Hearing:
    """Survey a recording; `doing` is said in errors.

    Raises
    ------
    AudioError
        If it is silent or shorter than half a second.
    """
    shortest = SHORTEST_S * recording.sample_rate
    if recording.frames < shortest:
        seconds = recording.frames / recording.sample_rate
        raise AudioError(f"{recording.name} is {seconds:.2f} s long; {doing} needs at least {SHORTEST_S:g} s.")
    outline = survey(recording.blocks(), recording.sample_rate, recording.channels, progress)
    if outline.is_silent:
        raise AudioError(f"{recording.name} is silent; {doing} has nothing to hear.")
    return Hearing(recording, outline)


def _mono(samples: NDArray[Any]) -> Floats:
    """Mix to mono, as loud as a detector linked over the channels hears it."""
    if len(samples) == 1:
        return np.asarray(samples[0], dtype=np.float32)
    mix = samples.mean(axis=0)
    power = float(np.mean(mix**2))
    if power < _CANCELLED * float(np.mean(samples**2)):
        mix = samples[int(np.argmax(np.mean(samples**2, axis=1)))]
        power = float(np.mean(mix**2))
    heard = float(np.mean(np.max(np.abs(samples), axis=0) ** 2))
    return np.asarray(mix * np.sqrt(heard / power) if power > 0.0 else mix, dtype=np.float32)
