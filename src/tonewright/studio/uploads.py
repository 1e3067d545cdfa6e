"""Bytes from the network into a file, counted while they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import FileIO
from pathlib import Path

from starlette.requests import ClientDisconnect

from tonewright.studio.faults import DISK_FULL, StudioError

_CHUNK = 1 << 20


async def receive(stream: AsyncIterator[bytes], target: Path, most: int, *, announced: str | None = None) -> int:
    """Write a body to a file and return its length; what is incomplete or too long is removed.

    Parameters
    ----------
    most
        The longest that is taken, in bytes.
    announced
        The Content-Length header, to refuse early what would be refused late.

    Raises
    ------
    StudioError
        413 if it is too long, 507 if the disk is full, 400 if nothing came or the sender left.
    """
    if announced is not None and announced.isdigit() and int(announced) > most:
        raise _too_long(most)
    count = 0
    try:
        with target.open("wb", buffering=0) as file:  # nothing is left to fail when it is closed
            waiting = bytearray()
            async for chunk in stream:
                count += len(chunk)
                if count > most:
                    raise _too_long(most)
                waiting += chunk
                if len(waiting) >= _CHUNK:
                    await asyncio.to_thread(_write, file, bytes(waiting))
                    waiting.clear()
            await asyncio.to_thread(_write, file, bytes(waiting))
        if not count:
            raise StudioError("The file is empty (0 bytes); choose another.")
    except ClientDisconnect:
        target.unlink(missing_ok=True)
        raise StudioError("The upload was broken off.") from None
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return count


def _write(file: FileIO, content: bytes) -> None:
    rest = memoryview(content)
    try:
        while rest:
            rest = rest[file.write(rest) :]
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        raise StudioError("The disk is full; make room and try again.", 507) from None


def _too_long(most: int) -> StudioError:
    size = f"{most / (1 << 20):.0f} MB" if most >= 1 << 20 else f"{most / 1024:.0f} kB"
    return StudioError(f"The file is larger than {size}; start the studio with --max-upload-mb to allow more.", 413)
