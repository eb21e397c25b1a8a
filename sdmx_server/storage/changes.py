"""What has changed from one version of a dataset to another.

Chunks that both share are not looked at, so the work goes by how much has changed.

Source: SDMX-REST 2.2, doc/data.md (``updatedAfter``, ``includeHistory``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow.compute as pc

from sdmx_server.dataset import Codes
from sdmx_server.storage.blocks import Block, empty_block, join, pick, positions
from sdmx_server.storage.chunks import Chunk, LocalCodes
from sdmx_server.storage.columns import (
    Flags,
    Keys,
    coded_columns,
    join_dictionaries,
    matched,
    pack,
    spans,
    translation,
)
from sdmx_server.storage.draft import Arrangement, layouts_agree
from sdmx_server.storage.series_index import ChunkEntry, ReadMany, SeriesIndex

_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Difference:
    """Which observations differ between two versions.

    Attributes:
        updated: places, in the later version, of those that are new or have other values
            or series attributes; ascending.
        deleted: places, in the earlier version, of those that are gone; ascending.
        former: places, in the earlier version, of those that are gone or have other values or
            series attributes; ascending.
        emptied: by component id the places, in the earlier version, of those that are still
            there but have lost their value of it; ascending. Where a series has lost its
            value, all observations that it had.
    """

    updated: Keys
    deleted: Keys
    former: Keys
    emptied: Mapping[str, Keys]

    @property
    def size(self) -> int:
        """How many bytes it takes in memory."""
        parts = (self.updated, self.deleted, self.former, *self.emptied.values())
        return sum(places.nbytes for places in parts)


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the versions, with codes and series numbers that both share."""

    index: SeriesIndex
    translations: Mapping[str, Codes]
    numbers: Keys

    def codes(self, column: str) -> Codes:
        return self.translations[column][self.index.series[column]]

    def span(self, entry: ChunkEntry) -> tuple[int, int]:
        return int(self.numbers[entry.start]), int(self.numbers[entry.stop - 1])

    def places(self, entries: Sequence[ChunkEntry], rows: Keys) -> Keys:
        """Return the places, over the whole version, of some observations of chunks."""
        ends = np.cumsum([entry.observations for entry in entries], dtype=np.int64)
        which = np.searchsorted(ends, rows, "right")
        starts = self.index.offsets[[entry.start for entry in entries]]
        shifts = starts - np.concatenate([np.zeros(1, np.int64), ends[:-1]])
        places: Keys = rows + shifts[which]
        return places

    def block(self, entries: Sequence[ChunkEntry], chunks: Iterator[Chunk]) -> Block:
        """Return the observations of the next chunks, with the codes that both versions have."""
        blocks = [self._block(entry, next(chunks)) for entry in entries]
        if len(blocks) == 1:
            return blocks[0]
        empty = empty_block(self.index.layout)
        shared = {c: codes for c, codes in empty.codes.items() if c in self.translations}
        return join([replace(empty, codes=shared), *blocks])

    def _block(self, entry: ChunkEntry, chunk: Chunk) -> Block:
        rows = slice(entry.start, entry.stop)
        codes = {
            column: self._translated(entry.used[column], local, column)
            for column, local in chunk.codes.items()
            if column in self.translations
        }
        series = np.repeat(self.numbers[rows], self.index.counts[rows])
        return Block(series, codes, chunk.texts)

    def _translated(self, used: Codes, local: LocalCodes, column: str) -> Codes | LocalCodes:
        """Return the codes that both versions have; mostly those of the chunk are the same."""
        table = self.translations[column][np.append(used[used >= 0], np.int32(-1))]
        is_same = np.array_equal(table[:-1], np.arange(len(table) - 1))
        return local if is_same else table[local]


def difference(
    before: SeriesIndex, after: SeriesIndex, read: ReadMany, arrangement: Arrangement
) -> Difference:
    """Tell which observations differ between two versions with the same dimensions.

    Where the versions are laid out differently, every observation counts as updated.

    Args:
        before, after: the versions.
        read: reads chunks of either.
        arrangement: how versions are arranged.
    """
    if not before.chunks:
        return Difference(np.arange(int(after.offsets[-1])), _NONE, _NONE, {})
    old, new, periods = _sides(before, after, arrangement.order)
    lots = list(_groups(old, new))
    chunks = read([entry for lot in lots for entries in lot for entry in entries], 0)
    found = [_attribute_changes(old, new)]
    found += [_compare(old, new, lot, chunks, periods) for lot in lots]
    deleted = _sorted([part.deleted for part in found])
    updated = _sorted([part.updated for part in found])
    former = _sorted([part.former for part in found])
    if not layouts_agree(before.layout, after.layout):
        updated = np.arange(int(after.offsets[-1]))
        former = np.arange(int(before.offsets[-1]))
    columns = dict.fromkeys(column for part in found for column in part.emptied)
    emptied = {
        c: _sorted([part.emptied[c] for part in found if c in part.emptied]) for c in columns
    }
    return Difference(updated, deleted, np.union1d(former, deleted), emptied)


def _sides(
    before: SeriesIndex, after: SeriesIndex, order: Callable[[str], object]
) -> tuple[_Side, _Side, int]:
    joined = _joined(before, after, order)
    first, second = (
        {column: translation(index.dictionaries[column], joined[column]) for column in joined}
        for index in (before, after)
    )
    dimensions = after.layout.dimensions
    columns = [(first[d][before.series[d]], second[d][after.series[d]]) for d in dimensions]
    if all(np.array_equal(*both) for both in columns):
        then = now = after.everything
    else:
        held = len(before.counts)
        keys = pack(
            [np.concatenate(both) for both in columns],
            [len(joined[d]) for d in dimensions],
            held + len(after.counts),
        )
        numbers = np.unique(keys, return_inverse=True)[1]
        then, now = numbers[:held], numbers[held:]
    time = after.layout.time
    periods = len(joined[time]) if time else 1
    return _Side(before, first, then), _Side(after, second, now), periods


def _joined(
    before: SeriesIndex, after: SeriesIndex, order: Callable[[str], object]
) -> dict[str, dict[str, int]]:
    """Return dictionaries, of what both versions have as codes, that both can point into."""
    joined = {}
    for column in coded_columns(after.layout):
        if column in before.dictionaries:
            texts = join_dictionaries(
                before.dictionaries[column],
                after.dictionaries[column],
                order if column == after.layout.time else None,
            )
            joined[column] = {text: code for code, text in enumerate(texts)}
    return joined


def _attribute_changes(old: _Side, new: _Side) -> Difference:
    """Return all observations of series whose attributes differ."""
    here, there = matched(new.numbers, old.numbers)
    differs = np.zeros(len(here), np.bool_)
    emptied = {}
    for column in new.index.layout.series:
        if column in old.index.series:
            now, then = new.codes(column)[here], old.codes(column)[there]
            differs |= now != then
            lost = there[(now < 0) & (then >= 0)]
            if len(lost):
                emptied[column] = _observations_of(old, lost)
    return Difference(
        updated=_observations_of(new, here[differs]),
        deleted=_NONE,
        former=_observations_of(old, there[differs]),
        emptied=emptied,
    )


def _observations_of(side: _Side, rows: Keys) -> Keys:
    """Return the places of all observations of some series."""
    return spans(side.index.offsets[rows], side.index.counts[rows])


def _groups(old: _Side, new: _Side) -> Iterator[tuple[list[ChunkEntry], list[ChunkEntry]]]:
    """Yield the chunks that are not shared, in lots that have no series in common."""
    shared = _shared(old, new)
    waiting = sorted(
        (*side.span(entry), which, place)
        for which, side in enumerate((old, new))
        for place, entry in enumerate(side.index.chunks)
        if entry.digest not in shared
    )
    lot: tuple[list[ChunkEntry], list[ChunkEntry]] = ([], [])
    reached = -1
    for first, last, which, place in waiting:
        if first > reached and any(lot):
            yield lot
            lot = ([], [])
        lot[which].append((old, new)[which].index.chunks[place])
        reached = max(reached, last)
    if any(lot):
        yield lot


def _shared(old: _Side, new: _Side) -> set[str]:
    """Return the digests of chunks that hold the same observations in both versions."""
    held = {entry.digest: entry for entry in old.index.chunks}
    times = Counter(entry.digest for side in (old, new) for entry in side.index.chunks)
    return {
        entry.digest
        for entry in new.index.chunks
        if entry.digest in held
        and times[entry.digest] == 2
        and _alike(old, held[entry.digest], new, entry)
    }


def _alike(old: _Side, held: ChunkEntry, new: _Side, entry: ChunkEntry) -> bool:
    then, now = slice(held.start, held.stop), slice(entry.start, entry.stop)
    return np.array_equal(old.numbers[then], new.numbers[now]) and np.array_equal(
        old.index.counts[then], new.index.counts[now]
    )


def _compare(
    old: _Side,
    new: _Side,
    lot: tuple[Sequence[ChunkEntry], Sequence[ChunkEntry]],
    chunks: Iterator[Chunk],
    periods: int,
) -> Difference:
    """Return how the observations of some chunks differ."""
    time = new.index.layout.time
    then, now = old.block(lot[0], chunks), new.block(lot[1], chunks)
    old_keys, new_keys = (positions(block, time, periods) for block in (then, now))
    before: Keys | None = None
    after: Keys | None = None
    deleted = added = _NONE
    if not np.array_equal(old_keys, new_keys):
        before, after = matched(old_keys, new_keys)
        deleted = np.delete(np.arange(len(old_keys)), before)
        added = np.delete(np.arange(len(new_keys)), after)
        then, now = pick(then, before), pick(now, after)
    differs = np.flatnonzero(_differ(then, now))
    former = old.places(lot[0], differs if before is None else before[differs])
    updated = np.concatenate([added, differs if after is None else after[differs]])
    lost = _lost(pick(then, differs), pick(now, differs))
    return Difference(
        updated=new.places(lot[1], updated),
        deleted=old.places(lot[0], deleted),
        former=former,
        emptied={column: former[flags] for column, flags in lost if flags.any()},
    )


def _differ(then: Block, now: Block) -> Flags:
    """Tell which observations with the same keys differ."""
    differs = np.zeros(len(then.series), np.bool_)
    for column in now.codes.keys() & then.codes.keys():
        differs |= then.codes[column] != now.codes[column]
    for column in now.texts.keys() & then.texts.keys():
        first, second = then.texts[column], now.texts[column]
        if first.equals(second):
            continue
        differs |= np.asarray(pc.not_equal(first, second).fill_null(False))
        if first.null_count or second.null_count:
            differs |= np.asarray(first.is_null()) != np.asarray(second.is_null())
    return differs


def _lost(then: Block, now: Block) -> Iterator[tuple[str, Flags]]:
    """Yield which observations with the same keys have lost their value of each component."""
    for column in now.codes.keys() & then.codes.keys():
        yield column, (then.codes[column] >= 0) & (now.codes[column] < 0)
    for column in now.texts.keys() & then.texts.keys():
        absent = np.asarray(now.texts[column].is_null())
        yield column, np.asarray(then.texts[column].is_valid()) & absent


def _sorted(parts: Sequence[Keys]) -> Keys:
    return np.unique(np.concatenate([_NONE, *parts]))
