"""What the protocols share: works of a corpus, clips, cases, and how a case is drawn from a seed.

A *work* is a recording. A *case* is one thing to solve: what a system hears, and the target that it is compared with.
A protocol is a dataclass of what may be chosen, and a function that yields the cases of a work:

    for draw, rng in draws(protocol, work):
        start = choose_excerpt(song.mono, song.frames(protocol.excerpt_s), rng)
        ...
        yield Case(...)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from tonewright.errors import AudioError
from tonewright.evaluation.metrics import at_rms
from tonewright.settings import Settings

AUDIO_SUFFIXES = {".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff"}

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Protocol:
    """What may be chosen about any run; the defaults are the published protocol.

    Attributes
    ----------
    excerpt_s, minimum_s
        Length of an excerpt and of the shortest work, in seconds.
    draws
        Cases per work, each with its own excerpts and hidden settings.
    level_db
        RMS of everything heard or compared, in dBFS.
    sample_rates
        Works at other rates are skipped.
    seed
        Together with a work's name and the number of the draw it fixes the case, whatever else runs.
    """

    excerpt_s: float = 18.0
    minimum_s: float = 60.0
    draws: int = 3
    level_db: float = -20.0
    sample_rates: tuple[int, ...] = (44_100, 48_000)
    seed: int = 0


class Clip(NamedTuple):
    """Audio as a system hears it: float32 samples of shape ``(1, frames)`` and their rate in Hz."""

    samples: Samples
    sample_rate: int


class Work(NamedTuple):
    """A recording: its name (path below the corpus folder, with forward slashes), where it lies, and its twin.

    The twin of a real pair is the same performance, sample by sample, as somebody else finished it: the mix and its
    master. Where there is one, it takes the place of hidden settings.
    """

    name: str
    path: Path
    twin: Path | None = None


@dataclass(frozen=True)
class Case:
    """One thing to solve.

    Attributes
    ----------
    starts_s
        Where the excerpts begin in their works, in seconds.
    settings
        What was hidden; neutral where nothing was, ``None`` for a real pair and where there is no truth.
    reference
        Heard beside the input, where the task has one.
    target
        What the answer is compared with, as long as the input; where there is no truth, the reference.
    reference_work, scale
        Where the reference is of another work: its name, and another excerpt of it, which does not overlap.
    """

    work: str
    draw: int
    starts_s: tuple[float, ...]
    settings: Settings | None
    input: Clip
    reference: Clip | None
    target: Clip
    reference_work: str = ""
    scale: Clip | None = None


def find_works(folder: Path, protocol: Protocol | None = None) -> tuple[list[Work], dict[str, str]]:
    """List the works of a corpus folder that a protocol can use, and why it cannot use the others.

    The folder's ``manifest.json`` (``scripts/fetch_music.py``) says which files are works, by ``path``; without one,
    every audio file below the folder is. An entry with a ``twin`` (a path too) is a real pair.

    Returns
    -------
    works, skipped
        Works by name, and the reason for each name left out.
    """
    protocol = protocol or Protocol()
    if not folder.is_dir():
        raise AudioError(f"{folder} is not a folder of music: give one, or fetch one with scripts/fetch_music.py.")
    manifest = folder / "manifest.json"
    if manifest.exists():
        rows = json.loads(manifest.read_text(encoding="utf-8"))["works"]
        names = {row["path"]: row.get("twin") for row in rows}
    else:
        files = (path for path in folder.rglob("*") if path.suffix.lower() in AUDIO_SUFFIXES and path.is_file())
        names = {path.relative_to(folder).as_posix(): None for path in files}
    works, skipped = [], {}
    for name, twin in sorted(names.items()):
        work = Work(name, folder / name, None if twin is None else folder / twin)
        reason = _unusable(work, protocol)
        if reason:
            skipped[name] = reason
        else:
            works.append(work)
    return works, skipped


def _unusable(work: Work, protocol: Protocol) -> str:
    try:
        info = sf.info(str(work.path))
        twin = info if work.twin is None else sf.info(str(work.twin))
    except (sf.LibsndfileError, OSError) as error:
        return f"cannot be read: {error}"
    if info.samplerate not in protocol.sample_rates:
        return f"has {info.samplerate} Hz"
    if info.frames < protocol.minimum_s * info.samplerate:
        return f"is only {info.frames / info.samplerate:.0f} s long"
    if (twin.samplerate, twin.frames) != (info.samplerate, info.frames):
        return "differs from its twin in rate or length"
    return ""


def read_mono(path: Path) -> tuple[Samples, int]:
    """Read a whole recording as the mean of its channels, shape ``(frames,)``, and its rate in Hz."""
    samples, rate = sf.read(str(path), dtype="float32", always_2d=True)
    return samples.mean(axis=1, dtype=np.float32), int(rate)


class Song(NamedTuple):
    """A work in memory: the mean of its channels and of its twin's, ``(frames,)``, and the rate in Hz.

    Excerpts of it are brought to an RMS of `level_db`.
    """

    mono: Samples
    twin: Samples | None
    sample_rate: int
    level_db: float

    @classmethod
    def read(cls, work: Work, protocol: Protocol) -> Song:
        """Read a work, and its twin where it has one."""
        mono, rate = read_mono(work.path)
        twin = None if work.twin is None else read_mono(work.twin)[0]
        return cls(mono, twin, rate, protocol.level_db)

    def frames(self, seconds: float) -> int:
        """Return how many samples a time takes."""
        return round(seconds * self.sample_rate)

    def excerpt(self, start: int, length: int) -> Clip:
        """Cut an excerpt, given in samples."""
        return self.at_level(self.mono[None, start : start + length])

    def twin_excerpt(self, start: int, length: int) -> Clip:
        """Cut the same excerpt of the twin, which there must be."""
        assert self.twin is not None
        return self.at_level(self.twin[None, start : start + length])

    def at_level(self, samples: Samples) -> Clip:
        """Return samples of this work, ``(1, frames)``, at the protocol's level."""
        return Clip(at_rms(samples, self.level_db), self.sample_rate)


def draws(protocol: Protocol, work: Work) -> Iterator[tuple[int, np.random.Generator]]:
    """Yield the number of each draw and its generator."""
    for draw in range(protocol.draws):
        yield draw, case_generator(protocol, work.name, draw)


def case_generator(protocol: Protocol, work: str, draw: int) -> np.random.Generator:
    """Return the generator of one case, which depends on the seed, the work's name and the draw alone."""
    name = int.from_bytes(hashlib.sha256(work.encode()).digest()[:8], "big")
    return np.random.default_rng([protocol.seed, name, draw])
