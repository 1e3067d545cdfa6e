"""One thread that writes: what waits together is committed together, and nobody is told before it is on the disk."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import sqlalchemy as sa

from tonewright.errors import TonewrightError
from tonewright.listening.store.engine import explained
from tonewright.listening.store.errors import StoreError

_Result = TypeVar("_Result")
_Work = Callable[[sa.Connection], Any]
#: The most pieces of work in one commit.
_MOST = 64


class Writer:
    """Runs work in transactions, one after another; work that waits at the same time shares a commit.

    A commit costs a flush of the disk: 200 listeners who answer at once share a few of them.

    Parameters
    ----------
    engine
        Of the database.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._waiting: queue.SimpleQueue[tuple[_Work, Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[sa.Connection], _Result]) -> Future[_Result]:
        """Have work done; the future has its result once that is committed.

        Work that raises leaves nothing behind and harms no other.
        """
        future: Future[_Result] = Future()
        self._waiting.put((work, future))
        return future

    def run(self, work: Callable[[sa.Connection], _Result]) -> _Result:
        """Have work done, and wait until it is committed."""
        return self.submit(work).result()

    def close(self) -> None:
        """Finish what waits, and end."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch, last = [first], False
            while len(batch) < _MOST:
                try:
                    more = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    last = True
                    break
                batch.append(more)
            self._commit(batch)
            if last:
                return

    def _commit(self, batch: list[tuple[_Work, Future[Any]]]) -> None:
        outcomes: list[tuple[Future[Any], Any, Exception | None]] = []
        try:
            with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                for work, future in batch:
                    try:
                        with connection.begin_nested():
                            result = work(connection)
                        outcomes.append((future, result, None))
                    except TonewrightError as error:
                        outcomes.append((future, None, error))
        except Exception as error:  # whatever it is: the thread lives on, and each caller is told
            # Nothing of the batch is stored. One piece of work may have been at fault: each gets its own commit.
            if len(batch) > 1:
                for one in batch:
                    self._commit([one])
                return
            batch[0][1].set_exception(_sentence(error))
            return
        for future, result, fault in outcomes:
            if fault is None:
                future.set_result(result)
            else:
                future.set_exception(fault)


def _sentence(error: Exception) -> Exception:
    if isinstance(error, sa.exc.SQLAlchemyError | OSError):
        return explained(error, "It could not be stored")
    return error if isinstance(error, TonewrightError) else StoreError(f"It could not be stored ({error}).")
