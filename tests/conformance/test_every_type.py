"""Every type of artefact of either dialect, in every detail and every format."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from msgspec import structs
from werkzeug.test import TestResponse

from sdmx_server.formats.structure import ml3, ml21
from sdmx_server.formats.structure.schemas import validate
from sdmx_server.grammar.artefact_types import V1_TYPES, V2_TYPES, VTL_SCHEMES
from sdmx_server.grammar.references import V1_DETAILS, V2_DETAILS
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.mapping import (
    MappedValue,
    RepresentationMap,
    RepresentationMapping,
    ValueMapping,
)
from tests.conformance.answers import artefacts, media
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import Content
from tests.formats.json_validation import validate_json

MESSAGES = Path(__file__).parents[1] / "data" / "structures"
XML = tuple(("structure+xml", version) for version in ("2.1", "3.0.0", "3.1.0"))
JSON = tuple(("structure+json", version) for version in ("1.0.0", "2.0.0", "2.1.0"))


def artefacts_in(*folders: str) -> list[Maintainable]:
    """Return the artefacts of all messages in folders; the first of those with one URN."""
    found: dict[str, Maintainable] = {}
    for folder in folders:
        read = ml21.read if folder.startswith("21") else ml3.read
        for path in sorted(MESSAGES.glob(f"{folder}/*.xml")):
            for artefact in read(path.read_bytes()):
                found.setdefault(artefact.urn, artefact)
    return list(found.values())


@pytest.fixture(scope="module")
def of_2_1(serving: Serving) -> FlaskClient:
    """A server with artefacts of every type of SDMX 2.1."""
    return serving(Content(artefacts_in("21", "21_more")))


@pytest.fixture(scope="module")
def of_3_1(serving: Serving) -> FlaskClient:
    """A server with artefacts of every type of SDMX 3.1."""
    return serving(Content(artefacts_in("31")))


def check(response: TestResponse, kind: str, version: str) -> None:
    """Make sure that an answer is valid."""
    if kind == "structure+xml":
        validate(response.data, version)
    else:
        validate_json(response.data, "structure", version)


@pytest.mark.parametrize("type_", V1_TYPES)
@pytest.mark.parametrize("detail", V1_DETAILS)
def test_every_type_of_1_5_is_there_in_every_detail(of_2_1: FlaskClient, type_: str, detail: str):
    for kind, version in (*XML, *JSON):
        path = f"/sdmx/v1/{type_}?detail={detail}&references=all"
        response = of_2_1.get(path, headers=media(kind, version))
        # SDMX-JSON 1.0 has no list for the schemes of VTL; agencies come along with them.
        known = version != "1.0.0" or type_ not in (*VTL_SCHEMES, "namealiasscheme")
        assert response.status_code == (200 if known else 404), (kind, version, response.text)
        if known:
            check(response, kind, version)


@pytest.mark.parametrize("type_", V2_TYPES)
@pytest.mark.parametrize("detail", V2_DETAILS)
def test_every_type_of_2_2_is_there_in_every_detail(of_3_1: FlaskClient, type_: str, detail: str):
    for kind, version in (*XML[1:], *JSON[1:]):
        path = f"/sdmx/v2/structure/{type_}?detail={detail}&references=all"
        response = of_3_1.get(path, headers=media(kind, version))
        assert response.status_code == 200, (kind, version, response.text)
        check(response, kind, version)


def shown(response: TestResponse) -> set[str]:
    """Return the class and id of the artefacts in an answer of SDMX 2.1, and of none within."""
    return {name.partition("(")[0] for name in artefacts(response)}


@pytest.mark.parametrize("type_", V1_TYPES)
def test_stubs_are_those_of_the_artefacts_that_there_are(of_2_1: FlaskClient, type_: str):
    whole = shown(of_2_1.get(f"/sdmx/v1/{type_}"))
    assert whole
    for detail in ("allstubs", "allcompletestubs"):
        assert shown(of_2_1.get(f"/sdmx/v1/{type_}?detail={detail}")) == whole


@pytest.fixture(scope="module")
def of_3_maps(serving: Serving) -> FlaskClient:
    """A server with a map of SDMX 3 that SDMX 2.1 can hold, and one that it cannot."""
    same = RepresentationMap(
        id="RM",
        agency_id="TST",
        names={"en": "One to one"},
        descriptions={"en": "Code by code"},
        source=(RepresentationMapping(codelist=CODELIST.format("CL_A")),),
        target=(RepresentationMapping(codelist=CODELIST.format("CL_B")),),
        representation_mappings=(
            ValueMapping(source_values=(MappedValue(value="A"),), target_values=("B",)),
        ),
    )
    split = structs.replace(same, id="RM_2", target=same.target * 2)
    return serving(Content([same, split]))


CODELIST = "urn:sdmx:org.sdmx.infomodel.codelist.Codelist=TST:{}(1.0)"


@pytest.mark.parametrize("detail", V1_DETAILS)
def test_a_map_of_sdmx_3_is_a_structure_set_in_every_detail(of_3_maps: FlaskClient, detail: str):
    response = of_3_maps.get(f"/sdmx/v1/structureset?detail={detail}")
    validate(response.data, "2.1")
    assert shown(response) == {"StructureSet=TST:RM"}
    is_stub = detail in ("allstubs", "allcompletestubs")
    assert (b"CodelistMap" in response.data) != is_stub
    assert (b"Code by code" in response.data) == (detail != "allstubs")


def test_constraints_on_metadata_are_content_constraints_of_1_5(of_2_1: FlaskClient):
    for type_, roles in (("contentconstraint", 2), ("actualconstraint", 1)):
        found = artefacts(of_2_1.get(f"/sdmx/v1/{type_}"))
        assert len({element.get("type") for element in found.values()}) == roles
        assert any("MC" in name for name in found), list(found)
