"""The tables: editions of studies, listeners with their plans, events."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

#: One row per study and its hash; ``started`` counts listeners, the deleted ones too.
editions = sa.Table(
    "editions",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("study", sa.Text, nullable=False),
    sa.Column("stimuli", sa.Text, nullable=False),
    sa.Column("software", sa.String(40), nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("started", sa.Integer, nullable=False, default=0),
)

#: One row per person. The secret that opens the session is kept as a hash only.
listeners = sa.Table(
    "listeners",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("edition", sa.ForeignKey("editions.hash"), nullable=False, index=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("pseudonym", sa.String(20), nullable=False, unique=True),
    sa.Column("secret", sa.String(64), nullable=False, unique=True),
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("plan", sa.Text, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.UniqueConstraint("edition", "number"),
)

#: What happened, in order. An answer's ``slot`` is its listener and page: there is one answer to a page.
events = sa.Table(
    "events",
    metadata,
    sa.Column("row", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(64), nullable=False, unique=True),
    sa.Column("listener", sa.ForeignKey("listeners.id"), nullable=False, index=True),
    sa.Column("type", sa.String(20), nullable=False),
    sa.Column("step", sa.String(20), nullable=True),
    sa.Column("slot", sa.String(60), nullable=True, unique=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)

#: Events are never changed, only added, and removed with their person.
_SQLITE_KEEP = sa.DDL(  # type: ignore[no-untyped-call]
    "CREATE TRIGGER IF NOT EXISTS events_are_kept BEFORE UPDATE ON events "
    "BEGIN SELECT RAISE(ABORT, 'events are never changed'); END"
)
_POSTGRES_KEEP = sa.DDL(  # type: ignore[no-untyped-call]
    "CREATE OR REPLACE FUNCTION events_are_kept() RETURNS trigger AS "
    "$$ BEGIN RAISE EXCEPTION 'events are never changed'; END $$ LANGUAGE plpgsql; "
    "CREATE OR REPLACE TRIGGER events_are_kept BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION events_are_kept()"
)
sa.event.listen(events, "after_create", _SQLITE_KEEP.execute_if(dialect="sqlite"))
sa.event.listen(events, "after_create", _POSTGRES_KEEP.execute_if(dialect="postgresql"))
