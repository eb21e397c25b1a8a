"""The series and observations of a dataset as XML text, a batch at a time.

Source: SDMX 2.1 Section 3A, "Data Set"; SDMX 3.1 SDMX-ML documentation, "Data Set".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import numpy as np

from sdmx_server.dataset import Batch, Component, Dataset, Level
from sdmx_server.formats.data.writers.annotations import annotated
from sdmx_server.formats.data.writers.fragments import (
    Cell,
    Columns,
    Plan,
    Table,
    Wrapper,
    fill,
    interleave,
    rows,
    tables,
)
from sdmx_server.query import ALL_DIMENSIONS


@dataclass(frozen=True, slots=True)
class Packaging:
    """Which components stand where in the elements of an answer.

    Attributes:
        dimension_at_observation: as the header of the message states it.
        is_flat: whether observations stand alone, each with its whole key.
        series_dimensions: dimensions of a series, in DSD order.
        series_attributes: attributes of a series, in DSD order.
        dimensions: dimensions of an observation, in DSD order.
        measures: measures of an observation.
        attributes: attributes of an observation, in DSD order.
        series_annotations: columns that hold what is said of a series.
        annotations: columns that hold what is said of an observation.
    """

    dimension_at_observation: str
    is_flat: bool
    series_dimensions: tuple[Component, ...]
    series_attributes: tuple[Component, ...]
    dimensions: tuple[Component, ...]
    measures: tuple[Component, ...]
    attributes: tuple[Component, ...]
    series_annotations: tuple[str, ...]
    annotations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Markup:
    """How the elements of an answer are spelt; ``series`` is empty where it is flat."""

    series: Plan
    series_end: Plan
    observation: Plan


def packaging(dataset: Dataset) -> Packaging:
    """Return where the components of a dataset stand.

    Series keys alone cannot be asked for flat where there is time: they stay series.
    """
    structure = dataset.structure
    at_observation = dataset.dimension_at_observation
    if at_observation == ALL_DIMENSIONS and not dataset.with_observations and structure.time:
        at_observation = structure.time.id
    is_flat = at_observation == ALL_DIMENSIONS
    shown = [a for a in structure.attributes if a.id in dataset.attributes]
    higher = tuple(a for a in shown if dataset.levels[a.id] is Level.SERIES)
    lower = tuple(a for a in shown if dataset.levels[a.id] is Level.OBSERVATION)
    of_series, of_observations = (
        tuple(column.id for column in annotated([dataset]) if dataset.levels[column.id] is level)
        for level in (Level.SERIES, Level.OBSERVATION)
    )
    at_observations = {at_observation} if not is_flat else {c.id for c in structure.key}
    return Packaging(
        dimension_at_observation=at_observation,
        is_flat=is_flat,
        series_dimensions=tuple(c for c in structure.key if c.id not in at_observations),
        series_attributes=() if is_flat else higher,
        dimensions=tuple(c for c in structure.key if c.id in at_observations),
        measures=tuple(m for m in structure.measures if m.id in dataset.measures),
        attributes=tuple(a for a in shown if a in higher or a in lower) if is_flat else lower,
        series_annotations=() if is_flat else of_series,
        annotations=(*of_series, *of_observations) if is_flat else of_observations,
    )


def write_batches(dataset: Dataset, markup: Markup) -> Iterator[str]:
    """Yield the series, or the flat observations, of each batch."""
    finished = tables(
        (*markup.series, *markup.series_end, *markup.observation), dataset.dictionaries
    )
    for batch in dataset.batches:
        if not markup.series:
            yield _flat(batch, markup, finished, dataset.with_observations)
        elif dataset.with_observations:
            yield _series_with_observations(batch, markup, finished)
        else:
            heads = _of_series(markup.series, batch, finished)
            ends = _of_series(markup.series_end, batch, finished)
            yield "".join(map("".join, zip(heads, ends, strict=True)))


def _flat(
    batch: Batch, markup: Markup, finished: Mapping[str, Table], with_observations: bool
) -> str:
    counts = np.diff(batch.offsets) if with_observations else np.ones(batch.series_count, int)
    count = int(counts.sum())
    repeated = {id_: np.repeat(codes, counts) for id_, codes in batch.series.items()}
    columns = Columns(count, {**repeated, **batch.observations}, batch.texts)
    above = Columns(batch.series_count, batch.series, {})
    filled: list[str | list[str]] = []
    # Neighbours that stay the same through a series are joined once a series.
    for is_above, pieces in groupby(markup.observation, partial(_is_of_series, batch)):
        if is_above:
            texts = rows(fill(tuple(pieces), above, finished), above.count)
            filled.append(np.array(texts, dtype=object).repeat(counts).tolist())
        else:
            filled += fill(tuple(pieces), columns, finished)
    return "".join(interleave(filled, count))


def _is_of_series(batch: Batch, piece: str | Cell | Wrapper) -> bool:
    return isinstance(piece, Cell) and piece.component in batch.series


def _series_with_observations(batch: Batch, markup: Markup, finished: Mapping[str, Table]) -> str:
    columns = Columns(batch.observation_count, batch.observations, batch.texts)
    filled = fill(markup.observation, columns, finished)
    parts = interleave(filled, columns.count)
    starts = (batch.offsets * len(filled)).tolist()
    waiting = ""
    heads = _of_series(markup.series, batch, finished)
    ends = _of_series(markup.series_end, batch, finished)
    for head, series_end, start, end in zip(heads, ends, starts[:-1], starts[1:], strict=True):
        waiting += head
        if end > start:
            parts[start] = waiting + parts[start]
            waiting = ""
        waiting += series_end
    parts.append(waiting)
    return "".join(parts)


def _of_series(plan: Plan, batch: Batch, finished: Mapping[str, Table]) -> list[str]:
    columns = Columns(batch.series_count, batch.series, {})
    return rows(fill(plan, columns, finished), columns.count)
