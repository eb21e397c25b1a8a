"""The metadata attributes that a data structure lets be reported with its data.

A data structure may name a metadata structure, whose metadata attributes then are attributes
of the data too. One below others is called by its path, ``CONTACT.EMAIL``. Those that only
hold others have no values and so are no components.

Source: SDMX 3.1 Information Model, section 5.3 (Metadata Attribute Usage); SDMX 3.1
SDMXStructureDataStructure.xsd, "Metadata" and "MetadataAttributeUsage".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sdmx_server.dataset import Component, Role
from sdmx_server.exchange.extension import Lookup
from sdmx_server.exchange.representation import checked, may_repeat, represented
from sdmx_server.model.datastructure import (
    AttributeRelationship,
    DataStructure,
    DataStructureComponents,
    Empty,
    ModelComponent,
)
from sdmx_server.model.metadatastructure import MetadataAttribute, MetadataStructure
from sdmx_server.model.urn import item_urn

_ANYWHERE = AttributeRelationship(observation=Empty())
"""Where a metadata attribute stands that nothing is said of: the standard lets it stand at
any level, and the lowest can hold what is given at any other."""


@dataclass(frozen=True, slots=True)
class Found:
    """A metadata attribute in its metadata structure.

    Attributes:
        path: ids from the top down to it.
        repeats: for each of these, whether it may be reported several times.
        attribute: the attribute.
    """

    path: tuple[str, ...]
    repeats: tuple[bool, ...]
    attribute: MetadataAttribute

    @property
    def id(self) -> str:
        """What data call it."""
        return ".".join(self.path)


def metadata_attributes(
    dsd: DataStructure, parts: DataStructureComponents, lookup: Lookup
) -> Iterator[tuple[Component, AttributeRelationship]]:
    """Yield the metadata attributes of a data structure, each with what it is attached to.

    One with the id of a component is left out: data could not tell the two apart. None has
    to be given a value: metadata may be reported apart from the data.

    Args:
        dsd: the data structure.
        parts: its components.
        lookup: returns the artefact with a URN, or None.

    Raises:
        SemanticError: if the list that the codes of one are taken from is not held.
    """
    msd = lookup(dsd.metadata) if dsd.metadata else None
    if not isinstance(msd, MetadataStructure):
        return
    found = list(_walk(_top(msd)))
    places = _places(parts, found)
    taken = _component_ids(parts)
    for each in found:
        if not each.attribute.is_presentational and each.id not in taken:
            yield _component(each, msd, lookup), places.get(each.path, _ANYWHERE)


def _component_ids(parts: DataStructureComponents) -> frozenset[str]:
    dimensions, listed = parts.dimension_list, parts.attribute_list
    components: list[ModelComponent] = [
        *dimensions.dimensions,
        *((dimensions.time_dimension,) if dimensions.time_dimension else ()),
        *(parts.measure_list.measures if parts.measure_list else ()),
        *(listed.attributes if listed else ()),
    ]
    return frozenset(component.id for component in components)


def _top(msd: MetadataStructure) -> tuple[MetadataAttribute, ...]:
    parts = msd.metadata_structure_components
    listed = parts.metadata_attribute_list if parts else None
    return listed.metadata_attributes if listed else ()


def _walk(
    attributes: Iterable[MetadataAttribute],
    path: tuple[str, ...] = (),
    repeats: tuple[bool, ...] = (),
) -> Iterator[Found]:
    for attribute in attributes:
        here = (*path, attribute.id)
        repeated = (*repeats, may_repeat(attribute.max_occurs))
        yield Found(here, repeated, attribute)
        yield from _walk(attribute.metadata_attributes, here, repeated)


def _places(
    parts: DataStructureComponents, found: Iterable[Found]
) -> Mapping[tuple[str, ...], AttributeRelationship]:
    """Return what the data structure attaches metadata attributes to, by their paths.

    What it says of one holds for those below, unless it says otherwise of them.
    """
    listed = parts.attribute_list
    usages = {
        usage.metadata_attribute_reference: usage.attribute_relationship
        for usage in (listed.metadata_attribute_usages if listed else ())
    }
    places: dict[tuple[str, ...], AttributeRelationship] = {}
    for each in found:
        # SDMX-ML names one below others by its own id, SDMX-JSON by its path.
        named = usages.get(each.id) or usages.get(each.path[-1])
        where = named or places.get(each.path[:-1])
        if where is not None:
            places[each.path] = where
    return places


def _component(found: Found, msd: MetadataStructure, lookup: Lookup) -> Component:
    known = checked(represented(found.attribute, lookup), found.id)
    return Component(
        id=found.id,
        role=Role.ATTRIBUTE,
        names=known.names or {"en": found.attribute.id},
        concept_urn=found.attribute.concept_identity,
        data_type=known.data_type or "String",
        codes=known.codes,
        codelist_urn=known.codelist_urn,
        mandatory=False,
        is_array=any(found.repeats),
        is_multilingual=known.is_multilingual,
        facets=known.facets,
        metadata_urn=item_urn(
            msd.package, "MetadataAttribute", msd.agency_id, msd.id, msd.version, found.id
        ),
        repeats=found.repeats,
        is_nested=len(found.path) > 1 or bool(found.attribute.metadata_attributes),
    )
