"""Constraints in SDMX-ML 2.1.

A content constraint is a data constraint of the model, its type the role.

Source: SDMX 2.1 SDMXStructureConstraint.xsd, SDMXCommon.xsd.
"""

from __future__ import annotations

from dataclasses import replace

from sdmx_server.formats.structure.ml21_names import COM, STR
from sdmx_server.formats.structure.ml21_references import as_metadata, reference, references
from sdmx_server.formats.structure.ml21_shapes import MAINTAINABLE
from sdmx_server.formats.structure.parts import (
    Element,
    Node,
    Part,
    Place,
    Shape,
    attribute,
    attribute_if,
    boolean,
    content,
    many,
    one,
    text,
    text_list,
)
from sdmx_server.model.constraint import (
    ComponentValue,
    ConstraintAttachment,
    CubeRegion,
    CubeRegionKey,
    DataConstraint,
    DataKey,
    DataKeySet,
    DataSource,
    MetadataConstraint,
    MetadataConstraintAttachment,
    MetadataKey,
    MetadataKeySet,
    MetadataTargetRegion,
    Period,
    ReferencePeriod,
    ReleaseCalendar,
    SetReference,
    TargetKey,
    TimeRange,
)
from sdmx_server.model.legacy import AttachmentConstraint, LegacyAttachment

_CASCADE = attribute_if(
    boolean("cascadeValues", "cascade_values"), lambda cascade: isinstance(cascade, bool)
)
VALUE = Shape(ComponentValue, (_CASCADE, content("value")))
PERIOD = Shape(Period, (boolean("isInclusive", "is_inclusive"), content("period")))
TIME_RANGE = Shape(
    TimeRange,
    (
        one(f"{COM}BeforePeriod", "before_period", PERIOD),
        one(f"{COM}AfterPeriod", "after_period", PERIOD),
        one(f"{COM}StartPeriod", "start_period", PERIOD),
        one(f"{COM}EndPeriod", "end_period", PERIOD),
    ),
)
MEMBER = Shape(
    CubeRegionKey,
    (
        attribute("id", "id"),
        boolean("include", "include"),
        many(f"{COM}Value", "values", VALUE),
        one(f"{COM}TimeRange", "time_range", TIME_RANGE),
    ),
)
_KEY_VALUES = many(f"{COM}KeyValue", "key_values", MEMBER)


def _write_key_values(members: tuple[CubeRegionKey, ...], place: Place) -> None:
    """Write the dimensions with values: 2.1 does not allow one without."""
    held = tuple(member for member in members if member.values or member.time_range)
    _KEY_VALUES.write(held, place)


CUBE_REGION = Shape(
    CubeRegion,
    (
        boolean("include", "include"),
        replace(_KEY_VALUES, write=_write_key_values),
        many(f"{COM}Attribute", "components", MEMBER),
    ),
)
KEY_MEMBER = Shape(
    CubeRegionKey,
    (
        attribute("id", "id"),
        many(f"{COM}Value", "values", Shape(ComponentValue, (content("value"),))),
    ),
)
DATA_KEY = Shape(DataKey, (many(f"{COM}KeyValue", "key_values", KEY_MEMBER),))
DATA_KEY_SET = Shape(
    DataKeySet, (boolean("isIncluded", "is_included"), many(f"{STR}Key", "keys", DATA_KEY))
)
DATA_SOURCE = Shape(
    DataSource,
    (
        boolean("isRESTDatasource", "is_rest_datasource"),
        boolean("isWebServiceDatasource", "is_web_service_datasource"),
        text(f"{COM}DataURL", "data_url"),
        text(f"{COM}WSDLURL", "wsdl_url"),
        text(f"{COM}WADLURL", "wadl_url"),
    ),
)
SET_REFERENCE = Shape(
    SetReference,
    (
        reference(f"{COM}DataProvider", "provider", "DataProvider"),
        text(f"{COM}ID", "id"),
    ),
)
_DATA_SETS = many(f"{STR}DataSet", "data_set_references", SET_REFERENCE)
_METADATA_SETS = many(f"{STR}MetadataSet", "metadata_set_references", SET_REFERENCE)
_SIMPLE_SOURCES = text_list(f"{STR}SimpleDataSource", "simple_data_sources")
_QUERYABLE_SOURCES = many(f"{STR}QueryableDataSource", "queryable_data_sources", DATA_SOURCE)
_PROVIDER = f"{STR}DataProvider"
_AGREEMENT = f"{STR}ProvisionAgreement"
_DATA_STRUCTURES = references(f"{STR}DataStructure", "data_structures", "DataStructure")
_DATAFLOWS = references(f"{STR}Dataflow", "dataflows", "Dataflow")
_METADATA_STRUCTURES = references(
    f"{STR}MetadataStructure", "metadata_structures", "MetadataStructure"
)
_METADATAFLOWS = references(f"{STR}Metadataflow", "metadataflows", "Metadataflow")
_AGREEMENTS = references(_AGREEMENT, "provision_agreements", "ProvisionAgreement")

ATTACHMENT = Shape(
    ConstraintAttachment,
    (
        reference(_PROVIDER, "data_provider", "DataProvider"),
        _DATA_SETS,
        _SIMPLE_SOURCES,
        _DATA_STRUCTURES,
        _DATAFLOWS,
        _AGREEMENTS,
        _QUERYABLE_SOURCES,
    ),
)
METADATA_ATTACHMENT = Shape(
    MetadataConstraintAttachment,
    (
        as_metadata(reference(_PROVIDER, "metadata_provider", "DataProvider")),
        _METADATA_SETS,
        _SIMPLE_SOURCES,
        _METADATA_STRUCTURES,
        _METADATAFLOWS,
        as_metadata(references(_AGREEMENT, "metadata_provision_agreements", "ProvisionAgreement")),
        _QUERYABLE_SOURCES,
    ),
)
LEGACY_ATTACHMENT = Shape(
    LegacyAttachment,
    (
        _DATA_SETS,
        _METADATA_SETS,
        _SIMPLE_SOURCES,
        _DATA_STRUCTURES,
        _METADATA_STRUCTURES,
        _DATAFLOWS,
        _METADATAFLOWS,
        _AGREEMENTS,
    ),
)
RELEASE_CALENDAR = Shape(
    ReleaseCalendar,
    (
        text(f"{STR}Periodicity", "periodicity"),
        text(f"{STR}Offset", "offset"),
        text(f"{STR}Tolerance", "tolerance"),
    ),
)
REFERENCE_PERIOD = Shape(
    ReferencePeriod, (attribute("startTime", "start_time"), attribute("endTime", "end_time"))
)

_TARGET_VALUES = (
    many(f"{COM}Value", "values", VALUE),
    many(f"{COM}DataSet", "data_set_references", SET_REFERENCE),
    many(f"{COM}DataKey", "data_keys", DATA_KEY),
    references(f"{COM}Object", "objects", "Any"),
    one(f"{COM}TimeRange", "time_range", TIME_RANGE),
)
TARGET_KEY = Shape(TargetKey, (attribute("id", "id"), *_TARGET_VALUES))
TARGET_MEMBER = Shape(
    TargetKey, (attribute("id", "id"), boolean("include", "include"), *_TARGET_VALUES)
)
_REPORT = (attribute("report", "report"), attribute("metadataTarget", "metadata_target"))
METADATA_KEY = Shape(MetadataKey, (*_REPORT, many(f"{COM}KeyValue", "key_values", TARGET_KEY)))
METADATA_KEY_SET = Shape(
    MetadataKeySet,
    (boolean("isIncluded", "is_included"), many(f"{STR}Key", "keys", METADATA_KEY)),
)
METADATA_TARGET_REGION = Shape(
    MetadataTargetRegion,
    (
        boolean("include", "include"),
        *_REPORT,
        many(f"{COM}KeyValue", "key_values", TARGET_MEMBER),
        many(f"{COM}Attribute", "components", MEMBER),
    ),
)


def _read_type(node: Node) -> str:
    return str(node.element.get("type", "Actual"))


def _write_type(role: str | None, place: Place) -> None:
    """Write the role; constraints of SDMX 3.1 have none, and mean what is allowed."""
    place.element.set("type", role or "Allowed")


_TYPE = Part("role", _read_type, _write_type)
_DATA_KEY_SETS = many(f"{STR}DataKeySet", "data_key_sets", DATA_KEY_SET)
_METADATA_KEY_SETS = many(f"{STR}MetadataKeySet", "metadata_key_sets", METADATA_KEY_SET)
_PERIODS = (
    one(f"{STR}ReleaseCalendar", "release_calendar", RELEASE_CALENDAR),
    one(f"{STR}ReferencePeriod", "reference_period", REFERENCE_PERIOD),
)
_ATTACHED = f"{STR}ConstraintAttachment"

DATA_CONSTRAINT = Shape(
    DataConstraint,
    (
        *MAINTAINABLE,
        _TYPE,
        one(_ATTACHED, "constraint_attachment", ATTACHMENT),
        _DATA_KEY_SETS,
        many(f"{STR}CubeRegion", "cube_regions", CUBE_REGION),
        *_PERIODS,
    ),
)
METADATA_CONSTRAINT = Shape(
    MetadataConstraint,
    (
        *MAINTAINABLE,
        _TYPE,
        one(_ATTACHED, "constraint_attachment", METADATA_ATTACHMENT),
        _METADATA_KEY_SETS,
        many(f"{STR}MetadataTargetRegion", "metadata_target_regions", METADATA_TARGET_REGION),
        *_PERIODS,
    ),
)
ATTACHMENT_CONSTRAINT = Shape(
    AttachmentConstraint,
    (
        *MAINTAINABLE,
        one(_ATTACHED, "constraint_attachment", LEGACY_ATTACHMENT),
        _DATA_KEY_SETS,
        _METADATA_KEY_SETS,
    ),
)

_ABOUT_METADATA = (
    f"{STR}MetadataKeySet",
    f"{STR}MetadataTargetRegion",
    f"{_ATTACHED}/{STR}MetadataSet",
    f"{_ATTACHED}/{STR}MetadataStructure",
    f"{_ATTACHED}/{STR}Metadataflow",
)


def content_constraint_shape(element: Element) -> Shape:
    """Return the shape of a content constraint: about data, or about metadata."""
    is_about_metadata = any(element.find(path) is not None for path in _ABOUT_METADATA)
    return METADATA_CONSTRAINT if is_about_metadata else DATA_CONSTRAINT


def is_complete(constraint: MetadataConstraint) -> bool:
    """Return whether its regions say which report and target they are about."""
    return all(
        region.report is not None and region.metadata_target is not None
        for region in constraint.metadata_target_regions
    )
