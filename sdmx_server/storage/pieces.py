"""Pieces: what is wanted of single chunks, and batches made of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import Batch, Codes, Layout, Offsets
from sdmx_server.storage.chunks import Chunk
from sdmx_server.storage.columns import Counts, Keys
from sdmx_server.storage.series_index import SeriesIndex, observation_columns
from sdmx_server.storage.sparse import SparseTexts, cut, joined, spread, taken


@dataclass(frozen=True, slots=True)
class Piece:
    """Some observations of a chunk.

    Attributes:
        number: which chunk of the version it is of.
        chunk: the chunk.
        rows: the series, as rows of the index.
        counts: how many observations of each series; at least one.
        places: where in the chunk these are, ascending; None for the whole chunk.
    """

    number: int
    chunk: Chunk
    rows: Keys
    counts: Counts
    places: Keys | None

    @property
    def observations(self) -> int:
        """How many observations there are."""
        return self.chunk.rows if self.places is None else len(self.places)


def assembled(index: SeriesIndex, layout: Layout, pieces: Sequence[Piece]) -> Batch:
    """Return the columns of a layout, of all pieces as one batch."""
    rows = _end_to_end([piece.rows for piece in pieces])
    offsets = offsets_of(_end_to_end([piece.counts for piece in pieces]))
    count = int(offsets[-1])
    return Batch(
        series_codes(index, layout, rows),
        offsets,
        {c: _codes(index, c, pieces, count) for c in observation_columns(layout)},
        {c: _texts(c, pieces, count) for c in layout.texts},
    )


def series_codes(index: SeriesIndex, layout: Layout, rows: Keys) -> dict[str, Codes]:
    """Return the series columns of a layout in some rows of an index."""
    return {
        column: index.column(index.series[column], rows)
        if column in index.series
        else np.full(len(rows), -1, np.int32)
        for column in (*layout.dimensions, *layout.series)
    }


def offsets_of(counts: Counts) -> Offsets:
    """Return where the observations of each series begin."""
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def texts_at(column: pa.StringArray | SparseTexts, places: Keys | None) -> pa.StringArray:
    """Return the texts at some places of a column, ascending; None for all."""
    if places is None:
        return spread(column) if isinstance(column, SparseTexts) else column
    first, count = int(places[0]), len(places)
    is_stretch = int(places[-1]) - first + 1 == count
    if isinstance(column, SparseTexts):
        return spread(cut(column, first, count) if is_stretch else taken(column, places))
    return column.slice(first, count) if is_stretch else column.take(pa.array(places))


def _end_to_end(parts: Sequence[Keys]) -> Keys:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _codes(index: SeriesIndex, column: str, pieces: Sequence[Piece], count: int) -> Codes:
    if column not in index.tables:
        return np.full(count, -1, np.int32)
    tables = [index.tables[column][piece.number] for piece in pieces]
    if tables[0].only is not None and all(table.only == tables[0].only for table in tables):
        return np.full(count, tables[0].only, np.int32)
    codes = np.empty(count, np.int32)
    begin = 0
    for piece, table in zip(pieces, tables, strict=True):
        local = piece.chunk.codes[column]
        found = local if piece.places is None else local[piece.places]
        end = begin + piece.observations
        codes[begin:end] = found if table.is_identity else table.codes[found]
        begin = end
    return codes


def _texts(column: str, pieces: Sequence[Piece], count: int) -> pa.StringArray:
    if column not in pieces[0].chunk.columns:
        return pa.nulls(count, pa.string())
    columns = [piece.chunk.columns[column] for piece in pieces]
    if len(pieces) > 1 and all(isinstance(each, SparseTexts) for each in columns):
        return texts_at(joined(columns), _places_of_all(pieces))
    return pa.concat_arrays(
        [texts_at(each, piece.places) for each, piece in zip(columns, pieces, strict=True)]
    )


def _places_of_all(pieces: Sequence[Piece]) -> Keys | None:
    """Return the places wanted, counted over all the chunks; None for all of all."""
    if all(piece.places is None for piece in pieces):
        return None
    sizes = np.array([piece.chunk.rows for piece in pieces], np.int64)
    starts = np.cumsum(sizes, dtype=np.int64) - sizes
    before = np.repeat(starts, [piece.observations for piece in pieces])
    return before + _end_to_end([_explicit(piece) for piece in pieces])


def _explicit(piece: Piece) -> Keys:
    return np.arange(piece.chunk.rows) if piece.places is None else piece.places
