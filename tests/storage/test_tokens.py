"""Tokens in the database."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from sdmx_server.storage import tables
from sdmx_server.storage.database import connect, create, writing
from sdmx_server.storage.tokens import Role, Token, TokenStore

AT = datetime(2026, 1, 1, 8, tzinfo=UTC)
TOKEN = Token("3f9c27d1a0be", "Dinas Kesehatan", Role.READER, "$hash$", AT)


@pytest.fixture
def store(engine):
    return TokenStore(engine)


@pytest.mark.parametrize("role", list(Role))
def test_a_token_is_found_as_it_was_added(store, role):
    token = replace(TOKEN, role=role, expires=AT + timedelta(days=1))
    store.add(token)
    assert store.find(token.id) == token
    assert isinstance(store.find(token.id).role, Role)
    assert store.find("000000000000") is None


def test_tokens_are_listed_with_the_oldest_first(store):
    later = replace(TOKEN, id="000000000000", created=AT + timedelta(hours=1))
    store.add(later)
    store.add(TOKEN)
    assert store.all() == [TOKEN, later]


def test_a_token_is_revoked_once(store):
    store.add(TOKEN)
    at = AT + timedelta(hours=1)
    assert store.revoke(TOKEN.id, at)
    assert not store.revoke(TOKEN.id, at + timedelta(hours=1))
    assert not store.revoke("000000000000", at)
    assert store.find(TOKEN.id).revoked == at


def test_when_a_token_was_used_is_written_down_once_a_minute(store):
    store.add(TOKEN)
    for seconds, seen in ((0, 0), (59, 0), (60, 60), (119, 60)):
        store.mark_used(store.find(TOKEN.id), AT + timedelta(seconds=seconds))
        assert store.find(TOKEN.id).last_used == AT + timedelta(seconds=seen)


def test_who_uses_a_token_does_not_wait_for_writers(engine, store):
    store.add(TOKEN)
    with writing(engine) as connection:
        connection.execute(tables.revisions.insert(), {"store": "x", "number": 1, "changed": AT})
        before = time.monotonic()
        store.mark_used(TOKEN, AT)
        assert time.monotonic() - before < 5
    store.mark_used(store.find(TOKEN.id), AT + timedelta(minutes=2))
    assert store.find(TOKEN.id).last_used == AT + timedelta(minutes=2)


def test_a_connection_that_did_not_wait_is_patient_again(sqlite_url):
    engine = connect(sqlite_url)
    create(engine)
    store = TokenStore(engine)
    store.add(TOKEN)
    store.mark_used(TOKEN, AT)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 60_000
    engine.dispose()


def test_a_hash_is_not_shown_where_a_token_is():
    assert TOKEN.hash not in repr(TOKEN)


def test_a_database_that_was_laid_out_before_there_were_tokens_gains_them(engine):
    new = (tables.tokens, tables.maintenance)
    with writing(engine) as connection:
        connection.execute(tables.revisions.insert(), {"store": "x", "number": 7, "changed": AT})
        for table in new:
            table.drop(connection)
    create(engine)
    assert {table.name for table in new} <= set(sa.inspect(engine).get_table_names())
    with engine.connect() as connection:
        assert connection.scalar(sa.select(tables.revisions.c.number)) == 7
    TokenStore(engine).add(TOKEN)
    assert TokenStore(engine).all() == [TOKEN]
