"""The store of a study: its edition, its listeners, their events."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from tonewright import __version__
from tonewright.listening.planning.trial import Plan
from tonewright.listening.store import tables
from tonewright.listening.store.engine import connect, explained
from tonewright.listening.store.errors import ChangedStudyError, ClosedError, ConflictError, GoneError, StoreError
from tonewright.listening.store.writer import Writer

#: Characters of pseudonyms that nobody confuses when reading them aloud.
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"


class Edition(NamedTuple):
    """A study as it was served: name, kind and content with the hash, the stimuli's hashes, when and by what."""

    hash: str
    name: str
    kind: str
    study: dict[str, Any]
    stimuli: dict[str, Any]
    software: str
    created: float
    started: int


@dataclass(frozen=True)
class Person:
    """A listener as the store knows one.

    Attributes
    ----------
    id
        In the database.
    edition
        Hash of the study.
    number
        In the study, from 0.
    pseudonym
        In results; what the listener may quote to have everything deleted.
    key
        From which opaque ids are made.
    plan
        Everything that will be shown.
    created
        Seconds since 1970.
    """

    id: int
    edition: str
    number: int
    pseudonym: str
    key: str
    plan: Plan
    created: float


class Event(NamedTuple):
    """Something that happened: ``answer`` to a step, or anything else that pages tell."""

    listener: int
    type: str
    step: str | None
    body: dict[str, Any]
    at: float


class Store:
    """A database of answers.

    Parameters
    ----------
    address
        File or address, see :func:`~tonewright.listening.store.engine.connect`.
    create
        Whether tables are made where there are none.

    Raises
    ------
    StoreError
        If it cannot be opened, or holds no study.
    """

    def __init__(self, address: str | Path, *, create: bool = True) -> None:
        if not create and "://" not in str(address) and not Path(address).exists():
            raise StoreError(f"There is no database {address}; tonewright study serve makes one.")
        self.address = str(address)
        self._engine = connect(address)
        try:
            if create:
                with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                    tables.metadata.create_all(connection)
            elif not sa.inspect(self._engine).has_table("events"):
                raise StoreError(f"{self._shown()} holds no answers to a study.")
        except (sa.exc.SQLAlchemyError, OSError) as error:
            raise explained(error, f"The database {self._shown()} cannot be opened") from None
        self._writer = Writer(self._engine)

    def close(self) -> None:
        """Finish what is being written, and let the database go."""
        self._writer.close()
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def editions(self) -> list[Edition]:
        """Return the studies that the database holds, oldest first."""
        rows = self._read(sa.select(tables.editions).order_by(tables.editions.c.created))
        return [
            Edition(**{**row, "study": json.loads(row["study"]), "stimuli": json.loads(row["stimuli"])}) for row in rows
        ]

    def open_edition(
        self, study: Mapping[str, Any], study_hash: str, stimuli: Mapping[str, str], *, as_new: bool = False
    ) -> None:
        """Begin a study or go on with it.

        Parameters
        ----------
        study
            Its content as plain data, with ``name`` and ``kind``.
        study_hash
            See :meth:`~tonewright.listening.study.reading.Opened.hash`.
        stimuli
            Hashes of the stimuli's files.
        as_new
            Whether a changed study begins anew beside the old answers.

        Raises
        ------
        ChangedStudyError
            If the database holds answers to another version of the study, and it shall not begin anew.
        """
        known = self.editions()
        if any(each.hash == study_hash for each in known):
            return
        if any(each.started for each in known) and not as_new:
            raise ChangedStudyError(
                f"{self._shown()} holds answers to another version of the study ({known[-1].hash[:12]}, this is "
                f"{study_hash[:12]}); undo the change, name another database, or begin anew with --as-new."
            )
        values = {
            "hash": study_hash,
            "name": study["name"],
            "kind": study["kind"],
            "study": json.dumps(study),
            "stimuli": json.dumps(dict(stimuli)),
            "software": __version__,
            "created": time.time(),
            "started": 0,
        }
        self._writer.run(lambda connection: connection.execute(tables.editions.insert().values(values)))

    def begin(
        self,
        edition: str,
        planner: Callable[[int], Plan],
        most: int | None = None,
        consent: Mapping[str, Any] | None = None,
    ) -> Future[tuple[Person, str]]:
        """Add a listener; the future has the person and the secret that opens the session, which is kept nowhere.

        Parameters
        ----------
        edition
            Hash of the study.
        planner
            Makes the plan of a listener's number.
        most
            No more listeners than that.
        consent
            What was said on agreeing, stored in the same commit: nobody is there without having agreed.
        """

        def work(connection: sa.Connection) -> tuple[Person, str]:
            counter = tables.editions.c.started
            # Counted up first: the row is locked until the commit, so no two listeners get one number.
            connection.execute(
                tables.editions.update().where(tables.editions.c.hash == edition).values(started=counter + 1)
            )
            number = (
                int(connection.execute(sa.select(counter).where(tables.editions.c.hash == edition)).scalar_one()) - 1
            )
            if most is not None and number >= most:
                raise ClosedError("This study has all the listeners it needs. Thank you for your interest.")
            secret = secrets.token_urlsafe(32)
            code = "".join(secrets.choice(_CLEAR) for _ in range(5))
            plan = planner(number)
            values = {
                "edition": edition,
                "number": number,
                "pseudonym": f"L{number + 1:03}-{code}",
                "key": secrets.token_hex(32),
                "created": time.time(),
            }
            row = {**values, "secret": _hashed(secret), "plan": plan.model_dump_json(exclude_defaults=True)}
            done = connection.execute(tables.listeners.insert().values(row).returning(tables.listeners.c.id))
            person = Person(id=int(done.scalar_one()), plan=plan, **values)  # type: ignore[arg-type]
            if consent is not None:
                event = {"id": f"consent-{person.pseudonym}", "listener": person.id, "type": "consent"}
                body = json.dumps(dict(consent), ensure_ascii=False)
                connection.execute(tables.events.insert().values({**event, "body": body, "at": time.time()}))
            return person, secret

        return self._writer.submit(work)

    def person(self, secret: str) -> Person:
        """Return whose session a secret opens; raises :class:`GoneError` if there is none."""
        return self._person(tables.listeners.c.secret == _hashed(secret), "This session does not exist any more.")

    def people(self, edition: str | None = None) -> list[Person]:
        """Return all listeners, or those of an edition, in order of their numbers."""
        query = sa.select(tables.listeners).order_by(tables.listeners.c.id)
        if edition is not None:
            query = query.where(tables.listeners.c.edition == edition)
        return [_person(row) for row in self._read(query)]

    def add(self, person: Person, event_id: str, kind: str, step: str | None, body: Mapping[str, Any]) -> Future[bool]:
        """Store an event; the future has ``True`` once it is on the disk, ``False`` if it was there already.

        The future raises :class:`ConflictError` if the page has another answer or the id another event, and
        :class:`GoneError` if the person is not there any more.
        """
        text = json.dumps(dict(body), ensure_ascii=False, separators=(",", ":"))
        slot = f"{person.id}/{step}" if kind == "answer" else None
        events = tables.events
        same = sa.select(events.c.listener, events.c.type, events.c.step).where(events.c.id == event_id)

        def work(connection: sa.Connection) -> bool:
            found = connection.execute(same).first()
            if found is not None:
                # Sent again because the page did not hear that it was stored.
                if tuple(found) == (person.id, kind, step):
                    return False
                raise ConflictError("This id belongs to another answer.")
            values = {"id": event_id, "listener": person.id, "type": kind, "step": step, "slot": slot, "body": text}
            try:
                with connection.begin_nested():
                    connection.execute(events.insert().values({**values, "at": time.time()}))
            except sa.exc.IntegrityError as error:
                raise self._refused(connection, person) from error
            except sa.exc.DatabaseError as error:
                # pg8000 names some violations with its general class.
                if "23505" in str(error) or "23503" in str(error):
                    raise self._refused(connection, person) from error
                raise
            return True

        return self._writer.submit(work)

    def _refused(self, connection: sa.Connection, person: Person) -> Exception:
        there = connection.execute(sa.select(tables.listeners.c.id).where(tables.listeners.c.id == person.id)).first()
        if there is None:
            return GoneError("This session does not exist any more.")
        return ConflictError("This page is answered already.")

    def answered(self, person: Person) -> dict[str, dict[str, Any]]:
        """Return the answers of a person by step."""
        events = tables.events
        query = sa.select(events.c.step, events.c.body).where(events.c.listener == person.id, events.c.type == "answer")
        return {str(row["step"]): json.loads(row["body"]) for row in self._read(query)}

    def events_of(self, person: Person) -> list[Event]:
        """Return all events of a person, in the order in which they were stored."""
        events = tables.events
        query = sa.select(events.c.listener, events.c.type, events.c.step, events.c.body, events.c.at)
        query = query.where(events.c.listener == person.id).order_by(events.c.row)
        return [Event(**{**row, "body": json.loads(row["body"])}) for row in self._read(query)]

    def events(self, edition: str | None = None) -> list[Event]:
        """Return all events, or those of an edition, in the order in which they were stored."""
        events, people = tables.events, tables.listeners
        query = sa.select(events.c.listener, events.c.type, events.c.step, events.c.body, events.c.at)
        query = query.order_by(events.c.row)
        if edition is not None:
            query = query.join(people, people.c.id == events.c.listener).where(people.c.edition == edition)
        return [Event(**{**row, "body": json.loads(row["body"])}) for row in self._read(query)]

    def delete(self, pseudonym: str) -> int:
        """Remove a person with everything that was stored of them, for good; return how many events that were.

        Raises
        ------
        GoneError
            If there is nobody of that pseudonym.
        """
        person = self._person(
            tables.listeners.c.pseudonym == pseudonym, f"There is no listener {pseudonym!r} in {self._shown()}."
        )

        def work(connection: sa.Connection) -> int:
            done = connection.execute(tables.events.delete().where(tables.events.c.listener == person.id))
            connection.execute(tables.listeners.delete().where(tables.listeners.c.id == person.id))
            return int(done.rowcount)

        count = self._writer.run(work)
        self._vacuum()
        return count

    def _vacuum(self) -> None:
        # Freed pages and the log still hold what was deleted.
        try:
            if self._engine.dialect.name == "sqlite":
                with self._engine.connect() as connection:
                    raw: Any = connection.connection.dbapi_connection
                    raw.execute("VACUUM")
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                return
            alone = sa.create_engine(self._engine.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
            with alone.connect() as connection:
                for name in ("events", "listeners"):
                    connection.exec_driver_sql(f"VACUUM FULL {name}")
        except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise explained(error, "The person is deleted, but freed space could not be overwritten") from None

    def _person(self, where: sa.ColumnElement[bool], otherwise: str) -> Person:
        rows = self._read(sa.select(tables.listeners).where(where))
        if not rows:
            raise GoneError(otherwise)
        return _person(rows[0])

    def _read(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        try:
            with self._engine.connect() as connection:
                return [dict(row) for row in connection.execute(query).mappings()]
        except (sa.exc.SQLAlchemyError, OSError) as error:
            raise explained(error, f"The database {self._shown()} cannot be read") from None

    def _shown(self) -> str:
        return self._engine.url.render_as_string(hide_password=True).removeprefix("sqlite:///")


def _person(row: Mapping[str, Any]) -> Person:
    return Person(
        id=row["id"],
        edition=row["edition"],
        number=row["number"],
        pseudonym=row["pseudonym"],
        key=row["key"],
        plan=Plan.model_validate_json(row["plan"]),
        created=row["created"],
    )


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
