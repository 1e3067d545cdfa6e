"""What a ten-minute recording costs the studio: seconds and memory, step by step.

    python -m benchmarks.studio_long [-o benchmarks/results/studio_long.json]

The bundled song, repeated to ten minutes of 16-bit stereo (100 MB), goes through the interface as the page sends it.
Memory is the most that any of the studio's processes has held so far (``VmHWM``), so it is told on Linux only.
"""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.recording import Bar, Recording, arguments
from benchmarks.studio_start import note_priority, told_by

_SECONDS = 600
_SONG = Path(__file__).resolve().parents[1] / "examples" / "song.ogg"
_SETTINGS = {
    "version": 1,
    "bands": [
        {
            "type": "low_shelf",
            "frequency_hz": 120.0,
            "gain_db": 4.0,
            "q": 0.7,
            "compressor": {"threshold_db": -30.0, "ratio": 2.5},
        },
        {"type": "peak", "frequency_hz": 2500.0, "gain_db": -5.0, "q": 1.2},
    ],
}
_BAR_MB = 512.0


def main() -> None:
    given = arguments("What a ten-minute recording costs the studio.", rounds=3).parse_args()
    about = "What a ten-minute recording costs the studio, step by step."
    recording = Recording("studio_long", about, None, ("tonewright", "numpy", "numba", "fastapi", "uvicorn"))
    with tempfile.TemporaryDirectory() as folder:
        path = _long_song(Path(folder))
        recording.rounds = [_round(path) for _ in range(given.rounds)]
    note_priority(recording)
    for name in ("server", "workers"):
        value = max(each["all"][f"{name}_mb"] for each in recording.rounds)
        recording.bars.append(Bar(f"memory of the {name}, MB", value, _BAR_MB, at_least=False))
    recording.print({"wall_s": ("wall s", 1.0, ".1f")}, "all")
    recording.write(given.output, "all", ("wall_s",))


def _long_song(folder: Path) -> Path:
    import numpy as np

    from tonewright.audio import Audio, Format, read, write

    song = read(_SONG)
    frames = _SECONDS * song.sample_rate
    samples = np.tile(song.samples, (1, -(-frames // song.frames)))[:, :frames]
    path = folder / "long.wav"
    write(path, Audio(samples, song.sample_rate, format=Format("WAV", "PCM_16")))
    return path


def _round(path: Path) -> dict[str, dict[str, float]]:
    command = [sys.executable, "-m", "tonewright", "studio", "--no-browser", "--json"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        studio = _Studio(server)
        start = time.perf_counter()
        steps: dict[str, dict[str, float]] = {}

        def step(name: str, address: str, body: Any) -> Any:
            begun = time.perf_counter()
            answer = studio.ask(address, body)
            steps[name] = {"wall_s": time.perf_counter() - begun}
            return answer

        id = step("upload and measure", "/api/recordings?name=long.wav", path.read_bytes())["id"]
        step("outline", f"/api/recordings/{id}/peaks?points=1200", None)
        step("auto", "/api/auto", {"recording": id})
        step("loudness of settings", "/api/measure", {"recording": id, "settings": _SETTINGS})
        step("render", "/api/render", {"recording": id, "settings": _SETTINGS})
        steps["all"] = {"wall_s": time.perf_counter() - start, **_memory(server.pid)}
        return steps
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate()


class _Studio:
    """Speaks the interface of docs/studio-api.md; jobs are waited for."""

    def __init__(self, server: subprocess.Popen[str]) -> None:
        told = told_by(server)
        self._line = http.client.HTTPConnection("127.0.0.1", told["port"], timeout=600)
        self._headers = {"Authorization": f"Bearer {told['token']}"}

    def ask(self, address: str, body: Any) -> Any:
        """Return an answer; ``None`` as a body is a GET, bytes are an upload."""
        content = body if isinstance(body, bytes) or body is None else json.dumps(body)
        headers = {**self._headers, "Content-Type": "application/json"}
        self._line.request("GET" if body is None else "POST", address, content, headers)
        answer = self._line.getresponse()
        if cookie := answer.getheader("Set-Cookie"):
            self._headers = {"Cookie": cookie.partition(";")[0]}
        data = json.loads(answer.read())
        if answer.status >= 400:
            raise SystemExit(f"{address}: {data['message']}")
        return self._wait(data["job"]) if answer.status == 202 else data

    def _wait(self, job: str) -> Any:
        while True:
            state = self.ask(f"/api/jobs/{job}", None)
            if state["state"] == "done":
                return state["result"]
            if state["state"] in ("failed", "cancelled"):
                raise SystemExit(f"{state['kind']}: {state['error']}")
            time.sleep(0.05)


def _memory(server: int) -> dict[str, float]:
    """Return the most that the server, and the largest of its workers, have held, in MB."""
    workers = Path(f"/proc/{server}/task/{server}/children")
    if not workers.exists():
        return {"server_mb": float("nan"), "workers_mb": float("nan")}
    held = [_held_mb(int(each)) for each in workers.read_text(encoding="ascii").split()]
    return {"server_mb": _held_mb(server), "workers_mb": max(held)}


def _held_mb(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024.0 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
