"""Selections: some series of a version with some of their observations, read in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sdmx_server.dataset import Batch, Codes, Layout, Offsets
from sdmx_server.errors import Unavailable
from sdmx_server.storage.chunks import TARGET, Chunk
from sdmx_server.storage.columns import Counts, Flags, Keys, among, coded_columns, spans
from sdmx_server.storage.rows import observation_codes
from sdmx_server.storage.series_index import ChunkEntry, SeriesIndex, observation_columns

Mask = Callable[[Sequence[str | None]], npt.NDArray[np.bool_]]
"""Tells which of some texts, or of no text, are wanted."""

PartialKey = Mapping[str, frozenset[str]]
"""The codes allowed by dimension id; dimensions that are left out may have any."""

ReadMany = Callable[[Sequence[ChunkEntry]], Iterator[Chunk]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is selected.

    Attributes:
        layout: the columns wanted, and what they are.
        masks: by component id which texts are wanted; all must agree.
        keys: partial keys, of which a series must match one; empty for every series.
        places: places of the observations wanted, counted over the whole version and
            ascending; None for all.
    """

    layout: Layout
    masks: Mapping[str, Mask]
    keys: Sequence[PartialKey]
    places: Keys | None = None


@dataclass(frozen=True, slots=True)
class _Filter:
    """The masks as they apply to observations; None where they let all pass.

    Attributes:
        codes: by id of time or a coded attribute which codes pass, -1 at the end.
        texts: by id of a text column its mask.
        places: places of observations that pass, counted over the whole version.
    """

    codes: Mapping[str, Flags]
    texts: Mapping[str, Mask]
    places: Keys | None


class Selection:
    """Some series of a version, in key order.

    Attributes:
        dictionaries: texts by component id; the same for every selection of a version.
        series: by id of a dimension or series attribute one code a series.
        first, last: codes of the first and last period of each series, whatever periods are
            wanted; -1 without time.
        counts: how many observations each series has, whichever are wanted.
        is_exact: whether every observation of these series is wanted. Otherwise ``counts``
            are upper bounds, and series may drop out of ``batches``.
    """

    def __init__(
        self, index: SeriesIndex, wanted: Wanted, constants: Mapping[str, str], read: ReadMany
    ) -> None:
        self._index = index
        self._layout = wanted.layout
        self._read = read
        self._rows, self._filter = _select(index, wanted, constants)

    @cached_property
    def dictionaries(self) -> Mapping[str, tuple[str, ...]]:
        """Texts by component id, sorted by code point, periods by time."""
        held = self._index.dictionaries
        return {column: held.get(column, ()) for column in coded_columns(self._layout)}

    @cached_property
    def series(self) -> Mapping[str, Codes]:
        """One code a series by id of a dimension or series attribute."""
        return self._series(self._rows)

    @property
    def first(self) -> Codes:
        """Code of the first period of each series."""
        return self._index.first[self._rows]

    @property
    def last(self) -> Codes:
        """Code of the last period of each series."""
        return self._index.last[self._rows]

    @property
    def counts(self) -> Counts:
        """How many observations each series has."""
        return self._index.counts[self._rows]

    @property
    def series_count(self) -> int:
        """How many series there are."""
        return len(self._rows)

    @property
    def observation_count(self) -> int:
        """How many observations these series have."""
        return int(self.counts.sum())

    @property
    def is_exact(self) -> bool:
        """Whether every observation of these series is wanted."""
        asked = self._filter
        return not asked.codes and not asked.texts and asked.places is None

    def batches(self) -> Iterator[Batch]:
        """Yield the series that have a wanted observation, with those; may be called again.

        A batch holds about as many observations as a chunk, and always whole series.
        """
        waiting: list[Batch] = []
        held = 0
        for batch in self._pieces():
            waiting.append(batch)
            held += batch.observation_count
            if held >= TARGET // 2:
                yield _joined(waiting)
                waiting, held = [], 0
        if waiting:
            yield _joined(waiting)

    def _pieces(self) -> Iterator[Batch]:
        """Yield what is wanted of each chunk that may hold something of it."""
        parts = [part for part in self._parts() if self._may_hold(part[0])]
        chunks = self._read([entry for entry, _ in parts])
        for (entry, rows), chunk in zip(parts, chunks, strict=True):
            batch = self._piece(entry, rows, chunk)
            if batch.series_count:
                yield batch

    def _parts(self) -> Iterator[tuple[ChunkEntry, Keys]]:
        starts = self._index.chunk_starts
        cuts = np.searchsorted(self._rows, starts).tolist()
        ends = [*cuts, len(self._rows)][1:]
        for place, (low, high) in enumerate(zip(cuts, ends, strict=True)):
            if low < high:
                yield self._index.chunks[place], self._rows[low:high]

    def _may_hold(self, entry: ChunkEntry) -> bool:
        return all(
            bool(passing[entry.used[column]].any())
            for column, passing in self._filter.codes.items()
        )

    def _piece(self, entry: ChunkEntry, rows: Keys, chunk: Chunk) -> Batch:
        counts = self._index.counts[rows]
        places: Keys | None = None
        if len(rows) < entry.stop - entry.start:
            starts = self._index.offsets[rows] - self._index.offsets[entry.start]
            places = spans(starts, counts)
        if not self.is_exact:
            rows, counts, places = self._filtered(entry, chunk, rows, counts, places)
        return Batch(
            self._series(rows),
            _offsets(counts),
            self._observations(entry, chunk, places, int(counts.sum())),
            self._texts(entry, chunk, places, int(counts.sum())),
        )

    def _filtered(
        self, entry: ChunkEntry, chunk: Chunk, rows: Keys, counts: Counts, places: Keys | None
    ) -> tuple[Keys, Counts, Keys]:
        if places is None:
            places = np.arange(entry.observations, dtype=np.int64)
        kept = np.ones(len(places), np.bool_)
        for column, passing in self._filter.codes.items():
            codes = observation_codes(entry, column, chunk.codes[column][places])
            kept &= passing[codes]
        for column, mask in self._filter.texts.items():
            kept &= mask(_texts_of(chunk.texts[column], places).to_pylist())
        if self._filter.places is not None:
            kept &= among(places + self._index.offsets[entry.start], self._filter.places)
        owner = np.repeat(np.arange(len(rows)), counts)[kept]
        left = np.bincount(owner, minlength=len(rows)).astype(np.int64)
        return rows[left > 0], left[left > 0], places[kept]

    def _series(self, rows: Keys) -> dict[str, Codes]:
        held = self._index.series
        wanted = (*self._layout.dimensions, *self._layout.series)
        return {c: held[c][rows] if c in held else _absent(len(rows)) for c in wanted}

    def _observations(
        self, entry: ChunkEntry, chunk: Chunk, places: Keys | None, count: int
    ) -> dict[str, Codes]:
        columns: dict[str, Codes] = {}
        for column in observation_columns(self._layout):
            if column not in chunk.codes:
                columns[column] = _absent(count)
                continue
            local = chunk.codes[column]
            columns[column] = observation_codes(
                entry, column, local if places is None else local[places]
            )
        return columns

    def _texts(
        self, entry: ChunkEntry, chunk: Chunk, places: Keys | None, count: int
    ) -> dict[str, pa.StringArray]:
        return {
            column: _texts_of(chunk.texts[column], places)
            if column in chunk.texts
            else pa.nulls(count, pa.string())
            for column in self._layout.texts
        }


def _select(
    index: SeriesIndex, wanted: Wanted, constants: Mapping[str, str]
) -> tuple[Keys, _Filter]:
    """Return the rows of the index that are wanted, and what is left to ask of observations."""
    _check_layout(index.layout, wanted.layout)
    rows = _rows_of_keys(index, wanted.keys)
    codes: dict[str, Flags] = {}
    texts: dict[str, Mask] = {}
    for column, mask in wanted.masks.items():
        if column in index.series:
            passing = _passing(mask, index.dictionaries[column])
            rows = rows[passing[index.series[column][rows]]]
        elif column in index.dictionaries:
            codes[column] = _passing(mask, index.dictionaries[column])
        elif column in index.layout.texts:
            texts[column] = mask
        elif not bool(mask([constants.get(column)])[0]):
            rows = rows[:0]
    time = index.layout.time
    if time in codes:
        rows = rows[_may_pass(codes[time], index.first[rows], index.last[rows])]
    if wanted.places is not None:
        ends = np.searchsorted(wanted.places, index.offsets)
        rows = rows[(ends[1:] > ends[:-1])[rows]]
    needed = {c: passing for c, passing in codes.items() if not _all_pass(index, c, passing, rows)}
    return rows, _Filter(needed, texts, wanted.places)


def _check_layout(held: Layout, wanted: Layout) -> None:
    """Make sure that what is stored can be shown as it is wanted.

    Raises:
        Unavailable: if a component has changed its role since the data were stored.
    """
    if (held.dimensions, held.time) != (wanted.dimensions, wanted.time):
        raise Unavailable("The data must be published again, because their dimensions changed.")
    kinds = ("series", "coded", "texts")
    for kind in kinds:
        for column in getattr(wanted, kind):
            if any(column in getattr(held, other) for other in kinds if other != kind):
                raise Unavailable(
                    f"The data must be published again, because {column} changed its place."
                )


def _passing(mask: Mask, dictionary: tuple[str, ...]) -> Flags:
    """Return which codes pass a mask; the last answer is for -1, an absent value."""
    return np.asarray(mask((*dictionary, None)), np.bool_)


def _may_pass(passing: Flags, first: Codes, last: Codes) -> Flags:
    """Tell which series have a wanted period between their first and last."""
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(passing[:-1])])
    may: Flags = before[last + 1] > before[first]
    return may


def _all_pass(index: SeriesIndex, column: str, passing: Flags, rows: Keys) -> bool:
    if passing.all():
        return True
    if column != index.layout.time:
        return False
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(passing[:-1])])
    first, last = index.first[rows], index.last[rows]
    return bool(np.all(before[last + 1] - before[first] == last + 1 - first))


def _rows_of_keys(index: SeriesIndex, keys: Sequence[PartialKey]) -> Keys:
    everything = np.arange(len(index.counts), dtype=np.int64)
    if not keys:
        return everything
    found = [_rows_of_key(index, key) for key in keys]
    return found[0] if len(found) == 1 else np.unique(np.concatenate(found))


def _rows_of_key(index: SeriesIndex, key: PartialKey) -> Keys:
    """Return the rows that match a partial key; leading single codes are bisected."""
    low, high = 0, len(index.counts)
    left = dict(key)
    for dimension in index.layout.dimensions:
        if len(left.get(dimension, ())) != 1:
            break
        (text,) = left.pop(dimension)
        code = index.positions[dimension].get(text, -1)
        ordered = index.series[dimension][low:high]
        start, stop = (int(np.searchsorted(ordered, code, side)) for side in ("left", "right"))
        low, high = low + start, low + stop
    rows = np.arange(low, high, dtype=np.int64)
    for dimension, texts in left.items():
        places = index.positions[dimension]
        passing = np.zeros(len(places) + 1, np.bool_)
        passing[[places[text] for text in texts if text in places]] = True
        rows = rows[passing[index.series[dimension][rows]]]
    return rows


def _offsets(counts: Counts) -> Offsets:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])


def _absent(count: int) -> Codes:
    return np.full(count, -1, np.int32)


def _texts_of(texts: pa.StringArray, places: Keys | None) -> pa.StringArray:
    return texts if places is None else texts.take(pa.array(places))


def _joined(batches: Sequence[Batch]) -> Batch:
    """Return one batch of several."""
    if len(batches) == 1:
        return batches[0]
    counts = np.concatenate([np.diff(batch.offsets) for batch in batches])
    first = batches[0]
    return Batch(
        {c: np.concatenate([batch.series[c] for batch in batches]) for c in first.series},
        _offsets(counts),
        {c: np.concatenate([b.observations[c] for b in batches]) for c in first.observations},
        {c: pa.concat_arrays([batch.texts[c] for batch in batches]) for c in first.texts},
    )
