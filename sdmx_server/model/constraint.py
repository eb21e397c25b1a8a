"""Data, metadata and availability constraints.

Source: SDMX 3.1 Information Model, section 10 (Constraints); sdmx-json 2.1 structure schema.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from sdmx_server.model.artefact import Annotable, Maintainable, Reference, Value


class Period(Value):
    """One end of a time range."""

    period: str
    is_inclusive: bool = True


class TimeRange(Value):
    """A range of periods; only the ends that are given bound it."""

    before_period: Period | None = None
    after_period: Period | None = None
    start_period: Period | None = None
    end_period: Period | None = None
    valid_from: str | None = None
    valid_to: str | None = None


class ComponentValue(Value):
    """A value of a component in a constraint; ``lang`` for text in one language."""

    value: str
    cascade_values: bool | str | None = None
    lang: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None


class CubeRegionKey(Value):
    """Values of one dimension or component in a region."""

    id: str
    include: bool = True
    remove_prefix: bool = False
    valid_from: str | None = None
    valid_to: str | None = None
    time_range: TimeRange | None = None
    values: tuple[ComponentValue, ...] = ()


class CubeRegion(Annotable):
    """A slice of the cube: values of dimensions (``key_values``) and other components."""

    include: bool = True
    key_values: tuple[CubeRegionKey, ...] = ()
    components: tuple[CubeRegionKey, ...] = ()


class DataKey(Annotable):
    """One key, whole or partial; each ``key_values`` entry holds one dimension."""

    include: bool = True
    valid_from: str | None = None
    valid_to: str | None = None
    key_values: tuple[CubeRegionKey, ...] = ()
    components: tuple[CubeRegionKey, ...] = ()


class DataKeySet(Value):
    """A set of keys."""

    is_included: bool
    keys: tuple[DataKey, ...] = ()


class DataSource(Value):
    """Where data are to be had: a file, or a web service."""

    data_url: str | None = msgspec.field(name="dataURL", default=None)
    wsdl_url: str | None = msgspec.field(name="wsdlURL", default=None)
    wadl_url: str | None = msgspec.field(name="wadlURL", default=None)
    is_rest_datasource: bool | None = msgspec.field(name="isRESTDatasource", default=None)
    is_web_service_datasource: bool | None = None


class SetReference(Value):
    """A data or metadata set by the URN of its provider and its id (SDMX 2.1 only)."""

    provider: Reference
    id: str


class ConstraintAttachment(Value):
    """What a constraint applies to; URNs, and plain URLs for simple sources."""

    data_provider: Reference | None = None
    data_structures: tuple[Reference, ...] = ()
    dataflows: tuple[Reference, ...] = ()
    provision_agreements: tuple[Reference, ...] = ()
    simple_data_sources: tuple[str, ...] = ()
    queryable_data_sources: tuple[DataSource, ...] = ()
    data_set_references: tuple[SetReference, ...] = ()  # SDMX 2.1 only


class ReleaseCalendar(Value):
    """When data are released, as durations (SDMX 2.1 and 3.0)."""

    periodicity: str
    offset: str
    tolerance: str


class ReferencePeriod(Value):
    """The instants between which data lie (SDMX 2.1 only)."""

    start_time: str
    end_time: str


class DataConstraint(Maintainable):
    """What data may be reported (role ``Allowed``) or are there (``Actual``; to 3.0)."""

    artefact_type: ClassVar[str] = "dataconstraint"
    package: ClassVar[str] = "registry"
    urn_class: ClassVar[str] = "DataConstraint"
    container: ClassVar[str] = "dataConstraints"
    stub_fields: ClassVar[tuple[str, ...]] = ("role",)

    role: str | None = None
    constraint_attachment: ConstraintAttachment | None = None
    release_calendar: ReleaseCalendar | None = None
    reference_period: ReferencePeriod | None = None  # SDMX 2.1 only
    data_key_sets: tuple[DataKeySet, ...] = ()
    cube_regions: tuple[CubeRegion, ...] = ()


class MetadataConstraintAttachment(Value):
    """What a metadata constraint applies to; URNs, and plain URLs for simple sources."""

    metadata_provider: Reference | None = None
    metadata_sets: tuple[Reference, ...] = ()
    metadata_structures: tuple[Reference, ...] = ()
    metadataflows: tuple[Reference, ...] = ()
    metadata_provision_agreements: tuple[Reference, ...] = ()
    simple_data_sources: tuple[str, ...] = ()
    queryable_data_sources: tuple[DataSource, ...] = ()
    metadata_set_references: tuple[SetReference, ...] = ()  # SDMX 2.1 only


class TargetKey(Value):
    """What one target object of a metadata report may be (SDMX 2.1 only).

    Exactly one of the kinds of value, ``objects`` being URNs.
    """

    id: str
    include: bool = True
    values: tuple[ComponentValue, ...] = ()
    data_set_references: tuple[SetReference, ...] = ()
    data_keys: tuple[DataKey, ...] = ()
    objects: tuple[Reference, ...] = ()
    time_range: TimeRange | None = None


class MetadataKey(Value):
    """A full target of a metadata report (SDMX 2.1 only)."""

    report: str
    metadata_target: str
    key_values: tuple[TargetKey, ...] = ()


class MetadataKeySet(Value):
    """A set of targets (SDMX 2.1 only)."""

    is_included: bool
    keys: tuple[MetadataKey, ...] = ()


class MetadataTargetRegion(Annotable):
    """Values that metadata attributes may hold."""

    include: bool = True
    valid_from: str | None = None
    valid_to: str | None = None
    components: tuple[CubeRegionKey, ...] = ()
    report: str | None = None  # SDMX 2.1 only
    metadata_target: str | None = None  # SDMX 2.1 only
    key_values: tuple[TargetKey, ...] = ()  # SDMX 2.1 only


class MetadataConstraint(Maintainable):
    """What reference metadata may be reported; ``role`` and calendar to SDMX 3.0."""

    artefact_type: ClassVar[str] = "metadataconstraint"
    package: ClassVar[str] = "registry"
    urn_class: ClassVar[str] = "MetadataConstraint"
    container: ClassVar[str] = "metadataConstraints"
    stub_fields: ClassVar[tuple[str, ...]] = ("role",)

    role: str | None = None
    constraint_attachment: MetadataConstraintAttachment | None = None
    release_calendar: ReleaseCalendar | None = None
    reference_period: ReferencePeriod | None = None  # SDMX 2.1 only
    metadata_key_sets: tuple[MetadataKeySet, ...] = ()  # SDMX 2.1 only
    metadata_target_regions: tuple[MetadataTargetRegion, ...] = ()


class AvailabilityConstraint(Annotable):
    """What an availability query found: values, and how many series and observations.

    ``constraint_attachment`` names the artefact that was asked about. It has no identity
    in SDMX 3.1; older formats give it one.
    """

    constraint_attachment: ConstraintAttachment
    cube_region: CubeRegion
    series_count: int | None = None
    obs_count: int | None = None
