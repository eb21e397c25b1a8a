"""The series and observations of a data set as SDMX-JSON text, a batch at a time.

Source: sdmx-json 2.1.0, data-message/docs/1-sdmx-json-field-guide.md, "series" and
"observations"; sdmx-json 1.0.0, the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sdmx_server.dataset import Batch, Codes, Component, Dataset
from sdmx_server.formats.data.writers.json_annotations import Annotations
from sdmx_server.formats.data.writers.json_levels import Levels
from sdmx_server.formats.data.writers.json_values import NULL, Values
from sdmx_server.formats.data.writers.texts import (
    Counts,
    OfSeries,
    Piece,
    Render,
    Texts,
    constants,
    filled,
    lowered,
    of_series,
    rows,
    weave,
)

Pieces = list[Piece | OfSeries]


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
    render: Callable[[Component], Render]
    measure_is_due: bool
    annotations: Annotations


def write_batches(dataset: Dataset, frame: Frame) -> Iterator[str | pa.Buffer]:
    """Yield the members of ``series`` or ``observations``, batch by batch, commas between."""
    write = _flat if frame.levels.is_flat else _series
    comma = ""
    for batch in dataset.batches:
        written = write(batch, dataset, frame)
        first = next(written, None)
        if first is not None:
            yield comma
            yield first
            yield from written
            comma = ","


def _flat(batch: Batch, dataset: Dataset, frame: Frame) -> Iterator[str | pa.Buffer]:
    counts = np.diff(batch.offsets)
    if not dataset.with_observations:
        counts = np.ones(batch.series_count, dtype=np.int64)
    count = int(counts.sum())
    if not count:
        return
    pieces = ['],"', *_key(frame.levels.observation_dimensions, batch, dataset, frame)]
    pieces += ['":[', *_values_of_observations(batch, dataset, frame, counts)]
    yield from _without_first("],", weave(lowered(pieces, counts), count))
    yield "]"


def _series(batch: Batch, dataset: Dataset, frame: Frame) -> Iterator[str | pa.Buffer]:
    """Yield series as members: those with observations first, then those without."""
    head = of_series(_head(batch, dataset, frame))
    counts = np.diff(batch.offsets)
    if batch.observation_count:
        # What begins an observation begins its series too where it is the first of it.
        heads = rows(["]}},", *head, '"'], batch.series_count)
        begins = Texts(
            pa.concat_arrays([constants('],"'), heads]),
            _numbers_of_heads(batch),
        )
        pieces = [begins, *_key(frame.levels.observation_dimensions, batch, dataset, frame)]
        pieces += ['":[', *_values_of_observations(batch, dataset, frame, counts)]
        yield from _without_first("]}},", weave(lowered(pieces, counts), batch.observation_count))
        yield "]}}"
    bare = np.flatnonzero(counts == 0)
    if len(bare):
        lines = Texts(rows([",", *head, "}}"], batch.series_count).take(pa.array(bare)))
        written = weave([lines], len(bare))
        yield from written if batch.observation_count else _without_first(",", written)


def _numbers_of_heads(batch: Batch) -> Codes:
    """Return for each observation the number of the series that it begins, from 1, or 0."""
    numbers = np.zeros(batch.observation_count, np.int32)
    held = np.flatnonzero(np.diff(batch.offsets))
    numbers[batch.offsets[held]] = held + 1
    return numbers


def _head(batch: Batch, dataset: Dataset, frame: Frame) -> Pieces:
    """Return what each series is made of up to its first observation."""
    levels = frame.levels
    pieces: Pieces = ['"', *_key(levels.series_dimensions, batch, dataset, frame), '":{']
    attributes = [_column(c, batch, dataset, frame) for c in levels.series_attributes]
    if levels.series_annotations:
        pieces.append(frame.annotations.members(levels.series_annotations, batch, dataset))
    if attributes:
        pieces += ['"attributes":[', *_separated(attributes, ","), "],"]
    return [*pieces, '"observations":{']


def _key(dimensions: Sequence[Component], batch: Batch, dataset: Dataset, frame: Frame) -> Pieces:
    return _separated([_column(c, batch, dataset, frame) for c in dimensions], ":")


def _values_of_observations(batch: Batch, dataset: Dataset, frame: Frame, counts: Counts) -> Pieces:
    """Return the values of observations, all of them, and behind them annotations."""
    levels = frame.levels
    columns = [_column(c, batch, dataset, frame) for c in levels.measures]
    if not columns and frame.measure_is_due:
        columns = [NULL]
    columns += [_column(c, batch, dataset, frame) for c in levels.observation_attributes]
    said = frame.annotations.columns(levels.observation_annotations, batch, dataset)
    if said and not columns:
        whole = rows(lowered(said, counts), int(counts.sum()))
        return [Texts(pc.utf8_slice_codeunits(whole, 1))]
    return [*_separated(columns, ","), *said]


def _column(component: Component, batch: Batch, dataset: Dataset, frame: Frame) -> Piece | OfSeries:
    """Return the cells of a component, from wherever the batch holds it."""
    id_ = component.id
    if id_ in batch.observations:
        codes = batch.observations[id_]
        return frame.values[id_].cells(codes, dataset.dictionaries[id_])
    if id_ in batch.texts:
        values = frame.values.get(id_)
        if values:
            return values.cells_of(batch.texts[id_])
        return filled(batch.texts[id_], frame.render(component), NULL)
    if id_ in batch.series:
        codes = batch.series[id_]
        return OfSeries(frame.values[id_].cells(codes, dataset.dictionaries[id_]))
    return NULL


def _separated(columns: Sequence[Piece | OfSeries], separator: str) -> Pieces:
    separated: Pieces = []
    for column in columns:
        separated += [separator, column]
    return separated[1:]


def _without_first(text: str, written: Iterator[pa.Buffer]) -> Iterator[pa.Buffer]:
    """Yield what was written without the text that it begins with."""
    yield next(written).slice(len(text))
    yield from written
