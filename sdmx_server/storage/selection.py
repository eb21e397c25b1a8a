"""Selections: some series of a version with some of their observations, read in batches."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import Batch, Codes, Layout, Offsets
from sdmx_server.storage.chunks import TARGET, Chunk
from sdmx_server.storage.columns import Counts, Flags, Keys, coded_columns, spans
from sdmx_server.storage.ends import Ends, end_places
from sdmx_server.storage.pieces import Piece, assembled, offsets_of, series_codes, texts_at
from sdmx_server.storage.series_index import ReadMany, SeriesIndex
from sdmx_server.storage.sparse import SparseTexts, taken
from sdmx_server.storage.wanted import Mask, Wanted, find

_NONE = np.zeros(0, np.int64)
_AT_ONCE = 32
"""Of so many chunks what is wanted is found together."""

_FIRST_BATCH = 1_000
"""How many observations the first batch holds, more or less, so that it comes at once."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The series that are wanted of one chunk.

    Attributes:
        number: which chunk it is.
        start, stop: from one to another of the series of a selection.
        is_whole: whether these are all that the chunk has, and all their observations wanted.
    """

    number: int
    start: int
    stop: int
    is_whole: int


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
        self._found = find(index, wanted, constants)

    @cached_property
    def dictionaries(self) -> Mapping[str, tuple[str, ...]]:
        """Texts by component id, sorted by code point, periods by time."""
        held = self._index.dictionaries
        return {column: held.get(column, ()) for column in coded_columns(self._layout)}

    @cached_property
    def series(self) -> Mapping[str, Codes]:
        """One code a series by id of a dimension or series attribute."""
        return series_codes(self._index, self._layout, self._found.rows)

    @property
    def first(self) -> Codes:
        """Code of the first period of each series."""
        return self._index.column(self._index.first, self._found.rows)

    @property
    def last(self) -> Codes:
        """Code of the last period of each series."""
        return self._index.column(self._index.last, self._found.rows)

    @property
    def counts(self) -> Counts:
        """How many observations each series has."""
        return self._index.column(self._index.counts, self._found.rows)

    @property
    def series_count(self) -> int:
        """How many series there are."""
        return len(self._found.rows)

    @property
    def observation_count(self) -> int:
        """How many observations these series have."""
        return int(self.counts.sum())

    @property
    def is_exact(self) -> bool:
        """Whether every observation of these series is wanted."""
        found = self._found
        return not found.filter.codes and not found.filter.texts and found.places is None

    def batches(
        self, ends: Ends | None = None, columns: Collection[str] | None = None
    ) -> Iterator[Batch]:
        """Yield the series that have a wanted observation, with those; may be called again.

        A batch holds about as many observations as a chunk, the first one less, and always
        whole series.

        Args:
            ends: which of the observations that are wanted, counted within each series; None
                for all.
            columns: the components needed of them; None for all of the layout.
        """
        layout = self._layout if columns is None else _narrowed(self._layout, columns)
        waiting: list[Piece] = []
        held, least = 0, 1
        for piece in self._pieces(ends):
            waiting.append(piece)
            held += piece.observations
            if held >= least:
                batch = assembled(self._index, layout, waiting)
                yield from _begun(batch) if least == 1 else (batch,)
                waiting, held, least = [], 0, TARGET // 2
        if waiting:
            yield assembled(self._index, layout, waiting)

    def beyond(self, count: int) -> tuple[Selection, int]:
        """Leave out the leading series that hold no more than so many observations together.

        Returns:
            What is left, and how many observations are left out; none where not every
            observation of the series is wanted, because nothing is read for it.
        """
        if not count or not self.is_exact:
            return self, 0
        ends = np.cumsum(self._found.counts)
        left_out = int(np.searchsorted(ends, count, "right"))
        rest = copy(self)
        rest.__dict__.pop("series", None)
        rows, counts = self._found.rows[left_out:], self._found.counts[left_out:]
        rest._found = replace(self._found, rows=rows, counts=counts)
        return rest, int(ends[left_out - 1]) if left_out else 0

    def _pieces(self, ends: Ends | None) -> Iterator[Piece]:
        """Yield what is wanted of each chunk that may hold something of it."""
        parts = self._parts()
        found = self._found
        asked = bool(found.filter.codes or found.filter.texts)
        counts = np.minimum(found.counts, ends.most) if ends else found.counts
        entries = [self._index.chunks[number] for number in parts[:, 0].tolist()]
        chunks = self._read(entries, int(counts.sum()))
        for start in range(0, len(parts), _AT_ONCE):
            lot = [_Part(*part) for part in parts[start : start + _AT_ONCE].tolist()]
            for piece in self._candidates(lot, chunks, None if asked else ends):
                if not asked:
                    yield piece
                elif (narrowed := self._narrowed(piece, ends)) is not None:
                    yield narrowed

    def _parts(self) -> Keys:
        """Return the fields of a part for each chunk that may hold something, one a row."""
        rows, index = self._found.rows, self._index
        starts = index.chunk_starts
        if rows is not index.everything:
            starts = np.searchsorted(rows, starts)
        stops = np.append(starts, len(rows))[1:]
        may_hold = starts < stops
        for column, passing in self._found.filter.codes.items():
            may_hold &= index.has_any(column, passing)
        is_whole = (stops - starts == index.chunk_sizes) & (self._found.places is None)
        parts = np.stack([np.arange(len(starts)), starts, stops, is_whole], axis=1)
        return parts[may_hold]

    def _candidates(
        self, lot: Sequence[_Part], chunks: Iterator[Chunk], ends: Ends | None
    ) -> Iterator[Piece]:
        """Yield what the index tells of the observations of some chunks, or of their ends."""
        found = self._found
        partial = [part for part in lot if ends or not part.is_whole]
        places, counts = self._places(partial, ends)
        row = begin = 0
        for part, chunk in zip(lot, chunks, strict=False):
            rows = found.rows[part.start : part.stop]
            if part.is_whole and not ends:
                held = found.counts[part.start : part.stop]
                yield Piece(part.number, chunk, rows, held, None)
                continue
            own = counts[row : row + len(rows)]
            end = begin + int(own.sum())
            offset = self._index.chunk_offsets[part.number]
            yield Piece(part.number, chunk, rows, own, places[begin:end] - offset)
            row, begin = row + len(rows), end

    def _places(self, parts: Sequence[_Part], ends: Ends | None) -> tuple[Keys, Counts]:
        """Return the places of observations over the whole version, and how many a series."""
        if not parts:
            return _NONE, _NONE
        found = self._found
        rows = np.concatenate([found.rows[part.start : part.stop] for part in parts])
        counts = np.concatenate([found.counts[part.start : part.stop] for part in parts])
        if found.places is None:
            starts = self._index.offsets[rows]
            return end_places(starts, counts, ends) if ends else (spans(starts, counts), counts)
        places = np.concatenate(
            [found.places[self._begins[part.start] : self._begins[part.stop]] for part in parts]
        )
        if ends is None:
            return places, counts
        kept, counts = end_places(np.cumsum(counts) - counts, counts, ends)
        return places[kept], counts

    @cached_property
    def _begins(self) -> Offsets:
        return offsets_of(self._found.counts)

    def _narrowed(self, piece: Piece, ends: Ends | None) -> Piece | None:
        """Return what passes the filter of a piece, or the ends of that; None for nothing."""
        passing = self._passing(piece)
        if ends is None and passing.all():
            return piece
        kept = np.flatnonzero(passing)
        if not len(kept):
            return None
        left = np.add.reduceat(passing, offsets_of(piece.counts)[:-1], dtype=np.int64)
        if ends is not None:
            at, left = end_places(np.cumsum(left) - left, left, ends)
            kept = kept[at]
        there = left > 0
        places = kept if piece.places is None else piece.places[kept]
        return Piece(piece.number, piece.chunk, piece.rows[there], left[there], places)

    def _passing(self, piece: Piece) -> Flags:
        """Tell which observations of a piece pass the filter."""
        entry, chunk, places = self._index.chunks[piece.number], piece.chunk, piece.places
        passing = np.ones(piece.observations, np.bool_)
        for column, wanted in self._found.filter.codes.items():
            if not wanted[entry.used[column]].all():
                codes = chunk.codes[column] if places is None else chunk.codes[column][places]
                passing &= wanted[self._index.tables[column][piece.number].codes][codes]
        for column, mask in self._found.filter.texts.items():
            passing &= _texts_pass(chunk.columns[column], places, mask)
        return passing


def _narrowed(layout: Layout, columns: Collection[str]) -> Layout:
    kept = {
        kind: tuple(column for column in getattr(layout, kind) if column in columns)
        for kind in ("dimensions", "series", "coded", "texts")
    }
    return replace(layout, time=layout.time if layout.time in columns else None, **kept)


def _texts_pass(column: pa.StringArray | SparseTexts, places: Keys | None, mask: Mask) -> Flags:
    if not isinstance(column, SparseTexts):
        return np.asarray(mask(texts_at(column, places).to_pylist()), np.bool_)
    part = column if places is None else taken(column, places)
    answers = np.asarray(mask([*part.texts.to_pylist(), None]), np.bool_)
    passing = np.full(part.rows, answers[-1])
    passing[part.places] = answers[:-1]
    return passing


def _begun(batch: Batch) -> Iterator[Batch]:
    """Yield a batch as a small one, which can be written at once, and the rest."""
    cut = int(np.searchsorted(batch.offsets, _FIRST_BATCH))
    if cut >= batch.series_count:
        yield batch
        return
    for start, stop in ((0, cut), (cut, batch.series_count)):
        begin, end = int(batch.offsets[start]), int(batch.offsets[stop])
        yield Batch(
            {column: codes[start:stop] for column, codes in batch.series.items()},
            batch.offsets[start : stop + 1] - begin,
            {column: codes[begin:end] for column, codes in batch.observations.items()},
            {column: texts.slice(begin, end - begin) for column, texts in batch.texts.items()},
        )
