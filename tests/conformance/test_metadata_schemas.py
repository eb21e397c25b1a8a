"""Schemas of reference metadata: what a report may say, and about what."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient

from sdmx_server.formats.structure.schemas import validate
from sdmx_server.model.constraint import (
    ComponentValue,
    CubeRegionKey,
    MetadataConstraint,
    MetadataConstraintAttachment,
    MetadataTargetRegion,
)
from sdmx_server.model.metadatastructure import Metadataflow
from tests.conformance.answers import artefacts, listed, media, media_type
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import Content
from tests.conformance.metadata_sets import AGREEMENT, DATAFLOW, FLOW, STRUCTURE, quality

SCHEMA = "/sdmx/v2/schema"
CONTEXTS = {
    "metadatastructure": STRUCTURE,
    "metadataflow": FLOW,
    "metadataprovisionagreement": AGREEMENT,
}
VERSIONS = ("2.0.0", "2.1.0")
DRAFTS = {"2.0.0": jsonschema.Draft7Validator, "2.1.0": jsonschema.Draft201909Validator}
Message = dict[str, Any]


@pytest.fixture(scope="module")
def served(serving: Serving) -> FlaskClient:
    """A server with FX-META."""
    return serving(quality())


@pytest.fixture(scope="module")
def constrained(serving: Serving) -> FlaskClient:
    """A server with a metadataflow about dataflows of one agency, for which no grade is left."""
    narrow = Metadataflow(
        id="NARROW",
        agency_id="TST",
        version="1.0.0",
        names={"en": "Quality of dataflows"},
        structure=STRUCTURE.urn,
        targets=("urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=TST:*(*)",),
    )
    only = MetadataConstraint(
        id="MC",
        agency_id="TST",
        version="1.0.0",
        names={"en": "No grade at all"},
        constraint_attachment=MetadataConstraintAttachment(metadataflows=(narrow.urn,)),
        metadata_target_regions=(
            MetadataTargetRegion(
                components=(CubeRegionKey(id="GRADE", values=(ComponentValue(value="NONE"),)),)
            ),
        ),
    )
    return serving(quality() + Content([narrow, only]))


def schema_of(client: FlaskClient, context: str, version: str = "2.1.0", query: str = "") -> Any:
    """Return a validator of the schema of a context."""
    id_ = CONTEXTS[context].id if context in CONTEXTS else context.partition("/")[2]
    path = f"{SCHEMA}/{context.partition('/')[0]}/TST/{id_}/1.0.0{query}"
    response = client.get(path, headers=media("schema+json", version))
    assert response.status_code == 200, response.text
    assert media_type(response) == f"schema+json;version={version}"
    schema = json.loads(response.data)
    DRAFTS[version].check_schema(schema)
    return DRAFTS[version](schema)


def reported(client: FlaskClient, version: str = "2.1.0") -> Message:
    """Return the message of a metadata set as the server writes it."""
    headers = {**media("metadata+json", version), "Accept-Language": "*"}
    found: Message = client.get("/sdmx/v2/metadata/metadataset/MP1/QR1/1.0.0", headers=headers).json
    return found


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_report_of_the_server_is_valid(served: FlaskClient, context: str, version: str):
    schema = schema_of(served, context, version)
    faults = [error.message for error in schema.iter_errors(reported(served, version))]
    assert not faults


def _attribute(message: Message, id_: str) -> Message:
    (found,) = (a for a in message["data"]["metadataSets"][0]["attributes"] if a["id"] == id_)
    return found


def _unknown(message: Message) -> None:
    message["data"]["metadataSets"][0]["attributes"].append({"id": "NOPE", "value": "x"})


def _unknown_below(message: Message) -> None:
    message["data"]["metadataSets"][0]["attributes"][0]["attributes"].append({"id": "GRADE"})


def _below_what_has_none(message: Message) -> None:
    _attribute(message, "GRADE")["attributes"] = [{"id": "NAME", "value": "x"}]


def _wrong_code(message: Message) -> None:
    _attribute(message, "GRADE")["value"] = "Z"


def _wrong_type(message: Message) -> None:
    _attribute(message, "DELAY")["value"] = "soon"


def _wrong_boolean(message: Message) -> None:
    _attribute(message, "AUDITED")["value"] = "perhaps"


def _text_where_there_is_none(message: Message) -> None:
    message["data"]["metadataSets"][0]["attributes"][0]["value"] = "Someone"


def _languages_of_a_code(message: Message) -> None:
    _attribute(message, "GRADE")["value"] = {"en": "A"}


def _without(id_: str) -> Callable[[Message], None]:
    def change(message: Message) -> None:
        one = message["data"]["metadataSets"][0]
        one["attributes"] = [a for a in one["attributes"] if a["id"] != id_]

    return change


def _without_below(message: Message) -> None:
    contact = message["data"]["metadataSets"][0]["attributes"][0]
    contact["attributes"] = [a for a in contact["attributes"] if a["id"] != "NAME"]


def _nothing_below(message: Message) -> None:
    del message["data"]["metadataSets"][0]["attributes"][0]["attributes"]


def _no_value(message: Message) -> None:
    del _attribute(message, "DELAY")["value"]


def _malformed(message: Message) -> None:
    del message["data"]["metadataSets"][0]["agencyID"]


WRONG: dict[str, Callable[[Message], None]] = {
    "an unknown attribute": _unknown,
    "an unknown attribute below": _unknown_below,
    "attributes below one that has none": _below_what_has_none,
    "a wrong code": _wrong_code,
    "a wrong number": _wrong_type,
    "a wrong boolean": _wrong_boolean,
    "a value of what only holds others": _text_where_there_is_none,
    "languages of a code": _languages_of_a_code,
    "a missing attribute": _without("GRADE"),
    "a missing attribute of several": _without("CONTACT"),
    "a missing attribute below": _without_below,
    "nothing below": _nothing_below,
    "no value": _no_value,
    "what the official schema refuses": _malformed,
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_refused(
    served: FlaskClient, version: str, change: Callable[[Message], None]
):
    message = copy.deepcopy(reported(served, version))
    change(message)
    assert not schema_of(served, "metadataflow", version).is_valid(message)


def test_what_may_be_reported_so_often_is_not_more_often(served: FlaskClient):
    schema, message = schema_of(served, "metadataflow"), reported(served)
    below = message["data"]["metadataSets"][0]["attributes"][0]["attributes"]
    below.append({"id": "EMAIL", "value": "third@mp1.example"})
    assert schema.is_valid(message)
    below.append({"id": "EMAIL", "value": "fourth@mp1.example"})
    assert not schema.is_valid(message)
    below.pop()
    attributes = message["data"]["metadataSets"][0]["attributes"]
    attributes.append(copy.deepcopy(attributes[0]))  # contacts have no bound
    assert schema.is_valid(message)
    attributes.append({"id": "GRADE", "value": "A"})
    assert not schema.is_valid(message)


@pytest.mark.parametrize("version", VERSIONS)
def test_deletions_may_leave_out_what_is_mandatory(served: FlaskClient, version: str):
    message = copy.deepcopy(reported(served, version))
    _without("GRADE")(message)
    _without_below(message)
    schema = schema_of(served, "metadataflow", version, "?deletion=true")
    assert schema.is_valid(message)
    _unknown(message)
    assert not schema.is_valid(message)


def test_the_usage_is_that_of_the_context(served: FlaskClient):
    message = reported(served)
    one = message["data"]["metadataSets"][0]
    one["metadataflow"] = FLOW.urn.replace("1.0.0", "1.0+.0")  # another version of it
    assert schema_of(served, "metadataflow").is_valid(message)
    one["metadataflow"] = FLOW.urn.replace("QUALITY", "OTHER")
    assert not schema_of(served, "metadataflow").is_valid(message)
    assert schema_of(served, "metadatastructure").is_valid(message)
    del one["metadataflow"]
    one["metadataProvisionAgreement"] = AGREEMENT.urn
    assert schema_of(served, "metadataprovisionagreement").is_valid(message)
    one["metadataProvisionAgreement"] = AGREEMENT.urn.replace("MPA", "MPB")
    assert not schema_of(served, "metadataprovisionagreement").is_valid(message)


NARROW = "metadataflow/NARROW"


@pytest.mark.parametrize(
    ("target", "is_allowed"),
    [
        (DATAFLOW.urn, True),
        (DATAFLOW.urn.replace("1.0.0", "2.3.1-draft"), True),
        (DATAFLOW.urn.replace("TST:", "OTHER:"), False),
        (STRUCTURE.urn, False),
        (DATAFLOW.urn + ".X", False),
    ],
)
def test_what_a_report_is_about_is_among_the_targets(
    constrained: FlaskClient, target: str, is_allowed: bool
):
    message = reported(constrained)
    one = message["data"]["metadataSets"][0]
    one["metadataflow"] = FLOW.urn.replace("QUALITY", "NARROW")
    one["targets"] = [target]
    _without("GRADE")(message)
    schema = schema_of(constrained, NARROW, query="?deletion=true")
    assert schema.is_valid(message) == is_allowed


def test_constraints_cut_the_codes(constrained: FlaskClient):
    message = reported(constrained)
    assert schema_of(constrained, "metadataflow").is_valid(message)
    message["data"]["metadataSets"][0]["metadataflow"] = FLOW.urn.replace("QUALITY", "NARROW")
    assert not schema_of(constrained, NARROW).is_valid(message)  # A is not among them


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
def test_there_is_no_xml_schema_of_metadata(served: FlaskClient, version: str):
    path = f"{SCHEMA}/metadataflow/TST/QUALITY"
    assert served.get(path, headers=media("schema+xml", version)).status_code == 406


@pytest.mark.parametrize("context", CONTEXTS)
def test_the_same_as_artefacts_holds_what_is_used_alone(served: FlaskClient, context: str):
    path = f"{SCHEMA}/{context}/TST/{CONTEXTS[context].id}"
    response = served.get(path, headers=media("structure+json", "2.1.0"))
    found = listed(response)
    assert set(found) == {
        "metadataStructures=TST:MSD_Q(1.0.0)",
        "conceptSchemes=TST:CS_QUALITY(1.0.0)",
        "codelists=TST:CL_GRADE(1.0.0)",
        "agencySchemes=SDMX:AGENCIES(1.0)",
    }
    xml = served.get(path, headers=media("structure+xml", "3.1.0"))
    validate(xml.data, "3.1.0")
    assert "MetadataStructure=TST:MSD_Q(1.0.0)" in artefacts(xml)


def test_the_codes_of_the_same_are_cut_by_constraints(constrained: FlaskClient):
    for path in (
        f"{SCHEMA}/metadataflow/TST/NARROW",
        "/sdmx/v2/structure/metadataflow/TST/NARROW?references=descendants&detail=referencepartial",
    ):
        found = listed(constrained.get(path, headers=media("structure+json", "2.1.0")))
        grades = found["codelists=TST:CL_GRADE(1.0.0)"]
        assert (grades.get("codes", []), grades.get("isPartial")) == ([], True), path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("v2/schema/metadataflow/TST/NOPE", 404),
        ("v2/schema/metadatastructure/TST/MSD_Q?deletion=perhaps", 400),
        ("v1/schema/metadataflow/TST/NOPE", 404),
    ],
)
def test_what_is_not_there_or_not_understood_is_refused(
    served: FlaskClient, path: str, status: int
):
    assert served.get(f"/sdmx/{path}").status_code == status


def test_in_1_5_the_structure_is_the_form_there_is(served: FlaskClient):
    response = served.get("/sdmx/v1/schema/metadatastructure/TST/MSD_Q")
    assert media_type(response) == "structure+xml;version=2.1"
    assert "MetadataStructure=TST:MSD_Q(1.0.0)" in artefacts(response)
    xsd = media("schema+xml", "2.1")
    path = "/sdmx/v1/schema/metadatastructure/TST/MSD_Q"
    assert served.get(path, headers=xsd).status_code == 406
