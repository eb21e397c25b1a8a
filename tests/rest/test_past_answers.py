"""An answer that names its instant stays the same, byte for byte, whatever is published later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from sdmx_server.exchange.publication import publish, publish_structures
from sdmx_server.exchange.stores import Stores
from sdmx_server.settings import Settings
from sdmx_server.site import EXTENSION
from tests.conformance.conftest import serve
from tests.conformance.fixtures import T3, Content, exr, history, organisations, shared

BEFORE, AFTER = "asOf=2012-03-20T00:00:00Z", "asOf=2100-01-01T00:00:00Z"
LATER = T3 + timedelta(days=30)
PAST = (
    f"/sdmx/v2/data/dataflow/TST/HIST?{BEFORE}",
    f"/sdmx/v2/data/dataflow/TST/HIST?{BEFORE}&includeHistory=true",
    f"/sdmx/v2/structure/dataflow/TST/HIST?{BEFORE}",
    f"/sdmx/v2/schema/dataflow/TST/HIST?{BEFORE}",
)
FORMATS = (
    "*/*",
    "application/vnd.sdmx.data+csv;version=2.0.0, */*;q=0.1",
    "application/vnd.sdmx.data+xml;version=3.1.0, application/vnd.sdmx.structure+xml, */*;q=0.1",
)


@pytest.fixture
def client(tmp_path) -> Iterator[FlaskClient]:
    made = Content([*shared("1.0.0"), *organisations()]) + history("1.0.0")
    with serve(made, Settings(database_url=f"sqlite:///{tmp_path / 'sdmx.db'}")) as client:
        yield client


def publish_more(client: FlaskClient) -> None:
    stores: Stores = client.application.extensions[EXTENSION].stores
    more = exr("1.0.0")
    publish_structures(more.artefacts, stores, LATER)
    publish(history("1.0.0").deliveries[0][1], stores, LATER)


def asked(client: FlaskClient, path: str, accept: str) -> tuple[bytes, dict[str, str]]:
    answer = client.get(path, headers={"Accept": accept})
    assert answer.status_code == 200
    return answer.data, dict(answer.headers)


@pytest.mark.parametrize("accept", FORMATS)
@pytest.mark.parametrize("path", PAST)
def test_a_later_publication_changes_neither_its_bytes_nor_its_headers(client, path, accept):
    first = asked(client, path, accept)
    publish_more(client)
    assert asked(client, path, accept) == first


@pytest.mark.parametrize("path", PAST)
def test_a_client_that_holds_it_is_told_so_after_a_publication(client, path):
    tag = client.get(path).headers["ETag"]
    publish_more(client)
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_an_instant_that_is_yet_to_come_stays_open(client):
    path = f"/sdmx/v2/data/dataflow/TST/HIST?{AFTER}"
    first = client.get(path)
    publish_more(client)
    second = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.data == first.data) == (200, False)


def test_its_header_names_the_last_publication_until_then(client):
    path = f"/sdmx/v2/data/dataflow/TST/HIST?{BEFORE}"
    assert client.get(path).json["meta"]["prepared"].startswith("2012-03-15T12:00:00")
    assert client.get(path).headers["Last-Modified"] == "Thu, 15 Mar 2012 12:00:00 GMT"
