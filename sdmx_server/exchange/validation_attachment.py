"""Annotations of a delivery in the columns of what they are said of.

Source: SDMX 3.1 Information Model, section 5 (DataSet, GroupKey, SeriesKey, Observation).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sdmx_server.dataset import ResolvedStructure
from sdmx_server.model.annotations import (
    ANNOTATIONS,
    DATASET_ANNOTATIONS,
    OBSERVATION_ANNOTATIONS,
    SERIES_ANNOTATIONS,
    group_annotations,
)
from sdmx_server.model.delivery import Delivery

Columns = dict[str, Sequence[str | None]]


def attached(delivery: Delivery, structure: ResolvedStructure) -> Delivery:
    """Return the delivery with each annotation in the column of what it is said of.

    That is told by the part of the key that its row gives. Where the structure has nothing
    with such a key, the annotation stays in ``ANNOTATIONS``. A deletion names keys and
    components; what it says beside them is left out.
    """
    if delivery.action == "Delete":
        return _without_annotations(delivery, structure)
    if ANNOTATIONS not in delivery.columns:
        return delivery
    columns: Columns = dict(delivery.columns)
    said = columns.pop(ANNOTATIONS)
    places = _places(structure)
    of_dataset: dict[int, str] = {}
    for row, text in enumerate(said):
        if text is None:
            continue
        column = places.get(_given(delivery, structure, row), ANNOTATIONS)
        if column == DATASET_ANNOTATIONS:
            of_dataset[row] = text
        else:
            _writable(columns, column, len(said))[row] = text
    placed = replace(delivery, columns=columns)
    return _of_dataset(placed, of_dataset) if of_dataset else placed


def _of_dataset(delivery: Delivery, said: Mapping[int, str]) -> Delivery:
    """Return the delivery with what rows say of the dataset; those that say no more are gone."""
    columns = delivery.columns
    spent = {row for row in said if all(cells[row] is None for cells in columns.values())}
    kept = [row for row in range(len(delivery.rows)) if row not in spent]
    text = next(iter(said.values()))
    return replace(
        delivery,
        columns={id_: [cells[row] for row in kept] for id_, cells in columns.items()},
        rows=[delivery.rows[row] for row in kept],
        dataset_attributes={DATASET_ANNOTATIONS: text, **delivery.dataset_attributes},
    )


def _without_annotations(delivery: Delivery, structure: ResolvedStructure) -> Delivery:
    names = {ANNOTATIONS, *(column.id for column in structure.annotations)}
    return replace(
        delivery,
        columns={id_: cells for id_, cells in delivery.columns.items() if id_ not in names},
        dataset_attributes={
            id_: text for id_, text in delivery.dataset_attributes.items() if id_ not in names
        },
    )


def _places(structure: ResolvedStructure) -> Mapping[frozenset[str], str]:
    """Return the columns by the dimensions that the key of what they annotate has."""
    series = frozenset(d.id for d in structure.dimensions)
    places = {
        series.intersection(members): group_annotations(group)
        for group, members in structure.groups.items()
    }
    places |= {frozenset(): DATASET_ANNOTATIONS, series: SERIES_ANNOTATIONS}
    return {**places, frozenset(c.id for c in structure.key): OBSERVATION_ANNOTATIONS}


def _given(delivery: Delivery, structure: ResolvedStructure, row: int) -> frozenset[str]:
    """Return the dimensions for which a row has a code."""
    ids = (c.id for c in structure.key if c.id in delivery.columns)
    return frozenset(id_ for id_ in ids if delivery.columns[id_][row] is not None)


def _writable(columns: Columns, column: str, rows: int) -> list[str | None]:
    """Return a column that may be written to, made where it is missing."""
    held = columns.get(column)
    if not isinstance(held, list):
        held = [None] * rows if held is None else list(held)
        columns[column] = held
    return held
