"""Artefacts that SDMX 2.1 alone has: structure sets and attachment constraints.

What later versions hold in another way stands in their types, not here.

Source: SDMX 2.1 Information Model, sections 9 (Structure Set) and 10 (Constraints).
"""

from __future__ import annotations

from typing import ClassVar

from sdmx_server.model.artefact import Annotable, Maintainable, Nameable, Reference, Value
from sdmx_server.model.constraint import DataKeySet, MetadataKeySet, SetReference
from sdmx_server.model.representation import TextFormat


class LegacyAttachment(Value):
    """What an attachment constraint applies to; URNs, and plain URLs for simple sources."""

    data_set_references: tuple[SetReference, ...] = ()
    metadata_set_references: tuple[SetReference, ...] = ()
    simple_data_sources: tuple[str, ...] = ()
    data_structures: tuple[Reference, ...] = ()
    metadata_structures: tuple[Reference, ...] = ()
    dataflows: tuple[Reference, ...] = ()
    metadataflows: tuple[Reference, ...] = ()
    provision_agreements: tuple[Reference, ...] = ()


class AttachmentConstraint(Maintainable):
    """The keys that a group of a data structure may have."""

    artefact_type: ClassVar[str] = "attachmentconstraint"
    package: ClassVar[str] = "registry"
    urn_class: ClassVar[str] = "AttachmentConstraint"
    container: ClassVar[str] = "attachmentConstraints"

    constraint_attachment: LegacyAttachment | None = None
    data_key_sets: tuple[DataKeySet, ...] = ()
    metadata_key_sets: tuple[MetadataKeySet, ...] = ()


class LocalReference(Value):
    """An item or component of a mapped artefact, by what 2.1 says of it."""

    id: str
    container_id: str | None = None
    urn_class: str | None = None


class ItemAssociation(Annotable):
    """An item mapped to an item."""

    source: LocalReference
    target: LocalReference


class ItemSchemeMap(Nameable):
    """Items of one scheme mapped to items of another.

    ``kind`` is the element that it is written as, e.g. ``CodelistMap``.
    """

    kind: str
    source: Reference
    target: Reference
    item_associations: tuple[ItemAssociation, ...] = ()


class ValuePair(Value):
    """A value mapped to a value."""

    source: str
    target: str


class RepresentationMapping(Value):
    """How values are mapped: by a codelist map, as text, or one by one."""

    codelist_map: str | None = None
    to_text_format: TextFormat | None = None
    to_value_type: str | None = None
    value_mappings: tuple[ValuePair, ...] = ()


class ComponentMap(Annotable):
    """A component mapped to a component."""

    source: LocalReference
    target: LocalReference
    representation_mapping: RepresentationMapping | None = None


class StructureMap(Nameable):
    """Components of one structure, or of a flow, mapped to those of another."""

    source: Reference
    target: Reference
    is_extension: bool = False
    component_maps: tuple[ComponentMap, ...] = ()


class StructureSet(Maintainable):
    """Maps between schemes and between structures, kept together."""

    artefact_type: ClassVar[str] = "structureset"
    package: ClassVar[str] = "mapping"
    urn_class: ClassVar[str] = "StructureSet"
    container: ClassVar[str] = "structureSets"

    related_structures: tuple[Reference, ...] = ()
    item_scheme_maps: tuple[ItemSchemeMap, ...] = ()
    structure_maps: tuple[StructureMap, ...] = ()
