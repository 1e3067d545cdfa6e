"""Bytes to a file: beside its place, then renamed; never over an input."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from tonewright.audio.places import output_error, refuse_place


def save_bytes(path: Path, content: bytes, inputs: Iterable[str | Path] = ()) -> Path:
    """Write a file whole or not at all; raises :class:`OutputError`. Returns where it is."""
    target = refuse_place(path, inputs)
    beside = target.with_name(target.name + ".part")
    try:
        beside.write_bytes(content)
        beside.replace(target)
    except OSError as problem:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise output_error(path, problem) from None
    return path
