"""Formats and languages are those that the client likes best."""

from __future__ import annotations

import pytest

from tests.endtoend.asking import IPM, get
from tests.endtoend.source import AGENCY

CSV = "application/vnd.sdmx.data+csv;version=2.1.0"
STRUCTURE_JSON = "application/vnd.sdmx.structure+json;version=2.0.0"


@pytest.mark.parametrize(
    ("accepted", "language", "name"),
    [
        (None, "id", "Indeks Pembangunan Manusia"),
        ("id", "id", "Indeks Pembangunan Manusia"),
        ("en", "en", "Human Development Index"),
        ("en-GB, id;q=0.5", "en", "Human Development Index"),
        ("fr, en;q=0.5", "en", "Human Development Index"),
        ("id;q=0.1, en", "en", "Human Development Index"),
        ("xx", "id", "Indeks Pembangunan Manusia"),
        ("en;q=0", "id", "Indeks Pembangunan Manusia"),
    ],
)
def test_names_come_in_the_language_of_the_client(server, accepted, language, name):
    headers = {"Accept_Language": accepted} if accepted else {}
    response = get(
        server, f"v2/structure/dataflow/{AGENCY}/DF_IPM", Accept=STRUCTURE_JSON, **headers
    )

    (dataflow,) = response.json()["data"]["dataflows"]
    assert dataflow["name"] == name
    assert response.headers["Content-Language"].startswith(language)


@pytest.mark.parametrize("language", ["*", None])
def test_all_languages_come_where_all_are_asked_for(server, language):
    path = f"v2/structure/dataflow/{AGENCY}/DF_IPM"
    headers = {"Accept_Language": language} if language else {}
    response = get(server, path if language else f"{path}?lang=all", **headers)

    (dataflow,) = response.json()["data"]["dataflows"]
    assert set(dataflow["names"]) == {"id", "en"}
    assert set(response.headers["Content-Language"].split(", ")) == {"id", "en"}


def test_the_url_can_ask_for_a_language(server):
    path = f"v2/structure/dataflow/{AGENCY}/DF_IPM?lang=en"

    response = get(server, path, Accept=STRUCTURE_JSON, Accept_Language="id")

    assert response.json()["data"]["dataflows"][0]["name"] == "Human Development Index"


@pytest.mark.parametrize(("language", "city"), [("id", "Kota Serang"), ("en", "Serang City")])
def test_codes_in_data_have_names_in_that_language(server, language, city):
    data = get(server, IPM, Accept="application/json", Accept_Language=language).json()["data"]
    table = get(server, IPM, Accept=f"{CSV};labels=name", Accept_Language=language)

    values = {
        value["id"]: value["name"]
        for structure in data["structures"]
        for dimensions in structure["dimensions"].values()
        for dimension in dimensions
        if dimension["id"] == "REF_AREA"
        for value in dimension["values"]
    }
    assert values["3673"] == city
    assert city in table.text


@pytest.mark.parametrize(
    ("query", "content_type"),
    [
        ("format=csvdata", "application/vnd.sdmx.data+csv;version=2.1.0"),
        ("format=csvdata&formatVersion=1.0.0", "application/vnd.sdmx.data+csv;version=1.0.0"),
        ("format=jsondata", "application/vnd.sdmx.data+json;version=2.1.0"),
        ("format=jsondata&formatVersion=2.0.0", "application/vnd.sdmx.data+json;version=2.0.0"),
        ("format=genericdata", "application/vnd.sdmx.genericdata+xml;version=2.1"),
        ("format=structurespecificdata", "application/vnd.sdmx.data+xml;version=3.1.0"),
        ("formatVersion=1.0.0", "application/vnd.sdmx.data+json;version=2.1.0"),
    ],
)
def test_the_url_can_ask_for_a_format(server, query, content_type):
    for target in (f"{IPM}?{query}", f"{IPM}/+/*&{query}"):
        response = get(server, target)

        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith(content_type.rpartition(";")[0])
    assert get(server, f"{IPM}?{query}").headers["Content-Type"] == content_type


def test_the_url_wins_over_the_header(server):
    assert get(server, f"{IPM}?format=csvdata", Accept="application/json").text.startswith("STRUC")


@pytest.mark.parametrize(
    ("path", "accepted", "content_type"),
    [
        ("v1/dataflow", "*/*", "application/vnd.sdmx.structure+xml;version=2.1"),
        ("v1/data/DF_IPM", "*/*", "application/vnd.sdmx.genericdata+xml;version=2.1"),
        ("v1/data/DF_IPM", "application/xml", "application/vnd.sdmx.genericdata+xml;version=2.1"),
        ("v2/structure/dataflow", "*/*", "application/vnd.sdmx.structure+json;version=2.1.0"),
        (IPM, "*/*", "application/vnd.sdmx.data+json;version=2.1.0"),
        (IPM, "application/xml", "application/vnd.sdmx.data+xml;version=3.1.0"),
        (IPM, "text/csv", "application/vnd.sdmx.data+csv;version=2.1.0"),
        (
            IPM,
            "text/html,application/xml;q=0.9,*/*;q=0.8",
            "application/vnd.sdmx.data+xml;version=3.1.0",
        ),
        (
            IPM,
            "application/vnd.sdmx.data+json; version=2+.0.0",
            "application/vnd.sdmx.data+json;version=2.1.0",
        ),
        (
            IPM,
            "bogus/x, application/vnd.sdmx.data+csv;version=2.0.0;q=0.1",
            "application/vnd.sdmx.data+csv;version=2.0.0",
        ),
        (
            IPM,
            'Application/VND.sdmx.data+xml ; version="3.0.0" ; q=0.8',
            "application/vnd.sdmx.data+xml;version=3.0.0",
        ),
        (IPM, f"{CSV};labels=both;keys=obs", f"{CSV};labels=both;keys=obs"),
        (IPM, f"{CSV};label=both;key=obs", f"{CSV};labels=both;keys=obs"),
    ],
)
def test_the_type_is_told_in_full(server, path, accepted, content_type):
    response = get(server, path, Accept=accepted)

    assert response.status_code == 200
    told = response.headers["Content-Type"]
    assert sorted(told.split(";")) == sorted(content_type.split(";"))
    assert "charset" not in told
