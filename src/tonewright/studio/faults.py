"""What a page can meet: a status, a sentence and the kind of fault."""

from __future__ import annotations

import errno
from typing import Any

from tonewright.errors import MissingExtraError, TonewrightError

#: Of faults that are ours.
INTERNAL = 500
#: What the system says when there is no room.
DISK_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_UNUSABLE, _NOT_INSTALLED = 422, 501


class StudioError(TonewrightError):
    """A request that the studio refuses.

    Parameters
    ----------
    message
        One sentence.
    status
        Of the HTTP response, 400 or more.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class WorkError(TonewrightError):
    """Work of another process that failed.

    Parameters
    ----------
    fault
        Its ``message``, ``kind`` and ``status``.
    """

    def __init__(self, fault: dict[str, Any]) -> None:
        super().__init__(str(fault["message"]))
        self.fault = fault


def fault_of(error: BaseException) -> dict[str, Any]:
    """Return ``message``, ``kind`` and ``status`` of an error; what is no fault of the input is said to be ours."""
    if isinstance(error, WorkError):
        return error.fault
    if isinstance(error, TonewrightError):
        status = getattr(error, "status", None)
        if status is None:
            status = _NOT_INSTALLED if isinstance(error, MissingExtraError) else _UNUSABLE
        return {"message": str(error), "kind": type(error).__name__, "status": status}
    if isinstance(error, MemoryError):
        message = "There is not enough memory for this; close other programs, or work on a shorter recording."
        return {"message": message, "kind": "MemoryError", "status": 507}
    if isinstance(error, OSError) and error.errno in DISK_FULL:
        return {"message": "The disk is full; make room and try again.", "kind": "OutputError", "status": 507}
    words = " ".join(str(error).split())[:200]
    message = f"Tonewright failed unexpectedly ({type(error).__name__}: {words}); please report it."
    return {"message": message, "kind": type(error).__name__, "status": INTERNAL}
