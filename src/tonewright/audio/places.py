"""Where a file may be written, and what is said when it cannot be."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tonewright.errors import AudioError, OutputError


def refuse_place(path: Path, inputs: Iterable[str | Path]) -> Path:
    """Return the real target, or raise if it must not or cannot be written."""
    try:
        target = path.resolve()
        if target.is_dir():
            raise OutputError(f"{path} is a folder; add a file name.")
        if target.exists() and not target.is_file():
            raise OutputError(f"{path} is no ordinary file; choose another name.")
        if not target.parent.is_dir():
            raise OutputError(f"The folder {path.parent} does not exist; create it first.")
        for each in inputs:
            if target.exists() and Path(each).exists() and target.samefile(each):
                raise OutputError(f"{path} is an input ({each}) and is never written over; choose another name.")
    except (OSError, ValueError, RuntimeError) as problem:
        raise output_error(path, problem) from None
    return target


def output_error(path: Path, problem: BaseException) -> BaseException:
    """Turn what the system or libsndfile says into one sentence; pass our own errors and interrupts through."""
    if isinstance(problem, AudioError | OutputError) or not isinstance(problem, Exception):
        return problem
    reason = getattr(problem, "strerror", None) or getattr(problem, "error_string", None) or str(problem)
    reason = str(reason).strip().rstrip(".") or "the disk may be full"
    return OutputError(f"{path} cannot be written ({reason}); check permissions and free space.")
