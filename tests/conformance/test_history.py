"""Changes and history in 2.2 (rows 233 to 244)."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from tests.conformance.answers import media, row, table, xml
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import Content, history, shared

V2 = "/sdmx/v2/data/dataflow/TST/HIST"
DAYS = {"T1": "2012-02-15T12:00:00", "T2": "2012-03-15T12:00:00", "T3": "2012-04-15T12:00:00"}


class Told(NamedTuple):
    """One dataset of an answer."""

    action: str
    values: dict[str, str | None]
    valid_from: str | None = None
    valid_to: str | None = None


def in_xml(response: TestResponse) -> list[Told]:
    return [_of_element(each) for each in xml(response).iter("{*}DataSet")]


def _of_element(data_set: etree._Element) -> Told:
    given = {etree.QName(name).localname: text for name, text in data_set.attrib.items()}
    values: dict[str, str | None] = {}
    for observation in data_set.iter("{*}Obs"):
        if observation.get("TIME_PERIOD"):
            values[observation.get("TIME_PERIOD")] = observation.get("OBS_VALUE")
            continue
        value = observation.find("{*}ObsValue")
        time = observation.find("{*}ObsDimension").get("value")
        values[time] = None if value is None else value.get("value")
    return Told(
        given["action"],
        values,
        (given.get("validFromDate") or "")[:19] or None,
        (given.get("validToDate") or "")[:19] or None,
    )


def in_json(response: TestResponse) -> list[Told]:
    assert response.status_code == 200, response.text
    document = json.loads(response.data)
    return [_of_object(document, dataset) for dataset in document["data"]["dataSets"]]


def _of_object(document: dict[str, Any], dataset: dict[str, Any]) -> Told:
    structure = document["data"]["structures"][dataset.get("structure", 0)]
    (time,) = structure["dimensions"]["observation"]
    (series,) = dataset["series"].values()
    values = {
        time["values"][int(place)]["value"]: next((f"{v:g}" for v in cells if v is not None), None)
        for place, cells in series["observations"].items()
    }
    return Told(
        dataset["action"],
        values,
        (dataset.get("validFrom") or "")[:19] or None,
        (dataset.get("validTo") or "")[:19] or None,
    )


def in_csv(response: TestResponse) -> list[tuple[str, str, str]]:
    return [(r["ACTION"], r["TIME_PERIOD"], r["OBS_VALUE"]) for r in table(response)]


FIRST = Told("Replace", {"2011-12": "10", "2012-01": "11"}, valid_from=DAYS["T1"])
SECOND = [
    Told("Replace", {"2012-02": "12"}, valid_from=DAYS["T2"]),
    Told("Delete", {"2011-12": None}, valid_to=DAYS["T2"]),
]
THIRD = Told("Replace", {"2012-02": "12.5", "2012-03": "13"}, valid_from=DAYS["T3"])
REVISED = Told("Replace", {"2012-02": "12.5", "2012-03": "13"})
GONE = Told("Delete", {"2011-12": None})


def test_no_change_is_no_result(v2: FlaskClient):
    """Row 240; the instant itself does not count."""
    for stamp in ("2012-05-01T00:00:00Z", "2012-04-15T12:00:00Z"):
        assert v2.get(f"{V2}?updatedAfter={stamp}").status_code == 204


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        row(233, "includeHistory=true", [FIRST, *SECOND, THIRD]),
        row(
            234,
            "asOf=2012-03-01T00:00:00Z",
            [Told("Replace", {"2011-12": "10", "2012-01": "11"})],
        ),
        row(
            235,
            "asOf=2012-03-20T00:00:00Z",
            [Told("Replace", {"2012-01": "11", "2012-02": "12"})],
        ),
        row(
            237,
            "updatedAfter=2012-03-01T00:00:00Z&asOf=2012-03-20T00:00:00Z",
            [Told("Replace", {"2012-02": "12"}), GONE],
        ),
        row(239, "updatedAfter=2012-03-01T00:00:00Z&includeHistory=true", [*SECOND, THIRD]),
        row(239, "includeHistory=true&asOf=2012-03-20T00:00:00Z", [FIRST, *SECOND]),
        row(244, "updatedAfter=2012-03-01T00:00:00Z", [REVISED, GONE]),
        row(
            244,
            "updatedAfter=2012-03-01T00:00:00Z&attributes=none",
            [Told("Merge", REVISED.values), GONE],
        ),
        row(
            244,
            "updatedAfter=2012-03-01T00:00:00Z&c[TIME_PERIOD]=ge:2012-03",
            [Told("Replace", {"2012-03": "13"})],
        ),
        row(
            244,
            "updatedAfter=2012-03-01T00:00:00Z&firstNObservations=1",
            [Told("Replace", {"2012-02": "12.5"}), GONE],
        ),
        row(
            244,
            "updatedAfter=2012-03-01T00:00:00Z&sort=TIME_PERIOD:desc",
            [REVISED, GONE],
        ),
    ],
)
@pytest.mark.parametrize("syntax", ["json", "xml"])
def test_what_held_and_what_changed_is_told_as_datasets(
    v2: FlaskClient, query: str, expected: list[Told], syntax: str
):
    version = {"json": "2.1.0", "xml": "3.1.0"}[syntax]
    response = v2.get(f"{V2}?{query}", headers=media(f"data+{syntax}", version))
    assert {"json": in_json, "xml": in_xml}[syntax](response) == expected


def test_sdmx_csv_tells_history_without_validity(v2: FlaskClient):
    """Row 233."""
    response = v2.get(f"{V2}?includeHistory=true", headers=media("data+csv", "2.1.0"))
    assert in_csv(response) == [
        ("R", "2011-12", "10"),
        ("R", "2012-01", "11"),
        ("R", "2012-02", "12"),
        ("D", "2011-12", ""),
        ("R", "2012-02", "12.5"),
        ("R", "2012-03", "13"),
    ]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        row(236, "asOf=2012-01-01T00:00:00Z", 204),
        row(237, "updatedAfter=2012-03-20T00:00:00Z&asOf=2012-03-20T00:00:00Z", 204),
        row(238, "updatedAfter=2012-04-20T00:00:00Z&asOf=2012-03-20T00:00:00Z", 422),
        row(241, "asOf=bogus", 400),
        row(241, "updatedAfter=bogus", 400),
        row(242, "includeHistory=perhaps", 400),
        row(225, "c[TIME_PERIOD]=ge:2020&sort=TIME_PERIOD", 204),
    ],
)
def test_an_instant_out_of_place_is_told(v2: FlaskClient, query: str, status: int):
    assert v2.get(f"{V2}?{query}").status_code == status


def test_available_values_may_be_those_that_changed(v2: FlaskClient):
    path = "/sdmx/v2/availability/dataflow/TST/HIST"
    (found,) = v2.get(f"{path}?updatedAfter=2012-03-20T00:00:00Z").json["data"][
        "availabilityConstraints"
    ]
    assert (found["seriesCount"], found["obsCount"]) == (1, 2)
    (time,) = [key for key in found["cubeRegion"]["keyValues"] if key["id"] == "TIME_PERIOD"]
    assert time["timeRange"]["startPeriod"]["period"] == "2012-02"
    assert v2.get(f"{path}?updatedAfter=2012-05-01T00:00:00Z").status_code == 204


def test_groups_are_those_of_series_that_are_shown(v2: FlaskClient):
    path = "/sdmx/v2/data/dataflow/TST/EXR?c[TIME_PERIOD]=lt:2010"
    root = xml(v2.get(path, headers=media("data+xml", "3.1.0")))
    assert [group.get("UNIT") for group in root.iter("{*}Group")] == ["USD"]


def test_rebuilding_from_changes_gives_what_is_there(serving: Serving):
    """Section 3.3: a client that applies every change holds what the server holds."""
    client = serving(Content(shared("1.0.0")) + history("1.0.0"))
    held: dict[str, str | None] = {}
    for told in in_json(client.get(f"{V2}?includeHistory=true")):
        for time, value in told.values.items():
            if told.action == "Delete":
                del held[time]
            else:
                held[time] = value
    (now,) = in_json(client.get(V2))
    assert held == now.values
