"""No producer is ever in two splits, and a leak is always seen."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from corpora import entry
from hypothesis import given
from hypothesis import strategies as st

from tonewright.training.corpus.config import Shares
from tonewright.training.corpus.entries import SPLITS, producers
from tonewright.training.corpus.leaks import LeakError, find_leaks, refuse_leaks, without_leaks
from tonewright.training.corpus.recordings import Recording
from tonewright.training.corpus.splits import split_of_each

ARTISTS = st.sampled_from(["", "Ann", "Bob", "Cy", "Ann & Bob", "Cy feat. Dee", "Dee", "Eve", "unknown"])
WORKS = st.lists(
    st.tuples(ARTISTS, st.sampled_from(["", "Song", "Air"]), st.sampled_from("abc"), st.sampled_from(SPLITS)),
    max_size=15,
)


@pytest.mark.parametrize(
    ("artist", "expected"),
    [
        ("Mattias Westlund", {"mattiaswestlund"}),
        ("  MATTIAS  westlund ", {"mattiaswestlund"}),
        ("K-Pone / Martin Strohmeier", {"kpone", "martinstrohmeier"}),
        ("Zoë & Bob feat. Cy", {"zoe", "bob", "cy"}),
        ("Andy", {"andy"}),
        ("Иван; Анна", {"иван", "анна"}),
        ("", {"source box"}),
        ("Unknown Artist", {"source box"}),
        ("Ann, unknown", {"ann"}),
    ],
)
def test_names_of_producers(artist: str, expected: set[str]) -> None:
    assert producers(artist, "box") == expected


def recording(artist: str, source: str, split: Any, index: int = 0) -> Recording:
    return Recording((Path(),), f"{source}/{index}", source, artist, "", "", f"{index}", "music", split, 0.0, 1.0)


@given(st.lists(st.tuples(ARTISTS, st.sampled_from("ab")), max_size=30), st.integers(0, 100))
def test_shares_keep_producers_together(rows: list[tuple[str, str]], seed: int) -> None:
    shares = Shares(train=0.6, validation=0.2, test=0.2, seed=seed)
    works = [recording(artist, source, shares, index) for index, (artist, source) in enumerate(rows)]
    splits = split_of_each(works)
    assert splits == split_of_each(works)
    for (one, of_one), (other, of_other) in combinations(zip(works, splits, strict=True), 2):
        if producers(one.artist, one.source) & producers(other.artist, other.source):
            assert of_one == of_other


def test_shares_are_about_right_and_fixed_splits_stay() -> None:
    shares = Shares(train=0.7, validation=0.1, test=0.2, seed=3)
    works = [recording(f"Artist {index}", "box", shares, index) for index in range(100)]
    splits = split_of_each([recording("X", "box", "test", 100), *works])
    assert splits[0] == "test"
    assert [splits[1:].count(split) for split in SPLITS] == [70, 10, 20]
    other = split_of_each([recording(f"Artist {i}", "box", shares.changed(seed=4), i) for i in range(100)])
    assert other != splits[1:]


def shared(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """The rule, as a sentence would say it: same content, or a producer in common (which a work in common implies)."""
    return one[2] == other[2] or bool(producers(one[0], "box") & producers(other[0], "box"))


@given(WORKS)
def test_leaks_are_found(rows: list[tuple[str, str, str, Any]]) -> None:
    works = [entry(f"{i}", row[3], row[0], row[1], sha256=row[2]) for i, row in enumerate(rows)]
    found = find_leaks((work, work.split) for work in works)
    expected = any(shared(one, other) for one, other in combinations(rows, 2) if one[3] != other[3])
    assert bool(found) == expected


@given(WORKS, WORKS)
def test_nothing_leaks_when_leaking_works_are_left_out(rows: list[Any], apart_rows: list[Any]) -> None:
    works = [(entry(f"{i}", row[3], row[0], row[1], sha256=row[2]), row[3]) for i, row in enumerate(rows)]
    apart = [entry(f"apart {i}", "test", row[0], row[1], sha256=row[2]) for i, row in enumerate(apart_rows)]
    kept, dropped = without_leaks(works, apart)
    assert find_leaks([*kept, *((work, "test") for work in apart)]) == []
    assert len(kept) + len(dropped) == len(works)
    assert all(split != "test" for _, split in dropped)


def test_the_refusal_names_them() -> None:
    works = [
        entry("a", "train", "Ann", "Song", sha256="1"),
        entry("b", "test", "Bob, ANN", "song!", sha256="1"),
        entry("c", "validation", "Cy"),
    ]
    leaks = find_leaks((work, work.split) for work in works)
    assert [(leak.what, leak.key) for leak in leaks] == [
        ("content", "1"),
        ("producer", "ann"),
        ("work", "song by ann"),
    ]
    with pytest.raises(LeakError, match=r"producer ann \(b in test, a in train\)"):
        refuse_leaks(leaks, "store")
    refuse_leaks([], "store")
