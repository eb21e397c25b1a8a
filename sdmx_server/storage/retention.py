"""What is kept of the past: old versions are dropped, and chunks that nobody refers to freed.

Versions that hold are never dropped. Chunks go in several short transactions, each of which
looks anew at who refers to them, so that publications beside it neither wait long nor lose any.
A reader of a version that is dropped meanwhile is told so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import sqlalchemy as sa

from sdmx_server.storage.chunks import decompress
from sdmx_server.storage.database import (
    lock_revision,
    portions,
    raise_revision,
    reading,
    writing,
)
from sdmx_server.storage.series_index import decode_index
from sdmx_server.storage.tables import STORES, chunk_claims, chunks, dataset_versions
from sdmx_server.storage.versions import version_of

Key = tuple[str, int]

_CLAIMED = timedelta(hours=1)
_LOCK = sa.text("LOCK TABLE chunks, chunk_claims, dataset_versions IN SHARE ROW EXCLUSIVE MODE")
_, _STORE = STORES


@dataclass(frozen=True, slots=True)
class Retention:
    """Which versions of a dataset are kept beside the one that holds; all, unless told.

    Attributes:
        latest: so many of the latest.
        since: those that held at this instant or later.
    """

    latest: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Freed:
    """What was freed, or would be.

    Attributes:
        versions: how many versions.
        chunks: how many chunks.
        size: how many bytes the chunks took.
    """

    versions: int
    chunks: int
    size: int


def prune(engine: sa.Engine, retention: Retention, *, dry_run: bool = False) -> Freed:
    """Drop the versions that are not to be kept, and free the chunks that nobody refers to.

    Args:
        engine: the database.
        retention: what to keep.
        dry_run: whether to tell only what would be freed.

    Raises:
        Unavailable: if the database cannot be written to now.
    """
    digests: dict[Key, frozenset[str]] = {}
    with reading(engine) as connection:
        doomed = _doomed(connection, retention)
        _learn(connection, digests, doomed)
        sizes = _left_over(connection, digests)
    if dry_run:
        return Freed(len(doomed), len(sizes), sum(sizes.values()))
    _drop(engine, doomed)
    freed: dict[str, int] = {}
    for some in portions(list(sizes)):
        with writing(engine) as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(_LOCK)
            _learn(connection, digests, ())
            left_over = _left_over(connection, digests, some)
            connection.execute(chunks.delete().where(chunks.c.digest.in_(list(left_over))))
        freed |= left_over
    return Freed(len(doomed), len(freed), sum(freed.values()))


def _doomed(connection: sa.Connection, retention: Retention) -> list[Key]:
    """Return the versions that are not to be kept."""
    columns = dataset_versions.c
    statement = sa.select(columns.dataset, columns.number, columns.published_at)
    by_dataset: dict[str, list[tuple[int, datetime]]] = {}
    for row in connection.execute(statement.order_by(columns.dataset, columns.number)):
        by_dataset.setdefault(row.dataset, []).append((row.number, row.published_at))
    doomed: list[Key] = []
    for dataset, versions in by_dataset.items():
        gone = set[int]()
        if retention.latest is not None:
            gone |= {number for number, _ in versions[: -max(retention.latest, 1)]}
        if retention.since is not None:
            gone |= {number for (number, _), (_, at) in pairwise(versions) if at <= retention.since}
        doomed += [(dataset, number) for number in sorted(gone)]
    return doomed


def _drop(engine: sa.Engine, doomed: Sequence[Key]) -> None:
    """Drop versions, and the claims of publications that have died.

    What is known of the past is another state of the store from then on.
    """
    columns = dataset_versions.c
    with writing(engine) as connection:
        dead = chunk_claims.c.publication.not_in(_at_work())
        connection.execute(chunk_claims.delete().where(dead))
        for some in portions(doomed):
            key = sa.tuple_(columns.dataset, columns.number)
            connection.execute(dataset_versions.delete().where(key.in_(list(some))))
        if doomed:
            raise_revision(connection, _STORE, lock_revision(connection, _STORE).changed)


def _at_work() -> sa.Select[tuple[str]]:
    """Return the query for the publications that have written chunks lately."""
    return (
        sa.select(chunk_claims.c.publication)
        .group_by(chunk_claims.c.publication)
        .having(sa.func.max(chunk_claims.c.at) > datetime.now(UTC) - _CLAIMED)
    )


def _learn(
    connection: sa.Connection, digests: dict[Key, frozenset[str]], doomed: Iterable[Key]
) -> None:
    """Find out which chunks each version refers to that is kept and not known yet."""
    columns = dataset_versions.c
    statement = sa.select(columns.dataset, columns.number)
    there = {(row.dataset, row.number) for row in connection.execute(statement)}
    for key in digests.keys() - there:
        del digests[key]
    for dataset, number in there.difference(digests, doomed):
        wanted = (columns.dataset == dataset) & (columns.number == number)
        row = connection.execute(sa.select(dataset_versions).where(wanted)).one_or_none()
        if row is None:  # dropped by somebody else meanwhile
            continue
        index = decode_index(version_of(row).layout, decompress(row.series_index))
        digests[dataset, number] = frozenset(entry.digest for entry in index.chunks)


def _left_over(
    connection: sa.Connection,
    digests: Mapping[Key, frozenset[str]],
    among: Sequence[str] | None = None,
) -> dict[str, int]:
    """Return the chunks that no version refers to and no publication at work claims, by size."""
    claimed = sa.select(chunk_claims.c.digest).where(chunk_claims.c.publication.in_(_at_work()))
    statement = sa.select(chunks.c.digest, sa.func.length(chunks.c.content).label("size"))
    if among is not None:
        statement = statement.where(chunks.c.digest.in_(among))
    wanted = set().union(*digests.values(), connection.scalars(claimed))
    rows = connection.execute(statement)
    return {row.digest: row.size for row in rows if row.digest not in wanted}
