"""A real studio process, and a client for it."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tonewright
from tonewright.audio import Audio, Format, write
from tonewright.settings import Band, Compressor, Settings

httpx = pytest.importorskip("httpx", reason="httpx is not installed")
for name in ("fastapi", "uvicorn"):
    pytest.importorskip(name, reason=f"{name} is not installed")

CHANGING = Settings(
    bands=(
        Band(
            type="low_shelf",
            frequency_hz=120.0,
            gain_db=4.0,
            compressor=Compressor(threshold_db=-30.0, ratio=2.5, makeup_db=2.0),
        ),
        Band(type="peak", frequency_hz=2500.0, gain_db=-5.0, q=1.2),
    ),
    output_db=-3.0,
)


def _usual_signals() -> None:
    """Undo what a shell does to programs in its background: they ignore Ctrl-C, and a closed terminal under nohup."""
    for one in (signal.SIGINT, signal.SIGHUP):
        signal.signal(one, signal.SIG_DFL)


class Server:
    """``tonewright studio`` as a process of its own, its temporary files below a folder that a test can look into."""

    def __init__(self, temporary: Path, *options: str) -> None:
        self.temporary = temporary
        paths = os.pathsep.join(filter(None, (str(Path(tonewright.__file__).parents[1]), os.environ.get("PYTHONPATH"))))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tonewright", "studio", "--no-browser", "--json", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": paths},
            preexec_fn=_usual_signals if os.name == "posix" else None,
        )
        self.told = self._read()

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        text = ""
        while line := self.process.stdout.readline():
            text += line
            if line.startswith("}"):
                return dict(json.loads(text))
        raise AssertionError(self.process.communicate()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.told['port']}"

    @property
    def folders(self) -> list[Path]:
        """The folders of runs."""
        return sorted(self.temporary.glob("tonewright-studio-*"))

    def client(self, **headers: str) -> Client:
        """Return a session of its own."""
        return Client(self.url, {"Authorization": f"Bearer {self.told['token']}", **headers})

    def workers(self) -> list[int]:
        """Return the ids of its processes."""
        found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        return [int(word) for word in found.stdout.split()]

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(60)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        return code


class Client:
    """Speaks the interface as docs/studio-api.md has it."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self.http = httpx.Client(base_url=url, headers=headers, timeout=120)
        self.get, self.post, self.delete = self.http.get, self.http.post, self.http.delete

    def upload(self, path: Path, name: str | None = None) -> dict[str, Any]:
        answer = self.post("/api/recordings", params={"name": name or path.name}, content=path.read_bytes())
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def begin(self, address: str, **body: Any) -> str:
        """Start a job and return its id."""
        answer = self.post(address, json=body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job"])

    def events(self, job: str) -> Iterator[dict[str, Any]]:
        with self.http.stream("GET", f"/api/jobs/{job}/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            for line in stream.iter_lines():
                if line:
                    assert line.startswith("data: ")
                    yield json.loads(line.removeprefix("data: "))

    def ended(self, job: str) -> dict[str, Any]:
        """Return a job when it is over."""
        return list(self.events(job))[-1]

    def done(self, address: str, **body: Any) -> Any:
        """Return the result of a job."""
        state = self.ended(self.begin(address, **body))
        assert state["state"] == "done", state
        return state["result"]

    def asked(self, address: str, **body: Any) -> Any:
        """Return what is answered at once."""
        answer = self.post(address, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def download(self, kept: dict[str, Any]) -> bytes:
        answer = self.get(kept["url"])
        assert answer.status_code == 200
        assert len(answer.content) == kept["bytes"]
        return bytes(answer.content)


@cache
def shared() -> Server:
    """Return the server that tests share; it ends with them."""
    folder = tempfile.TemporaryDirectory(prefix="tonewright-test-")
    server = Server(Path(folder.name))

    def end() -> None:
        server.end()
        folder.cleanup()

    atexit.register(end)
    return server


def music(seconds: float, *, seed: int = 0, tilt: float = 0.5, channels: int = 2, rate: int = 44_100) -> Any:
    """Noise whose spectrum falls, steeper with a larger tilt, with beats; peaks at 0.4."""
    random = np.random.default_rng(seed)
    frames = round(seconds * rate)
    spectrum = np.fft.rfft(random.standard_normal((channels, frames)))
    spectrum /= np.maximum(np.fft.rfftfreq(frames, 1 / rate), 20.0) ** tilt
    noise = np.fft.irfft(spectrum, frames) * (0.6 + 0.4 * np.sin(4.0 * np.pi * np.arange(frames) / rate))
    return (0.4 * noise / np.abs(noise).max()).astype(np.float32)


def write_music(path: Path, seconds: float = 3.0, subtype: str = "PCM_16", **options: Any) -> Path:
    container = {".wav": "WAV", ".flac": "FLAC", ".ogg": "OGG"}[path.suffix]
    rate = options.get("rate", 44_100)
    audio = Audio(music(seconds, **options), rate, {"title": "Ton"}, Format(container, subtype), processed=False)
    write(path, audio)
    return path


def wait_until(holds: Any, seconds: float = 60.0) -> bool:
    """Whether something becomes true in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return bool(holds())
