"""Chunks: the observations of some whole series, immutable and named by their content.

A chunk is two Arrow record batches (IPC streams, one behind the other, together zstd). The
first has a row an observation: time and coded attributes as codes into dictionaries of their
own, and of texts the lengths. The second has one row: the bytes of each column of texts, and
what needs no entry an observation: the one value of a coded column, the few texts of a column
that is mostly empty. Chunks of former releases have the first batch alone, texts in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sdmx_server.dataset import Codes
from sdmx_server.storage.sparse import SparseTexts, sparse, spread

TARGET = 16_000
"""How many observations a chunk holds, more or less; one series is never cut."""

_ROWS = "@rows"
_FEW = 4
"""Of how many observations one has a text at most where texts are stored as sparse."""
_SPARSE = pa.list_(pa.struct([("place", pa.int32()), ("text", pa.string())]))

LocalCodes = npt.NDArray[np.signedinteger]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk in memory.

    Attributes:
        rows: how many observations it holds.
        codes: by component id one position in the chunk's own dictionary an observation.
        columns: by component id its texts.
        size: bytes in memory.
    """

    rows: int
    codes: Mapping[str, LocalCodes]
    columns: Mapping[str, pa.StringArray | SparseTexts]
    size: int

    @property
    def texts(self) -> Mapping[str, pa.StringArray]:
        """One text an observation by component id."""
        return {
            name: spread(column) if isinstance(column, SparseTexts) else column
            for name, column in self.columns.items()
        }


def compact(codes: Codes, dictionary: pa.Array) -> tuple[pa.DictionaryArray, Codes]:
    """Return a column with a dictionary of its own, and the codes that occur in it."""
    shifted = codes + 1
    there = np.bincount(shifted, minlength=len(dictionary) + 1) > 0
    used = np.flatnonzero(there[1:]).astype(np.int32)
    kind = np.min_scalar_type(-max(len(used), 1))
    places = np.zeros(len(there), kind)
    places[used + 1] = np.arange(len(used), dtype=kind)
    absent = codes < 0 if there[0] else None
    texts = dictionary if len(used) == len(dictionary) else dictionary.take(pa.array(used))
    column = pa.DictionaryArray.from_arrays(
        pa.array(places.take(shifted), mask=absent), texts, safe=False
    )
    return column, used if absent is None else np.append(np.int32(-1), used)


def encode_chunk(columns: Mapping[str, pa.Array], rows: int) -> tuple[str, bytes]:
    """Return the name and the stored content of a chunk, which go by what it holds alone.

    Args:
        columns: coded columns with dictionaries of their own, and texts; none where
            observations are nothing but their keys.
        rows: how many observations there are.
    """
    by_row: dict[str, pa.Array] = {}
    once: dict[str, pa.Array] = {_ROWS: pa.array([rows])}
    for name, column in sorted(columns.items()):
        if pa.types.is_dictionary(column.type):
            is_constant = column.null_count == len(column) or (
                len(column.dictionary) == 1 and not column.null_count
            )
            (once if is_constant else by_row)[name] = column[:1] if is_constant else column
        elif (len(column) - column.null_count) * _FEW <= len(column):
            once[name] = _listed(sparse(column))
        else:
            by_row[name], once[name] = _lengths_and_bytes(column)
    sink = pa.BufferOutputStream()
    for batch in (pa.record_batch(by_row), pa.record_batch(once)):
        with pa.ipc.new_stream(sink, batch.schema) as writer:
            writer.write_batch(batch)
    content = sink.getvalue()
    return hashlib.sha256(content).hexdigest(), compress(content)


def decode_chunk(content: bytes) -> Chunk:
    """Return the chunk of its stored content."""
    source = pa.BufferReader(decompress(content))
    lengths = _columns(source)
    once = _columns(source) if source.tell() < source.size() else {}
    rows = int(once.pop(_ROWS)[0].as_py()) if once else len(next(iter(lengths.values())))
    codes: dict[str, LocalCodes] = {}
    texts: dict[str, pa.StringArray | SparseTexts] = {}
    for name, column in (lengths | once).items():
        if pa.types.is_dictionary(column.type):
            codes[name] = _codes(column, rows)
        elif pa.types.is_list(column.type):
            texts[name] = _unlisted(column, rows)
        elif pa.types.is_string(column.type):
            texts[name] = column
        else:
            texts[name] = _texts(lengths[name], column)
    offsets = 4 * rows * sum(name in once for name in lengths)
    return Chunk(rows, codes, texts, source.size() + offsets)


def compress(content: bytes | pa.Buffer) -> bytes:
    """Return the content as zstd, behind its length in 8 bytes."""
    compressed: bytes = pa.Codec("zstd").compress(content, asbytes=True)
    return len(memoryview(content)).to_bytes(8, "little") + compressed


def decompress(content: bytes) -> pa.Buffer:
    """Undo ``compress``; the codec is made anew, because none may be shared by threads."""
    length = int.from_bytes(content[:8], "little")
    return pa.Codec("zstd").decompress(memoryview(content)[8:], length)


def _lengths_and_bytes(texts: pa.StringArray) -> tuple[pa.Array, pa.Array]:
    """Return how many bytes each text has, and the bytes of all texts as one."""
    begins = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset :][: len(texts) + 1]
    lengths = np.diff(begins)
    absent = np.asarray(texts.is_null()) if texts.null_count else None
    if absent is not None and lengths[absent].any():
        return _lengths_and_bytes(texts.take(pa.array(np.arange(len(texts)))))
    content = texts.buffers()[2].slice(int(begins[0]), int(begins[-1] - begins[0]))
    total = pa.py_buffer(np.array([0, content.size], np.int32))
    whole = pa.BinaryArray.from_buffers(pa.binary(), 1, [None, total, content])
    narrow = lengths.astype(np.min_scalar_type(lengths.max()))
    return pa.array(narrow, mask=absent), whole


def _columns(source: pa.BufferReader) -> dict[str, pa.Array]:
    """Read the next batch of a chunk."""
    (batch,) = pa.ipc.open_stream(source)
    return dict(zip(batch.schema.names, batch.columns, strict=True))


def _texts(lengths: pa.Array, content: pa.BinaryArray) -> pa.StringArray:
    count = len(lengths)
    valid, held = lengths.buffers()
    ends = np.empty(count + 1, np.int32)
    ends[0] = 0
    width = lengths.type.bit_width // 8
    np.cumsum(np.frombuffer(held, np.dtype(f"u{width}"), count), out=ends[1:])
    return pa.StringArray.from_buffers(
        count, pa.py_buffer(ends), content.buffers()[2], valid, lengths.null_count
    )


def _listed(texts: SparseTexts) -> pa.ListArray:
    pairs = pa.StructArray.from_arrays(
        [pa.array(texts.places.astype(np.int32)), texts.texts], fields=list(_SPARSE.value_type)
    )
    return pa.ListArray.from_arrays(pa.array([0, len(pairs)], pa.int32()), pairs)


def _unlisted(column: pa.ListArray, rows: int) -> SparseTexts:
    places, texts = column.values.flatten()
    return SparseTexts(rows, np.asarray(places), texts)


def _codes(column: pa.DictionaryArray, rows: int) -> LocalCodes:
    """Return codes, -1 where absent; what is the same in all rows takes no memory."""
    indices = column.indices
    if len(indices) < rows:
        return np.broadcast_to(np.int8(-1 if indices.null_count else 0), rows)
    codes: LocalCodes = np.asarray(indices.fill_null(-1) if indices.null_count else indices)
    return codes
