"""200 listeners at once: how long an answer takes until it is on the disk, and whether any is lost.

    python -m benchmarks.study_load [-o benchmarks/results/study_load.json] [--listeners 200] [--pages 8]

A real server process with SQLite, and as many clients with a connection each in a second process. Every client agrees,
loads the sounds of each page, waits as long as a very quick listener, and answers; all begin within the first waiting
time. At the end the server is killed (SIGKILL) and the database is compared with every answer that was confirmed.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.recording import Bar, Recording, Round, arguments

_ROOT = Path(__file__).resolve().parent.parent
_BAR_MS = 150.0
_NAME = "answer"

_STUDY = """
kind = "rating"
name = "load"
title = "Load"
seed = 1
[[tracks]]
name = "song"
file = "{song}"
start_s = 4
duration_s = 2
[[systems]]
name = "original"
make = "original"
[[systems]]
name = "noisy"
make = "noise"
snr_db = 20
{requests}
[order]
training = 0
[checks]
headphones = "off"
level = false
"""


def main() -> None:
    parser = arguments("200 listeners at once.", rounds=1)
    parser.add_argument("--listeners", type=int, default=200)
    parser.add_argument("--pages", type=int, default=8, help="trials of each listener (default: %(default)s)")
    parser.add_argument("--pause", type=float, default=6.0, help="mean seconds on a page (default: %(default)s)")
    parser.add_argument("--note", help="something to know about the run, kept with it")
    given = parser.parse_args()
    recording = Recording(
        "study_load", __doc__.partition("\n")[0], None, ("tonewright", "fastapi", "uvicorn", "SQLAlchemy")
    )
    recording.rounds = [_round(given.listeners, given.pages, given.pause, recording) for _ in range(given.rounds)]
    lost = sum(each[_NAME]["lost"] for each in recording.rounds)
    recording.bars.append(Bar("p95 of an answer, ms", recording.median(_NAME, "p95_ms"), _BAR_MS, at_least=False))
    recording.bars.append(Bar("confirmed answers lost", lost, 0.0, at_least=False))
    recording.details = {"listeners": given.listeners, "pages": given.pages, "mean_pause_s": given.pause}
    recording.notes += [given.note] if given.note else []
    columns = {name: (name, 1.0, ".1f") for name in ("p95_ms", "p50_ms", "p99_ms", "max_ms", "answers", "per_second")}
    recording.print(columns, _NAME)
    recording.write(given.output, _NAME, ("p95_ms",))


def _round(listeners: int, pages: int, pause_s: float, recording: Recording) -> Round:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        requests = "\n".join(f'[[requests]]\nprompt = "how good is it, for use {number}?"' for number in range(pages))
        song = (_ROOT / "examples" / "song.ogg").as_posix()
        (folder / "load.toml").write_text(_STUDY.format(song=song, requests=requests), encoding="utf-8")
        command = [sys.executable, "-m", "tonewright", "study", "serve", str(folder / "load.toml"), "--port", "0"]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            assert server.stderr is not None
            found = next(filter(None, (re.search(r"127\.0\.0\.1:(\d+)", line) for line in server.stderr)), None)
            assert found is not None, "the server did not start"
            start = time.perf_counter()
            times, confirmed = asyncio.run(_all(int(found[1]), listeners, pause_s))
            seconds = time.perf_counter() - start
        finally:
            server.send_signal(signal.SIGKILL)
            server.wait()
        lost = _lost(folder / "load.sqlite", confirmed)
    times.sort()
    recording.notes.append(f"{len(confirmed)} answers confirmed in {seconds:.0f} s; the server was then killed.")
    return {
        _NAME: {
            "p50_ms": times[len(times) // 2] * 1e3,
            "p95_ms": times[int(0.95 * len(times))] * 1e3,
            "p99_ms": times[int(0.99 * len(times))] * 1e3,
            "max_ms": times[-1] * 1e3,
            "answers": float(len(times)),
            "per_second": len(times) / seconds,
            "lost": float(lost),
        }
    }


async def _all(port: int, listeners: int, pause_s: float) -> tuple[list[float], dict[str, Any]]:
    times: list[float] = []
    confirmed: dict[str, Any] = {}
    jobs = [_listen(port, number, pause_s, times, confirmed) for number in range(listeners)]
    await asyncio.gather(*jobs)
    return times, confirmed


async def _listen(port: int, number: int, pause_s: float, times: list[float], confirmed: dict[str, Any]) -> None:
    drawn = random.Random(number)
    await asyncio.sleep(drawn.uniform(0.0, pause_s))
    client = await _Client.open(port)
    state = await client.json("POST", "/api/sessions", {"agreed": True, "language": "en"})
    client.secret = state["secret"]
    while state["step"] is not None:
        step = state["step"]
        for sound in step.get("sounds", ()):
            content = await client.bytes("GET", f"/api/sounds/{sound['audio']}")
            assert content[:4] == b"RIFF"
        await asyncio.sleep(drawn.uniform(0.5, 1.5) * pause_s)
        body: dict[str, Any] = {"seconds": 3.0}
        if step["type"] == "trial":
            labels = [each["label"] for each in step["sounds"]]
            body["scores"] = {label: drawn.randint(1, 5) for label in labels}
            body["plays"] = dict.fromkeys(labels, 1)
            body["log"] = [[0.1 * at, f"select {labels[at % len(labels)]}"] for at in range(30)]
        answer = {"id": f"{number:04}-{step['id']}-load", "step": step["id"], "body": body}
        start = time.perf_counter()
        state = await client.json("POST", "/api/answers", answer)
        times.append(time.perf_counter() - start)
        assert state["saved"] is True
        confirmed[answer["id"]] = body.get("scores")
    client.close()


class _Client:
    """HTTP/1.1 with a connection that stays open: the least that 200 clients cost on the machine of the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.secret = ""

    @classmethod
    async def open(cls, port: int) -> _Client:
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 22))

    async def bytes(self, method: str, path: str, body: bytes = b"") -> bytes:
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.secret}\r\n"
        self._writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await self._writer.drain()
        answer = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"(?i)content-length: (\d+)", answer)
        assert length is not None
        content = await self._reader.readexactly(int(length[1]))
        assert answer.startswith("HTTP/1.1 200"), content[:300]
        return content

    async def json(self, method: str, path: str, data: Any) -> Any:
        return json.loads(await self.bytes(method, path, json.dumps(data).encode()))

    def close(self) -> None:
        self._writer.close()


def _lost(database: Path, confirmed: dict[str, Any]) -> int:
    """Count the confirmed answers that are not in the database as they were given, once each."""
    import sqlite3

    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT id, body FROM events WHERE type = 'answer'").fetchall()
    stored = {name: json.loads(body).get("scores") for name, body in rows}
    missing = [name for name, scores in confirmed.items() if name not in stored or stored[name] != scores]
    return len(missing) + len(rows) - len(stored)


if __name__ == "__main__":
    main()
