"""Answers are good HTTP: validators, cross-origin use, compression, monitors."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest
import requests
import zstandard

from tests.endtoend.asking import IPM, RESOURCES, exactly, get

CSV = "application/vnd.sdmx.data+csv;version=2.1.0"
VARY = {"Accept", "Accept-Encoding", "Accept-Language"}


@pytest.mark.parametrize("path", RESOURCES)
def test_an_answer_that_the_client_holds_is_not_sent_again(server, path):
    first = get(server, path)
    by_tag = get(server, path, If_None_Match=first.headers["ETag"])
    by_date = get(server, path, If_Modified_Since=first.headers["Last-Modified"])

    for again in (by_tag, by_date):
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["ETag"] == first.headers["ETag"]
        assert "Content-Type" not in again.headers
        for name in ("Vary", "Cache-Control", "Access-Control-Allow-Origin"):
            assert again.headers[name] == first.headers[name]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": 'W/{etag}, "other"'}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_None_Match": '"other"', "If_Modified_Since": "{date}"}, 200),
        ({"If_Modified_Since": "Mon, 01 Jan 2001 00:00:00 GMT"}, 200),
        ({"If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 200),
        ({"If_Modified_Since": "tomorrow"}, 200),
    ],
)
def test_conditions_mean_what_http_says(server, headers, status):
    first = get(server, IPM)
    known = {"etag": first.headers["ETag"], "date": first.headers["Last-Modified"]}

    again = get(server, IPM, **{name: text.format(**known) for name, text in headers.items()})

    assert again.status_code == status


def test_representations_differ_in_their_tag(server):
    wanted = [
        {"Accept": accept, "Accept_Language": language, "Accept_Encoding": encoding}
        for accept in (CSV, "application/json", "application/xml")
        for language in ("id", "en")
        for encoding in ("identity", "gzip", "zstd")
    ]
    tags = [get(server, IPM, **headers).headers["ETag"] for headers in wanted]

    assert len(set(tags)) == len(tags)
    assert get(server, IPM, Accept="application/xml", If_None_Match=tags[0]).status_code == 200


def test_equal_questions_get_equal_bytes(server):
    assert get(server, IPM).content == get(server, IPM).content


@pytest.mark.parametrize("path", RESOURCES)
def test_head_tells_what_get_would(server, path):
    whole = get(server, path)
    head = requests.head(f"{server}/sdmx/{path}", timeout=30, allow_redirects=False)

    assert head.status_code == 200
    assert head.content == b""
    passing = {"Date", "Transfer-Encoding", "Content-Length"}
    assert {n: v for n, v in head.headers.items() if n.title() not in passing} == {
        n: v for n, v in whole.headers.items() if n.title() not in passing
    }


@pytest.mark.parametrize("path", RESOURCES)
def test_caches_are_told_what_an_answer_depends_on(server, path):
    headers = get(server, path).headers

    assert {name.strip() for name in headers["Vary"].split(",")} == VARY
    assert headers["Cache-Control"] == "no-cache"


def test_caches_are_told_so_of_errors_too(server):
    for path in ("v1/data/DF_NONE", "v1/dataflow?detail=bogus", f"{IPM}?c[METHOD]=ZZZ"):
        assert set(get(server, path).headers["Vary"].split(", ")) == VARY


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (IPM, {}, 200),
        (f"{IPM}?c[METHOD]=ZZZ", {}, 204),
        (IPM, {"If_None_Match": "*"}, 304),
        (f"{IPM}?limit=x", {}, 400),
        ("v2/bogus", {}, 404),
        ("v1/data/DF_NONE", {}, 404),
        (IPM, {"Accept": "image/png"}, 406),
        ("v2/registration/provider/*/*", {}, 200),
        ("v2/registration/id/X", {}, 404),
        ("v2/subscription", {}, 501),
    ],
)
def test_pages_from_anywhere_may_read_every_answer(server, path, headers, status):
    response = get(server, path, Origin="https://example.org", **headers)

    assert response.status_code == status
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    exposed = response.headers["Access-Control-Expose-Headers"]
    assert {"ETag", "Content-Language", "Last-Modified"} <= set(exposed.split(", "))


@pytest.mark.parametrize("path", RESOURCES)
def test_browsers_may_ask_first(server, path):
    response = requests.options(
        f"{server}/sdmx/{path}",
        headers={
            "Origin": "https://example.org",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "accept, if-none-match",
        },
        timeout=30,
    )

    assert response.status_code in (200, 204)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in response.headers["Access-Control-Allow-Methods"]
    allowed = response.headers["Access-Control-Allow-Headers"].lower()
    assert {"accept", "if-none-match"} <= set(allowed.split(", "))


@pytest.mark.parametrize("path", RESOURCES)
def test_compressed_answers_hold_the_same_bytes(server, path):
    status, headers, plain = exactly(server, path, Accept_Encoding="identity")
    _, by_gzip, zipped = exactly(server, path, Accept_Encoding="gzip")
    _, by_zstd, pressed = exactly(server, path, Accept_Encoding="zstd")
    _, by_deflate, deflated = exactly(server, path, Accept_Encoding="deflate")

    assert status == 200
    assert "Content-Encoding" not in headers
    assert by_gzip["Content-Encoding"] == "gzip"
    assert by_zstd["Content-Encoding"] == "zstd"
    assert by_deflate["Content-Encoding"] == "deflate"
    assert zlib.decompress(deflated) == plain
    with zstandard.ZstdDecompressor().stream_reader(pressed) as reader:
        assert gzip.decompress(zipped) == reader.read() == plain
    assert len(zipped) < len(plain)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        (None, None),
        ("identity", None),
        ("gzip;q=0", None),
        ("gzip, zstd", "gzip"),
        ("gzip;q=0.1, zstd", "zstd"),
        ("br", None),
        ("br, deflate", "deflate"),
        ("*", "gzip"),
        ("gzip;q=0, *", "zstd"),
    ],
)
def test_the_encoding_is_one_that_the_client_takes(server, accepted, encoding):
    headers = {"Accept_Encoding": accepted} if accepted else {}
    status, found, _ = exactly(server, IPM, Accept=CSV, **headers)

    assert status == 200
    assert found.get("Content-Encoding") == encoding


@pytest.mark.parametrize(
    ("name", "encoding"), [("gzip", "gzip"), ("zstd", "zstd"), ("deflate", "deflate")]
)
def test_the_url_can_ask_for_compression(server, name, encoding):
    _, headers, _ = exactly(server, f"{IPM}?compression={name}")

    assert headers["Content-Encoding"] == encoding


@pytest.mark.parametrize(
    ("path", "file"),
    [
        (f"{IPM}?format=csvdata", "DF_IPM.csv"),
        (f"{IPM}?format=jsondata", "DF_IPM.json"),
        ("v1/data/ID_KOTASERANG,DF_IPM?format=structurespecificdata", "DF_IPM.xml"),
        ("v2/data/dataflow/ID_KOTASERANG/DF_IPM,DF_IHK?format=csvdata", "data.csv"),
        ("v2/data/*?format=csvdata", "data.csv"),
    ],
)
def test_a_browser_that_asks_by_the_url_gets_a_file_with_a_name(server, path, file):
    _, headers, _ = exactly(server, path, Accept="text/html")
    assert headers["Content-Disposition"] == f'attachment; filename="{file}"'


@pytest.mark.parametrize("path", [IPM, f"{IPM}?formatVersion=2.1.0", f"{IPM}?format="])
def test_who_asks_by_header_gets_no_file(server, path):
    _, headers, _ = exactly(server, path, Accept=CSV)
    assert "Content-Disposition" not in headers


@pytest.mark.parametrize(
    "choices",
    ["", ";labels=both", ";labels=name;keys=both", ";labels=id;keys=none;timeFormat=normalized"],
)
def test_the_content_type_says_what_was_chosen_within_a_format(server, choices):
    media_type = f"application/vnd.sdmx.data+csv;version=2.1.0{choices}"
    _, headers, _ = exactly(server, IPM, Accept=media_type)
    assert headers["Content-Type"] == media_type


def test_a_monitor_learns_that_the_server_lives_and_is_ready(server):
    live = requests.get(f"{server}/health/live", timeout=30)
    ready = requests.get(f"{server}/health/ready", timeout=30)

    assert (live.status_code, ready.status_code) == (200, 200)
    assert json.loads(ready.content)["status"] == "ready"
