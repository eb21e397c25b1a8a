"""Where all stores stand is read at once, and is what everybody sees at that moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
import sqlalchemy as sa

from sdmx_server.dataset import Action
from sdmx_server.errors import Unavailable
from sdmx_server.model.organisation import AgencyScheme
from sdmx_server.storage.artefacts import ArtefactStore
from sdmx_server.storage.database import connect, create
from sdmx_server.storage.maintenance import Maintenance, MaintenanceStore
from sdmx_server.storage.observations import ObservationStore
from sdmx_server.storage.revisions import RevisionReader, Revisions
from tests.storage.figures import LAYOUT, row, table

AT = datetime(2026, 1, 1, 8, 30, 0, 250_000, tzinfo=UTC)
AGENCIES = AgencyScheme(id="AGENCIES", agency_id="ID", version="1.0", names={"en": "Some"})
CLOSED = Maintenance("Back at noon.", 60, AT)


def publish_structures(engine):
    ArtefactStore(engine).put([AGENCIES], AT)


def publish_observations(engine):
    rows = table([row("A.3673.2024", "1")])
    ObservationStore(engine).publish("D", LAYOUT, rows, action=Action.MERGE, at=AT)


def close_the_service(engine):
    MaintenanceStore(engine).close(CLOSED)


def test_nothing_was_ever_changed_in_an_empty_database(engine):
    assert RevisionReader(engine).read() == Revisions()


@pytest.mark.parametrize(
    ("change", "store"),
    [
        (publish_structures, "structures"),
        (publish_observations, "observations"),
        (close_the_service, "service"),
    ],
)
def test_a_change_by_somebody_else_is_read_at_once(engine, database_url, change, store):
    reader, other = RevisionReader(engine), connect(database_url)
    before = reader.read()
    change(other)
    after = reader.read()
    other.dispose()
    assert getattr(after, store).number == getattr(before, store).number + 1
    assert getattr(after, store).changed == AT
    unchanged = {"structures", "observations", "service"} - {store}
    assert all(getattr(after, name) == getattr(before, name) for name in unchanged)


def test_opening_the_service_counts_where_it_was_closed(engine):
    reader, store = RevisionReader(engine), MaintenanceStore(engine)
    store.close(CLOSED)
    store.open()
    assert reader.read().service.number == 2
    store.open()
    assert reader.read().service.number == 2


def test_until_something_changes_the_same_value_comes(engine):
    reader = RevisionReader(engine)
    publish_structures(engine)
    assert reader.read() is reader.read()


def test_readers_open_no_more_connections_than_they_are(engine):
    opened = []
    sa.event.listen(engine, "connect", lambda connection, _: opened.append(connection))
    reader, together = RevisionReader(engine), Barrier(6)

    def read_often(_):
        together.wait()
        return {reader.read() for _ in range(200)}

    with ThreadPoolExecutor(6) as threads:
        assert set.union(*threads.map(read_often, range(6))) == {Revisions()}
    assert 1 <= len(opened) <= 6


def test_a_connection_that_the_database_has_ended_is_replaced(postgresql_url):
    engine, admin = connect(postgresql_url), connect(postgresql_url)
    create(admin)
    pids: list[int] = []
    sa.event.listen(engine, "connect", lambda driver, _: pids.append(driver.info.backend_pid))
    reader = RevisionReader(engine)
    assert reader.read() == Revisions()
    with admin.begin() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pids[-1]})
    assert reader.read() == Revisions()
    assert len(set(pids)) == 2
    engine.dispose()
    admin.dispose()


def test_connections_end_with_the_engine(engine):
    opened = []
    sa.event.listen(engine, "connect", lambda driver, _: opened.append(driver))
    reader = RevisionReader(engine)
    reader.read()
    engine.dispose()
    for driver in opened:
        with pytest.raises(engine.dialect.loaded_dbapi.Error):
            driver.execute("SELECT 1")
    assert reader.read() == Revisions()


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/sdmx.db", "postgresql://localhost:1/sdmx?connect_timeout=1"]
)
def test_a_database_out_of_reach_is_unavailable(url):
    with pytest.raises(Unavailable):
        RevisionReader(connect(url)).read()
