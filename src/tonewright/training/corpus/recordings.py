"""What the sources of a corpus offer, before anything is decoded."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from tonewright.audio import tags
from tonewright.errors import AudioError
from tonewright.training.corpus.config import Config, Shares, Source
from tonewright.training.corpus.decoding import FFMPEG_ONLY
from tonewright.training.corpus.entries import Profile, Split, plain
from tonewright.training.corpus.musdb18 import LICENCE, songs

SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff"}) | FFMPEG_ONLY
#: Bytes of a second of what has no header.
_BYTES_PER_SECOND = {".g722": 8000.0, ".gsm": 1650.0}


@dataclass(frozen=True)
class Recording:
    """A work to be: where it lies and what is known of it.

    Attributes
    ----------
    paths
        One file, or several that are joined.
    name, source, artist, title, licence, sha256, profile
        As in :class:`~tonewright.training.corpus.entries.Entry`.
    split
        A split, or the shares by which its source is dealt out.
    minimum_s, maximum_s
        What is too short, and where it is cut, in seconds.
    """

    paths: tuple[Path, ...]
    name: str
    source: str
    artist: str
    title: str
    licence: str
    sha256: str
    profile: Profile
    split: Split | Shares
    minimum_s: float
    maximum_s: float


def recordings(config: Config, root: Path) -> list[Recording]:
    """List what all sources offer, in their order; of files with equal content the first only.

    Raises
    ------
    AudioError
        If a source is missing, broken, or offers nothing.
    """
    found: list[Recording] = []
    seen: set[str] = set()
    for source in config.source:
        folder = root / source.path
        if not folder.is_dir():
            raise AudioError(f"{folder} is no folder; fetch the source first, see docs/training.md.")
        offered = [each for each in _offer(source, folder) if _wanted(each, source, folder)]
        if not offered:
            raise AudioError(f"{folder} offers no recording of the kind {source.kind}; check the configuration.")
        fresh = []
        for each in offered:
            if each.sha256 not in seen:
                seen.add(each.sha256)
                fresh.append(each)
        found += fresh if source.join_s is None else joined(fresh, source.join_s, source.join_by)
    return found


def joined(parts: Iterable[Recording], seconds: float, by: str | None = None) -> Iterator[Recording]:
    """Join short recordings to works of about `seconds`, in the order of their names.

    Only those of one source and artist are joined, and of these those of one folder, or those for which the first
    group of the regular expression `by` finds the same in the name.
    """
    groups: dict[tuple[str, str, str], list[Recording]] = {}
    for part in parts:
        place = part.paths[0].parent.as_posix()
        if by is not None:
            found = re.search(by, part.name)
            place = (found[1] or "") if found else ""
        groups.setdefault((part.source, part.artist, place), []).append(part)
    for (_, artist, place), members in groups.items():
        label = "-".join(filter(None, (place.rpartition("/")[2], plain(artist)))) or "joined"
        group: list[Recording] = []
        length, count = 0.0, 0
        for part in members:
            group.append(part)
            length += duration_s(part.paths[0])
            if length >= seconds:
                yield _join(group, f"{label}-{count:03}")
                group, length, count = [], 0.0, count + 1
        if group:
            yield _join(group, f"{label}-{count:03}")


def duration_s(path: Path) -> float:
    """Return the length of a file in seconds, 0 if it cannot be told."""
    import soundfile

    rate = _BYTES_PER_SECOND.get(path.suffix.lower())
    if rate is not None:
        return path.stat().st_size / rate
    try:
        return float(soundfile.info(str(path)).duration)
    except (soundfile.SoundFileError, RuntimeError):
        return 0.0


def sha256_of(path: Path) -> str:
    """Return the digest of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _join(group: list[Recording], label: str) -> Recording:
    first = group[0]
    digest = hashlib.sha256("".join(part.sha256 for part in group).encode()).hexdigest()
    paths = tuple(path for part in group for path in part.paths)
    # The first part's name makes it unique: folders of one name may lie in different places.
    return replace(first, paths=paths, name=f"{first.name} ({label})", title="", sha256=digest)


def _wanted(recording: Recording, source: Source, folder: Path) -> bool:
    path = recording.paths[0].relative_to(folder).as_posix()
    if source.only and not any(fnmatch(path, pattern) for pattern in source.only):
        return False
    return not any(fnmatch(path, pattern) for pattern in source.leave_out)


def _offer(source: Source, folder: Path) -> Iterator[Recording]:
    if source.kind == "packages":
        return _packages(source, folder)
    if source.kind == "folder":
        return _folder(source, folder)
    return _musdb18(source, folder)


def _folder(source: Source, folder: Path) -> Iterator[Recording]:
    label = source.name or folder.name
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        words, _ = tags.read_tags(path, {})
        yield _recording(
            source,
            path,
            f"{label}/{path.relative_to(folder).as_posix()}",
            label,
            source.split,
            artist=words.get("artist", ""),
            title=words.get("title", ""),
            licence=source.licence or words.get("license", ""),
            sha256=sha256_of(path),
        )


def _packages(source: Source, folder: Path) -> Iterator[Recording]:
    """Read a fetched folder; its manifest has no work shorter than was asked for when it was fetched."""
    manifest = folder / "manifest.json"
    try:
        rows: list[dict[str, Any]] = json.loads(manifest.read_text(encoding="utf-8"))["works"]
        works = [
            (folder / row["path"], *(str(row[key]) for key in ("package", "artist", "title", "licence", "sha256")))
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise AudioError(f"{manifest} cannot be read ({problem}); fetch the packages again.") from None
    for path, package, artist, title, licence, sha256 in works:
        if not path.is_file() or sha256_of(path) != sha256:
            raise AudioError(f"{path} is missing or not what {manifest} says; fetch the packages again.")
        inside = path.relative_to(folder).as_posix()
        yield _recording(
            source, path, inside, package, source.split, artist=artist, title=title, licence=licence, sha256=sha256
        )


def _musdb18(source: Source, folder: Path) -> Iterator[Recording]:
    for song in songs(folder, stems=source.kind == "musdb18"):
        yield _recording(
            source,
            song.path,
            f"{source.kind}/{song.artist} - {song.title}",
            source.kind,
            song.split,
            artist=song.artist,
            title=song.title,
            licence=source.licence or LICENCE,
            sha256=sha256_of(song.path),
        )


def _recording(
    source: Source,
    path: Path,
    name: str,
    label: str,
    split: Split | Shares | None,
    *,
    artist: str,
    title: str,
    licence: str,
    sha256: str,
) -> Recording:
    if split is None:
        raise AudioError(f"{path} has no split; give its source one.")
    return Recording(
        paths=(path,),
        name=name,
        source=label,
        artist=artist or source.artist,
        title=title,
        licence=licence,
        sha256=sha256,
        profile=source.profile,
        split=split,
        minimum_s=source.minimum_s,
        maximum_s=source.maximum_s,
    )
