"""Transformers without its chatter, and its absence in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stderr
from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from typing import Any

from tonewright.errors import MissingExtraError


def missing_extra(*packages: str) -> None:
    """Raise :class:`MissingExtraError` if one of the packages is not installed; imports none of them."""
    absent = [name for name in packages if find_spec(name) is None]
    if absent:
        raise MissingExtraError(
            f"Language models need {' and '.join(absent)}: install them with pip install 'tonewright[llm]'."
        )


@contextmanager
def quiet(*, bars: bool = False) -> Iterator[None]:
    """Keep progress bars and advice of transformers off standard error, and put its settings back afterwards.

    Parameters
    ----------
    bars
        Also those that it draws without asking its own settings: standard error is closed meanwhile.
    """
    logging: Any = import_module("transformers.utils.logging")
    verbosity, shown = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with redirect_stderr(StringIO()) if bars else nullcontext():
            yield
    finally:
        logging.set_verbosity(verbosity)
        if shown:
            logging.enable_progress_bar()
