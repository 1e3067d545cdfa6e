"""A process that works on sound: tasks come in on standard input, progress and results go out on standard output.

Messages are JSON objects, one a line. In: ``{"number", "task", "arguments", "shown"}`` or ``{"cancel": number}``. Out:
``{"number", "stage", "progress"}``, then ``{"number", "result"}`` or ``{"number", "fault"}``. ``shown`` says what paths
are called in sentences. When standard input ends, whoever started this process is gone, and so is it.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import signal
import sys
import threading
import time
import traceback
from importlib import import_module
from typing import Any, TextIO

from tonewright.studio.faults import fault_of
from tonewright.studio.plain import plain

#: Progress is told no more often, in seconds.
_PAUSE_S = 0.05
#: Where each task is.
TASKS = {
    "warm": "warming",
    "hear": "hearing",
    "auto": "doors",
    "match": "doors",
    "say": "saying",
    "measure": "judging",
    "describe": "judging",
    "render": "keeping",
    "report": "reports",
    "settings": "keeping",
    "programs": "programs",
    "export": "programs",
    "import_text": "programs",
}


class Cancelled(BaseException):
    """Nobody wants the result any more; not an error, so that nothing on the way takes it for one."""


class Worker:
    """Does one task after another.

    Parameters
    ----------
    out
        Where messages go.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._writing = threading.Lock()
        self._waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._cancelled: set[int] = set()

    def listen(self, lines: Any) -> None:
        """Read messages until there are no more, then end the process, whatever it is doing."""
        for line in lines:
            message = json.loads(line)
            if "cancel" in message:
                self._cancelled.add(message["cancel"])
            else:
                self._waiting.put(message)
        os._exit(0)

    def run(self) -> None:
        """Do what comes in, for ever."""
        while True:
            message = self._waiting.get()
            number = message["number"]
            try:
                self._tell({"number": number, "result": plain(self._do(message))})
            except Cancelled:
                self._tell({"number": number, "fault": {"message": "Cancelled.", "kind": "Cancelled", "status": 409}})
            except Exception as error:
                if os.environ.get("TONEWRIGHT_DEBUG", "") not in {"", "0"}:
                    traceback.print_exc()
                fault = fault_of(error)
                for path, name in message["shown"].items():
                    fault["message"] = fault["message"].replace(path, name)
                self._tell({"number": number, "fault": fault})

    def _do(self, message: dict[str, Any]) -> Any:
        number, task = message["number"], message["task"]
        told = [0.0]

        def progress(stage: str, part: float) -> None:
            if number in self._cancelled:
                raise Cancelled
            if time.monotonic() - told[0] >= _PAUSE_S:
                told[0] = time.monotonic()
                self._tell({"number": number, "stage": stage, "progress": round(float(part), 4)})

        progress("starting", 0.0)
        with _Aloud(progress):
            module = import_module(f"tonewright.studio.tasks.{TASKS[task]}")
            return getattr(module, task)(message["arguments"], progress)

    def _tell(self, message: dict[str, Any]) -> None:
        with self._writing:
            self._out.write(json.dumps(message, allow_nan=False, separators=(",", ":")) + "\n")
            self._out.flush()


class _Aloud(logging.Handler):
    """Shows what the library has to say ("Compiling ...") as the stage of the work."""

    def __init__(self, progress: Any) -> None:
        super().__init__()
        self._progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        self._progress(record.getMessage(), 0.0)

    def __enter__(self) -> None:
        logging.getLogger("tonewright").addHandler(self)

    def __exit__(self, *_: object) -> None:
        logging.getLogger("tonewright").removeHandler(self)


def main() -> None:
    """Work until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole terminal; the server ends this process
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print must not get among the messages
    worker = Worker(out)
    threading.Thread(target=worker.listen, args=(sys.stdin.buffer,), daemon=True).start()
    worker.run()


if __name__ == "__main__":
    main()
