"""Databases: how they are opened so that what is stored survives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tonewright.errors import MissingExtraError
from tonewright.listening.store.errors import StoreError, StoreFullError

#: How long a writer waits for another process, in seconds.
_PATIENCE_S = 30
#: Words of databases and systems for "there is no room", lower case.
_FULL = ("database or disk is full", "no space left", "disk quota", "disk full", "53100", "file too large", "disk i/o")


def connect(address: str | Path) -> sa.Engine:
    """Open a database.

    Parameters
    ----------
    address
        Path of an SQLite file, or an address such as ``postgresql+pg8000://user:password@host/name``
        (``postgresql://`` means that driver too).

    Raises
    ------
    StoreError
        If the address makes no sense or nothing answers there.
    MissingExtraError
        If the driver is not installed.
    """
    text = str(address)
    if "://" in text:
        return _by_address(text)
    path = Path(address)
    if not path.absolute().parent.is_dir():
        raise StoreError(f"The folder {path.absolute().parent} does not exist; create it first.")
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path.absolute())), connect_args={"timeout": _PATIENCE_S}
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _by_address(text: str) -> sa.Engine:
    if text.startswith("sqlite"):
        return connect(sa.make_url(text).database or "")
    for plain in ("postgresql://", "postgres://"):
        if text.startswith(plain):
            text = "postgresql+pg8000://" + text.removeprefix(plain)
    try:
        return sa.create_engine(text, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"This database needs the package {error.name}: pip install {error.name}.") from None
    except (sa.exc.ArgumentError, ValueError):
        raise StoreError(f"{text} is no address of a database; give a file or postgresql://user@host/name.") from None


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver would begin transactions by itself, and too late for savepoints.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        # Every commit is on the disk before it is answered: a crash of the machine loses nothing either.
        "synchronous = FULL",
        "foreign_keys = ON",
        # What is deleted is overwritten.
        "secure_delete = ON",
        f"busy_timeout = {_PATIENCE_S * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def explained(error: Exception, what: str) -> StoreError:
    """Return a database's fault as one sentence that begins with ``what``."""
    words = str(getattr(error, "orig", None) or error)
    first = (words.strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    if any(sign in words.lower() for sign in _FULL):
        return StoreFullError(f"{what}: there is no room for it ({first}); free space, nothing stored is lost.")
    return StoreError(f"{what} ({first}).")
