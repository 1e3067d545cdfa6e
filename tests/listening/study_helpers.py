"""What tests of running studies share: a small study, its server as a process, answers of a scripted listener."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tonewright

EXAMPLES = Path(__file__).parents[2] / "examples"

_TRACK = f"""
[[tracks]]
name = "song"
file = "{(EXAMPLES / "song.ogg").as_posix()}"
start_s = 4
duration_s = 1.5
"""

MUSHRA = f"""
kind = "mushra"
name = "small"
title = "A small comparison"
seed = 3
[mushra]
reference = "original"
anchors_hz = [3500]
{_TRACK}
[[systems]]
name = "original"
make = "original"
[[systems]]
name = "noisy"
make = "noise"
snr_db = 20
[order]
training = 0
retests = 1
[checks]
headphones = "off"
level = false
"""

ADJUSTMENT = f"""
kind = "adjustment"
name = "moved"
title = "How should it sound?"
seed = 5
{_TRACK}
[adjustment]
least_s = 0
[[requests]]
name = "dinner"
prompt = "warm and calm"
mood = "tired"
[[requests]]
name = "run"
prompt = "bright and awake"
[order]
training = 0
catches = 1
[checks]
headphones = "off"
level = false
"""


def heard(labels: list[str], **more: Any) -> dict[str, Any]:
    """Return what every answer of a trial logs."""
    return {
        "seconds": 3.5,
        "plays": dict.fromkeys(labels, 1),
        "listened_s": dict.fromkeys(labels, 1.25),
        "loop": [0.0, 1.5],
        "log": [[0.5, f"select {label}"] for label in labels],
        "comment": "",
        **more,
    }


class Server:
    """A server of a study in a process of its own.

    Parameters
    ----------
    study, database
        Files.
    port
        0 takes a free one; the same again after a kill is the same page to a browser.
    """

    def __init__(self, study: Path, database: Path, port: int = 0, stimuli: Path | None = None) -> None:
        self.study, self.database, self.port = study, database, port
        self.stimuli = stimuli if stimuli is not None else study.with_suffix(".stimuli")
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        source = str(Path(tonewright.__file__).parents[1])
        command = [sys.executable, "-m", "tonewright", "study", "serve", str(self.study), "--port", str(self.port)]
        command += ["--database", str(self.database), "--stimuli", str(self.stimuli)]
        environment = {**os.environ, "PYTHONPATH": source}
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        assert self._process.stderr is not None
        said = []
        for line in self._process.stderr:
            said.append(line)
            found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
            if found:
                self.port = int(found[1])
                # Whatever else it says must not fill the pipe.
                threading.Thread(target=self._process.stderr.read, daemon=True).start()
                return
        raise AssertionError(f"The server did not start: {''.join(said)}")

    def kill(self) -> None:
        """End the process as a power cut would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(30)


@contextmanager
def serving(study: Path, database: Path, stimuli: Path | None = None) -> Iterator[Server]:
    """Serve a study while the block runs."""
    server = Server(study, database, stimuli=stimuli)
    server.start()
    try:
        yield server
    finally:
        server.stop()
