"""Reference metadata in 2.2 (rows 295 to 307, and 316)."""

from __future__ import annotations

import csv
import io
import json

import msgspec
import pytest
from flask.testing import FlaskClient
from lxml import etree
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
from tests.conformance.answers import error, media, media_type, row, xml
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


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        row(295, WHOLE, [FIRST]),
        row(296, "metadataset/MP1", [DRAFT]),
        row(296, "metadataset/MP1/", [DRAFT]),
        row(296, "metadataset", [DRAFT, SECOND]),
        row(297, "metadataset/MP1,MP2/*/+", [FIRST, SECOND]),
        row(297, "metadataset/*/*/*", [FIRST, DRAFT, SECOND]),
        row(299, "metadataflow/TST/QUALITY/*/MP2", [SECOND]),
        row(299, "metadataflow/TST/QUALITY/*/TST.MP2", [SECOND]),
        row(299, "metadataflow/TST/QUALITY/*/TST.MP1,MP2", [DRAFT, SECOND]),
        row(300, "metadataflow/*/QUALITY/+", [DRAFT, SECOND]),
        row(300, "metadataflow", [DRAFT, SECOND]),
        row(301, "structure/dataflow/TST/EXR", [DRAFT]),
        row(301, "structure/dataflow", [DRAFT]),
        row(302, "structure/datastructure/TST/DSD_EXR", [SECOND]),
        row(302, "structure/*/TST", [DRAFT, SECOND]),
    ],
)
def test_a_path_finds_metadata_sets(served: FlaskClient, path: str, expected: list[str]):
    response = served.get(f"{METADATA}/{path}")
    assert sets(response) == expected
    assert media_type(response) == "metadata+json;version=2.1.0"


def test_stubs_have_no_attributes(served: FlaskClient):
    """Row 298."""
    response = served.get(f"{METADATA}/metadataset/MP1/?detail=allstubs")
    assert sets(response) == [DRAFT]
    (stub,) = json.loads(response.data)["data"]["metadataSets"]
    assert "attributes" not in stub
    assert stub["name"] == "Quality of the rates, once more"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        row(303, "datastructure/TST/DSD_EXR", 400),
        row(303, "", 400),
        row(303, "structure/nonsense/TST", 400),
        row(303, "metadataset/MP1/QR1/1.0.0/CONTACT", 400),
        row(304, "metadataset/NOPE", 204),
        row(304, "metadataset/MP1/QR1/2.0.0", 204),
        row(304, "metadataflow/TST/NOPE", 204),
        row(304, "metadataflow/TST/QUALITY/*/OTHER.MP2", 204),
        row(304, "structure/codelist/TST/CL_FREQ", 204),
        row(305, "metadataset/MP1?detail=children", 400),
        row(305, "metadataset/MP1?asOf=yesterday", 400),
    ],
)
def test_what_is_wrong_or_missing_is_told_apart(served: FlaskClient, path: str, status: int):
    response = served.get(f"{METADATA}/{path}")
    assert response.status_code == status
    assert not response.data if status == 204 else error(response) == status


@pytest.mark.parametrize("version", [row(306, "3.0.0"), row(306, "3.1.0")])
def test_sdmx_ml_holds_metadata_sets(served: FlaskClient, version: str):
    root = xml(served.get(f"{METADATA}/{WHOLE}", headers=media("metadata+xml", version)))
    assert etree.QName(root).localname == "GenericMetadata"
    assert f"v{version[0]}_{version[2]}" in etree.QName(root).namespace
    (found,) = root.iterchildren("{*}MetadataSet")
    assert found.get("urn") == f"{INFOMODEL}metadatastructure.MetadataSet={FIRST}"
    assert found.findtext("{*}Target") == DATAFLOW.urn
    reported = [attribute.get("id") for attribute in found.iterchildren("{*}Attribute")]
    assert reported == ["CONTACT", "CONTACT", "SUMMARY", "GRADE", "DELAY", "AUDITED"]


@pytest.mark.parametrize(
    ("version", "column"), [row(306, "2.0.0", "ACTION"), row(306, "2.1.0", "IS_PARTIAL_LANGUAGE")]
)
def test_sdmx_csv_has_a_row_a_metadata_set(served: FlaskClient, version: str, column: str):
    response = served.get(
        f"{METADATA}/metadataset/*/*/1.0.0", headers=media("metadata+csv", version)
    )
    assert media_type(response) == f"metadata+csv;version={version}"
    first, second = csv.DictReader(io.StringIO(response.text, newline=""))
    assert list(first)[:6] == [
        *("MDSTRUCTURE[;]", "MDSTRUCTURE_ID", "METADATASET_ID", column),
        *("TARGET_TYPES", "TARGET_IDS"),
    ]
    assert list(first)[6:] == [
        *("CONTACT[].NAME[en;fr]", "CONTACT[].EMAIL[]", "SUMMARY[en;fr]"),
        *("GRADE", "DELAY", "AUDITED"),
    ]
    assert [first["MDSTRUCTURE[;]"], second["MDSTRUCTURE[;]"]] == [
        "metadataflow",
        "metadataprovision",
    ]
    assert (first["METADATASET_ID"], first["TARGET_IDS"]) == (FIRST, "TST:EXR(1.0.0)")
    assert (second["MDSTRUCTURE_ID"], second["TARGET_TYPES"]) == ("TST:MPA(1.0.0)", "datastructure")


def test_labels_are_shown_where_they_are_asked_for(served: FlaskClient):
    """Row 306."""
    accept = media("metadata+csv", "2.1.0", ";labels=both")
    headers = {**accept, "Accept-Language": "fr"}
    response = served.get(f"{METADATA}/{WHOLE}", headers=headers)
    assert media_type(response) == "metadata+csv;version=2.1.0;labels=both"
    (found,) = csv.DictReader(io.StringIO(response.text, newline=""))
    assert found["MDSTRUCTURE_ID"] == "TST:QUALITY(1.0.0): Rapports de qualité"
    assert found["METADATASET_ID"] == f"{FIRST}: Qualité des taux"
    assert found["TARGET_IDS"] == "TST:EXR(1.0.0): Data of EXR"
    assert found["GRADE: Note"] == "A: Bon"


def test_values_have_the_types_of_the_metadata_structure(served: FlaskClient):
    """Row 306."""
    response = served.get(f"{METADATA}/{WHOLE}", headers=media("metadata+json", "2.0.0"))
    assert media_type(response) == "metadata+json;version=2.0.0"
    (found,) = json.loads(response.data)["data"]["metadataSets"]
    values = {each["id"]: each.get("value") for each in found["attributes"]}
    assert (values["DELAY"], values["AUDITED"], values["GRADE"]) == (12, True, "A")
    assert values["SUMMARY"]["fr"] == "<p>Bon</p>"


@pytest.mark.parametrize(
    "accept",
    [
        row(307, media("data+json", "2.1.0")),
        row(307, media("structure+json", "2.1.0")),
        row(307, media("metadata+json", "9.9.9")),
        row(307, {"Accept": "image/png"}),
    ],
)
def test_other_formats_are_not_to_be_had(served: FlaskClient, accept: dict[str, str]):
    response = served.get(f"{METADATA}/{WHOLE}", headers=accept)
    assert response.status_code == 406


def test_a_client_that_has_the_answer_gets_it_no_more(served: FlaskClient):
    first = served.get(f"{METADATA}/{WHOLE}")
    etag = {"If-None-Match": first.headers["ETag"]}
    assert served.get(f"{METADATA}/{WHOLE}", headers=etag).status_code == 304


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
        row(301, "dataflow/TST/EXR", {"QR1", "ANYTHING", "DATAFLOWS", "VERSIONS", "LATEST"}),
        row(302, "datastructure/TST/DSD_EXR/1.0.0", {"QR2", "ANYTHING", "DIMENSION"}),
        row(302, "codelist/TST/CL_FREQ", {"ANYTHING", "CODE"}),
        row(302, "categoryscheme/TST", set()),
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
