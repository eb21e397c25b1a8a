"""A part of an answer is what a client asked for by byte range, and of that very answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from sdmx_server.exchange.publication import publish
from sdmx_server.settings import Settings
from sdmx_server.site import EXTENSION
from tests.conformance.conftest import serve
from tests.conformance.fixtures import T3, Content, exr, history, organisations, shared

EXR = "/sdmx/v2/data/dataflow/TST/EXR"
HIST = "/sdmx/v2/data/dataflow/TST/HIST"
ACCEPTED = (
    "application/vnd.sdmx.data+json;version=2.1.0",
    "application/vnd.sdmx.data+csv;version=2.0.0",
    "application/vnd.sdmx.data+xml;version=3.1.0",
)
ENCODINGS = ("identity", "gzip", "zstd", "deflate")


@pytest.fixture(scope="module")
def client(tmp_path_factory) -> Iterator[FlaskClient]:
    made = Content([*shared("1.0.0"), *organisations()]) + exr("1.0.0") + history("1.0.0")
    url = f"sqlite:///{tmp_path_factory.mktemp('ranges') / 'sdmx.db'}"
    with serve(made, Settings(database_url=url)) as client:
        yield client


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("accept", ACCEPTED)
def test_parts_make_the_whole_in_every_format_and_encoding(client, accept, encoding):
    headers = {"Accept": accept, "Accept-Encoding": encoding}
    whole = client.get(EXR, headers=headers)
    length = len(whole.data)
    middle = length // 2
    first = client.get(EXR, headers={**headers, "Range": f"bytes=0-{middle - 1}"})
    rest = client.get(EXR, headers={**headers, "Range": f"bytes={middle}-"})

    assert (first.status_code, rest.status_code) == (206, 206)
    assert first.data + rest.data == whole.data
    assert rest.headers["Content-Range"] == f"bytes {middle}-{length - 1}/{length}"
    assert rest.headers["Content-Length"] == str(length - middle)
    for name in ("ETag", "Last-Modified", "Content-Type", "Vary", "Cache-Control", "Accept-Ranges"):
        assert rest.headers[name] == whole.headers[name]
    assert rest.headers.get("Content-Encoding") == whole.headers.get("Content-Encoding")


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)),
        ("bytes=-1", (-1, None)),
        ("bytes=-100", (-100, None)),
        ("bytes=-1000000", (0, None)),
        ("bytes=5-1000000", (5, None)),
        ("Bytes=5-", (5, None)),
    ],
)
def test_a_range_chooses_its_bytes(client, asked, places):
    part, whole = client.get(EXR, headers={"Range": asked}), client.get(EXR).data

    assert part.status_code == 206
    assert part.data == whole[slice(*places)]


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,5-6", "bytes=5-1", "bytes=-0", "bytes=", "bytes", "lines=1-2", "bytes=a-b"]
)
def test_what_is_not_one_range_of_bytes_is_answered_whole(client, asked):
    answer = client.get(EXR, headers={"Range": asked})

    assert answer.status_code == 200
    assert answer.data == client.get(EXR).data
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("version", ["v1/data/EXR", "v2/data/dataflow/TST/EXR"])
def test_a_range_behind_the_end_is_refused_with_the_length(client, version):
    path = f"/sdmx/{version}"
    refused = client.get(path, headers={"Range": "bytes=1000000-", "Accept": "application/json"})

    length = len(client.get(path, headers={"Accept": "application/json"}).data)
    assert refused.status_code == 416
    assert refused.headers["Content-Range"] == f"bytes */{length}"
    assert str(length) in refused.json["errors"][0]["title"]


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("{etag}", 206),
        ('"other"', 200),
        ("W/{etag}", 200),
        ("{date}", 200),
        ("{etag}, {etag}", 200),
    ],
)
def test_a_range_counts_where_the_client_holds_the_beginning_of_this_answer(
    client, condition, status
):
    whole = client.get(EXR)
    known = {"etag": whole.headers["ETag"], "date": whole.headers["Last-Modified"]}
    headers = {"Range": "bytes=9-", "If-Range": condition.format(**known)}
    answer = client.get(EXR, headers=headers)

    assert answer.status_code == status
    assert answer.data == (whole.data[9:] if status == 206 else whole.data)


@pytest.mark.parametrize(
    ("condition", "status"), [("*", 206), ("{etag}", 206), ('"a", {etag}', 206), ('"other"', 412)]
)
def test_a_client_that_wants_one_answer_alone_is_told_of_another(client, condition, status):
    etag = client.get(EXR).headers["ETag"]
    answer = client.get(EXR, headers={"Range": "bytes=9-", "If-Match": condition.format(etag=etag)})

    assert answer.status_code == status


def test_a_client_that_holds_the_answer_gets_no_part_of_it(client):
    etag = client.get(EXR).headers["ETag"]
    answer = client.get(EXR, headers={"Range": "bytes=9-", "If-None-Match": etag})

    assert answer.status_code == 304


def test_head_takes_no_notice_of_ranges(client):
    answer = client.head(EXR, headers={"Range": "bytes=9-"})

    assert (answer.status_code, answer.headers["Accept-Ranges"]) == (200, "bytes")


def test_parts_of_structures_and_availability_are_given_too(client):
    for path in ("/sdmx/v2/structure/dataflow", "/sdmx/v1/availableconstraint/EXR"):
        assert client.get(path, headers={"Range": "bytes=9-"}).data == client.get(path).data[9:]


def test_after_a_publication_only_a_download_that_names_its_instant_goes_on(client):
    pinned = f"{HIST}?asOf=2012-03-20T00:00:00Z"
    begun = {path: client.get(path) for path in (HIST, pinned)}
    stores = client.application.extensions[EXTENSION].stores
    publish(history("1.0.0").deliveries[0][1], stores, T3 + timedelta(days=30))

    def rest_of(path: str, condition: str):
        headers = {"Range": "bytes=50-", condition: begun[path].headers["ETag"]}
        return client.get(path, headers=headers)

    assert rest_of(HIST, "If-Range").status_code == 200
    assert rest_of(HIST, "If-Match").status_code == 412
    assert rest_of(pinned, "If-Range").data == begun[pinned].data[50:]
    assert rest_of(pinned, "If-Match").data == begun[pinned].data[50:]


def test_registrations_name_the_address_asked_at_so_each_address_has_its_own(client):
    path = "/sdmx/v2/registration/dataflow/TST/*/*"
    tags = set()
    for address in ("http://a.example", "http://another.example.org"):
        whole = client.get(path, base_url=address)
        part = client.get(path, base_url=address, headers={"Range": "bytes=9-"})
        assert part.data == whole.data[9:]
        assert part.headers["Content-Length"] == str(len(part.data))
        tags.add(whole.headers["ETag"])

    assert len(tags) == 2
