"""Where words and data go: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

#: Of the data that ``--json`` prints; raised when a key changes its meaning or goes away.
JSON_VERSION = 1
#: Columns where there is no terminal to ask.
_WIDTH = 120


def console(*, stderr: bool = False) -> Console:
    """Return a console for standard output or error, wide enough for our tables when it is a file."""
    from rich.console import Console

    made = Console(stderr=stderr, highlight=False)
    if not made.is_terminal:
        made.width = max(made.width, _WIDTH)
    return made


def say(sentence: str) -> None:
    """Print a sentence on standard error, as it is."""
    console(stderr=True).print(sentence, markup=False, soft_wrap=True)


def notes(sentences: Iterable[str]) -> None:
    """Print what the user should know besides the result, on standard error."""
    for sentence in sentences:
        say(f"Note: {sentence}")


def tell(line: str = "") -> None:
    """Print a line of the result on standard output, as it is."""
    console().print(line, markup=False, soft_wrap=True)


def emit(verb: str, data: Mapping[str, Any]) -> None:
    """Print data as JSON on standard output: version of the schema, verb, then ``data``."""
    from tonewright import __version__

    whole = {"version": JSON_VERSION, "verb": verb, "tonewright": __version__, **data}
    print(json.dumps(plain(whole), indent=2, allow_nan=False))


def plain(value: Any) -> Any:
    """Turn paths into text and what JSON cannot say (infinity, NaN) into null, all the way down."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


@contextmanager
def progress() -> Iterator[Callable[[str, float], None] | None]:
    """Show a bar on standard error while work is done, if that is a terminal; yields what to call, or ``None``."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda stage, part: bar.update(task, description=stage, completed=part)


class _ToStderr(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage())


def log_to_stderr() -> None:
    """Let what the library has to say ("Compiling ...") reach the user, once."""
    log = logging.getLogger("tonewright")
    if not any(isinstance(handler, _ToStderr) for handler in log.handlers):
        log.addHandler(_ToStderr(logging.WARNING))
        log.propagate = False
