"""Registrations: whose data changed when, and where they are to be had."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from lxml import etree
from msgspec import structs
from werkzeug.test import TestResponse

from sdmx_server.dataset import PROVIDER
from sdmx_server.model.datastructure import ProvisionAgreement
from tests.conformance.answers import xml
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import (
    CREATED,
    NOTE,
    T1,
    T2,
    T3,
    Content,
    Row,
    agreement,
    delivery,
    exr,
    exr_rows,
    exr_structures,
    flat,
    organisations,
    shared,
)
from tests.formats.xsd_validation import validate_data

URN = "urn:sdmx:org.sdmx.infomodel.registry.ProvisionAgreement=TST:{}(1.0.0)"
ECB, BIS, FLAT = "TST@PA_ECB@1$0$0", "TST@PA_BIS@1$0$0", "TST@PA_FLAT@1$0$0"
NEXT = timedelta(microseconds=1)


class Told(NamedTuple):
    """A registration in an answer."""

    agreement: str
    url: str
    updated: str
    flags: dict[str, str]


def base() -> Content:
    """Return what the exchange rates stand on."""
    return Content([*shared("1.0.0"), *organisations()])


def registry() -> Content:
    """Return exchange rates of two providers, of which each changes once, and data without time."""
    _, flow, _ = exr_structures("1.0.0")
    timeless = flat("1.0.0")
    _, flat_flow = timeless.artefacts
    agreements = [
        agreement("PA_FLAT", "1.0.0", flat_flow, "BIS"),
        agreement("PA_UNUSED", "1.0.0", flat_flow, "ECB"),
    ]
    ((at, (supplied,)),) = timeless.deliveries
    timeless.deliveries[:] = [(at, [replace(supplied, provider="TST.BIS")])]
    changes = [
        (T1, [delivery(flow, [changed("M.JPY")], "Append")]),
        (T2, [delivery(flow, [gone("M.CHF")], "Delete")]),
    ]
    return base() + exr("1.0.0") + timeless + Content(agreements, changes)


def changed(series: str) -> Row:
    return {**exr_rows([series])[0], "OBS_COM": "looked at again"}


def gone(series: str) -> Row:
    first = exr_rows([series])[0]
    keys = ("FREQ", "CURRENCY", "CURRENCY_DENOM", "EXR_TYPE", "EXR_SUFFIX", "TIME_PERIOD")
    return {name: first[name] for name in keys}


@pytest.fixture(scope="module")
def client(serving: Serving) -> FlaskClient:
    """A server with these."""
    return serving(registry())


def ask(client: FlaskClient, path: str, headers: dict[str, str] | None = None) -> TestResponse:
    return client.get(f"/sdmx/v2/registration{path}", headers=headers)


def told(response: TestResponse) -> dict[str, Told]:
    """Return the registrations of an answer by id."""
    root = xml(response)
    (answer,) = root.iterchildren("{*}QueryRegistrationResponse")
    status, *results = answer
    assert (etree.QName(status).localname, status.get("status")) == ("StatusMessage", "Success")
    assert all(each.get("timeSeriesMatch") == "false" for each in results)
    found = {}
    for each in root.iterfind(".//{*}QueryResult/{*}DataResult/{*}Registration"):
        source = each.find("{*}Datasource/{*}QueryableDataSource")
        assert source.attrib == {"isRESTDatasource": "true", "isWebServiceDatasource": "false"}
        given = dict(each.attrib)
        found[given.pop("id")] = Told(
            each.findtext("{*}ProvisionAgreement"),
            source.findtext("{*}DataURL"),
            given.pop("lastUpdated"),
            given,
        )
    assert len(found) == len(results)
    return found


def spelt(instant: datetime) -> str:
    return quote(instant.isoformat())


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("/dataflow/TST/EXR,FLAT/~", [BIS, ECB, FLAT]),
        ("/dataflow/*/FLAT/1.0+.0", [FLAT]),
        ("/provisionagreement/TST/PA_BIS,PA_UNUSED/*/", [BIS]),
        ("/*/TST/DSD_FLAT,PA_ECB/*", [ECB, FLAT]),
    ],
)
def test_only_agreements_with_data_are_registrations(
    client: FlaskClient, path: str, ids: list[str]
):
    assert list(told(ask(client, path))) == ids


@pytest.mark.parametrize(
    ("after", "before", "ids"),
    [
        (T1, T1, []),
        (None, T1, [FLAT]),
        (T1, None, [ECB]),
        (T1 - NEXT, T1 + NEXT, [BIS]),
        (T2 - NEXT, None, [ECB]),
        (T2, None, []),
        (None, CREATED, []),
        (T2, T1, []),
    ],
)
def test_bounds_do_not_count_themselves(
    client: FlaskClient, after: datetime | None, before: datetime | None, ids: list[str]
):
    bounds = {"updatedAfter": after, "updatedBefore": before}
    query = "&".join(f"{name}={spelt(at)}" for name, at in bounds.items() if at)
    for path in ("/provider/*/*", "/dataflow/TST/*/*", "/*"):
        response = ask(client, f"{path}?{query}")
        if not ids:
            assert (response.status_code, response.data) == (204, b"")
        else:
            assert list(told(response)) == ids


def test_data_without_time_have_no_series_to_index(client: FlaskClient):
    flags = told(ask(client, f"/id/{FLAT}"))[FLAT].flags
    assert flags == {
        "indexTimeSeries": "false",
        "indexDataSet": "true",
        "indexAttributes": "false",
        "indexReportingPeriod": "false",
    }


def test_the_source_is_where_the_client_found_the_service(client: FlaskClient):
    response = client.get(
        "/sdmx/v2/registration/dataflow/TST/FLAT", base_url="https://data.example:8443/below/"
    )
    (found,) = told(response).values()
    assert found.url == "https://data.example:8443/below/sdmx/v2"


def test_what_the_source_names_has_the_data(client: FlaskClient):
    (found,) = told(ask(client, f"/id/{FLAT}")).values()
    data = client.get(f"{found.url}/data/provisionagreement/TST/PA_FLAT/1.0.0")
    assert data.status_code == 200


def test_an_answer_has_the_headers_of_any_other(client: FlaskClient):
    response = ask(client, "/*")
    held = {"If-None-Match": response.headers["ETag"]}
    assert ask(client, "/*", held).status_code == 304
    assert ask(client, "/provider", held).status_code == 200
    assert response.headers["Vary"] == "Accept, Accept-Encoding, Accept-Language"
    head = client.head("/sdmx/v2/registration/*")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == response.headers["ETag"]
    allowed = client.options("/sdmx/v2/registration/*").headers["Allow"].split(", ")
    assert set(allowed) == {"GET", "HEAD", "OPTIONS"}


def test_a_registration_is_valid_as_long_as_its_agreement(serving: Serving):
    made = exr("1.0.0")
    bounds = {"valid_from": "2011-01-01T00:00:00", "valid_to": "2030-12-31T23:59:59Z"}
    made.artefacts[:] = [
        structs.replace(each, **bounds) if isinstance(each, ProvisionAgreement) else each
        for each in made.artefacts
    ]
    response = ask(serving(base() + made), "/*")
    validate_data(response.data, (), "3.1.0")
    for each in told(response).values():
        assert (each.flags["validFrom"], each.flags["validTo"]) == (*bounds.values(),)


def test_each_version_of_an_agreement_is_a_registration(serving: Serving):
    _, flow, _ = exr_structures("1.0.0")
    again = agreement("PA_BIS", "1.1.0-draft.2", flow, "BIS")
    client = serving(base() + Content([again]) + exr("1.0.0"))
    draft = "TST@PA_BIS@1$1$0-draft$2"
    assert list(told(ask(client, "/provisionagreement/TST/PA_BIS"))) == [BIS, draft]
    assert list(told(ask(client, "/provisionagreement/TST/PA_BIS/~"))) == [draft]
    assert list(told(ask(client, f"/id/{quote(draft)}"))) == [draft]


# What a later delivery holds; whose registrations it updates.
UPDATES = {
    "the same once more": (lambda: (exr_rows(), "Replace", NOTE), []),
    "another value of one": (lambda: ([changed("M.JPY")], "Append", None), [BIS]),
    "one less": (lambda: ([gone("M.CHF")], "Delete", None), [ECB]),
    "one of each": (lambda: ([changed("M.JPY"), changed("M.USD")], "Append", None), [BIS, ECB]),
    "an attribute of all": (lambda: ([], "Append", {"DS_NOTE": "Other rates"}), [BIS, ECB]),
    "a series of the other": (
        lambda: ([{**each, PROVIDER: "TST.BIS"} for each in exr_rows(["M.USD"])], "Append", None),
        [BIS, ECB],
    ),
}


@pytest.mark.parametrize("what", UPDATES)
def test_a_publication_updates_the_registrations_whose_data_it_changes(serving: Serving, what: str):
    made, ids = UPDATES[what]
    _, flow, _ = exr_structures("1.0.0")
    rows, action, attributes = made()
    content = base() + exr("1.0.0")
    later = Content([], [(T3, [delivery(flow, rows, action, attributes)])])
    client = serving(content + later)
    found = told(ask(client, "/*"))
    assert [id_ for id_, each in found.items() if each.updated == "2012-04-15T12:00:00Z"] == ids
    assert list(found) == [BIS, ECB]


def test_who_has_no_data_any_more_has_no_registration(serving: Serving):
    _, flow, _ = exr_structures("1.0.0")
    everything = [{**gone("M.JPY"), "TIME_PERIOD": None}]
    later = Content([], [(T3, [delivery(flow, everything, "Delete")])])
    content = base() + exr("1.0.0") + later
    assert list(told(ask(serving(content), "/*"))) == [ECB]


def test_a_service_without_agreements_has_no_registrations(serving: Serving):
    content = Content(shared("1.0.0")) + flat("1.0.0")
    assert ask(serving(content), "").status_code == 204


@pytest.mark.parametrize("public", ["https://sdmx.example.go.id", "https://example.go.id/data/"])
def test_behind_a_proxy_registrations_say_where_clients_find_the_data(
    serving: Serving, public: str
):
    found = told(ask(serving(registry(), public_url=public), "/provider/*/*"))
    assert {each[1] for each in found.values()} == {f"{public.rstrip('/')}/sdmx/v2"}
