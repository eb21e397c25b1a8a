"""A version of a dataset in the making.

Chunks that do not change are carried over; the others are made anew from blocks. All
codes are those of dictionaries that hold the texts of the old version and of the rows
that come in; at the end the texts that no longer occur are dropped.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import Codes, Layout
from sdmx_server.storage.blocks import Block, empty_block, part
from sdmx_server.storage.chunks import TARGET, Chunk, compact, encode_chunk
from sdmx_server.storage.columns import (
    Counts,
    Flags,
    chronological,
    coded_columns,
)
from sdmx_server.storage.dictionaries import Joined
from sdmx_server.storage.incoming import SeriesNumbers
from sdmx_server.storage.series_index import ChunkEntry, SeriesIndex, observation_columns

Read = Callable[[ChunkEntry], Chunk]

_THREADS = 2
_AT_ONCE = 8  # units, each of which holds the rows of a few chunks
_MANY = 4  # chunks' worth of rows that are not cut before they are merged


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How versions are arranged.

    Attributes:
        order: what periods are ordered by.
        chunk: how many observations a chunk holds, more or less.
    """

    order: Callable[[str], Any] = chronological
    chunk: int = TARGET


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where chunks are.

    Attributes:
        read_all: yields some, of an older version or made for this one; threads use it.
        keep: keeps a new one, by digest and content.
    """

    read_all: Callable[[Sequence[ChunkEntry]], Iterator[Chunk]]
    keep: Callable[[str, bytes], None]

    def read(self, entry: ChunkEntry) -> Chunk:
        """Read one."""
        return next(self.read_all([entry]))


@dataclass(frozen=True, slots=True)
class Unit:
    """Series that are made anew together.

    Attributes:
        entry: the old chunk whose observations of them stay; None without one.
        start, stop: their numbers.
    """

    entry: ChunkEntry | None
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class _Entry:
    digest: str
    start: int
    stop: int
    observations: int
    used: Mapping[str, Codes]


@dataclass(frozen=True, slots=True)
class _Made:
    """The chunks of a unit, and what the index says of its series."""

    unit: Unit
    counts: Counts
    first: Codes
    last: Codes
    chunks: Sequence[tuple[_Entry, bytes]]


class Draft:
    """Collects the chunks and series of a new version."""

    def __init__(
        self, index: SeriesIndex, joined: Joined, numbers: SeriesNumbers, arrangement: Arrangement
    ) -> None:
        self._chunk = arrangement.chunk
        self._old = index
        self._numbers = numbers
        self._joined = joined
        self._arrays = {
            column: pa.array(joined.texts[column], pa.string())
            for column in observation_columns(index.layout)
        }
        self.attributes = {
            column: self._spread(joined.held[column][index.series[column]])
            for column in index.layout.series
        }
        self._first = np.full(numbers.count, -1, np.int32)
        self._last = np.full(numbers.count, -1, np.int32)
        self._counts = np.zeros(numbers.count, np.int64)
        self._entries: list[_Entry] = []

    @property
    def ranges(self) -> list[Unit]:
        """The series that each old chunk answers for; all of them where there is none."""
        entries: Sequence[ChunkEntry | None] = self._old.chunks or (None,)
        starts = [0, *self._numbers.held[[c.start for c in self._old.chunks[1:]]].tolist()]
        stops = [*starts[1:], self._numbers.count]
        return [Unit(*each) for each in zip(entries, starts, stops, strict=True)]

    def units(self, new: Counts, *, replace_all: bool) -> list[Unit]:
        """Return what has to be made anew where observations come in.

        Args:
            new: how many come in, by series.
            replace_all: whether none that were there stay.
        """
        held = np.zeros(self._numbers.count, np.int64)
        if not replace_all:
            held[self._numbers.held] = self._old.counts
        units: list[Unit] = []
        for unit in self.ranges:
            rows = slice(unit.start, unit.stop)
            coming, staying = int(new[rows].sum()), int(held[rows].sum())
            entry = None if replace_all else unit.entry
            if coming > max(_MANY * self._chunk, 2 * staying):
                units += [
                    Unit(entry, unit.start + low, unit.start + high)
                    for low, high in _cuts((held + new)[rows], self._chunk)
                ]
            elif coming or entry is None:
                units.append(Unit(entry, unit.start, unit.stop))
        return units

    @property
    def periods(self) -> int:
        """How many periods there are; 1 without time."""
        time = self._old.layout.time
        return len(self._joined.texts[time]) if time else 1

    def finish(
        self, units: Sequence[Unit], change: Callable[[Unit, Block], Block], shelf: Shelf
    ) -> SeriesIndex:
        """Return the index of the new version.

        Args:
            units: what is made anew; old chunks of other series are carried over as they are.
            change: returns all observations of a unit for those that were there; threads call
                it.
            shelf: where chunks are.
        """
        anew = np.zeros(self._numbers.count + 1, np.bool_)
        for unit in units:
            anew[unit.start : unit.stop] = True
        for unit in self.ranges:
            if unit.entry is not None and not anew[unit.start]:
                self._carry(unit.entry)

        def make(some: Sequence[Unit]) -> list[_Made]:
            held = self._held(some, shelf)
            return [self._make(change(*each), each[0]) for each in zip(some, held, strict=True)]

        for made in _in_threads(make, units):
            self._accept(made, shelf.keep)
        self._entries.sort(key=lambda entry: entry.start)
        return self._index()

    def _held(self, units: Sequence[Unit], shelf: Shelf) -> Iterator[Block]:
        """Yield the observations of each unit that are there."""
        chunks = shelf.read_all([unit.entry for unit in units if unit.entry])
        for unit in units:
            entry = unit.entry
            yield self._block(unit, entry, next(chunks)) if entry else empty_block(self._old.layout)

    def _block(self, unit: Unit, entry: ChunkEntry, chunk: Chunk) -> Block:
        counts = self._old.counts[entry.start : entry.stop]
        block = Block(
            np.repeat(self._numbers.held[entry.start : entry.stop], counts),
            {
                column: self._translated(column, entry)[codes]
                for column, codes in chunk.codes.items()
            },
            chunk.texts,
        )
        low, high = np.searchsorted(block.series, [unit.start, unit.stop])
        return block if high - low == len(block.series) else part(block, int(low), int(high))

    def _carry(self, entry: ChunkEntry) -> None:
        """Take an old chunk over as it is."""
        rows = slice(entry.start, entry.stop)
        numbers = self._numbers.held[rows]
        self._counts[numbers] = self._old.counts[rows]
        if self._old.layout.time is not None:
            translated = self._joined.held[self._old.layout.time]
            self._first[numbers] = translated[self._old.first[rows]]
            self._last[numbers] = translated[self._old.last[rows]]
        used = {column: self._joined.held[column][codes] for column, codes in entry.used.items()}
        start, stop = int(numbers[0]), int(numbers[-1]) + 1
        self._entries.append(_Entry(entry.digest, start, stop, entry.observations, used))

    def _make(self, block: Block, unit: Unit) -> _Made:
        """Make chunks of all observations of some series."""
        series = unit.stop - unit.start
        counts = np.bincount(block.series - unit.start, minlength=series).astype(np.int64)
        ends = np.cumsum(counts)
        first, last = np.full(series, -1, np.int32), np.full(series, -1, np.int32)
        time = self._old.layout.time
        if time is not None:
            there = np.flatnonzero(counts)
            first[there] = block.codes[time][(ends - counts)[there]]
            last[there] = block.codes[time][ends[there] - 1]
        chunks = []
        for low, high in _cuts(counts, self._chunk):
            begin, end = int(ends[low - 1]) if low else 0, int(ends[high - 1])
            if end > begin:
                of_chunk = part(block, begin, end) if end - begin < len(block.series) else block
                place = unit.start + low, unit.start + high
                chunks.append(self._encode(of_chunk, *place))
        return _Made(unit, counts, first, last, chunks)

    def _accept(self, made: _Made, keep: Callable[[str, bytes], None]) -> None:
        rows = slice(made.unit.start, made.unit.stop)
        self._counts[rows], self._first[rows], self._last[rows] = made.counts, made.first, made.last
        for entry, content in made.chunks:
            keep(entry.digest, content)
            self._entries.append(entry)

    def _index(self) -> SeriesIndex:
        layout = self._old.layout
        kept = self._counts > 0
        series = {
            column: codes[kept]
            for column, codes in {**self._numbers.dimensions, **self.attributes}.items()
        }
        occurring = {column: [codes] for column, codes in series.items()}
        for column in observation_columns(layout):
            occurring[column] = [entry.used[column] for entry in self._entries]
        texts = self._joined.texts
        final = {c: _renumbering(occurring[c], len(texts[c])) for c in occurring}
        time = layout.time
        return SeriesIndex(
            layout=layout,
            dictionaries={
                c: tuple(compress(texts[c], (final[c] >= 0).tolist()))
                for c in coded_columns(layout)
            },
            series={column: final[column][codes] for column, codes in series.items()},
            first=final[time][self._first[kept]] if time else self._first[kept],
            last=final[time][self._last[kept]] if time else self._last[kept],
            counts=self._counts[kept],
            chunks=_final_entries(self._entries, kept, final),
        )

    def _spread(self, codes: Codes) -> Codes:
        whole = np.full(self._numbers.count, -1, np.int32)
        whole[self._numbers.held] = codes
        return whole

    def _translated(self, column: str, entry: ChunkEntry) -> Codes:
        used = entry.used[column]
        return self._joined.held[column][np.append(used[used >= 0], np.int32(-1))]

    def _encode(self, block: Block, start: int, stop: int) -> tuple[_Entry, bytes]:
        columns, used = {}, {}
        for column, codes in block.codes.items():
            columns[column], used[column] = compact(codes, self._arrays[column])
        digest, content = encode_chunk({**columns, **block.texts}, len(block.series))
        return _Entry(digest, start, stop, len(block.series), used), content


def _in_threads(
    work: Callable[[Sequence[Unit]], list[_Made]], units: Sequence[Unit]
) -> Iterator[_Made]:
    """Yield what is made of each unit, in order; while some are taken, others are made."""
    lots = [units[start : start + _AT_ONCE] for start in range(0, len(units), _AT_ONCE)]
    if len(lots) < 2:
        for lot in lots:
            yield from work(lot)
        return
    with ThreadPoolExecutor(_THREADS) as pool:
        waiting: deque[Future[list[_Made]]] = deque()
        for lot in lots:
            waiting.append(pool.submit(work, lot))
            if len(waiting) > _THREADS:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _cuts(counts: Counts, chunk: int) -> Iterator[tuple[int, int]]:
    """Yield where to cut series into chunks; what is not much too long stays whole."""
    if not len(counts):
        return
    if int(counts.sum()) <= 2 * chunk:
        yield 0, len(counts)
        return
    places = (np.cumsum(counts) - counts) // chunk
    starts = np.flatnonzero(np.append(True, places[1:] != places[:-1])).tolist()
    yield from zip(starts, [*starts[1:], len(counts)], strict=True)


def _renumbering(occurring: Sequence[Codes], size: int) -> Codes:
    """Return the new code of each old one, -1 for those that do not occur and for -1."""
    there = np.zeros(size + 1, np.bool_)
    for codes in occurring:
        there[codes] = True
    there[size] = False
    new = np.cumsum(there, dtype=np.int32) - 1
    return np.where(there, new, np.int32(-1)).astype(np.int32)


def _final_entries(
    entries: Sequence[_Entry], kept: Flags, final: Mapping[str, Codes]
) -> tuple[ChunkEntry, ...]:
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])
    return tuple(
        ChunkEntry(
            entry.digest,
            int(before[entry.start]),
            int(before[entry.stop]),
            entry.observations,
            {column: final[column][codes] for column, codes in entry.used.items()},
        )
        for entry in entries
    )


def layouts_agree(first: Layout, second: Layout) -> bool:
    """Whether rows of both layouts are stored alike."""
    return observation_columns(first) == observation_columns(second) and (
        (first.dimensions, first.time, first.series, first.texts)
        == (second.dimensions, second.time, second.series, second.texts)
    )
