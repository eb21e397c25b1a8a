"""What holds at one moment stays as it is for who holds it; the next to ask gets what is new."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sdmx_server.dataset import Action
from sdmx_server.exchange.stores import stores_of
from sdmx_server.model.organisation import AgencyScheme
from sdmx_server.storage.database import connect
from sdmx_server.storage.maintenance import Maintenance
from tests.storage.figures import LAYOUT, row, table

AT = datetime(2026, 1, 1, 8, tzinfo=UTC)
LATER = datetime(2026, 1, 2, 8, tzinfo=UTC)
URN = "urn:sdmx:org.sdmx.infomodel.base.AgencyScheme=ID:AGENCIES(1.0)"


@pytest.fixture
def stores(engine):
    return stores_of(engine)


def agencies(name):
    return AgencyScheme(id="AGENCIES", agency_id="ID", version="1.0", names={"en": name})


def publish(stores, dataset, value, at):
    rows = table([row("A.3673.2024", value)])
    return stores.observations.publish(dataset, LAYOUT, rows, action=Action.MERGE, at=at)


def test_until_something_changes_what_holds_is_read_once(stores):
    publish(stores, "D", "1", AT)
    assert stores.present() is stores.present()


def test_a_moment_that_is_held_shows_nothing_of_later_publications(stores):
    first = publish(stores, "D", "1", AT)
    stores.artefacts.put([agencies("Old")], AT)
    moment = stores.at(stores.present())
    second = publish(stores, "D", "2", LATER)
    publish(stores, "E", "2", LATER)
    stores.artefacts.put([agencies("New")], LATER)
    for as_of in (None, LATER, LATER + timedelta(days=1)):
        assert (moment.current("D", as_of), stores.current("D", as_of)) == (first, second)
        assert moment.current("E", as_of) is None
        assert moment.catalogue(as_of).resolved(URN).names == {"en": "Old"}
        assert stores.catalogue(as_of).resolved(URN).names == {"en": "New"}


def test_versions_that_still_hold_are_the_same_values(stores):
    kept = publish(stores, "D", "1", AT)
    before = stores.present().datasets["D"]
    publish(stores, "E", "1", LATER)
    assert stores.present().datasets["D"] is before
    assert before == kept


def test_a_service_that_another_process_closes_is_closed_at_the_next_moment(stores, database_url):
    other = connect(database_url)
    elsewhere = stores_of(other)
    assert stores.present().closed is None
    closed = Maintenance("Back at noon.", 60, AT)
    elsewhere.maintenance.close(closed)
    assert stores.present().closed == closed
    elsewhere.maintenance.open()
    assert stores.present().closed is None
    other.dispose()


def test_what_was_made_of_a_moment_is_made_once_and_anew_at_the_next(stores):
    made = []
    for at in (AT, AT, LATER):
        publish(stores, "D", str(at), at)
        stores.present().remember("key", lambda: made.append(1) or len(made))
        assert stores.present().remember("key", lambda: -1) == len(made)
    assert len(made) == 2
