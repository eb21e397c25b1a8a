"""Readers of data messages that know nothing of the writers, for tests.

Each gives back observations as ``Observation`` values: the codes of the dimensions in DSD
order without time, the period, and the measures and attributes that have a value, whatever
level of the message they stand at.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

TIME = "TIME_PERIOD"

Object = dict[str, Any]


class Observation(NamedTuple):
    """An observation, or where ``time`` and ``measures`` are missing a series."""

    key: tuple[str, ...]
    time: str | None
    measures: Mapping[str, Any]
    attributes: Mapping[str, Any]


def decode_json(message: bytes) -> list[Observation]:
    """Read SDMX-JSON 1.0, 2.0 or 2.1; numbers stay the text that they were written as."""
    document = json.loads(
        message, parse_float=str, parse_int=_Number, parse_constant=_refuse_constant
    )
    data = document["data"]
    structures = data.get("structures") or [data["structure"]]
    found: list[Observation] = []
    for dataset in data["dataSets"]:
        structure = structures[int(dataset.get("structure", "0"))]
        found += _decode_dataset(dataset, structure)
    return found


class _Number(str):
    """The text of an integer: an index, or a value."""


def _refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def _decode_dataset(dataset: Object, structure: Object) -> Iterator[Observation]:
    constants = {d["id"]: _value(d, _Number(0)) for d in structure["dimensions"].get("dataSet", [])}
    positions = {
        d["id"]: int(d["keyPosition"]) for level in structure["dimensions"].values() for d in level
    }
    order = sorted(positions, key=positions.__getitem__)
    above = _attributes(structure, "dataSet", dataset.get("attributes", []))
    for dimensions, series, observation in _cells(dataset, structure, constants):
        measures = _measures(structure, observation)
        attributes = {
            **above,
            **_group_attributes(dataset, structure, dimensions),
            **_attributes(structure, "series", series),
            **_attributes(structure, "observation", observation[len(_measure_ids(structure)) :]),
        }
        key = tuple(dimensions[id_] for id_ in order if id_ != TIME and id_ in dimensions)
        yield Observation(key, dimensions.get(TIME), measures, attributes)


def _cells(
    dataset: Object, structure: Object, constants: Mapping[str, str]
) -> Iterator[tuple[dict[str, str], list[Any], list[Any]]]:
    flat = dataset.get("observations", {})
    for key, values in flat.items():
        yield {**constants, **_key(structure, "observation", key)}, [], values
    for series_key, series in dataset.get("series", {}).items():
        outer = {**constants, **_key(structure, "series", series_key)}
        attributes = series.get("attributes", [])
        if not series.get("observations"):
            yield outer, attributes, []
        for key, values in series.get("observations", {}).items():
            yield {**outer, **_key(structure, "observation", key)}, attributes, values


def _key(structure: Object, level: str, key: str) -> dict[str, str]:
    dimensions = structure["dimensions"][level]
    indices = key.split(":")
    assert len(indices) == len(dimensions)
    return {
        d["id"]: _value(d, _Number(index)) for d, index in zip(dimensions, indices, strict=True)
    }


def _measure_ids(structure: Object) -> list[str]:
    if "measures" not in structure:
        return ["OBS_VALUE"]
    return [m["id"] for m in structure["measures"].get("observation", [])]


def _measures(structure: Object, observation: list[Any]) -> dict[str, Any]:
    if "measures" not in structure:
        components = [{"id": "OBS_VALUE"}]
    else:
        components = structure["measures"].get("observation", [])
    return _named(components, observation)


def _attributes(structure: Object, level: str, values: list[Any]) -> dict[str, Any]:
    return _named(structure["attributes"].get(level, []), values)


def _named(components: list[Object], values: list[Any]) -> dict[str, Any]:
    return {
        c["id"]: _value(c, value)
        for c, value in zip(components, values, strict=False)
        if value is not None
    }


def _group_attributes(
    dataset: Object, structure: Object, dimensions: Mapping[str, str]
) -> dict[str, Any]:
    by_position = sorted(
        (d for level in structure["dimensions"].values() for d in level),
        key=lambda d: int(d["keyPosition"]),
    )
    found: dict[str, Any] = {}
    for key, values in dataset.get("dimensionGroupAttributes", {}).items():
        parts = key.split(":")
        pairs = zip(by_position, parts, strict=False)
        if all(not part or _value(d, _Number(part)) == dimensions[d["id"]] for d, part in pairs):
            found |= _attributes(structure, "dimensionGroup", values)
    return found


def _value(component: Object, value: Any) -> Any:
    if "values" not in component:
        return value
    if isinstance(value, list):
        return [_value(component, member) for member in value]
    assert isinstance(value, _Number), f"{component['id']} lists values, but {value!r} is none"
    listed = component["values"][int(value)]
    for name in ("id", "value", "values", "names", "name"):
        if name in listed:
            return listed[name]
    raise AssertionError(f"{listed} holds no value")


def decode_csv(message: bytes) -> list[dict[str, str]]:
    """Read SDMX-CSV; one dict a row, in the order of the file."""
    text = message.decode()
    assert not text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
