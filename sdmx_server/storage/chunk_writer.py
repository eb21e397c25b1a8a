"""The chunks that a publication makes, written while it is still at work.

A chunk is named by its content and changes nothing until a version refers to it, so chunks
are written ahead, a few megabytes in a transaction of their own, and the one that publishes is
short. What is written ahead is claimed, so that nobody takes it for what is left over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from uuid import uuid4

import sqlalchemy as sa

from sdmx_server.errors import Unavailable
from sdmx_server.storage.chunks import Chunk, decode_chunk
from sdmx_server.storage.database import insert_missing, portions, reading, writing
from sdmx_server.storage.series_index import ChunkEntry
from sdmx_server.storage.tables import chunk_claims, chunks

_AT_ONCE = 8_000_000  # bytes


class ChunkGone(Exception):
    """The version that another is made of was dropped meanwhile."""


class ChunkWriter:
    """Keeps the chunks of one publication.

    Chunks are kept by one thread, beside which others may read.

    A context manager: what was written ahead is given up at its end, unless it was finished.

    Args:
        engine: the database.
        ahead: whether to write ahead; otherwise all chunks wait in memory.
    """

    def __init__(self, engine: sa.Engine, *, ahead: bool = True) -> None:
        self._engine = engine
        self._is_ahead = ahead
        self._publication = uuid4().hex
        self._waiting: dict[str, bytes] = {}
        self._size = 0
        self._written: set[str] = set()
        self._is_finished = False

    def __enter__(self) -> ChunkWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give up what no version refers to; it is there until somebody clears up."""
        if self._written and not (self._is_finished and kind is None):
            with suppress(Unavailable), writing(self._engine) as connection:
                self._unclaim(connection)

    def read(self, entries: Sequence[ChunkEntry]) -> Iterator[Chunk]:
        """Yield chunks of older versions, or made before.

        Raises:
            ChunkGone: if one is no longer there.
        """
        contents = {entry.digest: self._waiting.get(entry.digest) for entry in entries}
        missing = [digest for digest, content in contents.items() if content is None]
        if missing:
            with reading(self._engine) as connection:
                for some in portions(missing):
                    statement = sa.select(chunks).where(chunks.c.digest.in_(some))
                    contents |= {row.digest: row.content for row in connection.execute(statement)}
        for entry in entries:
            content = contents[entry.digest]
            if content is None:
                raise ChunkGone
            yield decode_chunk(content)

    def keep(self, digest: str, content: bytes) -> None:
        """Keep a new chunk."""
        if digest in self._written or digest in self._waiting:
            return
        self._waiting[digest] = content
        self._size += len(content)
        if self._is_ahead and self._size > _AT_ONCE:
            self._write_ahead()

    def finish(self, connection: sa.Connection, digests: Collection[str]) -> bool:
        """Write what waits and is among the digests that versions refer to from now on.

        The transaction has to be undone where not all is there.

        Returns:
            Whether all that was written ahead is still there.
        """
        self._insert(connection, [digest for digest in self._waiting if digest in digests])
        self._is_finished = self._unclaim(connection) == len(self._written)
        return self._is_finished

    def _write_ahead(self) -> None:
        now = datetime.now(UTC)
        claims = [
            {"publication": self._publication, "digest": digest, "at": now}
            for digest in self._waiting
        ]
        with writing(self._engine) as connection:
            self._insert(connection, list(self._waiting))
            connection.execute(chunk_claims.insert(), claims)
        self._written.update(self._waiting)
        self._waiting, self._size = {}, 0

    def _insert(self, connection: sa.Connection, digests: Sequence[str]) -> None:
        rows = [{"digest": digest, "content": self._waiting[digest]} for digest in sorted(digests)]
        insert_missing(connection, chunks, rows)

    def _unclaim(self, connection: sa.Connection) -> int:
        own = chunk_claims.c.publication == self._publication
        return connection.execute(chunk_claims.delete().where(own)).rowcount
