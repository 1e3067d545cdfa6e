"""A whole ``tonewright auto``, process and all, on four minutes of stereo, WAV to WAV.

    python -m benchmarks.auto_song [--corpus FOLDER] [--model FILE] [-o benchmarks/results/auto_song.json]

Every round is a new process on the cores it finds, as anyone would call it, once with one setting and once with
``--sections``; the bars hold for one setting. POSIX only, as ``match_song``.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.match_song import run
from benchmarks.recording import Bar, Recording, arguments, interleave

ONE, SECTIONS = "auto", "auto --sections"
_WALL_S, _PEAK_MB = 3.0, 400.0
_MAXRSS_UNIT = 1.0 if sys.platform == "darwin" else 1024.0


def main() -> None:
    parser = arguments("A whole auto from file to file.", rounds=5)
    parser.add_argument("--corpus", type=Path, help="a folder of music to take the song from")
    parser.add_argument("--model", type=Path, help="weights instead of those that come with Tonewright")
    given = parser.parse_args()
    recording = Recording("auto_song", __doc__.partition("\n")[0], None, ("tonewright", "numpy", "numba", "scipy"))
    with tempfile.TemporaryDirectory(prefix="auto-song-") as name:
        folder = Path(name)
        recording.details["file"] = _song(folder, given)
        model = [] if given.model is None else ["--model", str(given.model)]
        start = [sys.executable, "-m", "tonewright", "auto", str(folder / "song.wav"), *model]
        commands = {
            ONE: [*start, "-o", str(folder / "one.wav")],
            SECTIONS: [*start, "--sections", "-o", str(folder / "sections.wav")],
        }
        runs = {label: partial(run, words, folder / "words.log") for label, words in commands.items()}
        for each in runs.values():
            each()  # compiles what is compiled once after installation, and brings the file into memory
        recording.rounds = interleave(runs, given.rounds)
    for measure, what, bar in (("wall_s", "wall time in s", _WALL_S), ("peak_mb", "peak memory in MB", _PEAK_MB)):
        recording.bars.append(Bar(what, recording.median(ONE, measure), bar, at_least=False))
    # A child's peak begins with that of the process that started it, so this one has to stay small.
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT / 1e6
    recording.details["smallest_measurable_peak_mb"] = floor
    recording.print({"wall_s": ("wall s", 1, ".2f"), "cpu_s": ("CPU s", 1, ".2f"), "peak_mb": ("MB", 1, ".0f")}, ONE)
    recording.write(given.output, ONE, ("wall_s", "cpu_s", "peak_mb"))


def _song(folder: Path, given: argparse.Namespace) -> Any:
    """Write the song, in another process: this one has to stay small."""
    command = [sys.executable, "-m", "benchmarks.songs", str(folder)]
    command += ["--corpus", str(given.corpus)] if given.corpus is not None else []
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)["song"]


if __name__ == "__main__":
    main()
