"""SDMX-JSON 2.0 and 2.1, as what the message says.

Source: SDMX-JSON 2.0.0 and 2.1.0 field guides; "Data type conversions between SDMX and JSON".
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from tests.reference.answer import Answer
from tests.reference.csv1 import best_language
from tests.reference.json_document import Document, Json, Number
from tests.reference.ml_header import SENDER, urn_of
from tests.reference.periods import span
from tests.reference.survey import AGENCY, Component, Row, Value

_SCHEMAS = {
    "2.0.0": "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/"
    "schemas/2.0.0/sdmx-json-data-schema.json",
    "2.1.0": "https://json.sdmx.org/2.1/sdmx-json-data-schema.json",
}
_ID = re.compile("[A-Za-z0-9_@$-]+")
_NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d*)(?:\.(?P<part>\d*))?(?P<power>[eE].+)?")
_NUMERIC = ("Double", "Integer")


def write(answers: list[Answer], prepared: datetime, version: str) -> list[Document]:
    """Return what a message says, a document a dataset."""
    return [_document(answer, prepared, version) for answer in answers]


def _document(answer: Answer, prepared: datetime, version: str) -> Document:
    is_2_1, schema = version == "2.1.0", _SCHEMAS[version]
    key = answer.survey.of_kind("dimension", "time")
    shown = answer.at("series", "observation") if answer.is_flat else answer.at("observation")
    measures = [answer.survey.component(id_) for id_ in answer.measures]
    groups = answer.at("group")
    series_attributes = [] if answer.is_flat else answer.at("series")

    def of_observation(row: Row) -> list[Json]:
        return [_at_observation(row, c, is_2_1) for c in (*measures, *shown)]

    return Document(
        meta={**meta(prepared, schema), "$schema": schema if is_2_1 else None},
        structure=_structure(answer, measures, shown, is_2_1),
        dataset={
            **validity(answer),
            "action": answer.action if is_2_1 else answer.action.replace("Merge", "Append"),
            **({} if is_2_1 else {"links": links(answer)}),
        },
        of_dataset=[listed(answer.of_dataset, c, is_2_1) for c in answer.at("dataset")],
        groups=[
            (
                [value_of(group.key, c) for c in key],
                [listed(group.attributes, c, is_2_1) for c in groups],
            )
            for group in answer.groups
        ],
        series=arranged(
            answer,
            value_of,
            lambda row: [listed(row, c, is_2_1) for c in series_attributes],
            of_observation,
            dimensions(answer),
        ),
    )


def arranged(
    answer: Answer, key_value: Any, of_series: Any, of_observation: Any, key: list[Component]
) -> Json:
    """Return the series with their observations, or all flat observations as of no series."""

    def observation(row: Row) -> Json:
        key_values = [key_value(row, c) for c in key]
        return key_values, of_observation(row), said(answer.said_of_observation(row))

    if answer.is_flat:
        return [([], [], [], [observation(row) for row in answer.rows])]
    return [
        (
            [key_value(series.key, c) for c in key],
            of_series(series.rows[0]),
            said(answer.said_of_series(series.rows[0])),
            [observation(row) for row in series.rows if answer.with_observations],
        )
        for series in answer.series
    ]


def said(annotations: list[Row]) -> Json:
    """Return annotations: their texts in the best language, and in all."""
    return [
        {**annotation, "text": best_language(annotation["texts"])}
        if "texts" in annotation
        else annotation
        for annotation in annotations
    ]


def dimensions(answer: Answer) -> list[Component]:
    """Return the dimensions that are told: without observations, not the one there."""
    return [
        c
        for c in answer.survey.of_kind("dimension", "time")
        if answer.with_observations or c.id in answer.series_key
    ]


def meta(prepared: datetime, schema: str) -> Json:
    """Return the envelope."""
    return {
        "schema": schema,
        "test": False,
        "prepared": f"{prepared:%Y-%m-%dT%H:%M:%SZ}",
        "contentLanguages": ["en"],
        "sender": {"id": SENDER},
    }


def validity(answer: Answer) -> Json:
    """Return since when and until when a dataset says that its observations hold."""
    moments = {"validFrom": answer.valid_from, "validTo": answer.valid_to}
    return {name: f"{at:%Y-%m-%dT%H:%M:%SZ}" for name, at in moments.items() if at}


def links(answer: Answer) -> Json:
    """Return the links: what was asked for first, then what it uses."""
    prefix = "urn:sdmx:org.sdmx.infomodel.datastructure."
    name = answer.survey.name
    urns = {answer.context: urn_of(answer)}
    if answer.context != "datastructure":
        urns.setdefault("dataflow", f"{prefix}Dataflow={AGENCY}:{name}(1.0.0)")
        urns["datastructure"] = f"{prefix}DataStructure={AGENCY}:DSD_{name}(1.0.0)"
    return [{"urn": urn, "rel": rel} for rel, urn in urns.items()]


def _structure(
    answer: Answer, measures: list[Component], shown: list[Component], is_2_1: bool
) -> Json:
    levels = {
        "dataSet": answer.at("dataset"),
        "dimensionGroup": answer.at("group"),
        "series": [] if answer.is_flat else answer.at("series"),
        "observation": shown,
    }
    return {
        "links": links(answer),
        "name": answer.title,
        "dimensions": [{**dimension(c, answer), **_format(c, is_2_1)} for c in dimensions(answer)],
        "observed": answer.observed if answer.with_observations else "",
        "measures": {"observation": [_described(c, is_2_1) for c in measures]},
        "attributes": {
            level: [_described(c, is_2_1) for c in components]
            for level, components in levels.items()
        },
    }


def dimension(component: Component, answer: Answer) -> Json:
    """Return a dimension without its format and values."""
    place = answer.survey.key.index(component.id)
    roles = {"roles": ["TIME_PERIOD"]} if component.kind == "time" else {}
    return {
        "id": component.id, "name": component.name, "keyPosition": Number(str(place)), **roles,
    }  # fmt: skip


def _described(component: Component, is_2_1: bool) -> Json:
    found: Json = {"id": component.id, "name": component.name}
    if component.kind == "attribute":
        relationship: Json = {"observation": {}}
        if component.level == "dataset":
            relationship = {"dataflow": {}}
        if component.level in ("group", "series"):
            relationship = {"dimensions": list(component.attached_to)}
        if component.about:
            relationship["measures"] = list(component.about)
        found["relationship"] = relationship
    found["isMandatory"] = component.mandatory
    return {**found, **_format(component, is_2_1)}


def _format(component: Component, is_2_1: bool) -> Json:
    found: Json = {}
    if component.codes is None:
        found["dataType"] = component.data_type
    if component.is_multilingual:
        found["isMultiLingual"] = True
    many = {"maxOccurs": "unbounded"} if component.is_array else {}
    if is_2_1:
        return {**many, **({"format": found} if found else {})}
    return {"format": {**found, **many}} if {**found, **many} else {}


def value_of(row: Row, component: Component) -> Json:
    """Return the description of a value of a dimension or of a code; None for none."""
    value = row.get(component.id)
    if value is None:
        return None
    if component.kind == "time":
        first, last = (f"{i:%Y-%m-%dT%H:%M:%S}Z" for i in span(value))
        return {"value": value, "start": first, "end": last}
    return {"value": value} if component.codes is None else code(value, component)


def code(id_: str, component: Component) -> Json:
    """Return the description of a code; what is no id by the schema is a value."""
    codes = component.codes or {}
    return {
        "id" if _ID.fullmatch(id_) else "value": id_,
        "name": codes[id_] or id_,
        "order": Number(str(list(codes).index(id_))),
    }


def listed(row: Row, component: Component, is_2_1: bool) -> Json:
    """Return the value of an attribute that lists its values; None for none."""
    value = row.get(component.id)
    if value is None:
        return None
    if component.codes is not None and component.is_array and is_2_1:
        return [code(each, component) for each in value]
    if component.is_array:
        return {"values": value}
    return {"value": value} if component.codes is None else code(value, component)


def _at_observation(row: Row, component: Component, is_2_1: bool) -> Json:
    """Return a value of an observation: free ones stand there themselves."""
    value: Value = row.get(component.id)
    is_free = component.codes is None and component.level in ("", "observation")
    if value is None:
        return None
    if not is_free:
        return listed(row, component, is_2_1)
    if component.data_type == "Boolean":
        return value in ("true", "1")
    return number(value) if component.data_type in _NUMERIC else value


def number(text: str) -> Json:
    """Return a number with its digits, as JSON can write them; a text where it cannot."""
    match = _NUMBER.fullmatch(text)
    if match is None or not (match["whole"] or match["part"]):
        return text
    whole = match["whole"].lstrip("0") or "0"
    part = f".{match['part']}" if match["part"] else ""
    digits = f"{match['sign'].replace('+', '')}{whole}{part}{match['power'] or ''}"
    return text if float(digits) in (float("inf"), float("-inf")) else Number(digits)
