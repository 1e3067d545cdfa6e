"""A thread pool of ours, so that work over rows is spread the same way everywhere.

The kernels release the GIL, so threads are enough; they are serial, so two jobs in one process do not fight over a
parallel runtime; and work is cut by rows, never by thread count, so the bytes do not depend on the number of threads.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_lock = threading.Lock()
_pool: ThreadPoolExecutor | None = None
_pool_size = 0
_threads = 0
_inside = threading.local()


def get_threads() -> int:
    """Return the number of threads: what :func:`set_threads` said, else ``TONEWRIGHT_THREADS``, else the cores."""
    if _threads:
        return _threads
    asked = os.environ.get("TONEWRIGHT_THREADS", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else (os.cpu_count() or 1)


def set_threads(count: int) -> None:
    """Set the number of threads (1 or more); 0 returns to the default."""
    global _threads
    if count < 0:
        raise ValueError(f"The number of threads must not be negative, got {count}.")
    _threads = count


def _executor(size: int) -> ThreadPoolExecutor:
    global _pool, _pool_size
    with _lock:
        if _pool is None or _pool_size < size:
            # An older, smaller pool may still be in use by another thread: it is left to finish and be collected.
            _pool, _pool_size = ThreadPoolExecutor(size, thread_name_prefix="tonewright"), size
        return _pool


def _forget_pool() -> None:
    """After a fork the child has the pool object but none of its threads."""
    global _pool, _pool_size, _lock
    _pool, _pool_size, _lock = None, 0, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)


def spread(work: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result]:
    """Apply ``work`` to each item, on up to :func:`get_threads` threads, and return the results in order.

    A call from inside a pool thread runs serially, so nesting cannot deadlock.
    """
    threads = min(get_threads(), len(items))
    if threads <= 1 or getattr(_inside, "pool", False):
        return [work(item) for item in items]

    results: list[_Result | None] = [None] * len(items)
    waiting = iter(range(len(items)))
    turn = threading.Lock()

    def pull() -> None:
        nested, _inside.pool = getattr(_inside, "pool", False), True
        try:
            while True:
                with turn:
                    index = next(waiting, None)
                if index is None:
                    return
                results[index] = work(items[index])
        finally:
            _inside.pool = nested

    pool = _executor(threads - 1)
    futures = [pool.submit(pull) for _ in range(threads - 1)]
    try:
        pull()
    finally:
        errors = [future.exception() for future in futures]
    for error in errors:
        if error is not None:
            raise error
    return cast("list[_Result]", results)
