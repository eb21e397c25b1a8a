"""SDMX-ML data messages decoded to rows: a second opinion on what a writer wrote.

A row has one text a component. Attributes of groups and data sets are repeated on every
row that they hold for, so that packagings can be compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from lxml import etree

Row = dict[str, str]

GENERIC = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def rows_of(content: bytes) -> list[Row]:
    """Return the rows of all data sets of a message, sorted."""
    root = etree.fromstring(content)
    at_observation = root.find("{*}Header/{*}Structure").get("dimensionAtObservation")
    decode = _generic if etree.QName(root).localname.startswith("Generic") else _specific
    rows = [row for data_set in root.iter("{*}DataSet") for row in decode(data_set, at_observation)]
    return sort(rows)


def sort(rows: list[Row]) -> list[Row]:
    """Return rows in an order that does not depend on the message."""
    return sorted(rows, key=lambda row: sorted(row.items()))


def _generic(data_set: etree._Element, at_observation: str) -> Iterator[Row]:
    shared = _values(data_set.find(f"{GENERIC}Attributes"))
    groups = [
        (_values(group.find(f"{GENERIC}GroupKey")), _values(group.find(f"{GENERIC}Attributes")))
        for group in data_set.iterfind(f"{GENERIC}Group")
    ]
    for series in data_set.iterfind(f"{GENERIC}Series"):
        above = _values(series.find(f"{GENERIC}SeriesKey"))
        above |= _values(series.find(f"{GENERIC}Attributes"))
        observations = series.findall(f"{GENERIC}Obs")
        for row in map(_observation, observations) if observations else [{}]:
            if "@dimension" in row:
                row[at_observation] = row.pop("@dimension")
            yield _with_groups({**shared, **above, **row}, groups)
    for observation in data_set.iterfind(f"{GENERIC}Obs"):
        yield _with_groups({**shared, **_observation(observation)}, groups)


def _observation(observation: etree._Element) -> Row:
    row = _values(observation.find(f"{GENERIC}ObsKey"))
    dimension = observation.find(f"{GENERIC}ObsDimension")
    if dimension is not None:
        row["@dimension"] = dimension.get("value")
    value = observation.find(f"{GENERIC}ObsValue")
    if value is not None:
        row["OBS_VALUE"] = value.get("value")
    return row | _values(observation.find(f"{GENERIC}Attributes"))


def _values(parent: etree._Element | None) -> Row:
    return {} if parent is None else {value.get("id"): value.get("value") for value in parent}


def _specific(data_set: etree._Element, at_observation: str) -> Iterator[Row]:
    shared = _local(data_set)
    for attributes in data_set.iterfind("Atts"):
        shared |= _local(attributes)
    groups = [(group, _local(group)) for group in data_set.iterfind("Group")]
    keyed = [(_key(values), values) for _, values in groups]
    for series in data_set.iterfind("Series"):
        observations = series.findall("Obs")
        for row in map(_local, observations) if observations else [{}]:
            yield _with_groups({**shared, **_local(series), **row}, keyed)
    for observation in data_set.iterfind("Obs"):
        yield _with_groups({**shared, **_local(observation)}, keyed)


def _key(values: Row) -> Row:
    return {id_: text for id_, text in values.items() if id_ != "UNIT"}


def _local(element: etree._Element) -> Row:
    row = {name: text for name, text in element.attrib.items() if not name.startswith("{")}
    return row | {comp.get("id"): _complex(comp) for comp in element.iterfind("Comp")}


def _complex(comp: etree._Element) -> str:
    values = [
        {text.get(XML_LANG): text.text for text in value} if len(value) else value.text
        for value in comp.iterfind("Value")
    ]
    is_array = comp.get("id") in {"CONTACT", "METHOD"}
    return json.dumps(values if is_array else values[0], ensure_ascii=False, separators=(",", ":"))


def _with_groups(row: Row, groups: list[tuple[Row, Row]]) -> Row:
    for key, attributes in groups:
        if key.items() <= row.items():
            row |= attributes
    return row
