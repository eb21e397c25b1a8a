"""A version of a dataset in the making.

Chunks that do not change are carried over; the others are made anew from blocks. All
codes are those of dictionaries that hold the texts of the old version and of the rows
that come in; at the end the texts that no longer occur are dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import Codes, Layout
from sdmx_server.storage.blocks import Block, part
from sdmx_server.storage.chunks import TARGET, Chunk, compact, encode_chunk
from sdmx_server.storage.columns import (
    Counts,
    Flags,
    chronological,
    coded_columns,
)
from sdmx_server.storage.incoming import Incoming, SeriesNumbers
from sdmx_server.storage.series_index import ChunkEntry, SeriesIndex, observation_columns

Read = Callable[[ChunkEntry], Chunk]


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
class _Entry:
    digest: str
    start: int
    stop: int
    observations: int
    used: Mapping[str, Codes]


class Draft:
    """Collects the chunks and series of a new version, in series order."""

    def __init__(
        self,
        index: SeriesIndex,
        incoming: Incoming,
        numbers: SeriesNumbers,
        arrangement: Arrangement,
    ) -> None:
        self._chunk = arrangement.chunk
        self._old = index
        self._numbers = numbers
        self._translations = incoming.translations
        self._dictionaries = incoming.dictionaries
        self._arrays = {
            column: pa.array(incoming.dictionaries[column], pa.string())
            for column in observation_columns(index.layout)
        }
        self.attributes = {
            column: self._spread(incoming.translations[column][index.series[column]])
            for column in index.layout.series
        }
        self._first = np.full(numbers.count, -1, np.int32)
        self._last = np.full(numbers.count, -1, np.int32)
        self._counts = np.zeros(numbers.count, np.int64)
        self._entries: list[_Entry] = []
        self.contents: dict[str, bytes] = {}

    @property
    def ranges(self) -> Iterator[tuple[ChunkEntry | None, int, int]]:
        """The series numbers that each old chunk answers for; one range without old chunks."""
        entries: Sequence[ChunkEntry | None] = self._old.chunks or (None,)
        starts = [0, *(int(self._numbers.held[c.start]) for c in self._old.chunks[1:])]
        stops = [*starts[1:], self._numbers.count]
        return zip(entries, starts, stops, strict=True)

    def block(self, entry: ChunkEntry, chunk: Chunk) -> Block:
        """Return the observations of an old chunk."""
        counts = self._old.counts[entry.start : entry.stop]
        return Block(
            np.repeat(self._numbers.held[entry.start : entry.stop], counts),
            {
                column: self._translated(column, entry)[codes]
                for column, codes in chunk.codes.items()
            },
            chunk.texts,
        )

    def carry(self, entry: ChunkEntry) -> None:
        """Take an old chunk over as it is."""
        rows = slice(entry.start, entry.stop)
        numbers = self._numbers.held[rows]
        self._counts[numbers] = self._old.counts[rows]
        if self._old.layout.time is not None:
            translated = self._translations[self._old.layout.time]
            self._first[numbers] = translated[self._old.first[rows]]
            self._last[numbers] = translated[self._old.last[rows]]
        used = {column: self._translations[column][codes] for column, codes in entry.used.items()}
        start, stop = int(numbers[0]), int(numbers[-1]) + 1
        self._entries.append(_Entry(entry.digest, start, stop, entry.observations, used))

    def add(self, block: Block, start: int, stop: int) -> None:
        """Make chunks of all observations of the series from one number to another."""
        counts = np.bincount(block.series - start, minlength=stop - start).astype(np.int64)
        self._counts[start:stop] = counts
        ends = np.cumsum(counts)
        time = self._old.layout.time
        if time is not None:
            there = np.flatnonzero(counts)
            self._first[start + there] = block.codes[time][(ends - counts)[there]]
            self._last[start + there] = block.codes[time][ends[there] - 1]
        for low, high in _cuts(counts, self._chunk):
            begin = int(ends[low - 1]) if low else 0
            self._add_chunk(part(block, begin, int(ends[high - 1])), start + low, start + high)

    def finish(self) -> SeriesIndex:
        """Return the index of the new version."""
        layout = self._old.layout
        kept = self._counts > 0
        series = {
            column: codes[kept]
            for column, codes in {**self._numbers.dimensions, **self.attributes}.items()
        }
        occurring = {column: [codes] for column, codes in series.items()}
        for column in observation_columns(layout):
            occurring[column] = [entry.used[column] for entry in self._entries]
        final = {c: _renumbering(occurring[c], len(self._dictionaries[c])) for c in occurring}
        time = layout.time
        return SeriesIndex(
            layout=layout,
            dictionaries={
                c: tuple(compress(self._dictionaries[c], (final[c] >= 0).tolist()))
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
        return self._translations[column][np.append(used[used >= 0], np.int32(-1))]

    def _add_chunk(self, block: Block, start: int, stop: int) -> None:
        if not len(block.series):
            return
        columns, used = {}, {}
        for column, codes in block.codes.items():
            columns[column], used[column] = compact(codes, self._arrays[column])
        # A slice may drag bytes of its neighbours along, and equal chunks would differ.
        whole = pa.array(np.arange(len(block.series)))
        columns |= {column: texts.take(whole) for column, texts in block.texts.items()}
        digest, content = encode_chunk(columns)
        self.contents[digest] = content
        self._entries.append(_Entry(digest, start, stop, len(block.series), used))


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
