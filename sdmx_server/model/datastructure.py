"""Data structures, dataflows and provision agreements.

Source: SDMX 3.1 Information Model, section 5; sdmx-json 2.1 structure schema.
"""

from __future__ import annotations

from typing import ClassVar

from sdmx_server.model.artefact import (
    Annotable,
    Identifiable,
    Link,
    Maintainable,
    Reference,
    Value,
)
from sdmx_server.model.representation import Representation


class Empty(Value):
    """A relationship that needs no more words, ``{}`` in SDMX-JSON."""


class ModelComponent(Identifiable):
    """What dimensions, measures and attributes share; references are URNs."""

    concept_identity: Reference
    local_representation: Representation | None = None
    concept_roles: tuple[Reference, ...] = ()


class Dimension(ModelComponent):
    """A dimension; ``position`` counts from 0 as in SDMX-JSON.

    ``is_measure_dimension`` marks the measure dimension of SDMX 2.1.
    """

    position: int | None = None
    is_measure_dimension: bool = False


class TimeDimension(ModelComponent):
    """The time dimension; its id is ``TIME_PERIOD``."""

    id: str = "TIME_PERIOD"


class DimensionList(Identifiable):
    """The dimensions in order."""

    id: str = "DimensionDescriptor"
    dimensions: tuple[Dimension, ...] = ()
    time_dimension: TimeDimension | None = None


class Group(Identifiable):
    """A partial key that attributes may be attached to.

    ``attachment_constraint`` is the URN of a 2.1 attachment constraint.
    """

    group_dimensions: tuple[str, ...] = ()
    attachment_constraint: Reference | None = None


class AttributeRelationship(Value):
    """What an attribute is attached to: exactly one of the first four.

    ``attachment_groups`` are those of SDMX 2.1, beside ``dimensions`` or alone;
    ``are_dimensions_optional`` has one entry for each of ``dimensions``, or none.
    """

    dataflow: Empty | None = None
    dimensions: tuple[str, ...] = ()
    group: str | None = None
    observation: Empty | None = None
    attachment_groups: tuple[str, ...] = ()
    are_dimensions_optional: tuple[bool, ...] = ()


class Attribute(ModelComponent):
    """An attribute; ``measure_relationship`` holds measure ids."""

    usage: str = "optional"
    attribute_relationship: AttributeRelationship
    measure_relationship: tuple[str, ...] = ()


class MetadataAttributeUsage(Annotable):
    """A metadata attribute of the MSD, reported with data."""

    links: tuple[Link, ...] = ()
    metadata_attribute_reference: str
    attribute_relationship: AttributeRelationship


class AttributeList(Identifiable):
    """The attributes in order."""

    id: str = "AttributeDescriptor"
    attributes: tuple[Attribute, ...] = ()
    metadata_attribute_usages: tuple[MetadataAttributeUsage, ...] = ()


class Measure(ModelComponent):
    """A measure."""

    usage: str = "optional"


class MeasureList(Identifiable):
    """The measures in order."""

    id: str = "MeasureDescriptor"
    measures: tuple[Measure, ...] = ()


class DataStructureComponents(Value):
    """The components of a data structure."""

    dimension_list: DimensionList
    groups: tuple[Group, ...] = ()
    attribute_list: AttributeList | None = None
    measure_list: MeasureList | None = None


class DataStructure(Maintainable):
    """A data structure definition; ``metadata`` is the URN of a metadata structure."""

    artefact_type: ClassVar[str] = "datastructure"
    package: ClassVar[str] = "datastructure"
    urn_class: ClassVar[str] = "DataStructure"
    container: ClassVar[str] = "dataStructures"

    data_structure_components: DataStructureComponents | None = None
    metadata: Reference | None = None
    evolving_structure: bool = False


class Dataflow(Maintainable):
    """Data of one structure, disseminated under one name."""

    artefact_type: ClassVar[str] = "dataflow"
    package: ClassVar[str] = "datastructure"
    urn_class: ClassVar[str] = "Dataflow"
    container: ClassVar[str] = "dataflows"

    structure: Reference | None = None
    dimension_constraint: tuple[str, ...] = ()


class ProvisionAgreement(Maintainable):
    """An agreement that a provider supplies data for a dataflow; both are URNs."""

    artefact_type: ClassVar[str] = "provisionagreement"
    package: ClassVar[str] = "registry"
    urn_class: ClassVar[str] = "ProvisionAgreement"
    container: ClassVar[str] = "provisionAgreements"
    stub_fields: ClassVar[tuple[str, ...]] = ("dataflow", "data_provider")

    data_provider: Reference | None = None
    dataflow: Reference | None = None
