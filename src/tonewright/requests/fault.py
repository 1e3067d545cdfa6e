"""What is said of an option that makes no sense."""

from __future__ import annotations

from typing import Any

from tonewright.errors import SettingsError


class RequestError(SettingsError):
    """An option that makes no sense.

    Parameters
    ----------
    name
        Of the option; empty if it is the whole.
    says
        What is wrong with it: a sentence without its subject.
    """

    def __init__(self, name: str, says: str) -> None:
        super().__init__(f"{name} {says}.".lstrip())
        self.name, self.says = name, says


def shown(value: Any) -> str:
    """Return a value as a sentence shows it."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
