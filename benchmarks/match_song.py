"""A whole match, process and all: four minutes against three and a half, WAV to WAV, beside matchering 2.0.6.

    python -m benchmarks.match_song [--corpus FOLDER] [-o benchmarks/results/match_song.json]

Both start anew for every round, on the same 16-bit files, with the cores they find: ``tonewright match`` as anyone
would call it, and ``matchering.process`` as its manual shows it (limiter on, 16 bit). matchering is GPL software and
no dependency of ours: it is installed into an environment of its own (see ``matchering_home``). POSIX only, since time
and memory of a process are asked of ``wait4``.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import matchering_home
from benchmarks.recording import Bar, Recording, arguments, interleave

OURS, MATCHERING = "tonewright", "matchering"
_TIME, _MEMORY = 0.6, 0.4
_MAXRSS_UNIT = 1.0 if sys.platform == "darwin" else 1024.0


def main() -> None:
    parser = arguments("A whole match from file to file, beside matchering.", rounds=5)
    parser.add_argument("--corpus", type=Path, help="a folder of music to take the songs from")
    given = parser.parse_args()
    interpreter = matchering_home.python()
    recording = Recording("match_song", __doc__.partition("\n")[0], None, ("tonewright", "numpy", "numba", "scipy"))
    with tempfile.TemporaryDirectory(prefix="match-song-") as name:
        folder = Path(name)
        recording.details["files"] = _songs(folder, given.corpus)
        song, reference = str(folder / "song.wav"), str(folder / "reference.wav")
        commands = {
            OURS: [sys.executable, "-m", "tonewright", "match", song, "--reference", reference, "-o"],
            MATCHERING: [str(interpreter), str(matchering_home.WORKER), "song", song, reference],
        }
        commands = {name: [*words, str(folder / f"{name}.wav")] for name, words in commands.items()}
        runs = {name: partial(run, words, folder / f"{name}.log") for name, words in commands.items()}
        for each in runs.values():
            each()  # compiles what is compiled once after installation, and brings the files into memory
        recording.rounds = interleave(runs, given.rounds)
        recording.details["output_bytes"] = {name: (folder / f"{name}.wav").stat().st_size for name in commands}
    _judge(recording, interpreter)
    recording.print({"wall_s": ("wall s", 1, ".2f"), "cpu_s": ("CPU s", 1, ".2f"), "peak_mb": ("MB", 1, ".0f")}, OURS)
    recording.write(given.output, OURS, ("wall_s", "cpu_s", "peak_mb"))


def run(command: list[str], log: Path) -> dict[str, float]:
    """Run a program to its end and return its wall time, CPU time (children included) and peak resident memory."""
    with log.open("wb") as words:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{log.read_text(errors='replace')}")
    return {
        "wall_s": wall,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss * _MAXRSS_UNIT / 1e6,
    }


def _judge(recording: Recording, interpreter: Path) -> None:
    for measure, name, bar in (
        ("wall_s", "wall time of matchering's", _TIME),
        ("cpu_s", "CPU time of matchering's", _TIME),
        ("peak_mb", "peak memory of matchering's", _MEMORY),
    ):
        value = recording.ratio(OURS, MATCHERING, measure)
        recording.bars.append(Bar(f"share of {name}", value, bar, at_least=False))
    listing = subprocess.run(
        [str(interpreter), "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True
    )
    installed = {each["name"].lower(): each["version"] for each in json.loads(listing.stdout)}
    names = ("matchering", "numpy", "scipy", "resampy", "statsmodels")
    recording.details["matchering_environment"] = {name: installed.get(name) for name in names}
    # A child's peak begins with that of the process that started it, so this one has to stay small.
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT / 1e6
    recording.details["smallest_measurable_peak_mb"] = floor


def _songs(folder: Path, corpus: Path | None) -> Any:
    """Write the songs, in another process: this one has to stay small."""
    command = [sys.executable, "-m", "benchmarks.songs", str(folder)]
    command += ["--corpus", str(corpus)] if corpus is not None else []
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
