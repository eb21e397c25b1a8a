"""A version of a dataset in the making.

Chunks that do not change are carried over; the others are made anew from blocks. All
codes are those of dictionaries that hold the texts of the old version and of the rows
that come in; at the end the texts that no longer occur are dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    Keys,
    chronological,
    coded_columns,
    encode_texts,
    join_dictionaries,
    pack,
    text_column,
    translation,
)
from sdmx_server.storage.series_index import ChunkEntry, SeriesIndex, observation_columns

Read = Callable[[ChunkEntry], Chunk]
Order = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Rows beside the version that they change, in common dictionaries.

    Attributes:
        codes: by id of a coded component one code a row.
        texts: by id of a measure or free attribute one text a row.
        dictionaries: the texts that codes point into.
        translations: for codes of the old version those in ``dictionaries``.
        rows: how many rows there are.
    """

    codes: Mapping[str, Codes]
    texts: Mapping[str, pa.Array]
    dictionaries: Mapping[str, tuple[str, ...]]
    translations: Mapping[str, Codes]
    rows: int

    def key(self, columns: Iterable[str], row: int) -> dict[str, str | None]:
        """Return the texts that a row has in some coded columns."""
        return {
            column: self.dictionaries[column][code] if code >= 0 else None
            for column in columns
            for code in (int(self.codes[column][row]),)
        }


def read_rows(index: SeriesIndex, rows: pa.Table, order: Order = chronological) -> Incoming:
    """Bring rows and an old version to common dictionaries."""
    codes, dictionaries, translations = {}, {}, {}
    layout = index.layout
    for column in coded_columns(layout):
        own, texts = encode_texts(text_column(rows, column))
        held = index.dictionaries[column]
        joined = join_dictionaries(held, texts, order if column == layout.time else None)
        places = {text: code for code, text in enumerate(joined)}
        codes[column] = translation(texts, places)[own]
        translations[column] = translation(held, places)
        dictionaries[column] = joined
    texts_by_column = {column: text_column(rows, column) for column in layout.texts}
    return Incoming(codes, texts_by_column, dictionaries, translations, rows.num_rows)


@dataclass(frozen=True, slots=True)
class SeriesNumbers:
    """The series of the old version and of rows, numbered together in key order.

    Attributes:
        held: the number of each series of the old version.
        rows: the number of the series of each row.
        dimensions: by dimension id one code a number.
        count: how many there are.
    """

    held: Keys
    rows: Keys
    dimensions: Mapping[str, Codes]
    count: int


def number_series(index: SeriesIndex, incoming: Incoming, rows: Keys) -> SeriesNumbers:
    """Number the series of the old version and of some rows, which have complete keys."""
    dimensions = index.layout.dimensions
    columns = [
        np.concatenate(
            [incoming.translations[d][index.series[d]], incoming.codes[d][rows]], dtype=np.int32
        )
        for d in dimensions
    ]
    held = len(index.counts)
    sizes = [len(incoming.dictionaries[d]) for d in dimensions]
    keys = pack(columns, sizes, held + len(rows))
    values, places = np.unique(keys, return_index=True)
    numbers = np.searchsorted(values, keys)
    return SeriesNumbers(
        numbers[:held],
        numbers[held:],
        {d: column[places] for d, column in zip(dimensions, columns, strict=True)},
        len(values),
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    digest: str
    start: int
    stop: int
    observations: int
    used: Mapping[str, Codes]


class Draft:
    """Collects the chunks and series of a new version, in series order."""

    def __init__(self, index: SeriesIndex, incoming: Incoming, numbers: SeriesNumbers) -> None:
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
        for low, high in _cuts(counts):
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


def _cuts(counts: Counts) -> Iterator[tuple[int, int]]:
    """Yield where to cut series into chunks; what is not much too long stays whole."""
    if not len(counts):
        return
    if int(counts.sum()) <= 2 * TARGET:
        yield 0, len(counts)
        return
    chunk = (np.cumsum(counts) - counts) // TARGET
    starts = np.flatnonzero(np.append(True, chunk[1:] != chunk[:-1])).tolist()
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
