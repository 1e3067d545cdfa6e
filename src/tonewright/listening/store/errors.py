"""What can go wrong with a store."""

from __future__ import annotations

from tonewright.errors import OutputError, TonewrightError


class StoreError(OutputError):
    """A database that cannot be opened, read or written."""


class StoreFullError(StoreError):
    """There is no room for what was to be stored."""


class ChangedStudyError(TonewrightError):
    """The study is not the one that the database holds answers to."""

    exit_code = 3


class ConflictError(TonewrightError):
    """An answer to a page that is answered already, or an id that is taken."""


class GoneError(TonewrightError):
    """A session that does not exist, or not any more."""


class ClosedError(TonewrightError):
    """The study takes no more listeners."""
