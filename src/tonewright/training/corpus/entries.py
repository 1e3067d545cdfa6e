"""What a store says about each work, and how that is written down."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from tonewright.errors import AudioError
from tonewright.files import write_text

Split = Literal["train", "validation", "test"]
Profile = Literal["music", "speech"]
SPLITS: tuple[Split, ...] = get_args(Split)
PROFILES: tuple[Profile, ...] = get_args(Profile)

#: Of everything in a store, in Hz.
SAMPLE_RATE = 44_100
#: Of one flag of `loud`, in frames: 2.97 s, the length of the paper's training examples.
STRETCH = 131_072
#: The files of a store.
MANIFEST = "corpus.json"
AUDIO = "audio.i16"
VERSION = 1

#: Between the names of several people in one tag.
_BETWEEN = re.compile(r"\s*(?:[;/&+,]|\b(?:feat|featuring|ft|and|with|vs)\b\.?)\s*", re.IGNORECASE)
#: What taggers write where they do not know.
_NOBODY = frozenset({"", "unknown", "unknownartist", "various", "variousartists", "artist", "none", "na", "anonymous"})


@dataclass(frozen=True)
class Entry:
    """One work of a store.

    Attributes
    ----------
    name
        Unique in the store: the source and the path in it.
    source
        The package, folder or data set it comes from.
    artist, title
        The file's tags, as they are; empty where it has none.
    licence
        A licence's name, or where it is written.
    sha256
        Of the file; of joined files, of their digests in order.
    profile
        ``"music"`` or ``"speech"``.
    split
        ``"train"``, ``"validation"`` or ``"test"``.
    source_rate
        Sample rate before conversion, in Hz: above half of it there is nothing to learn from.
    frames, offset
        Length and place in the store's audio, in frames.
    scale
        Peak of the work, linear: what an integer of 32767 stands for.
    loud
        1 for each whole stretch of :data:`STRETCH` frames worth hearing, 0 for the others; what remains behind the
        last whole stretch has no flag.
    """

    name: str
    source: str
    artist: str
    title: str
    licence: str
    sha256: str
    profile: Profile
    split: Split
    source_rate: int
    frames: int
    offset: int
    scale: float
    loud: tuple[int, ...]

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / SAMPLE_RATE

    @property
    def producers(self) -> frozenset[str]:
        """Who made it; see :func:`producers`."""
        return producers(self.artist, self.source)


def producers(artist: str, source: str) -> frozenset[str]:
    """Return who made a work, in a form that can be compared.

    Every name of the artist tag counts ("A & B" shares a producer with "B"), without case, accents and punctuation; a
    work whose tag names nobody counts as made by its source.
    """
    names = {plain(part) for part in _BETWEEN.split(artist)} - _NOBODY
    return frozenset(names) if names else frozenset({f"source {source}"})


def plain(text: str) -> str:
    """Return a text without case, accents, spaces and punctuation, in any script."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in decomposed if character.isalnum())


def write_manifest(folder: Path, entries: Iterable[Entry], fingerprint: str) -> None:
    """Write the manifest of a store; `fingerprint` tells what it was built from."""
    content = {
        "version": VERSION,
        "sample_rate": SAMPLE_RATE,
        "fingerprint": fingerprint,
        "works": [asdict(entry) for entry in entries],
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace('{"name"', '\n{"name"')
    write_text(folder / MANIFEST, text + "\n")


def read_manifest(folder: Path) -> tuple[tuple[Entry, ...], str]:
    """Read the manifest of a store.

    Returns
    -------
    entries, fingerprint
        The works in the order of the audio, and what the store was built from.

    Raises
    ------
    AudioError
        If there is no manifest, or it is not one of this version.
    """
    path = folder / MANIFEST
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AudioError(
            f"{folder} is no corpus ({MANIFEST} is missing); build it with tonewright corpus build."
        ) from None
    except (OSError, ValueError) as problem:
        raise AudioError(f"{path} cannot be read ({problem}); build the corpus again.") from None
    try:
        if content["version"] != VERSION or content["sample_rate"] != SAMPLE_RATE:
            raise AudioError(f"{path} is of another version or sample rate; build the corpus again.")
        return tuple(_entry(row) for row in content["works"]), str(content.get("fingerprint", ""))
    except (KeyError, TypeError, ValueError) as problem:
        raise AudioError(f"{path} is not the manifest of a corpus ({problem}); build the corpus again.") from None


def _entry(row: dict[str, Any]) -> Entry:
    if row["split"] not in SPLITS or row["profile"] not in PROFILES:
        raise ValueError(f"unknown split or profile of {row['name']}")
    return Entry(**{each.name: row[each.name] for each in fields(Entry)} | {"loud": tuple(row["loud"])})
