"""The database: its tables and its transactions."""

from __future__ import annotations

import subprocess
import sys
import uuid
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

UNAVAILABLE = "The database cannot be used now; the log of the server says why."
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


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://u:secret@somewhere/else", "'mysql'"),
        ("postgresql+psycopg2://u:secret@somewhere/else", r"psycopg2.*psycopg"),
        ("sqlite+aiosqlite:///secret", "aiosqlite"),
        ("secret", "no URL"),
        ("postgresql://u:secret@somewhere:port/else", "port"),
        ("postgresql://u:s@secret@somewhere/else", "%40"),
        ("sqlite://", "sqlite:///file"),
        ("sqlite:///:memory:", "sqlite:///file"),
    ],
)
def test_urls_of_no_database_that_is_offered_are_refused_without_repeating_secrets(url, words):
    with pytest.raises(ValueError, match=words) as refusal:
        connect(url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_spoken_to_through_psycopg(scheme):
    engine = connect(f"{scheme}://somewhere/sdmx")
    assert engine.dialect.driver == "psycopg"


@pytest.fixture
def reader_url(postgresql_url):
    """URL of an empty schema for a role that may not create tables in it."""
    owner, role = connect(postgresql_url), f"reader_{uuid.uuid4().hex}"
    with owner.begin() as connection:
        schema = connection.scalar(sa.select(sa.func.current_schema()))
        connection.execute(sa.text(f"CREATE ROLE {role}"))
        connection.execute(sa.text(f"GRANT USAGE ON SCHEMA {schema} TO {role}"))
    yield f"{postgresql_url}+-crole%3D{role}"
    with owner.begin() as connection:
        connection.execute(sa.text(f"DROP OWNED BY {role}"))
        connection.execute(sa.text(f"DROP ROLE {role}"))
    owner.dispose()


def test_a_user_who_may_not_create_tables_is_told_so(reader_url, caplog):
    engine = connect(reader_url)
    with pytest.raises(Unavailable, match=UNAVAILABLE):
        create(engine)
    engine.dispose()
    assert "permission denied" in caplog.text


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
    ("url", "reason"),
    [
        ("sqlite:////nowhere/sdmx.db", "unable to open"),
        ("postgresql://localhost:1/sdmx?connect_timeout=1", "port 1"),
        ("postgresql://localhost:99999/sdmx", "99999"),
        ("postgresql://localhost/sdmx?connect_timeout=soon", "soon"),
        ("sqlite:///file?timeout=soon", "soon"),
    ],
)
def test_a_database_out_of_reach_is_unavailable_and_the_log_alone_says_why(
    url, reason, use, caplog
):
    with pytest.raises(Unavailable) as refusal, use(connect(url)):
        pass
    assert refusal.value.detail == UNAVAILABLE
    assert [(each.name, reason in each.getMessage()) for each in caplog.records] == [
        ("sdmx_server", True)
    ]


@pytest.mark.parametrize("use", [reading, writing])
def test_a_file_that_is_no_database_is_unavailable(tmp_path, use, caplog):
    file = tmp_path / "letter.txt"
    file.write_text("Yth. Kepala Dinas\n" * 100)
    with pytest.raises(Unavailable, match=UNAVAILABLE), use(connect(f"sqlite:///{file}")):
        pass
    assert "file is not a database" in caplog.text


def test_a_file_that_was_damaged_since_is_unavailable(sqlite_url, tmp_path, caplog):
    engine = connect(sqlite_url)
    create(engine)
    engine.dispose()
    with (tmp_path / "sdmx.db").open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 100_000)
    with pytest.raises(Unavailable, match=UNAVAILABLE):
        read_revision(engine, "x")
    assert "malformed" in caplog.text
    engine.dispose()


def test_a_statement_that_is_wrong_is_no_fault_of_the_database(engine):
    with pytest.raises(sa.exc.IntegrityError), writing(engine) as connection:
        connection.execute(
            tables.revisions.insert(),
            [{"store": "x", "number": 1, "changed": datetime.now(UTC)}] * 2,
        )


def test_a_locked_sqlite_file_is_said_to_be_unavailable(sqlite_url, caplog):
    engine = connect(sqlite_url)
    create(engine)
    impatient = connect(sqlite_url)
    sa.event.listen(impatient, "connect", lambda c, _: c.execute("PRAGMA busy_timeout = 10"))
    with writing(engine), pytest.raises(Unavailable), writing(impatient):
        pass
    assert "locked" in caplog.text
    engine.dispose()
    impatient.dispose()
