"""Structure messages in SDMX-JSON.

Source: SDMX-JSON 1.0, 2.0 and 2.1, structure message.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sdmx_server.conformance.decoding.content import Unreadable, json_document
from sdmx_server.conformance.decoding.references import Reference, kind_of, parse_urn
from sdmx_server.conformance.decoding.structure import (
    Artefact,
    Attribute,
    Region,
    Shape,
    StructureMessage,
)

_ITEMS = (
    "codes", "concepts", "categories", "agencies", "dataProviders", "dataConsumers",
    "metadataProviders", "organisationUnits", "geoFeatureSetCodes", "geoGridCodes",
    "reportingCategories", "valueItems",
)  # fmt: skip
_SINGULAR = {
    "hierarchies": "hierarchy",
    "processes": "process",
    "reportingTaxonomies": "reportingtaxonomy",
}
_ABOUT = frozenset({
    "id", "agencyID", "version", "name", "names", "description", "descriptions", "annotations",
    "links", "isFinal", "isExternalReference", "validFrom", "validTo", "urn", "uri",
    "isPartial", "isPartialLanguage",
})  # fmt: skip
_LEVELS = {
    "none": "dataflow",
    "dataflow": "dataflow",
    "group": "group",
    "attachmentGroups": "group",
    "dimensions": "series",
    "primaryMeasure": "observation",
    "observation": "observation",
}


def decode_json(body: bytes) -> StructureMessage:
    """Return what a structure message in SDMX-JSON holds.

    Raises:
        Unreadable: if it is no such message.
        LookupError, TypeError, ValueError, AttributeError: if its parts do not fit together.
    """
    document = json_document(body)
    data = document.get("data")
    if not isinstance(data, dict) or "dataSets" in data:
        raise Unreadable("the content is no structure message of SDMX-JSON")
    return StructureMessage(
        tuple(
            _artefact(entry, kind_of(_SINGULAR.get(plural, plural.removesuffix("s"))))
            for plural, entries in data.items()
            if isinstance(entries, list)
            for entry in entries
        )
    )


def _artefact(entry: dict[str, Any], kind: str) -> Artefact:
    reference = Reference(
        kind, entry.get("agencyID", ""), entry.get("id", ""), entry.get("version", "1.0")
    )
    names = entry.get("names") or ({"": entry["name"]} if entry.get("name") else {})
    constraint = "constraint" in kind
    return Artefact(
        reference,
        names if isinstance(names, dict) else {},
        tuple(_items(entry, "")),
        frozenset(_parents(entry)),
        bool(entry.get("isPartial")),
        any(value not in (None, [], {}) for key, value in entry.items() if key not in _ABOUT),
        frozenset(_references(entry)) - {reference},
        _shape(entry) if kind == "datastructure" else None,
        _region(entry) if constraint else None,
        str(entry.get("type") or entry.get("role") or "Actual") if constraint else None,
    )


def _items(entry: dict[str, Any], prefix: str) -> Iterator[str]:
    for plural in _ITEMS:
        for item in entry.get(plural) or ():
            identity = f"{prefix}{item.get('id', '')}"
            yield identity
            yield from _items(item, f"{identity}.")


def _parents(entry: dict[str, Any]) -> Iterator[str]:
    for plural in _ITEMS:
        yield from (item["parent"] for item in entry.get(plural) or () if item.get("parent"))


def _references(value: Any) -> Iterator[Reference]:
    """Yield what is referred to anywhere inside, except by links and the URN of an item itself."""
    if isinstance(value, str):
        reference = parse_urn(value)
        if reference is not None:
            yield reference
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key not in ("links", "urn"):
                yield from _references(each)


def _shape(entry: dict[str, Any]) -> Shape | None:
    components = entry.get("dataStructureComponents")
    if not components:
        return None
    listed = components.get("dimensionList") or {}
    dimensions = [*(listed.get("dimensions") or ()), *(listed.get("measureDimensions") or ())]
    dimensions.sort(key=lambda each: each.get("position") or 0)
    time = listed.get("timeDimension") or next(iter(listed.get("timeDimensions") or ()), None)
    measured = components.get("measureList") or {}
    primary = measured.get("primaryMeasure")
    measures = measured.get("measures") or ([primary] if primary else [])
    attributes = (components.get("attributeList") or {}).get("attributes") or ()
    codelists = [(each["id"], _codelist(each)) for each in dimensions]
    return Shape(
        tuple(each["id"] for each in dimensions),
        time["id"] if time else None,
        tuple(each.get("id", "OBS_VALUE") for each in measures),
        tuple(Attribute(each["id"], _level(each)) for each in attributes if "id" in each),
        tuple((identity, codelist) for identity, codelist in codelists if codelist),
    )


def _codelist(component: dict[str, Any]) -> Reference | None:
    found = [r for r in _references(component.get("localRepresentation")) if r.kind == "codelist"]
    return found[0] if found else None


def _level(attribute: dict[str, Any]) -> str:
    relation = attribute.get("attributeRelationship") or {}
    named = [_LEVELS.get(key, "series") for key in relation]
    return "group" if "group" in named else (named[0] if named else "observation")


def _region(entry: dict[str, Any]) -> Region:
    regions = entry.get("cubeRegions") or [entry.get("cubeRegion") or {}]
    values: dict[str, frozenset[str]] = {}
    ranged = set()
    for region in regions:
        for key_value in [*(region.get("keyValues") or ()), *(region.get("components") or ())]:
            if key_value.get("timeRange"):
                ranged.add(key_value["id"])
            texts = [_value(each) for each in key_value.get("values") or ()]
            if texts:
                values[key_value["id"]] = frozenset(texts)
    return Region(
        values,
        frozenset(ranged),
        _count(entry, "seriesCount", "series_count"),
        _count(entry, "obsCount", "obs_count"),
    )


def _value(value: Any) -> str:
    return str(value.get("value", "")) if isinstance(value, dict) else str(value)


def _count(entry: dict[str, Any], key: str, annotation: str) -> int | None:
    if isinstance(entry.get(key), int):
        return int(entry[key])
    for each in entry.get("annotations") or ():
        count = str(each.get("title") or each.get("value") or "")
        if each.get("id") == annotation and count.isdecimal():
            return int(count)
    return None
