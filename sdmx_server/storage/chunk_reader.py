"""The reader of chunks: from the database, some ahead, those last used from memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import sqlalchemy as sa

from sdmx_server.storage import versions
from sdmx_server.storage.cache import Cache
from sdmx_server.storage.chunks import Chunk, decode_chunk
from sdmx_server.storage.database import reading
from sdmx_server.storage.series_index import ChunkEntry
from sdmx_server.storage.tables import chunks

_LOTS = (1, 1, 2, 4, 8)
"""How many chunks are read together at first, so that the first ones come soon."""
_LOT = 16
_THREADS = 2
_SHARE = 8
"""What is read whole is kept if it takes no more of the memory than one part in so many."""

Lot = Sequence[str]


class ChunkReader:
    """Reads chunks by the entries of an index.

    Args:
        engine: the database.
        limit: about how many bytes chunks may take in memory.
    """

    def __init__(self, engine: sa.Engine, limit: int) -> None:
        self._engine = engine
        self._kept: Cache[str, Chunk] = Cache(limit)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="chunks")

    def one(self, entry: ChunkEntry) -> Chunk:
        """Return one chunk.

        Raises:
            Unavailable: if the database cannot be read.
        """
        return self._read([entry.digest], keep=True)[0]

    def many(self, entries: Sequence[ChunkEntry], wanted: int) -> Iterator[Chunk]:
        """Yield chunks in order; some are read ahead, and none held for long.

        Who reads most of what many chunks hold passes by once: these chunks are not kept, so
        that they neither drive out others nor fill the memory.

        Args:
            entries: the chunks.
            wanted: how many of their observations are wanted, at most.

        Raises:
            Unavailable: if the database cannot be read.
        """
        if not entries:
            return
        lots = _lots([entry.digest for entry in entries])
        first = self._read(next(lots), keep=True)
        yield from first
        observations = sum(entry.observations for entry in entries)
        size = observations * first[0].size // first[0].rows
        is_sparse = 2 * wanted < observations
        keep = size <= (self._kept.limit if is_sparse else self._kept.limit // _SHARE)
        yield from self._ahead(lots, keep)

    def _ahead(self, lots: Iterable[Lot], keep: bool) -> Iterator[Chunk]:
        """Yield the chunks of lots, of which those to come are read by other threads."""
        waiting: deque[Sequence[Chunk] | Future[list[Chunk]]] = deque()
        for lot in lots:
            held = [self._kept.get(digest) for digest in lot]
            there = [chunk for chunk in held if chunk is not None]
            is_there = len(there) == len(lot)
            waiting.append(there if is_there else self._threads.submit(self._read, lot, keep))
            if len(waiting) > _THREADS:
                yield from _chunks_of(waiting.popleft())
        for each in waiting:
            yield from _chunks_of(each)

    def _read(self, lot: Lot, keep: bool) -> list[Chunk]:
        if keep:
            return self._kept.found(lot, self._load, lambda chunk: chunk.size)
        held = {digest: self._kept.get(digest) for digest in lot}
        made = self._load([digest for digest, chunk in held.items() if chunk is None])
        return [held[digest] or made[digest] for digest in lot]

    def _load(self, digests: Sequence[str]) -> dict[str, Chunk]:
        if not digests:
            return {}
        statement = sa.select(chunks).where(chunks.c.digest.in_(digests))
        with reading(self._engine) as connection:
            rows = connection.execute(statement).all()
        if len(rows) < len(digests):
            raise versions.dropped()
        return {row.digest: decode_chunk(row.content) for row in rows}


def _lots(digests: Lot) -> Iterator[Lot]:
    start = 0
    for size in _LOTS:
        if start < len(digests):
            yield digests[start : start + size]
        start += size
    for begin in range(start, len(digests), _LOT):
        yield digests[begin : begin + _LOT]


def _chunks_of(lot: Sequence[Chunk] | Future[list[Chunk]]) -> Sequence[Chunk]:
    return lot.result() if isinstance(lot, Future) else lot
