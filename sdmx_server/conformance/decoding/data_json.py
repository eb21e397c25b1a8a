"""Data messages in SDMX-JSON 1.0, 2.0 and 2.1.

Source: SDMX-JSON 1.0 and 2.1, data message, field guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sdmx_server.conformance.decoding.content import Unreadable, json_document
from sdmx_server.conformance.decoding.data import DataMessage, Key, Observation, present

_Components = Sequence[Mapping[str, Any]]


def decode_json(body: bytes) -> DataMessage:
    """Return what a data message in SDMX-JSON holds.

    Raises:
        Unreadable: if it is no such message.
        LookupError, TypeError, ValueError, AttributeError: if its parts do not fit together.
    """
    data = json_document(body).get("data")
    if not isinstance(data, dict) or "dataSets" not in data:
        raise Unreadable("the content is no data message of SDMX-JSON")
    structures = data.get("structures") or [data.get("structure")]
    observations: list[Observation] = []
    series: dict[Key, Mapping[str, str]] = {}
    levels: set[tuple[str, str]] = set()
    for dataset in data["dataSets"]:
        structure = structures[dataset.get("structure", 0)]
        _read(dataset, structure, observations, series, levels)
    at = [each["id"] for s in structures if s for each in s["dimensions"].get("observation", ())]
    return DataMessage(
        tuple(observations),
        tuple(series),
        frozenset(levels),
        at[0] if len(at) == 1 else None,
        len(data["dataSets"]),
        series,
    )


def _read(
    dataset: Mapping[str, Any],
    structure: Mapping[str, Any],
    observations: list[Observation],
    series: dict[Key, Mapping[str, str]],
    levels: set[tuple[str, str]],
) -> None:
    dimensions, attributes = structure["dimensions"], structure.get("attributes") or {}
    fixed = frozenset((d["id"], _label(d["values"][0])) for d in dimensions.get("dataSet") or ())
    at_dataset = _attributes(attributes.get("dataSet") or (), dataset.get("attributes") or ())
    levels.update(("dataset", each) for each in at_dataset)
    groups = attributes.get("dimensionGroup") or ()
    for values in (dataset.get("dimensionGroupAttributes") or {}).values():
        levels.update(("group", each) for each in _attributes(groups, values))
    for position, entry in (dataset.get("series") or {}).items():
        key = fixed | _key(position, dimensions["series"])
        series[key] = _attributes(attributes.get("series") or (), entry.get("attributes") or ())
        levels.update(("series", each) for each in series[key])
        observations.extend(_observations(entry, key, structure))
    observations.extend(_observations(dataset, fixed, structure))
    levels.update(("observation", each) for o in observations for each in o.attributes)


def _observations(
    entry: Mapping[str, Any], key: Key, structure: Mapping[str, Any]
) -> Iterator[Observation]:
    dimensions = structure["dimensions"].get("observation") or ()
    attributes = (structure.get("attributes") or {}).get("observation") or ()
    declared = structure.get("measures")
    measures = (
        (declared or {}).get("observation", ()) if declared is not None else ({"id": "OBS_VALUE"},)
    )
    for position, values in (entry.get("observations") or {}).items():
        measured = present((m["id"], _value(m, v)) for m, v in zip(measures, values, strict=False))
        at = key | _key(position, dimensions)
        yield Observation(at, measured, _attributes(attributes, values[len(measures) :]))


def _key(position: str, dimensions: _Components) -> Key:
    if not dimensions:
        return frozenset()
    indexes = [int(part) for part in position.split(":")]
    if len(indexes) != len(dimensions):
        raise ValueError(f"{position} has not {len(dimensions)} positions")
    return frozenset(
        (d["id"], _label(d["values"][index])) for d, index in zip(dimensions, indexes, strict=True)
    )


def _attributes(components: _Components, values: Sequence[Any]) -> dict[str, str]:
    return present((c["id"], _value(c, v)) for c, v in zip(components, values, strict=False))


def _value(component: Mapping[str, Any], value: Any) -> object:
    """Return a value, looked up where the component lists values and the entry is an index."""
    listed = component.get("values")
    if listed and isinstance(value, int):
        return _label(listed[value])
    if isinstance(value, list):
        return ";".join(str(_value(component, each)) for each in value) or None
    return None if value == {} else value


def _label(value: Mapping[str, Any]) -> str:
    return str(value["id"] if "id" in value else value.get("value", value.get("name", "")))
