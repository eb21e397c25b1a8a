"""Data messages as a table: one row an observation or a bare series, one cell a component.

What stands at a dataset, a group or a series is repeated on each row that it holds for, so that
messages can be compared however they are packaged, without knowing their data structure.

Source: SDMX-CSV 2.1, field guide; SDMX-JSON 2.1, data message; SDMX-ML 2.1 and 3.1.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from sdmx_server.conformance.decoding.content import (
    Unreadable,
    json_document,
    name,
    syntax,
    text,
    xml,
)

Cells = dict[str, Any]
"""The values by component id: text; a list where there are several; by language in a dict."""

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def cells(body: bytes) -> list[Cells]:
    """Return the rows of a data message, in its order.

    Raises:
        Unreadable: if it is none, or its parts do not fit together.
    """
    kind = syntax(body)
    try:
        return list({"json": _of_json, "xml": _of_xml, "csv": _of_csv}[kind](body))
    except (LookupError, TypeError, ValueError, AttributeError, csv.Error) as error:
        raise Unreadable(f"the message does not hold together: {error!r}") from None


# -- SDMX-CSV ------------------------------------------------------------------------------


def _of_csv(body: bytes) -> Iterator[Cells]:
    yield from csv.DictReader(io.StringIO(text(body), newline=""), strict=True)


# -- SDMX-JSON -----------------------------------------------------------------------------

_Object = Mapping[str, Any]


def _of_json(body: bytes) -> Iterator[Cells]:
    data = json_document(body)["data"]
    structures = data.get("structures") or [data["structure"]]
    for dataset in data["dataSets"]:
        yield from _of_dataset(dataset, structures[dataset.get("structure", 0)])


def _of_dataset(dataset: _Object, structure: _Object) -> Iterator[Cells]:
    dimensions, attributes = structure["dimensions"], structure.get("attributes") or {}
    fixed = {d["id"]: _value(d, 0) for d in dimensions.get("dataSet") or ()}
    above = _named(attributes.get("dataSet"), dataset.get("attributes"))
    for key, beside, values in _observations(dataset, structure):
        groups = _groups(dataset, structure, fixed | key)
        yield {**fixed, **key, **above, **groups, **beside, **values}


def _observations(dataset: _Object, structure: _Object) -> Iterator[tuple[Cells, Cells, Cells]]:
    dimensions, attributes = structure["dimensions"], structure.get("attributes") or {}
    at_observation = [*_measures(structure), *(attributes.get("observation") or ())]
    for place, values in (dataset.get("observations") or {}).items():
        yield _key(dimensions["observation"], place), {}, _named(at_observation, values)
    for place, series in (dataset.get("series") or {}).items():
        key = _key(dimensions["series"], place)
        beside = _named(attributes.get("series"), series.get("attributes"))
        if not series.get("observations"):
            yield key, beside, {}
        for inner, values in (series.get("observations") or {}).items():
            whole = key | _key(dimensions["observation"], inner)
            yield whole, beside, _named(at_observation, values)


def _measures(structure: _Object) -> Sequence[_Object]:
    """Return the measures; SDMX-JSON 1.0 does not list its only one."""
    if "measures" not in structure:
        return ({"id": "OBS_VALUE"},)
    return structure["measures"].get("observation") or ()


def _groups(dataset: _Object, structure: _Object, key: Cells) -> Cells:
    levels = structure["dimensions"].values()
    ordered = sorted((d for level in levels for d in level), key=lambda d: int(d["keyPosition"]))
    found: Cells = {}
    for place, values in (dataset.get("dimensionGroupAttributes") or {}).items():
        pairs = [pair for pair in zip(ordered, place.split(":"), strict=True) if pair[1]]
        if all(key.get(d["id"]) == ("~" if p == "~" else _value(d, int(p))) for d, p in pairs):
            found |= _named(structure["attributes"].get("dimensionGroup"), values)
    return found


def _key(dimensions: Sequence[_Object], place: str) -> Cells:
    pairs = zip(dimensions, place.split(":"), strict=True)
    return {d["id"]: _value(d, int(index)) for d, index in pairs}


def _named(components: Sequence[_Object] | None, values: Sequence[Any] | None) -> Cells:
    pairs = zip(components or (), values or (), strict=False)
    return {c["id"]: _value(c, value) for c, value in pairs if value is not None}


def _value(component: _Object, value: Any) -> Any:
    if "values" not in component:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(value, list):
        return [_value(component, member) for member in value]
    listed = component["values"][value]
    return next(listed[k] for k in ("id", "value", "values", "names", "name") if k in listed)


# -- SDMX-ML -------------------------------------------------------------------------------


def _of_xml(body: bytes) -> Iterator[Cells]:
    root = xml(body)
    structure = next((e for e in root.iter("{*}Structure")), None)
    at_observation = "" if structure is None else structure.get("dimensionAtObservation", "")
    read = _generic if name(root).startswith("Generic") else _specific
    for dataset in (e for e in root if name(e) == "DataSet"):
        yield from read(dataset, at_observation)


def _generic(dataset: etree._Element, at_observation: str) -> Iterator[Cells]:
    shared = _values(dataset, "Attributes")
    groups = [
        (_values(g, "GroupKey"), _values(g, "Attributes")) for g in dataset.iterfind("{*}Group")
    ]
    for series in dataset.iterfind("{*}Series"):
        above = shared | _values(series, "SeriesKey") | _values(series, "Attributes")
        for each in series.findall("{*}Obs") or (None,):
            yield _with_groups(above | _observation(each, at_observation), groups)
    for each in dataset.iterfind("{*}Obs"):
        yield _with_groups(shared | _observation(each, at_observation), groups)


def _observation(element: etree._Element | None, at_observation: str) -> Cells:
    if element is None:
        return {}
    found = _values(element, "ObsKey")
    for child in element:
        if name(child) == "ObsDimension":
            found[child.get("id", at_observation)] = child.get("value")
        elif name(child) == "ObsValue":
            found["OBS_VALUE"] = child.get("value")
    return found | _values(element, "Attributes")


def _values(element: etree._Element, part: str) -> Cells:
    return {v.get("id", ""): v.get("value") for v in element.iterfind(f"{{*}}{part}/{{*}}Value")}


def _specific(dataset: etree._Element, _: str) -> Iterator[Cells]:
    shared = _components(dataset)
    bare: list[Cells] = []
    keyed: list[Cells] = []
    for each in dataset:
        if name(each) == "Atts":
            (keyed if _is_keyed(each, dataset) else bare).append(_components(each))
        elif name(each) == "Group":
            keyed.append(_components(each))
    for attributes in bare:
        shared |= attributes
    known = _keys(dataset)
    groups = [({k: v for k, v in g.items() if k in known}, g) for g in keyed]
    for series in dataset.iterfind("Series"):
        for observation in series.findall("Obs") or (None,):
            own = {} if observation is None else _components(observation)
            yield _with_groups(shared | _components(series) | own, groups)
    for observation in dataset.iterfind("Obs"):
        yield _with_groups(shared | _components(observation), groups)


def _keys(dataset: etree._Element) -> set[str]:
    """Return what stands at series and observations: of a group, only its key does so too."""
    parts = [*dataset.iterfind("Series"), *dataset.iterfind("Obs")]
    return {str(key) for part in parts for key in part.attrib}


def _is_keyed(element: etree._Element, dataset: etree._Element) -> bool:
    return bool(set(element.attrib) & _keys(dataset))


def _components(element: etree._Element) -> Cells:
    found: Cells = {str(k): v for k, v in element.attrib.items() if not str(k).startswith("{")}
    for each in element.iterfind("Comp"):
        values = [_complex(value) for value in each.iterfind("Value")]
        found[each.get("id", "")] = values[0] if len(values) == 1 else values
    return found


def _complex(value: etree._Element) -> Any:
    if not len(value):
        return value.text or ""
    return {str(each.get(_LANGUAGE)): each.text or "" for each in value}


def _with_groups(row: Cells, groups: Sequence[tuple[Cells, Cells]]) -> Cells:
    for key, attributes in groups:
        if key.items() <= row.items():
            row = {**attributes, **row}
    return row
