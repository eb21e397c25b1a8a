"""SDMX-ML 3.0 and 3.1 metadata messages, and those of 2.1."""

from __future__ import annotations

import pytest
from lxml import etree
from msgspec import structs

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.metadata import ml3, ml21
from sdmx_server.metadata import MetadataReport
from sdmx_server.model.metadataset import ReportedAttribute
from sdmx_server.model.metadatastructure import (
    MetadataAttribute,
    MetadataStructure,
    MetadataStructureComponents,
    MetadataTarget,
    ReportStructure,
    TargetObject,
)
from tests.formats.metadata.reports import (
    BY_AGREEMENT,
    DATAFLOW,
    INFOMODEL,
    MESSAGE,
    PLAIN,
    RICH,
    attribute,
    report,
)
from tests.formats.xsd_validation import validate_data

SETS = (RICH, BY_AGREEMENT, PLAIN)
XHTML = b"""
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"
    targetNamespace="http://www.w3.org/1999/xhtml" xmlns="http://www.w3.org/1999/xhtml">
  <xs:complexType name="Flow" mixed="true">
    <xs:choice minOccurs="0" maxOccurs="unbounded">
      <xs:element ref="p"/><xs:element ref="b"/>
    </xs:choice>
    <xs:attribute name="class"/>
  </xs:complexType>
  <xs:element name="p" type="Flow"/><xs:element name="b" type="Flow"/>
</xs:schema>"""
"""As much of XHTML as is needed here: the official schemas want some schema of it."""


def valid(content: bytes, version: str) -> etree._Element:
    """Check a message by the official schema and return it."""
    validate_data(content, XHTML, version)
    return etree.fromstring(content)


@pytest.mark.parametrize("version", ["3.0.0", "3.1.0"])
@pytest.mark.parametrize("defined", [True, False])
def test_a_message_follows_the_official_schema_and_comes_back_equal(version: str, defined: bool):
    content = ml3.write([report(each, defined=defined) for each in SETS], MESSAGE, version)
    valid(content, version)
    expected = SETS
    if version == "3.0.0":  # which knows nothing of partial languages
        expected = tuple(structs.replace(each, is_partial_language=False) for each in SETS)
    assert ml3.read(content) == expected


def test_plain_values_of_type_xhtml_are_structured_text():
    for reported in (attribute("SUMMARY", "<p>x</p>"), _texts("SUMMARY", "<p>x</p>")):
        odd = structs.replace(PLAIN, attributes=(reported,))
        content = ml3.write([report(odd)], MESSAGE, "3.1.0")
        valid(content, "3.1.0")
        (found,) = ml3.read(content)
        assert found.attributes[0].structured_texts == {"en": "<p>x</p>"}


def test_markup_that_is_not_well_formed_stands_there_as_text():
    for markup in ("<p>open", "a < b", "&nbsp;", "<!DOCTYPE x>"):
        odd = structs.replace(PLAIN, attributes=(attribute("SUMMARY", markup),))
        content = ml3.write([report(odd)], MESSAGE, "3.1.0")
        valid(content, "3.1.0")
        (text,) = etree.fromstring(content).iter("{*}StructuredText")
        assert text.text == markup
        assert len(text) == 0


def test_markup_may_have_any_prefix():
    content = ml3.write([report(RICH)], MESSAGE, "3.1.0").decode()
    opening = '<com:StructuredText xmlns="http://www.w3.org/1999/xhtml" xml:lang="id"><p>Kurs</p>'
    prefixed = (
        '<com:StructuredText xml:lang="id"><h:p xmlns:h="http://www.w3.org/1999/xhtml">Kurs</h:p>'
    )
    assert opening in content
    assert ml3.read(content.replace(opening, prefixed).encode()) == (RICH,)


def test_characters_that_xml_cannot_hold_are_left_out():
    odd = structs.replace(
        PLAIN, attributes=(attribute("X", "a\x00b"), attribute("SUMMARY", "\x01"))
    )
    (found,) = ml3.read(ml3.write([report(odd)], MESSAGE, "3.1.0"))
    assert found.attributes[0].value == "ab"
    assert b'value="ab"' in ml21.write([report(odd)], MESSAGE)


def test_stubs_follow_the_schema():
    stub = structs.replace(RICH, attributes=())
    content = ml3.write([report(stub)], MESSAGE, "3.1.0")
    root = valid(content, "3.1.0")
    assert root.find(".//{*}Target") is None


def test_several_values_of_one_attribute_in_3_0_are_several_attributes():
    content = ml3.write([report(PLAIN)], MESSAGE, "3.0.0")
    several = content.replace(
        b"<gen:Value>y</gen:Value>",
        b"<gen:Value>1</gen:Value><gen:Value>2</gen:Value><gen:Value>3</gen:Value>",
    )
    valid(several, "3.0.0")
    (found,) = ml3.read(several)
    assert [each.value for each in found.attributes if each.id == "LAST"] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<a/>", "namespace none"),
        (b"<a", "well-formed"),
        (b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "document type declaration"),
        (
            b'<m:Structure xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v3_1/message"/>',
            "Structure is no metadata message",
        ),
    ],
)
def test_what_is_no_metadata_message_is_refused(content: bytes, reason: str):
    with pytest.raises(MessageSyntaxError, match=reason):
        ml3.read(content)


def test_a_set_without_id_is_refused():
    content = ml3.write([report(PLAIN)], MESSAGE, "3.1.0").replace(b' id="QR3"', b"")
    with pytest.raises(MessageSyntaxError, match="MetadataSet is incomplete"):
        ml3.read(content)


# -- 2.1 ----------------------------------------------------------------------------------


def test_sdmx_2_1_has_a_report_for_each_target():
    root = valid(ml21.write([report(RICH), report(BY_AGREEMENT)], MESSAGE), "2.1")
    (structure,) = root.iterfind("{*}Header/{*}Structure")
    assert structure.find("{*}StructureUsage/Ref").get("id") == "QUALITY"
    first, second = root.iterfind("{*}MetadataSet")
    assert {first.get("structureRef"), second.get("structureRef")} == {structure.get("structureID")}
    targets = [ref.attrib for ref in first.iterfind(".//{*}ObjectReference/Ref")]
    assert [target["class"] for target in targets] == ["Dataflow", "Category", "Dimension"]
    assert first.find("{*}DataProvider/Ref").get("class") == "DataProvider"
    report_ = first.find("{*}Report")
    values = {e.get("id"): e.get("value") for e in report_.iter("{*}ReportedAttribute")}
    assert values["DELAY"] == "12"
    assert report_.findtext(".//{*}Text") == "Desk; first"
    assert report_.find(".//{*}StructuredText/{*}p") is not None


@pytest.mark.parametrize(
    ("changes", "is_held"),
    [
        ({}, True),
        ({"attributes": ()}, False),
        ({"targets": (f"{INFOMODEL}datastructure.Dataflow=*:*(*)",)}, False),
        ({"targets": (f"{INFOMODEL}datastructure.Dataflow=*:*(*)", DATAFLOW)}, True),
        ({"targets": (f"{INFOMODEL}codelist.ValueList=AG:VL(1.0.0)",)}, False),
    ],
)
def test_sdmx_2_1_leaves_out_what_it_cannot_express(changes: dict[str, object], is_held: bool):
    odd = report(structs.replace(RICH, **changes))
    assert ml21.can_hold(odd) is is_held
    root = etree.fromstring(ml21.write([odd, report(PLAIN)], MESSAGE))
    assert len(root.findall("{*}MetadataSet")) == 1 + is_held


def test_the_agreement_is_named_where_its_metadataflow_is_not_held():
    odd = report(BY_AGREEMENT)
    odd = MetadataReport(odd.metadata_set, odd.usage_urn)
    root = valid(ml21.write([odd], MESSAGE), "2.1")
    assert root.find("{*}Header/{*}Structure/{*}ProvisionAgrement/Ref").get("id") == "MPA"


def test_reports_and_targets_of_the_metadata_structure_keep_their_ids():
    def reporting(id_: str, attribute_id: str, *targets: str) -> ReportStructure:
        reported = MetadataAttribute(id=attribute_id, concept_identity="")
        return ReportStructure(id=id_, metadata_attributes=(reported,), metadata_targets=targets)

    objects = (
        TargetObject(id="PERIOD", kind="ReportPeriodTarget"),
        TargetObject(id="THING", kind="IdentifiableObjectTarget", object_type="Dataflow"),
    )
    structure = MetadataStructure(
        id="MSD",
        agency_id="AG",
        metadata_structure_components=MetadataStructureComponents(
            metadata_targets=(MetadataTarget(id="WHAT", target_objects=objects),),
            report_structures=(reporting("FIRST", "X"), reporting("SECOND", "DELAY", "WHAT")),
        ),
    )
    odd = MetadataReport(BY_AGREEMENT, BY_AGREEMENT.urn, metadataflow_urn=report(RICH).usage_urn)
    odd = MetadataReport(
        odd.metadata_set, odd.usage_urn, metadataflow_urn=odd.metadataflow_urn, structure=structure
    )
    found = valid(ml21.write([odd], MESSAGE), "2.1").find("{*}MetadataSet/{*}Report")
    assert found.get("id") == "SECOND"
    assert found.find("{*}Target").get("id") == "WHAT"
    assert found.find("{*}Target/{*}ReferenceValue").get("id") == "THING"


def _texts(id_: str, english: str) -> ReportedAttribute:
    return ReportedAttribute(id=id_, texts={"en": english})
