"""SDMX-REST 2.2: packaging, paging, sorting (rows 207 to 232 and 244)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conformance.answers import Periods, count, error, media, rates, row, some, table, xml

EXR = "/sdmx/v2/data/dataflow/TST/EXR/1.0.0"
MONTHLY = "M.USD M.CHF M.JPY"
CSV = media("data+csv", "2.1.0")
ATTRIBUTES = {"DS_NOTE", "UNIT", "TITLE", "COLLECTION", "OBS_STATUS", "OBS_COM"}


def contents(response: TestResponse) -> dict[str, Any]:
    (dataset,) = json.loads(response.data)["data"]["dataSets"]
    return dict(dataset)


def sequence(response: TestResponse) -> list[tuple[str, str]]:
    """Return series and periods in the order in which they were sent, as SDMX-CSV."""
    return [(f"{r['FREQ']}.{r['CURRENCY']}", r["TIME_PERIOD"]) for r in table(response)]


def in_order(*series: str, latest_first: bool = False) -> list[tuple[str, str]]:
    found = some(series)
    return [(name, time) for name in series for time in sorted(found[name], reverse=latest_first)]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        row(207, "attributes=none", set()),
        row(210, "attributes=OBS_STATUS,UNIT", {"OBS_STATUS", "UNIT"}),
        row(211, "attributes=dataset", {"DS_NOTE"}),
        row(211, "attributes=series", {"TITLE", "COLLECTION", "UNIT"}),
        row(211, "attributes=obs", {"OBS_STATUS", "OBS_COM"}),
        row(211, "attributes=dataset,OBS_STATUS", {"DS_NOTE", "OBS_STATUS"}),
        row(211, "attributes=all", ATTRIBUTES),
        row(213, "attributes=msd", set()),
    ],
)
def test_attributes_are_those_that_were_asked_for(v2: FlaskClient, query: str, shown: set[str]):
    response = v2.get(f"{EXR}?{query}")
    assert rates(response) == some()
    assert {name for cells in table(response) for name in cells} & ATTRIBUTES == shown
    declared = json.loads(response.data)["data"]["structures"][0]["attributes"].values()
    assert {attribute["id"] for level in declared for attribute in level} == shown


def test_series_keys_alone_have_no_observations(v2: FlaskClient):
    """Row 208."""
    response = v2.get(f"{EXR}?attributes=none&measures=none")
    assert rates(response) == dict.fromkeys(some(), ())
    assert not any(each.get("observations") for each in contents(response)["series"].values())


def test_without_measures_attributes_of_all_levels_stay(v2: FlaskClient):
    """Row 209."""
    rows = table(v2.get(f"{EXR}?measures=none"))
    assert len(rows) == 17
    assert not any("OBS_VALUE" in cells for cells in rows)
    assert {name for cells in rows for name in cells} >= ATTRIBUTES


def test_attributes_of_one_series_are_all_there(v2: FlaskClient):
    """Row 212."""
    rows = table(v2.get(f"{EXR}/D.*?attributes=all&measures=none"))
    assert len(rows) == 3
    for cells in rows:
        assert {name: cells[name] for name in ATTRIBUTES & set(cells)} == {
            "DS_NOTE": "Reference rates",
            "UNIT": "USD",
            "TITLE": "US dollar/Euro, daily",
            "COLLECTION": "A",
            "OBS_STATUS": "A",
        }


@pytest.mark.parametrize(
    "query",
    [
        row(214, "attributes=BOGUS"),
        row(214, "measures=BOGUS"),
        row(218, "dimensionAtObservation=BOGUS"),
        row(220, "firstNObservations=0"),
        row(220, "firstNObservations=x"),
        row(220, "lastNObservations=1.5"),
        row(226, "limit=0"),
        row(226, "limit=-1"),
        row(226, "limit=x"),
        row(226, "offset=-1"),
        row(231, "sort=BOGUS"),
        row(231, "sort=CURRENCY:up"),
        row(232, "sort=series_key&dimensionAtObservation=AllDimensions"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(v2: FlaskClient, query: str):
    response = v2.get(f"{EXR}?{query}")
    assert (response.status_code, error(response)) == (400, 400)


def test_measures_are_those_that_were_asked_for(v2: FlaskClient):
    """Row 215."""
    response = v2.get("/sdmx/v2/data/dataflow/TST/MULTI?measures=OBS_COUNT")
    rows = table(response)
    assert not any("OBS_VALUE" in cells for cells in rows)
    counts = {(r["REF_AREA"], r["TIME_PERIOD"]): r.get("OBS_COUNT") for r in rows}
    assert {key: value for key, value in counts.items() if value is not None} == {
        ("FR", "2020"): "7",
        ("UK", "2020"): "3",
        ("UK", "2021"): "0",
    }


def test_all_dimensions_make_a_flat_answer(v2: FlaskClient):
    """Row 216."""
    response = v2.get(f"{EXR}?dimensionAtObservation=AllDimensions")
    assert rates(response) == some()
    assert "series" not in contents(response)
    assert len(contents(response)["observations"]) == 17


def test_another_dimension_at_observation_level_makes_a_cross_section(v2: FlaskClient):
    """Row 217."""
    response = v2.get(f"{EXR}?dimensionAtObservation=CURRENCY")
    assert rates(response) == some()
    dimensions = json.loads(response.data)["data"]["structures"][0]["dimensions"]
    assert [d["id"] for d in dimensions["observation"]] == ["CURRENCY"]
    assert "TIME_PERIOD" in {d["id"] for d in dimensions["series"]}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        row(
            219,
            "firstNObservations=1",
            {**some(MONTHLY, "2010-01"), **some("A.USD", "2009"), **some("D.USD", "2010-01-04")},
        ),
        row(
            219,
            "lastNObservations=1",
            {**some(MONTHLY, "2010-04"), **some("A.USD", "2010"), **some("D.USD", "2010-01-06")},
        ),
        row(
            219,
            "firstNObservations=1&lastNObservations=1",
            {
                **some(MONTHLY, "2010-01 2010-04"),
                **some("A.USD"),
                **some("D.USD", "2010-01-04 2010-01-06"),
            },
        ),
        row(221, "sort=series_key+TIME_PERIOD&limit=5", some("A.USD D.USD")),
        row(222, "sort=series_key+TIME_PERIOD&offset=5&limit=4", some("M.CHF")),
        row(223, "sort=series_key+TIME_PERIOD&limit=1000", some()),
    ],
)
def test_first_last_and_pages_hold_exactly_these(v2: FlaskClient, query: str, expected: Periods):
    assert rates(v2.get(f"{EXR}?{query}")) == expected


@pytest.mark.parametrize(
    "sort", [row(224, ""), row(224, "&sort=TIME_PERIOD:desc"), row(224, "&sort=CURRENCY")]
)
def test_pages_joined_are_the_whole(v2: FlaskClient, sort: str):
    found: list[tuple[str, str]] = []
    for offset, limit in ((0, 5), (5, 4), (9, 4), (13, 4)):
        page = v2.get(f"{EXR}?offset={offset}&limit={limit}{sort}", headers=CSV)
        assert count(rates(page)) == limit
        found += sequence(page)
    assert found == sequence(v2.get(f"{EXR}?{sort}", headers=CSV))
    assert len(set(found)) == 17


def test_a_page_may_span_datasets(v2: FlaskClient):
    whole = table(v2.get("/sdmx/v2/data/dataflow/TST/EXR,LFS", headers=CSV))
    page = table(v2.get("/sdmx/v2/data/dataflow/TST/EXR,LFS?offset=15&limit=4", headers=CSV))
    assert [r["STRUCTURE_ID"] for r in page] == [r["STRUCTURE_ID"] for r in whole[15:19]]
    assert len({r["STRUCTURE_ID"] for r in page}) == 2


@pytest.mark.parametrize("offset", [row(225, 17), row(225, 999)])
def test_past_the_end_is_nothing(v2: FlaskClient, offset: int):
    assert v2.get(f"{EXR}?offset={offset}").status_code == 204


def test_pages_of_series_keys_count_series(v2: FlaskClient):
    """Row 227."""
    response = v2.get(f"{EXR}?attributes=none&measures=none&limit=2")
    assert set(rates(response)) == {"A.USD", "D.USD"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        row(229, "?sort=*", in_order("A.USD", "D.USD", "M.CHF", "M.JPY", "M.USD")),
        row(230, "/M.USD?sort=TIME_PERIOD:desc", in_order("M.USD", latest_first=True)),
    ],
)
def test_observations_come_in_the_order_asked_for(
    v2: FlaskClient, query: str, expected: list[tuple[str, str]]
):
    assert sequence(v2.get(f"{EXR}{query}", headers=CSV)) == expected


def test_currencies_may_come_backwards_and_time_forwards(v2: FlaskClient):
    """Row 228: a day, a month and a year that begin together have no order of their own."""
    found = sequence(v2.get(f"{EXR}?sort=CURRENCY:desc+TIME_PERIOD", headers=CSV))
    currencies = [series.partition(".")[2] for series, _ in found]
    assert currencies == ["USD"] * 9 + ["JPY"] * 4 + ["CHF"] * 4
    for currency in ("USD", "JPY", "CHF"):
        starts = [f"{t}-01-01"[:10] for series, t in found if series.endswith(currency)]
        assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("query", "action"),
    [
        row(244, "", "Replace"),
        row(244, "?attributes=none", "Merge"),
        row(244, "?measures=none", "Merge"),
    ],
)
def test_the_action_lets_a_client_rebuild_what_is_here(v2: FlaskClient, query: str, action: str):
    assert contents(v2.get(f"{EXR}{query}"))["action"] == action


@pytest.mark.parametrize(
    ("query", "units"),
    [
        ("limit=2", {"USD"}),
        ("offset=5&limit=4", {"CHF"}),
        ("offset=8&limit=2", {"CHF", "JPY"}),
        ("limit=2&dimensionAtObservation=FREQ", {"CHF", "JPY", "USD"}),
        ("limit=2&attributes=series&measures=none&sort=CURRENCY:desc", {"USD"}),
    ],
)
def test_groups_of_a_page_are_those_of_its_series(v2: FlaskClient, query: str, units: set[str]):
    root = xml(v2.get(f"{EXR}?{query}", headers=media("data+xml", "3.1.0")))
    found = {group.get("UNIT") for group in root.iter("{*}Group")}
    shown = {series.get("CURRENCY") for series in root.iter("{*}Series")}
    assert found == shown
    assert found <= units


@pytest.mark.parametrize("kind", ["data+csv", "data+json"])
def test_bare_series_keys_stand_there_once_in_any_order(v2: FlaskClient, kind: str):
    path = f"{EXR}?attributes=none&measures=none&sort=TIME_PERIOD"
    rows = table(v2.get(path, headers=media(kind, "2.1.0")))
    assert len(rows) == 5
    assert len({(r["FREQ"], r["CURRENCY"]) for r in rows}) == 5


@pytest.mark.parametrize("kind", ["data+csv", "data+xml", "data+json"])
@pytest.mark.parametrize("view", ["", "&dimensionAtObservation=AllDimensions"])
@pytest.mark.parametrize(
    ("window", "shown"),
    [
        ("limit=3", {"M.USD": "4", "M.CHF": "4", "M.JPY": "4"}),
        ("offset=1&limit=3", {"M.CHF": "34", "M.JPY": "34", "M.USD": "34"}),
    ],
)
def test_a_page_of_an_ordered_answer_is_the_same_in_every_format(
    v2: FlaskClient, kind: str, view: str, window: str, shown: dict[str, str]
):
    accept = {"Accept": f"application/vnd.sdmx.{kind}"}
    response = v2.get(f"{EXR}?sort=TIME_PERIOD:desc+CURRENCY&{window}{view}", headers=accept)
    found = rates(response)
    size = 3
    assert count(found) == size
    allowed = {name: tuple(f"2010-0{month}" for month in months) for name, months in shown.items()}
    assert all(set(periods) <= set(allowed[name]) for name, periods in found.items())
    plain = v2.get(f"{EXR}?sort=TIME_PERIOD:desc+CURRENCY&{window}", headers=CSV)
    assert found == rates(plain)


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({name for name, _ in pairs}) == len(pairs)
    return dict(pairs)


def test_dataflows_that_hold_the_same_series_are_datasets_of_their_own(drafts: FlaskClient):
    message = drafts.get("/sdmx/v2/data/datastructure/TST/DSD_EXR").data
    data = json.loads(message, object_pairs_hook=unique)["data"]
    assert [len(dataset["series"]) for dataset in data["dataSets"]] == [5, 1]
    urns = {structure["links"][0]["urn"].split("=")[1] for structure in data["structures"]}
    assert urns == {"TST:DSD_EXR(1.0.0)"}
