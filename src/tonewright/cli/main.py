"""The ``tonewright`` command: its verbs, and what becomes of errors."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer

from tonewright import __version__
from tonewright.cli import (
    assistant,
    auto,
    chat,
    compare,
    corpus,
    evaluate,
    export,
    importing,
    install,
    match,
    measure,
    models,
    output,
    programs,
    render,
    say,
    schema,
    show,
    studio,
    study,
    taste,
    train,
    warmup,
)
from tonewright.errors import TonewrightError

#: What is left for faults of the program itself (EX_SOFTWARE of sysexits.h).
INTERNAL_ERROR = 70

app = typer.Typer(
    name="tonewright",
    help="An intelligent equalizer: match a recording to a reference, render settings, measure.",
    epilog="Every verb explains itself: tonewright match --help. Exit codes: docs/command-line.md.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)
app.command("auto")(auto.auto)
app.command("match", cls=match.MatchCommand)(match.match)
app.command("say")(say.say)
app.command("chat")(chat.chat)
app.command("render")(render.render)
app.command("show")(show.show)
app.command("studio")(studio.studio)
app.command("measure")(measure.measure)
app.command("export")(export.export)
app.command("import")(importing.importing)
app.command("programs")(programs.programs)
app.command("compare")(compare.compare)
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(corpus.app, name="corpus")
app.add_typer(models.app, name="models")
app.add_typer(taste.app, name="taste")
app.add_typer(study.app, name="study")
app.command("train")(train.train)
app.command("install")(install.install)
app.command("mcp")(assistant.mcp)
app.command("schema")(schema.schema)
app.command("warmup")(warmup.warmup)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"tonewright {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code; every fault of the input is one sentence."""
    _prepare_streams()
    # Our matrices are small: threads of a BLAS would only spin beside ours. Read when numpy is first imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    output.log_to_stderr()
    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGTERM, _terminated)
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        try:
            typer.main.get_command(app)(
                args=None if arguments is None else list(arguments), prog_name="tonewright", standalone_mode=True
            )
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
