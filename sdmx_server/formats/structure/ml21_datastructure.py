"""Data structures, flows, agreements and categorisations in SDMX-ML 2.1.

Source: SDMX 2.1 SDMXStructureDataStructure.xsd, SDMXStructureDataflow.xsd,
SDMXStructureMetadataflow.xsd, SDMXStructureProvisionAgreement.xsd,
SDMXStructureCategorisation.xsd.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from msgspec import structs

from sdmx_server.formats.structure.ml21_names import STR
from sdmx_server.formats.structure.ml21_references import (
    as_metadata,
    local_reference,
    local_references,
    read_local,
    read_reference,
    reference,
    references,
    write_local,
)
from sdmx_server.formats.structure.ml21_shapes import (
    IDENTIFIABLE,
    MAINTAINABLE,
    SIMPLE_FORMAT,
    TIME_FORMAT,
    representation,
)
from sdmx_server.formats.structure.parts import (
    Element,
    Node,
    Part,
    Place,
    Shape,
    add,
    attribute,
    many,
    one,
    read_value,
    write_value,
)
from sdmx_server.model.category import Categorisation
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
    Group,
    Measure,
    MeasureList,
    ProvisionAgreement,
    TimeDimension,
)
from sdmx_server.model.metadatastructure import Metadataflow, MetadataProvisionAgreement

PRIMARY_MEASURE_ID = "OBS_VALUE"
REPORTING_YEAR_START_DAY = "REPORTING_YEAR_START_DAY"

CONCEPT_IDENTITY = reference(f"{STR}ConceptIdentity", "concept_identity", "Concept")
_ROLES = references(f"{STR}ConceptRole", "concept_roles", "Concept")
_LOCAL = "local_representation"
_SIMPLE = representation(f"{STR}LocalRepresentation", _LOCAL, SIMPLE_FORMAT)

DIMENSION = Shape(Dimension, (*IDENTIFIABLE, CONCEPT_IDENTITY, _SIMPLE, _ROLES), "Dimension")
MEASURE_DIMENSION = Shape(
    Dimension,
    (
        *IDENTIFIABLE,
        CONCEPT_IDENTITY,
        representation(f"{STR}LocalRepresentation", _LOCAL, SIMPLE_FORMAT, ("ConceptScheme",)),
        _ROLES,
    ),
    "MeasureDimension",
)


def _write_time_representation(value: Any, place: Place) -> None:
    """Write the representation of time, which 2.1 demands."""
    child = add(place.element, f"{STR}LocalRepresentation")
    text_format = add(child, f"{STR}TextFormat")
    if value is not None and value.format is not None:
        write_value(value.format, text_format, TIME_FORMAT, place.scope)
    if "textType" not in text_format.attrib:
        text_format.set("textType", "ObservationalTimePeriod")


TIME_DIMENSION = Shape(
    TimeDimension,
    (
        *IDENTIFIABLE,
        CONCEPT_IDENTITY,
        replace(
            representation(f"{STR}LocalRepresentation", _LOCAL, TIME_FORMAT),
            write=_write_time_representation,
        ),
    ),
    "TimeDimension",
)


def identified(element: Element) -> Element:
    """Give a component without an id that of its concept, which is what 2.1 means."""
    for concept in element.iterchildren(f"{STR}ConceptIdentity"):
        if element.get("id") is None:
            urn = read_reference(concept, "Concept")
            element.set("id", urn.rpartition(").")[2].rpartition(".")[2])
    return element


def _position(element: Element) -> int:
    """Return the position of a dimension; without one it stays where it stands."""
    text = element.get("position", "")
    return int(text) if text.lstrip("-").isdigit() else 0


def _read_dimensions(node: Node) -> tuple[Dimension, ...]:
    elements = node.take(f"{STR}Dimension") + node.take(f"{STR}MeasureDimension")
    order = {child: place for place, child in enumerate(node.element)}
    elements.sort(key=lambda element: (_position(element), order[element]))
    found = []
    for position, element in enumerate(elements):
        is_measure = element.tag == f"{STR}MeasureDimension"
        shape = MEASURE_DIMENSION if is_measure else DIMENSION
        dimension = read_value(identified(element), shape)
        found.append(structs.replace(dimension, position=position, is_measure_dimension=is_measure))
    return tuple(found)


def _write_dimensions(dimensions: tuple[Dimension, ...], place: Place) -> None:
    for position, dimension in enumerate(dimensions, start=1):
        is_measure = dimension.is_measure_dimension
        shape = MEASURE_DIMENSION if is_measure else DIMENSION
        child = add(place.element, f"{STR}{shape.urn_class}")
        child.set("position", str(position))
        write_value(dimension, child, shape, place.scope)


def _read_time_dimension(node: Node) -> TimeDimension | None:
    elements = node.take(f"{STR}TimeDimension")
    return next((read_value(element, TIME_DIMENSION) for element in elements), None)


def _write_time_dimension(dimension: TimeDimension | None, place: Place) -> None:
    if dimension is not None:
        child = add(place.element, f"{STR}TimeDimension")
        child.set("position", str(len(place.element)))
        write_value(dimension, child, TIME_DIMENSION, place.scope)


DIMENSION_LIST = Shape(
    DimensionList,
    (
        *IDENTIFIABLE,
        Part("dimensions", _read_dimensions, _write_dimensions),
        Part("time_dimension", _read_time_dimension, _write_time_dimension),
    ),
    "DimensionDescriptor",
)


def _read_group_dimensions(node: Node) -> tuple[str, ...]:
    return tuple(
        read_local(child)
        for element in node.take(f"{STR}GroupDimension")
        for child in element.iterchildren(f"{STR}DimensionReference")
    )


def _write_group_dimensions(ids: tuple[str, ...], place: Place) -> None:
    for id_ in ids:
        write_local(id_, add(place.element, f"{STR}GroupDimension"), f"{STR}DimensionReference")


GROUP = Shape(
    Group,
    (
        *IDENTIFIABLE,
        Part("group_dimensions", _read_group_dimensions, _write_group_dimensions),
        reference(f"{STR}AttachmentConstraint", "attachment_constraint", "AttachmentConstraint"),
    ),
    "GroupDimensionDescriptor",
)

EMPTY = Shape(Empty, ())


def _read_observation(node: Node) -> Empty | None:
    return Empty() if node.take(f"{STR}PrimaryMeasure") else None


def _write_observation(value: Empty | None, place: Place) -> None:
    if value is not None:
        write_local(PRIMARY_MEASURE_ID, place.element, f"{STR}PrimaryMeasure")


ATTRIBUTE_RELATIONSHIP = Shape(
    AttributeRelationship,
    (
        one(f"{STR}None", "dataflow", EMPTY),
        local_references(f"{STR}Dimension", "dimensions"),
        local_references(f"{STR}AttachmentGroup", "attachment_groups"),
        local_reference(f"{STR}Group", "group"),
        Part("observation", _read_observation, _write_observation),
    ),
)

_USAGES = {"Mandatory": "mandatory", "Conditional": "optional"}
_ASSIGNMENTS = {usage: status for status, usage in _USAGES.items()}

_USAGE = attribute(
    "assignmentStatus",
    "usage",
    lambda status: _USAGES.get(status, "optional"),
    lambda usage: _ASSIGNMENTS.get(usage, "Conditional"),
)
_RELATIONSHIP = one(f"{STR}AttributeRelationship", "attribute_relationship", ATTRIBUTE_RELATIONSHIP)
ATTRIBUTE = Shape(
    Attribute,
    (*IDENTIFIABLE, _USAGE, CONCEPT_IDENTITY, _SIMPLE, _ROLES, _RELATIONSHIP),
    "DataAttribute",
)
YEAR_START_DAY = Shape(
    Attribute,
    (*IDENTIFIABLE, _USAGE, CONCEPT_IDENTITY, _SIMPLE, _RELATIONSHIP),
    "ReportingYearStartDay",
)


def _is_year_start_day(attribute: Attribute) -> bool:
    """Return whether an attribute is what 2.1 has an element of its own for."""
    local = attribute.local_representation
    text_format = None if local is None else local.format
    return (
        attribute.id == REPORTING_YEAR_START_DAY
        and not attribute.concept_roles
        and text_format is not None
        and text_format.data_type == "MonthDay"
    )


def _read_attributes(node: Node) -> tuple[Attribute, ...]:
    taken = {f"{STR}Attribute": ATTRIBUTE, f"{STR}ReportingYearStartDay": YEAR_START_DAY}
    found = []
    for child in node.element:
        if child.tag == f"{STR}ReportingYearStartDay" and child.get("id") is None:
            child.set("id", REPORTING_YEAR_START_DAY)
        if child.tag in taken:
            found.append(read_value(identified(child), taken[child.tag]))
    for tag in taken:
        node.take(tag)
    return tuple(found)


def _write_attributes(attributes: tuple[Attribute, ...], place: Place) -> None:
    for value in attributes:
        if _is_year_start_day(value):
            child = add(place.element, f"{STR}ReportingYearStartDay")
            write_value(value, child, YEAR_START_DAY, place.scope)
        else:
            child = add(place.element, f"{STR}Attribute")
            write_value(value, child, ATTRIBUTE, place.scope)


ATTRIBUTE_LIST = Shape(
    AttributeList,
    (*IDENTIFIABLE, Part("attributes", _read_attributes, _write_attributes)),
    "AttributeDescriptor",
)

PRIMARY_MEASURE = Shape(Measure, (*IDENTIFIABLE, CONCEPT_IDENTITY, _SIMPLE), "PrimaryMeasure")


def _read_measures(node: Node) -> tuple[Measure, ...]:
    elements = node.take(f"{STR}PrimaryMeasure")
    for element in elements:
        element.set("id", PRIMARY_MEASURE_ID)
    return tuple(read_value(element, PRIMARY_MEASURE) for element in elements)


def _write_measures(measures: tuple[Measure, ...], place: Place) -> None:
    """Write the one measure under the only id that 2.1 lets it have."""
    for measure in measures[:1]:
        primary = structs.replace(measure, id=PRIMARY_MEASURE_ID)
        child = add(place.element, f"{STR}PrimaryMeasure")
        write_value(primary, child, PRIMARY_MEASURE, place.scope)


MEASURE_LIST = Shape(
    MeasureList,
    (*IDENTIFIABLE, Part("measures", _read_measures, _write_measures)),
    "MeasureDescriptor",
)


def _write_attribute_list(value: AttributeList | None, place: Place) -> None:
    """Write the attributes, unless there are none: an empty list is not allowed."""
    if value is not None and value.attributes:
        child = add(place.element, f"{STR}AttributeList")
        write_value(value, child, ATTRIBUTE_LIST, place.scope)


COMPONENTS = Shape(
    DataStructureComponents,
    (
        one(f"{STR}DimensionList", "dimension_list", DIMENSION_LIST),
        many(f"{STR}Group", "groups", GROUP),
        replace(
            one(f"{STR}AttributeList", "attribute_list", ATTRIBUTE_LIST),
            write=_write_attribute_list,
        ),
        one(f"{STR}MeasureList", "measure_list", MEASURE_LIST),
    ),
)

DATA_STRUCTURE = Shape(
    DataStructure,
    (
        *MAINTAINABLE,
        one(f"{STR}DataStructureComponents", "data_structure_components", COMPONENTS),
    ),
)
DATAFLOW = Shape(
    Dataflow, (*MAINTAINABLE, reference(f"{STR}Structure", "structure", "DataStructure"))
)
METADATAFLOW = Shape(
    Metadataflow,
    (*MAINTAINABLE, reference(f"{STR}Structure", "structure", "MetadataStructure")),
)
_USED = f"{STR}StructureUsage"
_PROVIDER = f"{STR}DataProvider"
PROVISION_AGREEMENT = Shape(
    ProvisionAgreement,
    (
        *MAINTAINABLE,
        reference(_USED, "dataflow", "Dataflow"),
        reference(_PROVIDER, "data_provider", "DataProvider"),
    ),
)
METADATA_PROVISION_AGREEMENT = Shape(
    MetadataProvisionAgreement,
    (
        *MAINTAINABLE,
        reference(_USED, "metadataflow", "Metadataflow"),
        as_metadata(reference(_PROVIDER, "metadata_provider", "DataProvider")),
    ),
)


def provision_agreement_shape(element: Element) -> Shape:
    """Return the shape of an agreement: about data, or about metadata."""
    used = element.find(_USED)
    is_about_metadata = used is not None and "Metadataflow=" in read_reference(used, "Dataflow")
    return METADATA_PROVISION_AGREEMENT if is_about_metadata else PROVISION_AGREEMENT


CATEGORISATION = Shape(
    Categorisation,
    (
        *MAINTAINABLE,
        reference(f"{STR}Source", "source", "Any"),
        reference(f"{STR}Target", "target", "Category"),
    ),
)


def is_complete(structure: DataStructure) -> bool:
    """Return whether a data structure has one measure, or is without components."""
    components = structure.data_structure_components
    if components is None:
        return True
    return components.measure_list is not None and len(components.measure_list.measures) == 1
