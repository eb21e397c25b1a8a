"""SDMX-REST 2.2: negotiation, languages, caching, errors (rows 366 to 390)."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from sdmx_server.exchange.publication import publish, publish_structures
from sdmx_server.site import EXTENSION, Site
from tests.conformance.answers import SDMX, error, media, media_type, row, table
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import (
    Content,
    availability,
    codelist,
    delivery,
    exr,
    shared,
)

DATA = "/sdmx/v2/data/dataflow/TST/EXR/1.0.0"
ONE = f"{DATA}/M.USD"
DATA_JSON = "data+json;version=2.1.0"
STRUCTURE_JSON = "structure+json;version=2.1.0"


@pytest.mark.parametrize("accept", [row(366, None), row(366, "*/*")])
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        row(366, "/data/dataflow/TST/EXR", DATA_JSON),
        row(366, "/structure/codelist/TST", STRUCTURE_JSON),
        row(366, "/availability/dataflow/TST/LFS", STRUCTURE_JSON),
        row(366, "/schema/dataflow/TST/EXR", "schema+json;version=2.1.0"),
    ],
)
def test_each_resource_has_a_default(v2: FlaskClient, path: str, accept: str | None, expected: str):
    response = v2.get(f"/sdmx/v2{path}", headers={"Accept": accept} if accept else {})
    assert (response.status_code, media_type(response)) == (200, expected)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        row(367, "application/xml", "data+xml;version=3.1.0"),
        row(367, "text/csv", "data+csv;version=2.1.0"),
        row(367, "application/json", DATA_JSON),
        row(368, f"{SDMX}data+json;version=2.0.0", "data+json;version=2.0.0"),
        row(368, f"{SDMX}data+json;version=2+.0.0", DATA_JSON),
        row(369, f'{SDMX}data+xml ; version="3.1.0" ; q=0.8', "data+xml;version=3.1.0"),
        row(369, f"{SDMX}DATA+XML;Version=3.1.0".upper(), "data+xml;version=3.1.0"),
        row(370, f"bogus;q=1, {SDMX}data+csv;version=2.1.0;q=0.1", "data+csv;version=2.1.0"),
        row(
            372,
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "data+xml;version=3.1.0",
        ),
    ],
)
def test_the_format_is_what_the_client_prefers(v2: FlaskClient, accept: str, expected: str):
    response = v2.get(DATA, headers={"Accept": accept})
    assert (response.status_code, media_type(response)) == (200, expected)


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        row(368, DATA, f"{SDMX}data+json;version=3.0.0+"),
        row(371, DATA, f"{SDMX}structure+xml;version=3.1.0"),
        row(371, "/sdmx/v2/structure/codelist", f"{SDMX}data+json;version=2.1.0"),
        row(374, DATA, f"{SDMX}data+csv;version=2.1.0;labels=bogus"),
    ],
)
def test_what_cannot_be_had_is_406(v2: FlaskClient, path: str, accept: str):
    response = v2.get(path, headers={"Accept": accept})
    assert response.status_code == 406
    assert error(response) == (406 if "json" in response.headers["Content-Type"] else 140)


@pytest.mark.parametrize(
    ("parameters", "columns", "first"),
    [
        row(
            373,
            "labels=name",
            ["STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "FREQ", "Frequency"],
            {"FREQ": "M", "Frequency": "Monthly", "STRUCTURE_NAME": "Data of EXR"},
        ),
        row(
            373,
            "labels=both",
            ["STRUCTURE", "STRUCTURE_ID", "ACTION", "FREQ: Frequency"],
            {"FREQ: Frequency": "M: Monthly"},
        ),
        row(
            373,
            "keys=series",
            ["STRUCTURE", "STRUCTURE_ID", "ACTION", "SERIES_KEY", "FREQ"],
            {"SERIES_KEY": "M.USD.EUR.SP00.A"},
        ),
        row(
            373,
            "keys=obs",
            ["STRUCTURE", "STRUCTURE_ID", "ACTION", "OBS_KEY", "FREQ"],
            {"OBS_KEY": "M.USD.EUR.SP00.A.2010-01"},
        ),
        row(
            373,
            "keys=both",
            ["STRUCTURE", "STRUCTURE_ID", "ACTION", "SERIES_KEY", "OBS_KEY", "FREQ"],
            {"SERIES_KEY": "M.USD.EUR.SP00.A", "OBS_KEY": "M.USD.EUR.SP00.A.2010-01"},
        ),
        row(375, "label=both", ["STRUCTURE", "STRUCTURE_ID", "ACTION", "FREQ: Frequency"], {}),
        row(375, "key=series", ["STRUCTURE", "STRUCTURE_ID", "ACTION", "SERIES_KEY"], {}),
        row(373, "timeFormat=normalized", ["STRUCTURE", "STRUCTURE_ID", "ACTION", "FREQ"], {}),
    ],
)
def test_sdmx_csv_has_choices(
    v2: FlaskClient, parameters: str, columns: list[str], first: dict[str, str]
):
    response = v2.get(ONE, headers=media("data+csv", "2.1.0", f";{parameters}"))
    rows = table(response)
    assert list(rows[0])[: len(columns)] == columns
    assert {name: rows[0][name] for name in first} == first
    told = parameters.replace("label=", "labels=").replace("key=", "keys=")
    assert media_type(response) == f"data+csv;version=2.1.0;{told}"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        row(376, "format=csvdata", "data+csv;version=2.1.0"),
        row(376, "format=jsondata&formatVersion=2.0.0", "data+json;version=2.0.0"),
    ],
)
def test_the_address_wins_over_headers(v2: FlaskClient, query: str, expected: str):
    response = v2.get(f"{DATA}?{query}", headers={"Accept": "application/xml"})
    assert media_type(response) == expected


@pytest.mark.parametrize(
    ("query", "status", "encoding"),
    [row(377, "compression=gzip", 200, "gzip"), row(377, "compression=bogus", 406, None)],
)
def test_compression_may_be_asked_for_in_the_address(
    v2: FlaskClient, query: str, status: int, encoding: str | None
):
    response = v2.get(f"{DATA}?{query}")
    assert (response.status_code, response.headers.get("Content-Encoding")) == (status, encoding)


def test_each_representation_has_a_tag_of_its_own(v2: FlaskClient):
    """Rows 380 and 381."""
    packed = v2.get(DATA, headers={"Accept-Encoding": "gzip"})
    again = v2.get(
        DATA, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    )
    assert gzip.decompress(packed.data)
    assert again.status_code == 304
    in_xml = {"Accept": "application/xml"}
    plain = v2.get(DATA)
    assert plain.headers["ETag"] != packed.headers["ETag"]
    other = v2.get(DATA, headers={**in_xml, "If-None-Match": plain.headers["ETag"]})
    assert other.status_code == 200


def test_whatever_changes_gives_new_validators(serving: Serving):
    """Row 382."""
    client = serving(Content(shared("1.0.0")) + exr("1.0.0") + availability("1.0.0"))
    site: Site = client.application.extensions[EXTENSION]
    flow = exr("1.0.0").artefacts[1]
    gone = [{"FREQ": "M", "CURRENCY": "USD"}]
    lists = [codelist("CL_NEW", "1.0.0", {"A": "A"})]
    later = datetime(2020, 1, 1, tzinfo=UTC)

    def load() -> None:
        publish([availability("1.0.0").deliveries[0][1][0]], site.stores, later)
        rows = [{"REF_AREA": "UK", "EMP_STATUS": "EMP", "SEX": "F"}]
        values = {"TIME_PERIOD": "2001", "OBS_VALUE": "9"}
        survey = availability("1.0.0").artefacts[1]
        publish([delivery(survey, [rows[0] | values])], site.stores, later)

    changes = [
        load,
        lambda: publish([delivery(flow, gone, "Delete")], site.stores, later + timedelta(days=1)),
        lambda: publish_structures(lists, site.stores, later + timedelta(days=2)),
    ]
    seen = [validators(client)]
    for change in changes:
        change()
        seen.append(validators(client))
    assert len({tag for tag, _ in seen}) == 4
    assert len({date for _, date in seen}) == 4


def validators(client: FlaskClient) -> tuple[str, str]:
    response = client.get(DATA)
    return response.headers["ETag"], response.headers["Last-Modified"]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        row(383, DATA, {}, 200),
        row(383, DATA, {"If-None-Match": "*"}, 304),
        row(383, f"{DATA}?limit=0", {}, 400),
        row(383, DATA, {"Accept": "image/png"}, 406),
        row(383, "/sdmx/v2/data/dataflow/TST/NOPE", {}, 204),
        row(385, "/sdmx/v2/nothing", {}, 404),
    ],
)
def test_every_answer_may_be_read_from_anywhere(
    v2: FlaskClient, path: str, headers: dict[str, str], status: int
):
    """Row 384 as well: and says what it depends on."""
    response = v2.get(path, headers=headers)
    assert response.status_code == status
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    for name in ("Accept", "Accept-Encoding", "Accept-Language"):
        assert name in response.headers["Vary"].split(", ")


def test_an_address_without_end_is_refused(v2: FlaskClient):
    """Row 386."""
    assert v2.get(f"{DATA}/{'A' * 50_000}").status_code == 414


@pytest.fixture(scope="module")
def broken(serving: Serving) -> FlaskClient:
    """A server that has lost its stores."""
    client = serving(Content(shared("1.0.0")) + exr("1.0.0"))
    site = client.application.extensions[EXTENSION]
    client.application.extensions[EXTENSION] = replace(site, stores=None)
    return client


@pytest.mark.parametrize(
    "path",
    [
        row(387, "v2/data/dataflow/TST/EXR/1.0.0"),
        row(387, "v2/structure/dataflow/TST/EXR?references=all"),
        row(387, "v2/availability/dataflow/TST/EXR"),
        row(387, "v2/metadata/metadataset"),
        row(387, "v2/schema/dataflow/TST/EXR"),
        row(387, "v1/data/EXR"),
        row(387, "v1/codelist"),
        row(387, "v1/availableconstraint/EXR"),
        row(387, "v1/schema/dataflow/TST/EXR"),
    ],
)
@pytest.mark.parametrize("accept", ["*/*", "application/xml", "application/json"])
def test_an_internal_failure_tells_nothing_of_the_inside(
    broken: FlaskClient, path: str, accept: str
):
    """Row 383 as well: whoever may ask may read that it failed."""
    response = broken.get(f"/sdmx/{path}", headers={"Accept": accept})
    assert (response.status_code, error(response)) == (500, 500)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "html" not in response.headers["Content-Type"]
    for secret in ("Traceback", "NoneType", "sqlite", ".py"):
        assert secret not in response.text


def test_an_error_in_json_has_the_code_of_http(v2: FlaskClient):
    """Row 390."""
    response = v2.get(f"{DATA}?limit=0", headers={"Accept": "application/json"})
    (told,) = response.json["errors"]
    assert told["code"] == 400
    assert "limit" in f"{told['title']} {told.get('detail', '')}"
