"""Files of a report: written beside their place and renamed, so that a failure leaves no half file."""

from __future__ import annotations

from pathlib import Path

from tonewright.errors import OutputError


def write_bytes(path: str | Path, content: bytes) -> Path:
    """Write a file whole or not at all; raises :class:`OutputError` with one sentence."""
    path = Path(path)
    beside = path.with_name(path.name + ".part") if path.name else path
    try:
        if path.is_dir():
            raise OutputError(f"{path} is a folder; add a file name.")
        if not path.parent.is_dir():
            raise OutputError(f"The folder {path.parent} does not exist; create it first.")
        try:
            beside.write_bytes(content)
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except (OSError, ValueError) as problem:
        raise OutputError(f"{path} cannot be written ({_why(problem)}); check permissions and free space.") from None
    return path


def write_text(path: str | Path, content: str) -> Path:
    """Write a text file in UTF-8 with plain line ends, like :func:`write_bytes`."""
    return write_bytes(path, content.encode("utf-8", errors="replace"))


def make_folder(path: str | Path) -> Path:
    """Create a folder and those above it; raises :class:`OutputError` if that fails or a file is in the way."""
    path = Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise OutputError(f"{path} is a file, not a folder; choose another name for the report.") from None
    except (OSError, ValueError) as problem:
        raise OutputError(f"The folder {path} cannot be created ({_why(problem)}).") from None
    return path


def _why(problem: OSError | ValueError) -> str:
    return (getattr(problem, "strerror", None) or str(problem)).strip().rstrip(".")
