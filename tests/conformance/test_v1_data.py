"""SDMX-REST 1.5: data queries (rows 42 to 96; 79 to 85 are in ``test_history``)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from tests.conformance.answers import (
    SDMX,
    Periods,
    count,
    error,
    media,
    media_type,
    rates,
    row,
    some,
    table,
    xml,
)
from tests.conformance.fixtures import EXCHANGE_RATES, SIBLING, TITLES

MONTHLY = "M.USD M.CHF M.JPY"
GENERIC = "genericdata+xml;version=2.1"


def get(client: FlaskClient, path: str, headers: Mapping[str, str] | None = None) -> TestResponse:
    return client.get(f"/sdmx/v1/data/{path}", headers=headers or {})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        row(42, "EXR", some()),
        row(43, "TST,EXR,1.0/all/all", some()),
        row(44, "TST,EXR/M..EUR.SP00.A", some(MONTHLY)),
        row(45, "EXR/M.USD+CHF.EUR.SP00.A", some("M.USD M.CHF")),
        row(46, "EXR/....", some()),
        row(47, "EXR/M.USD.EUR.SP00.A/ECB", some("M.USD")),
        row(47, "EXR/M.USD.EUR.SP00.A/ECB+BIS", some("M.USD")),
        row(47, "EXR/M.USD.EUR.SP00.A/TST,ECB", some("M.USD")),
        row(48, "EXR/all/BIS", some("M.JPY")),
        row(52, "EXR/M.USD+ZZZ.EUR.SP00.A", some("M.USD")),
        row(55, "EXR/all?startPeriod=2010-02&endPeriod=2010-03", some(MONTHLY, "2010-02 2010-03")),
        row(
            56,
            "EXR/all?startPeriod=2010&endPeriod=2010",
            {**some(), **some("A.USD", "2010")},
        ),
        row(58, "EXR/all?endPeriod=2009", some("A.USD", "2009")),
        row(
            59,
            "EXR/all?startPeriod=2010-01-05&endPeriod=2010-01-05",
            some("D.USD", "2010-01-05"),
        ),
        row(
            60,
            "EXR/all?startPeriod=2010-Q1&endPeriod=2010-Q1",
            {**some(MONTHLY, "2010-01 2010-02 2010-03"), **some("D.USD")},
        ),
        row(
            64,
            "EXR/all?firstNObservations=1",
            {**some(MONTHLY, "2010-01"), **some("A.USD", "2009"), **some("D.USD", "2010-01-04")},
        ),
        row(
            65,
            "EXR/all?lastNObservations=1",
            {**some(MONTHLY, "2010-04"), **some("A.USD", "2010"), **some("D.USD", "2010-01-06")},
        ),
        row(
            66,
            "EXR/all?firstNObservations=1&lastNObservations=1",
            {
                **some(MONTHLY, "2010-01 2010-04"),
                **some("A.USD"),
                **some("D.USD", "2010-01-04 2010-01-06"),
            },
        ),
        row(
            67,
            "EXR/M.USD.EUR.SP00.A?startPeriod=2010-02&lastNObservations=1",
            some("M.USD", "2010-04"),
        ),
        row(
            68,
            "EXR/M.USD.EUR.SP00.A?endPeriod=2010-03&lastNObservations=1",
            some("M.USD", "2010-03"),
        ),
        row(73, "EXR/all?detail=full", some()),
        row(94, "EXR?key=x&unknown=1", some()),
    ],
)
def test_a_data_query_finds_exactly_these_observations(
    v1: FlaskClient, path: str, expected: Periods
):
    response = get(v1, path)
    assert rates(response) == expected
    assert media_type(response) == GENERIC


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        row(49, "EXR/M.USD.EUR", 400, 140),
        row(50, "EXR/M.USD.EUR.SP00.A.X", 400, 140),
        row(51, "EXR/M.ZZZ.EUR.SP00.A", 404, 100),
        row(53, "NOFLOW", 404, 100),
        row(54, "A,B,C,D", 400, 140),
        row(57, "EXR/all?startPeriod=2010-06", 404, 100),
        row(61, "EXR/all?startPeriod=2010-13", 400, 140),
        row(62, "EXR/all?startPeriod=2010-W54", 400, 140),
        row(62, "EXR/all?startPeriod=2010-Q5", 400, 140),
        row(62, "EXR/all?startPeriod=abc", 400, 140),
        row(62, "EXR/all?startPeriod=2010-02-30", 400, 140),
        row(63, "EXR/all?startPeriod=2011&endPeriod=2010", 404, 100),
        row(69, "EXR/all?lastNObservations=0", 400, 140),
        row(69, "EXR/all?lastNObservations=-1", 400, 140),
        row(69, "EXR/all?lastNObservations=x", 400, 140),
        row(74, "EXR/all?detail=everything", 400, 140),
        row(77, "EXR/all?dimensionAtObservation=NOPE", 400, 140),
        row(86, "HIST?updatedAfter=yesterday", 400, 140),
    ],
)
def test_a_data_query_that_fails_says_why(v1: FlaskClient, path: str, status: int, code: int):
    response = get(v1, path)
    assert (response.status_code, error(response)) == (status, code)


def test_time_is_at_observation_level_where_there_is_time(v1: FlaskClient):
    """Row 42."""
    structure = xml(get(v1, "EXR")).find("{*}Header/{*}Structure")
    assert structure.get("dimensionAtObservation") == "TIME_PERIOD"


def test_data_only_are_observations_without_attributes(v1: FlaskClient):
    """Row 70."""
    response = get(v1, "EXR/all?detail=dataonly")
    root = xml(response)
    assert count(rates(response)) == 17
    assert not list(root.iter("{*}Attributes")) + list(root.iter("{*}Group"))


def test_series_keys_only_are_bare_keys(v1: FlaskClient):
    """Row 71."""
    root = xml(get(v1, "EXR/all?detail=serieskeysonly"))
    series = list(root.iter("{*}Series"))
    assert len(series) == 5
    assert {etree.QName(part).localname for each in series for part in each} == {"SeriesKey"}


def test_no_data_are_groups_and_series_with_attributes(v1: FlaskClient):
    """Row 72."""
    root = xml(get(v1, "EXR/all?detail=nodata"))
    assert len(list(root.iter("{*}Series"))) == 5
    assert len(list(root.iter("{*}Group"))) == 3
    assert not list(root.iter("{*}Obs"))
    assert _attributes(root.find("{*}DataSet")) == {"DS_NOTE": "Reference rates"}
    titles = {_attributes(series)["TITLE"] for series in root.iter("{*}Series")}
    assert titles == set(TITLES.values())


def _attributes(parent: etree._Element) -> dict[str, str]:
    return {value.get("id"): value.get("value") for value in parent.find("{*}Attributes")}


def test_all_dimensions_make_a_flat_answer(v1: FlaskClient):
    """Row 75."""
    response = get(v1, "EXR/all?dimensionAtObservation=AllDimensions")
    root = xml(response)
    assert len(list(root.iter("{*}ObsKey"))) == 17
    assert not list(root.iter("{*}Series"))
    structure = root.find("{*}Header/{*}Structure")
    assert structure.get("dimensionAtObservation") == "AllDimensions"
    assert rates(response) == some()


def test_another_dimension_at_observation_level_makes_a_cross_section(v1: FlaskClient):
    """Row 76."""
    response = get(v1, "EXR/all?dimensionAtObservation=CURRENCY")
    series = list(xml(response).iter("{*}Series"))
    keys = [[value.get("id") for value in each.find("{*}SeriesKey")] for each in series]
    others = {"FREQ", "CURRENCY_DENOM", "EXR_TYPE", "EXR_SUFFIX", "TIME_PERIOD"}
    assert {frozenset(key) for key in keys} == {frozenset(others)}
    at_observation = {o.get("value") for o in xml(response).iter("{*}ObsDimension")}
    assert at_observation == {"USD", "CHF", "JPY"}
    assert rates(response) == some()


def test_data_without_time_are_flat(v1: FlaskClient):
    """Row 78."""
    response = get(v1, "FLAT")
    structure = xml(response).find("{*}Header/{*}Structure")
    assert structure.get("dimensionAtObservation") == "AllDimensions"
    assert {(r["REF_AREA"], r["SEX"], r["OBS_VALUE"]) for r in table(response)} == {
        ("FR", "F", "3"),
        ("UK", "F", "1"),
        ("UK", "M", "2"),
    }


def test_structure_specific_data_name_their_structure(v1: FlaskClient):
    """Row 87."""
    response = get(v1, "EXR/M.USD.EUR.SP00.A", media("structurespecificdata+xml", "2.1"))
    root = xml(response)
    (data_set,) = root.iter("{*}DataSet")
    specific = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/structurespecific"
    kind = data_set.get("{http://www.w3.org/2001/XMLSchema-instance}type")
    prefix, _, name = kind.partition(":")
    structure = root.find("{*}Header/{*}Structure")
    assert name == "DataSetType"
    assert data_set.nsmap[prefix] == structure.get("namespace")
    assert data_set.get(f"{{{specific}}}structureRef") == structure.get("structureID")
    assert data_set.get(f"{{{specific}}}dataScope")
    (series,) = data_set.iterfind("Series")
    assert {name: series.get(name) for name in ("FREQ", *SIBLING)} == {
        "FREQ": "M",
        "CURRENCY": "USD",
        "CURRENCY_DENOM": "EUR",
        "EXR_TYPE": "SP00",
        "EXR_SUFFIX": "A",
    }
    observations = {o.get("TIME_PERIOD"): o.get("OBS_VALUE") for o in series.iterfind("Obs")}
    assert observations == EXCHANGE_RATES["M.USD"]


@pytest.mark.parametrize(
    ("kind", "root"),
    [
        row(88, "generictimeseriesdata+xml", "GenericTimeSeriesData"),
        row(88, "structurespecifictimeseriesdata+xml", "StructureSpecificTimeSeriesData"),
    ],
)
def test_time_series_have_messages_of_their_own(v1: FlaskClient, kind: str, root: str):
    """Row 89 as well: with another dimension at observation level there is none."""
    response = get(v1, "EXR", media(kind, "2.1"))
    assert etree.QName(xml(response)).localname == root
    assert rates(response) == some()
    crossed = get(v1, "EXR?dimensionAtObservation=CURRENCY", media(kind, "2.1"))
    assert crossed.status_code in (400, 406)


def test_sdmx_json_1_says_the_same(v1: FlaskClient):
    """Row 90."""
    response = get(v1, "EXR", media("data+json", "1.0.0"))
    assert set(response.json) <= {"meta", "data", "errors"}
    assert "structure" in response.json["data"]
    assert rates(response) == some()
    assert _statuses(response) == _statuses(get(v1, "EXR"))


def _statuses(response: TestResponse) -> dict[tuple[str, ...], str]:
    rows = table(response)
    return {(r["FREQ"], r["CURRENCY"], r["TIME_PERIOD"]): r["OBS_STATUS"] for r in rows}


def test_sdmx_csv_1_is_a_row_an_observation(v1: FlaskClient):
    """Row 91."""
    response = get(v1, "EXR", media("data+csv", "1.0.0"))
    rows = table(response)
    columns = ["DATAFLOW", "FREQ", *SIBLING, "TIME_PERIOD", "OBS_VALUE"]
    assert list(rows[0])[: len(columns)] == columns
    assert {r["DATAFLOW"] for r in rows} == {"TST:EXR(1.0)"}
    assert rates(response) == some()


def test_sdmx_csv_1_may_hold_names(v1: FlaskClient):
    """Row 92."""
    response = get(v1, "EXR/M.USD.EUR.SP00.A", media("data+csv", "1.0.0", ";labels=both"))
    rows = table(response)
    assert {r["FREQ: Frequency"] for r in rows} == {"M: Monthly"}
    assert media_type(response) == "data+csv;version=1.0.0;labels=both"


def test_sdmx_csv_1_may_hold_normalised_times(v1: FlaskClient):
    """Row 93."""
    response = get(v1, "EXR", media("data+csv", "1.0.0", ";timeFormat=normalized"))
    rows = table(response)
    times = {r["TIME_PERIOD"] for r in rows}
    assert len(rows) == 17
    assert {len(time) for time in times} == {len("2010-01-01")}, times
    annual = {r["TIME_PERIOD"] for r in rows if r["FREQ"] == "A"}
    assert annual == {"2009-01-01", "2010-01-01"}


@pytest.mark.parametrize("kind", [row(95, "genericdata+xml"), row(95, "structurespecificdata+xml")])
def test_attributes_of_groups_stand_in_groups_alone(v1: FlaskClient, kind: str):
    root = xml(get(v1, "EXR", media(kind, "2.1")))
    groups = list(root.iter("{*}Group"))
    if kind == "genericdata+xml":
        units = [_attributes(group)["UNIT"] for group in groups]
        assert not root.xpath("//*[local-name()='Series']//*[@id='UNIT']")
    else:
        units = [group.get("UNIT") for group in groups]
        assert not any(series.get("UNIT") for series in root.iter("{*}Series"))
    assert sorted(units) == ["CHF", "JPY", "USD"]


def test_heads_are_answers_without_body(v1: FlaskClient):
    """Row 96."""
    head, whole = v1.head("/sdmx/v1/data/EXR"), v1.get("/sdmx/v1/data/EXR")
    assert head.status_code == 200
    assert not head.data
    volatile = {"Content-Length", "Date"}
    assert {k: v for k, v in head.headers if k not in volatile} == {
        k: v for k, v in whole.headers if k not in volatile
    }


def test_an_unknown_media_type_is_refused_before_any_work(v1: FlaskClient):
    response = get(v1, "EXR", {"Accept": f"{SDMX}structure+xml;version=2.1"})
    assert response.status_code == 406
