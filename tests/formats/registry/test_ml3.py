"""SDMX-ML 3.0 and 3.1 registry messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from lxml import etree
from msgspec.structs import replace

from sdmx_server.dataset import Message
from sdmx_server.formats.registry import ml3
from sdmx_server.model.constraint import DataSource
from sdmx_server.model.registration import Registration
from tests.formats.xsd_validation import validate_data

AGREEMENT = "urn:sdmx:org.sdmx.infomodel.registry.ProvisionAgreement=TST:PA_ECB(1.0.0)"
MESSAGE = Message(
    id="M1",
    prepared=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    sender="TST",
    sender_names={"en": "Test agency", "id": "Lembaga uji"},
)
PLAIN = Registration(
    id="R1",
    provision_agreement=AGREEMENT,
    queryable_data_source=DataSource(
        data_url="https://data.example/sdmx/v2",
        is_rest_datasource=True,
        is_web_service_datasource=False,
    ),
)
RICH = Registration(
    id="TST@PA@1$0$0",
    provision_agreement=AGREEMENT,
    simple_data_source="https://data.example/file.xml?a=1&b=2",
    queryable_data_source=DataSource(
        data_url="https://data.example/ws",
        wsdl_url="https://data.example/wsdl",
        wadl_url="https://data.example/wadl",
        is_rest_datasource=False,
        is_web_service_datasource=True,
    ),
    last_updated=datetime(2012, 3, 15, 12, 0, 0, 250, tzinfo=timezone(timedelta(hours=7))),
    valid_from="2012-01-01T00:00:00",
    valid_to="2030-12-31T23:59:59Z",
    index_time_series=True,
    index_data_set=True,
    index_attributes=True,
    index_reporting_period=True,
)


def written(registrations: list[Registration], version: str) -> etree._Element:
    """Write registrations, check the message by the official schema and return it."""
    content = ml3.write(registrations, MESSAGE, version)
    validate_data(content, (), version)
    return etree.fromstring(content)


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
def test_a_message_follows_the_official_schema(version: str):
    root = written([PLAIN, RICH], version)
    assert root.nsmap["reg"].endswith(f"/v{version[:3].replace('.', '_')}/registry")
    header = {etree.QName(each).localname: each for each in root.find("{*}Header")}
    assert list(header) == ["ID", "Test", "Prepared", "Sender", "Receiver"]
    assert (header["ID"].text, header["Sender"].get("id")) == ("M1", "TST")
    assert [name.text for name in header["Sender"]] == ["Test agency", "Lembaga uji"]


def test_a_message_without_registrations_says_that_all_went_well():
    (response,) = written([], "3.1.0").iterchildren("{*}QueryRegistrationResponse")
    assert [each.attrib for each in response] == [{"status": "Success"}]


def test_a_registration_says_when_it_holds_and_what_is_indexed():
    plain, rich = written([PLAIN, RICH], "3.1.0").iter("{*}Registration")
    unindexed = dict.fromkeys(
        ("indexTimeSeries", "indexDataSet", "indexAttributes", "indexReportingPeriod"), "false"
    )
    assert plain.attrib == {"id": "R1", **unindexed}
    assert rich.attrib == {
        "id": "TST@PA@1$0$0",
        "validFrom": "2012-01-01T00:00:00",
        "validTo": "2030-12-31T23:59:59Z",
        "lastUpdated": "2012-03-15T05:00:00.000250Z",
        **dict.fromkeys(unindexed, "true"),
    }
    assert rich.findtext("{*}ProvisionAgreement") == AGREEMENT


def test_a_registration_names_both_of_its_sources():
    (rich,) = written([RICH], "3.1.0").iter("{*}Datasource")
    simple, queryable = rich
    assert simple.text == "https://data.example/file.xml?a=1&b=2"
    assert queryable.attrib == {"isRESTDatasource": "false", "isWebServiceDatasource": "true"}
    assert [(etree.QName(each).localname, each.text) for each in queryable] == [
        ("DataURL", "https://data.example/ws"),
        ("WSDLURL", "https://data.example/wsdl"),
        ("WADLURL", "https://data.example/wadl"),
    ]


@pytest.mark.parametrize("host", ['"><x>', "a&b", "a\x00b", "a\ud7ffb"])
def test_an_address_that_a_client_made_up_stays_text(host: str):
    source = DataSource(
        data_url=f"http://{host}/", is_rest_datasource=True, is_web_service_datasource=False
    )
    content = ml3.write([replace(PLAIN, queryable_data_source=source)], MESSAGE, "3.1.0")
    (url,) = etree.fromstring(content).iter("{*}DataURL")
    assert url.text == f"http://{host}/".replace("\x00", "")
    assert not len(url)
