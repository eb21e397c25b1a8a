"""Runs: rows of a delivery in the order of series and time, in memory or in a file.

A file is an Arrow IPC file that is mapped into memory, so only what is being read takes any.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sdmx_server.dataset import Codes, Offsets
from sdmx_server.storage.columns import Flags, Keys, spans

SERIES = "@series"
"""The column of rows that holds the number of their series, in the order of arrival."""

_ROW = "@row"
_WRITTEN_AT_ONCE = 1 << 17


@dataclass(frozen=True, slots=True)
class Ranks:
    """How what has arrived is ordered.

    Attributes:
        series: the place of each series number in key order.
        periods: the place of each code of the time dimension, in order of time.
    """

    series: Keys
    periods: Keys


@dataclass(frozen=True, slots=True)
class Run:
    """Some rows in order.

    Attributes:
        rows: the columns of codes (-1 where absent) and texts.
        order: the rows in order; None where they are.
        members: the series numbers that occur, in key order.
        starts: where the rows of each of them begin; one entry more than there are.
        first: the number of the first row of a run in memory.
        repeats: whether two rows are about the same observation.
    """

    rows: pa.Table
    order: Keys | None
    members: Codes
    starts: Offsets
    first: int
    repeats: bool

    def part(self, columns: Sequence[str], start: int, stop: int) -> list[pa.Array]:
        """Return some columns from one place in order to another."""
        if self.order is None:
            some = self.rows.select(columns).slice(start, stop - start)
            return [_whole(column) for column in some.columns]
        places = pa.array(self.order[start:stop])
        return [self.rows.column(column).chunk(0).take(places) for column in columns]

    def numbers(self, start: int, stop: int) -> Keys:
        """Return the row numbers from one place in order to another."""
        if _ROW in self.rows.schema.names:
            return np.asarray(self.part([_ROW], start, stop)[0]).astype(np.int64)
        if self.order is None:
            return np.arange(self.first + start, self.first + stop)
        return self.order[start:stop] + self.first


def make_run(parts: Sequence[pa.Table], time: str | None, ranks: Ranks, first: int) -> Run:
    """Return the run of rows that arrived one after the other.

    Args:
        parts: the rows, at least one.
        time: the column of the time dimension.
        ranks: what rows are ordered by.
        first: the number of the first row.
    """
    joined = pa.concat_tables(parts, promote_options="permissive")
    rows = pa.table([_whole(column) for column in joined.columns], joined.schema.names)
    series = np.asarray(rows.column(SERIES).chunk(0))
    keys = ranks.series[series]
    if time is not None:
        periods = ranks.periods[np.asarray(rows.column(time).chunk(0))]
        keys = keys * max(len(ranks.periods), 1) + periods
    starts = _starts(series)
    rising = keys[1:] > keys[:-1]
    order = _order(keys, ranks.series[series[starts]], starts, rising)
    if order is not None:
        keys, series = keys[order], series[order]
        rising = keys[1:] > keys[:-1]
        starts = _starts(series)
    members = series[starts].astype(np.int32)
    ends = np.append(starts, len(series)).astype(np.int64)
    rows = rows.drop_columns([SERIES])
    return Run(rows, order, members, ends, first, not rising.all())


def write_run(run: Run, file: Path) -> Run:
    """Write a run to a file; return it as the file has it."""
    columns = run.rows.schema.names
    schema = run.rows.schema.append(pa.field(_ROW, pa.int64()))
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for start in range(0, run.rows.num_rows, _WRITTEN_AT_ONCE):
            stop = min(start + _WRITTEN_AT_ONCE, run.rows.num_rows)
            numbers = pa.array(run.numbers(start, stop))
            writer.write_batch(
                pa.record_batch([*run.part(columns, start, stop), numbers], schema=schema)
            )
    rows = pa.ipc.open_file(pa.memory_map(str(file))).read_all()
    return Run(rows, None, run.members, run.starts, run.first, run.repeats)


def places_of(run: Run, ranks: Keys, start: int, stop: int) -> tuple[int, int]:
    """Return the first of the members that rank from ``start`` to ``stop``, and the end of them.

    Args:
        run: the run.
        ranks: by series number its rank, in the order of the run.
        start, stop: the ranks.
    """
    low, high = np.searchsorted(ranks[run.members], [start, stop])
    return int(low), int(high)


def count_rows(runs: Iterable[Run], numbers: Keys, count: int) -> Keys:
    """Return how many rows each series has, by the numbers that they are given."""
    counts = np.zeros(count, np.int64)
    for run in runs:
        counts[numbers[run.members]] += np.diff(run.starts)
    return counts


def _order(keys: Keys, ranks: Keys, starts: Keys, rising: Flags) -> Keys | None:
    """Return the order of rows by their keys; None where they are in it.

    Rows mostly come series by series, which are then all that has to be sorted.
    """
    if rising.all():
        return None
    within = rising.copy()
    within[starts[1:] - 1] = True
    if within.all() and len(np.unique(ranks)) == len(ranks):
        order = np.argsort(ranks)
        lengths = np.diff(np.append(starts, len(keys)))
        return spans(starts[order], lengths[order])
    return np.argsort(keys, kind="stable")


def _starts(series: npt.NDArray[np.signedinteger]) -> Keys:
    """Return where another series begins than the row before is of."""
    if not len(series):
        return np.zeros(0, np.int64)
    return np.append(0, np.flatnonzero(series[1:] != series[:-1]) + 1)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
