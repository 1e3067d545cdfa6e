"""The errors a user can meet: one sentence that says what is wrong, where, and what to do.

Every verb of the command line turns a :class:`TonewrightError` into that sentence on standard error and the exit code
of its class; nothing else is expected to reach a user.
"""

from __future__ import annotations


class TonewrightError(Exception):
    """Base of all errors that are the input's or the machine's fault, never the program's.

    Attributes
    ----------
    exit_code
        What the command line exits with (``docs/command-line.md`` lists them).
    """

    exit_code = 1


class SettingsError(TonewrightError):
    """A settings file or value that the schema does not accept."""

    exit_code = 3


class AudioError(TonewrightError):
    """Audio that cannot be read, written or used: missing, broken, empty, silent, not finite."""

    exit_code = 4


class OutputError(TonewrightError):
    """A place that cannot be written, or must not be (an input)."""

    exit_code = 5


class MissingExtraError(TonewrightError):
    """A feature whose optional packages are not installed."""

    exit_code = 6
