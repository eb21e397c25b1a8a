"""What is kept of the past, and what is freed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from sdmx_server.dataset import Action
from sdmx_server.errors import Unavailable
from sdmx_server.storage.chunk_writer import ChunkWriter
from sdmx_server.storage.draft import Arrangement
from sdmx_server.storage.observations import ObservationStore
from sdmx_server.storage.retention import Freed, Retention
from sdmx_server.storage.tables import chunk_claims, chunks
from tests.storage.figures import LAYOUT, compact, row, table

KEYS = [f"A.{area}.{year}" for area in range(10) for year in range(2000, 2010)]


def day(number):
    return datetime(2024, 1, number, tzinfo=UTC)


@pytest.fixture
def store(engine):
    """Five versions of one dataset, each with all ten chunks anew, and one of another."""
    store = ObservationStore(engine, chunk_bytes=0, arrangement=Arrangement(chunk=10))
    for number in range(1, 6):
        publish(store, str(number), at=number)
    publish(store, "E", dataset="E")
    return store


def publish(store, value, at=1, dataset="D"):
    rows = table([row(key, f"{value}.{key}") for key in KEYS])
    return store.publish(dataset, LAYOUT, rows, action=Action.MERGE, at=day(at))


def value_of(store, version):
    (value,) = {text.partition(".")[0] for text in compact(store.select(version)).values()}
    return value


def digests(engine):
    with engine.connect() as connection:
        return set(connection.scalars(sa.select(chunks.c.digest)))


def kept(store):
    return [version.number for version in store.versions("D")]


@pytest.mark.parametrize(
    ("retention", "left"),
    [
        (Retention(), [1, 2, 3, 4, 5]),
        (Retention(latest=7), [1, 2, 3, 4, 5]),
        (Retention(latest=2), [4, 5]),
        (Retention(latest=1), [5]),
        (Retention(since=day(1)), [1, 2, 3, 4, 5]),
        (Retention(since=day(3)), [3, 4, 5]),
        (Retention(since=day(3) + timedelta(hours=1)), [3, 4, 5]),
        (Retention(since=day(30)), [5]),
    ],
)
def test_versions_that_are_not_to_be_kept_go_with_their_chunks(store, engine, retention, left):
    before = store.revision()
    told = store.prune(retention, dry_run=True)
    assert (kept(store), len(digests(engine))) == ([1, 2, 3, 4, 5], 60)
    freed = store.prune(retention)
    assert freed == told
    assert (freed.versions, freed.chunks) == (5 - len(left), 10 * (5 - len(left)))
    assert (freed.size > 0) == (freed.chunks > 0)
    assert kept(store) == left
    assert len(digests(engine)) == 10 + 10 * len(left)
    assert [value_of(store, version) for version in store.versions("D")] == list(map(str, left))
    assert value_of(store, store.current("E")) == "E"
    assert store.revision().changed == before.changed
    assert (store.revision().number > before.number) == (len(left) < 5)
    assert store.prune(retention) == Freed(0, 0, 0)


def test_before_the_oldest_version_that_is_kept_nothing_was_published(store):
    store.prune(Retention(since=day(3)))
    assert store.current("D", as_of=day(2)) is None
    assert store.current("D", as_of=day(3)).number == 3
    assert publish(store, "6", at=6).number == 6


def test_chunks_that_a_kept_version_shares_stay(store, engine):
    rows = table([row("A.3.2000", "x")])
    store.publish("D", LAYOUT, rows, action=Action.MERGE, at=day(6))
    assert store.prune(Retention(latest=1)).chunks == 41
    assert len(compact(store.select(store.current("D")))) == 100
    assert len(digests(engine)) == 20


def test_a_reader_of_a_version_that_is_dropped_is_told_so(store):
    oldest = store.versions("D")[0]
    batches = store.select(oldest).batches()
    store.prune(Retention(latest=1))
    with pytest.raises(Unavailable, match="dropped meanwhile"):
        list(batches)
    with pytest.raises(Unavailable, match="dropped meanwhile"):
        ObservationStore(store._engine).select(oldest)


def test_what_a_publication_at_work_has_written_stays_until_it_is_given_up(
    store, engine, monkeypatch
):
    monkeypatch.setattr("sdmx_server.storage.chunk_writer._AT_ONCE", 0)
    with ChunkWriter(engine) as writer:
        writer.keep("f" * 64, b"x" * 10)
        assert store.prune(Retention()) == Freed(0, 0, 0)
        assert "f" * 64 in digests(engine)
    assert store.prune(Retention()) == Freed(0, 1, 10)
    assert "f" * 64 not in digests(engine)


def test_what_a_publication_that_died_has_written_is_freed_after_an_hour(
    store, engine, monkeypatch
):
    monkeypatch.setattr("sdmx_server.storage.chunk_writer._AT_ONCE", 0)
    ChunkWriter(engine).keep("f" * 64, b"x" * 10)
    assert store.prune(Retention()) == Freed(0, 0, 0)
    with engine.begin() as connection:
        ago = datetime.now(UTC) - timedelta(minutes=61)
        connection.execute(chunk_claims.update().values(at=ago))
    assert store.prune(Retention()) == Freed(0, 1, 10)
    with engine.connect() as connection:
        assert connection.execute(sa.select(chunk_claims)).all() == []


def test_a_publication_whose_chunks_were_taken_for_left_over_is_made_again(
    store, engine, monkeypatch
):
    monkeypatch.setattr("sdmx_server.storage.chunk_writer._AT_ONCE", 0)
    finish, lost = ChunkWriter.finish, []

    def late(writer, connection, wanted):
        if not lost:
            lost.append(connection.execute(chunk_claims.delete()).rowcount)
        return finish(writer, connection, wanted)

    monkeypatch.setattr(ChunkWriter, "finish", late)
    version = publish(store, "6", at=6)
    assert lost == [10]
    assert value_of(store, version) == "6"
    assert store.prune(Retention()) == Freed(0, 0, 0)


def test_a_publication_made_of_a_version_that_is_dropped_meanwhile_is_made_again(store):
    other = ObservationStore(store._engine, arrangement=Arrangement(chunk=10))
    begun = []

    def order(text):
        if not begun:
            begun.append(publish(other, "6", at=6))
            other.prune(Retention(latest=1))
        return int(text)

    slow = ObservationStore(store._engine, arrangement=Arrangement(order, chunk=10))
    rows = table([row("A.3.2000", "x"), row("A.3.2050", "y")])
    version = slow.publish("D", LAYOUT, rows, action=Action.MERGE, at=day(7))
    found = compact(store.select(version))
    assert version.number == 7
    assert {found.pop("A.3.2000"), found.pop("A.3.2050")} == {"x", "y"}
    assert {text.partition(".")[0] for text in found.values()} == {"6"}
    assert len(found) == 99


def test_pruning_beside_publications_loses_nothing(store):
    random = np.random.default_rng(1)
    expected = compact(store.select(store.current("D")))
    for number in range(20):
        chosen = [KEYS[place] for place in random.choice(100, 3, replace=False)]
        rows = table([row(key, str(number)) for key in chosen])
        store.publish("D", LAYOUT, rows, action=Action.MERGE, at=day(10))
        store.prune(Retention(latest=int(random.integers(1, 4))))
        expected |= dict.fromkeys(chosen, str(number))
        assert compact(store.select(store.current("D"))) == expected
