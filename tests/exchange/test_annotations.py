"""What becomes of annotations when data are merged, replaced, deleted and asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from sdmx_server.dataset import Dataset
from sdmx_server.exchange.data import answer
from sdmx_server.exchange.publication import check, publish, publish_structures
from sdmx_server.exchange.stores import stores_of
from sdmx_server.grammar import v2
from sdmx_server.model.annotations import (
    ANNOTATIONS,
    DATASET_ANNOTATIONS,
    OBSERVATION_ANNOTATIONS,
    SERIES_ANNOTATIONS,
    group_annotations,
    to_text,
)
from sdmx_server.model.artefact import Annotation
from sdmx_server.model.delivery import DeliveryFaults
from tests.conformance.fixtures import SERIES, delivery, exr_structures, organisations, shared

AT = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
_, FLOW, ARTEFACTS = exr_structures("1.0.0")

FIRST = to_text([Annotation(type="FIRST", texts={"en": "First"})])
SECOND = to_text([Annotation(type="SECOND", texts={"id": "Kedua", "en": "Second"})])

Row = Mapping[str, str | None]


def key(series: str = "M.USD", time: str | None = "2010-01", **cells: str | None) -> Row:
    """Return a row with its key; parts of the series that are empty are left out."""
    codes = (*series.split("."), "EUR", "SP00", "A")
    given = {id_: code for id_, code in zip(SERIES, codes, strict=True) if code}
    return {**given, "TIME_PERIOD": time, **cells}


def row(series: str = "M.USD", time: str = "2010-01", value: str = "1", **cells: str | None) -> Row:
    whole = {"OBS_VALUE": value, "OBS_STATUS": "A", "COLLECTION": "A"}
    return key(series, time, **whole, **cells)


@pytest.fixture
def stores(engine):
    made = stores_of(engine)
    publish_structures([*shared("1.0.0"), *organisations(), *ARTEFACTS], made, AT)
    return made


def put(stores, at, *rows, action="Merge", **dataset_attributes):
    publish([delivery(FLOW, rows, action, dataset_attributes)], stores, at)


def ask(stores, query: str = "") -> list[Dataset]:
    wanted = v2.parse_data("dataflow/TST/EXR/1.0.0", query)
    return list(answer(wanted, stores).datasets)


def said(stores, query: str = "") -> dict[str, tuple[str | None, str | None]]:
    """Return what is said of the series and of the observation, by ``FREQ.CURRENCY@time``."""
    found = {}
    for dataset in ask(stores, query):
        for batch in dataset.batches:
            owner = np.repeat(np.arange(batch.series_count), np.diff(batch.offsets))
            codes = {id_: column[owner] for id_, column in batch.series.items()}
            codes |= batch.observations

            def text(id_, place, codes=codes, dataset=dataset):
                if id_ not in codes or codes[id_][place] < 0:
                    return None
                return dataset.dictionaries[id_][codes[id_][place]]

            for place in range(batch.observation_count):
                name = f"{text('FREQ', place)}.{text('CURRENCY', place)}"
                found[f"{name}@{text('TIME_PERIOD', place)}"] = (
                    text(SERIES_ANNOTATIONS, place),
                    text(OBSERVATION_ANNOTATIONS, place),
                )
    return found


def test_a_row_tells_what_its_annotations_are_about(stores):
    put(
        stores,
        AT,
        {ANNOTATIONS: FIRST},
        key(".USD", None, **{ANNOTATIONS: SECOND}),
        key("M.USD", None, **{ANNOTATIONS: FIRST}),
        row("M.USD", "2010-01", **{ANNOTATIONS: SECOND}),
        row("M.USD", "2010-02"),
        row("A.USD", "2010"),
        row("M.CHF", "2010-01"),
    )
    assert said(stores) == {
        "M.USD@2010-01": (FIRST, SECOND),
        "M.USD@2010-02": (FIRST, None),
        "A.USD@2010": (None, None),
        "M.CHF@2010-01": (None, None),
    }
    (dataset,) = ask(stores)
    assert dataset.annotations == FIRST
    (group,) = dataset.groups
    assert (group.key["CURRENCY"], group.annotations) == ("USD", SECOND)
    assert group.attributes == {}


def test_annotations_of_what_is_stored_already_may_come_by_themselves(stores):
    put(stores, AT, row("M.USD", "2010-01"), row("M.USD", "2010-02"))
    put(
        stores,
        AT + DAY,
        key("M.USD", None, **{ANNOTATIONS: FIRST}),
        key("M.USD", "2010-02", COLLECTION="A", **{ANNOTATIONS: SECOND}),
    )
    assert said(stores) == {"M.USD@2010-01": (FIRST, None), "M.USD@2010-02": (FIRST, SECOND)}


@pytest.mark.parametrize(
    ("action", "rows", "expected"),
    [
        ("Merge", [row(value="2")], {"M.USD@2010-01": (FIRST, SECOND)}),
        ("Append", [row(value="2")], {"M.USD@2010-01": (FIRST, SECOND)}),
        ("Merge", [row(**{ANNOTATIONS: FIRST})], {"M.USD@2010-01": (FIRST, FIRST)}),
        ("Replace", [row(value="2")], {"M.USD@2010-01": (FIRST, None)}),
        ("Replace", [row(**{ANNOTATIONS: FIRST})], {"M.USD@2010-01": (FIRST, FIRST)}),
        ("Delete", [key()], {}),
        ("Delete", [key(**{ANNOTATIONS: FIRST})], {}),
        ("Delete", [key(OBS_VALUE="1", OBS_STATUS="A", OBS_COM="good")], {}),
        ("Delete", [key(OBS_COM="gone")], {"M.USD@2010-01": (FIRST, SECOND)}),
    ],
)
def test_annotations_belong_to_what_they_are_attached_to(stores, action, rows, expected):
    first = row(OBS_COM="good", **{SERIES_ANNOTATIONS: FIRST, OBSERVATION_ANNOTATIONS: SECOND})
    put(stores, AT, first, row("M.CHF"))
    put(stores, AT + DAY, *rows, action=action)
    assert said(stores) == {**expected, "M.CHF@2010-01": (None, None)}


def test_a_series_that_is_gone_and_comes_again_has_no_annotations(stores):
    put(stores, AT, row(**{SERIES_ANNOTATIONS: FIRST}), row("M.CHF"))
    put(stores, AT + DAY, key(time=None), action="Delete")
    put(stores, AT + 2 * DAY, row())
    assert said(stores) == {"M.USD@2010-01": (None, None), "M.CHF@2010-01": (None, None)}


def test_annotations_that_change_update_what_they_are_about(stores):
    put(stores, AT, row(time="2010-01"), row(time="2010-02"), row("M.CHF"))
    put(stores, AT + DAY, key(time="2010-02", COLLECTION="A", **{ANNOTATIONS: FIRST}))
    after = "updatedAfter=2026-01-01T12:00:00Z"
    assert said(stores, after) == {"M.USD@2010-02": (None, FIRST)}
    put(stores, AT + 2 * DAY, key("M.USD", None, **{ANNOTATIONS: SECOND}))
    assert said(stores, "updatedAfter=2026-01-02T12:00:00Z").keys() == {
        "M.USD@2010-01",
        "M.USD@2010-02",
    }
    put(stores, AT + 3 * DAY, row(time="2010-02"), action="Replace")
    replaced = said(stores, "updatedAfter=2026-01-03T12:00:00Z")
    assert replaced == {"M.USD@2010-02": (SECOND, None)}
    put(stores, AT + 4 * DAY, row(), **{DATASET_ANNOTATIONS: FIRST})
    assert len(said(stores, "updatedAfter=2026-01-04T12:00:00Z")) == 3


def test_history_keeps_annotations(stores):
    put(stores, AT, row(**{ANNOTATIONS: FIRST}), **{DATASET_ANNOTATIONS: FIRST})
    put(stores, AT + DAY, row(**{ANNOTATIONS: SECOND}), **{DATASET_ANNOTATIONS: SECOND})
    assert said(stores) == {"M.USD@2010-01": (None, SECOND)}
    then = "asOf=2026-01-01T12:00:00Z"
    assert said(stores, then) == {"M.USD@2010-01": (None, FIRST)}
    assert [dataset.annotations for dataset in ask(stores, then)] == [FIRST]
    whole = ask(stores, "includeHistory=true")
    assert [dataset.annotations for dataset in whole] == [FIRST, SECOND]


def test_the_same_annotations_again_make_no_new_version(stores):
    rows = [row(**{ANNOTATIONS: FIRST}), key("M.USD", None, **{ANNOTATIONS: SECOND})]
    put(stores, AT, *rows)
    put(stores, AT + DAY, *rows)
    assert stores.observations.current("TST:EXR(1.0.0)").number == 1


def faults(stores, *rows, **dataset_attributes):
    with pytest.raises(DeliveryFaults) as caught:
        check([delivery(FLOW, rows, "Merge", dataset_attributes)], stores)
    return [(fault.code, fault.place.row, fault.place.column) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no JSON", "malformed-annotations"),
        ('{"title":"no list"}', "malformed-annotations"),
        ('[{"title":1}]', "malformed-annotations"),
        ('[{"texts":{"not a language":"x"}}]', "malformed-json"),
        ('[{"texts":{"en":"a\\u0000"}}]', "illegal-character"),
        ('[{"title":"3673012501900001"}]', "personal-data"),
        ('[{"links":[{"href":"https://tst.example/\\u0001"}]}]', "illegal-character"),
    ],
)
def test_annotations_are_checked_like_other_texts(stores, text, code):
    assert faults(stores, row(), row(time="2010-02", **{ANNOTATIONS: text})) == [
        (code, 2, OBSERVATION_ANNOTATIONS)
    ]
    found = faults(stores, row(), **{DATASET_ANNOTATIONS: text})
    assert found == [(code, None, DATASET_ANNOTATIONS)]


def test_annotations_of_nothing_that_there_is_are_refused(stores):
    found = faults(stores, row(), {"FREQ": "M", "TIME_PERIOD": None, ANNOTATIONS: FIRST})
    assert ("unattached-annotations", 2, ANNOTATIONS) in found


def test_a_series_has_one_list_of_annotations(stores):
    found = faults(
        stores,
        row(time="2010-01", **{SERIES_ANNOTATIONS: FIRST}),
        row(time="2010-02", **{SERIES_ANNOTATIONS: SECOND}),
    )
    assert found == [("conflicting-attribute", 2, SERIES_ANNOTATIONS)]


def test_annotations_of_a_group_are_those_of_all_its_series(stores):
    column = group_annotations("Sibling")
    put(stores, AT, row("M.USD", **{column: FIRST}), row("A.USD", "2010"), row("M.CHF"))
    (dataset,) = ask(stores, "c[FREQ]=A")
    assert [group.annotations for group in dataset.groups] == [FIRST]
