"""SDMX-REST 2.2: schema queries (rows 309 to 317), and resources that are not offered."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from lxml import etree

from tests.conformance.answers import error, listed, media, media_type, row, xml
from tests.conformance.artefacts import allowing
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import Content, availability, exr_structures, shared
from tests.formats.xsd_validation import data_faults, validate_data

SCHEMA = "/sdmx/v2/schema"
XSD = media("schema+xml", "3.1.0")
STRUCTURES = media("structure+json", "2.1.0")
CURRENCIES = "codelists=TST:CL_CURRENCY(1.0.0)"


@pytest.mark.parametrize("version", [row(309, "3.0.0"), row(309, "3.1.0")])
@pytest.mark.parametrize("dimension", ["TIME_PERIOD", "AllDimensions", "CURRENCY"])
@pytest.mark.parametrize(
    "context", ["dataflow/TST/EXR", "datastructure/TST/DSD_EXR", "provisionagreement/TST/PA_ECB"]
)
def test_a_schema_validates_data_of_its_context(
    v2: FlaskClient, context: str, version: str, dimension: str
):
    query = f"?dimensionAtObservation={dimension}"
    schema = v2.get(f"{SCHEMA}/{context}{query}", headers=media("schema+xml", version))
    assert media_type(schema) == f"schema+xml;version={version}"
    assert xml(schema).get("targetNamespace").endswith(f":ObsLevelDim:{dimension}")
    data = v2.get(f"/sdmx/v2/data/{context}{query}", headers=media("data+xml", version))
    validate_data(data.data, schema.data, version)


def test_a_schema_refuses_a_code_that_is_not_allowed(v2: FlaskClient):
    """Row 309."""
    schema = v2.get(f"{SCHEMA}/dataflow/TST/EXR", headers=XSD)
    data = v2.get("/sdmx/v2/data/dataflow/TST/EXR", headers=media("data+xml", "3.1.0"))
    wrong = data.data.replace(b'CURRENCY="CHF"', b'CURRENCY="XXX"')
    assert wrong != data.data
    assert data_faults(wrong, schema.data, "3.1.0")


@pytest.mark.parametrize(
    ("path", "currencies"),
    [
        row(310, "dataflow/TST/EXR/1.0.0", {"USD", "CHF", "EUR"}),
        row(311, "provisionagreement/TST/PA_ECB/1.0.0", {"USD", "EUR"}),
    ],
)
def test_structures_of_a_schema_are_cut_by_all_constraints(
    constrained: FlaskClient, path: str, currencies: set[str]
):
    found = listed(constrained.get(f"{SCHEMA}/{path}", headers=STRUCTURES))
    assert {code["id"] for code in found[CURRENCIES]["codes"]} == currencies
    assert found[CURRENCIES]["isPartial"]
    assert {name.partition("=")[0] for name in found} - {"dataConstraints"} == {
        *("dataStructures", "codelists", "conceptSchemes", "agencySchemes")
    }
    xsd = constrained.get(f"{SCHEMA}/{path}", headers=XSD)
    enumerated = {
        frozenset(value.get("value") for value in each.iter("{*}enumeration")) - {"~"}
        for each in xml(xsd).iter("{*}simpleType")
    }
    assert currencies in enumerated


def test_a_codelist_shared_unequally_brings_the_constraints(serving: Serving):
    """Row 317."""
    structure, _, artefacts = exr_structures("1.0.0")
    values = {"CURRENCY": ("USD", "CHF"), "CURRENCY_DENOM": ("EUR",)}
    constraint = allowing("CR", structure, values)
    survey = availability("1.0.0").artefacts
    client = serving(Content([*shared("1.0.0"), *artefacts, *survey, constraint]))
    found = listed(client.get(f"{SCHEMA}/dataflow/TST/EXR", headers=STRUCTURES))
    assert {code["id"] for code in found[CURRENCIES]["codes"]} == {"USD", "CHF", "EUR"}
    assert "dataConstraints=TST:CR(1.0.0)" in found
    others = listed(client.get(f"{SCHEMA}/dataflow/TST/LFS", headers=STRUCTURES))
    assert not [name for name in others if name.startswith("dataConstraints")]


def test_a_schema_for_deletions_demands_nothing(v2: FlaskClient):
    """Row 312."""
    path = f"{SCHEMA}/dataflow/TST/EXR?dimensionAtObservation=AllDimensions"
    whole = v2.get(
        "/sdmx/v2/data/dataflow/TST/EXR?dimensionAtObservation=AllDimensions&limit=1",
        headers=media("data+xml", "3.1.0"),
    )
    root = etree.fromstring(whole.data)
    for observation in root.iter("{*}Obs"):
        for name in ("CURRENCY", "OBS_VALUE", "OBS_STATUS", "TIME_PERIOD"):
            observation.attrib.pop(name, None)
    bare = etree.tostring(root)
    assert data_faults(bare, v2.get(path, headers=XSD).data, "3.1.0")
    assert not data_faults(bare, v2.get(f"{path}&deletion=true", headers=XSD).data, "3.1.0")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        row(313, "schema/dataflow/TST/EXR?deletion=perhaps", 400),
        row(314, "schema/dataflow/*/EXR", 400),
        row(314, "schema/dataflow/TST/A,B", 400),
        row(314, "schema/codelist/TST/CL_FREQ", 400),
        row(315, "schema/dataflow/TST/NOPE", 404),
    ],
)
def test_a_query_that_cannot_be_answered_says_why(v2: FlaskClient, path: str, status: int):
    response = v2.get(f"/sdmx/v2/{path}")
    assert response.status_code == status
    assert error(response)
