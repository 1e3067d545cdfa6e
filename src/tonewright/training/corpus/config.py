"""The configuration of a corpus: which sources, which split, how long."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from tonewright.errors import SettingsError
from tonewright.frozen import Frozen
from tonewright.training.corpus.entries import Profile, Split

Kind = Literal["folder", "packages", "musdb18", "musdb18-hq"]
_Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Shares(Frozen):
    """Parts of a source, of all its minutes as far as known, dealt out producer by producer.

    Attributes
    ----------
    train, validation, test
        From 0 to 1; together 1.
    seed
        Of the order in which the producers are dealt out.
    """

    train: _Share = 0.0
    validation: _Share = 0.0
    test: _Share = 0.0
    seed: int = 0

    @model_validator(mode="after")
    def _together_one(self) -> Shares:
        if abs(self.train + self.validation + self.test - 1.0) > 1e-6:
            raise ValueError("train, validation and test must add up to 1")
        return self


class Source(Frozen):
    """One source of recordings.

    Attributes
    ----------
    kind
        ``"folder"``: every sound file below `path`. ``"packages"``: what ``scripts/fetch_music.py`` left in `path`.
        ``"musdb18"``, ``"musdb18-hq"``: the data set as it is distributed, unpacked.
    path
        Relative to where the command runs, or to its ``--root``.
    name
        What its works are said to come from; the folder's name by default. Packages have their own names.
    artist
        Of works whose files name nobody, where it is known otherwise.
    licence
        Of a folder's recordings, in words.
    profile
        ``"music"`` or ``"speech"``.
    split
        A split, or shares by producer. MUSDB's is fixed by its lists.
    minimum_s, maximum_s
        Shorter works are left out, longer ones cut, in seconds.
    join_s, join_by
        Files are joined to works of about this length, in seconds: for spoken prompts of a second or two. Those of one
        folder are, or those for which the first group of the regular expression `join_by` finds the same in the path.
    only, leave_out
        Patterns over the path relative to `path`, such as ``"*/music/*"``.
    """

    kind: Kind
    path: str
    name: str | None = None
    artist: str = ""
    licence: str = ""
    profile: Profile = "music"
    split: Split | Shares | None = None
    minimum_s: float = Field(default=20.0, ge=0.0)
    maximum_s: float = Field(default=300.0, gt=0.0)
    join_s: float | None = Field(default=None, gt=0.0)
    join_by: str | None = None
    only: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _split_where_it_belongs(self) -> Source:
        if self.kind.startswith("musdb18"):
            if self.split is not None or self.join_s is not None:
                raise ValueError(
                    "MUSDB's split is fixed by its lists and nothing is joined; leave split and join_s out"
                )
        elif self.split is None:
            raise ValueError('split is missing; give "train", "validation", "test" or shares')
        if self.join_by is not None and not _groups(self.join_by):
            raise ValueError(f"join_by must be a regular expression with a group, not {self.join_by!r}")
        return self


def _groups(pattern: str) -> int:
    try:
        return re.compile(pattern).groups
    except re.error:
        return 0


class Config(Frozen):
    """What a corpus is built from.

    Attributes
    ----------
    store
        Where it is put, relative like the sources.
    leaks
        What happens to a work that shares its content, its name or a producer with another split: ``"refuse"`` stops,
        ``"drop"`` leaves it out of the split that comes first among train, validation and test, ``"allow"`` only
        warns: published divisions such as MUSDB18's have songs of one artist in several splits.
    apart_from
        Stores that count as test here: nothing of theirs may be in this one.
    source
        The sources, in order; of equal files the first is taken.
    """

    store: str
    leaks: Literal["refuse", "drop", "allow"] = "refuse"
    apart_from: tuple[str, ...] = ()
    source: tuple[Source, ...] = Field(min_length=1)


def read_config(path: Path) -> Config:
    """Read a configuration file in TOML.

    Raises
    ------
    SettingsError
        If it is missing, no TOML, or says something that the configuration does not know.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise SettingsError(f"{path} cannot be read as TOML ({reason}); see docs/training.md.") from None
    try:
        return Config.model_validate(content)
    except ValidationError as problem:
        errors = problem.errors()
        # Of the ways in which a table is no split, the one that says what is wrong with the table.
        first = next((each for each in errors if each["type"] == "value_error"), errors[0])
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise SettingsError(f"{path}: {where}: {first['msg']}; see docs/training.md.") from None


def find_config(name: str) -> Path:
    """Return a file of that name, or the configuration of ours so called (``corpus-music``).

    Raises
    ------
    SettingsError
        If there is neither.
    """
    path = Path(name)
    ours = Path(str(resources.files("tonewright.training") / "configs"))
    if path.exists() or path.suffix == ".toml":
        return path
    found = sorted(each.stem for each in ours.glob("corpus-*.toml"))
    if name not in found:
        raise SettingsError(f"{name} is neither a file nor one of {', '.join(found)}; check the name.")
    return ours / f"{name}.toml"
