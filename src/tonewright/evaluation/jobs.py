"""Pieces of a benchmark, one after the other or in processes of their own, with word of how far it is."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")

#: Called after each piece with how many are done, how many there are, and its name.
Progress = Callable[[int, int, str], None]


def work_through(
    one: Callable[[Piece], Result],
    pieces: Sequence[Piece],
    *,
    jobs: int = 1,
    named: Callable[[Piece], str] = str,
    progress: Progress | None = None,
) -> Iterator[tuple[Piece, Result]]:
    """Yield every piece with what a function returns for it, in order.

    Parameters
    ----------
    one
        The function; with more than one job it is pickled, like the pieces.
    jobs
        Processes; the results do not depend on it.
    named
        What a piece is called.
    progress
        Called after each piece.
    """
    for index, (piece, result) in enumerate(zip(pieces, _results(one, pieces, jobs), strict=True)):
        yield piece, result
        if progress is not None:
            progress(index + 1, len(pieces), named(piece))


def _results(one: Callable[[Piece], Result], pieces: Sequence[Piece], jobs: int) -> Iterable[Result]:
    if jobs <= 1:
        yield from map(one, pieces)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(one, pieces)
