"""Columns as numpy and Arrow hold them, and the arithmetic on keys of several columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sdmx_server.dataset import Codes, Layout
from sdmx_server.errors import SemanticError
from sdmx_server.model.period import sort_key

Flags = npt.NDArray[np.bool_]
Keys = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]

_SPAN = 1 << 62


def coded_columns(layout: Layout) -> tuple[str, ...]:
    """Return the ids of all components that are stored as codes."""
    time = (layout.time,) if layout.time else ()
    return (*layout.dimensions, *time, *layout.series, *layout.coded)


def key_columns(layout: Layout) -> tuple[str, ...]:
    """Return the ids of the dimensions, time last."""
    return (*layout.dimensions, layout.time) if layout.time else layout.dimensions


def all_columns(layout: Layout) -> tuple[str, ...]:
    """Return the ids of all components that rows of a dataset have a column for."""
    return (*coded_columns(layout), *layout.texts)


def chronological(text: str) -> tuple[bool, float, float, str]:
    """Return what texts of a time dimension are ordered by; no periods come last, by text."""
    try:
        first, last, _ = sort_key(text)
    except ValueError:
        return True, 0.0, 0.0, text
    return False, first.timestamp(), last.timestamp(), text


def text_column(rows: pa.Table, column: str) -> pa.Array:
    """Return a column of rows as one array of texts; all absent where there is no such column."""
    if column not in rows.schema.names:
        return pa.nulls(rows.num_rows, pa.string())
    whole = rows.column(column).cast(pa.string()).combine_chunks()
    return whole if isinstance(whole, pa.Array) else pa.concat_arrays(whole.chunks)


def encode_texts(texts: pa.Array) -> tuple[Codes, list[str]]:
    """Return codes (-1 where absent) and the distinct texts that they are positions of."""
    encoded = pc.dictionary_encode(texts)
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return codes.astype(np.int32, copy=False), encoded.dictionary.to_pylist()


def join_dictionaries(
    held: Iterable[str], new: Iterable[str], order: Callable[[str], Any] | None
) -> tuple[str, ...]:
    """Return the texts of two dictionaries, each once, in order."""
    return tuple(sorted({*held, *new}, key=order))


def translation(texts: Sequence[str], positions: Mapping[str, int]) -> Codes:
    """Return the code of each text in another dictionary, with -1 for -1 behind them."""
    codes = [positions[text] for text in texts]
    return np.array([*codes, -1], np.int32)


def pack(columns: Sequence[Codes], sizes: Sequence[int], rows: int) -> Keys:
    """Return one number a row that orders the rows as their columns do, the first leading.

    Keys too wide for 64 bits are made dense on the way, so numbers can only be compared
    within one call.
    """
    packed = np.zeros(rows, np.int64)
    span = 1
    for codes, size in zip(columns, sizes, strict=True):
        if span * max(size, 1) >= _SPAN:
            values, packed = np.unique(packed, return_inverse=True)
            span = len(values)
        packed = packed * max(size, 1) + codes
        span *= max(size, 1)
    return packed


def among(values: Keys, wanted: Keys) -> Flags:
    """Tell which values occur in ``wanted``, which is sorted."""
    if not len(wanted):
        return np.zeros(len(values), np.bool_)
    places = np.searchsorted(wanted, values)
    found: Flags = wanted[np.minimum(places, len(wanted) - 1)] == values
    return found


def matched(first: Keys, second: Keys) -> tuple[Keys, Keys]:
    """Return where the values that both have stand in each; both ascending without repeats."""
    if not len(first):
        return first, first
    places = np.minimum(np.searchsorted(first, second), len(first) - 1)
    there = np.flatnonzero(first[places] == second)
    return places[there], there


def spans(starts: Keys, counts: Counts) -> Keys:
    """Return the positions ``start`` to ``start + count`` of every span, one after another."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    shifts: Keys = np.repeat(starts - (ends - counts), counts)
    return np.arange(total, dtype=np.int64) + shifts


def describe(key: Mapping[str, str | None]) -> str:
    """Return a key as an error shows it: ``FREQ=A, REF_AREA=36.73``."""
    return ", ".join(f"{column}={text}" for column, text in key.items() if text is not None)


def check_columns(layout: Layout, rows: pa.Table) -> None:
    """Make sure that rows have no column that the layout does not know, nor one twice.

    Raises:
        SemanticError: if they have.
    """
    allowed = all_columns(layout)
    for column in rows.schema.names:
        if column not in allowed or rows.schema.names.count(column) > 1:
            raise SemanticError(
                f"Column {column!r} cannot be stored; there is one each of {', '.join(allowed)}."
            )
