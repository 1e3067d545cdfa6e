"""How long the studio takes to be there: from the start of its process to the page, and to the first recording.

    python -m benchmarks.studio_start [-o benchmarks/results/studio_start.json]

Every measurement is a fresh process that is told to open no browser. "Page" ends when the last byte of the page has
come, "recording" when the bundled song and its reference have been heard and measured by a worker process, which begins
to load what it needs when the page asks what there is. CPU time is that of the server process alone, where the system
tells (Linux); it does not depend on what else the machine does.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.recording import Bar, Recording, arguments, interleave

PAGE, RECORDINGS, NOTHING = "page", "two recordings", "python -c pass"
_BAR = 2.0


def main() -> None:
    given = arguments("How long the studio takes to be there.", rounds=11).parse_args()
    about = "How long the studio takes to be there: from the start of its process."
    recording = Recording("studio_start", about, None, ("tonewright", "fastapi", "uvicorn", "pydantic"))
    jobs: dict[str, Callable[[], dict[str, float]]] = {
        PAGE: partial(_studio, recordings=False),
        RECORDINGS: partial(_studio, recordings=True),
        NOTHING: _nothing,
    }
    for job in jobs.values():
        job()
    recording.rounds = interleave(jobs, given.rounds)
    note_priority(recording)
    recording.bars.append(Bar("page, s", recording.median(PAGE, "wall_s"), _BAR, at_least=False))
    recording.print({"wall_s": ("wall ms", 1e3, ".0f"), "cpu_s": ("server's CPU ms", 1e3, ".0f")}, NOTHING)
    recording.write(given.output, NOTHING, ("wall_s",))


def note_priority(recording: Recording) -> None:
    """Say so if this was run ahead of what else kept the machine busy."""
    scheduler = getattr(os, "sched_getscheduler", None)
    if scheduler is not None and scheduler(0) != os.SCHED_OTHER:
        recording.notes.append("Run at real-time priority (chrt -r 5), because other programs kept the machine busy.")


def _studio(*, recordings: bool) -> dict[str, float]:
    start = time.perf_counter()
    command = [sys.executable, "-m", "tonewright", "studio", "--no-browser", "--json"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        told = told_by(server)
        line = http.client.HTTPConnection("127.0.0.1", told["port"], timeout=120)
        _ask(line, "GET", "/", {})
        if recordings:
            headers = {"Authorization": f"Bearer {told['token']}"}
            cookie = _ask(line, "GET", "/api/start", headers)
            _ask(line, "POST", "/api/recordings/demo", {"Cookie": cookie.partition(";")[0]})
        wall = time.perf_counter() - start
        measured = {"wall_s": wall, **_cpu(server.pid)}
        line.close()
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate()
    return measured


def told_by(server: subprocess.Popen[str]) -> dict[str, Any]:
    """Return what a studio started with ``--json`` says when it listens."""
    assert server.stdout is not None
    text = ""
    for line in server.stdout:
        text += line
        if line.startswith("}"):
            break
    return dict(json.loads(text))


def _ask(line: http.client.HTTPConnection, method: str, path: str, headers: dict[str, str]) -> str:
    """Read an answer to its end; return the cookie that came with it."""
    line.request(method, path, headers=headers)
    answer = line.getresponse()
    answer.read()
    if answer.status >= 400:
        raise SystemExit(f"{method} {path} was answered with {answer.status}.")
    return answer.getheader("Set-Cookie") or ""


def _cpu(process: int) -> dict[str, float]:
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return {}
    return {"cpu_s": (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")}


def _nothing() -> dict[str, float]:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return {"wall_s": time.perf_counter() - start}


if __name__ == "__main__":
    main()
