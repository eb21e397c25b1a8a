"""A person who opens the address finds the data."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import html

from loaders.observations import load
from sdmx_server.app import create_app
from sdmx_server.exchange.publication import publish, publish_structures
from sdmx_server.exchange.stores import stores_of
from sdmx_server.settings import Settings
from structures.build import build


@pytest.fixture
def client(engine):
    stores = stores_of(engine)
    publish_structures(build(), stores, datetime(2026, 1, 1, tzinfo=UTC))
    publish(load(), stores, datetime(2026, 1, 2, tzinfo=UTC))
    return create_app(Settings(), stores).test_client()


def test_every_dataflow_is_listed_with_links_that_answer(client):
    page = html.fromstring(client.get("/").text)
    assert len(page.xpath("//tbody/tr")) == 39
    links = page.xpath("//td/a/@href")
    assert len(links) == 3 * 14
    assert {client.get(link).status_code for link in links} == {200}


@pytest.mark.parametrize(
    ("rules", "hidden"),
    [({"restricted": ("ID_KOTASERANG:DF_IPM",)}, 1), ({"anonymous_read": False}, 39)],
)
def test_of_data_that_are_not_for_everyone_nothing_is_told(client, engine, rules, hidden):
    apart = create_app(Settings(**rules), stores_of(engine)).test_client()
    rows = html.fromstring(apart.get("/?lang=en").text).xpath("//tbody/tr")
    closed = [row.text_content() for row in rows if "restricted data" in row.text_content()]
    assert (len(rows), len(closed)) == (39, hidden)
    assert "DF_IPM" in "".join(closed)
    assert not [row for row in rows if row.xpath(".//a") and "restricted" in row.text_content()]


@pytest.mark.parametrize(
    ("url", "accepted", "title"),
    [
        ("/", None, "Data Kota Serang"),
        ("/", "en-GB,en;q=0.9", "Data of Kota Serang"),
        ("/", "fr", "Data Kota Serang"),
        ("/?lang=en", "id", "Data of Kota Serang"),
        ("/?lang=<script>", "id", "Data Kota Serang"),
    ],
)
def test_the_page_speaks_the_language_of_its_reader(client, url, accepted, title):
    headers = {"Accept-Language": accepted} if accepted else {}
    page = html.fromstring(client.get(url, headers=headers).text)
    assert page.findtext(".//h1") == title
    assert "<script" not in html.tostring(page, encoding="unicode")


def test_a_server_is_ready_once_something_is_published(engine):
    stores = stores_of(engine)
    empty = create_app(Settings(), stores).test_client()
    assert empty.get("/health/live").status_code == 200
    assert empty.get("/health/ready").status_code == 503
    publish_structures(build(), stores, datetime(2026, 1, 1, tzinfo=UTC))
    assert empty.get("/health/ready").json == {"status": "ready"}


def test_a_person_may_write_a_language_with_its_country(client):
    page = client.get("/", headers={"Accept-Language": "en-GB,id;q=0.3"})
    assert page.headers["Content-Language"] == "en"
    assert html.fromstring(page.text).findtext(".//h1") == "Data of Kota Serang"


def test_downloads_have_names(client):
    page = html.fromstring(client.get("/").text)
    names = page.xpath("//td/a/@download")
    assert names[:3] == ["DF_APBD.csv", "DF_APBD.json", "DF_APBD.xml"]
