"""A project as one file: what the page wants to find again, and the recordings it is about.

A zip that holds ``project.json`` and, if wanted, the recordings exactly as they came, uncompressed. Reading trusts
nothing: names inside are never used as paths, sizes are counted while unpacking, and every recording is heard anew.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tonewright import __version__
from tonewright.files import Draft
from tonewright.frozen import Frozen
from tonewright.studio.faults import StudioError
from tonewright.studio.names import clean_name
from tonewright.studio.sessions import Recording

SUFFIX = ".tonewright"
_RECORD = "project.json"
_LARGEST_RECORD = 16 << 20
_MOST_MEMBERS = 65
_CHUNK = 1 << 20
#: What a file that is no zip, or a damaged or encrypted one, raises.
_DAMAGES = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError)


class Member(Frozen):
    """A recording of a project."""

    id: str = Field(max_length=64)
    name: str = Field(max_length=300)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    sample_rate: int
    channels: int
    frames: int
    file: str | None = Field(default=None, max_length=64)


class Record(BaseModel):
    """``project.json``."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(pattern="^tonewright project$")
    version: int = Field(ge=1, le=1)
    tonewright: str = Field(max_length=64)
    state: dict[str, Any]
    recordings: list[Member] = Field(max_length=64)


@dataclass(frozen=True)
class Unpacked:
    """A recording of a project that is on the disk again."""

    member: Member
    path: Path | None


def write_project(target: Path, state: dict[str, Any], recordings: Sequence[Recording], *, audio: bool) -> None:
    """Write a project; it appears when it is complete."""
    members = []
    with Draft(target) as draft, zipfile.ZipFile(draft.path, "w", zipfile.ZIP_STORED) as archive:
        for number, one in enumerate(recordings):
            facts = {name: one.facts[name] for name in ("name", "sha256", "sample_rate", "channels", "frames")}
            file = f"audio/{number}{one.facts['suffix']}" if audio else None
            members.append(Member(id=one.id, file=file, **facts))
            if file is not None:
                archive.write(one.source, file)
        record = Record(
            kind="tonewright project", version=1, tonewright=__version__, state=state, recordings=members
        ).model_dump(mode="json")
        text = json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1)
        archive.writestr(_RECORD, text, zipfile.ZIP_DEFLATED)


def read_project(path: Path, folder: Path, most: int) -> tuple[dict[str, Any], list[Unpacked]]:
    """Unpack a project.

    Parameters
    ----------
    path
        The file as it came.
    folder
        Where recordings go, under numbers.
    most
        Bytes of a recording.

    Returns
    -------
    The page's state, and the recordings in their order; those that the project does not hold have no path.

    Raises
    ------
    StudioError
        In one sentence, if it is no project, damaged or too large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if len(archive.infolist()) > _MOST_MEMBERS:
                raise StudioError("This project holds more files than any that the studio writes.", 422)
            record = _read_record(archive)
            return record.state, [_unpack(archive, one, folder, most) for one in record.recordings]
    except _DAMAGES as error:
        raise StudioError(f"This is no project of the studio, or it is damaged ({_why(error)}).", 422) from None


def _read_record(archive: zipfile.ZipFile) -> Record:
    try:
        with archive.open(_RECORD) as stream:
            content = stream.read(_LARGEST_RECORD + 1)
        if len(content) > _LARGEST_RECORD:
            raise StudioError("This project says more about itself than any that the studio writes.", 422)
        return Record.model_validate(json.loads(content))
    except KeyError:
        raise StudioError("This is no project of the studio: it holds no project.json.", 422) from None
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise StudioError(f"This is no project of this version of the studio ({where}: {first['msg']}).", 422) from None
    except (ValueError, RecursionError):
        raise StudioError("This is no project of the studio: its project.json is not JSON.", 422) from None


def _unpack(archive: zipfile.ZipFile, member: Member, folder: Path, most: int) -> Unpacked:
    member = member.changed(name=clean_name(member.name))
    if member.file is None:
        return Unpacked(member, None)
    target = folder / f"{len(list(folder.iterdir()))}"
    digest, count = hashlib.sha256(), 0
    try:
        source = archive.open(member.file)
    except KeyError:
        return Unpacked(member, None)
    with source, Draft(target) as draft, draft.path.open("r+b") as out:
        while chunk := source.read(_CHUNK):
            count += len(chunk)
            if count > most:
                raise StudioError(f"{member.name} in this project is larger than {most >> 20} MB.", 413)
            digest.update(chunk)
            out.write(chunk)
    if digest.hexdigest() != member.sha256:
        raise StudioError(f"{member.name} in this project is not the recording that was saved: it is damaged.", 422)
    return Unpacked(member, target)


def _why(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error)).strip().rstrip(".") or type(error).__name__
