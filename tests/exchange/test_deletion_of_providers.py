"""A deletion under an agreement touches the series of its provider alone."""

from __future__ import annotations

import dataclasses

import pytest

from sdmx_server.exchange.publication import publish, publish_structures
from sdmx_server.exchange.stores import stores_of
from sdmx_server.model.delivery import Delivery, DeliveryFaults
from tests.conformance import fixtures as fx
from tests.conformance.fixtures import CREATED, T1, delivery

ECB = {"A.USD", "D.USD", "M.CHF", "M.USD"}
BIS = {"M.JPY"}


@pytest.fixture
def stores(engine):
    made = stores_of(engine)
    content = fx.exr("1.0.0")
    publish_structures(
        [*fx.shared("1.0.0"), *fx.organisations(), *content.artefacts], made, CREATED
    )
    for at, deliveries in content.deliveries:
        publish(deliveries, made, at)
    return made


def deletion(of: str, *rows, **changes) -> Delivery:
    structure, flow, others = fx.exr_structures("1.0.0")
    artefact = next(a for a in [structure, flow, *others] if a.id == of)
    told = delivery(flow, rows or [{}], "Delete")
    context = "dataflow" if artefact is flow else "provisionagreement"
    return dataclasses.replace(told, structure=artefact.urn, context=context, **changes)


def left(stores, told: Delivery) -> list[dict[str, str | None]]:
    (version,) = publish([told], stores, T1)
    return stores.observations.rows(version).to_pylist()


def series(rows) -> set[str]:
    return {f"{row['FREQ']}.{row['CURRENCY']}" for row in rows}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (deletion("PA_BIS"), ECB),
        (deletion("PA_ECB"), BIS),
        (deletion("EXR"), set()),
        (deletion("EXR", provider="TST.BIS"), ECB),
        (deletion("PA_BIS", {"FREQ": "M"}), ECB),
        (deletion("PA_ECB", {"FREQ": "M"}), {"A.USD", "D.USD", "M.JPY"}),
        (deletion("PA_ECB", {"CURRENCY": "JPY"}), ECB | BIS),
        (deletion("EXR", {"FREQ": "M", fx.PROVIDER: "TST.ECB"}), {"A.USD", "D.USD", "M.JPY"}),
    ],
)
def test_wildcards_stand_for_series_of_the_provider(stores, told, expected):
    assert series(left(stores, told)) == expected


def test_periods_of_others_stay(stores):
    rows = left(stores, deletion("PA_BIS", {"TIME_PERIOD": "2010-04"}))
    april = {row["CURRENCY"] for row in rows if row["TIME_PERIOD"] == "2010-04"}
    assert april == {"CHF", "USD"}


def test_values_of_others_stay(stores):
    rows = left(stores, deletion("PA_BIS", {"TITLE": "-"}))
    assert {row["CURRENCY"] for row in rows if row["TITLE"] is None} == {"JPY"}
    assert {row[fx.PROVIDER] for row in rows} == {"TST.BIS", "TST.ECB"}


def test_the_whole_of_one_provider_leaves_attributes_of_the_dataset(stores):
    (version,) = publish([deletion("PA_ECB")], stores, T1)
    assert version.dataset_attributes == fx.NOTE
    (version,) = publish([deletion("EXR")], stores, T1)
    assert version.dataset_attributes == {}


def test_who_provided_a_series_is_no_value_to_delete(stores):
    rows = left(stores, deletion("EXR", {"FREQ": "A", "TITLE": "-", fx.PROVIDER: "TST.ECB"}))
    assert {row[fx.PROVIDER] for row in rows if row["FREQ"] == "A"} == {"TST.ECB"}
    with pytest.raises(DeliveryFaults):
        left(stores, deletion("PA_BIS", {"FREQ": "A", fx.PROVIDER: "TST.ECB"}))
