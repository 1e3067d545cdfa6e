"""A real server that speaks the protocol, and its faults."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from tonewright.controllers.say.endpoint import EndpointBackend, EndpointError, parse_point
from tonewright.population.plane import EDGE, gains_db


class Server(ThreadingHTTPServer):
    """Answers with what a test says, and keeps what it was asked."""

    answer: Callable[[dict[str, Any]], list[Any]]
    script: list[tuple[int, dict[str, str], bytes]]
    asked: list[tuple[str, dict[str, str], dict[str, Any]]]
    delay_s = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, dict(self.headers), body))
        time.sleep(self.server.delay_s)
        if self.server.script:
            status, headers, content = self.server.script.pop(0)
        else:
            choices = [{"message": {"role": "assistant", "content": each}} for each in self.server.answer(body)]
            status, headers, content = 200, {}, json.dumps({"choices": choices}).encode()
        try:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
        except OSError:  # the client has left, which one test wants
            pass

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    served = Server(("127.0.0.1", 0), _Handler)
    served.script, served.asked = [], []
    random = np.random.default_rng(0)
    served.answer = lambda body: [
        json.dumps(dict(zip("xy", random.uniform(-6, 6, 2).round(2), strict=True))) for _ in range(body["n"])
    ]
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    served.shutdown()
    thread.join()
    served.server_close()


def test_answers_make_the_distribution(server: Server) -> None:
    found = EndpointBackend(server.url, "some-model", "secret").sample("Warmer, please", 40)
    assert found.points.shape == (40, 2)
    assert (found.invalid, found.asked) == (0, 40)
    expected = np.random.default_rng(0).uniform(-6, 6, (40, 2)).round(2)
    assert np.array_equal(found.points, expected)
    path, headers, body = server.asked[0]
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer secret"
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert body["messages"][1]["content"] == "Warmer, please"
    assert body["response_format"]["type"] == "json_schema"
    schema = body["response_format"]["json_schema"]["schema"]
    assert schema["required"] == ["x", "y"]
    assert schema["properties"]["x"] == {"type": "number", "minimum": -EDGE, "maximum": EDGE}
    assert sum(body["n"] for _, _, body in server.asked) == 40


def test_servers_that_give_one_answer_at_a_time(server: Server) -> None:
    server.answer = lambda body: ['{"x": 1, "y": -2}']
    found = EndpointBackend(f"{server.url}/v1/", "m").sample("x", 5)
    assert found.points.tolist() == [[1.0, -2.0]] * 5
    assert len(server.asked) == 5
    assert "Authorization" not in server.asked[0][1]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        None,
        "warm",
        "[1, 2]",
        '{"x": 1}',
        '{"x": 1, "y": 2, "z": 3}',
        '{"x": "1", "y": 2}',
        '{"x": true, "y": 2}',
        '{"x": NaN, "y": 0}',
        '{"x": 1e999, "y": 0}',
        '{"x": 6.01, "y": 0}',
        '{"x": 40, "y": 0}',
        'Sure! {"x": 1, "y": 2}',
        '{"x": 1, "y": 2} {"x": 3, "y": 4}',
        ["x", 1],
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"x": 1' + "0" * 5000 + ', "y": 0}', id="long"),
    ],
)
def test_invalid_answers_are_counted_and_never_guessed(server: Server, answer: Any) -> None:
    server.answer = lambda body: [answer if index % 2 else '{"x": 6, "y": -6.0}' for index in range(body["n"])]
    found = EndpointBackend(server.url, "m").sample("x", 10)
    assert found.points.tolist() == [[6.0, -6.0]] * 5
    assert (found.invalid, found.asked) == (5, 10)


def test_nothing_valid_is_an_empty_distribution(server: Server) -> None:
    server.answer = lambda body: ["no"] * body["n"]
    found = EndpointBackend(server.url, "m").sample("x", 3)
    assert found.points.shape == (0, 2)
    assert found.invalid == 3


def test_more_answers_than_asked_for_are_not_counted(server: Server) -> None:
    server.answer = lambda body: ['{"x": 0, "y": 0}'] * 9
    assert len(EndpointBackend(server.url, "m").sample("x", 4).points) == 4


def test_patience_is_what_the_server_asks_for(server: Server) -> None:
    server.script = [(429, {"Retry-After": "7"}, b""), (429, {}, b"")]
    waited: list[float] = []
    found = EndpointBackend(server.url, "m").sample("x", 2, sleep=waited.append)
    assert len(found.points) == 2
    assert waited == [7.0, 1.0]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ([(401, {}, b"")], r"refuses the key \(401\)"),
        ([(429, {"Retry-After": "3600"}, b"")], "too many requests"),
        ([(429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, b"")], "too many requests"),
        ([(429, {"Retry-After": "0"}, b"")] * 9, "too many requests"),
        ([(500, {}, b'{"error": {"message": "out\\nof memory."}}')], r"refuses with 500 \(out of memory\)"),
        ([(404, {}, b"<html>")], r"refuses with 404 \(Not Found\)"),
        ([(307, {"Location": "http://127.0.0.1:9/"}, b"")], "refuses with 307"),
        ([(200, {}, b"<html>")], "does not answer as"),
        ([(200, {}, b'{"choices": "x"}')], "does not answer as"),
        ([(200, {}, b'{"choices": [{"text": "x"}]}')], "does not answer as"),
        ([(200, {}, b"[" * 100_000)], "does not answer as"),
        ([(200, {}, b'{"choices": []}')], "no answer at all"),
        ([(200, {"Content-Length": "1000"}, b'{"choices"')], "could not be reached|does not answer|did not answer"),
    ],
)
def test_faults_are_one_sentence(server: Server, script: list[Any], said: str) -> None:
    server.script = script
    backend = EndpointBackend(server.url, "m", "secret", timeout_s=0.5)
    with pytest.raises(EndpointError, match=said) as caught:
        backend.sample("x", 2, sleep=lambda seconds: None)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value) + repr(backend)


def test_a_server_that_is_too_slow(server: Server) -> None:
    server.delay_s = 0.6
    with pytest.raises(EndpointError, match=r"did not answer within 0\.2 s"):
        EndpointBackend(server.url, "m", timeout_s=0.2).sample("x", 1)


def test_nobody_there() -> None:
    with pytest.raises(EndpointError, match=r"127\.0\.0\.1:9 could not be reached"):
        EndpointBackend("http://127.0.0.1:9", "m").sample("x", 1)


@pytest.mark.parametrize("url", ["", "localhost:8080", "file:///etc/passwd", "http://", "ftp://x"])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(EndpointError, match="is no address"):
        EndpointBackend(url, "m")


def test_the_plane_is_the_one_that_is_explained() -> None:
    """What the prompt says of the four ends is what the filters do."""
    ends = [(-EDGE, 0.0), (EDGE, 0.0), (0.0, -EDGE), (0.0, EDGE)]
    signs = [np.sign(np.asarray(gains_db(end))).reshape(-1).tolist() for end in ends]
    assert signs == [[-1, -1], [1, 1], [1, -1], [-1, 1]]
    assert parse_point('{"x": 0, "y": 0}') == (0.0, 0.0)
