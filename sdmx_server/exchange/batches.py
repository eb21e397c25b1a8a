"""Batches cut, ordered and regrouped: everything between the store and a writer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sdmx_server.dataset import Batch, Codes, Offsets
from sdmx_server.storage.ends import Ends, end_places

Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
BATCH_ROWS = 16_384


@dataclass(frozen=True, slots=True)
class Table:
    """Observations as rows: every column has one entry an observation.

    Attributes:
        codes: dictionary positions by component id.
        texts: texts by component id.
        row_count: how many rows there are.
    """

    codes: Mapping[str, Codes]
    texts: Mapping[str, pa.StringArray]
    row_count: int


def series_of_rows(offsets: Offsets) -> Rows:
    """Return for each observation the series that it belongs to."""
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))


def keep_rows(batch: Batch, keep: Flags) -> Batch:
    """Return the batch with only these observations; series left empty are dropped."""
    counts = np.bincount(series_of_rows(batch.offsets)[keep], minlength=batch.series_count)
    filled = counts > 0
    return Batch(
        series={id_: codes[filled] for id_, codes in batch.series.items()},
        offsets=_offsets(counts[filled]),
        observations={id_: codes[keep] for id_, codes in batch.observations.items()},
        texts={id_: texts.filter(pa.array(keep)) for id_, texts in batch.texts.items()},
    )


def keep_ends(batch: Batch, ends: Ends) -> Batch:
    """Return the first and last so many observations of each series, each once."""
    places, _ = end_places(batch.offsets[:-1], np.diff(batch.offsets), ends)
    keep = np.zeros(batch.observation_count, dtype=np.bool_)
    keep[places] = True
    return keep_rows(batch, keep)


def only(batch: Batch, components: Iterable[str]) -> Batch:
    """Return the batch with these columns alone."""
    wanted = frozenset(components)
    return Batch(
        series={i: codes for i, codes in batch.series.items() if i in wanted},
        offsets=batch.offsets,
        observations={i: codes for i, codes in batch.observations.items() if i in wanted},
        texts={i: texts for i, texts in batch.texts.items() if i in wanted},
    )


def without_observations(batch: Batch) -> Batch:
    """Return the series of a batch, without their observations."""
    return Batch(batch.series, np.zeros(batch.series_count + 1, dtype=np.int64), {}, {})


def series_alone(series: Mapping[str, Codes], count: int) -> Iterator[Batch]:
    """Yield so many series without their observations."""
    for start in range(0, count, BATCH_ROWS):
        some = {id_: codes[start : start + BATCH_ROWS] for id_, codes in series.items()}
        length = min(BATCH_ROWS, count - start)
        yield Batch(some, np.zeros(length + 1, dtype=np.int64), {}, {})


def part_of(batch: Batch, start: int, stop: int, *, by_series: bool) -> Batch:
    """Return some of a batch, counted in observations or, without these, in series."""
    if by_series:
        series = {id_: codes[start:stop] for id_, codes in batch.series.items()}
        return Batch(series, np.zeros(stop - start + 1, dtype=np.int64), {}, {})
    first = int(np.searchsorted(batch.offsets, start, "right")) - 1
    last = int(np.searchsorted(batch.offsets, stop))
    return Batch(
        series={id_: codes[first:last] for id_, codes in batch.series.items()},
        offsets=np.clip(batch.offsets[first : last + 1], start, stop) - start,
        observations={id_: codes[start:stop] for id_, codes in batch.observations.items()},
        texts={id_: texts.slice(start, stop - start) for id_, texts in batch.texts.items()},
    )


def table_of(batches: Iterable[Batch]) -> Table:
    """Return all observations of the batches as one table."""
    codes: dict[str, list[Codes]] = {}
    texts: dict[str, list[pa.StringArray]] = {}
    row_count = 0
    for batch in batches:
        row_count += batch.observation_count
        rows = series_of_rows(batch.offsets)
        for id_, column in batch.series.items():
            codes.setdefault(id_, []).append(column[rows])
        for id_, column in batch.observations.items():
            codes.setdefault(id_, []).append(column)
        for id_, values in batch.texts.items():
            texts.setdefault(id_, []).append(values)
    return Table(
        {i: np.concatenate(parts) for i, parts in codes.items()},
        {i: pa.concat_arrays(parts) for i, parts in texts.items()},
        row_count,
    )


def grouped(
    table: Table, order: Rows, key: Sequence[str], series: Iterable[str]
) -> Iterator[Batch]:
    """Yield a table in a given order; neighbours with the same key are one series.

    Args:
        table: the observations.
        order: row numbers in the order wanted.
        key: the components that tell series apart.
        series: all columns that hold one value a series, those of the key among them.
    """
    if not len(order):
        return
    held = frozenset(series)
    begins = _begins([table.codes[id_][order] for id_ in key], len(order))
    heads = np.flatnonzero(begins)
    for start, stop in _portions(heads, len(order)):
        rows = order[start:stop]
        inside = heads[(heads >= start) & (heads < stop)]
        yield Batch(
            series={i: c[order[inside]] for i, c in table.codes.items() if i in held},
            offsets=np.append(inside - start, stop - start),
            observations={i: c[rows] for i, c in table.codes.items() if i not in held},
            texts={i: column.take(pa.array(rows)) for i, column in table.texts.items()},
        )


def _begins(columns: Sequence[Codes], row_count: int) -> Flags:
    begins = np.zeros(row_count, dtype=np.bool_)
    begins[:1] = True
    for column in columns:
        begins[1:] |= column[1:] != column[:-1]
    return begins


def _portions(heads: Rows, row_count: int) -> Iterator[tuple[int, int]]:
    """Yield row ranges of whole series, each of about ``BATCH_ROWS`` rows."""
    start = 0
    while start < row_count:
        later = heads[np.searchsorted(heads, start + BATCH_ROWS) :]
        stop = int(later[0]) if len(later) else row_count
        yield start, stop
        start = stop


def _offsets(counts: npt.NDArray[np.int64]) -> Offsets:
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
