"""Work that takes time: what of it is known, and the lanes of worker processes that do it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Literal

from tonewright.studio.faults import WorkError, fault_of

State = Literal["waiting", "running", "done", "failed", "cancelled"]
#: What a cancelled task gets to stop by itself before its process is ended, in seconds.
_GRACE_S = 2.0
#: The longest message of a worker, in bytes.
_LONGEST = 256 << 20
_numbers = count(1)

#: Makes of a worker's result what the job's result is to be.
Finish = Callable[[Any], Awaitable[Any]]


@dataclass(eq=False)
class Job:
    """One piece of work.

    Attributes
    ----------
    kind
        As the page calls it.
    task, arguments
        For the worker.
    shown
        What paths are called in sentences.
    finish
        Called in the server with the worker's result, if it is not yet what the page gets.
    cleanup
        A file or folder that goes if the job does not get done.
    state, stage, progress, result, error
        As docs/studio-api.md has them.
    """

    kind: str
    task: str
    arguments: dict[str, Any]
    shown: Mapping[str, str] = field(default_factory=dict)
    finish: Finish | None = None
    cleanup: Path | None = None
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    number: int = field(default_factory=lambda: next(_numbers))
    state: State = "waiting"
    stage: str = ""
    progress: float = 0.0
    result: Any = None
    error: dict[str, Any] | None = None
    lane: Lane | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def over(self) -> bool:
        """Whether nothing about it changes any more."""
        return self.state in ("done", "failed", "cancelled")

    def to_dict(self) -> dict[str, Any]:
        """Return what the page is told."""
        names = ("id", "kind", "state", "stage", "progress", "result", "error")
        return {name: getattr(self, name) for name in names}

    def update(self, **values: Any) -> None:
        """Change attributes and tell everybody who waits; what is over stays as it is."""
        if self.over:
            return
        for name, value in values.items():
            setattr(self, name, value)
        if self.state in ("failed", "cancelled") and self.cleanup is not None:
            remove(self.cleanup)
        self._changed.set()
        self._changed = asyncio.Event()

    def cancel(self) -> None:
        """Give up: it is cancelled at once, the work behind it as soon as it can be."""
        if not self.over:
            self.update(state="cancelled", stage="cancelled")
            if self.lane is not None:
                self.lane.stop(self)

    async def changes(self, pause_s: float = 0.1) -> AsyncIterator[dict[str, Any]]:
        """Yield what is known now and at every change, at most once in ``pause_s`` seconds, to the end."""
        while True:
            changed = self._changed
            yield self.to_dict()
            if self.over:
                return
            await changed.wait()
            if not self.over:
                await asyncio.sleep(pause_s)

    async def wait(self) -> Any:
        """Return the result; raises :class:`~tonewright.studio.faults.WorkError` if it failed or was cancelled."""
        while not self.over:
            await self._changed.wait()
        if self.state == "cancelled":
            raise WorkError({"message": "This was cancelled.", "kind": "Cancelled", "status": 409})
        if self.error is not None:
            raise WorkError(self.error)
        return self.result


class Lane:
    """A worker process and the jobs that wait for it; the process starts with the first one.

    Parameters
    ----------
    name
        For debugging.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._jobs: asyncio.Queue[Job] = asyncio.Queue()
        self._process: asyncio.subprocess.Process | None = None
        self._current: Job | None = None
        self._loop: asyncio.Task[None] | None = None

    def put(self, job: Job) -> Job:
        """Add a job."""
        job.lane = self
        self._jobs.put_nowait(job)
        if self._loop is None:
            self._loop = asyncio.create_task(self._run(), name=f"lane {self.name}")
        return job

    def prepare(self, module: str) -> None:
        """Let an idle process start and load a module of tasks, so that the first job need not wait for that."""
        if self._loop is None:
            self.put(Job("warm", "warm", {"module": module}))

    def stop(self, job: Job) -> None:
        """Ask the process to leave a job, and end the process if it does not."""
        if job is not self._current or self._process is None or self._process.stdin is None:
            return
        self._process.stdin.write(_line({"cancel": job.number}))
        asyncio.get_running_loop().call_later(_GRACE_S, self._end, job)

    def _end(self, job: Job) -> None:
        if job is self._current and self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def close(self) -> None:
        """End the process; jobs that wait are cancelled."""
        if self._loop is not None:
            self._loop.cancel()
        while not self._jobs.empty():
            self._jobs.get_nowait().update(state="cancelled")
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    async def _run(self) -> None:
        while True:
            job = await self._jobs.get()
            if job.over:
                continue
            self._current = job
            job.update(state="running")
            try:
                result = await self._work(job)
                if job.finish is not None and not job.over:
                    result = await job.finish(result)
                job.update(state="done", progress=1.0, stage="", result=result)
            except asyncio.CancelledError:
                job.update(state="cancelled")
                raise
            except BaseException as error:
                job.update(state="failed", error=fault_of(error))
            finally:
                self._current = None

    async def _work(self, job: Job) -> Any:
        process = await self._ready()
        assert process.stdin is not None
        assert process.stdout is not None
        task = {"number": job.number, "task": job.task, "arguments": job.arguments, "shown": dict(job.shown)}
        with contextlib.suppress(ConnectionError):  # then there is nothing to read either
            process.stdin.write(_line(task))
            await process.stdin.drain()
        if job.over:
            self.stop(job)
        while line := await process.stdout.readline():
            message = json.loads(line)
            if message["number"] != job.number:
                continue
            if "fault" in message:
                raise WorkError(message["fault"])
            if "result" in message:
                return message["result"]
            job.update(stage=message["stage"], progress=message["progress"])
        code = await process.wait()
        self._process = None
        how = f"signal {-code}" if code < 0 else f"code {code}"
        sentence = f"The process that did this ended unexpectedly ({how}); the studio goes on, so try again."
        raise WorkError({"message": sentence, "kind": "Crash", "status": 500})

    async def _ready(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            debugging = os.environ.get("TONEWRIGHT_DEBUG", "") not in {"", "0"}
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # what lies in the current folder is no part of this
                "-m",
                "tonewright.studio.worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=None if debugging else asyncio.subprocess.DEVNULL,
                limit=_LONGEST,
            )
        return self._process


class Lanes:
    """The processes: one answers quickly, one chooses settings and renders, one holds the language model."""

    def __init__(self) -> None:
        self.quick, self.sound, self.words = Lane("quick"), Lane("sound"), Lane("words")

    async def close(self) -> None:
        """End all processes."""
        await asyncio.gather(self.quick.close(), self.sound.close(), self.words.close())


def remove(place: Path) -> None:
    """Remove a file or a folder; what cannot be removed now goes with the run."""
    if place.is_dir():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)


def _line(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"
