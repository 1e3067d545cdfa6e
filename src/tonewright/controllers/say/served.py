"""A model behind a server as a reader of requests: its answers, smoothed, are the distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tonewright.controllers.say.endpoint import EndpointBackend, EndpointError
from tonewright.population.distribution import PlaneDistribution

#: Answers to each request.
ANSWERS = 16
#: Standard deviation of the kernel around each answer, in units of the plane.
_BANDWIDTH = 1.0


@dataclass(frozen=True)
class Served:
    """What a server made of one request.

    Attributes
    ----------
    plane
        Its answers with a kernel around each.
    kind
        Always ``plane``: servers are asked for nothing else.
    invalid
        Answers that were no point of the plane and were left out.
    """

    plane: PlaneDistribution
    kind: str
    invalid: int


class ServedModel:
    """Reads requests by asking a server.

    Parameters
    ----------
    backend
        The server.
    answers
        To each request.

    Attributes
    ----------
    invalid, asked
        Answers so far: those that were no point of the plane, and all.
    """

    def __init__(self, backend: EndpointBackend, answers: int = ANSWERS) -> None:
        self.backend, self.answers = backend, answers
        self.invalid = self.asked = 0

    def read(self, requests: Sequence[str]) -> list[Served]:
        """Return what is made of each request.

        Raises
        ------
        EndpointError
            If the server fails, or none of its answers to a request is a point of the plane.
        """
        return [self._read(request) for request in requests]

    def _read(self, request: str) -> Served:
        found = self.backend.sample(request, self.answers)
        self.invalid, self.asked = self.invalid + found.invalid, self.asked + found.asked
        if len(found.points) == 0:
            raise EndpointError(
                f"None of {found.asked} answers of {self.backend.model} was a point of the tone plane; "
                "try another model."
            )
        return Served(PlaneDistribution.from_points(found.points, bandwidth=_BANDWIDTH), "plane", found.invalid)
