"""The database: connecting to it, creating its tables, and writing to it.

SQLite is used in WAL mode, so that readers never wait for a writer; PostgreSQL through
psycopg. In both a writer holds a lock until it commits, so that two never mix.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from sdmx_server.errors import Unavailable
from sdmx_server.storage import tables

_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_ALLOWED = "write sqlite:///file or postgresql://user@host/name"
_INSERTS: Mapping[str, Callable[[sa.Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
_PATIENT, _IMPATIENT = "PRAGMA busy_timeout = 60000", "PRAGMA busy_timeout = 0"
_SQLITE_PRAGMAS = (
    _PATIENT,
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
)
_OUT_OF_REACH = (sa.exc.OperationalError, sa.exc.TimeoutError)
_CREATION_LOCK = 0x53444D58
_AT_A_TIME = 500
_log = logging.getLogger("sdmx_server")


Engine = sa.Engine
"""A database that is connected to."""


@dataclass(frozen=True, slots=True)
class Revision:
    """How often a store was changed.

    Attributes:
        number: raised by every committed change; 0 where there was none.
        changed: when the last change was made, UTC.
    """

    number: int
    changed: datetime


NEVER = Revision(0, datetime(1970, 1, 1, tzinfo=UTC))
"""Where a store stands that was never changed."""


def connect(url: str) -> sa.Engine:
    """Return the engine of a database.

    Args:
        url: ``sqlite:///file`` or ``postgresql://user:password@host/database``.

    Raises:
        ValueError: if it is no URL of a database that this server knows.
        Unavailable: if an option in it cannot be.
    """
    parsed = parse_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    try:
        engine = sa.create_engine(parsed, pool_pre_ping=not is_sqlite, pool_size=8, max_overflow=24)
    except (sa.exc.ArgumentError, ValueError, TypeError) as error:
        raise unavailable(error) from error
    if is_sqlite:
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def opened(url: str) -> sa.Engine:
    """Return the engine of a database that is ready for use: its folder and tables are there.

    Raises:
        ValueError: if it is no URL of a database that this server knows.
        Unavailable: if the database cannot be used.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        _make_folder(Path(parsed.database).parent)
    engine = connect(url)
    create(engine)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"The folder {str(folder)!r} for the database cannot be made: {error.strerror}."
        ) from error


def parse_url(url: str) -> sa.URL:
    """Take the URL of a database apart, and name the driver that goes with it.

    Raises:
        ValueError: if it is no URL of a database that this server knows. What it says does
            not repeat the URL, which may hold a password.
    """
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise ValueError(f"is no URL with, where there is a port, a number; {_ALLOWED}.") from None
    if parsed.drivername not in _DRIVERS:
        raise ValueError(
            f"names {parsed.drivername!r}; allowed is one of {', '.join(_DRIVERS)}: {_ALLOWED}."
        )
    if "@" in (parsed.host or ""):
        raise ValueError("has an @ in its password; write %40 for it.")
    is_file = parsed.database not in (None, "", ":memory:") and not parsed.host
    if parsed.get_backend_name() == "sqlite" and not is_file:
        raise ValueError("names no file; write sqlite:///file.")
    return parsed.set(drivername=_DRIVERS[parsed.drivername])


def create(engine: sa.Engine) -> None:
    """Create the tables that are not there yet; any number of processes may do so at once.

    Raises:
        Unavailable: if the tables are those of another release of the server, or cannot be
            created.
    """
    try:
        _create(engine)
    except sa.exc.ProgrammingError as error:  # the user has no right to
        raise unavailable(error) from error


def _create(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATION_LOCK)))
        tables.metadata.create_all(connection)
        found = connection.scalar(sa.select(tables.schema_version.c.version))
        if found is None:
            connection.execute(tables.schema_version.insert(), {"version": tables.SCHEMA_VERSION})
        elif found != tables.SCHEMA_VERSION:
            raise Unavailable(
                f"The database has tables of version {found}; "
                f"this server needs version {tables.SCHEMA_VERSION}."
            )


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that writes; it commits at the end, or leaves nothing on an error.

    Raises:
        Unavailable: if other writers do not let go of the database, or it cannot be reached.
    """
    with reading(engine) as connection:
        connection = connection.execution_options(immediate=True)
        with connection.begin():
            yield connection


def write_if_free(engine: sa.Engine, statement: sa.Executable) -> None:
    """Execute a statement in a transaction of its own; let it be where others write.

    On PostgreSQL only who changes the same row is waited for.

    Raises:
        Unavailable: if the database cannot be reached.
    """
    with reading(engine) as connection, _impatient(connection):
        connection = connection.execution_options(immediate=True)
        with suppress(sa.exc.OperationalError), connection.begin():
            connection.execute(statement)


@contextmanager
def _impatient(connection: sa.Connection) -> Iterator[None]:
    """Let a connection to SQLite give up at once where another one writes."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute(_IMPATIENT)
    try:
        yield
    finally:
        driver.execute(_PATIENT)


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a connection that reads.

    Raises:
        Unavailable: if the database cannot be reached, or is none.
    """
    try:
        connection = engine.connect()
    except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
        raise unavailable(error) from error
    try:
        with connection:
            yield connection
    except sa.exc.SQLAlchemyError as error:
        if not _is_out_of_reach(error):
            raise
        raise unavailable(error) from error


def insert_missing(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert the rows whose primary key is not there yet."""
    statement = _INSERTS[connection.dialect.name](table).on_conflict_do_nothing()
    for some in portions(rows):
        connection.execute(statement, list(some))


def portions(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut a sequence into parts short enough for the parameters of one statement."""
    for start in range(0, len(values), _AT_A_TIME):
        yield values[start : start + _AT_A_TIME]


def lock_revision(connection: sa.Connection, store: str) -> Revision:
    """Make other writers of a store wait until this transaction ends; return where it stands."""
    row = {"store": store, "number": 0, "changed": NEVER.changed}
    insert_missing(connection, tables.revisions, [row])
    wanted = tables.revisions.c.store == store
    statement = sa.select(tables.revisions).where(wanted).with_for_update()
    held = connection.execute(statement).one()
    return Revision(held.number, held.changed)


class Overtaken(Exception):
    """What a writer had looked at has changed before it could write; it wrote nothing."""


def hold_revision(connection: sa.Connection, store: str, number: int | None) -> None:
    """Make sure that a store stands where it did, and stays there until this transaction ends.

    Args:
        connection: the transaction.
        store: the store.
        number: the revision that was looked at; None where it does not matter.

    Raises:
        Overtaken: if the store was changed since.
    """
    if number is not None and lock_revision(connection, store).number != number:
        raise Overtaken(store)


def raise_revision(connection: sa.Connection, store: str, at: datetime) -> None:
    """Count one more change of a store; the transaction must hold its lock.

    The time of the last change never goes back, whatever clocks say.
    """
    number, changed = tables.revisions.c.number, tables.revisions.c.changed
    now = sa.literal(at, tables.Instant)
    connection.execute(
        tables.revisions.update()
        .where(tables.revisions.c.store == store)
        .values(number=number + 1, changed=sa.case((changed > now, changed), else_=now))
    )


def revision_of(number: int, changed: Sequence[datetime | None]) -> Revision:
    """Return a revision by what was counted and when it changed, where it ever did."""
    return Revision(number, max((at for at in changed if at), default=NEVER.changed))


def read_revision(engine: sa.Engine, store: str) -> Revision:
    """Return how often a store was changed, and when last."""
    columns = tables.revisions.c
    with reading(engine) as connection:
        row = connection.execute(
            sa.select(columns.number, columns.changed).where(columns.store == store)
        ).one_or_none()
    return Revision(row.number, row.changed) if row else NEVER


def _is_out_of_reach(error: sa.exc.SQLAlchemyError) -> bool:
    """Whether the database itself fails: its own class of error tells of a damaged file."""
    return isinstance(error, _OUT_OF_REACH) or type(error) is sa.exc.DatabaseError


def unavailable(error: Exception) -> Unavailable:
    """Write down why; what a driver says holds addresses, which are no business of clients."""
    _log.error("The database cannot be used: %s", getattr(error, "orig", None) or error)
    return Unavailable("The database cannot be used now; the log of the server says why.")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Set up a connection, whose transactions are then begun by ``_begin_sqlite`` alone."""
    connection.isolation_level = None
    for pragma in _SQLITE_PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: sa.Connection) -> None:
    """Begin; a writer takes its lock at once, so that what it has read cannot change."""
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
