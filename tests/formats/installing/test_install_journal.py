"""What was there comes back, byte for byte, step by step, whatever went wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonewright.formats.installing import journal as module
from tonewright.formats.installing.contract import File, InstallError
from tonewright.formats.installing.journal import Journal, put


@pytest.fixture
def book(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "state" / "program")


def test_several_steps_back(book: Journal, tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "deep" / "two.txt"
    one.write_bytes(b"\xff\x00 original\r\n")
    assert book.write("a", [File(two, b"2"), File(one, b"1")]) == [two, one]
    assert book.write("b", [File(one, b"11")]) == [one]
    assert book.write("c", [File(one, b"111"), File(two, b"2")]) == [one]
    assert [step.name for step in book.steps()] == ["a", "b", "c"]
    book.undo()
    assert one.read_bytes() == b"11"
    book.undo()
    assert one.read_bytes() == b"1"
    book.undo()
    assert one.read_bytes() == b"\xff\x00 original\r\n"
    assert not two.exists()
    with pytest.raises(InstallError, match="nothing to undo"):
        book.undo()


def test_the_same_again_is_no_step(book: Journal, tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_bytes(b"original")
    for _ in range(3):
        book.write("a", [File(path, b"new")])
    assert len(book.steps()) == 1
    book.undo()
    assert path.read_bytes() == b"original"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=6), st.one_of(st.none(), st.binary(max_size=40)))
def test_any_row_of_contents(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes], original: bytes | None
) -> None:
    folder = tmp_path_factory.mktemp("row")
    path, book = folder / "file", Journal(folder / "state")
    put(File(path, original))
    for content in contents:
        book.write("x", [File(path, content)])
        assert path.read_bytes() == content
    while book.steps():
        book.undo()
    assert (path.read_bytes() if path.exists() else None) == original


def test_what_was_changed_since_is_not_lost(book: Journal, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"original")
    book.write("a", [File(one, b"new"), File(two, b"new")])
    one.write_bytes(b"mine")
    with pytest.raises(InstallError, match=r"one has been changed since it was installed; --force"):
        book.undo()
    assert (one.read_bytes(), two.read_bytes()) == (b"mine", b"new")
    book.undo(force=True)
    assert one.read_bytes() == b"original"
    assert not two.exists()


def test_all_or_nothing(book: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"original")

    def full(file: File) -> None:
        if file.path == two:
            assert one.read_bytes() == b"new"
            raise InstallError("The disk is full.")
        put(file)

    monkeypatch.setattr(module, "put", full)
    with pytest.raises(InstallError, match="full"):
        book.write("a", [File(one, b"new"), File(two, b"new")])
    assert one.read_bytes() == b"original"
    assert book.steps() == []
    assert not two.exists()


def test_a_place_below_a_file(book: Journal, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InstallError, match="cannot be read"):
        book.write("a", [File(tmp_path / "file" / "below", b"new")])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_an_undo_that_fails_leaves_everything_installed(
    book: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"1")
    two.write_bytes(b"2")
    book.write("a", [File(one, b"new"), File(two, b"new")])

    def full(file: File) -> None:
        if file == File(one, b"1"):
            raise InstallError("The disk is full.")
        put(file)

    monkeypatch.setattr(module, "put", full)
    with pytest.raises(InstallError, match="full"):
        book.undo()
    assert (one.read_bytes(), two.read_bytes()) == (b"new", b"new")
    monkeypatch.undo()
    book.undo()
    assert (one.read_bytes(), two.read_bytes()) == (b"1", b"2")


def test_an_interrupted_step_can_be_taken_back(book: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"1")
    two.write_bytes(b"2")
    book.write("a", [File(one, b"new"), File(two, b"new")])
    two.write_bytes(b"2")  # as if the power had failed before the second file
    book.undo()
    assert (one.read_bytes(), two.read_bytes()) == (b"1", b"2")


def test_permissions_stay(book: Journal, tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_bytes(b"1")
    path.chmod(0o640)
    book.write("a", [File(path, b"2")])
    assert path.stat().st_mode & 0o777 == 0o640
    book.undo()
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(book: Journal, tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    with pytest.raises(InstallError, match="cannot be written"):
        book.write("a", [File(folder / "x", b"1")])
    assert book.steps() == []


def test_a_broken_record_is_one_sentence(book: Journal, tmp_path: Path) -> None:
    book.write("a", [File(tmp_path / "one", b"1")])
    record = book.steps()[0].folder / "record.json"
    for broken in ("", "[]", json.dumps({"version": 9}), json.dumps({"version": 1, "name": "a", "when": "x"})):
        record.write_text(broken)
        with pytest.raises(InstallError, match="cannot be read"):
            book.undo()
