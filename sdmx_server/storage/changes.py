"""What has changed from one version of a dataset to another.

Chunks that both share are not looked at, so the work goes by how much has changed.

Source: SDMX-REST 2.2, doc/data.md (``updatedAfter``, ``includeHistory``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sdmx_server.dataset import Codes
from sdmx_server.storage.blocks import Block, empty_block, join, positions
from sdmx_server.storage.columns import (
    Flags,
    Keys,
    coded_columns,
    join_dictionaries,
    pack,
    spans,
    translation,
)
from sdmx_server.storage.draft import Arrangement, Read, layouts_agree
from sdmx_server.storage.rows import observation_codes
from sdmx_server.storage.series_index import ChunkEntry, SeriesIndex


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


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the versions, with codes and series numbers that both share."""

    index: SeriesIndex
    read: Read
    translations: Mapping[str, Codes]
    numbers: Keys

    def codes(self, column: str) -> Codes:
        return self.translations[column][self.index.series[column]]

    def span(self, entry: ChunkEntry) -> tuple[int, int]:
        return int(self.numbers[entry.start]), int(self.numbers[entry.stop - 1])

    def places(self, entry: ChunkEntry) -> Keys:
        first = self.index.offsets[entry.start]
        return np.arange(first, first + entry.observations)

    def block(self, entries: Sequence[ChunkEntry]) -> Block:
        """Return the observations of some chunks, with the codes that both versions have."""
        empty = empty_block(self.index.layout)
        shared = {c: codes for c, codes in empty.codes.items() if c in self.translations}
        return join([replace(empty, codes=shared), *(self._block(e, shared) for e in entries)])

    def _block(self, entry: ChunkEntry, columns: Iterable[str]) -> Block:
        chunk = self.read(entry)
        rows = slice(entry.start, entry.stop)
        codes = {
            column: self.translations[column][observation_codes(entry, column, chunk.codes[column])]
            for column in columns
        }
        series = np.repeat(self.numbers[rows], self.index.counts[rows])
        return Block(series, codes, chunk.texts)


def difference(
    before: SeriesIndex, after: SeriesIndex, read: Read, arrangement: Arrangement
) -> Difference:
    """Tell which observations differ between two versions with the same dimensions.

    Where the versions are laid out differently, every observation counts as updated.
    """
    everything = np.arange(int(after.offsets[-1]))
    if not before.chunks:
        none = np.zeros(0, np.int64)
        return Difference(everything, none, none, {})
    old, new, periods = _sides(before, after, read, arrangement.order)
    found = [_attribute_changes(old, new)]
    found += [_compare(old, new, lot, periods) for lot in _groups(old, new)]
    deleted = _sorted([part.deleted for part in found])
    updated = _sorted([part.updated for part in found])
    former = _sorted([part.former for part in found])
    if not layouts_agree(before.layout, after.layout):
        updated, former = everything, np.arange(int(before.offsets[-1]))
    columns = dict.fromkeys(column for part in found for column in part.emptied)
    emptied = {
        c: _sorted([part.emptied[c] for part in found if c in part.emptied]) for c in columns
    }
    return Difference(updated, deleted, np.union1d(former, deleted), emptied)


def _sides(
    before: SeriesIndex, after: SeriesIndex, read: Read, order: Callable[[str], object]
) -> tuple[_Side, _Side, int]:
    joined = _joined(before, after, order)
    first, second = (
        {column: translation(index.dictionaries[column], joined[column]) for column in joined}
        for index in (before, after)
    )
    dimensions = after.layout.dimensions
    columns = [
        np.concatenate([first[d][before.series[d]], second[d][after.series[d]]]) for d in dimensions
    ]
    held = len(before.counts)
    keys = pack(columns, [len(joined[d]) for d in dimensions], held + len(after.counts))
    numbers = np.unique(keys, return_inverse=True)[1]
    old = _Side(before, read, first, numbers[:held])
    new = _Side(after, read, second, numbers[held:])
    time = after.layout.time
    return old, new, len(joined[time]) if time else 1


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
    _, here, there = np.intersect1d(
        new.numbers, old.numbers, assume_unique=True, return_indices=True
    )
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
        deleted=np.zeros(0, np.int64),
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
    periods: int,
) -> Difference:
    """Return how the observations of some chunks differ."""
    time = new.index.layout.time
    then, now = old.block(lot[0]), new.block(lot[1])
    old_keys, new_keys = (positions(block, time, periods) for block in (then, now))
    _, before, after = np.intersect1d(old_keys, new_keys, assume_unique=True, return_indices=True)
    gone = np.ones(len(then.series), np.bool_)
    gone[before] = False
    differs = _differ(then, now, before, after)
    changed = np.ones(len(now.series), np.bool_)
    changed[after] = differs
    old_places = _places(old, lot[0])
    return Difference(
        updated=_places(new, lot[1])[changed],
        deleted=old_places[gone],
        former=old_places[before[differs]],
        emptied={
            column: old_places[before[lost]]
            for column, lost in _lost(then, now, before, after)
            if lost.any()
        },
    )


def _differ(then: Block, now: Block, before: Keys, after: Keys) -> Flags:
    differs = np.zeros(len(before), np.bool_)
    for column in now.codes.keys() & then.codes.keys():
        differs |= then.codes[column][before] != now.codes[column][after]
    for column in now.texts.keys() & then.texts.keys():
        first = then.texts[column].take(pa.array(before))
        second = now.texts[column].take(pa.array(after))
        differs |= np.asarray(first.is_null()) != np.asarray(second.is_null())
        differs |= np.asarray(pc.not_equal(first, second).fill_null(False))
    return differs


def _lost(then: Block, now: Block, before: Keys, after: Keys) -> Iterator[tuple[str, Flags]]:
    """Yield which observations have lost their value of each component."""
    for column in now.codes.keys() & then.codes.keys():
        yield column, (then.codes[column][before] >= 0) & (now.codes[column][after] < 0)
    for column in now.texts.keys() & then.texts.keys():
        absent = np.asarray(now.texts[column].take(pa.array(after)).is_null())
        yield column, np.asarray(then.texts[column].take(pa.array(before)).is_valid()) & absent


def _places(side: _Side, entries: Sequence[ChunkEntry]) -> Keys:
    return np.concatenate([np.zeros(0, np.int64), *map(side.places, entries)])


def _sorted(parts: Sequence[Keys]) -> Keys:
    return np.unique(np.concatenate([np.zeros(0, np.int64), *parts]))
