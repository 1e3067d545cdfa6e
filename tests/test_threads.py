"""Work spread over threads: in order, with its errors, without a deadlock."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest

from tonewright.threads import get_threads, set_threads, spread


@pytest.fixture(autouse=True)
def _threads_as_before() -> Iterator[None]:
    yield
    set_threads(0)


@pytest.mark.parametrize("threads", [1, 2, 3, 16])
def test_order_is_kept(threads: int) -> None:
    set_threads(threads)

    def work(index: int) -> int:
        time.sleep(0.001 * ((index * 7) % 5))
        return index * index

    assert spread(work, range(40)) == [index * index for index in range(40)]
    assert spread(work, []) == []
    assert spread(work, [3]) == [9]


def test_threads_really_work_at_once() -> None:
    """Three items that wait for each other come through with three threads."""
    set_threads(3)
    barrier = threading.Barrier(3)
    spread(lambda _: barrier.wait(20), range(3))
    assert not barrier.broken


def test_no_more_threads_than_asked_for() -> None:
    names: set[int] = set()
    for threads in (4, 2):  # the pool has four by then
        set_threads(threads)
        names.clear()
        running, most, lock = [0], [0], threading.Lock()

        def work(_: int, running: list[int] = running, most: list[int] = most, lock: threading.Lock = lock) -> None:
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
            time.sleep(0.005)
            with lock:
                running[0] -= 1

        spread(work, range(20))
        assert most[0] <= threads


@pytest.mark.parametrize("threads", [1, 3])
def test_exceptions_reach_the_caller(threads: int) -> None:
    set_threads(threads)

    def work(index: int) -> int:
        if index == 5:
            raise KeyError("five")
        return index

    with pytest.raises(KeyError, match="five"):
        spread(work, range(20))
    assert spread(lambda index: index, range(20)) == list(range(20))  # and the pool lives on


def test_an_exception_in_a_pool_thread_reaches_the_caller() -> None:
    set_threads(3)
    caller = threading.get_ident()
    barrier = threading.Barrier(3)

    def work(index: int) -> None:
        barrier.wait(20)
        if threading.get_ident() != caller:
            raise KeyError("elsewhere")

    with pytest.raises(KeyError, match="elsewhere"):
        spread(work, range(3))


def in_time(work: object) -> None:
    thread = threading.Thread(target=work, daemon=True)  # type: ignore[arg-type]
    thread.start()
    thread.join(30)
    assert not thread.is_alive(), "deadlock"


@pytest.mark.parametrize("threads", [2, 3])
def test_nested_work_does_not_deadlock(threads: int) -> None:
    set_threads(threads)
    results: list[list[list[int]]] = []

    def inner(pair: tuple[int, int]) -> int:
        return sum(spread(lambda k: k, range(3))) + pair[0] * 10 + pair[1]

    def outer(index: int) -> list[int]:
        return spread(inner, [(index, k) for k in range(5)])

    in_time(lambda: results.append(spread(outer, range(8))))
    assert results == [[[3 + index * 10 + k for k in range(5)] for index in range(8)]]


def test_many_callers_share_the_pool() -> None:
    set_threads(3)
    results: dict[int, list[int]] = {}

    def caller(number: int) -> None:
        for _ in range(20):
            results[number] = spread(lambda k: number * 100 + k, range(10))

    def all_of_them() -> None:
        callers = [threading.Thread(target=caller, args=(number,)) for number in range(6)]
        for one in callers:
            one.start()
        for one in callers:
            one.join()

    in_time(all_of_them)
    assert results == {number: [number * 100 + k for k in range(10)] for number in range(6)}


def test_the_pool_may_grow_while_it_is_in_use() -> None:
    set_threads(2)
    stop = threading.Event()
    wrong: list[list[int]] = []

    def small() -> None:
        while not stop.is_set():
            found = spread(lambda k: k, range(7))
            if found != list(range(7)):
                wrong.append(found)

    thread = threading.Thread(target=small, daemon=True)
    thread.start()
    for threads in (5, 9, 17):
        set_threads(threads)
        assert spread(lambda k: -k, range(30)) == [-k for k in range(30)]
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert wrong == []


def test_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    set_threads(5)
    assert get_threads() == 5
    set_threads(0)
    monkeypatch.setenv("TONEWRIGHT_THREADS", "7")
    assert get_threads() == 7
    for nonsense in ("", "0", "-2", "many"):
        monkeypatch.setenv("TONEWRIGHT_THREADS", nonsense)
        assert 1 <= get_threads() <= (os.cpu_count() or 1)
    with pytest.raises(ValueError, match="negative"):
        set_threads(-1)
