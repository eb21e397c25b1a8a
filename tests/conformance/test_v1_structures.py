"""SDMX-REST 1.5: structure queries (rows 1 to 41 of the conformance table)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from sdmx_server.grammar.artefact_types import V1_TYPES
from sdmx_server.model.transformation import CustomTypeScheme
from tests.conformance.answers import COMMON, artefacts, error, ids, media_type, row
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import AGENCY, Content, organisations, shared

FREQUENCIES = "Codelist=TST:CL_FREQ(1.0)"
CODELISTS = {
    f"Codelist=TST:{id_}(1.0)"
    for id_ in ("CL_FREQ", "CL_CURRENCY", "CL_EXR_TYPE", "CL_EXR_SUFFIX", "CL_OBS_STATUS")
}
CONCEPTS = "ConceptScheme=TST:CS(1.0)"
STRUCTURE = "DataStructure=TST:DSD_EXR(1.0)"
FLOW = "Dataflow=TST:EXR(1.0)"
AGREEMENTS = {"ProvisionAgreement=TST:PA_ECB(1.0)", "ProvisionAgreement=TST:PA_BIS(1.0)"}
CATEGORISATION = "Categorisation=TST:CAT_EXR(1.0)"
OLD_FREQUENCIES = "Codelist=TST:CL_FREQ(2.0)"


def get(client: FlaskClient, path: str) -> dict[str, object]:
    return artefacts(client.get(f"/sdmx/v1{path}"))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        row(1, "/codelist/TST/CL_FREQ/1.0", {FREQUENCIES}),
        row(4, "/codelist/TST/CL_VER/all", {f"Codelist=TST:CL_VER({v})" for v in ("1.9", "1.10")}),
        row(5, "/codelist/TST/CL_VER/latest", {"Codelist=TST:CL_VER(1.10)"}),
        row(
            6,
            "/codelist/TST/CL_FREQ+CL_CURRENCY/latest",
            {OLD_FREQUENCIES, "Codelist=TST:CL_CURRENCY(1.0)"},
        ),
        row(7, "/codelist/TST+SDMX/CL_FREQ", {OLD_FREQUENCIES, "Codelist=SDMX:CL_FREQ(1.0)"}),
        row(
            8,
            "/codelist/TST/CL_FREQ%2BCL_CURRENCY",
            {OLD_FREQUENCIES, "Codelist=TST:CL_CURRENCY(1.0)"},
        ),
        row(9, "/codelist/TST/CL_FREQ/1.0+2.0", {FREQUENCIES, OLD_FREQUENCIES}),
        row(12, "/codelist/TST/CL_FREQ/1.0/all", {FREQUENCIES}),
        row(
            22,
            "/datastructure/TST/DSD_EXR/1.0?references=children",
            {STRUCTURE, CONCEPTS} | CODELISTS,
        ),
        row(23, "/dataflow/TST/EXR/1.0?references=children", {FLOW, STRUCTURE}),
        row(
            24,
            "/dataflow/TST/EXR/1.0?references=descendants",
            {FLOW, STRUCTURE, CONCEPTS} | CODELISTS,
        ),
        row(25, "/datastructure/TST/DSD_EXR/1.0?references=parents", {STRUCTURE, FLOW}),
        row(28, "/dataflow/TST/EXR/1.0?references=codelist", {FLOW} | CODELISTS),
        row(
            29,
            "/categoryscheme/TST/DOMAINS?references=categorisation",
            {"CategoryScheme=TST:DOMAINS(1.0)", CATEGORISATION},
        ),
        row(31, "/agencyscheme/TST", {"AgencyScheme=TST:AGENCIES(1.0)"}),
        row(
            32,
            "/organisationscheme/TST",
            {
                "AgencyScheme=TST:AGENCIES(1.0)",
                "DataProviderScheme=TST:DATA_PROVIDERS(1.0)",
                "DataConsumerScheme=TST:DATA_CONSUMERS(1.0)",
                "OrganisationUnitScheme=TST:UNITS(1.0)",
            },
        ),
        row(
            33,
            "/contentconstraint/TST",
            {f"ContentConstraint=TST:{id_}(1.0)" for id_ in ("CR_ALLOWED", "CR_ACTUAL")},
        ),
        row(33, "/actualconstraint/TST", {"ContentConstraint=TST:CR_ACTUAL(1.0)"}),
        row(33, "/allowedconstraint/TST", {"ContentConstraint=TST:CR_ALLOWED(1.0)"}),
        row(40, "/codelist/TST/CL_FREQ/1.0/", {FREQUENCIES}),
    ],
)
def test_a_structure_query_finds_exactly_these_artefacts(
    v1: FlaskClient, path: str, expected: set[str]
):
    assert set(get(v1, path)) == expected


def test_a_codelist_holds_all_its_codes_in_their_order(v1: FlaskClient):
    """Row 1."""
    response = v1.get("/sdmx/v1/codelist/TST/CL_FREQ/1.0")
    assert media_type(response) == "structure+xml;version=2.1"
    assert ids(artefacts(response)[FREQUENCIES], "Code") == ["A", "S", "Q", "M", "W", "D"]


def test_a_resource_alone_means_the_latest_of_every_agency_and_id(v1: FlaskClient):
    """Rows 2 and 3."""
    found = get(v1, "/codelist")
    assert set(found) == set(get(v1, "/codelist/all/all/latest"))
    names = [name.partition("(")[0] for name in found]
    assert len(names) == len(set(names))
    assert {
        "Codelist=TST:CL_VER(1.10)",
        OLD_FREQUENCIES,
        "Codelist=SDMX:CL_FREQ(1.0)",
        "Codelist=TST:CL_LANG(1.0)",
    } <= set(found)


@pytest.mark.parametrize(
    ("path", "codes", "partial"),
    [
        row(10, "/codelist/TST/CL_FREQ/1.0/A", ["A"], True),
        row(11, "/codelist/TST/CL_FREQ/1.0/A+M", ["A", "M"], True),
        row(12, "/codelist/TST/CL_FREQ/1.0/all", ["A", "S", "Q", "M", "W", "D"], False),
    ],
)
def test_items_cut_a_codelist(v1: FlaskClient, path: str, codes: list[str], partial: bool):
    found = get(v1, path)[FREQUENCIES]
    assert ids(found, "Code") == codes
    assert (found.get("isPartial") == "true") is partial


def test_a_nested_item_comes_with_those_above_it_alone(v1: FlaskClient):
    """Row 14."""
    (scheme,) = get(v1, "/categoryscheme/TST/DOMAINS/1.0/A.A1.A11").values()
    assert ids(scheme, "Category") == ["A", "A1", "A11"]
    assert scheme.get("isPartial") == "true"


@pytest.mark.parametrize(
    ("path", "trees"),
    [
        row(15, "/hierarchicalcodelist/TST/HCL/1.0/H1", ["H1"]),
        row(15, "/hierarchicalcodelist/TST/HCL/1.0", ["H1", "H2"]),
        row(15, "/hierarchicalcodelist/TST", ["H1", "H2"]),
    ],
)
def test_a_hierarchical_codelist_has_hierarchies_as_items(
    v1: FlaskClient, path: str, trees: list[str]
):
    (found,) = get(v1, path).values()
    assert found.get("id") == "HCL"
    assert ids(found, "Hierarchy") == trees


def test_stubs_have_names_and_no_content(v1: FlaskClient):
    """Rows 17 and 18."""
    found = get(v1, "/structure/TST?detail=allstubs")
    classes = {name.partition("=")[0] for name in found}
    assert {
        "Codelist",
        "ConceptScheme",
        "DataStructure",
        "Dataflow",
        "CategoryScheme",
        "Categorisation",
        "ContentConstraint",
        "ProvisionAgreement",
        "AgencyScheme",
        "DataProviderScheme",
        "HierarchicalCodelist",
    } <= classes
    for element in found.values():
        assert element.find(f"{COMMON}Name") is not None
        for content in ("Code", "Concept", "Category", "DataStructureComponents", "CubeRegion"):
            assert element.find("{*}" + content) is None
    (alone,) = get(v1, "/codelist/TST/CL_FREQ?detail=allstubs").values()
    assert (alone.get("id"), alone.get("agencyID"), alone.get("version")) == (
        "CL_FREQ",
        AGENCY,
        "2.0",
    )


@pytest.mark.parametrize(
    ("path", "complete"),
    [
        row(18, "/codelist/TST/CL_FREQ/1.0?detail=allstubs", False),
        row(19, "/codelist/TST/CL_FREQ/1.0?detail=allcompletestubs", True),
    ],
)
def test_complete_stubs_have_descriptions_and_annotations(
    v1: FlaskClient, path: str, complete: bool
):
    found = get(v1, path)[FREQUENCIES]
    assert not ids(found, "Code")
    for tag in (f"{COMMON}Description", f"{COMMON}Annotations"):
        assert (found.find(tag) is not None) is complete


@pytest.mark.parametrize(
    ("detail", "complete"),
    [row(20, "referencestubs", False), row(21, "referencecompletestubs", True)],
)
def test_references_may_be_stubs_beside_what_matches(v1: FlaskClient, detail: str, complete: bool):
    found = get(v1, f"/datastructure/TST/DSD_EXR/1.0?references=children&detail={detail}")
    assert ids(found[STRUCTURE], "Dimension")
    assert set(found) == {STRUCTURE, CONCEPTS} | CODELISTS
    assert not ids(found[FREQUENCIES], "Code")
    assert not ids(found[CONCEPTS], "Concept")
    assert (found[FREQUENCIES].find(f"{COMMON}Description") is not None) is complete


def test_siblings_are_what_parents_refer_to(v1: FlaskClient):
    """Row 26: the dataflow refers to nothing but the data structure."""
    found = get(v1, "/datastructure/TST/DSD_EXR/1.0?references=parentsandsiblings")
    assert set(found) == {STRUCTURE, FLOW}


def test_all_is_users_with_their_references(v1: FlaskClient):
    """Row 27."""
    found = set(get(v1, "/codelist/TST/CL_FREQ/1.0?references=all"))
    assert {FREQUENCIES, STRUCTURE, CONCEPTS} | CODELISTS <= found
    assert {"HierarchicalCodelist=TST:HCL(1.0)"} <= found
    assert FLOW not in found


def test_a_partial_codelist_holds_what_constraints_leave(constrained: FlaskClient):
    """Row 30."""
    path = "/dataflow/TST/EXR/1.0?references=descendants&detail=referencepartial"
    found = get(constrained, path)
    currencies = found["Codelist=TST:CL_CURRENCY(1.0)"]
    assert set(ids(currencies, "Code")) == {"USD", "CHF", "EUR"}
    assert currencies.get("isPartial") == "true"
    assert len(ids(found[FREQUENCIES], "Code")) == 6
    assert found[FREQUENCIES].get("isPartial") in (None, "false")


@pytest.mark.parametrize("resource", [row(34, name) for name in V1_TYPES])
def test_every_resource_of_the_standard_is_known(v1: FlaskClient, resource: str):
    assert v1.get(f"/sdmx/v1/{resource}/TST").status_code in (200, 404, 501)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        row(13, "/codelist/TST/CL_FREQ/1.0/ZZZ", 404, 100),
        row(16, "/dataflow/TST/EXR/1.0/X", 400, 140),
        row(35, "/codelist/NOBODY/CL_X", 404, 100),
        row(36, "/unknownresource/TST", 400, 140),
        row(37, "/codelist/TST/CL_FREQ?detail=bogus", 400, 140),
        row(38, "/codelist/TST/CL_FREQ?references=bogus", 400, 140),
        row(39, "/codelist/TST/CL_FREQ/1.0.x", 400, 140),
    ],
)
def test_a_structure_query_that_fails_says_why(v1: FlaskClient, path: str, status: int, code: int):
    response = v1.get(f"/sdmx/v1{path}")
    assert (response.status_code, error(response)) == (status, code)


def test_structures_cannot_be_posted(v1: FlaskClient):
    """Row 41."""
    response = v1.post("/sdmx/v1/codelist")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_only_vtl_schemes_refer_to_agencies(serving: Serving):
    """Section 1.1: the matrix of references of the first version."""
    scheme = CustomTypeScheme(
        id="CTS", agency_id=AGENCY, version="1.0", names={"en": "Types"}, vtl_version="2.0"
    )
    client = serving(Content([*organisations(), *shared("1.0"), scheme]))
    agencies = "AgencyScheme=SDMX:AGENCIES(1.0)"
    types = "CustomTypeScheme=TST:CTS(1.0)"
    assert set(get(client, "/customtypescheme/TST?references=children")) == {types, agencies}
    assert set(get(client, "/agencyscheme/SDMX?references=parents")) == {types, agencies}
    assert agencies not in get(client, "/codelist/TST?references=all")
