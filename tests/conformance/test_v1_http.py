"""SDMX-REST 1.5: negotiation, errors, caching (rows 114 to 131)."""

from __future__ import annotations

import gzip
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from flask.testing import FlaskClient

from tests.conformance.answers import SDMX, artefacts, error, media_type, row
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import Content, availability, shared

DATA = "/sdmx/v1/data/EXR"
JSON = "structure+json;version=1.0.0"
GENERIC = "genericdata+xml;version=2.1"


@pytest.mark.parametrize(
    ("path", "accept", "expected"),
    [
        row(114, "/codelist/TST", None, "structure+xml;version=2.1"),
        row(115, "/data/EXR", "application/xml", GENERIC),
        row(
            116,
            "/codelist/TST",
            SDMX + JSON,
            "structure+json;version=1.0.0",
        ),
        row(
            120,
            "/data/EXR",
            f"image/png, {SDMX}data+json;version=1.0.0;q=0.3, {SDMX}{GENERIC};q=0.9",
            GENERIC,
        ),
    ],
)
def test_the_format_is_what_the_client_prefers(
    v1: FlaskClient, path: str, accept: str | None, expected: str
):
    response = v1.get(f"/sdmx/v1{path}", headers={"Accept": accept} if accept else {})
    assert response.status_code == 200
    assert media_type(response) == expected


def test_a_format_that_is_ruled_out_is_not_sent(v1: FlaskClient):
    """Row 121."""
    response = v1.get(DATA, headers={"Accept": f"{SDMX}{GENERIC};q=0, */*;q=0.1"})
    assert response.status_code == 200
    assert "genericdata" not in media_type(response)


def test_structures_in_json_stand_in_arrays(v1: FlaskClient):
    """Row 116."""
    accept = {"Accept": SDMX + JSON}
    document = v1.get("/sdmx/v1/codelist/TST/CL_FREQ/1.0", headers=accept).json
    (found,) = document["data"]["codelists"]
    assert [code["id"] for code in found["codes"]] == ["A", "S", "Q", "M", "W", "D"]


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        row(117, "/data/EXR", "image/png"),
        row(117, "/codelist/TST", "image/png"),
        row(118, "/data/EXR", f"{SDMX}genericdata+xml;version=9.9"),
        row(119, "/data/EXR", f"{SDMX}structure+xml;version=2.1"),
    ],
)
def test_what_cannot_be_had_is_406(v1: FlaskClient, path: str, accept: str):
    response = v1.get(f"/sdmx/v1{path}", headers={"Accept": accept})
    assert response.status_code == 406
    assert error(response)


@pytest.mark.parametrize(
    ("accept", "syntax"),
    [row(122, f"{SDMX}{GENERIC}", "xml"), row(123, f"{SDMX}data+json;version=1.0.0", "json")],
)
def test_errors_come_in_the_syntax_of_the_answer(v1: FlaskClient, accept: str, syntax: str):
    response = v1.get("/sdmx/v1/data/NOFLOW", headers={"Accept": accept})
    assert (response.status_code, error(response)) == (404, 100)
    assert syntax in response.headers["Content-Type"]


def test_answers_may_be_compressed(v1: FlaskClient):
    """Row 124."""
    plain = v1.get(DATA)
    packed = v1.get(DATA, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Content-Encoding" not in plain.headers

    def payload(content: bytes) -> bytes:
        return content.partition(b"</message:Header>")[2]  # the header holds a message id

    assert payload(gzip.decompress(packed.data)) == payload(plain.data) != b""


def test_names_come_in_the_language_of_the_client(v1: FlaskClient):
    """Row 125."""
    headers = {"Accept": SDMX + JSON, "Accept-Language": "fr"}
    (found,) = v1.get("/sdmx/v1/codelist/TST/CL_LANG", headers=headers).json["data"]["codelists"]
    assert found["name"] == "Réponses"
    assert [code["name"] for code in found["codes"]][:2] == ["Oui", "Non"]
    (element,) = artefacts(v1.get("/sdmx/v1/codelist/TST/CL_LANG")).values()
    assert "Réponses" in {name.text for name in element.iterfind("{*}Name")}


@pytest.mark.parametrize(
    ("asked", "told"),
    [row(126, "If-None-Match", "ETag"), row(127, "If-Modified-Since", "Last-Modified")],
)
def test_what_the_client_holds_is_not_sent_again(v1: FlaskClient, asked: str, told: str):
    first = v1.get(DATA)
    second = v1.get(DATA, headers={asked: first.headers[told]})
    assert second.status_code == 304
    assert not second.data
    assert second.headers["ETag"] == first.headers["ETag"]


def test_what_has_changed_since_is_sent(v1: FlaskClient):
    """Row 128."""
    changed = parsedate_to_datetime(v1.get(DATA).headers["Last-Modified"])
    before = format_datetime(changed - timedelta(days=1), usegmt=True)
    assert v1.get(DATA, headers={"If-Modified-Since": before}).status_code == 200


def test_an_address_without_end_is_refused(v1: FlaskClient):
    """Row 129."""
    response = v1.get(f"/sdmx/v1/data/EXR/{'A' * 50_000}")
    assert response.status_code == 414
    assert v1.get(DATA).status_code == 200


def test_pages_of_other_origins_may_ask(v1: FlaskClient):
    """Row 130."""
    response = v1.options(DATA, headers={"Origin": "https://example.org"})
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in response.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize(
    ("path", "status"),
    [row(131, "v1/data/LFS", 413), row(386, "v2/data/dataflow/TST/LFS", 413)],
)
def test_an_answer_above_the_limit_is_refused(serving: Serving, path: str, status: int):
    content = Content(shared("1.0")) + availability("1.0")
    client = serving(content, max_observations=6)
    response = client.get(f"/sdmx/{path}")
    assert response.status_code == status
    assert error(response) == (510 if "v1" in path else 413)
    assert client.get("/sdmx/v1/data/LFS/FR..").status_code == 200
