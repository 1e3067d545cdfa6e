"""A built corpus: works in one memory-mapped file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tonewright.errors import AudioError
from tonewright.training.corpus.building import Built, build
from tonewright.training.corpus.config import Config
from tonewright.training.corpus.entries import AUDIO, Entry, Split, read_manifest


class Corpus:
    """Works decoded to one channel at 44.1 kHz, and what is known of them.

    Attributes
    ----------
    folder
        The store: ``corpus.json`` and ``audio.i16``.
    works
        What it holds, in the order of the audio.

    Examples
    --------
    >>> corpus = Corpus.open("store/music")  # doctest: +SKIP
    >>> work = corpus.split("train")[0]  # doctest: +SKIP
    >>> corpus.read(work, 0, 131072).shape  # doctest: +SKIP
    (131072,)
    """

    def __init__(self, folder: Path, works: tuple[Entry, ...], audio: NDArray[np.int16]) -> None:
        self.folder = folder
        self.works = works
        self._audio = audio

    @classmethod
    def open(cls, folder: str | Path) -> Corpus:
        """Open a store; nothing is read but its manifest.

        Raises
        ------
        AudioError
            If it is no store, or its audio is not as long as its manifest says.
        """
        folder = Path(folder)
        works, _ = read_manifest(folder)
        path = folder / AUDIO
        frames = max((work.offset + work.frames for work in works), default=0)
        if not path.is_file() or path.stat().st_size != 2 * frames:
            raise AudioError(f"{path} is missing or not as long as its manifest says; build the corpus again.")
        return cls(folder, works, np.memmap(path, dtype="<i2", mode="r") if frames else np.empty(0, "<i2"))

    @staticmethod
    def build(
        config: Config,
        folder: str | Path,
        *,
        root: str | Path = ".",
        progress: Callable[[str, float], None] | None = None,
    ) -> Built:
        """Build a store, beside its place first, or leave the one there if it is of the same recordings.

        Works are decoded one after the other and brought to a peak of 1, so that memory is that of the longest.

        Parameters
        ----------
        config
            From :func:`~tonewright.training.corpus.config.read_config`.
        folder
            Where the store is put; an older store there is replaced when the new one is complete.
        root
            What the configuration's paths are relative to.
        progress
            Called with the name of a work and the part done, 0 to 1.

        Raises
        ------
        AudioError
            If a source is missing or broken, or nothing is left.
        LeakError
            If splits share content, a work or a producer, and the configuration does not drop such works.
        OutputError
            If the place cannot be written, or holds something else.
        """
        return build(config, Path(folder), Path(root), progress)

    def split(self, split: Split) -> tuple[Entry, ...]:
        """Return the works of a split, in the order of the store."""
        return tuple(work for work in self.works if work.split == split)

    def read(self, entry: Entry, start: int, frames: int) -> NDArray[np.float32]:
        """Read a part of a work.

        Parameters
        ----------
        entry
            One of :attr:`works`.
        start, frames
            Where in the work, in frames; the part must lie in it.

        Returns
        -------
        ndarray of float32
            Shape (frames,), at the recording's own level.

        Raises
        ------
        AudioError
            If the part does not lie in the work.
        """
        if start < 0 or frames < 0 or start + frames > entry.frames:
            raise AudioError(f"{entry.name} has {entry.frames} frames; {start} to {start + frames} is not in it.")
        part = self._audio[entry.offset + start : entry.offset + start + frames]
        return np.multiply(part, np.float32(entry.scale / 32767.0), dtype=np.float32)

    def __repr__(self) -> str:
        minutes = sum(work.duration_s for work in self.works) / 60
        return f"Corpus({str(self.folder)!r}, {len(self.works)} works, {minutes:.1f} min)"
