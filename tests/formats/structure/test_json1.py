from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from sdmx_server.formats.structure import json1, ml3, ml21
from sdmx_server.formats.structure.json1_rules import DIALECT
from sdmx_server.formats.structure.jsonform import Languages, form
from sdmx_server.model.codelist import Code, Codelist
from sdmx_server.model.concept import Concept, ConceptScheme
from sdmx_server.model.constraint import (
    ComponentValue,
    MetadataConstraint,
    MetadataConstraintAttachment,
    MetadataTargetRegion,
    TargetKey,
)
from sdmx_server.model.datastructure import DataStructure
from sdmx_server.model.representation import Representation
from sdmx_server.model.transformation import VtlMappingScheme
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
        VtlMappingScheme(id="VMS", agency_id="SRG", names={"en": "Aliases"}),
        DataStructure(id="DSD", agency_id="SRG", version="1.0.0-rc.1", names={"en": "A"}),
    ],
    ids=lambda artefact: type(artefact).__name__,
)
def test_what_1_0_cannot_say_is_left_out(artefact):
    kept = Codelist(id="CL", agency_id="SRG", names={"en": "A"}, codes=(Code(id="A"),))
    data = _written(artefact, kept)
    assert list(data) == ["codelists"]
    assert [codelist["version"] for codelist in data["codelists"]] == ["1.0"]


MORE = SDMX_21[0].parents[1] / "21_more"
URN = "urn:sdmx:org.sdmx.infomodel"


def _more(stem: str) -> dict:
    return _written(*ml21.read((MORE / f"{stem}.xml").read_bytes()))


@pytest.mark.parametrize("path", sorted(MORE.glob("*.xml")), ids=name_of)
def test_whatever_2_1_has_follows_the_official_schema(path: Path):
    validate_json(json1.write(ml21.read(path.read_bytes()), MESSAGE), "structure", "1.0.0")


def test_a_structure_set_names_both_ends_of_every_map_by_their_urns():
    (held,) = _more("structureset")["structureSets"]
    (categories,) = held["categorySchemeMaps"]
    assert categories["categoryMaps"] == [
        {
            "source": f"{URN}.categoryscheme.Category=AG:CAT(1.0).A.B",
            "target": f"{URN}.categoryscheme.Category=AG:CAT2(1.0).C",
        }
    ]
    (mixed,) = held["hybridCodelistMaps"]
    assert mixed["hybridCodeMaps"][0] == {
        "source": f"{URN}.codelist.HierarchicalCode=AG:HCL(1.0).H1.X",
        "target": f"{URN}.codelist.Code=AG:CL_B(1.0).B",
    }
    area, status, *_ = held["structureMaps"][0]["componentMaps"]
    assert area["target"] == f"{URN}.datastructure.Dimension=AG:DSD2(1.0).REF_AREA"
    codes = f"{URN}.mapping.CodelistMap=AG:SS(1.0).LM"
    assert area["representationMapping"] == {"codelistMap": codes}
    assert status["target"] == f"{URN}.datastructure.DataAttribute=AG:DSD2(1.0).OBS_STATUS"
    assert status["representationMapping"]["valueMap"]["valueMappings"][0] == {
        "source": "1",
        "target": "A",
    }


def test_a_hierarchical_codelist_holds_its_hierarchies():
    found = {each["id"]: each for each in _more("hierarchicalcodelist")["hierarchicalCodelists"]}
    first, second = found["HCL"]["hierarchies"]
    assert found["HCL"]["includedCodelists"]["A"] == f"{URN}.codelist.Codelist=AG:CL_A(2.1)"
    (code,) = first["hierarchicalCodes"]
    assert (code["codelistAliasRef"], code["codeID"], "code" in code) == ("A", "X", False)
    (top,) = second["hierarchicalCodes"]
    assert (first["leveled"], second["leveled"]) == (False, True)
    assert top["level"] == f"{URN}.codelist.Level=AG:HCL(1.0).H2.P"
    assert top["hierarchicalCodes"][0]["level"] == f"{URN}.codelist.Level=AG:HCL(1.0).H2.P.C"
    assert "hierarchies" not in found["STUB"]


def test_a_metadata_structure_has_targets_by_kind_and_reports_about_them():
    (structure, _) = _more("metadatastructure")["metadataStructures"]
    components = structure["metadataStructureComponents"]
    data, areas = components["metadataTargets"]
    assert set(data) - {"id", "links", "annotations"} == {
        "constraintContentTargets",
        "dataSetTargets",
        "keyDescriptorValuesTargets",
        "reportPeriodTargets",
    }
    assert [each["objectType"] for each in areas["identifiableObjectTargets"]] == ["Code", "Agency"]
    report = components["reportStructures"][1]
    assert report["metadataTargets"] == [f"{URN}.metadatastructure.MetadataTarget=AG:MSD(1.0).MT2"]
    assert [each["id"] for each in report["metadataAttributes"]] == ["NOTE", "SOURCE"]


def test_the_steps_of_a_process_lead_to_each_other():
    (process,) = _more("process")["processes"]
    (step,) = process["processSteps"]
    (transition,) = step["transitions"]
    assert transition["targetStep"] == f"{URN}.process.ProcessStep=AG:PR(1.0).S1.S11"
    assert step["processSteps"][0]["id"] == "S11"


def test_constraints_on_metadata_are_content_constraints():
    data = _more("metadata_constraints")
    constraints = {each["id"]: each for each in data["contentConstraints"]}
    (keys,) = constraints["MC"]["metadataKeySets"]
    provider = f"{URN}.base.DataProvider=AG:DATA_PROVIDERS(1.0).DP1"
    assert keys["keys"][0]["keyValues"] == [
        {"id": "IOT", "object": f"{URN}.datastructure.Dataflow=AG:DF(1.0)"},
        {"id": "DST", "dataSet": {"id": "SET1", "dataProvider": provider}},
        {"id": "DKT", "dataKey": {"keyValues": [{"id": "FREQ", "value": "A"}]}},
        {"id": "VAL", "value": "X"},
    ]
    assert constraints["MC3"]["constraintAttachment"]["metadataSet"]["id"] == "SET1"
    (region,) = constraints["MC5"]["metadataTargetRegions"]
    assert region["keyValues"] == [{"id": "VAL", "values": ["X"]}]
    agreement = f"{URN}.registry.ProvisionAgreement=AG:MPA(1.0)"
    assert constraints["MC5"]["constraintAttachment"] == {"provisionAgreements": [agreement]}
    (supplied,) = data["provisionAgreements"]
    assert supplied["structureUsage"] == f"{URN}.metadatastructure.Metadataflow=AG:MDF(1.0)"


def test_a_region_that_would_come_to_mean_more_is_left_out():
    attachment = MetadataConstraintAttachment(metadata_structures=(f"{URN}.x",))
    left_out = TargetKey(id="VAL", include=False, values=(ComponentValue(value="X"),))
    constraint = MetadataConstraint(
        id="MC",
        agency_id="SRG",
        names={"en": "All but X"},
        constraint_attachment=attachment,
        metadata_target_regions=(
            MetadataTargetRegion(report="R", metadata_target="T", key_values=(left_out,)),
        ),
    )
    assert "metadataTargetRegions" not in form(constraint, DIALECT, Languages(("en",)))


def test_late_bound_references_are_resolved_within_the_message():
    codelists = [
        Codelist(id="CL", agency_id="SRG", version=version, names={"en": "A"})
        for version in ("1.0.0", "1.2.0")
    ]
    concept = Concept(
        id="C",
        names={"en": "C"},
        core_representation=Representation(enumeration=f"{URN}.codelist.Codelist=SRG:CL(1.0+.0)"),
    )
    scheme = ConceptScheme(id="CS", agency_id="SRG", names={"en": "CS"}, concepts=(concept,))
    (written,) = _written(scheme, *codelists)["conceptSchemes"]
    representation = written["concepts"][0]["coreRepresentation"]
    assert representation["enumeration"] == f"{URN}.codelist.Codelist=SRG:CL(1.2.0)"
