"""The series and observations of a data set as SDMX-JSON text, a batch at a time.

Source: sdmx-json 2.1.0, data-message/docs/1-sdmx-json-field-guide.md, "series" and
"observations"; sdmx-json 1.0.0, the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sdmx_server.dataset import Batch, Component, Dataset
from sdmx_server.formats.data.writers.columns import (
    Column,
    Counts,
    PerSeries,
    interleave,
    of_observations,
    of_series,
    rows,
)
from sdmx_server.formats.data.writers.json_annotations import Annotations
from sdmx_server.formats.data.writers.json_levels import Levels
from sdmx_server.formats.data.writers.json_numbers import Texts
from sdmx_server.formats.data.writers.json_values import NULL, Values

Render = Callable[[Component], Callable[[Texts], list[str]]]
"""How the texts of a component that lists no values become JSON."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What all batches of a data set are written by.

    Attributes:
        levels: where the components stand.
        values: by component id, for all that refer to their values by number.
        render: how the others are written.
        measure_is_due: whether an observation without measures still has a place for one.
        annotations: what is said of the data sets, their series and observations.
    """

    levels: Levels
    values: Mapping[str, Values]
    render: Render
    measure_is_due: bool
    annotations: Annotations


def write_batches(dataset: Dataset, frame: Frame) -> Iterator[str]:
    """Yield the members of ``series`` or ``observations``, batch by batch, commas between."""
    write = _flat if frame.levels.is_flat else _series
    comma = ""
    for batch in dataset.batches:
        text = write(batch, dataset, frame)
        if text:
            yield comma + text
            comma = ","


def _flat(batch: Batch, dataset: Dataset, frame: Frame) -> str:
    counts = np.diff(batch.offsets)
    if not dataset.with_observations:
        counts = np.ones(batch.series_count, dtype=np.int64)
    key = _separated(
        [_column(c, batch, dataset, frame) for c in frame.levels.observation_dimensions], ":"
    )
    columns = ['],"', *key, '":[', *_values_of_observations(batch, dataset, frame, counts)]
    count = int(counts.sum())
    return _without_first("],", interleave(of_observations(columns, counts), count), "]")


def _series(batch: Batch, dataset: Dataset, frame: Frame) -> str:
    """Return series as members: those with observations first, then those without."""
    heads = _heads(batch, dataset, frame)
    counts = np.diff(batch.offsets)
    empty = [f"{heads[s]}}}}}" for s in np.flatnonzero(counts == 0).tolist()]
    if len(empty) == len(heads):
        return ",".join(empty)
    keys = [_column(c, batch, dataset, frame) for c in frame.levels.observation_dimensions]
    columns = ['],"', *keys, '":[', *_values_of_observations(batch, dataset, frame, counts)]
    lowered = of_observations(columns, counts)
    parts = interleave(lowered, batch.observation_count)
    held = np.flatnonzero(counts)
    for series, first in zip(held.tolist(), batch.offsets[held].tolist(), strict=True):
        parts[first * len(lowered)] = f']}}}},{heads[series]}"'
    return ",".join([_without_first("]}},", parts, "]}}"), *empty])


def _heads(batch: Batch, dataset: Dataset, frame: Frame) -> list[str]:
    """Return the text of each series up to its first observation."""
    levels = frame.levels
    key = [_column(c, batch, dataset, frame) for c in levels.series_dimensions]
    attributes = [_column(c, batch, dataset, frame) for c in levels.series_attributes]
    columns = ['"', *_separated(key, ":"), '":{']
    if levels.series_annotations:
        members = frame.annotations.members(levels.series_annotations, batch, dataset)
        columns.append(PerSeries(members))
    if attributes:
        columns += ['"attributes":[', *_separated(attributes, ","), "],"]
    columns.append('"observations":{')
    return rows(of_series(columns), batch.series_count)


def _values_of_observations(
    batch: Batch, dataset: Dataset, frame: Frame, counts: Counts
) -> list[Column | PerSeries]:
    """Return the values of observations, all of them, and behind them annotations."""
    levels = frame.levels
    columns = [_column(c, batch, dataset, frame) for c in levels.measures]
    if not columns and frame.measure_is_due:
        columns = [NULL]
    columns += [_column(c, batch, dataset, frame) for c in levels.observation_attributes]
    said = frame.annotations.columns(levels.observation_annotations, batch, dataset)
    if said and not columns:
        whole = rows(of_observations(said, counts), int(counts.sum()))
        return [[cell[1:] for cell in whole]]
    return [*_separated(columns, ","), *said]


def _column(
    component: Component, batch: Batch, dataset: Dataset, frame: Frame
) -> Column | PerSeries:
    """Return the cells of a component, from wherever the batch holds it."""
    id_ = component.id
    if id_ in batch.observations:
        codes = batch.observations[id_]
        return frame.values[id_].cells(codes, dataset.dictionaries[id_])
    if id_ in batch.texts:
        texts = batch.texts[id_].to_pylist()
        values = frame.values.get(id_)
        return values.cells_of(texts) if values else frame.render(component)(texts)
    if id_ in batch.series:
        codes = batch.series[id_]
        return PerSeries(frame.values[id_].cells(codes, dataset.dictionaries[id_]))
    return NULL


def _separated(columns: Sequence[Column | PerSeries], separator: str) -> list[Column | PerSeries]:
    separated: list[Column | PerSeries] = []
    for column in columns:
        separated += [separator, column]
    return separated[1:]


def _without_first(prefix: str, parts: list[str], end: str) -> str:
    parts[0] = parts[0].removeprefix(prefix)
    parts.append(end)
    return "".join(parts)
