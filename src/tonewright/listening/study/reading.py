"""Study files: read, checked with one sentence, hashed."""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tonewright.listening.study.model import StudyError
from tonewright.listening.study.recipes import FromSettings, Match, Rendered
from tonewright.listening.study.study import Study

#: No study file is longer than this, in bytes.
_LONGEST = 1 << 20


@dataclass(frozen=True)
class Opened:
    """A study and where it came from.

    Attributes
    ----------
    study
        What the file says.
    path
        The file; what it names is relative to its folder.
    """

    study: Study
    path: Path

    def place(self, path: Path) -> Path:
        """Return where a file that the study names lies."""
        return path if path.is_absolute() else self.path.parent / path

    def files(self) -> dict[str, Path]:
        """Return all files that the study names, by what names them (``tracks.song.file``)."""
        found = {f"tracks.{track.name}.file": track.file for track in self.study.tracks}
        for system in self.study.systems:
            if isinstance(system, Match):
                found[f"systems.{system.name}.reference"] = system.reference
            elif isinstance(system, FromSettings):
                found[f"systems.{system.name}.file"] = system.file
            elif isinstance(system, Rendered):
                found |= {f"systems.{system.name}.files.{track}": path for track, path in system.files.items()}
        return {key: self.place(path) for key, path in found.items()}

    def hash(self) -> str:
        """Return the SHA-256 of what the study says and of the content of all files it names, in hexadecimal digits.

        Comments, the order of keys and the place of files do not count. A change of anything else makes another study.

        Raises
        ------
        StudyError
            If a file cannot be read.
        """
        contents = {key: file_hash(path, key) for key, path in self.files().items()}
        paths = {"tracks": {"__all__": {"file"}}, "systems": {"__all__": {"file", "files", "reference"}}}
        return digest({"study": self.study.model_dump(mode="json", exclude=paths), "files": contents})


def open_study(path: str | Path) -> Opened:
    """Read a study from TOML, or YAML by the extension.

    Raises
    ------
    StudyError
        With one sentence that names the key of the first fault.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
        if len(content) > _LONGEST:
            raise StudyError(f"{path} is larger than a study can be.")
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        raise StudyError(f"There is no study {path}; tonewright study new writes one.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}.") from None
    return Opened(parse_study(text, str(path), yaml=path.suffix.lower() in (".yaml", ".yml")), path)


def parse_study(text: str, name: str = "the study", *, yaml: bool = False) -> Study:
    """Read a study from text; ``name`` begins the sentence of an error, see :func:`open_study`."""
    data = _from_yaml(text, name) if yaml else _from_toml(text, name)
    if not isinstance(data, dict):
        raise StudyError(f"{name} holds no keys; see docs/studies.md.")
    try:
        return Study.model_validate(data)
    except ValidationError as error:
        raise StudyError(f"{name}: {_first_fault(error)}") from None


def file_hash(path: Path, key: str = "") -> str:
    """Return the SHA-256 of a file's content; ``key`` says which key names it."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        where = f"{key}: " if key else ""
        raise StudyError(f"{where}{path} cannot be read ({error.strerror or error}).") from None


def digest(data: Any) -> str:
    """Return the SHA-256 of plain data, whatever the order of its keys, in hexadecimal digits."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _from_toml(text: str, name: str) -> Any:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{name} is no TOML: {error}.") from None


def _from_yaml(text: str, name: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f" (line {mark.line + 1}, column {mark.column + 1})"
        raise StudyError(
            f"{name} is no YAML: {getattr(error, 'problem', None) or 'it cannot be parsed'}{where}."
        ) from None


def _first_fault(error: ValidationError) -> str:
    faults = error.errors(include_url=False)
    # Of the types that a text may have, the plain one is meant.
    fault = faults[0]
    kinds = {"str", "dict[str,str]", "tuple[Text, ...]"}
    makes = {"original", "auto", "match", "say", "settings", "files", "low_pass", "noise", "clipped"}
    parts = [str(part) for part in fault["loc"]]
    place = ".".join(
        part
        for index, part in enumerate(parts)
        if part not in kinds and not (part in makes and index == 2 and parts[0] == "systems")
    )
    if fault["type"] == "extra_forbidden":
        return f"{place} is not a known key; check its spelling."
    if fault["type"] == "missing":
        return f"{place} is missing."
    if fault["type"].startswith("union_tag"):
        return f"{place}.make must be one of {', '.join(sorted(makes))}."
    message = fault["msg"].removeprefix("Value error, ").rstrip(".")
    message = message[0].lower() + message[1:]
    got = fault.get("input")
    plain = isinstance(got, int | str) or (isinstance(got, float) and math.isfinite(got))
    shown = f", got {got!r}" if plain and len(repr(got)) < 60 else ""
    return f"{place}: {message}{shown}." if place else f"{message}{shown}."
