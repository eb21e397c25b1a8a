"""Structures, flows, agreements and hierarchies in SDMX-ML 3.x.

Source: SDMX 3.1, SDMXStructureDataStructure.xsd, SDMXStructureMetadataStructure.xsd,
SDMXStructureDataflow.xsd, SDMXStructureMetadataflow.xsd,
SDMXStructureProvisionAgreement.xsd, SDMXStructureHierarchicalCodelist.xsd.
"""

from __future__ import annotations

from dataclasses import replace

from sdmx_server.formats.structure.ml3_parts import (
    STR,
    component_id,
    one_nested,
    token,
    token_list,
    tokens_each_within,
    tokens_within,
)
from sdmx_server.formats.structure.ml3_shapes import (
    ANNOTATIONS,
    IDENTIFIABLE,
    IDENTITY,
    LINKS,
    NAMEABLE,
    OCCURRENCE,
    REPRESENTATION,
    TEXT_FORMAT,
    maintainable,
)
from sdmx_server.formats.structure.parts import (
    Node,
    Part,
    Place,
    Shape,
    attribute,
    boolean,
    decode_boolean,
    flag,
    many,
    one,
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
    Group,
    Measure,
    MeasureList,
    MetadataAttributeUsage,
    ProvisionAgreement,
    TimeDimension,
)
from sdmx_server.model.hierarchy import (
    HierarchicalCode,
    Hierarchy,
    HierarchyAssociation,
    Level,
)
from sdmx_server.model.metadatastructure import (
    MetadataAttribute,
    MetadataAttributeList,
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataStructure,
    MetadataStructureComponents,
)

EMPTY = Shape(Empty, ())

_COMPONENT: tuple[Part, ...] = (
    component_id(),
    *IDENTITY,
    LINKS,
    token("ConceptIdentity", "concept_identity"),
    one(f"{STR}LocalRepresentation", "local_representation", REPRESENTATION),
)
_ROLES = token_list("ConceptRole", "concept_roles")

_DIMENSION_LIST = Shape(
    DimensionList,
    (
        *IDENTIFIABLE,
        many(
            f"{STR}Dimension",
            "dimensions",
            Shape(
                Dimension,
                (
                    *_COMPONENT,
                    _ROLES,
                    attribute(
                        "position",
                        "position",
                        lambda position: int(position) - 1,
                        lambda position: str(position + 1),
                    ),
                ),
                "Dimension",
            ),
        ),
        one(
            f"{STR}TimeDimension",
            "time_dimension",
            Shape(TimeDimension, (*_COMPONENT, _ROLES), "TimeDimension"),
        ),
    ),
    "DimensionDescriptor",
)

_GROUP = Shape(
    Group,
    (
        attribute("id", "id"),
        attribute("uri", "uri"),
        ANNOTATIONS,
        tokens_each_within("GroupDimension", "DimensionReference", "group_dimensions"),
    ),
    "GroupDimensionDescriptor",
)


def _read_optional(node: Node) -> tuple[bool, ...]:
    found = [child.get("optional") for child in node.element.iterchildren(f"{STR}Dimension")]
    return tuple(decode_boolean(text or "false") for text in found) if any(found) else ()


def _write_optional(optional: tuple[bool, ...], place: Place) -> None:
    dimensions = place.element.iterchildren(f"{STR}Dimension")
    for dimension, is_optional in zip(dimensions, optional, strict=False):
        dimension.set("optional", "true" if is_optional else "false")


_RELATIONSHIP = one(
    f"{STR}AttributeRelationship",
    "attribute_relationship",
    Shape(
        AttributeRelationship,
        (
            one(f"{STR}Dataflow", "dataflow", EMPTY),
            token_list("Dimension", "dimensions"),
            Part("are_dimensions_optional", _read_optional, _write_optional),
            token("Group", "group"),
            one(f"{STR}Observation", "observation", EMPTY),
        ),
    ),
)

_REFERENCE = token("MetadataAttributeReference", "metadata_attribute_reference")


def _write_own_id(path: str, place: Place) -> None:
    """Write the id of a metadata attribute without those of others that it stands below."""
    _REFERENCE.write(path.rpartition(".")[2], place)


_METADATA_ATTRIBUTE_REFERENCE = replace(_REFERENCE, write=_write_own_id)

_ATTRIBUTE_LIST = Shape(
    AttributeList,
    (
        *IDENTIFIABLE,
        many(
            f"{STR}Attribute",
            "attributes",
            Shape(
                Attribute,
                (
                    *_COMPONENT,
                    attribute("usage", "usage"),
                    _ROLES,
                    _RELATIONSHIP,
                    tokens_within("MeasureRelationship", "Measure", "measure_relationship"),
                ),
                "DataAttribute",
            ),
        ),
        many(
            f"{STR}MetadataAttributeUsage",
            "metadata_attribute_usages",
            Shape(
                MetadataAttributeUsage,
                (
                    ANNOTATIONS,
                    LINKS,
                    _METADATA_ATTRIBUTE_REFERENCE,
                    _RELATIONSHIP,
                ),
            ),
        ),
    ),
    "AttributeDescriptor",
)

_MEASURE_LIST = Shape(
    MeasureList,
    (
        *IDENTIFIABLE,
        many(
            f"{STR}Measure",
            "measures",
            Shape(Measure, (*_COMPONENT, attribute("usage", "usage"), _ROLES), "Measure"),
        ),
    ),
    "MeasureDescriptor",
)

_DATA_COMPONENTS = Shape(
    DataStructureComponents,
    (
        one(f"{STR}DimensionList", "dimension_list", _DIMENSION_LIST),
        many(f"{STR}Group", "groups", _GROUP),
        one(f"{STR}AttributeList", "attribute_list", _ATTRIBUTE_LIST),
        one(f"{STR}MeasureList", "measure_list", _MEASURE_LIST),
    ),
)

_METADATA_ATTRIBUTE = Shape(
    MetadataAttribute,
    (
        *OCCURRENCE,
        boolean("isPresentational", "is_presentational"),
        *_COMPONENT,
        many(f"{STR}MetadataAttribute", "metadata_attributes"),
    ),
    "MetadataAttribute",
    nests=True,
)

_METADATA_COMPONENTS = Shape(
    MetadataStructureComponents,
    (
        one(
            f"{STR}MetadataAttributeList",
            "metadata_attribute_list",
            Shape(
                MetadataAttributeList,
                (
                    *IDENTIFIABLE,
                    many(f"{STR}MetadataAttribute", "metadata_attributes", _METADATA_ATTRIBUTE),
                ),
            ),
        ),
    ),
)

_LEVEL = Shape(
    Level,
    (
        *NAMEABLE,
        one(f"{STR}CodingFormat", "coding_format", TEXT_FORMAT),
        one_nested(f"{STR}Level", "level"),
    ),
    "Level",
)

_HIERARCHICAL_CODE = Shape(
    HierarchicalCode,
    (
        attribute("validFrom", "valid_from"),
        attribute("validTo", "valid_to"),
        *IDENTIFIABLE,
        token("Code", "code"),
        many(f"{STR}HierarchicalCode", "hierarchical_codes"),
        token("Level", "level"),
    ),
    "HierarchicalCode",
    nests=True,
)

SHAPES: tuple[Shape, ...] = (
    Shape(
        DataStructure,
        maintainable(
            flag("evolvingStructure", "evolving_structure"),
            one(f"{STR}DataStructureComponents", "data_structure_components", _DATA_COMPONENTS),
            token("Metadata", "metadata"),
        ),
    ),
    Shape(
        MetadataStructure,
        maintainable(
            one(
                f"{STR}MetadataStructureComponents",
                "metadata_structure_components",
                _METADATA_COMPONENTS,
            )
        ),
    ),
    Shape(
        Dataflow,
        maintainable(
            token("Structure", "structure"),
            tokens_within("DimensionConstraint", "Dimension", "dimension_constraint"),
        ),
    ),
    Shape(
        Metadataflow,
        maintainable(token("Structure", "structure"), token_list("Target", "targets")),
    ),
    Shape(
        ProvisionAgreement,
        maintainable(token("Dataflow", "dataflow"), token("DataProvider", "data_provider")),
    ),
    Shape(
        MetadataProvisionAgreement,
        maintainable(
            token("Metadataflow", "metadataflow"),
            token("MetadataProvider", "metadata_provider"),
            token_list("Target", "targets"),
        ),
    ),
    Shape(
        Hierarchy,
        maintainable(
            boolean("hasFormalLevels", "has_formal_levels"),
            one(f"{STR}Level", "level", _LEVEL),
            many(f"{STR}HierarchicalCode", "hierarchical_codes", _HIERARCHICAL_CODE),
        ),
    ),
    Shape(
        HierarchyAssociation,
        maintainable(
            token("LinkedHierarchy", "linked_hierarchy"),
            token("LinkedObject", "linked_object"),
            token("ContextObject", "context_object"),
        ),
    ),
)
"""Structures, flows, agreements and hierarchies."""
