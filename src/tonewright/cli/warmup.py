"""``tonewright warmup``: compile now what would be compiled on first use."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tonewright.cli import options, output


def warmup(json: options.Json = False) -> None:
    """Compile the signal-processing kernels for this processor, once, so that no later command waits for it."""
    from numba.core import event

    from tonewright.compiled import can_cache

    steps: list[dict[str, Any]] = []
    jobs = _jobs()
    with output.progress() as progress:
        for index, (name, job) in enumerate(jobs):
            if progress is not None:
                progress(name, index / len(jobs))
            start = time.perf_counter()
            with event.install_recorder("numba:compile") as recorder:
                job()
            compiled = sum(each.is_start for _, each in recorder.buffer)
            steps.append({"what": name, "compiled": compiled, "seconds": time.perf_counter() - start})
    total = sum(step["compiled"] for step in steps)
    if json:
        output.emit("warmup", {"steps": steps, "compiled": total, "cached": can_cache()})
        return
    for step in steps:
        did = f"{step['compiled']} compiled" if step["compiled"] else "cached"
        output.tell(f"{step['what']:34} {did:12} {step['seconds']:6.1f} s")
    seconds = sum(step["seconds"] for step in steps)
    if not can_cache():
        output.tell("No cache can be written: every start compiles anew. Set NUMBA_CACHE_DIR to a writable folder.")
    elif total:
        output.tell(f"{total} kernels compiled and cached in {seconds:.1f} s; the next start finds them.")
    else:
        output.tell("All kernels were cached already.")


def _jobs() -> list[tuple[str, Callable[[], None]]]:
    """Return everything that compiles, by name."""
    from tonewright.audio import warmup as warm_audio

    jobs: list[tuple[str, Callable[[], None]]] = [("meters and integer files", warm_audio)]
    for dtype in ("float32", "float64"):
        for channels, layout in ((1, "mono"), (2, "stereo")):

            def forward(dtype: str = dtype, channels: int = channels) -> None:
                _forward(dtype, channels)

            def backward(dtype: str = dtype, channels: int = channels) -> None:
                _backward(dtype, channels)

            jobs.append((f"processor, {layout}, {dtype}", forward))
            jobs.append((f"gradients, {layout}, {dtype}", backward))
    jobs.append(("match", _match))
    return jobs


def _chain() -> Any:
    from tonewright.settings import Band, Compressor, Settings

    compressor = Compressor(threshold_db=-30.0, ratio=2.0)
    # Two stages, as mono and stereo run stages in pairs.
    band = Band(type="peak", frequency_hz=1000.0, gain_db=3.0, compressor=compressor)
    return Settings(bands=(band, band))


def _noise(dtype: str, channels: int) -> Any:
    import numpy as np

    return np.random.default_rng(0).uniform(-0.5, 0.5, (channels, 2048)).astype(dtype)


def _forward(dtype: str, channels: int) -> None:
    from tonewright.processor.stream import Stream

    Stream(_chain(), 44_100, channels, dtype=dtype).process(_noise(dtype, channels))


def _backward(dtype: str, channels: int) -> None:
    from tonewright.processor.gradients import Tape
    from tonewright.processor.plan import Plan

    plan, values = Plan.of(_chain(), everything=True)
    tape = Tape(_noise(dtype, channels)[None], 44_100, plan, values)
    tape.gradient(tape.output)


def _match() -> None:
    import numpy as np

    from tonewright.audio import Audio
    from tonewright.controllers.match import match

    song, reference = (Audio(np.tile(_noise("float32", 2), 32), 44_100) for _ in range(2))
    match(song, reference, steps=1)
