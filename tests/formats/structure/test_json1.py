from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from sdmx_server.formats.structure import json1, ml3, ml21
from sdmx_server.model.codelist import Code, Codelist
from sdmx_server.model.datastructure import DataStructure
from sdmx_server.model.hierarchy import Hierarchy
from tests.formats.json_validation import validate_json
from tests.formats.structure.fixtures import MESSAGE, SDMX_21, SDMX_30, SDMX_31, name_of
from tests.formats.structure.test_ml3 import AVAILABILITY


def _written(*artefacts) -> dict:
    document = validate_json(json1.write(artefacts, MESSAGE, "1.0.0"), "structure", "1.0.0")
    return document["data"]


def _read(stem: str) -> tuple:
    path = next(path for path in SDMX_21 if path.stem == stem)
    return ml21.read(path.read_bytes())


@pytest.mark.parametrize("path", SDMX_21 + SDMX_30 + SDMX_31, ids=name_of)
def test_what_is_written_follows_the_official_schema(path: Path):
    read = ml21.read if path.parent.name == "21" else ml3.read
    _written(*read(path.read_bytes()))


def test_a_data_structure_has_a_primary_measure_and_a_list_of_time_dimensions():
    (dsd,) = _written(*_read("dsd"))["dataStructures"]
    components = dsd["dataStructureComponents"]
    assert components["measureList"]["primaryMeasure"]["id"] == "OBS_VALUE"
    dimensions = components["dimensionList"]
    assert [(d["id"], d["position"], d["type"]) for d in dimensions["dimensions"]] == [
        ("FREQ", 0, "Dimension"),
        ("AREA", 1, "Dimension"),
    ]
    assert [d["type"] for d in dimensions["timeDimensions"]] == ["TimeDimension"]
    relationships = {
        attribute["id"]: (attribute["assignmentStatus"], attribute["attributeRelationship"])
        for attribute in components["attributeList"]["attributes"]
    }
    assert relationships["OBS_STATUS"] == ("Mandatory", {"primaryMeasure": "OBS_VALUE"})
    assert relationships["SRC"] == ("Conditional", {"none": {}})


def test_a_measure_dimension_has_a_list_of_its_own():
    (dsd,) = _written(*_read("dsd_measuredim"))["dataStructures"]
    (dimension,) = dsd["dataStructureComponents"]["dimensionList"]["measureDimensions"]
    assert dimension["type"] == "MeasureDimension"
    assert ".ConceptScheme=" in dimension["localRepresentation"]["enumeration"]


def test_members_that_a_region_excludes_become_a_region_of_their_own():
    (constraint,) = _written(*_read("contentconstraint_cube"))["contentConstraints"]
    assert constraint["type"] == "Allowed"
    assert [region["isIncluded"] for region in constraint["cubeRegions"]] == [True, False, False]
    assert constraint["cubeRegions"][1] == {
        "isIncluded": False,
        "keyValues": [{"id": "AREA", "values": ["US"]}],
    }


def test_availability_is_an_actual_content_constraint():
    (constraint,) = _written(AVAILABILITY)["contentConstraints"]
    assert constraint["type"] == "Actual"
    assert constraint["cubeRegions"] == [
        {"isIncluded": True, "keyValues": [{"id": "SEX", "values": ["F"]}]}
    ]
    assert ".registry.ContentConstraint=" in constraint["links"][0]["urn"]


def test_a_stable_version_is_final():
    codelist = Codelist(id="CL", agency_id="SRG", version="1.0.0", names={"en": "List"})
    drafted = structs.replace(codelist, version="0.1.0")
    written = _written(codelist, drafted)["codelists"]
    assert [codelist.get("isFinal", False) for codelist in written] == [True, False]


def test_the_parent_of_a_concept_is_a_urn_and_that_of_a_code_an_id():
    data = _written(*_read("conceptscheme"), *_read("codelist"))
    concepts = data["conceptSchemes"][0]["concepts"]
    parents = {concept["parent"] for concept in concepts if "parent" in concept}
    assert parents
    assert all(parent.startswith("urn:sdmx:") for parent in parents)
    assert any(code.get("parent") == "T" for code in data["codelists"][0]["codes"])


@pytest.mark.parametrize(
    "artefact",
    [
        Codelist(id="CL", agency_id="SRG", version="1.0.0-draft", names={"en": "Draft"}),
        Hierarchy(id="H", agency_id="SRG", names={"en": "Tree"}),
        DataStructure(id="DSD", agency_id="SRG", version="1.0.0-rc.1", names={"en": "A"}),
    ],
    ids=lambda artefact: type(artefact).__name__,
)
def test_what_1_0_cannot_say_is_left_out(artefact):
    kept = Codelist(id="CL", agency_id="SRG", names={"en": "A"}, codes=(Code(id="A"),))
    data = _written(artefact, kept)
    assert list(data) == ["codelists"]
    assert [codelist["version"] for codelist in data["codelists"]] == ["1.0"]
