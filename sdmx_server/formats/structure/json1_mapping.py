"""Structure sets in SDMX-JSON 1.0.

Source: SDMX-JSON 1.0, structure message field guide and JSON schema ("structureSet").
"""

from __future__ import annotations

from typing import Any

from sdmx_server.formats.structure.json1_urns import mapped_urn, part_urn
from sdmx_server.formats.structure.jsonform import Object, WriteRule
from sdmx_server.model.artefact import Value
from sdmx_server.model.legacy import (
    ComponentMap,
    ItemSchemeMap,
    StructureMap,
    StructureSet,
)

_ASSOCIATIONS = {
    "OrganisationSchemeMap": "organisationMaps",
    "CategorySchemeMap": "categoryMaps",
    "CodelistMap": "codeMaps",
    "ConceptSchemeMap": "conceptMaps",
    "ReportingTaxonomyMap": "reportingCategoryMaps",
    "HybridCodelistMap": "hybridCodeMaps",
}
"""What the associations of each kind of item scheme map are called."""


def _write_set(formed: Object, held: StructureSet) -> Object:
    """Write the maps of items by kind, and what is mapped by its URN."""
    item_maps = formed.pop("itemSchemeMaps", [])
    structure_maps = formed.pop("structureMaps", [])
    for written, item_map in zip(item_maps, held.item_scheme_maps, strict=True):
        if item_map.item_associations:
            container = f"{item_map.kind[0].lower()}{item_map.kind[1:]}s"
            formed.setdefault(container, []).append(_item_map(written, item_map))
    kept = [
        _structure_map(written, structure_map, held)
        for written, structure_map in zip(structure_maps, held.structure_maps, strict=True)
        if structure_map.component_maps
    ]
    return formed | ({"structureMaps": kept} if kept else {})


def _item_map(written: Object, item_map: ItemSchemeMap) -> Object:
    del written["kind"]
    pairs = zip(written.pop("itemAssociations"), item_map.item_associations, strict=True)
    written[_ASSOCIATIONS[item_map.kind]] = [
        {**pair, **_ends(item_map, association)} for pair, association in pairs
    ]
    return written


def _structure_map(written: Object, structure_map: StructureMap, held: StructureSet) -> Object:
    pairs = zip(written.pop("componentMaps"), structure_map.component_maps, strict=True)
    written["componentMaps"] = [
        {**_component_map(pair, component_map, held), **_ends(structure_map, component_map)}
        for pair, component_map in pairs
    ]
    return written


def _component_map(written: Object, component_map: ComponentMap, held: StructureSet) -> Object:
    mapping = written.get("representationMapping")
    if mapping is None:
        return written
    if "codelistMap" in mapping:
        mapping["codelistMap"] = part_urn(held, "CodelistMap", mapping["codelistMap"])
    values = mapping.pop("valueMappings", None)
    if values is not None:
        mapping["valueMap"] = {"valueMappings": values}
    return written


def _ends(whole: ItemSchemeMap | StructureMap, pair: Any) -> Object:
    return {
        "source": mapped_urn(whole.source, pair.source),
        "target": mapped_urn(whole.target, pair.target),
    }


RULES: dict[type[Value], WriteRule] = {StructureSet: _write_set}
