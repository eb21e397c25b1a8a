"""The service is closed and opened for all processes on one database."""

from __future__ import annotations

from datetime import UTC, datetime

from sdmx_server.storage.database import connect
from sdmx_server.storage.maintenance import Maintenance, MaintenanceStore

AT = datetime(2026, 1, 1, 8, tzinfo=UTC)
CLOSED = Maintenance("Kembali pukul 14.00 WIB.", 7200, AT)


def test_a_service_is_open_until_it_is_closed_and_again_afterwards(engine):
    store = MaintenanceStore(engine)
    assert store.state() is None
    store.close(CLOSED)
    assert store.state() == CLOSED
    assert store.open()
    assert store.state() is None
    assert not store.open()


def test_what_is_told_can_be_changed_while_it_is_closed(engine):
    store = MaintenanceStore(engine)
    store.close(CLOSED)
    later = Maintenance("Kembali pukul 16.00 WIB.", 60, AT)
    store.close(later)
    assert store.state() == later


def test_whoever_shares_the_database_sees_it_at_once(engine, database_url):
    other = connect(database_url)
    MaintenanceStore(engine).close(CLOSED)
    assert MaintenanceStore(other).state() == CLOSED
    other.dispose()
