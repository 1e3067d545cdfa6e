"""Who reads a request in words, and for whom."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tonewright.requests import Say

if TYPE_CHECKING:
    from tonewright.controllers.say.answer import Answer
    from tonewright.controllers.say.saying import Model
    from tonewright.population.data import Context
    from tonewright.rendering import Progress

#: Environment variable with the key of a server.
KEY = "TONEWRIGHT_ENDPOINT_KEY"


def reader_of(request: Say, progress: Progress | None) -> Model:
    """Return what reads requests: a language model, ours unless another is named, or a server."""
    if request.endpoint is not None and request.endpoint_model is not None:
        from tonewright.controllers.say.endpoint import EndpointBackend
        from tonewright.controllers.say.served import ServedModel

        return ServedModel(EndpointBackend(request.endpoint, request.endpoint_model, os.environ.get(KEY) or None))
    from tonewright.controllers.say import saying

    return saying.find_model(request.model if request.adapter is None else request.adapter, progress)


def context_of(request: Say) -> Context:
    """Return what else is known of the moment."""
    from tonewright.population.data import Context

    return Context(mood=request.mood, place=request.place, company=request.company, programme=request.programme)


def answers(request: Say, prompts: list[str], reader: Model) -> list[Answer]:
    """Answer requests, each with the options of ``request``, without audio."""
    from tonewright.controllers.say import tastes
    from tonewright.controllers.say.saying import answer

    person = None if request.taste is None else tastes.get(request.taste)
    return answer(
        prompts,
        reader,
        amount=request.amount,
        samples=request.samples,
        seed=request.seed,
        context=context_of(request),
        taste=person,
    )


def invalid(reader: Model) -> list[str]:
    """Say how many of a server's answers were unusable, if any were."""
    if count := getattr(reader, "invalid", 0):
        return [f"{count} of {getattr(reader, 'asked', 0)} answers of the server were no settings: left out."]
    return []
