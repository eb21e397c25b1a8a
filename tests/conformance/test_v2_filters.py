"""SDMX-REST 2.2: component filters (rows 160 to 206)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from sdmx_server.model.datastructure import AttributeRelationship
from tests.conformance.answers import Periods, error, rates, row, some, table
from tests.conformance.artefacts import DATAFLOW
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import Content, reporting_years, shared

EXR = "/sdmx/v2/data/dataflow/TST/EXR/1.0.0"
MULTI = "/sdmx/v2/data/dataflow/TST"
MONTHLY = "M.USD M.CHF M.JPY"
DOLLARS = "M.USD A.USD D.USD"
FEBRUARY_MARCH = some(MONTHLY, "2010-02 2010-03")
FIRST_QUARTER = {**some(MONTHLY, "2010-01 2010-02 2010-03"), **some("D.USD")}
WITHOUT_COMMENT = {**some(), **some("M.USD", "2010-01 2010-02 2010-04")}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        row(160, "c[FREQ]=A,M&c[CURRENCY]=USD", some("M.USD A.USD")),
        row(161, "c[CURRENCY]=USD,CHF", some("M.USD A.USD D.USD M.CHF")),
        row(162, "c%5BCURRENCY%5D=USD%2CCHF", some("M.USD A.USD D.USD M.CHF")),
        row(163, "c[CURRENCY]=ne:USD", some("M.CHF M.JPY")),
        row(164, "c[FREQ]=ne:M+ne:A", some("D.USD")),
        row(165, "c[FREQ]=ne:M,ne:A", some()),
        row(166, "c[FREQ]=ne:M,A", some("A.USD D.USD")),
        row(167, "c[FREQ]=ne:M+A", some("A.USD")),
        row(168, "c[CURRENCY]=sw:U", some(DOLLARS)),
        row(169, "c[CURRENCY]=ew:F", some("M.CHF")),
        row(170, "c[CURRENCY]=co:H", some("M.CHF")),
        row(171, "c[CURRENCY]=nc:H", some("M.USD A.USD D.USD M.JPY")),
        row(172, "c[CURRENCY]=eq:USD", some(DOLLARS)),
        row(173, "c[CURRENCY]=gt:CHF", some("M.USD A.USD D.USD M.JPY")),
        row(175, "c[CURRENCY]=USD,ZZZ", some(DOLLARS)),
        row(181, "c[TIME_PERIOD]=ge:2010-02+le:2010-03", FEBRUARY_MARCH),
        row(182, "c[TIME_PERIOD]=ge:2010-02%2Ble:2010-03", FEBRUARY_MARCH),
        row(183, "c[TIME_PERIOD]=2010", {**some(), **some("A.USD", "2010")}),
        row(184, "c[TIME_PERIOD]=gt:2010-03", some(MONTHLY, "2010-04")),
        row(185, "c[TIME_PERIOD]=lt:2010", some("A.USD", "2009")),
        row(
            187,
            "c[TIME_PERIOD]=ge:2010-02+le:2010-02,ge:2010-04",
            some(MONTHLY, "2010-02 2010-04"),
        ),
        row(188, "c[TIME_PERIOD]=2010-Q1", FIRST_QUARTER),
        row(191, "c[OBS_VALUE]=gt:2", some("M.JPY")),
        row(192, "c[OBS_VALUE]=ge:1.45+lt:100", some("M.CHF", "2010-01 2010-02")),
        row(193, "c[OBS_VALUE]=le:1.33", some("A.USD", "2010")),
        row(195, "c[OBS_STATUS]=P", some("M.USD M.CHF", "2010-04")),
        row(196, "c[OBS_STATUS]=P&firstNObservations=1", some("M.USD M.CHF", "2010-04")),
        row(197, "c[TITLE]=co:daily", some("D.USD")),
        row(198, "c[DS_NOTE]=co:rates", some()),
        row(199, "c[UNIT]=USD", some(DOLLARS)),
        row(200, "c[OBS_COM]=ne:revised", WITHOUT_COMMENT),
        row(203, "c[FREQ]=A&c[OBS_STATUS]=A", some("A.USD")),
        row(204, "c[TITLE]=co:US%20dollar/Euro", some(DOLLARS)),
        row(205, "c[TITLE]=co:US dollar/Euro%252C", some(DOLLARS)),
    ],
)
def test_a_filter_keeps_exactly_these_observations(v2: FlaskClient, query: str, expected: Periods):
    assert rates(v2.get(f"{EXR}?{query}")) == expected


@pytest.mark.parametrize(
    "query",
    [
        row(174, "?c[CURRENCY]=USD+CHF"),
        row(176, "?c[CURRENCY]=ZZZ"),
        row(179, "?c[CURRENCY]=xx:USD"),
        row(186, "?c[TIME_PERIOD]=ge:2010-06"),
        row(189, "?c[TIME_PERIOD]=ge:2010-Q3&reportingYearStartDay=--07-01"),
        row(194, "?c[OBS_VALUE]=abc"),
        row(198, "?c[DS_NOTE]=co:prices"),
        row(202, "/M.*?c[FREQ]=A"),
        row(206, "?c[CURRENCY]=usd"),
        row(206, "/m.usd"),
    ],
)
def test_a_filter_that_nothing_meets_is_no_error(v2: FlaskClient, query: str):
    response = v2.get(f"{EXR}{query}")
    assert (response.status_code, response.data) == (204, b"")


@pytest.mark.parametrize(
    "query",
    [
        row(177, "c[NOPE]=1"),
        row(178, "c[CURRENCY]=USD&c[CURRENCY]=CHF"),
        row(180, "c[CURRENCY]="),
        row(180, "c[]=A"),
        row(190, "c[TIME_PERIOD]=2010-13"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(v2: FlaskClient, query: str):
    response = v2.get(f"{EXR}?{query}")
    assert (response.status_code, error(response)) == (400, 400)


@pytest.mark.parametrize(
    ("flow", "query", "expected"),
    [
        row(201, "MULTI", "A+B", 4),
        row(201, "MULTI", "A,B", 4),
        row(201, "MULTI_LONE", "A+B", 0),
        row(201, "MULTI_LONE", "A,B", 1),
    ],
)
def test_an_array_meets_a_filter_by_its_members(
    v2: FlaskClient, flow: str, query: str, expected: int
):
    response = v2.get(f"{MULTI}/{flow}?c[CONTACT]={query}")
    assert (len(table(response)) if response.status_code == 200 else 0) == expected


JULY_AND_JANUARY = {("JULY", "2010-Q1"), ("JANUARY", "2010-Q1")}
OF_SERIES = AttributeRelationship(dimensions=("INDICATOR",))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("c[TIME_PERIOD]=2010-Q1", JULY_AND_JANUARY),
        ("c[TIME_PERIOD]=ge:2011", {("JULY", "2010-Q3"), ("JANUARY", "2011-01")}),
        (
            "c[TIME_PERIOD]=2010-Q3&reportingYearStartDay=--07-01",
            {("JULY", "2010-Q3"), ("JANUARY", "2011-01")},
        ),
        ("c[TIME_PERIOD]=2010-Q3", {("JULY", "2010-Q3"), ("JANUARY", "2010-Q3")}),
        (
            "c[TIME_PERIOD]=ge:2010&c[REPORTING_YEAR_START_DAY]=--07-01",
            {("JULY", "2010-Q1"), ("JULY", "2010-Q3")},
        ),
    ],
)
@pytest.mark.parametrize("level", [OF_SERIES, DATAFLOW], ids=["of series", "of the dataset"])
def test_reporting_periods_go_by_the_day_that_the_data_name(
    serving: Serving,
    query: str,
    expected: set[tuple[str, str]],
    level: AttributeRelationship,
):
    """Section 2.3."""
    client = serving(Content(shared("1.0.0")) + reporting_years(level))
    found = table(client.get(f"{MULTI}/YEARS?{query}"))
    if level == DATAFLOW:
        expected = {pair for pair in expected if pair[0] == "JULY"}
    assert {(r["INDICATOR"], r["TIME_PERIOD"]) for r in found} == expected
