"""The database: its tables and its transactions."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from sdmx_server.errors import Unavailable
from sdmx_server.storage import tables
from sdmx_server.storage.database import (
    Revision,
    connect,
    create,
    lock_revision,
    raise_revision,
    read_revision,
    reading,
    writing,
)

CREATE = (
    "import sys; from sdmx_server.storage.database import connect, create; "
    "create(connect(sys.argv[1]))"
)


def change(engine, at, error=None):
    with writing(engine) as connection:
        lock_revision(connection, "x")
        raise_revision(connection, "x", at)
        if error:
            raise error


def test_creating_the_tables_twice_changes_nothing(engine):
    create(engine)
    with engine.connect() as connection:
        assert connection.scalars(sa.select(tables.schema_version.c.version)).all() == [
            tables.SCHEMA_VERSION
        ]


def test_processes_that_start_together_create_the_tables_once(database_url):
    starting = [
        subprocess.Popen([sys.executable, "-c", CREATE, database_url], stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    assert [process.communicate()[1] for process in starting] == [b""] * 4
    assert [process.returncode for process in starting] == [0] * 4
    engine = connect(database_url)
    with engine.connect() as connection:
        assert len(connection.scalars(sa.select(tables.schema_version.c.version)).all()) == 1
    engine.dispose()


def test_tables_of_another_release_are_refused(engine):
    with writing(engine) as connection:
        connection.execute(tables.schema_version.update().values(version=99))
    with pytest.raises(Unavailable, match="version 99"):
        create(engine)


def test_other_databases_are_refused():
    with pytest.raises(ValueError, match="mysql"):
        connect("mysql://somewhere/else")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_spoken_to_through_psycopg(scheme):
    engine = connect(f"{scheme}://somewhere/sdmx")
    assert engine.dialect.driver == "psycopg"


def test_an_instant_is_kept_to_the_microsecond_in_whatever_zone_it_was_said(engine):
    instant = datetime(2024, 3, 1, 6, 30, 0, 123456, tzinfo=timezone(timedelta(hours=7)))
    change(engine, instant)
    revision = read_revision(engine, "x")
    assert revision == Revision(1, instant)
    assert revision.changed.tzinfo is UTC


def test_an_instant_without_zone_is_refused(engine):
    with pytest.raises(sa.exc.StatementError, match="no time zone"):
        change(engine, datetime(2024, 3, 1))


def test_a_store_that_was_never_changed_has_revision_0(engine):
    assert read_revision(engine, "x").number == 0


def test_a_transaction_that_fails_leaves_nothing(engine):
    with pytest.raises(KeyError):
        change(engine, datetime(2024, 3, 1, tzinfo=UTC), KeyError())
    assert read_revision(engine, "x").number == 0


def test_the_time_of_the_last_change_never_goes_back(engine):
    for day in (2, 1):
        change(engine, datetime(2024, 3, day, tzinfo=UTC))
    assert read_revision(engine, "x") == Revision(2, datetime(2024, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize("use", [reading, writing])
@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/sdmx.db", "postgresql://localhost:1/sdmx?connect_timeout=1"]
)
def test_a_database_out_of_reach_is_said_to_be_unavailable(url, use):
    with pytest.raises(Unavailable, match="cannot be used now"), use(connect(url)):
        pass


def test_a_locked_sqlite_file_is_said_to_be_unavailable(sqlite_url):
    engine = connect(sqlite_url)
    create(engine)
    impatient = connect(sqlite_url)
    sa.event.listen(impatient, "connect", lambda c, _: c.execute("PRAGMA busy_timeout = 10"))
    with writing(engine), pytest.raises(Unavailable, match="locked"), writing(impatient):
        pass
    engine.dispose()
    impatient.dispose()
