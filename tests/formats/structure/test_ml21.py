"""SDMX-ML 2.1 structure messages: read, written, read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.structure import ml21
from sdmx_server.formats.structure.schemas import validate
from sdmx_server.model.artefact import Annotation, AnnotationLink, Maintainable
from sdmx_server.model.category import Categorisation
from sdmx_server.model.codelist import Code, Codelist, ValueItem, ValueList
from sdmx_server.model.concept import Concept, ConceptScheme
from sdmx_server.model.constraint import (
    AvailabilityConstraint,
    ComponentValue,
    ConstraintAttachment,
    CubeRegion,
    CubeRegionKey,
    DataConstraint,
    MetadataConstraint,
    Period,
    TimeRange,
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
    Empty,
    Measure,
    MeasureList,
    TimeDimension,
)
from sdmx_server.model.hierarchy import Hierarchy
from sdmx_server.model.legacy import AttachmentConstraint, StructureSet
from sdmx_server.model.metadatastructure import MetadataProvisionAgreement
from sdmx_server.model.representation import Representation, TextFormat
from tests.formats.structure.ml21_messages import DATA, MESSAGE, MESSAGES, plain

COM = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common}"
STR = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure}"
URN = "urn:sdmx:org.sdmx.infomodel."
CONCEPT = f"{URN}conceptscheme.Concept=AG:CS(1.0)"
DF = f"{URN}datastructure.Dataflow=AG:DF(1.0)"


def reread(*artefacts: Maintainable | AvailabilityConstraint) -> tuple[Maintainable, ...]:
    content = ml21.write(artefacts, MESSAGE)
    validate(content, "2.1")
    return ml21.read(content)


def written(*artefacts: Maintainable | AvailabilityConstraint) -> etree._Element:
    content = ml21.write(artefacts, MESSAGE)
    validate(content, "2.1")
    return etree.fromstring(content)


def only(root: etree._Element, tag: str) -> etree._Element:
    (found,) = root.iter(STR + tag)
    return found


def name(text: str = "Name") -> dict[str, str]:
    return {"en": text}


def data_structure(
    *measures: Measure, dimension: Representation | None = None, attributes: Any = None
) -> DataStructure:
    return DataStructure(
        id="DSD",
        agency_id="AG",
        names=name(),
        data_structure_components=DataStructureComponents(
            dimension_list=DimensionList(
                dimensions=(
                    Dimension(
                        id="A",
                        concept_identity=f"{CONCEPT}.A",
                        local_representation=dimension,
                        position=0,
                    ),
                ),
                time_dimension=TimeDimension(concept_identity=f"{CONCEPT}.TIME"),
            ),
            attribute_list=attributes,
            measure_list=MeasureList(measures=measures) if measures else None,
        ),
    )


def measure(id_: str = "OBS_VALUE") -> Measure:
    return Measure(id=id_, concept_identity=f"{CONCEPT}.{id_}")


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_is_written_is_valid_and_reads_as_the_same_artefacts(path: Path) -> None:
    artefacts = ml21.read(path.read_bytes())

    assert reread(*artefacts) == artefacts


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_message_is_written_as_it_was_received(path: Path) -> None:
    received = path.read_bytes()

    assert plain(ml21.write(ml21.read(received), MESSAGE)) == plain(received)


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_messages_to_read_are_valid_themselves(path: Path) -> None:
    validate(path.read_bytes(), "2.1")


def test_everything_identifiable_carries_its_urn() -> None:
    artefacts = {
        artefact.urn: artefact for path in MESSAGES for artefact in ml21.read(path.read_bytes())
    }
    without = {
        etree.QName(element).localname
        for element in written(*artefacts.values()).iter(f"{STR}*")
        if element.get("id") and not element.get("urn") and element.tag != f"{STR}Contact"
    }

    assert without - {"KeyValue", "Attribute"} == set()


@pytest.mark.parametrize(
    ("tag", "id_", "urn"),
    [
        ("DimensionList", "DimensionDescriptor", "DimensionDescriptor=AG:DSD(1.2)"),
        ("Dimension", "FREQ", "Dimension=AG:DSD(1.2)"),
        ("MeasureDimension", "MEAS", "MeasureDimension=AG:DSD(1.2)"),
        ("TimeDimension", "TIME_PERIOD", "TimeDimension=AG:DSD(1.2)"),
        ("Group", "Sibling", "GroupDimensionDescriptor=AG:DSD(1.2)"),
        ("Attribute", "TITLE", "DataAttribute=AG:DSD(1.2)"),
        ("PrimaryMeasure", "OBS_VALUE", "PrimaryMeasure=AG:DSD(1.2)"),
    ],
)
def test_components_have_the_urns_of_the_registry_specification(
    tag: str, id_: str, urn: str
) -> None:
    root = written(*ml21.read((DATA / "21/dsd_measuredim.xml").read_bytes()))
    (element,) = (found for found in root.iter(STR + tag) if found.get("id") == id_)

    assert element.get("urn") == f"{URN}datastructure.{urn}.{id_}"


def test_nested_items_have_the_ids_above_them_in_their_urns() -> None:
    root = written(*ml21.read((DATA / "21/categoryscheme.xml").read_bytes()))
    urns = [element.get("urn") for element in root.iter(f"{STR}Category")]

    assert urns == [
        f"{URN}categoryscheme.Category=AG:CAT(1.2).C1",
        f"{URN}categoryscheme.Category=AG:CAT(1.2).C1.C11",
    ]


def test_positions_count_from_one_with_time_at_the_end() -> None:
    root = written(*ml21.read((DATA / "21_more/datastructure.xml").read_bytes()))
    positions = [
        (element.get("id"), element.get("position"))
        for element in next(root.iter(f"{STR}DimensionList"))
    ]

    assert positions == [("FIRST", "1"), ("SECOND", "2"), ("TIME_PERIOD", "3")]


def test_references_are_written_as_clients_read_them() -> None:
    flow = Dataflow(
        id="DF",
        agency_id="AG",
        names=name(),
        structure=f"{URN}datastructure.DataStructure=AG.SUB:DSD(1.1)",
    )
    ref = only(written(flow), "Structure")[0]

    assert ref.tag == "Ref"
    assert dict(ref.attrib) == {
        "id": "DSD",
        "version": "1.1",
        "agencyID": "AG.SUB",
        "class": "DataStructure",
        "package": "datastructure",
    }


def test_codelists_and_concepts_stand_before_data_structures() -> None:
    concepts = ConceptScheme(id="CS", agency_id="AG", names=name())
    codes = Codelist(id="CL", agency_id="AG", names=name())
    structures = written(data_structure(measure()), concepts, codes)[1]

    assert [etree.QName(child).localname for child in structures] == [
        "Codelists",
        "Concepts",
        "DataStructures",
    ]


def test_a_message_begins_as_clients_expect() -> None:
    content = ml21.write((), MESSAGE)

    assert content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<mes:Structure xmlns:mes=')
    validate(content, "2.1")


def test_a_late_bound_reference_becomes_one_to_the_version_in_the_message() -> None:
    wanted = f"{URN}datastructure.DataStructure=AG:DSD(1.1.0+)"
    flow = Dataflow(id="DF", agency_id="AG", version="1.0.0", names=name(), structure=wanted)
    held = [
        DataStructure(id="DSD", agency_id="AG", version=version, names=name())
        for version in ("1.0.9", "1.1.2", "1.1.10", "1.2.0")
    ]

    alone, among = (
        next(found for found in reread(*artefacts) if isinstance(found, Dataflow))
        for artefacts in ((flow,), (flow, *held))
    )

    assert alone.structure == f"{URN}datastructure.DataStructure=AG:DSD(1.1.0)"
    assert among.structure == f"{URN}datastructure.DataStructure=AG:DSD(1.1.10)"


INEXPRESSIBLE: dict[str, Maintainable] = {
    "draft": Codelist(id="CL", agency_id="AG", version="1.0.0-draft", names=name()),
    "value list": ValueList(
        id="VL", agency_id="AG", names=name(), value_items=(ValueItem(id="£"),)
    ),
    "no measure": data_structure(),
    "two measures": data_structure(measure("A"), measure("B")),
    "reference to a draft": Dataflow(
        id="DF",
        agency_id="AG",
        names=name(),
        structure=f"{URN}datastructure.DataStructure=AG:DSD(1.0.0-draft)",
    ),
    "reference to a value list": Categorisation(
        id="C",
        agency_id="AG",
        names=name(),
        source=f"{URN}codelist.ValueList=AG:VL(1.0)",
        target=f"{URN}categoryscheme.Category=AG:CAT(1.0).A",
    ),
    "no reference at all": Dataflow(id="DF", agency_id="AG", names=name(), structure="DSD"),
    "constraint on any flow": DataConstraint(
        id="C",
        agency_id="AG",
        names=name(),
        constraint_attachment=ConstraintAttachment(
            dataflows=(f"{URN}datastructure.Dataflow=AG:*(1.0)",)
        ),
    ),
}


@pytest.mark.parametrize("artefact", INEXPRESSIBLE.values(), ids=INEXPRESSIBLE.keys())
def test_what_2_1_cannot_express_is_left_out(artefact: Maintainable) -> None:
    codes = Codelist(id="CL", agency_id="AG", names=name())

    assert not ml21.expressible(artefact)
    assert reread(artefact, codes) == (codes,)


def test_a_dimension_enumerated_by_a_value_list_is_text() -> None:
    values = Representation(enumeration=f"{URN}codelist.ValueList=AG:VL(1.0)")
    structure = data_structure(measure(), dimension=values)

    local = only(written(structure), "Dimension").find(f"{STR}LocalRepresentation")

    assert local is not None
    assert [(child.tag, dict(child.attrib)) for child in local] == [
        (f"{STR}TextFormat", {"textType": "String"})
    ]


def test_a_data_type_and_facets_that_2_1_lacks_are_left_out() -> None:
    text = TextFormat(
        data_type="GeospatialInformation", max_length=5, decimals=0, is_multi_lingual=False
    )
    structure = data_structure(measure(), dimension=Representation(format=text, max_occurs=3))

    local = only(written(structure), "Dimension").find(f"{STR}LocalRepresentation")

    assert local is not None
    assert [dict(child.attrib) for child in local] == [{"maxLength": "5"}]


def test_the_only_measure_is_the_primary_one() -> None:
    about = AttributeRelationship(observation=Empty())
    attributes = AttributeList(
        attributes=(
            Attribute(id="S", concept_identity=f"{CONCEPT}.S", attribute_relationship=about),
        )
    )
    root = written(data_structure(measure("POPULATION"), attributes=attributes))

    assert only(root, "MeasureList")[0].get("id") == "OBS_VALUE"
    assert only(root, "AttributeRelationship")[0][0].get("id") == "OBS_VALUE"


def test_an_empty_list_of_attributes_is_left_out() -> None:
    root = written(data_structure(measure(), attributes=AttributeList()))

    assert root.find(f".//{STR}AttributeList") is None


def test_stable_versions_are_final() -> None:
    versions = {"1.0": None, "0.1.0": None, "1.0.0": "true"}
    codelists = [
        Codelist(id="CL", agency_id="AG", version=version, names=name()) for version in versions
    ]
    root = written(*codelists)
    finals = {
        element.get("version"): element.get("isFinal") for element in root.iter(f"{STR}Codelist")
    }

    assert finals == versions
    assert reread(*codelists) == tuple(codelists)


def test_the_value_of_an_annotation_stands_in_the_title_unless_that_is_taken() -> None:
    annotations = (
        Annotation(type="A", value="1"),
        Annotation(type="B", value="2", title="Two"),
        Annotation(links=(AnnotationLink(href="http://e.org/a"), AnnotationLink(href="b"))),
    )
    codes = Codelist(id="CL", agency_id="AG", names=name(), annotations=annotations)

    (found,) = reread(codes)

    assert found.annotations == (
        Annotation(type="A", title="1"),
        Annotation(type="B", title="Two"),
        Annotation(links=(AnnotationLink(href="http://e.org/a"),)),
    )


def test_characters_that_xml_cannot_hold_are_dropped() -> None:
    codes = Codelist(id="CL", agency_id="AG", names={"en": "Bell\x07 & \ud800<tag> \U0001f600"})

    (found,) = reread(codes)

    assert found.names == {"en": "Bell & <tag> \U0001f600"}


def test_an_artefact_without_a_name_is_named_by_its_id() -> None:
    codes = Codelist(id="CL", agency_id="AG", codes=(Code(id="A"),))

    (found,) = reread(codes)

    assert found.names == {"en": "CL"}
    assert isinstance(found, Codelist)
    assert found.codes[0].names == {"en": "A"}


def test_what_data_exist_is_an_actual_constraint_with_counts() -> None:
    found = AvailabilityConstraint(
        constraint_attachment=ConstraintAttachment(dataflows=(DF,)),
        cube_region=CubeRegion(
            key_values=(
                CubeRegionKey(id="FREQ", values=(ComponentValue(value="A"),)),
                CubeRegionKey(id="AREA"),
                CubeRegionKey(
                    id="TIME_PERIOD",
                    time_range=TimeRange(
                        start_period=Period(period="2010"), end_period=Period(period="2020")
                    ),
                ),
            )
        ),
        series_count=3,
        obs_count=0,
    )
    root = written(found)
    constraint = only(root, "ContentConstraint")
    counts = {
        annotation.get("id"): [child.text for child in annotation]
        for annotation in constraint.iter(f"{COM}Annotation")
    }

    assert constraint.get("type") == "Actual"
    assert counts == {
        "series_count": ["3", "sdmx_metrics"],
        "obs_count": ["0", "sdmx_metrics"],
    }
    assert [key.get("id") for key in constraint.iter(f"{COM}KeyValue")] == ["FREQ", "TIME_PERIOD"]
    assert [child.text for child in next(constraint.iter(f"{COM}TimeRange"))] == ["2010", "2020"]
    assert only(root, "Dataflow")[0].get("id") == "DF"


def test_a_constraint_without_a_role_says_what_is_allowed() -> None:
    constraint = DataConstraint(id="C", agency_id="AG", names=name())

    assert only(written(constraint), "ContentConstraint").get("type") == "Allowed"


def test_a_constraint_about_metadata_is_one() -> None:
    found = ml21.read((DATA / "21_more/metadata_constraints.xml").read_bytes())

    assert [type(artefact) for artefact in found] == [
        *[MetadataConstraint] * 5,
        MetadataProvisionAgreement,
    ]
    agreement = found[-1]
    assert isinstance(agreement, MetadataProvisionAgreement)
    provider = f"{URN}base.MetadataProvider=AG:METADATA_PROVIDERS(1.0).DP1"
    assert agreement.metadata_provider == provider


def test_every_hierarchy_of_a_hierarchical_codelist_is_an_artefact() -> None:
    found = ml21.read((DATA / "21_more/hierarchicalcodelist.xml").read_bytes())

    assert [artefact.id for artefact in found] == ["HCL_H1", "HCL_H2", "STUB", "SAME", "EMPTY"]
    assert all(isinstance(artefact, Hierarchy) for artefact in found)
    first = found[0]
    assert isinstance(first, Hierarchy)
    assert first.hierarchical_codes[0].code == f"{URN}codelist.Code=AG:CL_A(2.1).X"


def test_a_hierarchy_of_sdmx_3_gets_a_list_of_its_own() -> None:
    found = ml21.read((DATA / "21_more/hierarchicalcodelist.xml").read_bytes())
    (same,) = (artefact for artefact in found if artefact.id == "SAME")

    assert isinstance(same, Hierarchy)
    assert same.hierarchical_codelist is None
    assert reread(same) == (same,)


def test_a_structure_set_and_an_attachment_constraint_stay_what_they_are() -> None:
    found, *_ = ml21.read((DATA / "21/structureset.xml").read_bytes())
    (constraint,) = ml21.read((DATA / "21/attachmentconstraint.xml").read_bytes())

    assert isinstance(found, StructureSet)
    assert isinstance(constraint, AttachmentConstraint)


def test_many_codes_are_written_and_read_in_order() -> None:
    codes = tuple(Code(id=f"C{number}", names=name(), parent="C0") for number in range(5000))
    codelist = Codelist(id="CL", agency_id="AG", names=name(), codes=codes)

    assert reread(codelist) == (codelist,)


def test_a_local_reference_may_be_a_urn() -> None:
    content = ml21.write(
        (Codelist(id="CL", agency_id="AG", names=name(), codes=(Code(id="B", parent="A"),)),),
        MESSAGE,
    )
    urn = f"<URN>{URN}codelist.Code=AG:CL(1.0).A</URN>".encode()

    (found,) = ml21.read(content.replace(b'<Ref id="A"/>', urn))

    assert isinstance(found, Codelist)
    assert found.codes[0].parent == "A"


def test_a_local_reference_to_nothing_is_said() -> None:
    codes = (Code(id="B", parent="A"),)
    content = ml21.write((Codelist(id="CL", agency_id="AG", codes=codes),), MESSAGE)

    with pytest.raises(MessageSyntaxError, match="Parent holds neither Ref nor URN"):
        ml21.read(content.replace(b'<Ref id="A"/>', b""))


def test_a_concept_keeps_its_representation() -> None:
    text = TextFormat(data_type="XHTML", is_multi_lingual=True)
    concepts = ConceptScheme(
        id="CS",
        agency_id="AG",
        names=name(),
        concepts=(Concept(id="A", names=name(), core_representation=Representation(format=text)),),
    )

    assert reread(concepts) == (concepts,)


HEAD = (
    '<mes:Structure xmlns:mes="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"'
    ' xmlns:str="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure"'
    ' xmlns:com="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common">\n<mes:Structures>'
)
TAIL = "</mes:Structures></mes:Structure>"

UNREADABLE = {
    "no XML": ("id,name", "not well-formed"),
    "another root": ("<a/>", "The message is a a"),
    "SDMX 3": (HEAD.replace("v2_1", "v3_0") + TAIL, "v3_0"),
    "a document type": (f'<!DOCTYPE a [<!ENTITY b "c">]>{HEAD}{TAIL}', "document type"),
    "an unknown artefact": (
        f"{HEAD}<str:Codelists><str:Dataflow/></str:Codelists>{TAIL}",
        "Line 2: Dataflow in Codelists",
    ),
    "an unknown element": (
        f'{HEAD}<str:Codelists><str:Codelist id="A" agencyID="B"><str:Item/></str:Codelist>'
        f"</str:Codelists>{TAIL}",
        "Line 2: Item is unknown within Codelist",
    ),
    "no id": (
        f'{HEAD}<str:Codelists><str:Codelist agencyID="B"/></str:Codelists>{TAIL}',
        "Codelist is incomplete",
    ),
    "an empty reference": (
        f'{HEAD}<str:Dataflows><str:Dataflow id="A" agencyID="B"><str:Structure/></str:Dataflow>'
        f"</str:Dataflows>{TAIL}",
        "Structure holds neither Ref nor URN",
    ),
    "half a reference": (
        f'{HEAD}<str:Dataflows><str:Dataflow id="A" agencyID="B"><str:Structure><Ref id="X"/>'
        f"</str:Structure></str:Dataflow></str:Dataflows>{TAIL}",
        "not a complete reference",
    ),
    "no URN": (
        f'{HEAD}<str:Dataflows><str:Dataflow id="A" agencyID="B"><str:Structure><URN>X</URN>'
        f"</str:Structure></str:Dataflow></str:Dataflows>{TAIL}",
        "'X' is no URN",
    ),
    "no number": (
        f'{HEAD}<str:Concepts><str:ConceptScheme id="A" agencyID="B"><str:Concept id="C">'
        '<str:CoreRepresentation><str:TextFormat maxLength="ten"/></str:CoreRepresentation>'
        f"</str:Concept></str:ConceptScheme></str:Concepts>{TAIL}",
        "maxLength cannot be 'ten'",
    ),
    "an unknown alias": (
        f'{HEAD}<str:HierarchicalCodelists><str:HierarchicalCodelist id="A" agencyID="B">'
        '<str:Hierarchy id="H"><str:HierarchicalCode id="X"><str:CodelistAliasRef>N'
        '</str:CodelistAliasRef><str:CodeID><Ref id="X"/></str:CodeID></str:HierarchicalCode>'
        f"</str:Hierarchy></str:HierarchicalCodelist></str:HierarchicalCodelists>{TAIL}",
        "no included codelist has the alias 'N'",
    ),
}


@pytest.mark.parametrize(("content", "complaint"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_is_said_with_its_line(content: str, complaint: str) -> None:
    with pytest.raises(MessageSyntaxError) as raised:
        ml21.read(content.encode())

    assert complaint in raised.value.detail
