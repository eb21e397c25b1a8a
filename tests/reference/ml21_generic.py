"""SDMX-ML 2.1 generic data, and generic time series.

Source: SDMX 2.1 SDMXDataGeneric.xsd.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tests.reference.answer import Answer, Group, Series
from tests.reference.ml_header import annotations, message, structure_numbers, validity
from tests.reference.survey import Component, Row
from tests.reference.xml_nodes import SCHEMAS, Node, node

_IN = f"{{{SCHEMAS}v2_1/data/generic}}"
_MESSAGE = f"{{{SCHEMAS}v2_1/message}}"
ACTIONS = {"Replace": "Replace", "Merge": "Append", "Delete": "Delete"}


def write(answers: list[Answer], prepared: datetime, root: str = "GenericData") -> Node:
    """Return a message."""
    numbers = structure_numbers(answers)
    datasets = [_dataset(each, number) for each, number in zip(answers, numbers, strict=True)]
    return message(root, "v2_1", answers, datasets, prepared)


def _dataset(answer: Answer, number: str) -> Node:
    return node(
        f"{_MESSAGE}DataSet",
        _attributes(answer.of_dataset, answer.at("dataset")),
        *(_group(group, answer) for group in answer.groups),
        *(
            [_flat(row, answer) for row in answer.rows]
            if answer.is_flat
            else [_series(each, answer) for each in answer.series]
        ),
        structureRef=number,
        action=ACTIONS[answer.action],
        **validity(answer),
    )


def _group(group: Group, answer: Answer) -> Node:
    key = node(f"{_IN}GroupKey", *_values(group.key, group.key))
    return node(
        f"{_IN}Group", key, _attributes(group.attributes, answer.at("group")), type=group.id
    )


def _series(series: Series, answer: Answer) -> Node:
    return node(
        f"{_IN}Series",
        annotations(answer.said_of_series(series.rows[0]), "v2_1"),
        node(f"{_IN}SeriesKey", *_values(series.key, series.key)),
        _attributes(series.rows[0], answer.at("series")),
        *(_observation(row, answer) for row in series.rows if answer.with_observations),
    )


def _observation(row: Row, answer: Answer) -> Node:
    return node(
        f"{_IN}Obs",
        annotations(answer.said_of_observation(row), "v2_1"),
        node(f"{_IN}ObsDimension", value=row[answer.observed]),
        _measure(row, answer),
        _attributes(row, answer.at("observation")),
    )


def _flat(row: Row, answer: Answer) -> Node:
    return node(
        f"{_IN}Obs",
        annotations(answer.said_of_observation(row), "v2_1"),
        node(f"{_IN}ObsKey", *_values(row, answer.survey.key)),
        _measure(row, answer),
        _attributes(row, answer.at("series", "observation")),
    )


def _measure(row: Row, answer: Answer) -> Node | None:
    told = [row[id_] for id_ in answer.measures if id_ in row]
    return node(f"{_IN}ObsValue", value=told[0]) if told else None


def _attributes(row: Row, attributes: Iterable[Component]) -> Node | None:
    values = _values(row, [a.id for a in attributes])
    return node(f"{_IN}Attributes", *values) if values else None


def _values(row: Row, ids: Iterable[str]) -> list[Node]:
    return [node(f"{_IN}Value", id=id_, value=row[id_]) for id_ in ids if id_ in row]
