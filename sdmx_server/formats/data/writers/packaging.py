"""The series and observations of a dataset as XML text, a batch at a time.

Source: SDMX 2.1 Section 3A, "Data Set"; SDMX 3.1 SDMX-ML documentation, "Data Set".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import Batch, Component, Dataset, Level
from sdmx_server.formats.data.writers.annotations import annotated
from sdmx_server.formats.data.writers.fragments import (
    Cell,
    Columns,
    Filling,
    Joint,
    Plan,
    Wrapper,
    fill,
    filling,
)
from sdmx_server.formats.data.writers.texts import (
    Between,
    OfSeries,
    Piece,
    lowered,
    rows,
    weave,
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


def write_batches(dataset: Dataset, markup: Markup) -> Iterator[pa.Buffer]:
    """Yield the series, or the flat observations, of each batch."""
    whole = (*markup.series, *markup.series_end, *markup.observation)
    known = filling(whole, dataset.dictionaries)
    write = _series if markup.series else _flat
    for batch in dataset.batches:
        yield from write(batch, markup, known)


def _flat(batch: Batch, markup: Markup, known: Filling) -> Iterator[pa.Buffer]:
    counts = np.diff(batch.offsets)
    if not batch.observation_count:
        counts = np.ones(batch.series_count, np.int64)
    count = int(counts.sum())
    inside = {
        id_: np.repeat(codes, counts)
        for id_, codes in batch.series.items()
        if id_ in _inside(markup.observation)
    }
    columns = Columns(count, {**inside, **batch.observations}, batch.texts)
    above = Columns(batch.series_count, batch.series, {})
    pieces: list[Piece | OfSeries] = []
    for piece in markup.observation:
        if isinstance(piece, Cell) and piece.component in batch.series:
            pieces += map(OfSeries, fill((piece,), above, known))
        else:
            pieces += fill((piece,), columns, known)
    yield from weave(lowered(pieces, counts), count)


def _inside(plan: Plan) -> frozenset[str]:
    """Return the components that stand within a piece beside others."""
    joints = (piece.components for piece in plan if isinstance(piece, Joint))
    wrappers = (piece.cells for piece in plan if isinstance(piece, Wrapper))
    return frozenset(chain(*joints, (cell.component for cell in chain(*wrappers))))


def _series(batch: Batch, markup: Markup, known: Filling) -> Iterator[pa.Buffer]:
    above = Columns(batch.series_count, batch.series, {})
    heads, ends = (
        rows(fill(plan, above, known), above.count) for plan in (markup.series, markup.series_end)
    )
    columns = Columns(batch.observation_count, batch.observations, batch.texts)
    filled = fill(markup.observation, columns, known) if columns.count else [""]
    # The head of a series stands before its first observation, its end before what comes next.
    order = np.arange(2 * above.count).reshape(2, -1).T.reshape(-1)
    around = pa.concat_arrays([heads, ends]).take(pa.array(order))
    places = np.stack([batch.offsets[:-1], batch.offsets[1:]], axis=1).reshape(-1)
    yield from weave(filled, columns.count, Between(places, around))
