from __future__ import annotations

import pytest
from msgspec import structs

from sdmx_server.formats.structure.versions import SDMX_3_0, SDMX_3_1, expressible
from sdmx_server.model.constraint import (
    ComponentValue,
    ConstraintAttachment,
    CubeRegionKey,
    DataConstraint,
    DataKey,
    DataKeySet,
    MetadataConstraint,
    ReleaseCalendar,
)
from sdmx_server.model.datastructure import (
    Attribute,
    AttributeList,
    AttributeRelationship,
    Dataflow,
    DataStructure,
    DataStructureComponents,
    Dimension,
    DimensionList,
)
from sdmx_server.model.hierarchy import HierarchicalCode, Hierarchy
from sdmx_server.model.legacy import AttachmentConstraint
from sdmx_server.model.transformation import VtlMapping, VtlMappingScheme

CONCEPT = "urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept=SRG:CS_SRG(1.0.0).SEX"
CODE = "urn:sdmx:org.sdmx.infomodel.codelist.Code=SRG:CL_SEX(1.0.0).F"


def _values(*values: str) -> tuple[ComponentValue, ...]:
    return tuple(ComponentValue(value=value) for value in values)


CONSTRAINT = DataConstraint(
    id="DC",
    agency_id="SRG",
    role="Actual",
    constraint_attachment=ConstraintAttachment(simple_data_sources=("http://example.org",)),
    release_calendar=ReleaseCalendar(periodicity="P1Y", offset="P0D", tolerance="P1D"),
    data_key_sets=(
        DataKeySet(
            is_included=True,
            keys=(
                DataKey(
                    key_values=(
                        CubeRegionKey(id="FREQ", values=_values("A", "M")),
                        CubeRegionKey(id="SEX", values=_values("F", "M")),
                    )
                ),
            ),
        ),
    ),
)


def test_3_1_has_no_role_no_calendar_and_no_plain_sources():
    allowed = structs.replace(CONSTRAINT, role="Allowed")
    (written,) = expressible([allowed], SDMX_3_1)
    assert written == structs.replace(
        allowed,
        role=None,
        release_calendar=None,
        constraint_attachment=None,
    )


@pytest.mark.parametrize(
    ("cls", "version", "is_known"),
    [
        (DataConstraint, SDMX_3_0, True),
        (DataConstraint, SDMX_3_1, False),
        (MetadataConstraint, SDMX_3_0, False),
        (MetadataConstraint, SDMX_3_1, False),
    ],
)
def test_what_there_is_makes_no_constraint_where_the_schema_knows_none(cls, version, is_known):
    actual = cls(id="DC", agency_id="SRG", role="Actual")
    assert expressible([actual], version) == ((actual,) if is_known else ())


def test_what_2_1_alone_can_say_is_left_out():
    mappings = (
        VtlMapping(id="A", alias="a", concept_scheme="urn:x"),
        VtlMapping(id="B", alias="b", codelist="urn:y"),
    )
    scheme = VtlMappingScheme(id="VMS", agency_id="SRG", vtl_mappings=mappings)
    (written,) = expressible([scheme], SDMX_3_1)
    assert written.vtl_mappings == mappings[1:]
    assert expressible([Hierarchy(id="H", agency_id="SRG")], SDMX_3_0) == ()


def test_3_0_spells_keys_with_several_values_out():
    (written,) = expressible([CONSTRAINT], SDMX_3_0)
    assert (written.role, written.release_calendar) == ("Actual", CONSTRAINT.release_calendar)
    keys = [
        tuple(value.value for dimension in key.key_values for value in dimension.values)
        for key in written.data_key_sets[0].keys
    ]
    assert keys == [("A", "F"), ("A", "M"), ("M", "F"), ("M", "M")]


def test_3_0_wants_a_role():
    (written,) = expressible([structs.replace(CONSTRAINT, role=None)], SDMX_3_0)
    assert written.role == "Allowed"


def test_evolving_structures_are_unknown_to_3_0():
    dsd = DataStructure(id="DSD", agency_id="SRG", evolving_structure=True)
    dataflow = Dataflow(id="DF", agency_id="SRG", dimension_constraint=("FREQ",))
    assert expressible([dsd, dataflow], SDMX_3_1) == (dsd, dataflow)
    assert expressible([dsd, dataflow], SDMX_3_0) == (
        structs.replace(dsd, evolving_structure=False),
        structs.replace(dataflow, dimension_constraint=()),
    )


def _dsd(relationship: AttributeRelationship) -> DataStructure:
    attribute = Attribute(id="UNIT", concept_identity=CONCEPT, attribute_relationship=relationship)
    return DataStructure(
        id="DSD",
        agency_id="SRG",
        data_structure_components=DataStructureComponents(
            dimension_list=DimensionList(
                dimensions=(Dimension(id="SEX", concept_identity=CONCEPT),)
            ),
            attribute_list=AttributeList(attributes=(attribute,)),
        ),
    )


def test_an_attachment_group_alone_becomes_the_group():
    (written,) = expressible([_dsd(AttributeRelationship(attachment_groups=("G",)))], SDMX_3_1)
    assert written == _dsd(AttributeRelationship(group="G"))


def test_an_attachment_group_beside_dimensions_is_left_out():
    both = AttributeRelationship(dimensions=("SEX",), attachment_groups=("G",))
    (written,) = expressible([_dsd(both)], SDMX_3_0)
    assert written == _dsd(AttributeRelationship(dimensions=("SEX",)))


def test_a_level_is_one_id():
    code = HierarchicalCode(id="A", code=CODE, level="L1")
    nested = structs.replace(code, id="B", level="L1.L2")
    hierarchy = Hierarchy(
        id="H",
        agency_id="SRG",
        hierarchical_codes=(structs.replace(code, hierarchical_codes=(nested,)),),
    )
    (written,) = expressible([hierarchy], SDMX_3_1)
    assert written.hierarchical_codes[0].hierarchical_codes[0].level == "L2"


def test_artefacts_that_only_2_1_has_are_left_out():
    assert expressible([AttachmentConstraint(id="AC", agency_id="SRG")], SDMX_3_0) == ()


def test_what_a_version_can_say_is_not_touched():
    dataflow = Dataflow(id="DF", agency_id="SRG", names={"en": "Flow"})
    for version in (SDMX_3_0, SDMX_3_1):
        (written,) = expressible([dataflow], version)
        assert written is dataflow
