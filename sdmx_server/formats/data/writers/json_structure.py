"""The structure of an SDMX-JSON data message: components, and the values that were used.

Source: sdmx-json 2.1.0, data-message/docs/1-sdmx-json-field-guide.md, "structure",
"component", "component value"; sdmx-json 1.0.0, the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sdmx_server.dataset import Component, Level, Message, ResolvedStructure, Role, localised
from sdmx_server.formats.data.writers.json_dialect import Dialect
from sdmx_server.formats.data.writers.json_format import format_of, occurrences
from sdmx_server.formats.data.writers.json_levels import Levels
from sdmx_server.formats.data.writers.json_value import describe_values
from sdmx_server.formats.data.writers.json_values import Values

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Described:
    """What a description needs: the values in use, the version, the languages."""

    values: Mapping[str, Values]
    dialect: Dialect
    message: Message


def named(names: Mapping[str, str], fallback: str, message: Message) -> Object:
    """Return ``name``, and ``names`` where every language was asked for."""
    found: Object = {"name": localised(names, message.languages) or fallback}
    if message.all_languages and names:
        found["names"] = dict(names)
    return found


def links(structure: ResolvedStructure) -> list[Object]:
    """Return the links of a structure: what was asked for first, then what it uses."""
    others = {"dataflow": structure.dataflow_urn, "datastructure": structure.dsd_urn}
    found: list[Object] = [{"urn": structure.urn, "rel": structure.context}]
    found += [{"urn": u, "rel": rel} for rel, u in others.items() if u and u != structure.urn]
    return found


def describe(levels: Levels, described: Described) -> Object:
    """Return the structure object of the data sets with these levels, without annotations."""
    structure = levels.structure
    found: Object = {
        "links": links(structure),
        **named(structure.names, structure.urn, described.message),
        "dimensions": {
            "dataSet": _dimensions(levels.dataset_dimensions, levels, described),
            "series": _dimensions(levels.series_dimensions, levels, described),
            "observation": _dimensions(levels.observation_dimensions, levels, described),
        },
    }
    if described.dialect.is_version_2:
        measures = [_measure(m, described) for m in levels.measures]
        found["measures"] = {"observation": measures} if structure.measures else {}
    placed = {
        "dataSet": levels.dataset_attributes,
        "dimensionGroup": levels.group_attributes,
        "series": levels.series_attributes,
        "observation": levels.observation_attributes,
    }
    if not described.dialect.is_version_2:
        del placed["dimensionGroup"]
    found["attributes"] = {
        level: [_attribute(a, structure, described) for a in attributes]
        for level, attributes in placed.items()
    }
    return found


def _dimensions(
    dimensions: Sequence[Component], levels: Levels, described: Described
) -> list[Object]:
    """Return dimensions; 2.0 and 2.1 have no way to show one without any value."""
    shown = [
        d
        for d in dimensions
        if described.values[d.id].numbers or not described.dialect.is_version_2
    ]
    return [_dimension(d, levels.structure, described) for d in shown]


def _dimension(dimension: Component, structure: ResolvedStructure, described: Described) -> Object:
    position = [c.id for c in structure.key].index(dimension.id)
    found = {**_named(dimension, described), "keyPosition": position}
    if dimension.role is Role.TIME:
        found["roles"] = ["TIME_PERIOD"]
    return {**found, **_represented(dimension, described)}


def _measure(measure: Component, described: Described) -> Object:
    return {
        **_named(measure, described),
        "isMandatory": measure.mandatory,
        **_represented(measure, described),
    }


def _attribute(attribute: Component, structure: ResolvedStructure, described: Described) -> Object:
    found = {
        **_named(attribute, described),
        "relationship": _relationship(attribute, structure, described.dialect),
    }
    if described.dialect.is_version_2:
        found["isMandatory"] = attribute.mandatory
    return {**found, **_represented(attribute, described)}


def _named(component: Component, described: Described) -> Object:
    found = {"id": json_id(component), **named(component.names, component.id, described.message)}
    if component.is_metadata:
        found["links"] = [{"urn": component.metadata_urn, "rel": "metadataattribute"}]
    return found


def json_id(component: Component) -> str:
    """Return the id of a component as SDMX-JSON can hold it, which knows none with dots.

    The link of a metadata attribute below others has its path as it is.
    """
    return component.id.replace(".", "-")


def _represented(component: Component, described: Described) -> Object:
    """Return the format and the values of a component."""
    found: Object = {}
    if described.dialect.is_version_2:
        found |= occurrences(component, described.dialect)
        format_ = format_of(component, described.dialect)
        if format_:
            found["format"] = format_
    values = described.values.get(component.id)
    if values is not None and (values.numbers or not described.dialect.is_version_2):
        found["values"] = describe_values(values, described.dialect, described.message)
    return found


def _relationship(attribute: Component, structure: ResolvedStructure, dialect: Dialect) -> Object:
    """Return what an attribute is attached to; groups are resolved to their dimensions."""
    if attribute.level is Level.DATASET:
        return {"dataflow": {}} if dialect.is_version_2 else {"none": {}}
    if attribute.level in {Level.GROUP, Level.SERIES}:
        dimensions = attribute.dimensions or tuple(d.id for d in structure.dimensions)
        found: Object = {"dimensions": list(dimensions)}
    elif dialect.is_version_2:
        found = {"observation": {}}
    else:
        return {"primaryMeasure": structure.measures[0].id if structure.measures else "OBS_VALUE"}
    if attribute.measures and dialect.is_version_2:
        found["measures"] = list(attribute.measures)
    return found
