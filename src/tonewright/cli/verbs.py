"""The verbs of ``tonewright``: a module each, imported when it is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Annotated

import typer

from tonewright import __version__


@dataclass(frozen=True)
class _Verb:
    """Where a verb is: a module of this package, a function in it, or ``app`` for a group of verbs."""

    module: str
    function: str
    shape: str | None = None

    def join(self, name: str, app: typer.Typer) -> None:
        """Import the verb and make it one of ``app``."""
        module = import_module(f"tonewright.cli.{self.module}")
        found = getattr(module, self.function)
        if self.function == "app":
            app.add_typer(found, name=name)
        else:
            app.command(name, cls=None if self.shape is None else getattr(module, self.shape))(found)


#: In the order in which the help lists them.
VERBS = {
    "auto": _Verb("auto", "auto"),
    "match": _Verb("match", "match", shape="MatchCommand"),
    "say": _Verb("say", "say"),
    "chat": _Verb("chat", "chat"),
    "render": _Verb("render", "render"),
    "show": _Verb("show", "show"),
    "studio": _Verb("studio", "studio"),
    "measure": _Verb("measure", "measure"),
    "export": _Verb("export", "export"),
    "import": _Verb("importing", "importing"),
    "programs": _Verb("programs", "programs"),
    "compare": _Verb("compare", "compare"),
    "train": _Verb("train", "train"),
    "install": _Verb("install", "install"),
    "mcp": _Verb("assistant", "mcp"),
    "schema": _Verb("schema", "schema"),
    "warmup": _Verb("warmup", "warmup"),
    "evaluate": _Verb("evaluate", "app"),
    "corpus": _Verb("corpus", "app"),
    "models": _Verb("models", "app"),
    "taste": _Verb("taste", "app"),
    "study": _Verb("study", "app"),
}


def application(first: str | None = None) -> typer.Typer:
    """Return the command line.

    Parameters
    ----------
    first
        The first word of the arguments. If it names a verb, that is the only one there is: reading the options of all
        the others takes a fifth of a second, which every start would pay.
    """
    app = typer.Typer(
        name="tonewright",
        help="An intelligent equalizer: match a recording to a reference, render settings, measure.",
        epilog="Every verb explains itself: tonewright match --help. Exit codes: docs/command-line.md.",
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
    )
    app.callback()(_common)
    for name, verb in VERBS.items():
        if first not in VERBS or name == first:
            verb.join(name, app)
    return app


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"tonewright {__version__}")
        raise typer.Exit


def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    pass
