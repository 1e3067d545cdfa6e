"""Where an assistant may read and write: folders that the user named, and nothing that links lead to outside."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from tonewright.audio.containers import EXTENSIONS
from tonewright.errors import OutputError
from tonewright.files import refuse_place

#: Most files that are listed, and that are looked at for it.
_MOST_LISTED, _MOST_SEEN = 500, 20_000
_SETTINGS = ".json"


class PlaceError(OutputError):
    """A path that an assistant may not use."""


class Folders:
    """The folders that the user named.

    Parameters
    ----------
    allowed
        Folders to read from; and to write into, unless ``out`` is given.
    out
        The only folder to write into; it may be read too.

    Raises
    ------
    PlaceError
        If there is none, or one is no folder.
    """

    def __init__(self, allowed: Sequence[Path], out: Path | None = None) -> None:
        if not allowed:
            raise PlaceError("The server may use no folder; name one or more with --allow.")
        self._writable = (self._folder(out),) if out is not None else tuple(map(self._folder, allowed))
        self._readable = tuple(dict.fromkeys([*map(self._folder, allowed), *self._writable]))
        self._written: dict[Path, str] = {}

    @staticmethod
    def _folder(path: Path) -> Path:
        try:
            found = path.resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            raise PlaceError(f"The folder {path} is not there.") from None
        if not found.is_dir():
            raise PlaceError(f"{path} is no folder.")
        return found

    @property
    def readable(self) -> tuple[Path, ...]:
        """The folders that may be read, links resolved."""
        return self._readable

    @property
    def writable(self) -> tuple[Path, ...]:
        """The folders that may be written into, links resolved."""
        return self._writable

    def reading(self, text: str) -> Path:
        """Return the real path of a file that may be read; a relative one is looked for in each folder.

        Raises
        ------
        PlaceError
            If it lies outside the folders, or there is no such ordinary file. What lies outside is never said to exist.
        """
        candidates = [self._resolved(folder / text, text) for folder in self._readable]
        inside = [path for path in candidates if _inside(path, self._readable)]
        if not inside:
            raise PlaceError(f"{text} lies outside the folders this server may read: {_listed(self._readable)}.")
        for path in inside:
            if path.is_file():
                return path
        raise PlaceError(f"There is no file {text} in the folders this server may read: {_listed(self._readable)}.")

    def writing(self, text: str | None, default: Path, inputs: Iterable[Path] = ()) -> Path:
        """Return the real path of a file that may be written.

        Parameters
        ----------
        text
            As asked for; a relative one lies in the first writable folder.
        default
            Where it goes if nothing was asked for; only its name counts where its folder may not be written into.
        inputs
            Files that must not be written over.

        Raises
        ------
        PlaceError, OutputError
            If it lies outside the writable folders, is hidden, no ordinary file, or a file that this server did not
            write itself.
        """
        if text is None:
            text = str(default if _inside(default, self._writable) else self._writable[0] / default.name)
        path = self._resolved(self._writable[0] / text, text)
        if not _inside(path, self._writable):
            raise PlaceError(f"{text} lies outside the folders this server may write into: {_listed(self._writable)}.")
        if self._leads_through_link(self._writable[0] / text, path):
            raise PlaceError(f"{text} leads through a link, and links are not followed here; choose another name.")
        if path.name.startswith("."):
            raise PlaceError(f"{text} is a hidden file; choose another name.")
        refuse_place(path, inputs)
        if path.exists() and self._written.get(path) != digest(path):
            raise PlaceError(f"{text} is there already and was not written by this server; choose another name.")
        return path

    def wrote(self, path: Path) -> str:
        """Remember a file as written by this server, so that it may be replaced; return its SHA-256."""
        self._written[path] = digest(path)
        return self._written[path]

    def files(self) -> list[Path]:
        """Return recordings and settings files in the folders, sorted, at most 500; hidden ones and links left out."""
        found: dict[Path, None] = {}
        seen = chain.from_iterable(_walk(folder) for folder in self._readable)
        for path in islice(seen, _MOST_SEEN):
            if path.suffix.lower() in EXTENSIONS or path.suffix.lower() == _SETTINGS:
                found[path] = None
            if len(found) == _MOST_LISTED:
                break
        return list(found)

    def _leads_through_link(self, asked: Path, real: Path) -> bool:
        """Whether a part of the way below a writable folder is a link; above it links are the user's own."""
        named = Path(os.path.normpath(asked))
        for above in named.parents:
            if above.resolve() in self._writable:
                return above.resolve() / named.relative_to(above) != real
        return True

    @staticmethod
    def _resolved(path: Path, text: str) -> Path:
        try:
            return path.resolve()
        except (OSError, RuntimeError, ValueError):
            raise PlaceError(f"{text!r} is no path that can be used.") from None


def digest(path: Path) -> str:
    """Return the SHA-256 of a file; raises :class:`PlaceError` if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise PlaceError(f"{path} cannot be read ({problem.strerror or problem}).") from None


def _inside(path: Path, folders: Iterable[Path]) -> bool:
    return any(path != folder and path.is_relative_to(folder) for folder in folders)


def _listed(folders: Iterable[Path]) -> str:
    return ", ".join(map(str, folders))


def _walk(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for path in entries:
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            yield from _walk(path)
        elif path.is_file():
            yield path
