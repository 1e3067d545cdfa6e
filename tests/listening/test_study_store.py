"""The store: what it says is stored is stored, once, by its owner, until it is deleted."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")

from tonewright.listening.planning.trial import Plan, Step
from tonewright.listening.store.errors import (
    ChangedStudyError,
    ClosedError,
    ConflictError,
    GoneError,
    StoreError,
)
from tonewright.listening.store.store import Store

HASH = "ab" * 32


def planner(number: int) -> Plan:
    return Plan(number=number, steps=(Step(id="s01", type="instructions"), Step(id="s02", type="level")))


def opened(address: str | Path) -> Store:
    store = Store(address)
    store.open_edition({"name": "trial", "kind": "rating"}, HASH, {"a": "b"})
    return store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "answers.sqlite") as made:
        yield made


def check_contract(store: Store) -> None:
    """What every database must do."""
    person, secret = store.begin(HASH, planner).result()
    other, _ = store.begin(HASH, planner).result()
    assert (person.number, other.number) == (0, 1)
    assert store.person(secret) == person
    assert store.add(person, "one", "answer", "s01", {"seconds": 1.5, "word": "Grüße"}).result() is True
    # Sent again: stored once. Another answer to the page, or somebody else's id: refused, and nothing changed.
    assert store.add(person, "one", "answer", "s01", {"seconds": 1.5}).result() is False
    with pytest.raises(ConflictError, match="answered already"):
        store.add(person, "two", "answer", "s01", {"seconds": 9}).result()
    with pytest.raises(ConflictError, match="another answer"):
        store.add(other, "one", "answer", "s01", {"seconds": 9}).result()
    assert store.add(other, "three", "answer", "s01", {"seconds": 2}).result() is True
    assert store.add(person, "four", "left", None, {}).result() is True
    assert store.answered(person) == {"s01": {"seconds": 1.5, "word": "Grüße"}}
    assert [(event.listener, event.type) for event in store.events(HASH)] == [
        (person.id, "answer"),
        (other.id, "answer"),
        (person.id, "left"),
    ]
    assert store.delete(person.pseudonym) == 2
    assert [each.pseudonym for each in store.people(HASH)] == [other.pseudonym]
    with pytest.raises(GoneError, match="does not exist"):
        store.person(secret)
    with pytest.raises(GoneError):
        store.add(person, "five", "answer", "s02", {}).result()
    with pytest.raises(GoneError, match="no listener"):
        store.delete(person.pseudonym)
    # The number of who was deleted is not given again: somebody may still know it.
    assert store.begin(HASH, planner).result()[0].number == 2


def test_sqlite_keeps_the_contract(store: Store) -> None:
    check_contract(store)


def test_a_changed_study_begins_anew_only_when_asked(store: Store) -> None:
    content = {"name": "trial", "kind": "rating"}
    store.open_edition(content, HASH, {})
    store.open_edition(content, "cd" * 32, {})  # nobody has begun yet
    store.begin(HASH, planner).result()
    with pytest.raises(ChangedStudyError, match="--as-new"):
        store.open_edition(content, "ef" * 32, {})
    store.open_edition(content, "ef" * 32, {}, as_new=True)
    person, _ = store.begin("ef" * 32, planner).result()
    assert person.number == 0
    assert [each.started for each in store.editions()] == [1, 0, 1]


def test_no_more_listeners_than_wanted(store: Store) -> None:
    store.begin(HASH, planner, most=1).result()
    with pytest.raises(ClosedError, match="all the listeners"):
        store.begin(HASH, planner, most=1).result()
    assert store.editions()[0].started == 1


def test_consent_is_stored_with_its_person(store: Store) -> None:
    person, _ = store.begin(HASH, planner, consent={"language": "da"}).result()
    assert [(event.type, event.body) for event in store.events_of(person)] == [("consent", {"language": "da"})]


def test_waiting_work_shares_commits_and_a_fault_harms_no_other(store: Store) -> None:
    people = [store.begin(HASH, planner) for _ in range(30)]
    persons = [future.result()[0] for future in people]
    assert sorted(person.number for person in persons) == list(range(30))
    futures = [store.add(person, f"e{person.id}", "answer", "s01", {}) for person in persons]
    clash = store.add(persons[0], "clash", "answer", "s01", {})
    more = [store.add(person, f"f{person.id}", "answer", "s02", {}) for person in persons]
    wait([*futures, *more])
    assert all(future.result() for future in [*futures, *more])
    with pytest.raises(ConflictError):
        clash.result()
    assert len(store.events()) == 60


def test_what_is_deleted_is_in_no_file(tmp_path: Path) -> None:
    with opened(tmp_path / "answers.sqlite") as store:
        person, _ = store.begin(HASH, planner).result()
        other, _ = store.begin(HASH, planner).result()
        for number in range(40):
            store.add(person, f"p{number}", "note", None, {"text": "my-own-words-nobody-else-has"}).result()
            store.add(other, f"o{number}", "note", None, {"text": "somebody-else"}).result()
        store.delete(person.pseudonym)
        files = [path.read_bytes() for path in tmp_path.iterdir()]
    assert any(b"somebody-else" in content for content in files)
    assert not any(b"my-own-words" in content or person.pseudonym.encode() in content for content in files)


def test_events_cannot_be_changed(store: Store) -> None:
    import sqlite3

    person, _ = store.begin(HASH, planner).result()
    store.add(person, "one", "answer", "s01", {"score": 1}).result()
    with sqlite3.connect(store.address) as raw, pytest.raises(sqlite3.IntegrityError, match="never changed"):
        raw.execute("UPDATE events SET body = '{}'")


def run(code: str, *arguments: str, **options: Any) -> subprocess.Popen[str]:
    """Start a process that has this module's names."""
    head = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom test_study_store import *\n"
    command = [sys.executable, "-c", head + textwrap.dedent(code), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def test_what_was_told_to_be_stored_survives_a_killed_process(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    process = run(
        """
        store = opened(sys.argv[1])
        person, _ = store.begin(HASH, planner).result()
        for number in range(100000):
            store.add(person, f"e{number}", "note", None, {"number": number}).result()
            print(number, flush=True)
        """,
        str(path),
    )
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(25)][-1]
    os.kill(process.pid, signal.SIGKILL)
    told = max([told, *(int(line) for line in process.stdout.read().split())])
    process.wait()
    with Store(path, create=False) as store:
        numbers = [event.body["number"] for event in store.events()]
    assert numbers[: told + 1] == list(range(told + 1))


def test_a_full_disk_is_reported_and_nothing_stored_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    with opened(path) as store:
        person, _ = store.begin(HASH, planner).result()
    limit = 400_000
    process = run(
        """
        store = Store(sys.argv[1])
        person = store.people()[0]
        stored = 0
        try:
            for number in range(10000):
                store.add(person, f"e{number}", "note", None, {"text": "x" * 5000}).result()
                stored += 1
        except Exception as error:
            print(json.dumps([stored, type(error).__name__, str(error)]), flush=True)
        """,
        str(path),
        # The file system is full, as far as this process can tell.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    out, err = process.communicate(timeout=60)
    assert out, err
    stored, name, sentence = json.loads(out)
    assert name == "StoreFullError"
    assert "no room" in sentence
    assert stored > 10
    with Store(path, create=False) as store:
        assert len(store.events()) == stored
        assert store.add(person, "after", "note", None, {}).result() is True


def test_what_is_no_store_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database"):
        Store(tmp_path / "none.sqlite", create=False)
    with pytest.raises(StoreError, match="does not exist"):
        Store(tmp_path / "none" / "answers.sqlite")
    text = tmp_path / "text.sqlite"
    text.write_text("not a database " * 100, encoding="utf-8")
    with pytest.raises(StoreError, match=r"cannot be opened"):
        Store(text)
    with pytest.raises(StoreError, match="no address"):
        Store("postgresql://::nonsense::/x")


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """Return the address of a PostgreSQL of our own."""
    pytest.importorskip("pg8000", reason="pg8000 is not installed")
    binaries = next(
        (path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)),
        Path(found).parent if (found := shutil.which("initdb")) else None,
    )
    if binaries is None:
        pytest.skip("PostgreSQL is not installed")
    # Not below pytest's own folder: that is closed to others, and the server may have to run as somebody else.
    place = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    folder = Path(place.name)
    user: list[str | Path] = []
    if os.geteuid() == 0:
        # A server of PostgreSQL refuses to run as root.
        if shutil.which("runuser") is None:
            pytest.skip("PostgreSQL does not run as root")
        user = ["runuser", "-u", "nobody", "--"]
        shutil.chown(folder, "nobody")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"

    def call(*command: str | Path) -> None:
        subprocess.run([*user, *command], cwd=folder, check=True, stdout=subprocess.DEVNULL)

    call(binaries / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c shared_buffers=16MB"
    call(binaries / "pg_ctl", "-D", data, "-o", options, "-w", "-l", folder / "log", "start")
    yield f"postgresql://tester@127.0.0.1:{port}/postgres"
    call(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    place.cleanup()


def test_postgresql_keeps_the_contract(postgres: str) -> None:
    with opened(postgres) as store:
        check_contract(store)
