"""The ``tonewright`` command: what becomes of arguments and errors."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import typer

from tonewright.cli import output
from tonewright.cli.verbs import application
from tonewright.errors import TonewrightError

#: What is left for faults of the program itself (EX_SOFTWARE of sysexits.h).
INTERNAL_ERROR = 70


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code; every fault of the input is one sentence."""
    _prepare_streams()
    # Our matrices are small: threads of a BLAS would only spin beside ours. Read when numpy is first imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What imports make stays: to search it for garbage every 700 objects is a tenth of a start.
    gc.set_threshold(50_000, 20, 20)
    output.log_to_stderr()
    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGTERM, _terminated)
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        try:
            words = sys.argv[1:] if arguments is None else list(arguments)
            command = typer.main.get_command(application(words[0] if words else None))
            command(args=None if arguments is None else words, prog_name="tonewright", standalone_mode=True)
        finally:
            sys.stdout.flush()
    except TonewrightError as error:
        if debugging():
            raise
        output.say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _forget_stdout()
        return 1
    except SystemExit as leaving:
        if leaving.code == 1:  # perhaps a broken pipe: what is buffered must not be complained about at the end
            with contextlib.suppress(BrokenPipeError):
                sys.stdout.flush()
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except Exception as error:
        if debugging():
            raise
        output.say(
            f"Tonewright failed unexpectedly ({type(error).__name__}: {_one_line(error)}); set TONEWRIGHT_DEBUG=1 to "
            "see where, and please report it."
        )
        return INTERNAL_ERROR
    return 0


def debugging() -> bool:
    """Whether the user wants to see tracebacks: ``TONEWRIGHT_DEBUG`` is set, and not to 0."""
    return os.environ.get("TONEWRIGHT_DEBUG", "") not in {"", "0"}


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 200 else text[:200] + "..."


def _prepare_streams() -> None:
    """Never fail for want of a character, whatever the terminal's encoding."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _forget_stdout() -> None:
    """Let the interpreter flush into nothing when nobody reads any more."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _terminated(number: int, _frame: object) -> NoReturn:
    """End like an error, so that unfinished files are removed."""
    raise SystemExit(128 + number)
