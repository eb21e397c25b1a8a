"""Metadata structures in SDMX-ML 2.1: targets, and reports about them.

Source: SDMX 2.1 SDMXStructureMetadataStructure.xsd.
"""

from __future__ import annotations

from typing import Any

from msgspec import structs

from sdmx_server.formats.structure.ml21_datastructure import CONCEPT_IDENTITY, identified
from sdmx_server.formats.structure.ml21_names import STR
from sdmx_server.formats.structure.ml21_references import local_references
from sdmx_server.formats.structure.ml21_shapes import (
    BASIC_FORMAT,
    IDENTIFIABLE,
    MAINTAINABLE,
    TARGET_FORMAT,
    TIME_FORMAT,
    representation,
)
from sdmx_server.formats.structure.parts import (
    Node,
    Part,
    Place,
    Shape,
    add,
    attribute,
    boolean,
    local_name,
    many,
    one,
    read_value,
    write_value,
)
from sdmx_server.model.metadatastructure import (
    MetadataAttribute,
    MetadataAttributeList,
    MetadataStructure,
    MetadataStructureComponents,
    MetadataTarget,
    ReportStructure,
    TargetObject,
)
from sdmx_server.model.representation import Representation, TextFormat

_FIXED_IDS = {
    "KeyDescriptorValuesTarget": "DIMENSION_DESCRIPTOR_VALUES_TARGET",
    "DataSetTarget": "DATA_SET_TARGET",
    "ConstraintContentTarget": "CONSTRAINT_CONTENT_TARGET",
    "ReportPeriodTarget": "REPORT_PERIOD_TARGET",
    "IdentifiableObjectTarget": "",
}
"""Kinds of target objects, with the only id that each may have."""

_URN_CLASSES = {
    "KeyDescriptorValuesTarget": "DimensionDescriptorValuesTarget",
    "ConstraintContentTarget": "ConstraintTarget",
}

_ITEM_SCHEMES = (
    "Codelist",
    "AgencyScheme",
    "CategoryScheme",
    "ConceptScheme",
    "DataConsumerScheme",
    "DataProviderScheme",
    "OrganisationUnitScheme",
    "ReportingTaxonomy",
)

DEFAULT_TARGET = MetadataTarget(
    id="TARGET",
    target_objects=(
        TargetObject(
            id="OBJECT",
            kind="IdentifiableObjectTarget",
            object_type="Any",
            local_representation=Representation(
                format=TextFormat(data_type="IdentifiableReference")
            ),
        ),
    ),
)
"""What a report of a metadata structure of SDMX 3 is about: whatever has a URN."""

DEFAULT_REPORT = "REPORT"
"""The id of the report that a metadata structure of SDMX 3 becomes."""

_LOCAL = "local_representation"


def _target_shape(kind: str) -> Shape:
    text_format = TIME_FORMAT if kind == "ReportPeriodTarget" else TARGET_FORMAT
    return Shape(
        TargetObject,
        (
            *IDENTIFIABLE,
            attribute("objectType", "object_type"),
            Part("kind", lambda node: local_name(node.element), lambda _kind, _place: None),
            representation(f"{STR}LocalRepresentation", _LOCAL, text_format, _ITEM_SCHEMES),
        ),
        _URN_CLASSES.get(kind, kind),
    )


_TARGET_SHAPES = {kind: _target_shape(kind) for kind in _FIXED_IDS}


def _read_targets(node: Node) -> tuple[TargetObject, ...]:
    found = []
    for child in node.element:
        shape = _TARGET_SHAPES.get(local_name(child))
        if shape is not None:
            if child.get("id") is None:
                child.set("id", _FIXED_IDS[local_name(child)])
            found.append(read_value(child, shape))
    for kind in _TARGET_SHAPES:
        node.take(f"{STR}{kind}")
    return tuple(found)


def _write_targets(targets: tuple[TargetObject, ...], place: Place) -> None:
    for target in targets:
        child = add(place.element, f"{STR}{target.kind}")
        write_value(target, child, _TARGET_SHAPES[target.kind], place.scope)


METADATA_TARGET = Shape(
    MetadataTarget,
    (*IDENTIFIABLE, Part("target_objects", _read_targets, _write_targets)),
    "MetadataTarget",
    nests=True,
)


def _read_attributes(node: Node) -> tuple[Any, ...]:
    elements = node.take(f"{STR}MetadataAttribute")
    return tuple(read_value(identified(child), METADATA_ATTRIBUTE) for child in elements)


def _write_attributes(attributes: tuple[MetadataAttribute, ...], place: Place) -> None:
    for value in attributes:
        child = add(place.element, f"{STR}MetadataAttribute")
        write_value(value, child, METADATA_ATTRIBUTE, place.scope)


_ATTRIBUTES = Part("metadata_attributes", _read_attributes, _write_attributes)


def _occurrence(text: str) -> int | str:
    return text if text == "unbounded" else int(text)


METADATA_ATTRIBUTE = Shape(
    MetadataAttribute,
    (
        *IDENTIFIABLE,
        attribute("minOccurs", "min_occurs", int),
        attribute("maxOccurs", "max_occurs", _occurrence),
        boolean("isPresentational", "is_presentational"),
        CONCEPT_IDENTITY,
        representation(f"{STR}LocalRepresentation", _LOCAL, BASIC_FORMAT),
        _ATTRIBUTES,
    ),
    "MetadataAttribute",
    nests=True,
)
REPORT_STRUCTURE = Shape(
    ReportStructure,
    (*IDENTIFIABLE, _ATTRIBUTES, local_references(f"{STR}MetadataTarget", "metadata_targets")),
    "ReportStructure",
    nests=True,
)
COMPONENTS = Shape(
    MetadataStructureComponents,
    (
        many(f"{STR}MetadataTarget", "metadata_targets", METADATA_TARGET),
        many(f"{STR}ReportStructure", "report_structures", REPORT_STRUCTURE),
    ),
)
METADATA_STRUCTURE = Shape(
    MetadataStructure,
    (
        *MAINTAINABLE,
        one(f"{STR}MetadataStructureComponents", "metadata_structure_components", COMPONENTS),
    ),
)


def with_attribute_list(structure: MetadataStructure) -> MetadataStructure:
    """Return a metadata structure of 2.1 with the attributes of its reports as one list.

    Of attributes with the same id in several reports the first stands in the list. Target
    and report that only stand for the lack of any are left out.
    """
    components = structure.metadata_structure_components
    if components is None:
        return structure
    attributes = {
        attribute.id: attribute
        for report in reversed(components.report_structures)
        for attribute in reversed(report.metadata_attributes)
    }
    listed = MetadataAttributeList(metadata_attributes=tuple(reversed(attributes.values())))
    found = structs.replace(components, metadata_attribute_list=listed)
    plain = MetadataStructureComponents(metadata_attribute_list=listed)
    if _with_reports(plain) == found:
        found = plain
    return structs.replace(structure, metadata_structure_components=found)


def with_reports(structure: MetadataStructure) -> MetadataStructure:
    """Return a metadata structure with the target and report that 2.1 demands."""
    components = structure.metadata_structure_components
    if components is None:
        return structure
    return structs.replace(structure, metadata_structure_components=_with_reports(components))


def is_complete(structure: MetadataStructure) -> bool:
    """Return whether there is a report to write, or nothing at all."""
    components = structure.metadata_structure_components
    if components is None or components.report_structures:
        return True
    listed = components.metadata_attribute_list
    return listed is not None and bool(listed.metadata_attributes)


def _with_reports(components: MetadataStructureComponents) -> MetadataStructureComponents:
    listed = components.metadata_attribute_list
    if components.report_structures or listed is None:
        return components
    report = ReportStructure(
        id=DEFAULT_REPORT,
        metadata_attributes=listed.metadata_attributes,
        metadata_targets=(DEFAULT_TARGET.id,),
    )
    return structs.replace(
        components, metadata_targets=(DEFAULT_TARGET,), report_structures=(report,)
    )
