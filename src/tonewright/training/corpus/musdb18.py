"""MUSDB18 and MUSDB18-HQ: which songs there are, and the published division into training, validation and test."""

from __future__ import annotations

import logging
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib import import_module, resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tonewright.errors import AudioError, MissingExtraError
from tonewright.training.corpus.entries import Split, plain

#: How the files of MUSDB18 end: five AAC streams, the mixture first.
STEMS = ".stem.mp4"
LICENCE = "MUSDB18: for academic purposes, song by song in its tracklist"

_log = logging.getLogger(__name__)


class Song(NamedTuple):
    """A mixture of the data set.

    Attributes
    ----------
    path
        Its file.
    artist, title
        From its name, "Artist - Title".
    split
        By the published lists.
    """

    path: Path
    artist: str
    title: str
    split: Split


def songs(folder: Path, *, stems: bool) -> Iterator[Song]:
    """List the mixtures of a data set in its published layout, in the order of their names.

    Parameters
    ----------
    folder
        It holds the folders ``train`` and ``test``.
    stems
        True for MUSDB18 (``train/NAME.stem.mp4``), which needs the packages musdb and stempeg; False for MUSDB18-HQ
        (``train/NAME/mixture.wav``).

    Raises
    ------
    AudioError
        If a folder is missing.
    MissingExtraError
        If a package is missing.
    """
    counts: Counter[str] = Counter()
    for subset in ("train", "test"):
        if not (folder / subset).is_dir():
            raise AudioError(f"{folder} has no folder {subset}; unpack MUSDB18 there, see docs/training.md.")
        found = _with_musdb(folder, subset) if stems else sorted((folder / subset).glob("*/mixture.wav"))
        for path in found:
            name = path.name.removesuffix(STEMS) if stems else path.parent.name
            artist, _, title = name.partition(" - ")
            split: Split = "test" if subset == "test" else "validation" if plain(name) in _validation() else "train"
            counts[split] += 1
            yield Song(path, artist, title, split)
    expected = _lists()["works"]
    if dict(counts) != expected:
        said = ", ".join(f"{counts[split]} {split} (of {count})" for split, count in expected.items())
        _log.warning("%s is not the whole data set: %s.", folder, said)


def read_mixture(path: Path, maximum_s: float) -> tuple[NDArray[np.float32], int]:
    """Read the mixture of a stem file through stempeg, which needs ffmpeg.

    Returns
    -------
    channels, sample_rate
        Shape (channels, frames), and Hz.

    Raises
    ------
    AudioError, MissingExtraError
        If it cannot be read; if stempeg is missing.
    """
    stempeg = _package("stempeg")
    try:
        stems, rate = stempeg.read_stems(str(path), stem_id=0, duration=maximum_s, always_3d=True, dtype=np.float32)
    except Exception as problem:  # stempeg raises Warning, ffmpeg-python its own
        raise AudioError(f"{path} cannot be read by stempeg ({problem}); is it whole, is ffmpeg installed?") from None
    return np.ascontiguousarray(stems[0].T, np.float32), int(rate)


def _with_musdb(folder: Path, subset: str) -> list[Path]:
    try:
        tracks = _package("musdb").DB(root=str(folder), subsets=[subset]).tracks
    except MissingExtraError:
        raise
    except Exception as problem:  # it probes every file, with ffmpeg's and the system's errors
        raise AudioError(f"{folder} cannot be listed by musdb ({problem}); is it whole, is ffmpeg installed?") from None
    return [Path(track.path) for track in tracks]


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise MissingExtraError(f"MUSDB18 needs {name}; install it with: pip install musdb.") from None


@cache
def _lists() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("musdb18.toml").read_text(encoding="utf-8"))


@cache
def _validation() -> frozenset[str]:
    return frozenset(plain(name) for name in _lists()["validation"])
