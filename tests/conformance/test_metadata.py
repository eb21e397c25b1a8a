"""Reference metadata: what is found by wildcards, earlier reports, and what pysdmx reads."""

from __future__ import annotations

import json

import msgspec
import pytest
from flask.testing import FlaskClient
from msgspec import structs
from pysdmx.api.qb import (
    ApiVersion,
    RefMetaByMetadataflowQuery,
    RefMetaByMetadatasetQuery,
    RefMetaByStructureQuery,
    RefMetaDetail,
    RefMetaFormat,
    StructureType,
)
from pysdmx.io.json.sdmxjson2.messages import JsonMetadataMessage
from werkzeug.test import TestResponse

from sdmx_server.exchange.publication import publish_structures
from sdmx_server.model.metadataset import MetadataSet
from tests.conformance.answers import media, xml
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import T1, T2
from tests.conformance.metadata_sets import DATA_STRUCTURE, DATAFLOW, QR1, QR2, quality

METADATA = "/sdmx/v2/metadata"
FIRST, DRAFT, SECOND = "MP1:QR1(1.0.0)", "MP1:QR1(1.1.0-draft)", "MP2:QR2(1.0.0)"
WHOLE = "metadataset/MP1/QR1/1.0.0"
INFOMODEL = "urn:sdmx:org.sdmx.infomodel."


@pytest.fixture(scope="module")
def served(serving: Serving) -> FlaskClient:
    """A server with FX-META."""
    return serving(quality())


def sets(response: TestResponse) -> list[str]:
    """Return the metadata sets of an SDMX-JSON message, in its order."""
    assert response.status_code == 200, response.text
    found = json.loads(response.data)["data"]["metadataSets"]
    return [f"{each['agencyID']}:{each['id']}({each['version']})" for each in found]


# -- what is found, and what is not -------------------------------------------------------


def _about(id_: str, *targets: str) -> MetadataSet:
    return structs.replace(QR1, id=id_, targets=targets)


WILDCARDS = {
    "ANYTHING": f"{INFOMODEL}base.Any=*:*(*)",
    "DATAFLOWS": f"{INFOMODEL}datastructure.Dataflow=*:*(*)",
    "VERSIONS": f"{INFOMODEL}datastructure.Dataflow=TST:EXR(*)",
    "LATEST": f"{INFOMODEL}datastructure.Dataflow=TST:EXR(1.0+.0)",
    "OTHERS": f"{INFOMODEL}datastructure.Dataflow=OTHER:*(*)",
    "DIMENSION": f"{DATA_STRUCTURE.replace('.DataStructure=', '.Dimension=')}.FREQ",
    "CODE": f"{INFOMODEL}codelist.Code=TST:CL_FREQ(1.0.0).A",
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("dataflow/TST/EXR", {"QR1", "ANYTHING", "DATAFLOWS", "VERSIONS", "LATEST"}),
        ("datastructure/TST/DSD_EXR/1.0.0", {"QR2", "ANYTHING", "DIMENSION"}),
        ("codelist/TST/CL_FREQ", {"ANYTHING", "CODE"}),
        ("categoryscheme/TST", set()),
    ],
)
def test_targets_may_have_wildcards_or_be_parts(serving: Serving, path: str, expected: set[str]):
    client = serving(quality(*(_about(id_, urn) for id_, urn in WILDCARDS.items())))
    response = client.get(f"{METADATA}/structure/{path}")
    if not expected:
        assert response.status_code == 204
        return
    assert {found.partition(":")[2].partition("(")[0] for found in sets(response)} == expected


def test_a_set_about_wildcards_alone_cannot_be_written_in_sdmx_2_1(serving: Serving):
    client = serving(quality(_about("ALL", WILDCARDS["DATAFLOWS"])))
    only = client.get(
        f"{METADATA}/metadataset/MP1/ALL/1.0.0", headers=media("genericmetadata+xml", "2.1")
    )
    assert only.status_code == 406
    among = client.get("/sdmx/v1/metadata/QUALITY")
    found = [each.get("setID") for each in xml(among).iterchildren("{*}MetadataSet")]
    assert found == ["QR1", "QR2"]


@pytest.mark.parametrize(
    "path",
    [
        "v2/structure",
        "v2/structure/*/MP1",
        "v2/structure/dataflow/TST/EXR?references=all",
        "v2/structure/metadataflow/TST/QUALITY?references=ancestors",
        "v2/structure/metadataprovisionagreement/TST/MPA?references=parentsandsiblings",
        "v2/structure/agencyscheme/SDMX?references=parents",
    ],
)
def test_structure_queries_never_bring_metadata_sets(served: FlaskClient, path: str):
    response = served.get(f"/sdmx/{path}")
    assert b"MetadataSet" not in response.data
    assert b"metadataSets" not in response.data


def test_what_was_reported_before_can_still_be_read(serving: Serving):
    client = serving(quality())
    stores = client.application.extensions["sdmx-server"].stores
    later = structs.replace(QR2, names={"en": "Reported again"})
    publish_structures([later], stores, T2)

    def name(query: str) -> str:
        response = client.get(f"{METADATA}/metadataset/MP2/QR2{query}")
        found: str = json.loads(response.data)["data"]["metadataSets"][0]["name"]
        return found

    assert name("") == "Reported again"
    assert name(f"?asOf={T1.isoformat().replace('+00:00', 'Z')}") == "Quality of the structure"


# -- other programs -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (RefMetaByMetadatasetQuery("MP1", "QR1", "1.0.0"), [FIRST]),
        (RefMetaByMetadatasetQuery("MP1", detail=RefMetaDetail.ALL_STUBS), [DRAFT]),
        (RefMetaByMetadataflowQuery("TST", "QUALITY", provider_id="MP2"), [SECOND]),
        (RefMetaByStructureQuery(StructureType.DATAFLOW, "TST", "EXR"), [DRAFT]),
    ],
)
@pytest.mark.parametrize("is_short", [True, False])
def test_the_urls_of_pysdmx_are_understood(
    served: FlaskClient, query: RefMetaByMetadatasetQuery, expected: list[str], is_short: bool
):
    url = query.get_url(ApiVersion.V2_2_2, is_short)
    assert sets(served.get(f"/sdmx/v2{url}")) == expected


def test_pysdmx_reads_what_was_reported(served: FlaskClient):
    accept = {"Accept": RefMetaFormat.SDMX_JSON_2_0_0.value}
    content = served.get(f"{METADATA}/{WHOLE}", headers=accept).data
    (report,) = msgspec.json.decode(content, type=JsonMetadataMessage).to_model().reports
    assert (report.agency, report.id, report.version) == ("MP1", "QR1", "1.0.0")
    assert report.targets == (DATAFLOW.urn,)
    found = {attribute.id: attribute for attribute in report.attributes}
    assert found["DELAY"].value == 12
    assert found["SUMMARY"].value == QR1.attributes[2].structured_texts
    first = report.attributes[0]
    assert [below.value for below in first.attributes] == [
        {"en": "Help; desk", "fr": "Accueil"},
        ("help@mp1.example", "desk@mp1.example"),
    ]
