"""What all requests are: frozen, checked when made, plain JSON and back, one digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from tonewright.requests.option import Option, options_of


@dataclass(frozen=True, kw_only=True)
class Request:
    """Something asked for. Files are named by text; what a name means is for whoever carries the request out.

    Attributes
    ----------
    verb
        What it is called on every face.
    word
        Stands in the name of a result that has none of its own: ``song.WORD.wav``.

    Raises
    ------
    RequestError
        If an option is out of its range, or two do not go together.
    """

    verb: ClassVar[str]
    word: ClassVar[str] = ""

    def __post_init__(self) -> None:
        from tonewright.requests.checking import checked

        for name, value in checked(type(self), vars(self)).items():
            object.__setattr__(self, name, value)
        self.agree()

    def agree(self) -> None:
        """Refuse options that do not go together; raises :class:`RequestError`."""

    def changed(self, **values: Any) -> Self:
        """Return the request with other values, checked."""
        return replace(self, **values)

    def choices(self) -> dict[str, Any]:
        """Return what controllers take by name: every option that names no recording, no settings and no place."""
        found = options_of(type(self))
        return {
            name: getattr(self, name)
            for name, one in found.items()
            if one.row.reads in ("", "file") and not one.row.writes
        }

    def located(self, place: Callable[[str, Option], str]) -> Self:
        """Return the request with every recording and settings file that it reads where ``place`` says it is."""
        values: dict[str, Any] = {}
        for name, one in options_of(type(self)).items():
            value = getattr(self, name)
            if one.row.reads not in ("recording", "settings"):
                continue
            if isinstance(value, str):
                values[name] = place(value, one)
            elif isinstance(value, tuple):
                values[name] = tuple(place(each, one) for each in value)
        return self.changed(**values)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON: ``verb``, and every option that is not at its default."""
        options = options_of(type(self))
        said = {name: getattr(self, name) for name, one in options.items() if getattr(self, name) != one.default}
        return {"verb": self.verb, **{key: list(one) if isinstance(one, tuple) else one for key, one in said.items()}}

    def digest(self) -> str:
        """Return the SHA-256 of :meth:`to_dict`, whatever the order of keys: equal requests have equal digests.

        An option that the table gets later changes no digest of requests that leave it at its default.
        """
        text = json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()
