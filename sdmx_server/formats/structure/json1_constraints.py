"""Constraints in SDMX-JSON 1.0.

Source: SDMX-JSON 1.0, structure message field guide and JSON schema ("contentConstraint",
"attachmentConstraint").
"""

from __future__ import annotations

from typing import Any

from sdmx_server.formats.structure.jsonform import Object, WriteRule, without
from sdmx_server.formats.structure.versions import single_valued
from sdmx_server.model.artefact import Value
from sdmx_server.model.constraint import (
    ComponentValue,
    ConstraintAttachment,
    CubeRegion,
    CubeRegionKey,
    DataConstraint,
    DataKey,
    DataKeySet,
    MetadataConstraint,
    MetadataConstraintAttachment,
    MetadataKey,
    MetadataTargetRegion,
    SetReference,
    TargetKey,
    TimeRange,
)
from sdmx_server.model.legacy import LegacyAttachment


def _write_constraint(formed: Object, constraint: DataConstraint) -> Object:
    """Write a content constraint; excluded members become a region of their own."""
    formed["type"] = formed.pop("role", "Allowed")
    regions = [part for region in constraint.cube_regions for part in _regions(region)]
    return {**formed, "cubeRegions": regions} if regions else formed


def _regions(region: CubeRegion) -> list[Object]:
    written = []
    for include in (True, False):
        keys = [_members(key) for key in region.key_values if key.include == include]
        others = [_members(key) for key in region.components if key.include == include]
        if keys or others:
            parts = {"keyValues": keys, "attributes": others}
            is_included = region.include == include
            written.append(
                {"isIncluded": is_included} | {name: part for name, part in parts.items() if part}
            )
    return written


def _members(key: CubeRegionKey) -> Object:
    written: Object = {"id": key.id}
    if key.time_range is not None:
        written["timeRange"] = _time_range(key.time_range)
    if key.values:
        written["values"] = [value.value for value in key.values]
    cascading = [value.value for value in key.values if _cascades(value)]
    return written | ({"cascadeValues": cascading} if cascading else {})


def _time_range(time_range: TimeRange) -> Object:
    ends = ("before_period", "after_period", "start_period", "end_period")
    given = {end: getattr(time_range, end) for end in ends}
    return {
        end.replace("_p", "P"): {"period": period.period, "isInclusive": period.is_inclusive}
        for end, period in given.items()
        if period is not None
    }


def _cascades(value: ComponentValue) -> bool:
    return value.cascade_values not in (None, False)


def _write_key_set(formed: Object, key_set: DataKeySet) -> Object:
    keys = [written for key in key_set.keys for written in _keys(key)]
    return {"isIncluded": key_set.is_included, "keys": keys}


def _keys(key: DataKey) -> list[Object]:
    """Return the keys that a key stands for, each with one value a dimension."""
    return [
        {
            "keyValues": [
                {"id": dimension.id, "value": dimension.values[0].value}
                for dimension in single.key_values
            ]
        }
        for single in single_valued(key)
        if single.key_values
    ]


def _write_attachment(formed: Object, attachment: Any) -> Object:
    """Write of sets and of plain sources the first: 1.0 has room for one."""
    named = {
        _ATTACHED.get(name, name): content
        for name, content in formed.items()
        if name != "metadataSets"  # sets of SDMX 3, which has them as artefacts
    }
    single = {name: named.pop(plural)[0] for plural, name in _SINGLE.items() if plural in named}
    return named | single


def _write_attachment_constraint(formed: Object, attachment: LegacyAttachment) -> Object:
    names = {"dataSetReferences": "dataSets", "metadataSetReferences": "metadataSets"}
    return {names.get(name, name): content for name, content in formed.items()}


def _write_metadata_constraint(formed: Object, constraint: MetadataConstraint) -> Object:
    """Write a content constraint, without the regions that 1.0 would make mean more."""
    formed["type"] = formed.pop("role", "Allowed")
    regions = [
        written
        for region, written in zip(
            constraint.metadata_target_regions,
            formed.pop("metadataTargetRegions", []),
            strict=True,
        )
        if all(key.include for key in region.key_values)
        and all(key.include for key in region.components)
    ]
    return formed | ({"metadataTargetRegions": regions} if regions else {})


def _write_target_region(formed: Object, region: MetadataTargetRegion) -> Object:
    formed = without("components", "validFrom", "validTo")(formed, region)
    parts = {
        "attributes": [_members(key) for key in region.components],
        "keyValues": [_target_values(key) for key in region.key_values],
    }
    return formed | {name: part for name, part in parts.items() if part}


def _write_metadata_key(formed: Object, key: MetadataKey) -> Object:
    return {**formed, "keyValues": [_target_value(each) for each in key.key_values]}


def _target_values(key: TargetKey) -> Object:
    """Return what one target object of a report may be."""
    parts: Object = {
        "values": [value.value for value in key.values],
        "dataSets": [_write_set_reference({}, each) for each in key.data_set_references],
        "dataKeys": [written for each in key.data_keys for written in _keys(each)],
        "objects": list(key.objects),
        "timeRange": key.time_range and _time_range(key.time_range),
    }
    return {"id": key.id} | {name: part for name, part in parts.items() if part}


def _target_value(key: TargetKey) -> Object:
    """Return what one target object of a report is."""
    written = _target_values(key)
    return {
        name if name == "id" else name.removesuffix("s"): part if name == "id" else part[0]
        for name, part in written.items()
        if name != "timeRange"
    }


def _write_set_reference(formed: Object, reference: SetReference) -> Object:
    return {"id": reference.id, "dataProvider": reference.provider}


_ATTACHED = {
    "metadataProvider": "dataProvider",
    "metadataProvisionAgreements": "provisionAgreements",
}
_SINGLE = {
    "dataSetReferences": "dataSet",
    "metadataSetReferences": "metadataSet",
    "simpleDataSources": "simpleDataSource",
}

RULES: dict[type[Value], WriteRule] = {
    DataConstraint: _write_constraint,
    MetadataConstraint: _write_metadata_constraint,
    DataKeySet: _write_key_set,
    MetadataKey: _write_metadata_key,
    MetadataTargetRegion: _write_target_region,
    SetReference: _write_set_reference,
    ConstraintAttachment: _write_attachment,
    MetadataConstraintAttachment: _write_attachment,
    LegacyAttachment: _write_attachment_constraint,
}
