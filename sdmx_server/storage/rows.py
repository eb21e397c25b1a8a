"""A version of a dataset as rows: one column of texts a component."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import Codes
from sdmx_server.storage.columns import all_columns
from sdmx_server.storage.draft import Read
from sdmx_server.storage.series_index import ChunkEntry, SeriesIndex


def whole_rows(index: SeriesIndex, read: Read) -> pa.Table:
    """Return all observations, in the order of series and time; null where absent."""
    columns = all_columns(index.layout)
    schema = pa.schema([(column, pa.string()) for column in columns])
    dictionaries = {c: pa.array(texts, pa.string()) for c, texts in index.dictionaries.items()}
    batches = [_batch(index, entry, read, dictionaries) for entry in index.chunks]
    return pa.Table.from_batches([batch.select(columns) for batch in batches], schema)


def _batch(
    index: SeriesIndex, entry: ChunkEntry, read: Read, dictionaries: dict[str, pa.Array]
) -> pa.RecordBatch:
    chunk = read(entry)
    series = np.repeat(np.arange(entry.start, entry.stop), index.counts[entry.start : entry.stop])
    codes = {column: held[series] for column, held in index.series.items()}
    codes |= {
        column: observation_codes(entry, column, local) for column, local in chunk.codes.items()
    }
    texts = {column: _texts(held, dictionaries[column]) for column, held in codes.items()}
    return pa.record_batch({**texts, **chunk.texts})


def observation_codes(entry: ChunkEntry, column: str, local: np.ndarray) -> Codes:
    """Turn positions in a chunk's own dictionary into codes of the version."""
    used = entry.used[column]
    table: Codes = np.append(used[used >= 0], np.int32(-1))
    codes: Codes = table[local]
    return codes


def _texts(codes: Codes, dictionary: pa.Array) -> pa.Array:
    return dictionary.take(pa.array(codes, mask=codes < 0))
