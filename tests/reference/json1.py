"""SDMX-JSON 1.0, as what the message says.

Source: SDMX-JSON 1.0.0 field guide.
"""

from __future__ import annotations

from datetime import datetime

from tests.reference import json2
from tests.reference.answer import Answer
from tests.reference.csv1 import best_language
from tests.reference.json_document import Document, Json, Number
from tests.reference.periods import span
from tests.reference.question import ALL
from tests.reference.survey import Component, Row

_SCHEMA = (
    "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/schemas/1.0/"
    "sdmx-json-data-schema.json"
)


def write(answers: list[Answer], prepared: datetime) -> list[Document]:
    """Return what a message says, a document a dataset."""
    return [_document(answer, prepared) for answer in answers]


def _document(answer: Answer, prepared: datetime) -> Document:
    measures = [answer.survey.component(id_) for id_ in answer.measures]
    levels = {
        "dataSet": answer.at("dataset"),
        "series": _attributes(answer, "series"),
        "observation": _attributes(answer, "observation"),
    }

    def of_observation(row: Row) -> list[Json]:
        # An observation has a place for its measure even where none is shown.
        measure = [_measure(row, c) for c in measures] or [None]
        return [*measure, *(_listed(row, c) for c in levels["observation"])]

    structure = {
        "links": json2.links(answer),
        "name": answer.title,
        "dimensions": [
            json2.dimension(c, answer) for c in answer.survey.of_kind("dimension", "time")
        ],
        "observed": answer.observed,
        "attributes": {
            level: [_described(c, answer) for c in components]
            for level, components in levels.items()
        },
    }
    return Document(
        meta={**json2.meta(prepared, _SCHEMA), "$schema": None},
        structure=structure,
        dataset={
            **json2.validity(answer),
            "action": answer.action.replace("Merge", "Append"),
            "links": json2.links(answer),
        },
        of_dataset=[_listed(answer.of_dataset, c) for c in levels["dataSet"]],
        groups=[],
        series=json2.arranged(
            answer,
            _dimension_value,
            lambda row: [_listed(row, c) for c in levels["series"]],
            of_observation,
            list(answer.survey.of_kind("dimension", "time")),
        ),
    )


def _attributes(answer: Answer, level: str) -> list[Component]:
    """Return attributes at a level; there are no groups, so theirs stand below."""
    return [
        a
        for a in answer.at("group", "series", "observation")
        if (answer.levels[a.id] == "observation" or answer.observed == ALL)
        == (level == "observation")
    ]


def _described(component: Component, answer: Answer) -> Json:
    relationship: Json = {"primaryMeasure": answer.survey.of_kind("measure")[0].id}
    if component.level == "dataset":
        relationship = {"none": {}}
    if component.level in ("group", "series"):
        relationship = {"dimensions": list(component.attached_to)}
    return {"id": component.id, "name": component.name, "relationship": relationship}


def _dimension_value(row: Row, component: Component) -> Json:
    value = row.get(component.id)
    if value is None:
        return None
    if component.kind == "time":
        first, last = (f"{i:%Y-%m-%dT%H:%M:%S}Z" for i in span(value))
        return {"id": value, "name": value, "start": first, "end": last}
    if component.codes is None:
        return {"id": value, "name": value}
    order = Number(str(list(component.codes).index(value)))
    return {"id": value, "name": component.codes[value] or value, "order": order}


def _listed(row: Row, component: Component) -> Json:
    value = row.get(component.id)
    if value is None:
        return None
    if component.is_multilingual:
        return {"name": best_language(value), "names": value}
    if component.codes is None:
        return {"name": value}
    return {"id": value, "name": component.codes[value] or value}


def _measure(row: Row, component: Component) -> Json:
    value = row.get(component.id)
    if value is None or component.codes is not None:
        return value
    return json2.number(value)
