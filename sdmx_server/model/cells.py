"""The cells of a column as Arrow holds them, which is compact and quick to look through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self, overload

import pyarrow as pa
import pyarrow.compute as pc

ENCODED = pa.dictionary(pa.int32(), pa.string())
"""How a column is held in which texts repeat."""


class Cells(Sequence[str | None]):
    """A column of texts, None where there is none; it reads like a list.

    Attributes:
        array: a ``StringArray``, or a ``DictionaryArray`` of texts that all occur.
    """

    __slots__ = ("array",)

    def __init__(self, array: pa.Array) -> None:
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    @overload
    def __getitem__(self, place: int) -> str | None: ...

    @overload
    def __getitem__(self, place: slice) -> Self: ...

    def __getitem__(self, place: int | slice) -> str | None | Self:
        if isinstance(place, slice):
            return type(self)(_occurring(self.array[place]))
        text: str | None = self.array[place].as_py()
        return text

    def __iter__(self) -> Iterator[str | None]:
        return iter(self.array.to_pylist())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sequence) and not isinstance(other, str):
            return list(self) == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Cells({self.array.to_pylist()!r})"


def array_of(cells: Sequence[str | None]) -> pa.Array:
    """Return cells as one Arrow array of texts, a dictionary of them where they are held so."""
    return cells.array if isinstance(cells, Cells) else pa.array(cells, pa.string())


def encoded(array: pa.Array) -> pa.Array:
    """Return an array of texts as a ``DictionaryArray`` of those that occur."""
    return array if _is_encoded(array) else array.dictionary_encode()


def distinct(array: pa.Array) -> pa.Array:
    """Return the texts that occur: each once where they are encoded, else as they come."""
    return array.dictionary if _is_encoded(array) else array.drop_null()


def holds(array: pa.Array, text: str) -> bool:
    """Whether a text occurs."""
    return bool(pc.any(pc.equal(distinct(array), text)).as_py())


def joined(arrays: Sequence[pa.Array]) -> pa.Array:
    """Return arrays of one type as one array."""
    column: Any = pa.chunked_array(arrays).unify_dictionaries().combine_chunks()
    return column if isinstance(column, pa.Array) else pa.concat_arrays(column.chunks)


def _is_encoded(array: pa.Array) -> bool:
    return bool(pa.types.is_dictionary(array.type))


def _occurring(array: pa.Array) -> pa.Array:
    """Return an encoded array without the texts that a part of it no longer has."""
    if not _is_encoded(array):
        return array
    return array.cast(pa.string()).dictionary_encode()
