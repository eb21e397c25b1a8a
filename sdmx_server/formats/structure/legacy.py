"""What SDMX 2.1 alone has, turned into what SDMX 3 knows, as far as that goes.

Source: SDMX 3.0 release notes ("Changes from 2.1"); SDMX 2.1 Information Model, section 9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import structs

from sdmx_server.model import legacy
from sdmx_server.model.artefact import Maintainable, Nameable, Value
from sdmx_server.model.constraint import (
    ConstraintAttachment,
    DataConstraint,
    MetadataConstraint,
    MetadataConstraintAttachment,
    MetadataTargetRegion,
)
from sdmx_server.model.datastructure import (
    AttributeRelationship,
    DataStructure,
    Dimension,
    Group,
)
from sdmx_server.model.hierarchy import HierarchicalCode, Hierarchy
from sdmx_server.model.legacy import AttachmentConstraint, StructureSet
from sdmx_server.model.mapping import (
    CategorySchemeMap,
    ComponentMap,
    ConceptSchemeMap,
    ItemMap,
    ItemSchemeMap,
    MappedValue,
    OrganisationSchemeMap,
    ReportingTaxonomyMap,
    RepresentationMap,
    RepresentationMapping,
    StructureMap,
    ValueMapping,
)
from sdmx_server.model.metadatastructure import Metadataflow, MetadataStructureComponents
from sdmx_server.model.representation import Representation, TextFormat
from sdmx_server.model.transformation import VtlMapping
from sdmx_server.model.urn import maintainable_urn, parse_urn

FIELDS: dict[type[Value], tuple[str, ...]] = {
    Maintainable: ("is_final",),
    Dimension: ("is_measure_dimension",),
    Group: ("attachment_constraint",),
    AttributeRelationship: ("attachment_groups",),
    Hierarchy: ("hierarchical_codelist",),
    HierarchicalCode: ("version", "codelist_alias"),
    ConstraintAttachment: ("data_set_references",),
    DataConstraint: ("reference_period",),
    MetadataConstraint: ("reference_period", "metadata_key_sets"),
    MetadataConstraintAttachment: ("metadata_set_references",),
    MetadataTargetRegion: ("report", "metadata_target", "key_values"),
    MetadataStructureComponents: ("metadata_targets", "report_structures"),
    VtlMapping: ("concept_scheme",),
}
"""The fields that SDMX 2.1 alone has, by class."""

ANY_DATAFLOW = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=*:*(*)"
"""What a metadataflow of 2.1, which names no targets itself, is about."""

_ITEM_SCHEME_MAPS: dict[str, type[ItemSchemeMap]] = {
    "CategorySchemeMap": CategorySchemeMap,
    "ConceptSchemeMap": ConceptSchemeMap,
    "OrganisationSchemeMap": OrganisationSchemeMap,
    "ReportingTaxonomyMap": ReportingTaxonomyMap,
}
_CODELIST_MAPS = ("CodelistMap", "HybridCodelistMap")


def modern(artefact: Maintainable) -> tuple[Maintainable, ...]:
    """Return what SDMX 3 has in place of an artefact; nearly always that artefact.

    A structure set becomes its maps, an attachment constraint nothing. What cannot be said
    within an artefact is left out of it; fields that 2.1 alone has stay.
    """
    change = _CHANGES.get(type(artefact))
    return (artefact,) if change is None else change(artefact)


def maps(structure_set: StructureSet) -> tuple[Maintainable, ...]:
    """Return the maps of a structure set, each as an artefact with both ids.

    Maps of hierarchical codelists, and mappings to names or descriptions, are left out.
    """
    return tuple(_maps(structure_set))


def map_id(structure_set: StructureSet, id_: str) -> str:
    """Return the id that a map of a structure set has as an artefact."""
    return f"{structure_set.id}_{id_}"


def _maps(structure_set: StructureSet) -> Iterator[Maintainable]:
    for item_map in structure_set.item_scheme_maps:
        if item_map.kind in _ITEM_SCHEME_MAPS:
            yield _item_scheme_map(structure_set, item_map)
        elif _is_between_codelists(item_map):
            yield _codelist_map(structure_set, item_map)
    for structure_map in structure_set.structure_maps:
        yield from _value_maps(structure_set, structure_map)
        yield _structure_map(structure_set, structure_map)


def _identity(structure_set: StructureSet, value: Nameable, suffix: str = "") -> dict[str, Any]:
    return {
        "id": map_id(structure_set, value.id) + suffix,
        "agency_id": structure_set.agency_id,
        "version": structure_set.version,
        "valid_from": structure_set.valid_from,
        "valid_to": structure_set.valid_to,
        "is_final": structure_set.is_final,
        "annotations": value.annotations,
        "names": value.names,
        "descriptions": value.descriptions,
    }


def _item_scheme_map(structure_set: StructureSet, item_map: legacy.ItemSchemeMap) -> ItemSchemeMap:
    return _ITEM_SCHEME_MAPS[item_map.kind](
        source=item_map.source,
        target=item_map.target,
        item_maps=tuple(
            ItemMap(
                annotations=association.annotations,
                source_value=MappedValue(value=association.source.id),
                target_value=association.target.id,
            )
            for association in item_map.item_associations
        ),
        **_identity(structure_set, item_map),
    )


def _is_between_codelists(item_map: legacy.ItemSchemeMap) -> bool:
    ends = (item_map.source, item_map.target)
    return item_map.kind in _CODELIST_MAPS and all(
        parse_urn(urn).urn_class == "Codelist" for urn in ends
    )


def _codelist_map(structure_set: StructureSet, item_map: legacy.ItemSchemeMap) -> RepresentationMap:
    return RepresentationMap(
        source=(RepresentationMapping(codelist=item_map.source),),
        target=(RepresentationMapping(codelist=item_map.target),),
        representation_mappings=tuple(
            ValueMapping(
                annotations=association.annotations,
                source_values=(MappedValue(value=association.source.id),),
                target_values=(association.target.id,),
            )
            for association in item_map.item_associations
        ),
        **_identity(structure_set, item_map),
    )


def _value_maps(
    structure_set: StructureSet, structure_map: legacy.StructureMap
) -> Iterator[RepresentationMap]:
    """Yield the mappings of single values that stand within a structure map."""
    for component_map in structure_map.component_maps:
        mapping = component_map.representation_mapping
        if mapping is not None and mapping.value_mappings:
            yield RepresentationMap(
                source=(RepresentationMapping(data_type="String"),),
                target=(RepresentationMapping(data_type="String"),),
                representation_mappings=tuple(
                    ValueMapping(
                        source_values=(MappedValue(value=pair.source),),
                        target_values=(pair.target,),
                    )
                    for pair in mapping.value_mappings
                ),
                **_identity(structure_set, structure_map, f"_{component_map.source.id}"),
            )


def _structure_map(structure_set: StructureSet, structure_map: legacy.StructureMap) -> StructureMap:
    return StructureMap(
        source=structure_map.source,
        target=structure_map.target,
        component_maps=tuple(
            ComponentMap(
                annotations=component_map.annotations,
                source=(component_map.source.id,),
                target=(component_map.target.id,),
                representation_map=_representation_map(structure_set, structure_map, component_map),
            )
            for component_map in structure_map.component_maps
        ),
        **_identity(structure_set, structure_map),
    )


def _representation_map(
    structure_set: StructureSet,
    structure_map: legacy.StructureMap,
    component_map: legacy.ComponentMap,
) -> str | None:
    """Return the URN of the representation map that a component map goes through."""
    mapping = component_map.representation_mapping
    if mapping is None:
        return None
    if mapping.value_mappings:
        id_ = f"{map_id(structure_set, structure_map.id)}_{component_map.source.id}"
    elif mapping.codelist_map is not None:
        id_ = map_id(structure_set, mapping.codelist_map)
    else:
        return None
    return maintainable_urn(
        RepresentationMap.package,
        RepresentationMap.urn_class,
        structure_set.agency_id,
        id_,
        structure_set.version,
    )


def _without_legacy_parts(structure: DataStructure) -> tuple[DataStructure]:
    """Leave out groups without dimensions, and enumerations by concepts."""
    components = structure.data_structure_components
    if components is None:
        return (structure,)
    dimension_list = structs.replace(
        components.dimension_list,
        dimensions=tuple(map(_with_modern_representation, components.dimension_list.dimensions)),
    )
    changed = structs.replace(
        components,
        dimension_list=dimension_list,
        groups=tuple(group for group in components.groups if group.group_dimensions),
    )
    if changed == components:
        return (structure,)
    return (structs.replace(structure, data_structure_components=changed),)


def _with_modern_representation(dimension: Dimension) -> Dimension:
    """Return a dimension as text where it is enumerated by a concept scheme."""
    local = dimension.local_representation
    if not dimension.is_measure_dimension or local is None or local.enumeration is None:
        return dimension
    text = Representation(format=TextFormat(data_type="String"))
    return structs.replace(dimension, local_representation=text)


def _with_target(flow: Metadataflow) -> tuple[Metadataflow]:
    """Return a metadataflow with the target that SDMX 3 demands, unless it is a stub."""
    if flow.targets or flow.structure is None:
        return (flow,)
    return (structs.replace(flow, targets=(ANY_DATAFLOW,)),)


def _nothing(_artefact: AttachmentConstraint) -> tuple[()]:
    return ()


_CHANGES: dict[type[Maintainable], Callable[[Any], tuple[Maintainable, ...]]] = {
    AttachmentConstraint: _nothing,
    DataStructure: _without_legacy_parts,
    Metadataflow: _with_target,
    StructureSet: maps,
}
