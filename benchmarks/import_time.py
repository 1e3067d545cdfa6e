"""How long a start takes: the bare package, and the command line's help.

    python -m benchmarks.import_time [-o benchmarks/results/import_time.json]

Every measurement is a fresh process. An import is timed inside it; the others are whole processes, beside a Python
that does nothing.
"""

from __future__ import annotations

import subprocess
import sys
import time
from functools import partial

from benchmarks.recording import Bar, Recording, arguments, interleave

IMPORT, PUBLIC, HELP, NOTHING = "import tonewright", "every public name", "tonewright --help", "python -c pass"
_BAR = 0.5
_TIMED = "import time; start = time.perf_counter()\n{}\nprint(time.perf_counter() - start)"
_ALL = "import tonewright\nfor name in tonewright.__all__: getattr(tonewright, name)"


def main() -> None:
    given = arguments("How long a start takes.", rounds=15).parse_args()
    recording = Recording("import_time", __doc__.partition("\n")[0], None, ("tonewright", "numpy", "numba", "pydantic"))
    jobs = {
        IMPORT: partial(_inside, "import tonewright"),
        PUBLIC: partial(_inside, _ALL),
        HELP: partial(_process, "-m", "tonewright", "--help"),
        NOTHING: partial(_process, "-c", "pass"),
    }
    for job in jobs.values():
        job()
    recording.rounds = interleave(jobs, given.rounds)
    value = recording.median(IMPORT, "wall_s")
    recording.bars.append(Bar("import tonewright, s", value, _BAR, at_least=False))
    recording.print({"wall_s": ("wall ms", 1e3, ".1f")}, NOTHING)
    recording.write(given.output, NOTHING, ("wall_s",))


def _inside(code: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-c", _TIMED.format(code)], capture_output=True, text=True, check=True)
    return {"wall_s": float(done.stdout)}


def _process(*words: str) -> dict[str, float]:
    start = time.perf_counter()
    subprocess.run([sys.executable, *words], capture_output=True, check=True)
    return {"wall_s": time.perf_counter() - start}


if __name__ == "__main__":
    main()
