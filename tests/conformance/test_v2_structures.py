"""SDMX-REST 2.2: structure queries (rows 259 to 294)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sdmx_server.grammar.artefact_types import V2_TYPES
from tests.conformance.answers import artefacts, error, ids, listed, media, media_type, row
from tests.conformance.artefacts import allowing
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import VERSIONS, Content, exr_structures, shared

STRUCTURE = "dataStructures=TST:DSD_EXR(1.0.0)"
FLOW = "dataflows=TST:EXR(1.0.0)"
CONCEPTS = "conceptSchemes=TST:CS(1.0.0)"
AGENCIES = "agencySchemes=SDMX:AGENCIES(1.0)"
PROVIDERS = "dataProviderSchemes=TST:DATA_PROVIDERS(1.0)"
AGREEMENTS = {f"provisionAgreements=TST:{id_}(1.0.0)" for id_ in ("PA_ECB", "PA_BIS")}
CATEGORISATION = "categorisations=TST:CAT_EXR(1.0)"
CODELISTS = {
    f"codelists=TST:{id_}(1.0.0)"
    for id_ in ("CL_FREQ", "CL_CURRENCY", "CL_EXR_TYPE", "CL_EXR_SUFFIX", "CL_OBS_STATUS")
}
CONSTRAINTS = {id_: f"dataConstraints=TST:{id_}(1.0.0)" for id_ in ("CR_DSD", "CR_FLOW", "CR_PA")}
DOMAINS = "categorySchemes=TST:DOMAINS(1.0.0)"
DSD = "/datastructure/TST/DSD_EXR/1.0.0"
THREE_PARTS = {version for version in VERSIONS if version.count(".") == 2}
VERSION_QUERIES: dict[str, set[str]] = {
    "+": {"2.3.1"},
    "+.0.0": {"2.3.1"},
    "1+.0.0": {"2.3.1"},
    "~": {"3.0.0-draft"},
    "*": set(VERSIONS),
    "1.+.0": {"1.2.0"},
    "1.0+.0": {"1.2.0"},
    "1.1.+": {"1.1.1"},
    "1.1.0+": {"1.1.1"},
    "2+.3.1": {"2.3.1"},
    "3+.0.0": set(),
    "2.4+.0": set(),
    "~.0": {"2.0"},
    "0~.0": {"2.0"},
    "~.0.0": {"3.0.0-draft"},
    "1.~": {"1.0"},
    "1.~.0": {"1.2.0"},
    "2.~.0": {"2.4.0-draft"},
    "2.3.~": {"2.3.1"},
    "1~.1": {"2.0"},
    "*.0": {"1.0", "2.0"},
    "*.0.0": THREE_PARTS,
    "1.*": {"1.0"},
    "1.*.0": {"1.0.0", "1.1.0", "1.1.1", "1.2.0"},
    "1.1*.0": {"1.1.0", "1.1.1", "1.2.0"},
    "1.1.*": {"1.1.0", "1.1.1"},
    "2*.3.0": {"2.3.0", "2.3.1", "2.4.0-draft", "3.0.0-draft"},
    "3.0.0": set(),
    "2": set(),
    "1~.2.0,1.2.0+": {"3.0.0-draft", "1.2.0"},
    "+,1.2.0*": {"2.3.1", "1.2.0"},
}
NO_VERSION_QUERIES = (
    *("+.2.3", "1.+.3", "~.2", "~.2.3", "1.~.3", "*.2", "*.2.3", "1.*.3", "+.0", "2.3+"),
    *("~.0.*", "3.2*.1+", "3.2+.1+", "0+.1.0", "v1.0", "latest", "all", "01.0", "1.0.0.0"),
    "1.0.0-",
)


def get(client: FlaskClient, path: str) -> TestResponse:
    return client.get(f"/sdmx/v2/structure{path}")


def codes(codelist: dict[str, Any]) -> dict[str, str]:
    """Return the names of the codes by their ids."""
    return {code["id"]: code["name"] for code in codelist.get("codes", [])}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        row(259, DSD, {STRUCTURE}),
        row(263, "/codelist/TST/CL_VER", {"codelists=TST:CL_VER(3.0.0-draft)"}),
        row(
            264,
            "/codelist/TST,SDMX/CL_FREQ,CL_VER/+,1.0.0",
            {
                "codelists=TST:CL_FREQ(1.0.0)",
                "codelists=TST:CL_VER(1.0.0)",
                "codelists=TST:CL_VER(2.3.1)",
            },
        ),
        row(275, f"{DSD}?references=none", {STRUCTURE}),
        row(
            275,
            f"{DSD}?references=children",
            {STRUCTURE, CONCEPTS, AGENCIES} | CODELISTS,
        ),
        row(275, f"{DSD}?references=parents", {STRUCTURE, FLOW}),
        row(
            275,
            f"{DSD}?references=ancestors",
            {STRUCTURE, FLOW, CATEGORISATION} | AGREEMENTS,
        ),
        row(
            275,
            f"{DSD}?references=descendants",
            {STRUCTURE, CONCEPTS, AGENCIES} | CODELISTS,
        ),
        row(
            275,
            f"{DSD}?references=all",
            {STRUCTURE, FLOW, CONCEPTS, AGENCIES} | CODELISTS,
        ),
        row(276, f"{DSD}?references=codelist,conceptscheme", {STRUCTURE, CONCEPTS} | CODELISTS),
        row(276, "/dataflow/TST/EXR?references=codelist", {FLOW} | CODELISTS),
        row(
            275,
            "/dataflow/TST/EXR?references=parents",
            {FLOW, CATEGORISATION} | AGREEMENTS,
        ),
        row(
            275,
            "/dataflow/TST/EXR?references=parentsandsiblings",
            {FLOW, CATEGORISATION, DOMAINS, PROVIDERS, AGENCIES} | AGREEMENTS,
        ),
        row(
            282,
            "/categoryscheme/TST/DOMAINS/1.0.0/A.A1.A11?references=categorisation",
            {DOMAINS, CATEGORISATION},
        ),
        row(
            282,
            "/categoryscheme/TST/DOMAINS/1.0.0/B?references=categorisation",
            {DOMAINS},
        ),
    ],
)
def test_a_structure_query_finds_exactly_these_artefacts(
    v2: FlaskClient, path: str, expected: set[str]
):
    response = get(v2, path)
    assert set(listed(response)) == expected
    assert media_type(response) == "structure+json;version=2.1.0"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        row(275, f"{DSD}?references=parents", {STRUCTURE, FLOW, CONSTRAINTS["CR_DSD"]}),
        row(
            275,
            "/dataflow/TST/EXR/1.0.0?references=parents",
            {FLOW, CONSTRAINTS["CR_FLOW"]} | AGREEMENTS,
        ),
        row(
            275,
            "/dataconstraint/TST/CR_PA/1.0.0?references=descendants",
            {
                *(CONSTRAINTS["CR_PA"], AGENCIES, PROVIDERS, STRUCTURE, FLOW, CONCEPTS),
                "provisionAgreements=TST:PA_ECB(1.0.0)",
            }
            | CODELISTS,
        ),
    ],
)
def test_constraints_are_parents_of_what_they_constrain(
    constrained: FlaskClient, path: str, expected: set[str]
):
    assert set(listed(get(constrained, path))) == expected


def test_every_artefact_is_a_parent_of_its_agency(v2: FlaskClient):
    """Row 275, as the matrix of first-level references has it."""
    found = set(listed(get(v2, "/agencyscheme/SDMX/AGENCIES?references=parents")))
    assert found == {AGENCIES} | {
        name for name in listed(get(v2, "")) if "=TST:" in name and "agencySchemes" not in name
    }


@pytest.mark.parametrize(
    ("path", "same"), [row(260, "", "/*/*/*/~"), row(260, "/codelist", "/codelist/*/*/~/*")]
)
def test_what_is_left_off_a_path_means_everything_latest(v2: FlaskClient, path: str, same: str):
    found = set(listed(get(v2, path)))
    assert found == set(listed(get(v2, same)))
    names = [name.partition("(")[0] for name in found]
    assert len(names) == len(set(names))
    assert {"codelists=TST:CL_VER(3.0.0-draft)", "codelists=TST:CL_FREQ(1.0.0)"} <= found
    assert (FLOW in found) is (path == "")


@pytest.mark.parametrize(
    ("query", "expected"), [row(261, *each) for each in VERSION_QUERIES.items()]
)
def test_a_version_query_finds_exactly_these_versions(
    v2: FlaskClient, query: str, expected: set[str]
):
    response = get(v2, f"/codelist/TST/CL_VER/{query}")
    found = listed(response) if response.status_code != 204 else {}
    assert {each["version"] for each in found.values()} == expected


@pytest.mark.parametrize(
    "path",
    [
        *(row(262, f"/codelist/TST/CL_VER/{query}") for query in NO_VERSION_QUERIES),
        row(265, "/codelist,conceptscheme/TST"),
        row(266, "/organisationscheme/TST"),
        row(266, "/structureset/TST"),
        row(266, "/contentconstraint/TST"),
        row(277, "/codelist/TST/CL_FREQ?references=bogus"),
        row(277, "/codelist/TST/CL_FREQ?detail=bogus"),
        row(287, "/dataflow/TST/EXR/1.0.0/ITEM"),
    ],
)
def test_a_path_against_the_grammar_is_refused(v2: FlaskClient, path: str):
    response = get(v2, path)
    assert (response.status_code, error(response)) == (400, 400)


@pytest.mark.parametrize("type_", [row(267, name) for name in V2_TYPES])
def test_every_type_of_the_standard_is_known(v2: FlaskClient, type_: str):
    assert get(v2, f"/{type_}").status_code in (200, 204, 501)


@pytest.mark.parametrize(
    "path",
    [
        row(268, "/codelist/TST/NOPE"),
        row(288, "/codelist/TST/CL_FREQ?asOf=2011-05-31T00:00:00Z"),
    ],
)
def test_nothing_found_is_an_empty_answer(v2: FlaskClient, path: str):
    response = get(v2, path)
    assert (response.status_code, response.data) == (204, b"")


def test_as_of_an_instant_after_creation_structures_are_there(v2: FlaskClient):
    """Row 288, the other way round."""
    found = listed(get(v2, "/codelist/TST/CL_FREQ?asOf=2011-06-02T00:00:00Z"))
    assert set(found) == {"codelists=TST:CL_FREQ(1.0.0)"}


@pytest.mark.parametrize(
    ("detail", "complete"), [row(269, "allstubs", False), row(270, "allcompletestubs", True)]
)
def test_stubs_have_no_items(v2: FlaskClient, detail: str, complete: bool):
    (found,) = listed(get(v2, f"/codelist/TST/CL_FREQ?detail={detail}")).values()
    assert found["name"] == "Codes of CL_FREQ"
    assert not found.get("codes")
    assert ("description" in found, bool(found.get("annotations"))) == (complete, complete)


def test_extended_codelists_come_resolved(v2: FlaskClient):
    """Row 271."""
    found = listed(get(v2, "/codelist/TST/CL_X?references=children"))
    assert set(found) == {"codelists=TST:CL_X(1.0.0)", AGENCIES}
    extended = found["codelists=TST:CL_X(1.0.0)"]
    assert codes(extended) == {
        "X1": "X1",
        "A1": "X's A1",
        "A2": "A2",
        "A3": "A3",
        "B_B1": "B1",
        "B_A1": "B's A1",
    }
    assert not extended.get("codelistExtensions")


def test_raw_codelists_come_with_those_they_extend(v2: FlaskClient):
    """Row 272."""
    found = listed(get(v2, "/codelist/TST/CL_X?detail=raw&references=children"))
    names = {f"codelists=TST:{id_}(1.0.0)" for id_ in ("CL_X", "CL_A", "CL_B")}
    assert set(found) == names | {AGENCIES}
    raw = found["codelists=TST:CL_X(1.0.0)"]
    assert set(codes(raw)) == {"X1", "A1"}
    assert [each["codelist"].rpartition("=")[2] for each in raw["codelistExtensions"]] == [
        "TST:CL_A(1.0.0)",
        "TST:CL_B(1.0.0)",
    ]


def test_a_later_extension_wins(v2: FlaskClient):
    """Row 273."""
    (found,) = listed(get(v2, "/codelist/TST/CL_Y")).values()
    assert codes(found) == {"A1": "B's A1", "A2": "A2", "A3": "A3", "B1": "B1"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        row(274, "/codelist/TST/CL_X/1.0.0/A1", {"A1": "X's A1"}),
        row(284, "/codelist/TST/CL_A/1.0.0/A3", {"A3": "A3"}),
    ],
)
def test_an_item_of_a_codelist_comes_alone(v2: FlaskClient, path: str, expected: dict[str, str]):
    (found,) = listed(get(v2, path)).values()
    assert found["isPartial"]
    assert codes(found) == expected
    if "A3" in expected:
        assert found["codes"][0]["parent"] == "A2"


@pytest.mark.parametrize(
    ("path", "currencies"),
    [
        row(278, "/dataflow/TST/EXR/1.0.0", {"USD", "CHF", "EUR"}),
        row(279, "/provisionagreement/TST/PA_ECB/1.0.0", {"USD", "EUR"}),
        row(278, DSD, {"USD", "CHF", "JPY", "EUR"}),
    ],
)
def test_partial_references_hold_what_is_used(
    constrained: FlaskClient, path: str, currencies: set[str]
):
    query = "?references=descendants&detail=referencepartial"
    found = listed(get(constrained, f"{path}{query}"))
    codelist = found["codelists=TST:CL_CURRENCY(1.0.0)"]
    assert set(codes(codelist)) == currencies
    assert codelist["isPartial"]
    whole = found["codelists=TST:CL_FREQ(1.0.0)"]
    assert len(codes(whole)) == 6
    assert not whole.get("isPartial")
    concepts = {concept["id"] for concept in found[CONCEPTS]["concepts"]}
    assert "UNUSED" not in concepts
    assert {"FREQ", "TIME_PERIOD", "OBS_VALUE", "TITLE"} <= concepts
    assert found[CONCEPTS]["isPartial"]
    assert [agency["id"] for agency in found[AGENCIES]["agencies"]] == ["TST"]
    assert found[AGENCIES]["isPartial"]
    if PROVIDERS in found:
        assert [each["id"] for each in found[PROVIDERS]["dataProviders"]] == ["ECB"]


def test_partial_categories_are_those_of_the_categorisations(v2: FlaskClient):
    """Section 2.5.2."""
    query = "?references=parentsandsiblings&detail=referencepartial"
    found = listed(get(v2, f"/dataflow/TST/EXR{query}"))
    assert tree(found[DOMAINS]["categories"]) == ["A", "A.A1", "A.A1.A11"]
    assert found[DOMAINS]["isPartial"]
    suppliers = {each["id"] for each in found[PROVIDERS]["dataProviders"]}
    assert suppliers == {"ECB", "BIS"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        row(278, "/dataconstraint/TST/CR_PA/1.0.0", {"USD", "EUR"}),
        row(278, "/dataconstraint/TST/CR_FLOW/1.0.0", {"USD", "CHF", "EUR"}),
    ],
)
def test_partial_codelists_of_a_constraint_hold_what_it_leaves(
    constrained: FlaskClient, path: str, expected: set[str]
):
    query = "?references=descendants&detail=referencepartial"
    found = listed(get(constrained, f"{path}{query}"))
    assert set(codes(found["codelists=TST:CL_CURRENCY(1.0.0)"])) == expected


def test_a_codelist_of_several_components_holds_the_codes_of_all(serving: Serving):
    """Section 2.5.2: denominators are not constrained, so no currency is left out."""
    structure, _, artefacts_ = exr_structures("1.0.0")
    constraint = allowing("CR", structure, {"CURRENCY": ("USD",)})
    client = serving(Content([*shared("1.0.0"), *artefacts_, constraint]))
    query = "?references=descendants&detail=referencepartial"
    codelist = listed(get(client, f"{DSD}{query}"))["codelists=TST:CL_CURRENCY(1.0.0)"]
    assert len(codes(codelist)) == 5
    assert not codelist.get("isPartial")


def test_partial_codelists_of_a_hierarchy_hold_its_codes(v1: FlaskClient):
    """Section 2.5.2."""
    path = "/hierarchy/TST/HCL_H1?references=children&detail=referencepartial"
    codelist = listed(get(v1, path))["codelists=TST:CL_FREQ(1.0)"]
    assert set(codes(codelist)) == {"A"}
    assert codelist["isPartial"]


def tree(categories: list[dict[str, Any]], above: str = "") -> list[str]:
    """Return the dotted ids of categories."""
    found: list[str] = []
    for category in categories:
        path = above + category["id"]
        found += [path, *tree(category.get("categories", []), f"{path}.")]
    return found


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        row(280, "A.A1.A11", ["A", "A.A1", "A.A1.A11"]),
        row(281, "A.A1", ["A", "A.A1"]),
        row(283, "A.A1.A11,B", ["A", "A.A1", "A.A1.A11", "B"]),
    ],
)
def test_nested_items_come_with_those_above_them(v2: FlaskClient, item: str, expected: list[str]):
    (found,) = listed(get(v2, f"/categoryscheme/TST/DOMAINS/1.0.0/{item}")).values()
    assert tree(found["categories"]) == expected
    assert found["isPartial"]


def test_an_agency_comes_with_its_contacts(v2: FlaskClient):
    """Row 285."""
    (found,) = listed(get(v2, "/agencyscheme/SDMX/AGENCIES/1.0/TST")).values()
    (agency,) = found["agencies"]
    assert agency["id"] == "TST"
    assert agency["contacts"][0]["emails"] == ["help@tst.example"]


@pytest.mark.parametrize(
    ("path", "container", "expected"),
    [
        row(286, "/conceptscheme/TST/CS/1.0.0/FREQ", "concepts", ["FREQ"]),
        row(286, "/valuelist/TST/VL_ODD/1.0.0/50%20%25%20a%2Fb", "valueItems", ["50 % a/b"]),
    ],
)
def test_items_of_other_schemes_come_alone(
    v2: FlaskClient, path: str, container: str, expected: list[str]
):
    (found,) = listed(get(v2, path)).values()
    assert [item["id"] for item in found[container]] == expected


def test_references_bind_late(v2: FlaskClient):
    """Row 289."""
    found = listed(get(v2, "/datastructure/TST/DSD_LATE?references=codelist"))
    structure = found.pop("dataStructures=TST:DSD_LATE(1.0.0)")
    assert set(found) == {"codelists=TST:CL_LATE(1.1.0)"}
    assert "TST:CL_LATE(1.0+.0)" in json.dumps(structure)


@pytest.mark.parametrize(
    ("language", "name", "names"),
    [
        row(290, {"Accept-Language": "fr"}, "Réponses", False),
        row(290, {"Accept-Language": "*"}, "Answers", True),
        row(291, "?lang=fr", "Réponses", False),
        row(379, {"Accept-Language": "xx"}, "Answers", False),
        row(378, {"Accept-Language": "fr-CH, en;q=0.5"}, "Réponses", False),
    ],
)
def test_names_come_in_the_language_asked_for(
    v2: FlaskClient, language: dict[str, str] | str, name: str, names: bool
):
    query, headers = (language, {}) if isinstance(language, str) else ("", language)
    response = v2.get(f"/sdmx/v2/structure/codelist/TST/CL_LANG{query}", headers=headers)
    (found,) = listed(response).values()
    assert found["name"] == name
    if names:
        assert found["names"] == {"en": "Answers", "fr": "Réponses", "de": "Antworten"}
        assert found["codes"][1]["names"] == {"en": "No", "fr": "Non"}
    assert response.headers["Content-Language"].startswith("fr" if name == "Réponses" else "en")


def test_a_language_that_is_not_there_is_406(v2: FlaskClient):
    """Row 291."""
    assert get(v2, "/codelist/TST/CL_LANG?lang=xx").status_code == 406


def test_value_lists_have_a_container_in_sdmx_ml_3(v2: FlaskClient):
    """Row 292."""
    path = "/sdmx/v2/structure/valuelist/TST/VL_ODD"
    (found,) = artefacts(v2.get(path, headers=media("structure+xml", "3.0.0"))).values()
    assert found.getparent().tag.endswith("}ValueLists")
    assert ids(found, "ValueItem") == ["50 % a/b", "C"]


def test_sdmx_ml_2_1_can_be_had_as_well(v2: FlaskClient):
    """Row 293."""
    path = "/sdmx/v2/structure/codelist/TST/CL_FREQ"
    found = artefacts(v2.get(path, headers=media("structure+xml", "2.1")))
    assert set(found) == {"Codelist=TST:CL_FREQ(1.0.0)"}
