"""The series index: everything about one version of a dataset but its observations.

One row a series, in key order: dimension codes, series attributes, first and last period,
how many observations; and one entry a chunk, which says what the chunk holds. It is
stored as one blob and held in memory as numpy columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sdmx_server.dataset import Codes, Layout, Offsets
from sdmx_server.storage.chunks import Chunk
from sdmx_server.storage.columns import Counts, coded_columns

_FIRST = "@first"
_LAST = "@last"
_COUNT = "@count"
_DIGEST = "@digest"
_SERIES = "@series"
_OBSERVATIONS = "@observations"


@dataclass(frozen=True, slots=True)
class ChunkEntry:
    """What one chunk holds.

    Attributes:
        digest: names the chunk by its content.
        start, stop: its series are rows ``start`` to ``stop`` of the index.
        observations: how many observations it holds.
        used: by component id the codes that occur in it, ascending; -1 first where a value
            is absent. Its own dictionaries list the same values in the same order.
    """

    digest: str
    start: int
    stop: int
    observations: int
    used: Mapping[str, Codes]


N = TypeVar("N", bound=np.generic)

ReadMany = Callable[[Sequence[ChunkEntry], int], Iterator[Chunk]]
"""Reads chunks in order, of which so many observations are wanted at most."""


@dataclass(frozen=True, slots=True)
class Translation:
    """What the codes of a column in one chunk are in the dictionaries of the version.

    Attributes:
        codes: the code for each local one; -1 behind them, for -1.
        is_identity: whether they are the same.
        only: the code that all observations of the chunk have; None where they differ.
    """

    codes: Codes
    is_identity: bool
    only: int | None


@dataclass(frozen=True, slots=True)
class PeriodPairs:
    """The distinct pairs of a first and a last period.

    Attributes:
        first, last: the codes of each pair.
        numbers: by series the number of its pair.
    """

    first: Codes
    last: Codes
    numbers: npt.NDArray[np.int64]


@dataclass(frozen=True)
class SeriesIndex:
    """One version of a dataset without its observations.

    Attributes:
        layout: how the version is laid out.
        dictionaries: by id of a coded component its texts that occur, sorted by code point,
            periods by time.
        series: by id of a dimension or series attribute one code a series.
        first, last: code of the first and last period of each series; -1 without time.
        counts: how many observations each series has, at least one.
        chunks: the chunks, in series order.
    """

    layout: Layout
    dictionaries: Mapping[str, tuple[str, ...]]
    series: Mapping[str, Codes]
    first: Codes
    last: Codes
    counts: Counts
    chunks: tuple[ChunkEntry, ...]

    @cached_property
    def offsets(self) -> Offsets:
        """Where the observations of each series begin, counted over the whole dataset."""
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(self.counts, dtype=np.int64)])

    @cached_property
    def positions(self) -> Mapping[str, Mapping[str, int]]:
        """The code of each text, by id of a dimension."""
        return {
            dimension: {text: code for code, text in enumerate(self.dictionaries[dimension])}
            for dimension in self.layout.dimensions
        }

    @cached_property
    def chunk_starts(self) -> npt.NDArray[np.int64]:
        """The first series of each chunk."""
        return np.array([chunk.start for chunk in self.chunks], np.int64)

    @cached_property
    def chunk_sizes(self) -> npt.NDArray[np.int64]:
        """How many series each chunk holds."""
        return np.diff(np.append(self.chunk_starts, len(self.counts)))

    @cached_property
    def chunk_offsets(self) -> Offsets:
        """Where the observations of each chunk begin, counted over the whole dataset."""
        return self.offsets[self.chunk_starts]

    @cached_property
    def everything(self) -> npt.NDArray[np.int64]:
        """The rows of all series."""
        return np.arange(len(self.counts), dtype=np.int64)

    @cached_property
    def tables(self) -> Mapping[str, Sequence[Translation]]:
        """What the codes of each chunk mean, by id of a coded component of observations."""
        return {
            column: [_translation(entry.used[column]) for entry in self.chunks]
            for column in observation_columns(self.layout)
        }

    @cached_property
    def period_pairs(self) -> PeriodPairs:
        """The first and last periods of series."""
        periods = int(self.last.max(initial=0)) + 1
        keys = self.first.astype(np.int64) * periods + self.last
        pairs, numbers = np.unique(keys, return_inverse=True)
        first, last = np.divmod(pairs, periods)
        return PeriodPairs(first.astype(np.int32), last.astype(np.int32), numbers)

    def column(self, column: npt.NDArray[N], rows: npt.NDArray[np.int64]) -> npt.NDArray[N]:
        """Return some rows of a column; the column itself where these are ``everything``."""
        return column if rows is self.everything else column[rows]

    def has_any(self, column: str, wanted: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Tell which chunks have some of the codes of a component of observations.

        Args:
            column: the component.
            wanted: which codes are meant, -1 at the end.
        """
        used, starts = self._used[column]
        found: npt.NDArray[np.bool_] = np.logical_or.reduceat(wanted[used], starts)
        return found

    @cached_property
    def _used(self) -> Mapping[str, tuple[Codes, Offsets]]:
        """The codes that chunks have, end to end, and where those of each begin."""
        parts = {c: [e.used[c] for e in self.chunks] for c in observation_columns(self.layout)}
        return {
            column: (
                np.concatenate([np.zeros(0, np.int32), *used]),
                np.cumsum([0, *map(len, used)], dtype=np.int64)[:-1],
            )
            for column, used in parts.items()
        }

    @property
    def size(self) -> int:
        """About how many bytes the index takes in memory."""
        columns = 4 * len(self.counts) * (len(self.series) + 8)
        texts = sum(60 + len(text) for texts in self.dictionaries.values() for text in texts)
        entries = sum(200 + sum(used.nbytes for used in c.used.values()) for c in self.chunks)
        return columns + 3 * texts + entries


def _translation(used: Codes) -> Translation:
    only = int(used[0]) if len(used) == 1 else None
    codes = np.append(used[1:] if used[0] < 0 else used, np.int32(-1))
    return Translation(codes, len(codes) == 1 or int(codes[-2]) == len(codes) - 2, only)


def empty_index(layout: Layout) -> SeriesIndex:
    """Return the index of a dataset without series."""
    none = np.zeros(0, np.int32)
    return SeriesIndex(
        layout=layout,
        dictionaries={column: () for column in coded_columns(layout)},
        series={column: none for column in (*layout.dimensions, *layout.series)},
        first=none,
        last=none,
        counts=np.zeros(0, np.int64),
        chunks=(),
    )


def is_same(first: SeriesIndex, second: SeriesIndex) -> bool:
    """Whether two indexes of the same layout say the same."""
    arrays = [(index.first, index.last, index.counts) for index in (first, second)]
    return (
        [entry.digest for entry in first.chunks] == [entry.digest for entry in second.chunks]
        and first.dictionaries == second.dictionaries
        and all(map(np.array_equal, *arrays))
        and all(np.array_equal(first.series[c], second.series[c]) for c in first.series)
    )


def encode_index(index: SeriesIndex) -> bytes:
    """Return the blob of an index: three Arrow tables, one behind the other.

    The same index always gives the same bytes.
    """
    sink = pa.BufferOutputStream()
    for table in (_dictionary_table(index), _series_table(index), _chunk_table(index)):
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_batch(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def decode_index(layout: Layout, blob: bytes) -> SeriesIndex:
    """Return the index of a blob."""
    source = pa.BufferReader(blob)
    texts, series, chunks = (list(pa.ipc.open_stream(source))[0] for _ in range(3))
    columns = {name: np.asarray(series.column(name)) for name in series.schema.names}
    return SeriesIndex(
        layout=layout,
        dictionaries={
            name: tuple(texts.column(name)[0].values.to_pylist()) for name in texts.schema.names
        },
        series={name: columns[name] for name in (*layout.dimensions, *layout.series)},
        first=columns[_FIRST],
        last=columns[_LAST],
        counts=columns[_COUNT],
        chunks=_entries(chunks),
    )


def _dictionary_table(index: SeriesIndex) -> pa.RecordBatch:
    return pa.record_batch(
        {
            column: pa.array([list(index.dictionaries[column])], pa.list_(pa.string()))
            for column in coded_columns(index.layout)
        }
    )


def _series_table(index: SeriesIndex) -> pa.RecordBatch:
    columns = {name: pa.array(codes) for name, codes in index.series.items()}
    ends = {_FIRST: index.first, _LAST: index.last, _COUNT: index.counts}
    return pa.record_batch({**columns, **{name: pa.array(codes) for name, codes in ends.items()}})


def _chunk_table(index: SeriesIndex) -> pa.RecordBatch:
    entries = index.chunks
    used = {
        column: _lists([entry.used[column] for entry in entries])
        for column in observation_columns(index.layout)
    }
    return pa.record_batch(
        {
            _DIGEST: pa.array([entry.digest for entry in entries], pa.string()),
            _SERIES: pa.array([entry.stop - entry.start for entry in entries], pa.int64()),
            _OBSERVATIONS: pa.array([entry.observations for entry in entries], pa.int64()),
            **used,
        }
    )


def observation_columns(layout: Layout) -> tuple[str, ...]:
    """Return the coded components at observation level, time first."""
    return (layout.time, *layout.coded) if layout.time else layout.coded


def _lists(parts: Sequence[Codes]) -> pa.ListArray:
    ends = np.cumsum([0, *(len(part) for part in parts)], dtype=np.int32)
    values = np.concatenate([np.zeros(0, np.int32), *parts])
    return pa.ListArray.from_arrays(pa.array(ends), pa.array(values))


def _entries(chunks: pa.RecordBatch) -> tuple[ChunkEntry, ...]:
    stops = np.cumsum(np.asarray(chunks.column(_SERIES)))
    columns = [n for n in chunks.schema.names if n not in (_DIGEST, _SERIES, _OBSERVATIONS)]
    used = {column: _arrays(chunks.column(column)) for column in columns}
    observations = chunks.column(_OBSERVATIONS).to_pylist()
    return tuple(
        ChunkEntry(
            digest=digest,
            start=int(stops[place - 1]) if place else 0,
            stop=int(stops[place]),
            observations=observations[place],
            used={column: used[column][place] for column in columns},
        )
        for place, digest in enumerate(chunks.column(_DIGEST).to_pylist())
    )


def _arrays(column: pa.ListArray) -> list[Codes]:
    values, ends = np.asarray(column.values), np.asarray(column.offsets)
    return [values[start:end] for start, end in zip(ends[:-1], ends[1:], strict=True)]
