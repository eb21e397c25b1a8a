"""Chunks: the observations of some whole series, immutable and named by their content.

A chunk is one Arrow record batch (IPC stream, zstd): time and coded attributes as codes
into dictionaries of its own, measures and free attributes as texts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sdmx_server.dataset import Codes

TARGET = 16_000
"""How many observations a chunk holds, more or less; one series is never cut."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk in memory.

    Attributes:
        codes: by component id one position in the chunk's own dictionary an observation.
        texts: by component id one text an observation.
        size: bytes in memory.
    """

    codes: Mapping[str, npt.NDArray[np.signedinteger]]
    texts: Mapping[str, pa.Array]
    size: int


def compact(codes: Codes, dictionary: pa.Array) -> tuple[pa.DictionaryArray, Codes]:
    """Return a column with a dictionary of its own, and the codes that occur in it."""
    places = np.zeros(len(dictionary) + 1, np.int32)
    places[codes] = 1
    used = np.flatnonzero(places[:-1]).astype(np.int32)
    has_absent = bool(places[-1])
    places[-1] = 0
    places[used] = np.arange(len(used), dtype=np.int32)
    indices = places[codes].astype(np.min_scalar_type(-max(len(used), 1)))
    column = pa.DictionaryArray.from_arrays(
        pa.array(indices, mask=codes < 0 if has_absent else None), dictionary.take(pa.array(used))
    )
    return column, np.concatenate([np.array([-1], np.int32), used]) if has_absent else used


def encode_chunk(columns: Mapping[str, pa.Array]) -> tuple[str, bytes]:
    """Return the name and the stored content of a chunk."""
    batch = pa.record_batch(dict(columns))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    content = sink.getvalue().to_pybytes()
    return hashlib.sha256(content).hexdigest(), compress(content)


def decode_chunk(content: bytes) -> Chunk:
    """Return the chunk of its stored content."""
    batch = pa.ipc.open_stream(decompress(content)).read_next_batch()
    codes, texts = {}, {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_dictionary(column.type):
            codes[name] = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        else:
            texts[name] = column
    return Chunk(codes, texts, batch.nbytes)


def compress(content: bytes) -> bytes:
    """Return the content as zstd, behind its length in 8 bytes."""
    compressed: bytes = pa.Codec("zstd").compress(content, asbytes=True)
    return len(content).to_bytes(8, "little") + compressed


def decompress(content: bytes) -> pa.Buffer:
    """Undo ``compress``; the codec is made anew, because none may be shared by threads."""
    length = int.from_bytes(content[:8], "little")
    return pa.Codec("zstd").decompress(memoryview(content)[8:], length)
