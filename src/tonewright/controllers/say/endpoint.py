"""Ask any OpenAI-compatible server: many answers to one request make the distribution.

A server returns text, so each answer is one draw. Answers are constrained by a JSON schema where the server can do
that, and checked here in any case: what is not one point of the tone plane is counted, never guessed or moved.
"""

from __future__ import annotations

import json
import math
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from tonewright.errors import TonewrightError
from tonewright.population.plane import EDGE

#: Answers asked for in one call; servers that give one at a time are asked again.
_AT_ONCE = 16
#: Longest wait that a server may ask for, in seconds, and how often it is obeyed for one call.
_PATIENCE_S, _TRIES = 60.0, 4
#: Bytes of an answer that are read at most.
_LONGEST = 16 << 20

SYSTEM = (
    "You are one listener of many, with a taste of your own. A tone control is a plane. x, from -6 to 6: -6 is "
    "relaxed, with less bass and less treble; 6 is energetic, with more bass and more treble. y, from -6 to 6: -6 is "
    "warm, with more bass and less treble; 6 is bright, with less bass and more treble. (0, 0) changes nothing. Say "
    'where you would put the control for the request. Answer with JSON only, such as {"x": 0.0, "y": 0.0}. If the '
    "request has nothing to do with sound, answer with 0 and 0."
)
_AXIS = {"type": "number", "minimum": -EDGE, "maximum": EDGE}
_SCHEMA = {
    "type": "object",
    "properties": {"x": _AXIS, "y": _AXIS},
    "required": ["x", "y"],
    "additionalProperties": False,
}


class EndpointError(TonewrightError):
    """A server that cannot be reached, refuses, or does not speak the protocol."""


@dataclass(frozen=True)
class Samples:
    """What a server answered.

    Attributes
    ----------
    points
        (m, 2) float64, x and y in [-6, 6].
    invalid
        Answers that were no point of the plane.
    asked
        How many answers were asked for; ``asked == m + invalid``.
    """

    points: NDArray[np.float64]
    invalid: int
    asked: int


@dataclass(frozen=True)
class EndpointBackend:
    """A model behind an OpenAI-compatible server.

    Attributes
    ----------
    url
        Of the server, with or without ``/v1``: ``http://localhost:8080``.
    model
        As the server calls it.
    key
        Sent as bearer token; never shown.
    temperature
        Of sampling: 1 is the model's own distribution.
    timeout_s
        Seconds without an answer, after which a call is given up.
    """

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    temperature: float = 1.0
    timeout_s: float = 60.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise EndpointError(f"{self.url!r} is no address of a server; use one such as http://localhost:8080.")

    def sample(self, request: str, n: int, *, sleep: Callable[[float], None] = time.sleep) -> Samples:
        """Ask for a request's distribution.

        Parameters
        ----------
        request
            In the user's words.
        n
            Number of answers, 1 or more.
        sleep
            Waits for seconds, where the server asks for patience.

        Raises
        ------
        EndpointError
            If the server cannot be reached, refuses, is too slow, or does not answer in the protocol.
        """
        if n < 1:
            raise ValueError(f"At least one answer must be asked for, got {n}.")
        answers: list[str | None] = []
        while len(answers) < n:
            answers += self._call(request, min(n - len(answers), _AT_ONCE), sleep)
        points = [point for point in map(parse_point, answers[:n]) if point is not None]
        return Samples(np.array(points, dtype=np.float64).reshape(-1, 2), n - len(points), n)

    def _call(self, request: str, n: int, sleep: Callable[[float], None]) -> list[str | None]:
        """Return one answer or more; a server may give fewer than ``n`` at once."""
        body = {
            "model": self.model,
            "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": request}],
            "n": n,
            "temperature": self.temperature,
            "max_tokens": 64,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "tone_plane", "strict": True, "schema": _SCHEMA},
            },
        }
        content = self._post(json.dumps(body).encode(), sleep)
        try:
            choices = json.loads(content)["choices"]
            answers = [choice["message"]["content"] for choice in choices]
        except (ValueError, LookupError, TypeError, RecursionError):
            raise EndpointError(f"{self._host} does not answer as an OpenAI-compatible server does.") from None
        if not answers:
            raise EndpointError(f"{self._host} gave no answer at all; see whether it serves {self.model}.")
        return answers

    def _post(self, body: bytes, sleep: Callable[[float], None]) -> bytes:
        base = self.url.rstrip("/").removesuffix("/v1")
        headers = {"Content-Type": "application/json"}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        call = urllib.request.Request(f"{base}/v1/chat/completions", body, headers, method="POST")
        for attempt in range(_TRIES):
            try:
                with _OPENER.open(call, timeout=self.timeout_s) as answer:
                    return bytes(answer.read(_LONGEST))
            except urllib.error.HTTPError as error:
                wait = _asked_wait(error)
                if error.code != 429 or wait > _PATIENCE_S or attempt == _TRIES - 1:
                    raise EndpointError(self._refusal(error)) from None
            except TimeoutError:
                raise EndpointError(f"{self._host} did not answer within {self.timeout_s:g} s.") from None
            except (OSError, HTTPException, ValueError) as error:
                reason = getattr(error, "reason", error)
                if isinstance(reason, TimeoutError):
                    raise EndpointError(f"{self._host} did not answer within {self.timeout_s:g} s.") from None
                raise EndpointError(
                    f"{self._host} could not be reached ({str(reason) or type(error).__name__}); see whether it runs."
                ) from None
            sleep(wait)
        raise AssertionError

    def _refusal(self, error: urllib.error.HTTPError) -> str:
        if error.code in (401, 403):
            return f"{self._host} refuses the key ({error.code}); give one that is allowed to use {self.model}."
        if error.code == 429:
            return f"{self._host} has had too many requests (429); try again later."
        return f"{self._host} refuses with {error.code} ({_detail(error)})."

    @property
    def _host(self) -> str:
        return urlsplit(self.url).netloc.rpartition("@")[2]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A key goes to the server it was given for, and to no other."""

    def redirect_request(self, *_: Any) -> None:
        """Refuse."""


_OPENER = urllib.request.build_opener(_NoRedirect)


def parse_point(answer: str | None) -> tuple[float, float] | None:
    """Return x and y of an answer; ``None`` if it is anything but an object with two numbers in [-6, 6]."""
    try:
        found = json.loads(answer or "")
    except (ValueError, TypeError, RecursionError):
        return None
    if not isinstance(found, dict) or set(found) != {"x", "y"}:
        return None
    x, y = found["x"], found["y"]
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in (x, y)):
        return None
    if not all(abs(each) <= EDGE and math.isfinite(each) for each in (x, y)):
        return None
    return float(x), float(y)


def _asked_wait(error: urllib.error.HTTPError) -> float:
    """Return the seconds that ``Retry-After`` asks for: 1 where it is absent; dates count as too long."""
    text = error.headers.get("Retry-After")
    if text is None:
        return 1.0
    try:
        seconds = float(text)
    except ValueError:
        return math.inf
    return max(0.0, seconds) if math.isfinite(seconds) else math.inf


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        said = json.loads(error.read(_LONGEST))["error"]
        text = said["message"] if isinstance(said, dict) else said
    except (OSError, HTTPException, ValueError, LookupError, TypeError):
        text = error.reason
    return " ".join(str(text).split()).rstrip(".")[:200]
