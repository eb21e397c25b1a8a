"""Rows that come in, beside the version that they change.

Both are brought to common dictionaries, and the series of both are numbered together, so
that keys can be compared as numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import Codes
from sdmx_server.storage.columns import Keys, among, pack, text_column
from sdmx_server.storage.dictionaries import GrowingDictionary, Joined, join
from sdmx_server.storage.series_index import SeriesIndex


@dataclass(frozen=True, slots=True)
class Incoming:
    """Rows beside the version that they change, in common dictionaries.

    Attributes:
        codes: by id of a coded component one code a row.
        texts: by id of a measure or free attribute one text a row.
        joined: the texts that codes point into.
        rows: how many rows there are.
    """

    codes: Mapping[str, Codes]
    texts: Mapping[str, pa.Array]
    joined: Joined
    rows: int

    def key(self, columns: Iterable[str], row: int) -> dict[str, str | None]:
        """Return the texts that a row has in some coded columns."""
        return {
            column: self.joined.texts[column][code] if code >= 0 else None
            for column in columns
            for code in (int(self.codes[column][row]),)
        }


def join_with(
    index: SeriesIndex, texts: Mapping[str, Sequence[str]], order: Callable[[str], Any]
) -> Joined:
    """Bring the dictionaries of a version and of what comes in together."""
    time = index.layout.time
    return join(index.dictionaries, texts, {time: order} if time else {})


def read_rows(index: SeriesIndex, rows: pa.Table, order: Callable[[str], Any]) -> Incoming:
    """Bring rows and an old version to common dictionaries."""
    own = {column: GrowingDictionary() for column in index.dictionaries}
    codes = {
        column: dictionary.encode(pa.chunked_array([text_column(rows, column)]))
        for column, dictionary in own.items()
    }
    joined = join_with(index, {c: dictionary.texts for c, dictionary in own.items()}, order)
    return Incoming(
        {column: joined.new[column][of_rows] for column, of_rows in codes.items()},
        {column: text_column(rows, column) for column in index.layout.texts},
        joined,
        rows.num_rows,
    )


@dataclass(frozen=True, slots=True)
class SeriesNumbers:
    """The series of the old version and of what comes in, numbered together in key order.

    Attributes:
        held: the number of each series of the old version.
        new: the number of each series that comes in.
        dimensions: by dimension id one code a number.
        count: how many there are.
    """

    held: Keys
    new: Keys
    dimensions: Mapping[str, Codes]
    count: int


def number_series(
    index: SeriesIndex, joined: Joined, new: Mapping[str, Codes], coming: int
) -> SeriesNumbers:
    """Number the series of the old version and those that come in.

    Args:
        index: the old version.
        joined: the dictionaries of both.
        new: by dimension one code a series that comes in.
        coming: how many come in.
    """
    dimensions = index.layout.dimensions
    count = len(index.counts)
    there = [joined.held[d][index.series[d]] for d in dimensions]
    further = [joined.new[d][new[d]] for d in dimensions]
    columns = [np.concatenate(both) for both in zip(there, further, strict=True)]
    keys = pack(columns, [len(joined.texts[d]) for d in dimensions], count + coming)
    of_held, of_new = keys[:count], keys[count:]  # those that are held are in order
    values, firsts = np.unique(of_new, return_index=True)
    is_new = ~among(values, of_held)
    values, firsts = values[is_new], firsts[is_new]
    places = np.searchsorted(of_held, values)
    shifts = np.cumsum(np.bincount(places, minlength=count + 1))[:count]
    return SeriesNumbers(
        np.arange(count) + shifts,
        np.searchsorted(of_held, of_new) + np.searchsorted(values, of_new),
        {
            d: np.insert(held, places, codes[firsts])
            for d, held, codes in zip(dimensions, there, further, strict=True)
        },
        count + len(values),
    )


def patterns(
    incoming: Incoming, columns: Sequence[str], rows: Keys
) -> list[tuple[tuple[str, ...], Keys]]:
    """Group rows by which of some columns they have a value for."""
    if not len(rows):
        return []
    if not columns:
        return [((), rows)]
    given = np.stack([incoming.codes[column][rows] >= 0 for column in columns], axis=1)
    kinds, which = np.unique(given, axis=0, return_inverse=True)
    return [
        (tuple(c for c, has in zip(columns, kind, strict=True) if has), rows[which == place])
        for place, kind in enumerate(kinds)
    ]


def partial_keys(
    incoming: Incoming, numbers: SeriesNumbers, dimensions: Sequence[str], rows: Keys
) -> tuple[Keys, Keys]:
    """Return comparable keys over some dimensions: one a series, and one a row."""
    columns = [np.concatenate([numbers.dimensions[d], incoming.codes[d][rows]]) for d in dimensions]
    sizes = [len(incoming.joined.texts[d]) for d in dimensions]
    keys = pack(columns, sizes, numbers.count + len(rows))
    return keys[: numbers.count], keys[numbers.count :]
