"""The reader of chunks: in order, some ahead, and not keeping what passes by once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sdmx_server.dataset import Action
from sdmx_server.errors import Unavailable
from sdmx_server.storage.chunk_reader import ChunkReader
from sdmx_server.storage.database import writing
from sdmx_server.storage.draft import Arrangement
from sdmx_server.storage.observations import ObservationStore
from sdmx_server.storage.tables import chunks
from tests.storage.figures import LAYOUT, row, table

AREAS = 60
NOW = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def entries(engine):
    """The entries of so many chunks, each of which holds the value that is its number."""
    store = ObservationStore(engine, arrangement=Arrangement(chunk=1))
    rows = [row(f"A.{area:03}.2020", str(area)) for area in range(AREAS)]
    version = store.publish("D", LAYOUT, table(rows), action=Action.MERGE, at=NOW)
    return store._index(version).chunks


def values(found):
    return [int(chunk.texts["VALUE"][0].as_py()) for chunk in found]


def forget(engine):
    """Take all chunks away, so that only those in memory are left."""
    with writing(engine) as connection:
        connection.execute(chunks.delete())


@pytest.mark.parametrize("limit", [0, 5_000, 100_000_000])
@pytest.mark.parametrize("wanted", [0, AREAS])
def test_chunks_come_in_order_whatever_is_kept(engine, entries, limit, wanted):
    reader = ChunkReader(engine, limit)
    backwards = entries[::-1]
    assert values(reader.many(entries, wanted)) == list(range(AREAS))
    assert values(reader.many(backwards, wanted)) == list(range(AREAS))[::-1]
    assert values(reader.many([*entries[:3], *entries[:3]], wanted)) == [0, 1, 2, 0, 1, 2]
    assert values(reader.many([], 0)) == []


def test_what_is_read_is_kept(engine, entries):
    reader = ChunkReader(engine, 100_000_000)
    assert len(values(reader.many(entries, AREAS))) == AREAS
    forget(engine)
    assert values(reader.many(entries, AREAS)) == list(range(AREAS))


def test_who_reads_all_of_much_passes_by(engine, entries):
    size = sum(chunk.size for chunk in ChunkReader(engine, 0).many(entries, 0))
    reader = ChunkReader(engine, 2 * size)
    assert len(values(reader.many(entries, AREAS))) == AREAS
    forget(engine)
    with pytest.raises(Unavailable, match="dropped"):
        reader.one(entries[-1])


def test_who_reads_little_of_much_keeps_it(engine, entries):
    size = sum(chunk.size for chunk in ChunkReader(engine, 0).many(entries, 0))
    reader = ChunkReader(engine, 2 * size)
    assert len(values(reader.many(entries, AREAS // 10))) == AREAS
    forget(engine)
    assert values(reader.many(entries, AREAS)) == list(range(AREAS))


def test_a_chunk_that_is_gone_is_told(engine, entries):
    forget(engine)
    for read in (lambda reader: reader.one(entries[0]), lambda r: list(r.many(entries, AREAS))):
        with pytest.raises(Unavailable, match="dropped"):
            read(ChunkReader(engine, 0))
