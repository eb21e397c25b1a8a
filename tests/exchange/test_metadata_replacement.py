"""What deliveries make of the reference metadata that were there before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sdmx_server.exchange import data
from sdmx_server.exchange.publication import publish, publish_structures
from sdmx_server.exchange.stores import Stores, stores_of
from sdmx_server.formats.data.readers.catalogue import read
from sdmx_server.model.datastructure import AttributeRelationship
from sdmx_server.query import ArtefactQuery, Cube, DataQuery
from tests.conformance import fixtures as fx
from tests.conformance.artefacts import DATAFLOW, OBSERVATION
from tests.conformance.data_metadata import METADATA, structures

AT = datetime(2026, 1, 1, tzinfo=UTC)
PLACES = {
    "CONTACT": DATAFLOW,
    "SUMMARY": AttributeRelationship(dimensions=fx.SERIES),
    "GRADE": AttributeRelationship(dimensions=fx.SERIES),
    "DELAY": AttributeRelationship(group="Sibling"),
    "AUDITED": OBSERVATION,
}
KEY = "M,USD,EUR,SP00,A"
Cells = Mapping[str, str | None]


@pytest.fixture
def stores(engine: Any) -> Stores:
    """The exchange rates of S1 and S2, S1 with all metadata that there can be."""
    made = stores_of(engine)
    publish_structures(structures(PLACES), made, AT)
    _, flow, _ = fx.exr_structures("1.0.0")
    rows = fx.exr_rows(["M.USD", "M.CHF"])
    for cells in rows:
        cells.update((id_, METADATA[id_]) for id_ in ("SUMMARY", "GRADE"))
        if cells["CURRENCY"] == "USD":
            cells.update((id_, METADATA[id_]) for id_ in ("DELAY", "AUDITED"))
    shared = {id_: text for id_, text in METADATA.items() if id_.startswith("CONTACT")}
    publish([fx.delivery(flow, rows, "Replace", {**fx.NOTE, **shared})], made, AT)
    return made


def deliver(stores: Stores, action: str, header: str, *rows: str) -> None:
    lines = [f"STRUCTURE[;],STRUCTURE_ID,ACTION,{header}"]
    lines += [f"dataflow,TST:EXR(1.0.0),{action},{row}" for row in rows]
    publish(read("\n".join(lines).encode(), "x.csv"), stores, AT + timedelta(days=1))


def held(stores: Stores, period: str, currency: str = "USD") -> Cells:
    """Return the metadata of an observation, and of all that it belongs to."""
    cube = Cube(context="dataflow", artefact=ArtefactQuery(("TST",), ("EXR",)))
    (dataset,) = data.answer(DataQuery(cube=cube, attributes=("msd",)), stores).datasets
    found: dict[str, str | None] = dict(dataset.dataset_attributes)
    for batch in dataset.batches:
        for series in range(batch.series_count):
            texts = {
                id_: dataset.dictionaries[id_][codes[series]] if codes[series] >= 0 else None
                for id_, codes in batch.series.items()
            }
            if texts["CURRENCY"] != currency:
                continue
            for place in range(int(batch.offsets[series]), int(batch.offsets[series + 1])):
                times = dataset.dictionaries["TIME_PERIOD"]
                if times[batch.observations["TIME_PERIOD"][place]] == period:
                    found |= texts | {
                        id_: column[place].as_py() for id_, column in batch.texts.items()
                    }
    return {id_: found.get(id_) for id_ in METADATA}


WHOLE = ("FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE,COLLECTION,"
         "OBS_STATUS,UNIT")  # fmt: skip


def test_they_are_there_at_first(stores: Stores) -> None:
    assert held(stores, "2010-03") == METADATA
    assert held(stores, "2010-03", "CHF") == {**METADATA, "DELAY": None, "AUDITED": None}


def test_replacing_an_observation_alone_takes_its_own_metadata_only(stores: Stores) -> None:
    deliver(stores, "R", WHOLE, f"{KEY},2010-03,1.5,A,A,USD")
    assert held(stores, "2010-03") == {**METADATA, "AUDITED": None}
    assert held(stores, "2010-02") == METADATA


def test_replacing_metadata_takes_those_that_are_omitted_of_the_same_key(stores: Stores) -> None:
    row = f"{KEY},2010-03,1.5,A,A,USD,A"
    deliver(stores, "R", f"{WHOLE},GRADE", row)
    expected = {**METADATA, "SUMMARY": None}
    assert held(stores, "2010-03") == {**expected, "AUDITED": None}
    assert held(stores, "2010-02") == expected
    assert held(stores, "2010-02", "CHF")["SUMMARY"] == METADATA["SUMMARY"]


def test_replacing_metadata_of_the_dataset_takes_those_that_are_omitted(stores: Stores) -> None:
    row = f'{KEY},2010-03,1.5,A,A,USD,"""en:Eve"""'
    deliver(stores, "R", f"{WHOLE},CONTACT[].NAME[en]", row)
    found = held(stores, "2010-02")
    assert found["CONTACT.NAME"] == '[{"en":"Eve"}]'
    assert found["CONTACT.EMAIL"] is None
    assert found["SUMMARY"] == METADATA["SUMMARY"]


def test_merging_metadata_leaves_the_others(stores: Stores) -> None:
    deliver(stores, "M", f"{WHOLE},DELAY", f"{KEY},2010-03,1.5,A,A,USD,30")
    assert held(stores, "2010-02") == {**METADATA, "DELAY": "30"}


@pytest.mark.parametrize(
    ("header", "row", "gone"),
    [
        ("FREQ,CURRENCY,GRADE", "M,USD,-", {"GRADE"}),
        ("CONTACT[].EMAIL[]", "-", {"CONTACT.EMAIL"}),
        ("FREQ,CURRENCY,TIME_PERIOD,AUDITED", "M,USD,2010-02,-", {"AUDITED"}),
        ("SUMMARY[en],GRADE", "en:-,-", {"SUMMARY", "GRADE"}),
        ("CURRENCY,DELAY", "USD,-", {"DELAY"}),
    ],
)
def test_metadata_can_be_deleted_alone(
    stores: Stores, header: str, row: str, gone: set[str]
) -> None:
    deliver(stores, "D", header, row)
    assert held(stores, "2010-02") == {**METADATA, **dict.fromkeys(gone)}
