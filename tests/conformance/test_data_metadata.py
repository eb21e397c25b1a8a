"""Reference metadata within data: they come back as they were delivered, and go again."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from lxml import etree

from sdmx_server.exchange.publication import publish, publish_structures
from sdmx_server.formats.data.readers.catalogue import read
from sdmx_server.model.delivery import DeliveryFaults
from sdmx_server.site import EXTENSION
from tests.conformance import fixtures as fx
from tests.conformance.answers import media, table
from tests.conformance.conftest import Serving
from tests.conformance.data_metadata import content, structures
from tests.conformance.fixtures import CREATED, Content
from tests.formats.metadata.test_ml import XHTML
from tests.formats.xsd_validation import data_faults

EXR = "/sdmx/v2/data/dataflow/TST/EXR/1.0.0"
LATER = CREATED + timedelta(days=1)
KEY = "M.USD.EUR.SP00.A"
CSV = media("data+csv", "2.1.0")


@pytest.fixture(scope="module")
def client(serving: Serving) -> FlaskClient:
    return serving(content())


FORMATS = [
    ("data+xml", "3.1.0"),
    ("data+json", "2.0.0"),
    ("data+json", "2.1.0"),
    ("data+csv", "2.0.0"),
    ("data+csv", "2.1.0"),
]


@pytest.mark.parametrize("dimension", ["TIME_PERIOD", "AllDimensions", "CURRENCY"])
@pytest.mark.parametrize(("kind", "version"), FORMATS)
def test_an_answer_can_be_delivered_again(
    client: FlaskClient, serving: Serving, kind: str, version: str, dimension: str
) -> None:
    everything = f"{EXR}?attributes=all"
    query = f"{everything}&dimensionAtObservation={dimension}"
    response = client.get(query, headers=media(kind, version))
    assert response.status_code == 200, response.text

    again = serving(Content(structures(), [(CREATED, read(response.data, "x"))]))

    assert table(again.get(everything, headers=CSV)) == table(client.get(everything, headers=CSV))


@pytest.mark.parametrize("dimension", ["TIME_PERIOD", "AllDimensions", "CURRENCY"])
def test_sdmx_ml_follows_its_schema_and_that_of_the_dataflow(
    client: FlaskClient, dimension: str
) -> None:
    query = f"dimensionAtObservation={dimension}"
    schema = client.get(
        f"/sdmx/v2/schema/dataflow/TST/EXR/1.0.0?{query}", headers=media("schema+xml", "3.1.0")
    ).data
    response = client.get(f"{EXR}?attributes=all&{query}", headers=media("data+xml", "3.1.0"))
    assert data_faults(response.data, (schema, XHTML), "3.1.0") == []
    (contacts,) = etree.fromstring(response.data).findall("{*}DataSet/Metadata")
    assert [each.get("id") for each in contacts] == ["CONTACT", "CONTACT"]


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
def test_the_json_schema_takes_the_answer_and_refuses_another_grade(
    client: FlaskClient, version: str
) -> None:
    schema = json.loads(
        client.get(
            "/sdmx/v2/schema/dataflow/TST/EXR/1.0.0", headers=media("schema+json", version)
        ).data
    )
    message: dict[str, Any] = json.loads(
        client.get(f"{EXR}?attributes=all", headers=media("data+json", version)).data
    )
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert validator.is_valid(message)
    for attribute in message["data"]["structures"][0]["attributes"]["observation"]:
        if attribute["id"] == "GRADE":
            attribute["values"][0]["id"] = "Z"
    assert not validator.is_valid(message)


@pytest.mark.parametrize("kind", ["structure+json", "structure+xml"])
def test_what_describes_the_data_comes_with_their_structure(client: FlaskClient, kind: str) -> None:
    version = {"structure+json": "2.1.0", "structure+xml": "3.1.0"}[kind]
    for address in (
        "/sdmx/v2/structure/datastructure/TST/DSD_EXR/1.0.0?references=descendants",
        "/sdmx/v2/structure/dataflow/TST/EXR/1.0.0?references=descendants&detail=referencepartial",
        "/sdmx/v2/schema/dataflow/TST/EXR/1.0.0",
    ):
        response = client.get(address, headers=media(kind, version))
        assert response.status_code == 200, response.text
        for needed in ("MSD_Q", "CS_QUALITY", "CL_GRADE", "EMAIL", "MetadataAttributeUsage"):
            assert needed.lower() in response.text.lower(), (address, needed)


WRONG = [
    ({"GRADE": "Z"}, "unknown-code"),
    ({"DELAY": "soon"}, "malformed-number"),
    ({"AUDITED": "maybe"}, "malformed-value"),
    ({"CONTACT.NAME": '["Ann"]'}, "malformed-json"),
    ({"CONTACT.EMAIL": '[{"en":"a@x.org"}]'}, "malformed-json"),
    ({"CONTACT.PHONE": "1"}, "unknown-column"),
    ({"CONTACT": "Ann"}, "unknown-column"),
    ({"SUMMARY": '["<p>a</p>","<p>b</p>"]'}, "malformed-json"),
]


@pytest.mark.parametrize(("cells", "code"), WRONG)
def test_wrong_metadata_are_refused(serving: Serving, cells: dict[str, str], code: str) -> None:
    _, flow, _ = fx.exr_structures("1.0.0")
    rows = [{**fx.exr_rows()[0], **cells}]
    with pytest.raises(DeliveryFaults) as refused:
        serving(Content(structures(), [(CREATED, [fx.delivery(flow, rows, "Merge", fx.NOTE)])]))
    assert code in {fault.code for fault in refused.value.faults}


def test_metadata_sort_observations(client: FlaskClient) -> None:
    response = client.get(f"{EXR}/{KEY}?sort=GRADE:desc+TIME_PERIOD:desc", headers=CSV)
    periods = [cells["TIME_PERIOD"] for cells in csv.DictReader(io.StringIO(response.text))]
    assert [p for p in periods if p != "2010-03"] == ["2010-04", "2010-02", "2010-01"]
    assert periods.index("2010-03") in (0, 3)


def test_metadata_filter_availability(client: FlaskClient) -> None:
    response = client.get("/sdmx/v2/availability/dataflow/TST/EXR/1.0.0/*/CURRENCY?c[GRADE]=A")
    assert response.status_code == 200
    assert '"USD"' in response.text
    assert '"CHF"' not in response.text


def test_metadata_may_come_to_data_that_were_there_before_and_go_again(serving: Serving) -> None:
    plain = fx.exr("1.0.0")
    made = serving(Content([*structures(), *plain.artefacts], plain.deliveries))
    stores = made.application.extensions[EXTENSION].stores
    before = made.get(f"{EXR}?attributes=all", headers=CSV)
    assert "GRADE" not in before.text

    publish_structures(structures(), stores, LATER)
    empty = made.get(f"{EXR}?attributes=all", headers=CSV)
    assert empty.status_code == 200
    assert ",GRADE" in empty.text
    assert made.get(f"{EXR}?c[GRADE]=A").status_code == 204

    publish(content().deliveries[0][1], stores, LATER)
    assert made.get(f"{EXR}?c[GRADE]=A").status_code == 200

    publish_structures(plain.artefacts, stores, LATER)
    assert made.get(f"{EXR}?attributes=all", headers=CSV).text == before.text
