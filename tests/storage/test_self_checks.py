"""The last self-check is kept for all processes on one database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sdmx_server.storage.database import connect
from sdmx_server.storage.self_checks import SelfCheck, SelfCheckStore

FIRST = SelfCheck(datetime(2026, 1, 1, 8, tzinfo=UTC), "1.0.0", '{"conforms": true}')


def test_there_is_none_before_the_first(engine):
    assert SelfCheckStore(engine).last() is None


def test_the_last_one_is_kept_and_seen_by_whoever_shares_the_database(engine, database_url):
    store = SelfCheckStore(engine)
    store.keep(FIRST)
    later = SelfCheck(FIRST.at + timedelta(days=1), "1.1.0", '{"conforms": false, "é": 1}')
    store.keep(later)
    other = connect(database_url)
    assert SelfCheckStore(other).last() == later
    other.dispose()
