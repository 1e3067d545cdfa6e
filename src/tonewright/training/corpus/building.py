"""Build a store: choose, split, check, decode one work after the other, rename."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tonewright.errors import AudioError, OutputError
from tonewright.files import Draft, output_error
from tonewright.threads import spread
from tonewright.training.corpus.config import Config
from tonewright.training.corpus.decoding import Mono, decode_all
from tonewright.training.corpus.entries import (
    AUDIO,
    MANIFEST,
    SAMPLE_RATE,
    Entry,
    Split,
    read_manifest,
    write_manifest,
)
from tonewright.training.corpus.filters import loud_stretches
from tonewright.training.corpus.leaks import find_leaks, refuse_leaks, without_leaks
from tonewright.training.corpus.recordings import Recording, recordings
from tonewright.training.corpus.splits import split_of_each

#: Raised when the same recordings would give another store.
_RECIPE = 1
#: Works that are decoded before they are written, on all threads: what memory is bounded by.
_BATCH = 16

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Built:
    """What became of a build.

    Attributes
    ----------
    folder
        The store.
    reused
        Whether it was there already, from the same configuration and recordings.
    dropped
        Names of works left out because another split shares something with them.
    skipped
        Names of works left out because they are too short, silent, or cannot be read.
    """

    folder: Path
    reused: bool
    dropped: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


def build(config: Config, folder: Path, root: Path, progress: Callable[[str, float], None] | None = None) -> Built:
    """Build a store, or find it built; see :meth:`tonewright.training.corpus.Corpus.build`."""
    _refuse_folder(folder)
    found = recordings(config, root)
    apart = [entry for name in config.apart_from for entry in read_manifest(root / name)[0]]
    works: list[tuple[Recording, Split]] = list(zip(found, split_of_each(found), strict=True))
    dropped: list[tuple[Recording, Split]] = []
    if config.leaks == "drop":
        works, dropped = without_leaks(works, apart)
    leaks = find_leaks([*works, *((entry, "test") for entry in apart)])
    if config.leaks == "allow" and leaks:
        _log.warning("%s: splits share %d things, among them %s.", folder, len(leaks), leaks[0])
    else:
        refuse_leaks(leaks, str(folder))
    _refuse_twins(works)
    left_out = tuple(work.name for work, _ in dropped)
    fingerprint = _fingerprint(config, works)
    if _is_finished(folder, fingerprint):
        return Built(folder, True, left_out)
    partial: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        # A name of its own: another build of the same store, or one that is just ending, must not meet this one.
        partial = Path(tempfile.mkdtemp(prefix=f"{folder.name}.partial-", dir=folder.parent))
        partial.chmod(0o755)
        entries, skipped = _decode_all(works, partial / AUDIO, progress)
        if not entries:
            raise AudioError(f"Nothing is left for {folder}; every work is too short, silent or unreadable.")
        write_manifest(partial, entries, fingerprint)
        _put_in_place(partial, folder)
    except BaseException as problem:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)
        if isinstance(problem, OSError):
            raise output_error(folder, problem) from None
        raise
    return Built(folder, False, left_out, tuple(skipped))


@dataclass(frozen=True)
class _Decoded:
    """A work as it is stored: integers of shape (frames,), what 32767 stands for, its flags, its file's rate."""

    samples: NDArray[np.int16]
    scale: float
    loud: tuple[int, ...]
    source_rate: int


def _decode_all(
    works: Sequence[tuple[Recording, Split]], target: Path, progress: Callable[[str, float], None] | None
) -> tuple[list[Entry], list[str]]:
    """Append every work to the audio; what cannot be used is named, what cannot be read also in a warning."""
    entries: list[Entry] = []
    skipped: list[str] = []
    offset = 0
    with Draft(target) as draft, draft.path.open("r+b") as stream:
        for start in range(0, len(works), _BATCH):
            batch = works[start : start + _BATCH]
            if progress is not None:
                progress(batch[0][0].name, start / len(works))
            for (work, split), decoded in zip(batch, spread(_decode, [work for work, _ in batch]), strict=True):
                if isinstance(decoded, AudioError):
                    _log.warning("Skipped: %s", decoded)
                if not isinstance(decoded, _Decoded):
                    skipped.append(work.name)
                    continue
                decoded.samples.tofile(stream)
                entries.append(_entry(work, split, decoded, offset))
                offset += decoded.samples.size
    return entries, skipped


def _decode(work: Recording) -> _Decoded | AudioError | None:
    """Decode one work; ``None`` if it is too short or silent."""
    try:
        samples, rate = _whole(work)
    except AudioError as problem:
        return problem
    scale = float(np.abs(samples).max(initial=0.0))
    if samples.size < work.minimum_s * SAMPLE_RATE or scale <= 0.0:
        return None
    samples /= np.float32(scale)
    return _Decoded(np.rint(samples * np.float32(32767.0)).astype("<i2"), scale, loud_stretches(samples), rate)


def _entry(work: Recording, split: Split, decoded: _Decoded, offset: int) -> Entry:
    return Entry(
        name=work.name,
        source=work.source,
        artist=work.artist,
        title=work.title,
        licence=work.licence,
        sha256=work.sha256,
        profile=work.profile,
        split=split,
        source_rate=decoded.source_rate,
        frames=decoded.samples.size,
        offset=offset,
        scale=decoded.scale,
        loud=decoded.loud,
    )


def _whole(work: Recording) -> tuple[Mono, int]:
    """Decode a work, its parts one behind the other; the rate is the lowest of theirs."""
    parts, rates = zip(*decode_all(work.paths, work.maximum_s), strict=True)
    whole: Mono = np.concatenate(parts) if len(parts) > 1 else np.array(parts[0])
    return whole, min(rates)


def _is_finished(folder: Path, fingerprint: str) -> bool:
    """Whether the store is there, whole, and of the same recordings."""
    try:
        entries, found = read_manifest(folder)
        return found == fingerprint and (folder / AUDIO).stat().st_size == 2 * sum(each.frames for each in entries)
    except (AudioError, OSError):
        return False


def _fingerprint(config: Config, works: Sequence[tuple[Recording, Split]]) -> str:
    # Without defaults: an option that is added later does not make every store stale.
    lines = [str(_RECIPE), config.model_dump_json(exclude={"store", "leaks"}, exclude_defaults=True)]
    lines += [f"{work.sha256} {split} {work.name} {work.artist} {work.title}" for work, split in works]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _refuse_twins(works: Sequence[tuple[Recording, Split]]) -> None:
    """Names are unique, as others find works by them."""
    seen: dict[str, Any] = {}
    for work, _ in works:
        if work.name in seen:
            raise AudioError(f"Two works are called {work.name}; give one of the sources another name.")
        seen[work.name] = work


def _refuse_folder(folder: Path) -> None:
    """Never replace what is no store."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file; choose another place for the corpus.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST).exists():
        raise OutputError(f"{folder} holds something that is no corpus; choose another place or empty it.")


def _put_in_place(partial: Path, folder: Path) -> None:
    """Rename the finished store; an older one goes only when the new one stands."""
    older = folder.with_name(folder.name + ".older")
    shutil.rmtree(older, ignore_errors=True)
    if folder.exists():
        folder.rename(older)
    partial.rename(folder)
    shutil.rmtree(older, ignore_errors=True)
