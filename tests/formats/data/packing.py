"""Rows packed into datasets, as a query with certain choices would answer them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import Action, Batch, Dataset, GroupValues, Level, ResolvedStructure
from sdmx_server.model.annotations import DATASET_ANNOTATIONS, group_annotations
from sdmx_server.query import ALL_DIMENSIONS

Row = Mapping[str, str]


def pack(
    structure: ResolvedStructure,
    rows: Sequence[Row],
    *,
    dimension_at_observation: str | None = None,
    detail: str = "full",
    action: Action = Action.REPLACE,
    attributes: Sequence[str] | None = None,
    measures: Sequence[str] | None = None,
    series_per_batch: int = 2,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> Dataset:
    """Pack rows into a dataset as a query with these choices would answer it.

    ``detail`` is that of SDMX-REST 1.5; ``attributes`` and ``measures`` cut further.
    """
    time = structure.time.id if structure.time else ALL_DIMENSIONS
    at_observation = dimension_at_observation or time
    with_observations = detail in {"full", "dataonly"}
    levels = _levels(structure, at_observation, detail, attributes)
    shown_measures = _measures(structure, measures) if with_observations else ()
    inner = _inner_dimension(structure, at_observation)
    dictionaries = _dictionaries(structure, rows, levels)
    shown = [id_ for id_, level in levels.items() if level is Level.GROUP]
    return Dataset(
        structure=structure,
        dimension_at_observation=at_observation,
        action=action,
        attributes=tuple(a.id for a in structure.attributes if a.id in levels),
        measures=shown_measures,
        levels=levels,
        dictionaries=dictionaries,
        with_observations=with_observations,
        dataset_attributes={
            id_: rows[0][id_]
            for id_, level in levels.items()
            if level is Level.DATASET and id_ in rows[0] and id_ != DATASET_ANNOTATIONS
        },
        groups=_groups(structure, rows, shown),
        constants=_constants(structure, rows, inner),
        batches=_batches(
            structure,
            rows,
            inner,
            levels,
            dictionaries,
            shown_measures,
            with_observations,
            series_per_batch,
        ),
        valid_from=valid_from,
        valid_to=valid_to,
        annotations=rows[0].get(DATASET_ANNOTATIONS) if DATASET_ANNOTATIONS in levels else None,
    )


def _levels(
    structure: ResolvedStructure,
    at_observation: str,
    detail: str,
    attributes: Sequence[str] | None,
) -> dict[str, Level]:
    if detail in {"dataonly", "serieskeysonly"}:
        return {}
    levels = {}
    for attribute in (*structure.attributes, *structure.annotations):
        level = attribute.level
        assert level is not None
        if level is not Level.DATASET and at_observation in attribute.dimensions:
            level = Level.OBSERVATION
        if detail == "nodata" and level is Level.OBSERVATION:
            continue
        if attributes is None or attribute.id in attributes:
            levels[attribute.id] = level
    return levels


def _measures(structure: ResolvedStructure, measures: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(m.id for m in structure.measures if measures is None or m.id in measures)


def _inner_dimension(structure: ResolvedStructure, at_observation: str) -> str | None:
    if at_observation != ALL_DIMENSIONS:
        return at_observation
    return structure.time.id if structure.time else None


def _dictionaries(
    structure: ResolvedStructure, rows: Sequence[Row], levels: Mapping[str, Level]
) -> dict[str, tuple[str, ...]]:
    held = [c.id for c in structure.key]
    for attribute in structure.attributes:
        is_higher = attribute.level in {Level.SERIES, Level.GROUP}
        if attribute.id in levels and (is_higher or attribute.is_coded):
            held.append(attribute.id)
    held += [column.id for column in structure.annotations if column.id in levels]
    return {id_: tuple(sorted({row[id_] for row in rows if id_ in row})) for id_ in held}


def _groups(
    structure: ResolvedStructure, rows: Sequence[Row], shown: Sequence[str]
) -> tuple[GroupValues, ...]:
    found: dict[tuple[str, ...], GroupValues] = {}
    for group, dimensions in structure.groups.items():
        ids = [a.id for a in structure.attributes if a.group == group and a.id in shown]
        for row in rows:
            values = {id_: row[id_] for id_ in ids if id_ in row}
            key = {id_: row[id_] for id_ in dimensions}
            column = group_annotations(group)
            said = row.get(column) if column in shown else None
            if values or said:
                found[(group, *key.values())] = GroupValues(group, key, values, said)
    return tuple(found[key] for key in sorted(found))


def _constants(
    structure: ResolvedStructure, rows: Sequence[Row], inner: str | None
) -> dict[str, str]:
    ids = [c.id for c in structure.key if c.id != inner]
    return {id_: rows[0][id_] for id_ in ids if len({row[id_] for row in rows}) == 1}


def _batches(
    structure: ResolvedStructure,
    rows: Sequence[Row],
    inner: str | None,
    levels: Mapping[str, Level],
    dictionaries: Mapping[str, tuple[str, ...]],
    measures: Sequence[str],
    with_observations: bool,
    series_per_batch: int,
) -> Iterator[Batch]:
    outer = [c.id for c in structure.key if c.id != inner]

    def series_key(row: Row) -> tuple[str, ...]:
        return tuple(row[id_] for id_ in outer)

    ordered = sorted(rows, key=lambda row: (series_key(row), row[inner] if inner else ""))
    series = [list(members) for _, members in groupby(ordered, key=series_key)]
    above = [*outer, *(i for i, at in levels.items() if at in {Level.SERIES, Level.GROUP})]
    inside = [i for i, at in levels.items() if at is Level.OBSERVATION]
    coded = [i for i in ([inner] if inner else []) + inside if i in dictionaries]
    free = [*measures, *(i for i in inside if i not in dictionaries)]
    for start in range(0, len(series), series_per_batch):
        part = series[start : start + series_per_batch]
        held = [row for members in part for row in members] if with_observations else []
        counts = [len(members) if with_observations else 0 for members in part]
        yield Batch(
            series={i: _codes(dictionaries[i], [m[0] for m in part], i) for i in above},
            offsets=np.cumsum([0, *counts], dtype=np.int64),
            observations=(
                {i: _codes(dictionaries[i], held, i) for i in coded} if with_observations else {}
            ),
            texts=(
                {i: pa.array([row.get(i) for row in held], pa.string()) for i in free}
                if with_observations
                else {}
            ),
        )


def _codes(dictionary: tuple[str, ...], rows: Sequence[Row], id_: str) -> np.ndarray:
    places = {text: place for place, text in enumerate(dictionary)}
    return np.array([places.get(row.get(id_, ""), -1) for row in rows], dtype=np.int32)
