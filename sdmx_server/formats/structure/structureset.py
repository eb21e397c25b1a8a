"""Structure sets of SDMX 2.1 as the maps of SDMX 3, and back.

Source: SDMX 2.1 Information Model, section 9 (Structure Set); SDMX 3.0 Information Model,
section 12 (Structure Mapping).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sdmx_server.model import legacy
from sdmx_server.model.artefact import Annotation, Maintainable, Nameable
from sdmx_server.model.legacy import ItemAssociation, LocalReference, StructureSet
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
from sdmx_server.model.urn import maintainable_urn, parse_urn

_ITEM_SCHEME_MAPS: dict[str, type[ItemSchemeMap]] = {
    "CategorySchemeMap": CategorySchemeMap,
    "ConceptSchemeMap": ConceptSchemeMap,
    "OrganisationSchemeMap": OrganisationSchemeMap,
    "ReportingTaxonomyMap": ReportingTaxonomyMap,
}
_CODELIST_MAP = "CodelistMap"
_HYBRID_MAP = "HybridCodelistMap"

MAPS: tuple[type[Maintainable], ...] = (*_ITEM_SCHEME_MAPS.values(), RepresentationMap)
"""The maps of SDMX 3 that a structure set can hold."""

_SHARED = (
    "agency_id",
    "version",
    "valid_from",
    "valid_to",
    "is_final",
    "is_external_reference",
    "service_url",
    "structure_url",
)

Pair = tuple[str, str, tuple[Annotation, ...]]
"""A source id, a target id, and annotations."""


def artefacts(held: StructureSet) -> tuple[Maintainable, ...]:
    """Return what to keep of a structure set: itself and its maps.

    A set that says nothing but one map does is not kept beside it.
    """
    found = maps(held)
    if len(found) == 1 and structure_set(found[0]) == held:
        return found
    return (held, *found)


def maps(held: StructureSet) -> tuple[Maintainable, ...]:
    """Return the maps of a structure set, each as an artefact.

    A single one takes the id of the set; of several each has that id and its own. Maps of
    hierarchical codelists, and mappings to names or descriptions, are left out.
    """
    return tuple(_maps(held))


def holds(held: StructureSet, found: Maintainable) -> bool:
    """Return whether a map is one of a structure set; of a stub that is known by its id."""
    if held.item_scheme_maps or held.structure_maps:
        return found.urn in {each.urn for each in maps(held)}
    identity = (found.agency_id, found.version) == (held.agency_id, held.version)
    return identity and f"{found.id}_".startswith(f"{held.id}_")


def structure_set(held: Maintainable) -> StructureSet | None:
    """Return the structure set that says what a map says; None where none can.

    It can where ids are mapped one to one, and always, between two schemes. Of a stub it is
    a stub.
    """
    if not isinstance(held, ItemSchemeMap | RepresentationMap):
        return None
    pairs = _pairs(held)
    source, target = _ends(held)
    if pairs is None or source is None or target is None:
        return None
    item_map = legacy.ItemSchemeMap(
        id=held.id,
        kind=_kind(held),
        names=held.names,
        descriptions=held.descriptions,
        annotations=held.annotations,
        source=source,
        target=target,
        item_associations=tuple(
            ItemAssociation(
                annotations=annotations,
                source=LocalReference(id=source_id),
                target=LocalReference(id=target_id),
            )
            for source_id, target_id, annotations in pairs
        ),
    )
    return StructureSet(
        id=held.id,
        names=held.names,
        descriptions=held.descriptions,
        annotations=() if pairs else held.annotations,
        item_scheme_maps=(item_map,) if pairs else (),
        **{field: getattr(held, field) for field in _SHARED},
    )


def _maps(held: StructureSet) -> Iterator[Maintainable]:
    for item_map in held.item_scheme_maps:
        if item_map.kind in _ITEM_SCHEME_MAPS:
            yield _item_scheme_map(held, item_map)
        elif _is_between_codelists(item_map):
            yield _codelist_map(held, item_map)
    for structure_map in held.structure_maps:
        yield from _value_maps(held, structure_map)
        yield _structure_map(held, structure_map)


def _map_id(held: StructureSet, id_: str) -> str:
    is_alone = len(held.item_scheme_maps) + len(held.structure_maps) == 1
    return held.id if is_alone else f"{held.id}_{id_}"


def _identity(held: StructureSet, value: Nameable, suffix: str = "") -> dict[str, Any]:
    return {
        "id": _map_id(held, value.id) + suffix,
        "annotations": value.annotations,
        "names": value.names,
        "descriptions": value.descriptions,
    } | {field: getattr(held, field) for field in _SHARED}


def _item_scheme_map(held: StructureSet, item_map: legacy.ItemSchemeMap) -> ItemSchemeMap:
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
        **_identity(held, item_map),
    )


def _is_between_codelists(item_map: legacy.ItemSchemeMap) -> bool:
    ends = (item_map.source, item_map.target)
    return item_map.kind in (_CODELIST_MAP, _HYBRID_MAP) and all(
        parse_urn(urn).urn_class == "Codelist" for urn in ends
    )


def _codelist_map(held: StructureSet, item_map: legacy.ItemSchemeMap) -> RepresentationMap:
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
        **_identity(held, item_map),
    )


def _value_maps(
    held: StructureSet, structure_map: legacy.StructureMap
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
                **_identity(held, structure_map, f"_{component_map.source.id}"),
            )


def _structure_map(held: StructureSet, structure_map: legacy.StructureMap) -> StructureMap:
    return StructureMap(
        source=structure_map.source,
        target=structure_map.target,
        component_maps=tuple(
            ComponentMap(
                annotations=component_map.annotations,
                source=(component_map.source.id,),
                target=(component_map.target.id,),
                representation_map=_representation_map(held, structure_map, component_map),
            )
            for component_map in structure_map.component_maps
        ),
        **_identity(held, structure_map),
    )


def _representation_map(
    held: StructureSet,
    structure_map: legacy.StructureMap,
    component_map: legacy.ComponentMap,
) -> str | None:
    """Return the URN of the representation map that a component map goes through."""
    mapping = component_map.representation_mapping
    if mapping is None:
        return None
    if mapping.value_mappings:
        id_ = f"{_map_id(held, structure_map.id)}_{component_map.source.id}"
    elif mapping.codelist_map is not None:
        id_ = _map_id(held, mapping.codelist_map)
    else:
        return None
    return maintainable_urn(
        RepresentationMap.package,
        RepresentationMap.urn_class,
        held.agency_id,
        id_,
        held.version,
    )


def _kind(held: ItemSchemeMap | RepresentationMap) -> str:
    return _CODELIST_MAP if isinstance(held, RepresentationMap) else type(held).__name__


def _ends(held: ItemSchemeMap | RepresentationMap) -> tuple[str | None, str | None]:
    if isinstance(held, ItemSchemeMap):
        return held.source, held.target
    if len(held.source) != 1 or len(held.target) != 1:
        return None, None
    return held.source[0].codelist, held.target[0].codelist


def _pairs(held: ItemSchemeMap | RepresentationMap) -> tuple[Pair, ...] | None:
    """Return the ids that are mapped; None where anything but ids is."""
    if isinstance(held, ItemSchemeMap):
        found = tuple(map(_item_pair, held.item_maps))
    else:
        found = tuple(map(_value_pair, held.representation_mappings))
    pairs = tuple(pair for pair in found if pair is not None)
    return pairs if len(pairs) == len(found) else None


def _item_pair(item_map: ItemMap) -> Pair | None:
    source, target = item_map.source_value, item_map.target_value
    if source != MappedValue(value=source.value) or target is None:
        return None
    if item_map.valid_from is not None or item_map.valid_to is not None:
        return None
    return source.value, target, item_map.annotations


def _value_pair(mapping: ValueMapping) -> Pair | None:
    if len(mapping.source_values) != 1 or len(mapping.target_values) != 1:
        return None
    return _item_pair(
        ItemMap(
            annotations=mapping.annotations,
            source_value=mapping.source_values[0],
            target_value=mapping.target_values[0],
            valid_from=mapping.valid_from,
            valid_to=mapping.valid_to,
        )
    )
