"""From a store back to recordings, one file per work: what ``tonewright evaluate`` and ears can read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tonewright.audio.containers import Format
from tonewright.audio.writer import Writer
from tonewright.errors import AudioError, OutputError
from tonewright.training.corpus.entries import SAMPLE_RATE, Entry, Profile, Split
from tonewright.training.corpus.store import Corpus

#: Frames written at a time.
_BLOCK = 1 << 18
#: Of a name, in characters, without number and ending.
_LONGEST = 80


def export(
    corpus: Corpus,
    folder: Path,
    *,
    split: Split | None = None,
    profile: Profile | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> list[Path]:
    """Write works of a store as FLAC, 24 bit, mono, 44.1 kHz, with title, artist and licence as tags.

    Parameters
    ----------
    corpus
        The store.
    folder
        A new or empty folder; its parents are made.
    split, profile
        Only such works; all where absent.
    progress
        Called with the name of a work and the part done, 0 to 1.

    Returns
    -------
    The files, numbered in the order of the store: ``0007-the-works-name.flac``.

    Raises
    ------
    AudioError
        If no work is such.
    OutputError
        If the folder holds something or cannot be written.
    """
    chosen = [
        (number, work)
        for number, work in enumerate(corpus.works)
        if split in (None, work.split) and profile in (None, work.profile)
    ]
    if not chosen:
        kind = " ".join(word for word in (split, profile) if word)
        raise AudioError(f"{corpus.folder} holds no {kind} works." if kind else f"{corpus.folder} holds no works.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise OutputError(f"{folder} is not empty; name a new folder.")
    except OSError as error:
        raise OutputError(f"{folder} cannot be written ({error.strerror}).") from None
    paths = []
    for done, (number, work) in enumerate(chosen):
        if progress is not None:
            progress(work.name, done / len(chosen))
        paths.append(folder / f"{number:04d}-{_plain(work)}.flac")
        _write(corpus, work, paths[-1])
    return paths


def _write(corpus: Corpus, work: Entry, path: Path) -> None:
    tags = {"title": work.title or work.name, "artist": work.artist or work.source, "license": work.licence}
    said = {key: value for key, value in tags.items() if value}
    with Writer(path, SAMPLE_RATE, 1, like=Format("FLAC", "PCM_24"), tags=said) as writer:
        for start in range(0, work.frames, _BLOCK):
            writer.write(corpus.read(work, start, min(_BLOCK, work.frames - start))[None])


def _plain(work: Entry) -> str:
    """Return a work's name as a file's: the last parts of its path, letters, digits and hyphens."""
    last = "-".join(work.name.split("/")[-2:])
    return re.sub(r"[^A-Za-z0-9]+", "-", last).strip("-")[-_LONGEST:].strip("-") or "work"
