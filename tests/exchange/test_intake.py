"""What is taken in part by part is what would be taken in as a whole, and nothing else."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Engine

from sdmx_server.dataset import PROVIDER
from sdmx_server.exchange.cube import dataset_of
from sdmx_server.exchange.intake import Parts
from sdmx_server.exchange.publication import (
    check,
    check_parts,
    publish,
    publish_parts,
    publish_structures,
)
from sdmx_server.exchange.stores import Stores, stores_of
from sdmx_server.model.annotations import ANNOTATIONS
from sdmx_server.model.datastructure import AttributeRelationship, Dataflow
from sdmx_server.model.delivery import Delivery, DeliveryFaults, Fault, Indivisible
from tests.conformance.artefacts import DATAFLOW, OBSERVATION, agreement, attached, dataflow, dsd
from tests.conformance.fixtures import CREATED, T1, Row, delivery, organisations, shared

DIMENSIONS = ("FREQ", "CURRENCY", "EXR_TYPE")
VERSION = "1.0.0"
DSD = dsd(
    "DSD_PARTS",
    VERSION,
    {"FREQ": "CL_FREQ", "CURRENCY": "CL_CURRENCY", "EXR_TYPE": "CL_EXR_TYPE"},
    attributes=[
        attached("DS_NOTE", None, DATAFLOW),
        attached("UNIT", None, AttributeRelationship(group="Sibling"), mandatory=True),
        attached("METHOD", None, AttributeRelationship(dimensions=("CURRENCY",))),
        attached("TITLE", None, AttributeRelationship(dimensions=DIMENSIONS)),
        attached(
            "COLLECTION",
            "CL_EXR_SUFFIX",
            AttributeRelationship(dimensions=DIMENSIONS),
            mandatory=True,
        ),
        attached("OBS_STATUS", "CL_OBS_STATUS", OBSERVATION, mandatory=True),
        attached("OBS_COM", None, OBSERVATION),
    ],
    groups={"Sibling": ("CURRENCY", "EXR_TYPE")},
)
FLOWS = [dataflow(id_, VERSION, DSD) for id_ in ("PARTS", "WHOLE")]
ARTEFACTS = [
    *shared(VERSION),
    *organisations(),
    DSD,
    *FLOWS,
    *(agreement(f"PA_{flow.id}", VERSION, flow, "ECB") for flow in FLOWS),
]
PERIODS = {"A": ("2009", "2010"), "M": ("2010-01", "2010-02", "2010-03")}
GOOD: Row = {
    "FREQ": "M",
    "CURRENCY": "USD",
    "EXR_TYPE": "SP00",
    "TIME_PERIOD": "2010-01",
    "OBS_VALUE": "1.4272",
    "UNIT": "EUR",
    "METHOD": "fixing",
    "TITLE": "Dollar",
    "COLLECTION": "A",
    "OBS_STATUS": "A",
    "OBS_COM": None,
    "DS_NOTE": None,
}


@pytest.fixture
def stores(engine: Engine) -> Stores:
    made = stores_of(engine)
    publish_structures(ARTEFACTS, made, CREATED)
    return made


def cut(whole: Delivery, rows: int) -> Iterator[Delivery]:
    """Yield a delivery in parts of so many rows."""
    for start in range(0, len(whole.rows), rows):
        here = slice(start, start + rows)
        yield replace(
            whole,
            columns={id_: cells[here] for id_, cells in whole.columns.items()},
            rows=whole.rows[here],
        )


def cutting(whole: Delivery, rows: int = 2) -> Parts:
    return partial(cut, whole, rows)


def told_of_parts(whole: Delivery, stores: Stores) -> Counter[Fault] | None:
    """Return what is told of a delivery that comes in parts; None where it may not."""
    try:
        check_parts([cutting(whole)], stores)
    except DeliveryFaults as found:
        return Counter(found.faults)
    except Indivisible:
        return None
    return Counter()


def told_of(whole: Delivery, stores: Stores) -> Counter[Fault]:
    try:
        check([whole], stores)
    except DeliveryFaults as found:
        return Counter(found.faults)
    return Counter()


def is_partial(row: Row) -> bool:
    return any(row[id_] in (None, "~") for id_ in (*DIMENSIONS, "TIME_PERIOD"))


def drawn(chance: random.Random, mistake: float) -> list[Row]:
    """Draw rows whose attributes agree, but for a few mistakes."""
    keys = [(f, c, p) for f in PERIODS for c in ("USD", "CHF", "JPY") for p in PERIODS[f]]
    rows = []
    for frequency, currency, period in chance.sample(keys, chance.randrange(1, len(keys))):
        value, status = chance.choice((("1.5", "A"), ("2", "P"), (None, "M"), ("NaN", "M")))
        rows.append(
            {
                **GOOD,
                "FREQ": frequency,
                "CURRENCY": currency,
                "TIME_PERIOD": period,
                "OBS_VALUE": value,
                "UNIT": f"{currency} 1",
                "METHOD": chance.choice((f"of {currency}", None)),
                "TITLE": chance.choice((f"{frequency} {currency}", None)),
                "COLLECTION": chance.choice(("A", "A", "A", None)),
                "OBS_STATUS": status,
                "OBS_COM": chance.choice((None, "revised", "x")),
                "DS_NOTE": chance.choice((None, "note")),
            }
        )
    for row in rows:
        if chance.random() < mistake:
            row[chance.choice(list(row))] = chance.choice((None, "x", "USD", "A", "~"))
    if chance.random() < mistake:
        rows.append(chance.choice(rows))
    return rows


@pytest.mark.parametrize("mistake", [0.0, 0.02, 0.2])
@pytest.mark.parametrize("action", ["Append", "Merge", "Replace"])
def test_parts_and_the_whole_make_the_same_version_or_have_the_same_faults(
    stores: Stores, action: str, mistake: float
) -> None:
    chance = random.Random(f"{action} {mistake}")
    outcomes: Counter[str] = Counter()
    for _ in range(30):
        rows = drawn(chance, mistake)
        in_parts, whole = (delivery(flow, rows, action) for flow in FLOWS)
        told = told_of_parts(in_parts, stores)

        if told is None:
            outcomes["whole"] += 1
            assert any(map(is_partial, rows)) or says_two_things_of_the_dataset(rows)
        elif told:
            outcomes["faults"] += 1
            assert told == told_of(whole, stores)
        else:
            outcomes["sound"] += 1
            publish_parts([cutting(in_parts, chance.randrange(1, 9))], stores, lambda: T1)
            publish([whole], stores, T1)
            assert contents(FLOWS[0], stores) == contents(FLOWS[1], stores)
    assert outcomes["sound"] > 0
    assert mistake < 0.2 or min(outcomes.values()) > 0


def contents(flow: Dataflow, stores: Stores) -> tuple[list[Row], Mapping[str, str]]:
    version = stores.observations.current(dataset_of(flow.urn))
    assert version is not None
    rows = stores.observations.rows(version)
    assert set(rows[PROVIDER].to_pylist()) == {"TST.ECB"}
    return rows.to_pylist(), version.dataset_attributes


def says_two_things_of_the_dataset(rows: Sequence[Row]) -> bool:
    return len({row["DS_NOTE"] for row in rows} - {None, "~"}) > 1


NEXT: Row = {**GOOD, "TIME_PERIOD": "2010-02"}
OTHER: Row = {**GOOD, "FREQ": "A", "TIME_PERIOD": "2010"}


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([GOOD, NEXT, OTHER, GOOD], id="a key that repeats far away"),
        pytest.param([{**GOOD, "FREQ": "X"}], id="an unknown code"),
        pytest.param([GOOD, NEXT, {**OTHER, "OBS_VALUE": "1,5"}], id="no number"),
        pytest.param([{**GOOD, "TIME_PERIOD": "2010"}], id="a period of another frequency"),
        pytest.param([{**GOOD, "OBS_STATUS": None}], id="a mandatory attribute is lacking"),
        pytest.param([{**GOOD, "COLLECTION": None}], id="one of the series is lacking"),
        pytest.param([{**GOOD, "UNIT": None}], id="one of the group is lacking"),
        pytest.param([GOOD, NEXT, {**OTHER, "UNIT": "USD"}], id="a group contradicts itself"),
        pytest.param([GOOD, NEXT, {**OTHER, "METHOD": "x"}], id="a dimension contradicts itself"),
        pytest.param([GOOD, OTHER, {**NEXT, "TITLE": "x"}], id="a series contradicts itself"),
        pytest.param([{**GOOD, "OBS_STATUS": "M"}], id="a value despite its status"),
        pytest.param([{**GOOD, "OBS_COM": "NIK 3673041508900001"}], id="personal data"),
    ],
)
def test_every_fault_is_told_of_parts_as_it_is_of_the_whole(
    stores: Stores, rows: Sequence[Row]
) -> None:
    whole = delivery(FLOWS[0], rows, "Merge")

    assert told_of_parts(whole, stores) == told_of(whole, stores) != Counter()
    with pytest.raises(DeliveryFaults):
        publish_parts([cutting(whole)], stores, lambda: T1)
    assert stores.observations.datasets() == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"OBS_VALUE": "x"}, id="no numbers"),
        pytest.param({"FREQ": "X"}, id="unknown codes"),
        pytest.param({"OBS_STATUS": None}, id="lacking attributes"),
        pytest.param({"COLLECTION": None}, id="series that lack an attribute"),
    ],
)
def test_of_many_faults_in_many_parts_the_first_are_told_and_the_rest_counted(
    stores: Stores, change: Row
) -> None:
    rows = [
        {**GOOD, "TIME_PERIOD": f"{1900 + n // 12 % 100}-{n % 12 + 1:02}",
         "CURRENCY": ("USD", "CHF", "JPY")[n % 3], "TITLE": None, "METHOD": None, **change}
        for n in range(2_500)
    ]  # fmt: skip
    whole = delivery(FLOWS[0], rows, "Merge")

    with pytest.raises(DeliveryFaults) as caught:
        check_parts([cutting(whole, 300)], stores)

    assert Counter(caught.value.faults) == told_of(whole, stores)


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: replace(whole, action="Delete"),
        lambda whole: replace(whole, action="Information"),
        lambda whole: replace(whole, labelled=True),
        lambda whole: replace(whole, dataset_attributes={"DS_NOTE": "x"}),
        lambda whole: replace(whole, columns={**whole.columns, ANNOTATIONS: [None]}),
        lambda whole: replace(whole, columns={**whole.columns, PROVIDER: ["TST.ECB"]}),
        lambda whole: replace(whole, columns={**whole.columns, "TIME_PERIOD": [None]}),
        lambda whole: replace(whole, columns={**whole.columns, "CURRENCY": ["~"]}),
        lambda whole: replace(whole, columns={**whole.columns, "OTHER": ["x"]}),
        lambda whole: replace(
            whole, columns={id_: cells for id_, cells in whole.columns.items() if id_ != "FREQ"}
        ),
        lambda whole: replace(whole, structure="TST:NOWHERE(1.0.0)"),
    ],
)
def test_whatever_is_not_plain_is_left_to_be_checked_as_a_whole(
    stores: Stores, change: Callable[[Delivery], Delivery]
) -> None:
    whole = change(delivery(FLOWS[0], [GOOD], "Merge"))

    assert told_of_parts(delivery(FLOWS[0], [GOOD], "Merge"), stores) == Counter()
    assert told_of_parts(whole, stores) is None


def test_a_dataset_that_is_said_two_things_of_is_checked_as_a_whole(stores: Stores) -> None:
    rows = [{**GOOD, "DS_NOTE": "a"}, NEXT, {**OTHER, "DS_NOTE": "b"}]

    assert told_of_parts(delivery(FLOWS[0], rows, "Merge"), stores) is None


def test_several_files_are_one_publication(stores: Stores) -> None:
    first, second = (delivery(FLOWS[0], [row], "Merge") for row in (GOOD, NEXT))
    faulty = [delivery(FLOWS[0], [{**NEXT, "FREQ": code}], "Merge") for code in ("X", "Y")]

    with pytest.raises(DeliveryFaults) as caught:
        publish_parts([cutting(each) for each in (faulty[0], first, faulty[1])], stores, lambda: T1)
    assert [fault.value for fault in caught.value.faults] == ["X", "Y"]
    assert stores.observations.datasets() == []

    (version,) = publish_parts([cutting(first), cutting(second)], stores, lambda: T1)
    assert (version.number, version.observation_count) == (1, 2)


def test_structures_that_change_meanwhile_are_checked_against_anew(stores: Stores) -> None:
    whole, asked = delivery(FLOWS[0], [GOOD, NEXT], "Merge"), 0

    def parts() -> Iterator[Delivery]:
        nonlocal asked
        asked += 1
        if asked == 1:
            publish_structures([dataflow("ANOTHER", VERSION, DSD)], stores, T1)
        yield from cut(whole, 1)

    (version,) = publish_parts([parts], stores, lambda: T1)

    assert (asked, version.observation_count) == (2, 2)
