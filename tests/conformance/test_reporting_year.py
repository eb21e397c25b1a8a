"""Reporting periods go by the day on which the years of each observation start."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from sdmx_server.model.datastructure import AttributeRelationship
from tests.conformance import fixtures as fx
from tests.conformance.answers import media, table
from tests.conformance.artefacts import DATAFLOW, OBSERVATION, attached, dataflow, dsd
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import CREATED, T1, Content, delivery

DAY = "REPORTING_YEAR_START_DAY"
OBSERVATIONS = [
    ("I1", "2010-Q1", "--07-01"),  # July to September 2010
    ("I1", "2010-Q3", "--07-01"),  # January to March 2011
    ("I1", "2011-Q1", None),  # January to March 2011
    ("I2", "2010-Q3", None),  # July to September 2010
    ("I2", "2011-02", "--07-01"),  # February 2011, whatever the reporting year
    ("I2", "2010-Q4", "--04-01"),  # January to March 2011
]
EARLY_2011 = [("I1", "2010-Q3"), ("I1", "2011-Q1")]


def content(level: AttributeRelationship = OBSERVATION) -> Content:
    structure = dsd("DSD_RY", "1.0.0", {"INDICATOR": None}, attributes=[attached(DAY, None, level)])
    flow = dataflow("RY", "1.0.0", structure)
    rows = [
        {"INDICATOR": indicator, "TIME_PERIOD": time, "OBS_VALUE": str(place), DAY: day}
        for place, (indicator, time, day) in enumerate(OBSERVATIONS)
    ]
    later = [{**rows[1], "OBS_VALUE": "10"}, {**rows[0], "OBS_VALUE": "11"}]
    shared = [*fx.shared("1.0.0"), *fx.organisations(), structure, flow]
    steps = [(CREATED, [delivery(flow, rows)]), (T1, [delivery(flow, later)])]
    return Content(shared, steps)


@pytest.fixture(scope="module")
def server(serving: Serving) -> FlaskClient:
    return serving(content())


def found(server: FlaskClient, query: str) -> list[tuple[str, str]]:
    path = f"/sdmx/v2/data/dataflow/TST/RY?{query}"
    response = server.get(path, headers=media("data+csv", "2.1.0"))
    if response.status_code == 204:
        return []
    return sorted((row["INDICATOR"], row["TIME_PERIOD"]) for row in table(response))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("c[TIME_PERIOD]=ge:2011-01", [*EARLY_2011, ("I2", "2010-Q4"), ("I2", "2011-02")]),
        ("c[TIME_PERIOD]=2011", [*EARLY_2011, ("I2", "2010-Q4"), ("I2", "2011-02")]),
        ("c[TIME_PERIOD]=le:2010-12", [("I1", "2010-Q1"), ("I2", "2010-Q3")]),
        ("c[TIME_PERIOD]=2010-Q3", [("I1", "2010-Q3"), ("I2", "2010-Q3")]),
        ("c[TIME_PERIOD]=ge:2011-01&c[INDICATOR]=I1", EARLY_2011),
        (f"c[TIME_PERIOD]=ge:2011-01&c[{DAY}]=--07-01", [("I1", "2010-Q3"), ("I2", "2011-02")]),
        ("c[TIME_PERIOD]=ge:2011-01&lastNObservations=1&c[INDICATOR]=I1", [("I1", "2011-Q1")]),
        ("c[TIME_PERIOD]=ge:2011-01&updatedAfter=2012-01-01T00:00:00Z", [("I1", "2010-Q3")]),
        ("c[TIME_PERIOD]=lt:2010-07", []),
    ],
)
def test_periods_go_by_the_day_of_their_observation(
    server: FlaskClient, query: str, expected: list[tuple[str, str]]
):
    assert found(server, query) == expected


def test_a_series_with_several_days_comes_once(server: FlaskClient):
    path = "/sdmx/v2/data/dataflow/TST/RY?c[TIME_PERIOD]=ge:2010-01"
    response = server.get(path, headers=media("data+json", "2.1.0"))
    (dataset,) = response.get_json()["data"]["dataSets"]
    assert [len(series["observations"]) for series in dataset["series"].values()] == [3, 3]


def test_availability_counts_by_the_day_of_each_observation(server: FlaskClient):
    path = "/sdmx/v2/availability/dataflow/TST/RY/*/*/*?c[TIME_PERIOD]=le:2010-12"
    response = server.get(path, headers=media("structure+json", "2.1.0"))
    (constraint,) = response.get_json()["data"]["availabilityConstraints"]
    assert (constraint["seriesCount"], constraint["obsCount"]) == (2, 2)


def test_a_day_of_the_dataset_counts_for_every_observation(serving: Serving):
    given = content(DATAFLOW)
    rows = [
        {"INDICATOR": "I1", "TIME_PERIOD": time, "OBS_VALUE": "1"}
        for time in ("2010-Q1", "2010-Q3")
    ]
    flow = given.artefacts[-1]
    told = Content(
        given.artefacts, [(CREATED, [delivery(flow, rows, "Replace", {DAY: "--07-01"})])]
    )
    assert found(serving(told), "c[TIME_PERIOD]=ge:2011-01") == [("I1", "2010-Q3")]
