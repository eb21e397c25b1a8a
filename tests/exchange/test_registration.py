"""When the data of a registration last changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy import Engine

from sdmx_server.errors import NoResults
from sdmx_server.exchange.publication import publish, publish_structures
from sdmx_server.exchange.registration import answer
from sdmx_server.exchange.stores import Stores, stores_of
from sdmx_server.model.datastructure import Dataflow, DataStructure
from sdmx_server.query import RegistrationQuery
from tests.conformance.artefacts import dataflow, dsd
from tests.conformance.fixtures import (
    CREATED,
    T1,
    T2,
    T3,
    Row,
    agreement,
    delivery,
    organisations,
    shared,
)

HERE = "https://data.example/sdmx/v2"
EVERYTHING = RegistrationQuery("*")


@pytest.fixture
def stores(engine: Engine) -> Stores:
    made = stores_of(engine)
    publish_structures([*shared("1.0.0"), *organisations()], made, CREATED)
    return made


def structure(dimension: str) -> tuple[DataStructure, Dataflow]:
    """Return a data structure with one dimension, and the dataflow as if it had that one."""
    made = dsd(f"DSD_{dimension}", "1.0.0", {dimension: None})
    return made, dataflow("ONE", "1.0.0", made)


def send(stores: Stores, flow: Dataflow, rows: Sequence[Row], at: datetime, action: str) -> None:
    publish([delivery(flow, rows, action)], stores, at)


def observation(dimension: str, value: str | None = "1") -> Row:
    return {dimension: "A", "TIME_PERIOD": "2012", "OBS_VALUE": value}


def updates(stores: Stores) -> list[datetime | None]:
    return [each.last_updated for each in answer(EVERYTHING, stores, HERE)]


def test_data_that_came_back_under_another_structure_are_new(stores: Stores):
    first, flow = structure("SEX")
    publish_structures([first, flow, agreement("PA", "1.0.0", flow, "ECB")], stores, CREATED)
    send(stores, flow, [observation("SEX")], T1, "Append")
    assert updates(stores) == [T1]

    send(stores, flow, [{"SEX": None, "TIME_PERIOD": None}], T2, "Delete")
    with pytest.raises(NoResults):
        updates(stores)

    second, flow = structure("AREA")
    publish_structures([second, flow], stores, T2)
    send(stores, flow, [observation("AREA")], T3, "Append")
    assert updates(stores) == [T3]


def test_nothing_is_compared_twice(stores: Stores, monkeypatch: pytest.MonkeyPatch):
    made, flow = structure("SEX")
    publish_structures([made, flow, agreement("PA", "1.0.0", flow, "ECB")], stores, CREATED)
    send(stores, flow, [observation("SEX")], T1, "Append")
    send(stores, flow, [observation("SEX", "2")], T2, "Append")
    assert updates(stores) == [T2]
    monkeypatch.delattr(type(stores.observations), "changes")
    assert updates(stores) == [T2]
