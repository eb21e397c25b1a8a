"""Sparse texts: columns that few observations have a value in, such as comments.

Only the texts that there are take memory, so a column without any takes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sdmx_server.storage.columns import Keys


@dataclass(frozen=True, slots=True)
class SparseTexts:
    """A column of texts, most of which are absent.

    Attributes:
        rows: how long the column is.
        places: where there is a text; ascending.
        texts: the text at each of these places.
    """

    rows: int
    places: Keys
    texts: pa.StringArray


def sparse(column: pa.StringArray) -> SparseTexts:
    """Return a column as sparse texts."""
    places = np.flatnonzero(np.asarray(column.is_valid()))
    return SparseTexts(len(column), places, column.drop_null())


def spread(column: SparseTexts) -> pa.StringArray:
    """Return the whole column: null where there is no text."""
    if not len(column.places):
        return pa.nulls(column.rows, pa.string())
    _, begins, content = column.texts.buffers()
    first = column.texts.offset
    ends = np.frombuffer(begins, np.int32)[first : first + len(column.texts) + 1]
    lengths = np.zeros(column.rows + 1, np.int32)
    lengths[column.places + 1] = ends[1:] - ends[:-1]
    lengths[0] = ends[0]
    valid = np.zeros(column.rows, np.bool_)
    valid[column.places] = True
    return pa.StringArray.from_buffers(
        column.rows,
        pa.py_buffer(np.cumsum(lengths, dtype=np.int32)),
        content,
        pa.py_buffer(np.packbits(valid, bitorder="little")),
        column.rows - len(column.places),
    )


def joined(columns: Sequence[SparseTexts]) -> SparseTexts:
    """Return columns as one, one behind the other."""
    if len(columns) == 1:
        return columns[0]
    sizes = np.array([column.rows for column in columns], np.int64)
    before = np.cumsum(sizes) - sizes
    filled = [len(column.places) for column in columns]
    places = np.concatenate([column.places for column in columns]) + np.repeat(before, filled)
    return SparseTexts(
        int(sizes.sum()), places, pa.concat_arrays([column.texts for column in columns])
    )


def cut(column: SparseTexts, first: int, count: int) -> SparseTexts:
    """Return so many rows of a column, from one on."""
    low, high = column.places.searchsorted([first, first + count]).tolist()
    texts = column.texts.slice(low, high - low)
    return SparseTexts(count, column.places[low:high] - first, texts)


def taken(column: SparseTexts, rows: Keys) -> SparseTexts:
    """Return some rows of a column; ascending, each at most once."""
    at = np.searchsorted(rows, column.places)
    found = np.flatnonzero(rows[np.minimum(at, len(rows) - 1)] == column.places)
    return SparseTexts(len(rows), at[found], column.texts.take(pa.array(found)))
