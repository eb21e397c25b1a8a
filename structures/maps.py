"""Maps of the data structures onto structures that others maintain."""

from __future__ import annotations

from collections.abc import Iterator

from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.mapping import (
    ComponentMap,
    FixedValueMap,
    MappedValue,
    RepresentationMap,
    RepresentationMapping,
    StructureMap,
    ValueMapping,
)
from structures.content import Content, MapSource, StructureMapFile, ValueMapEntry
from structures.datastructures import components_of, datastructure_urn
from structures.rows import Origin
from structures.schemes import scheme_urn


def build_maps(content: Content) -> Iterator[tuple[Maintainable, Origin]]:
    """Make every representation map and structure map, with the file that it stands in."""
    for file, document in content.maps.items():
        value_maps = {entry.id: _value_map(content, entry) for entry in document.value_maps}
        for value_map in value_maps.values():
            yield value_map, Origin(file, 1)
        for source in document.sources:
            yield _structure_map(content, document, value_maps, source), Origin(file, 1)


def _value_map(content: Content, entry: ValueMapEntry) -> RepresentationMap:
    return RepresentationMap(
        agency_id=content.settings.agency,
        id=entry.id,
        version=entry.version,
        names=entry.name,
        source=(RepresentationMapping(codelist=scheme_urn(content, "codelist", entry.codelist)),),
        target=(RepresentationMapping(codelist=entry.target),),
        representation_mappings=tuple(
            ValueMapping(
                source_values=(MappedValue(value=row["id"]),), target_values=(row[entry.column],)
            )
            for row in content.items_of("codelist", entry.codelist)
            if row[entry.column]
        ),
    )


def _structure_map(
    content: Content,
    document: StructureMapFile,
    value_maps: dict[str, RepresentationMap],
    source: MapSource,
) -> StructureMap:
    own = components_of(content, source.datastructure)
    pairs = [pair for pair in document.components if pair.source in own]
    given = {pair.target for pair in pairs}
    return StructureMap(
        agency_id=content.settings.agency,
        id=source.id,
        version=document.version,
        names=source.name,
        source=datastructure_urn(content, source.datastructure),
        target=document.target,
        component_maps=tuple(
            ComponentMap(
                source=(pair.source,),
                target=(pair.target,),
                representation_map=value_maps[pair.values].urn
                if pair.values in value_maps
                else None,
            )
            for pair in pairs
        ),
        fixed_value_maps=tuple(
            FixedValueMap(target=target, values=(value,))
            for target, value in document.fixed.items()
            if target not in given
        ),
    )
