"""How loops become machine code: one decorator, a cache on disk where one can be written, and a word to the user.

Kernels are serial and release the GIL; spreading rows over cores is the job of :mod:`tonewright.threads`.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import event

_log = logging.getLogger("tonewright")
_Function = TypeVar("_Function", bound=Callable[..., Any])

#: Fused multiply-add and signed zeros only: recursions keep their order of operations.
RECURSION = frozenset({"contract", "nsz"})
#: For sums and pointwise loops, which may be reordered to fill vector registers. Infinities stay correct.
VECTOR = frozenset({"contract", "nsz", "nnan", "reassoc"})

_state = {"cached": True, "told": False}


def kernel(flags: frozenset[str] = RECURSION, *, inline: bool = False) -> Callable[[_Function], _Function]:
    """Compile a function with numba on first use: no Python objects, no GIL, cached on disk.

    Where no cache can be written (read-only installation and unwritable home) the function compiles in memory, each
    process anew, and the log says so once.

    Parameters
    ----------
    flags
        LLVM fast-math flags, :data:`RECURSION` or :data:`VECTOR`.
    inline
        Ask LLVM to inline the function into its (compiled) callers; such a function needs no cache entry of its own.
    """

    def decorate(function: _Function) -> _Function:
        options: dict[str, Any] = {"nogil": True, "fastmath": set(flags), "error_model": "numpy"}
        if inline:
            options["forceinline"] = True
            return numba.njit(**options)(function)  # type: ignore[no-any-return]
        with contextlib.suppress(RuntimeError):  # numba: "cannot cache function ...: no locator available"
            dispatcher = numba.njit(cache=True, **options)(function)
            _depend_on_folder(dispatcher, Path(function.__code__.co_filename).parent)
            _load_without_compiler(dispatcher)
            return dispatcher  # type: ignore[no-any-return]
        _state["cached"] = False
        return numba.njit(**options)(function)  # type: ignore[no-any-return]

    return decorate


def _depend_on_folder(dispatcher: Any, folder: Path) -> None:
    """Make the cache entry depend on all sources beside the function's, from which kernels may be inlined.

    numba looks at the function's own file only. Its stamp is private: where it is not as expected it stays as it is.
    """
    with contextlib.suppress(AttributeError):
        cache_file = dispatcher._cache._cache_file
        cache_file._source_stamp = (cache_file._source_stamp, _digest(folder))


def _load_without_compiler(dispatcher: Any) -> None:
    """Read kept machine code without loading all that numba can compile first, which takes half a second or more.

    numba readies its compiler before it looks into the cache, and again before it compiles: only the second is needed.
    The runtime, which machine code may refer to, is readied as numba does. Private as the stamp above is.
    """
    with contextlib.suppress(AttributeError, ImportError):
        from numba.core.runtime import rtsys

        cache, load = dispatcher._cache, dispatcher._cache._load_overload
        guard = cache._guard_against_spurious_io_errors

        def load_overload(signature: Any, target: Any) -> Any:
            rtsys.initialize(target)
            with guard():
                return load(signature, target)

        cache.load_overload = load_overload


@lru_cache
def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def can_cache() -> bool:
    """Tell whether compiled kernels are kept on disk for the next process."""
    return _state["cached"]


def _announce(names: str) -> None:
    if can_cache():
        _log.warning("Compiling %s for this processor: once after installation, under a minute.", names)
    else:
        _log.warning(
            "Compiling %s for this processor. No cache directory can be written, so every start does it again: "
            "set NUMBA_CACHE_DIR to a writable folder.",
            names,
        )


class _Teller(event.Listener):  # type: ignore[misc]
    """Says once per process that compilation has begun, so that a first start does not look like a hang."""

    def on_start(self, event: Any) -> None:
        module = getattr(getattr(event.data.get("dispatcher"), "py_func", None), "__module__", "") or ""
        if module.startswith("tonewright") and not _state["told"]:
            _state["told"] = True
            _announce("the signal-processing kernels")

    def on_end(self, event: Any) -> None:
        pass


event.register("numba:compile", _Teller())
