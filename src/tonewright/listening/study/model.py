"""What all parts of a study file share: models that refuse unknown keys, names, texts in several languages."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tonewright.errors import SettingsError
from tonewright.frozen import Frozen


class StudyError(SettingsError):
    """A study that cannot be used: a file with a fault, stimuli that cannot be made, a changed study."""


class StudyModel(Frozen):
    """Refuses what it does not know, and does not change."""


#: Of tracks, systems and requests: they stand in tables and keys.
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^|/\\\x00-\x1f]+$")]
#: What listeners read: one text, or one per language code.
Text = str | dict[str, str]


def in_language(text: Text, language: str) -> str:
    """Return a text in a language; in the first one it has if that is missing, empty if it has none."""
    if isinstance(text, str):
        return text
    return text.get(language) or next(iter(text.values()), "")
