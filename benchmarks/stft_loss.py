"""Training cost of the multi-resolution STFT loss: value and gradient, beside auraloss and plain torch.

    python -m benchmarks.stft_loss [-o benchmarks/results/stft_loss.json]

Sixteen mono rows of 131072 samples in float32, gradient by the output, hop half a window, one thread; with seven
resolutions (128 to 8192) and with three (512, 2048, 8192). Needs torch and, to be compared with, auraloss 0.4.0.
"""

from __future__ import annotations

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
    from torch import Tensor

BATCH, FRAMES = 16, 131_072
SETS = {"7": tuple(2**k for k in range(7, 14)), "3": (512, 2048, 8192)}
OURS, TORCH, AURALOSS = "tonewright", "torch", "auraloss"
#: How many times faster than each peer we want to be, by resolutions.
_BARS = {(TORCH, "7"): 2.0, (TORCH, "3"): 2.0, (AURALOSS, "7"): 2.5, (AURALOSS, "3"): 2.5}
_ENVIRONMENT = {"OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
_PACKAGES = ("tonewright", "numpy", "numba", "torch", "auraloss")


def main() -> None:
    parser = arguments("Value and gradient of the multi-resolution STFT loss.", rounds=7)
    parser.add_argument("--growth-of", metavar="CANDIDATE", help="print how much one step adds to the memory in use")
    given = parser.parse_args()
    restart_with(_ENVIRONMENT)
    if given.growth_of:
        print(json.dumps(_growth(given.growth_of)))
        return
    recording = Recording("stft_loss", __doc__.partition("\n")[0], 1, _PACKAGES)
    systems = [OURS, TORCH, AURALOSS]
    if importlib.util.find_spec("auraloss") is None:
        systems.remove(AURALOSS)
        recording.notes.append("auraloss is not installed: left out.")
    _measure(recording, [f"{system}, {count}" for count in SETS for system in systems], given.rounds)
    first = f"{OURS}, 7"
    recording.print({"wall_s": ("wall ms", 1e3, ".0f"), "cpu_s": ("CPU ms", 1e3, ".0f")}, first)
    for name, detail in recording.details.items():
        print(f"  {name}: " + ", ".join(f"{key} {value:.4g}" for key, value in detail.items()))
    recording.write(given.output, first, ("wall_s", "cpu_s"))


def _measure(recording: Recording, names: list[str], rounds: int) -> None:
    steps = {name: _step(name, BATCH) for name in names}
    values = {name: step() for name, step in steps.items()}
    recording.rounds = interleave({name: partial(timed, step) for name, step in steps.items()}, rounds)
    for name in names:
        recording.details[name] = {"loss": values[name]} | _growth_apart(name)
    for (peer, count), bar in _BARS.items():
        if f"{peer}, {count}" in names:
            faster = recording.ratio(f"{peer}, {count}", f"{OURS}, {count}", "wall_s")
            recording.bars.append(Bar(f"faster than {peer}, {count} resolutions", faster, bar, at_least=True))


def _step(name: str, rows: int) -> Callable[[], float]:
    """Return one step: value, gradient by the output, the value returned."""
    import torch

    from tonewright import threads

    torch.set_num_threads(1)
    threads.set_threads(1)
    generator = torch.Generator().manual_seed(1)
    output, target = 0.1 * torch.randn(2, rows, FRAMES, generator=generator)
    output = (0.5 * (output + target)).requires_grad_()
    system, _, count = name.partition(", ")
    loss = _loss(system, SETS[count])

    def step() -> float:
        output.grad = None
        value = loss(output, target)
        value.backward()  # type: ignore[no-untyped-call]
        return float(value.detach())

    return step


def _loss(system: str, resolutions: tuple[int, ...]) -> Callable[[Tensor, Tensor], Tensor]:
    if system == AURALOSS:
        import auraloss

        peer = auraloss.freq.MultiResolutionSTFTLoss(
            fft_sizes=list(resolutions),
            win_lengths=list(resolutions),
            hop_sizes=[length // 2 for length in resolutions],
        )
        return lambda output, target: peer(output[:, None], target[:, None])
    from tonewright.training.losses.stft import StftLoss

    loss = StftLoss(resolutions=resolutions, portable=system == TORCH)
    return lambda output, target: loss(output, target).mean()


def _growth_apart(name: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.stft_loss", "--growth-of", name]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def _growth(name: str) -> dict[str, float]:
    """Measure in this process, which should be a fresh one; nothing where the system keeps no such figures."""
    status = Path("/proc/self/status")
    if not status.exists():
        return {}
    _step(name, 1)()
    step = _step(name, BATCH)
    Path("/proc/self/clear_refs").write_text("5")
    before = _megabytes(status, "VmRSS")
    step()
    return {"growth_mb": _megabytes(status, "VmHWM") - before}


def _megabytes(status: Path, key: str) -> float:
    line = next(line for line in status.read_text().splitlines() if line.startswith(key))
    return float(line.split()[1]) * 1.024e-3


if __name__ == "__main__":
    main()
