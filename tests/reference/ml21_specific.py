"""SDMX-ML 2.1 structure-specific data, and structure-specific time series.

Source: SDMX 2.1 SDMXDataStructureSpecific.xsd.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tests.reference.answer import Answer, Series
from tests.reference.ml21_generic import ACTIONS
from tests.reference.ml_header import annotations, message, namespace, structure_numbers, validity
from tests.reference.survey import Component, Row
from tests.reference.xml_nodes import SCHEMAS, TYPE, Node, node

_IN = f"{{{SCHEMAS}v2_1/data/structurespecific}}"
_MESSAGE = f"{{{SCHEMAS}v2_1/message}}"
_SCOPES = {
    "dataflow": "Dataflow",
    "datastructure": "DataStructure",
    "provisionagreement": "ProvisionAgreement",
}


def write(answers: list[Answer], prepared: datetime, root: str = "StructureSpecificData") -> Node:
    """Return a message."""
    numbers = structure_numbers(answers)
    datasets = [_dataset(each, number) for each, number in zip(answers, numbers, strict=True)]
    return message(root, "v2_1", answers, datasets, prepared)


def _dataset(answer: Answer, number: str) -> Node:
    def type_(name: str) -> dict[str, str]:
        return {TYPE: f"{{{namespace(answer)}}}{name}"}

    attributes = {
        f"{_IN}structureRef": number,
        f"{_IN}action": ACTIONS[answer.action],
        f"{_IN}dataScope": _SCOPES[answer.context],
        **{f"{_IN}{name}": moment for name, moment in validity(answer).items()},
        **type_("DataSetType"),
        **_told(answer.of_dataset, answer.at("dataset")),
    }
    groups = [
        node("Group", **type_(group.id), **group.key, **group.attributes) for group in answer.groups
    ]
    if answer.is_flat:
        inside = [_observation(row, answer, answer.survey.key) for row in answer.rows]
    else:
        inside = [_series(each, answer) for each in answer.series]
    return node(f"{_MESSAGE}DataSet", *groups, *inside, **attributes)


def _series(series: Series, answer: Answer) -> Node:
    rows = series.rows if answer.with_observations else []
    return node(
        "Series",
        annotations(answer.said_of_series(series.rows[0]), "v2_1"),
        *(_observation(row, answer, (answer.observed,)) for row in rows),
        **series.key,
        **_told(series.rows[0], answer.at("series")),
    )


def _observation(row: Row, answer: Answer, key: tuple[str, ...]) -> Node:
    shown = answer.at("series", "observation") if answer.is_flat else answer.at("observation")
    measures = [row[id_] for id_ in answer.measures if id_ in row]
    return node(
        "Obs",
        annotations(answer.said_of_observation(row), "v2_1"),
        **{id_: row[id_] for id_ in key},
        OBS_VALUE=measures[0] if measures else None,
        **_told(row, shown),
    )


def _told(row: Row, attributes: Iterable[Component]) -> dict[str, str]:
    return {a.id: row[a.id] for a in attributes if a.id in row}
