"""Constraints in SDMX-ML 3.x.

Source: SDMX 3.0 and 3.1, SDMXStructureConstraint.xsd.
"""

from __future__ import annotations

from sdmx_server.formats.structure.ml3_items import decode_cascade, encode_cascade
from sdmx_server.formats.structure.ml3_parts import COM, STR, language, token, token_list
from sdmx_server.formats.structure.ml3_shapes import ANNOTATIONS, maintainable
from sdmx_server.formats.structure.parts import (
    Part,
    Shape,
    attribute,
    attribute_if,
    boolean,
    content,
    flag,
    many,
    one,
    text_list,
)
from sdmx_server.model.constraint import (
    AvailabilityConstraint,
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
    MetadataTargetRegion,
    Period,
    ReleaseCalendar,
    TimeRange,
)

_VALIDITY: tuple[Part, ...] = (
    attribute("validFrom", "valid_from"),
    attribute("validTo", "valid_to"),
)
_INCLUDE = boolean("include", "include")
_UNLESS_INCLUDED = attribute_if(_INCLUDE, lambda include: not include)

_VALUE = Shape(
    ComponentValue,
    (
        attribute("cascadeValues", "cascade_values", decode_cascade, encode_cascade),
        language(),
        *_VALIDITY,
        content("value"),
    ),
)

_PERIOD = Shape(Period, (boolean("isInclusive", "is_inclusive"), content("period")))

_TIME_RANGE = Shape(
    TimeRange,
    (
        *_VALIDITY,
        one(f"{STR}BeforePeriod", "before_period", _PERIOD),
        one(f"{STR}AfterPeriod", "after_period", _PERIOD),
        one(f"{STR}StartPeriod", "start_period", _PERIOD),
        one(f"{STR}EndPeriod", "end_period", _PERIOD),
    ),
)

_MEMBERS = Shape(
    CubeRegionKey,
    (
        attribute("id", "id"),
        _UNLESS_INCLUDED,
        flag("removePrefix", "remove_prefix"),
        *_VALIDITY,
        many(f"{STR}Value", "values", _VALUE),
        one(f"{STR}TimeRange", "time_range", _TIME_RANGE),
    ),
)
_KEY_VALUES = many(f"{STR}KeyValue", "key_values", _MEMBERS)
_COMPONENTS = many(f"{STR}Component", "components", _MEMBERS)

_CUBE_REGION = Shape(CubeRegion, (_INCLUDE, ANNOTATIONS, _KEY_VALUES, _COMPONENTS))

_KEY_SET = Shape(
    DataKeySet,
    (
        boolean("isIncluded", "is_included"),
        many(
            f"{STR}Key",
            "keys",
            Shape(
                DataKey,
                (_UNLESS_INCLUDED, *_VALIDITY, ANNOTATIONS, _KEY_VALUES, _COMPONENTS),
            ),
        ),
    ),
)

DATA_SOURCE = Shape(
    DataSource,
    (
        boolean("isRESTDatasource", "is_rest_datasource"),
        boolean("isWebServiceDatasource", "is_web_service_datasource"),
        token("DataURL", "data_url", COM),
        token("WSDLURL", "wsdl_url", COM),
        token("WADLURL", "wadl_url", COM),
    ),
)
"""A service that can be asked for data; its parts are of the common namespace everywhere."""

_SOURCES: tuple[Part, ...] = (
    text_list(f"{STR}SimpleDataSource", "simple_data_sources"),
    many(f"{STR}QueryableDataSource", "queryable_data_sources", DATA_SOURCE),
)

_ATTACHMENT = Shape(
    ConstraintAttachment,
    (
        token("DataProvider", "data_provider"),
        token_list("DataStructure", "data_structures"),
        token_list("Dataflow", "dataflows"),
        token_list("ProvisionAgreement", "provision_agreements"),
        *_SOURCES,
    ),
)

_METADATA_ATTACHMENT = Shape(
    MetadataConstraintAttachment,
    (
        token("MetadataProvider", "metadata_provider"),
        token_list("MetadataSet", "metadata_sets"),
        token_list("MetadataStructure", "metadata_structures"),
        token_list("Metadataflow", "metadataflows"),
        token_list("MetadataProvisionAgreement", "metadata_provision_agreements"),
        *_SOURCES,
    ),
)

_CALENDAR = one(
    f"{STR}ReleaseCalendar",
    "release_calendar",
    Shape(
        ReleaseCalendar,
        (
            token("Periodicity", "periodicity"),
            token("Offset", "offset"),
            token("Tolerance", "tolerance"),
        ),
    ),
)

AVAILABILITY = Shape(
    AvailabilityConstraint,
    (
        attribute("seriesCount", "series_count", int),
        attribute("obsCount", "obs_count", int),
        ANNOTATIONS,
        one(f"{STR}ConstraintAttachment", "constraint_attachment", _ATTACHMENT),
        one(f"{STR}CubeRegion", "cube_region", _CUBE_REGION),
    ),
)
"""What an availability query found, in 3.1."""

SHAPES: tuple[Shape, ...] = (
    Shape(
        DataConstraint,
        maintainable(
            attribute("role", "role"),
            one(f"{STR}ConstraintAttachment", "constraint_attachment", _ATTACHMENT),
            _CALENDAR,
            many(f"{STR}DataKeySet", "data_key_sets", _KEY_SET),
            many(f"{STR}CubeRegion", "cube_regions", _CUBE_REGION),
        ),
    ),
    Shape(
        MetadataConstraint,
        maintainable(
            attribute("role", "role"),
            one(f"{STR}ConstraintAttachment", "constraint_attachment", _METADATA_ATTACHMENT),
            _CALENDAR,
            many(
                f"{STR}MetadataTargetRegion",
                "metadata_target_regions",
                Shape(MetadataTargetRegion, (_INCLUDE, *_VALIDITY, ANNOTATIONS, _COMPONENTS)),
            ),
        ),
    ),
)
"""Constraints."""
