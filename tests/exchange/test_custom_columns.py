"""Custom columns of SDMX-CSV are passed over; who mistypes a component is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sdmx_server.exchange.publication import check, publish, publish_structures
from sdmx_server.exchange.stores import stores_of
from sdmx_server.formats.data.readers.csv import read
from sdmx_server.model.delivery import DeliveryFaults
from tests.conformance import fixtures as fx
from tests.conformance.artefacts import OBSERVATION, attached, dataflow, dsd

AT = datetime(2026, 1, 1, tzinfo=UTC)
FLOW = "dataflow,TST:SEEN(1.0.0),R"


@pytest.fixture
def stores(engine):
    made = stores_of(engine)
    structure = dsd(
        "DSD_SEEN", "1.0.0", {"SEX": "CL_SEX"}, attributes=[attached("PREPARED", None, OBSERVATION)]
    )
    flow = dataflow("SEEN", "1.0.0", structure)
    publish_structures([*fx.shared("1.0.0"), *fx.organisations(), structure, flow], made, AT)
    return made


def of_lines(*lines):
    return read("\r\n".join(lines).encode(), "seen.csv")


@pytest.mark.parametrize(
    "lines",
    [
        (
            "STRUCTURE,STRUCTURE_ID,ACTION,SEX,TIME_PERIOD,OBS_VALUE,VALID_FROM,VALID_TO",
            f"{FLOW},F,2020,1,2026-01-01T00:00:00Z,",
        ),
        (
            "STRUCTURE,STRUCTURE_ID,ACTION,UPDATED,SEX,TIME_PERIOD,OBS_VALUE",
            f"{FLOW},yesterday,F,2020,1",
        ),
        (
            "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,SEX,Sex,TIME_PERIOD,Time,OBS_VALUE,Value,"
            "VALID_FROM,UPDATED",
            "dataflow,TST:SEEN(1.0.0),Seen,R,F,Female,2020,,1,,2026-01-01,2026-01-02",
        ),
        (
            "STRUCTURE,STRUCTURE_ID,ACTION,SEX: Sex,TIME_PERIOD: Time,OBS_VALUE: Value,UPDATED",
            f"{FLOW},F: Female,2020,1,2026-01-02",
        ),
    ],
)
def test_custom_columns_say_nothing_to_store(stores, lines):
    (version,) = publish(of_lines(*lines), stores, AT)
    (row,) = stores.observations.rows(version).to_pylist()
    told = {name: text for name, text in row.items() if text is not None}
    assert told == {"SEX": "F", "TIME_PERIOD": "2020", "OBS_VALUE": "1"}


def test_a_component_may_be_called_as_a_custom_column(stores):
    lines = (
        "STRUCTURE,STRUCTURE_ID,ACTION,SEX,TIME_PERIOD,OBS_VALUE,PREPARED",
        f"{FLOW},F,2020,1,In May",
    )
    (version,) = publish(of_lines(*lines), stores, AT)
    (row,) = stores.observations.rows(version).to_pylist()
    assert row["PREPARED"] == "In May"


def test_another_column_at_the_end_is_a_fault(stores):
    lines = (
        "STRUCTURE,STRUCTURE_ID,ACTION,SEX,TIME_PERIOD,OBS_VALUE,PREPARD",
        f"{FLOW},F,2020,1,In May",
    )
    with pytest.raises(DeliveryFaults) as caught:
        check(of_lines(*lines), stores)
    (fault,) = caught.value.faults
    assert (fault.code, fault.value, fault.suggestions) == (
        "unknown-column",
        "PREPARD",
        ("PREPARED",),
    )
