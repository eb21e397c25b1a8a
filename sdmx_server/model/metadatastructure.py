"""Metadata structures, metadataflows and metadata provision agreements.

Source: SDMX 3.1 Information Model, section 7; sdmx-json 2.1 structure schema.
"""

from __future__ import annotations

from typing import ClassVar

from sdmx_server.model.artefact import Identifiable, Maintainable, Reference, Value
from sdmx_server.model.representation import Representation


class MetadataAttribute(Identifiable):
    """An attribute of a metadata report, with those below it.

    ``max_occurs`` is a number, ``unbounded``, or None for one.
    """

    concept_identity: Reference
    local_representation: Representation | None = None
    min_occurs: int | None = None
    max_occurs: int | str | None = None
    is_presentational: bool | None = None
    metadata_attributes: tuple[MetadataAttribute, ...] = ()


class MetadataAttributeList(Identifiable):
    """The metadata attributes in order."""

    id: str = "MetadataAttributeDescriptor"
    metadata_attributes: tuple[MetadataAttribute, ...] = ()


class TargetObject(Identifiable):
    """One part of what a report is about (SDMX 2.1 only).

    ``kind`` is the element that it is written as, e.g. ``IdentifiableObjectTarget``.
    """

    kind: str
    object_type: str | None = None
    local_representation: Representation | None = None


class MetadataTarget(Identifiable):
    """What a report may be about (SDMX 2.1 only)."""

    target_objects: tuple[TargetObject, ...] = ()


class ReportStructure(Identifiable):
    """A report: its attributes, and ids of the targets it may have (SDMX 2.1 only)."""

    metadata_attributes: tuple[MetadataAttribute, ...] = ()
    metadata_targets: tuple[str, ...] = ()


class MetadataStructureComponents(Value):
    """The components of a metadata structure.

    The attribute list holds the attributes of all reports, where SDMX 2.1 has several.
    """

    metadata_attribute_list: MetadataAttributeList | None = None
    metadata_targets: tuple[MetadataTarget, ...] = ()  # SDMX 2.1 only
    report_structures: tuple[ReportStructure, ...] = ()  # SDMX 2.1 only


class MetadataStructure(Maintainable):
    """A metadata structure definition."""

    artefact_type: ClassVar[str] = "metadatastructure"
    package: ClassVar[str] = "metadatastructure"
    urn_class: ClassVar[str] = "MetadataStructure"
    container: ClassVar[str] = "metadataStructures"

    metadata_structure_components: MetadataStructureComponents | None = None


class Metadataflow(Maintainable):
    """Reference metadata of one structure about ``targets``, URNs with wildcards."""

    artefact_type: ClassVar[str] = "metadataflow"
    package: ClassVar[str] = "metadatastructure"
    urn_class: ClassVar[str] = "Metadataflow"
    container: ClassVar[str] = "metadataflows"
    stub_fields: ClassVar[tuple[str, ...]] = ("targets",)

    structure: Reference | None = None
    targets: tuple[Reference, ...] = ()


class MetadataProvisionAgreement(Maintainable):
    """An agreement that a provider supplies reference metadata for a metadataflow."""

    artefact_type: ClassVar[str] = "metadataprovisionagreement"
    package: ClassVar[str] = "registry"
    urn_class: ClassVar[str] = "MetadataProvisionAgreement"
    container: ClassVar[str] = "metadataProvisionAgreements"
    stub_fields: ClassVar[tuple[str, ...]] = ("metadataflow", "metadata_provider")

    metadataflow: Reference | None = None
    metadata_provider: Reference | None = None
    targets: tuple[Reference, ...] = ()
