"""An answer that is too large is refused, and people and programs are told how large it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from sdmx_server.settings import Settings
from tests.conformance.conftest import serve
from tests.conformance.fixtures import Content, exr, organisations, shared

EXR = "/sdmx/v2/data/dataflow/TST/EXR"
CSV = "application/vnd.sdmx.data+csv;version=2.1.0"
PROBLEM = "application/problem+json"


def client_of(folder, **limits: int) -> Iterator[FlaskClient]:
    made = Content([*shared("1.0.0"), *organisations()]) + exr("1.0.0")
    with serve(made, Settings(database_url=f"sqlite:///{folder / 'sdmx.db'}", **limits)) as client:
        yield client


@pytest.fixture(scope="module")
def few(tmp_path_factory) -> Iterator[FlaskClient]:
    yield from client_of(tmp_path_factory.mktemp("few"), max_observations=3)


@pytest.fixture(scope="module")
def short(tmp_path_factory) -> Iterator[FlaskClient]:
    yield from client_of(tmp_path_factory.mktemp("short"), max_bytes=600)


def test_programs_that_ask_for_details_get_the_estimate_and_the_limit(few):
    refused = few.get(EXR, headers={"Accept": f"{CSV}, {PROBLEM}"})

    assert (refused.status_code, refused.content_type) == (413, PROBLEM)
    details = refused.json
    assert (details["type"], details["status"], details["code"]) == ("about:blank", 413, 510)
    assert details["title"]
    assert details["limit"] == {"observations": 3}
    assert set(details["estimate"]) == {"series", "observations", "bytes"}
    assert details["estimate"]["observations"] > 3
    assert str(details["estimate"]["observations"]) in details["detail"]


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "application/json"),
        ("application/xml", "application/xml"),
        (f"{PROBLEM};q=0, application/xml", "application/xml"),
    ],
)
def test_others_get_an_sdmx_message_and_the_estimate_as_a_header(few, accept, content_type):
    refused = few.get(EXR, headers={"Accept": accept} if accept else {})

    assert (refused.status_code, refused.content_type) == (413, content_type)
    told = dict(part.split("=") for part in refused.headers["SDMX-Estimate"].split(", "))
    assert list(told) == ["series", "observations", "bytes"]
    assert int(told["observations"]) > 3
    assert "SDMX-Estimate" in refused.headers["Access-Control-Expose-Headers"]


def test_other_errors_are_told_in_detail_too(few):
    refused = few.get(f"{EXR}?limit=x", headers={"Accept": PROBLEM})

    assert (refused.status_code, refused.content_type) == (400, PROBLEM)
    assert refused.json.keys() == {"type", "title", "status", "detail", "code"}


def test_bytes_may_be_limited_alone(short):
    refused = short.get(EXR, headers={"Accept": f"{CSV}, {PROBLEM}"})
    given = short.get(f"{EXR}?lastNObservations=1&limit=1", headers={"Accept": CSV})

    assert (refused.status_code, refused.json["limit"]) == (413, {"bytes": 600})
    assert given.status_code == 200


def test_the_format_counts_where_bytes_are_limited(short):
    question = f"{EXR}?limit=3"

    assert short.get(question, headers={"Accept": CSV}).status_code == 200
    generic = "application/vnd.sdmx.genericdata+xml;version=2.1"
    assert short.get(question, headers={"Accept": generic}).status_code == 413
