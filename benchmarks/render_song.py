"""Rendering of a song in memory on one core: six filters with compressors, linked stereo.

    python -m benchmarks.render_song [--corpus FOLDER] [-o benchmarks/results/render_song.json]

Four minutes of stereo at 44.1 kHz, float32 in and out. Beside it what others need for less: scipy's filters alone, and
pedalboard's filters with compressors without knee or makeup (GPL; only if it is installed, never a dependency).
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.recording import Bar, Recording, arguments, interleave, restart_with, timed
from benchmarks.songs import SAMPLE_RATE, SONG_S, describe, song, sources

OURS, FILTERS, SCIPY32, SCIPY64, PEDALBOARD = (
    "tonewright", "tonewright, filters only", "scipy sosfilt float32, filters only",
    "scipy sosfilt float64, filters only", "pedalboard",
)  # fmt: skip
_BAR = 400
_REPEATS = {OURS: 3, FILTERS: 3, SCIPY32: 3, SCIPY64: 3}
_ONE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
_BANDS = (
    ("low_shelf", 105.0, 3.5, 0.71), ("peak", 310.0, -2.8, 1.1), ("peak", 950.0, 1.5, 0.8),
    ("peak", 2600.0, -2.0, 1.6), ("peak", 5200.0, 2.5, 1.0), ("high_shelf", 9500.0, 3.0, 0.71),
)  # fmt: skip
_COMPRESSOR = {
    "threshold_db": -26.0, "ratio": 2.2, "attack_ms": 12.0, "release_ms": 140.0, "knee_db": 6.0, "makeup_db": 1.0,
}  # fmt: skip


def main() -> None:
    parser = arguments("Six filters with compressors over a song in memory, on one core.", rounds=7)
    parser.add_argument("--corpus", type=Path, help="a folder of music to take the song from")
    given = parser.parse_args()
    restart_with(_ONE)
    path = sources(given.corpus)[0]
    samples = song(path, SONG_S).samples
    recording = Recording(
        "render_song", __doc__.partition("\n")[0], 1, ("tonewright", "numpy", "numba", "scipy", "pedalboard")
    )
    jobs = _jobs(samples)
    if importlib.util.find_spec("pedalboard"):
        jobs[PEDALBOARD] = _pedalboard(samples)
    else:
        recording.notes.append("pedalboard is not installed: left out.")
    for job in jobs.values():
        job()
    recording.rounds = interleave(
        {name: partial(_realtime, job, _REPEATS.get(name, 1)) for name, job in jobs.items()}, given.rounds
    )
    recording.details["song"] = describe(path) | {"rendered_seconds": SONG_S}
    speeds = [recording.median(OURS, f"{kind}_x_real_time") for kind in ("cpu", "wall")]
    recording.bars.append(Bar("times real time, one core (CPU time)", speeds[0], _BAR, at_least=True))
    recording.bars.append(Bar("times real time, one core (wall time)", speeds[1], _BAR, at_least=True))
    recording.print(
        {
            "cpu_s": ("CPU s", 1, ".3f"),
            "wall_s": ("wall s", 1, ".3f"),
            "cpu_x_real_time": ("CPU x real time", 1, ".0f"),
            "wall_x_real_time": ("wall x real time", 1, ".0f"),
        },
        OURS,
    )
    recording.write(given.output, OURS, ("wall_s", "cpu_s"))


def _realtime(job: Callable[[], object], repeats: int) -> dict[str, float]:
    took = timed(job, repeats)
    return took | {f"{kind}_x_real_time": SONG_S / took[f"{kind}_s"] for kind in ("cpu", "wall")}


def _jobs(samples: NDArray[Any]) -> dict[str, Callable[[], object]]:
    from scipy.signal import sosfilt

    from tonewright import threads
    from tonewright.processor.filters import biquad
    from tonewright.processor.render import render_array
    from tonewright.settings import Settings

    threads.set_threads(1)
    plain = [{"type": kind, "frequency_hz": f, "gain_db": gain, "q": q} for kind, f, gain, q in _BANDS]
    filters = Settings.from_dict({"bands": plain})
    whole = Settings.from_dict({"bands": [band | {"compressor": _COMPRESSOR} for band in plain]})
    designed = np.array([biquad(kind, gain, f, q, SAMPLE_RATE) for kind, f, gain, q in _BANDS])
    sections = np.insert(designed, 3, 1.0, axis=1)
    wide = samples.astype(np.float64)
    return {
        OURS: lambda: render_array(samples, SAMPLE_RATE, whole),
        FILTERS: lambda: render_array(samples, SAMPLE_RATE, filters),
        SCIPY32: lambda: sosfilt(sections.astype(np.float32), samples),
        SCIPY64: lambda: sosfilt(sections, wide),
    }


def _pedalboard(samples: NDArray[Any]) -> Callable[[], object]:
    pedalboard = importlib.import_module("pedalboard")
    kinds = {
        "low_shelf": pedalboard.LowShelfFilter,
        "peak": pedalboard.PeakFilter,
        "high_shelf": pedalboard.HighShelfFilter,
    }
    plugins = []
    for kind, frequency, gain, q in _BANDS:
        plugins.append(kinds[kind](cutoff_frequency_hz=frequency, gain_db=gain, q=q))
        names = ("threshold_db", "ratio", "attack_ms", "release_ms")
        plugins.append(pedalboard.Compressor(**{name: _COMPRESSOR[name] for name in names}))
    board = pedalboard.Pedalboard(plugins)
    return lambda: board(samples, SAMPLE_RATE)


if __name__ == "__main__":
    main()
