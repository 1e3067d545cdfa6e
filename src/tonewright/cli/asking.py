"""What verbs that understand words have in common: which model, for whom, in which context."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tonewright.cli import output

if TYPE_CHECKING:
    from tonewright.controllers.say.saying import Model
    from tonewright.population.data import Context

#: Environment variable with the key of a server.
KEY = "TONEWRIGHT_ENDPOINT_KEY"

Mood = Annotated[str | None, typer.Option("--mood", metavar="WORDS", help="The mood to listen in.")]
Place = Annotated[str | None, typer.Option("--place", metavar="WORDS", help="Where it is listened to.")]
Company = Annotated[str | None, typer.Option("--company", metavar="WORDS", help="Who listens along.")]
Programme = Annotated[str | None, typer.Option("--programme", metavar="WORDS", help="What is played.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of the samples.")]
ModelName = Annotated[
    str | None,
    typer.Option(
        "--model", metavar="NAME", help="A language model: a name, a folder or a GGUF file.", show_default="ours"
    ),
]
Adapter = Annotated[
    Path | None, typer.Option("--adapter", metavar="DIR", help="An adapter that names its model, instead of ours.")
]
Endpoint = Annotated[
    str | None,
    typer.Option("--endpoint", metavar="URL", help=f"An OpenAI-compatible server instead; its key is read from {KEY}."),
]
EndpointModel = Annotated[
    str | None, typer.Option("--endpoint-model", metavar="NAME", help="The model as the server calls it.")
]
TasteName = Annotated[
    str | None, typer.Option("--taste", metavar="NAME", help="For this person instead of people in general.")
]


def find_reader(
    model: str | None, adapter: Path | None, endpoint: str | None, endpoint_model: str | None, progress: Any
) -> Model:
    """Return what reads requests; bad combinations are bad usage."""
    if sum(one is not None for one in (model, adapter, endpoint)) > 1:
        raise typer.BadParameter("use one of --model, --adapter and --endpoint.", param_hint="--model")
    if (endpoint is None) != (endpoint_model is None):
        raise typer.BadParameter("--endpoint and --endpoint-model belong together.", param_hint="--endpoint")
    if endpoint is not None and endpoint_model is not None:
        from tonewright.controllers.say.endpoint import EndpointBackend
        from tonewright.controllers.say.served import ServedModel

        return ServedModel(EndpointBackend(endpoint, endpoint_model, os.environ.get(KEY) or None))
    from tonewright.controllers.say.saying import find_model

    return find_model(adapter if adapter is not None else model, progress)


def tell_invalid(reader: Model) -> None:
    """Say how many of a server's answers were unusable."""
    if invalid := getattr(reader, "invalid", 0):
        output.notes([f"{invalid} of {getattr(reader, 'asked', 0)} answers of the server were no settings: left out."])


def make_context(mood: str | None, place: str | None, company: str | None, programme: str | None) -> Context:
    """Return what else is known of the moment."""
    from tonewright.population.data import Context

    return Context(mood=mood, place=place, company=company, programme=programme)
