"""matchering 2.0.6 in an environment of its own, for benchmarks only.

matchering is licensed under the GPL. Tonewright never imports it and does not depend on it: the benchmarks install it
into a separate virtual environment in the user's cache folder (``TONEWRIGHT_BENCHMARK_CACHE`` says another) and run it
there as a program.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

VERSION = "2.0.6"
#: What runs inside: a script that imports nothing of ours.
WORKER = Path(__file__).resolve().parent / "matchering_worker.py"


def python() -> Path:
    """Return the interpreter that has matchering, after making its environment if there is none yet.

    Raises
    ------
    RuntimeError
        If it cannot be made, with pip's last words.
    """
    folder = _cache() / f"matchering-{VERSION}-python{sys.version_info.major}.{sys.version_info.minor}"
    interpreter = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = folder / "ready"
    if not ready.exists():
        print(f"Installing matchering {VERSION} (GPL, for this comparison only) into {folder} ...", file=sys.stderr)
        folder.parent.mkdir(parents=True, exist_ok=True)
        for command in (
            [sys.executable, "-m", "venv", "--clear", str(folder)],
            [str(interpreter), "-m", "pip", "install", "--quiet", f"matchering=={VERSION}"],
        ):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"matchering {VERSION} cannot be installed: {_last_words(done.stderr)}")
        ready.touch()
    return interpreter


def _cache() -> Path:
    if asked := os.environ.get("TONEWRIGHT_BENCHMARK_CACHE"):
        return Path(asked)
    if os.name == "nt" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "tonewright-benchmarks"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tonewright-benchmarks"


def _last_words(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1]
