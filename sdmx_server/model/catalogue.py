"""Every artefact type, how to find it, and what can be asked of any artefact.

Source: SDMX-REST 2.2, doc/structures.md ("resource"); SDMX 3.1 Registry Specification,
section 6.2.3 (URN packages and classes).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import structs

from sdmx_server.model.artefact import ItemScheme, Maintainable, Value
from sdmx_server.model.category import Categorisation, CategoryScheme
from sdmx_server.model.codelist import Codelist, GeographicCodelist, GeoGridCodelist, ValueList
from sdmx_server.model.concept import ConceptScheme
from sdmx_server.model.constraint import (
    AvailabilityConstraint,
    DataConstraint,
    MetadataConstraint,
)
from sdmx_server.model.datastructure import Dataflow, DataStructure, ProvisionAgreement
from sdmx_server.model.declaration import declared, leads_to
from sdmx_server.model.hierarchy import Hierarchy, HierarchyAssociation
from sdmx_server.model.legacy import AttachmentConstraint, StructureSet
from sdmx_server.model.mapping import (
    CategorySchemeMap,
    ConceptSchemeMap,
    OrganisationSchemeMap,
    ReportingTaxonomyMap,
    RepresentationMap,
    StructureMap,
)
from sdmx_server.model.metadataset import MetadataSet
from sdmx_server.model.metadatastructure import (
    Metadataflow,
    MetadataProvisionAgreement,
    MetadataStructure,
)
from sdmx_server.model.organisation import (
    AgencyScheme,
    DataConsumerScheme,
    DataProviderScheme,
    MetadataProviderScheme,
    OrganisationUnitScheme,
)
from sdmx_server.model.process import Process
from sdmx_server.model.reportingtaxonomy import ReportingTaxonomy
from sdmx_server.model.transformation import (
    CustomTypeScheme,
    NamePersonalisationScheme,
    RulesetScheme,
    TransformationScheme,
    UserDefinedOperatorScheme,
    VtlMappingScheme,
)

Scheme = TypeVar("Scheme", bound=ItemScheme)

ARTEFACT_TYPES: tuple[type[Maintainable], ...] = (
    AgencyScheme,
    DataProviderScheme,
    DataConsumerScheme,
    MetadataProviderScheme,
    OrganisationUnitScheme,
    Codelist,
    GeographicCodelist,
    GeoGridCodelist,
    ValueList,
    Hierarchy,
    HierarchyAssociation,
    ConceptScheme,
    DataStructure,
    MetadataStructure,
    Dataflow,
    Metadataflow,
    CategoryScheme,
    Categorisation,
    ReportingTaxonomy,
    ProvisionAgreement,
    MetadataProvisionAgreement,
    DataConstraint,
    MetadataConstraint,
    Process,
    StructureMap,
    RepresentationMap,
    ConceptSchemeMap,
    CategorySchemeMap,
    OrganisationSchemeMap,
    ReportingTaxonomyMap,
    CustomTypeScheme,
    NamePersonalisationScheme,
    RulesetScheme,
    TransformationScheme,
    UserDefinedOperatorScheme,
    VtlMappingScheme,
    AttachmentConstraint,
    StructureSet,
    MetadataSet,
)
"""Every type of maintainable artefact; referred to before referring, where that can be.

The last is no structure; the two before it are those that SDMX 2.1 alone has.
"""

_HOLDS: dict[tuple[str, str], type[Maintainable]] = {
    ("base", "Organisation"): OrganisationUnitScheme,
    ("codelist", "HierarchicalCode"): Hierarchy,
    ("codelist", "Level"): Hierarchy,
    ("datastructure", ""): DataStructure,
    ("mapping", ""): StructureSet,
    ("metadatastructure", ""): MetadataStructure,
    ("process", ""): Process,
}
"""What holds things that have URNs and are no items of schemes, by package and class."""

_BY_NAME = {cls.__name__: cls for cls in ARTEFACT_TYPES}
_BY_CONTAINER = {cls.container: cls for cls in ARTEFACT_TYPES}
_DECODERS: dict[str, msgspec.json.Decoder[Maintainable]] = {
    name: msgspec.json.Decoder(cls) for name, cls in _BY_NAME.items()
}


def by_urn_class(package: str, urn_class: str) -> tuple[type[Maintainable], ...]:
    """Return the artefact classes of a URN; empty where the URN is one of an item."""
    return tuple(
        cls for cls in ARTEFACT_TYPES if (cls.package, cls.urn_class) == (package, urn_class)
    )


def by_item_class(package: str, item_class: str) -> tuple[type[ItemScheme], ...]:
    """Return the item schemes whose items have this class in URNs."""
    return tuple(
        cls
        for cls in ARTEFACT_TYPES
        if issubclass(cls, ItemScheme) and (cls.package, cls.item_class) == (package, item_class)
    )


def holders(package: str, urn_class: str) -> tuple[type[Maintainable], ...]:
    """Return the classes of the artefact that a URN is, or is part of; empty where unknown."""
    found = by_urn_class(package, urn_class) or by_item_class(package, urn_class)
    if found:
        return found
    holder = _HOLDS.get((package, urn_class)) or _HOLDS.get((package, ""))
    return (holder,) if holder else ()


def by_container(container: str) -> type[Maintainable] | None:
    """Return the class that stands in this container of SDMX-JSON, e.g. ``codelists``."""
    return _BY_CONTAINER.get(container)


def items(scheme: ItemScheme) -> tuple[Any, ...]:
    """Return the items of a scheme; nested ones stand in those above them."""
    found: tuple[Any, ...] = getattr(scheme, scheme.items_field)
    return found


def with_items(scheme: Scheme, chosen: Iterable[Any]) -> Scheme:
    """Return the same scheme with other items."""
    return structs.replace(scheme, **{scheme.items_field: tuple(chosen)})


def type_name(artefact: Maintainable) -> str:
    """Return the name that ``decode`` needs: the class, e.g. ``GeographicCodelist``."""
    return type(artefact).__name__


def encode(artefact: Maintainable) -> bytes:
    """Return the stored document of an artefact: the model itself as JSON."""
    return msgspec.json.encode(artefact)


def decode(name: str, document: bytes) -> Maintainable:
    """Return the artefact of a stored document; ``name`` is its ``type_name``.

    Raises:
        KeyError: if there is no such type.
    """
    return _DECODERS[name].decode(document)


def references(artefact: Maintainable | AvailabilityConstraint) -> tuple[str, ...]:
    """Return every URN that an artefact refers to, in order, each once, wildcards kept.

    Links and annotations do not count as references.
    """
    return tuple(dict.fromkeys(_urns(artefact)))


def _urns(value: Value) -> Iterator[str]:
    for name, holds_urns in _paths_to_urns(type(value)):
        content = getattr(value, name)
        for part in content if isinstance(content, tuple) else (content,):
            if part is None:
                continue
            if holds_urns:
                yield part
            else:
                yield from _urns(part)


@cache
def _paths_to_urns(cls: type[Value]) -> tuple[tuple[str, bool], ...]:
    """Return the fields that hold URNs (True) or values that lead to URNs (False)."""
    return tuple(
        (field.name, field.is_reference)
        for field in declared(cls)
        if field.is_reference or (field.cls and leads_to(field.cls, "is_reference"))
    )
