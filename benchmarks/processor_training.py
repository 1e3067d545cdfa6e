"""Training cost of the processor: six filters with compressors, forward and backward, beside its peers.

    python -m benchmarks.processor_training [-o benchmarks/results/processor_training.json]

Eight mono signals of 131072 samples at 44.1 kHz in float32; gradients by the input and by all 54 parameters of each;
two threads. Needs torch and, to be compared with, dasp-pytorch 0.0.1, torchlpc 0.7.2 and torchcomp 0.2.1.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.recording import Bar, Recording, arguments, interleave, restart_with, timed

if TYPE_CHECKING:
    from benchmarks.training_chains import Problem

THREADS = 2
OURS, NUMPY, DASP, TORCHCOMP = "tonewright", "tonewright (numpy)", "dasp", "torchlpc+torchcomp"
_NEEDS = {DASP: ("dasp_pytorch",), TORCHCOMP: ("torchlpc", "torchcomp")}
_PACKAGES = ("tonewright", "numpy", "numba", "torch", "dasp-pytorch", "torchlpc", "torchcomp")
#: Calls in a row that make one measurement; the quick ones are repeated, so that all take about as long.
_REPEATS = {OURS: 9, NUMPY: 9, TORCHCOMP: 2}
_ENVIRONMENT = {"OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": str(THREADS), "NUMBA_NUM_THREADS": str(THREADS)}


def main() -> None:
    parser = arguments("Forward and backward through six filters with compressors.", rounds=7)
    parser.add_argument("--growth-of", metavar="CANDIDATE", help="print how much one step adds to the memory in use")
    given = parser.parse_args()
    # torch's threads spin while they wait, which on a busy machine slows everything beside them.
    restart_with(_ENVIRONMENT)
    if given.growth_of:
        print(json.dumps(_growth(given.growth_of)))
        return
    candidates = [OURS, NUMPY]
    recording = Recording("processor_training", __doc__.partition("\n")[0], THREADS, _PACKAGES)
    for name, modules in _NEEDS.items():
        if all(importlib.util.find_spec(module) for module in modules):
            candidates.append(name)
        else:
            recording.notes.append(f"{name} is not installed: left out.")
    _measure(recording, candidates, given.rounds)
    recording.print({"wall_s": ("wall ms", 1e3, ".1f"), "cpu_s": ("CPU ms", 1e3, ".1f")}, OURS)
    for name in candidates:
        detail = recording.details[name]
        error = f", error {detail['worst_error_db']:.0f} dB" if "worst_error_db" in detail else ""
        print(f"  {name}: keeps {detail['saved_mb']:.1f} MB, grows by {detail['growth_mb']:.0f} MB{error}")
    recording.write(given.output, OURS, ("wall_s", "cpu_s"))


def _measure(recording: Recording, candidates: list[str], rounds: int) -> None:
    from benchmarks import training_chains as chains

    problem = chains.problem()
    steps = {name: _step(name, problem) for name in candidates}
    _set_threads()
    for step in steps.values():
        step()
    recording.rounds = interleave(
        {name: partial(timed, step, _REPEATS.get(name, 1)) for name, step in steps.items()}, rounds
    )
    for name in candidates:
        if name == NUMPY:
            detail = {"saved_mb": chains.held_bytes(chains.tape(problem)) / 1e6}
        else:
            chain = chains.CHAINS[name]
            saved = chains.saved_bytes(chain, problem) / 1e6
            detail = {"saved_mb": saved, "worst_error_db": chains.error_db(chain, problem)}
        recording.details[name] = detail | {"growth_mb": _growth_apart(name)}
    recording.details["how"] = {
        "saved_mb": "distinct storages given to torch.autograd.graph.saved_tensors_hooks, the 4.2 MB input included; "
        "for numpy all distinct arrays that the tape holds, its 4.2 MB output included",
        "growth_mb": "a fresh process after one step on 4096 samples: highest resident memory during one whole step, "
        "less that before it; gradients and output included",
        "worst_error_db": "power of the error relative to the output, worst of the 8 rows, against ours in float64; "
        "dasp's compressor ignores the release time, which is most of its error",
    }
    recording.bars.append(Bar("saved for backward, MB", recording.details[OURS]["saved_mb"], 10, at_least=False))
    recording.bars.append(Bar("saved for backward (numpy), MB", recording.details[NUMPY]["saved_mb"], 10, False))
    for name, bar in ((DASP, 30), (TORCHCOMP, 8)):
        if name in candidates:
            recording.bars.append(Bar(f"faster than {name}", recording.ratio(name, OURS, "wall_s"), bar, at_least=True))


def _set_threads() -> None:
    import torch

    from tonewright import threads

    torch.set_num_threads(THREADS)
    threads.set_threads(THREADS)


def _step(name: str, problem: Problem) -> Callable[[], object]:
    from benchmarks import training_chains as chains

    if name == NUMPY:
        return partial(chains.solve_numpy, problem)
    return partial(chains.solve, chains.CHAINS[name], problem)


def _growth_apart(name: str) -> float:
    command = [sys.executable, "-m", "benchmarks.processor_training", "--growth-of", name]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout)["growth_mb"])


def _growth(name: str) -> dict[str, float]:
    """Measure in this process, which should be a fresh one."""
    from benchmarks import training_chains as chains

    _set_threads()
    _step(name, chains.problem(4096))()
    step = _step(name, chains.problem())
    before = _resident_mb()
    step()
    return {"growth_mb": _peak_mb() - before}


def _resident_mb() -> float:
    """Return the memory in use now, after giving back what is free and forgetting the peak where the system can."""
    status = Path("/proc/self/status")
    if not status.exists():
        return _peak_mb()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    return _kilobytes(status, "VmRSS") / 1e3


def _peak_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        return _kilobytes(status, "VmHWM") / 1e3
    import resource

    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _kilobytes(status: Path, key: str) -> float:
    line = next(line for line in status.read_text().splitlines() if line.startswith(key))
    return float(line.split()[1]) * 1.024


if __name__ == "__main__":
    main()
