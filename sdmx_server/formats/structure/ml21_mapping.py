"""Structure sets in SDMX-ML 2.1.

Source: SDMX 2.1 SDMXStructureStructureSet.xsd.
"""

from __future__ import annotations

from sdmx_server.formats.structure.ml21_names import STR
from sdmx_server.formats.structure.ml21_references import (
    PACKAGES,
    read_local,
    reference,
    references,
)
from sdmx_server.formats.structure.ml21_shapes import (
    ANNOTATIONS,
    ANY_FORMAT,
    MAINTAINABLE,
    NAMEABLE,
)
from sdmx_server.formats.structure.parts import (
    Element,
    Node,
    Part,
    Place,
    Shape,
    add,
    attribute,
    flag,
    listed,
    local_name,
    many,
    one,
    read_value,
    text,
    write_value,
)
from sdmx_server.model.legacy import (
    ComponentMap,
    ItemAssociation,
    ItemSchemeMap,
    LocalReference,
    RepresentationMapping,
    StructureMap,
    StructureSet,
    ValuePair,
)

_ASSOCIATIONS = {
    "OrganisationSchemeMap": ("OrganisationMap", "AgencyScheme"),
    "CategorySchemeMap": ("CategoryMap", "CategoryScheme"),
    "CodelistMap": ("CodeMap", "Codelist"),
    "ConceptSchemeMap": ("ConceptMap", "ConceptScheme"),
    "ReportingTaxonomyMap": ("ReportingCategoryMap", "ReportingTaxonomy"),
    "HybridCodelistMap": ("HybridCodeMap", "Codelist"),
}
"""Kinds of item scheme maps: the element of an association, and what is mapped."""


def _local_reference(element: Element) -> LocalReference:
    ref = next((child for child in element if local_name(child) == "Ref"), element)
    return LocalReference(
        id=read_local(element), container_id=ref.get("containerID"), urn_class=ref.get("class")
    )


def _local(tag: str, field: str) -> Part:
    """An item or component within a mapped artefact."""

    def read(node: Node) -> LocalReference | None:
        return next(map(_local_reference, node.take(tag)), None)

    def write(target: LocalReference, place: Place) -> None:
        ref = add(add(place.element, tag), "Ref")
        ref.set("id", target.id)
        if target.container_id is not None:
            ref.set("containerID", target.container_id)
        if target.urn_class is not None:
            ref.set("class", target.urn_class)
            ref.set("package", PACKAGES.get(target.urn_class, ""))

    return Part(field, read, write)


_LOCALS = (_local(f"{STR}Source", "source"), _local(f"{STR}Target", "target"))
ITEM_ASSOCIATION = Shape(ItemAssociation, (ANNOTATIONS, *_LOCALS))


def _item_scheme_map(kind: str) -> Shape:
    association, scheme = _ASSOCIATIONS[kind]
    return Shape(
        ItemSchemeMap,
        (
            *NAMEABLE,
            Part("kind", lambda node: local_name(node.element), lambda _kind, _place: None),
            reference(f"{STR}Source", "source", scheme),
            reference(f"{STR}Target", "target", scheme),
            many(f"{STR}{association}", "item_associations", ITEM_ASSOCIATION),
        ),
        kind,
        nests=True,
    )


_ITEM_SCHEME_MAPS = {kind: _item_scheme_map(kind) for kind in _ASSOCIATIONS}


def _read_item_scheme_maps(node: Node) -> tuple[ItemSchemeMap, ...]:
    found = tuple(
        read_value(child, _ITEM_SCHEME_MAPS[local_name(child)])
        for child in node.element
        if local_name(child) in _ITEM_SCHEME_MAPS
    )
    for kind in _ITEM_SCHEME_MAPS:
        node.take(f"{STR}{kind}")
    return found


def _write_item_scheme_maps(maps: tuple[ItemSchemeMap, ...], place: Place) -> None:
    for value in maps:
        child = add(place.element, f"{STR}{value.kind}")
        write_value(value, child, _ITEM_SCHEME_MAPS[value.kind], place.scope)


def _read_codelist_map(node: Node) -> str | None:
    return next(map(read_local, node.take(f"{STR}CodelistMap")), None)


def _write_codelist_map(id_: str | None, place: Place) -> None:
    if id_ is not None:
        ref = add(add(place.element, f"{STR}CodelistMap"), "Ref")
        ref.set("id", id_)
        ref.set("class", "CodelistMap")
        ref.set("package", PACKAGES["CodelistMap"])


REPRESENTATION_MAPPING = Shape(
    RepresentationMapping,
    (
        Part("codelist_map", _read_codelist_map, _write_codelist_map),
        one(f"{STR}ToTextFormat", "to_text_format", ANY_FORMAT),
        text(f"{STR}ToValueType", "to_value_type"),
        listed(
            f"{STR}ValueMap",
            f"{STR}ValueMapping",
            "value_mappings",
            Shape(ValuePair, (attribute("source", "source"), attribute("target", "target"))),
        ),
    ),
)
COMPONENT_MAP = Shape(
    ComponentMap,
    (
        ANNOTATIONS,
        *_LOCALS,
        one(f"{STR}RepresentationMapping", "representation_mapping", REPRESENTATION_MAPPING),
    ),
)
STRUCTURE_MAP = Shape(
    StructureMap,
    (
        *NAMEABLE,
        flag("isExtension", "is_extension"),
        reference(f"{STR}Source", "source", "DataStructure"),
        reference(f"{STR}Target", "target", "DataStructure"),
        many(f"{STR}ComponentMap", "component_maps", COMPONENT_MAP),
    ),
    "StructureMap",
    nests=True,
)
STRUCTURE_SET = Shape(
    StructureSet,
    (
        *MAINTAINABLE,
        references(f"{STR}RelatedStructure", "related_structures", "DataStructure"),
        Part("item_scheme_maps", _read_item_scheme_maps, _write_item_scheme_maps),
        many(f"{STR}StructureMap", "structure_maps", STRUCTURE_MAP),
    ),
)
