"""The observation store: immutable versions of datasets.

A version is a series index and chunks of whole series in key order; chunks that do not
change are shared with the version before. A pointer moves in the transaction that stores
a version, so readers see the old one or the new one and never wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa
import sqlalchemy as sa

from sdmx_server.dataset import Action, Layout
from sdmx_server.storage.cache import Cache
from sdmx_server.storage.changes import difference
from sdmx_server.storage.chunks import Chunk, compress, decode_chunk, decompress
from sdmx_server.storage.columns import Keys
from sdmx_server.storage.database import (
    Revision,
    hold_revision,
    insert_missing,
    lock_revision,
    raise_revision,
    read_revision,
    reading,
    revision_of,
    writing,
)
from sdmx_server.storage.draft import Arrangement, Shelf
from sdmx_server.storage.publication import Contents, Publication, apply
from sdmx_server.storage.rows import whole_rows
from sdmx_server.storage.selection import Mask, PartialKey, Selection, Wanted
from sdmx_server.storage.series_index import (
    ChunkEntry,
    SeriesIndex,
    decode_index,
    empty_index,
    encode_index,
)
from sdmx_server.storage.tables import STORES, chunks, dataset_versions, datasets, revisions

STRUCTURES, STORE = STORES

_READ_AHEAD = 16
_ATTRIBUTES = msgspec.json.Decoder(dict[str, str])
_LAYOUT = msgspec.json.Decoder(Layout)


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """A published version of a dataset.

    Attributes:
        dataset: the name of the dataset.
        number: counts the versions of a dataset from 1.
        published_at: since when it holds, UTC.
        previous: number of the version before; None for the first.
        series_count: how many series it has.
        observation_count: how many observations it has.
        dataset_attributes: text by id of attributes of the whole dataset.
        layout: how its columns are stored.
    """

    dataset: str
    number: int
    published_at: datetime
    previous: int | None
    series_count: int
    observation_count: int
    dataset_attributes: Mapping[str, str]
    layout: Layout


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two versions of a dataset.

    Attributes:
        updated: observations of the later version that are new or different.
        deleted: observations of the earlier version that are gone.
        former: observations of the earlier version that are gone or different.
        emptied: by component id the observations of the earlier version that have lost their
            value of it, but not what else they have.
    """

    updated: Selection
    deleted: Selection
    former: Selection
    emptied: Mapping[str, Selection]


_COLUMNS = tuple(
    column for column in dataset_versions.c if column is not dataset_versions.c.series_index
)


class ObservationStore:
    """Observations in a database; indexes and chunks last used are kept in memory.

    Args:
        engine: the database.
        index_bytes, chunk_bytes: about how much memory either may take.
        arrangement: how versions are arranged.
    """

    def __init__(
        self,
        engine: sa.Engine,
        *,
        index_bytes: int = 256_000_000,
        chunk_bytes: int = 128_000_000,
        arrangement: Arrangement | None = None,
    ) -> None:
        self._engine = engine
        self._arrangement = arrangement or Arrangement()
        self._indexes: Cache[tuple[str, int], SeriesIndex] = Cache(index_bytes)
        self._chunks: Cache[str, Chunk] = Cache(chunk_bytes)

    def publish(
        self,
        dataset: str,
        layout: Layout,
        rows: pa.Table,
        *,
        action: Action,
        at: datetime,
        dataset_attributes: Mapping[str, str] | None = None,
        replace_all: bool = False,
    ) -> DatasetVersion:
        """Publish one delivery; see ``publish_all``."""
        publication = Publication(
            dataset, layout, rows, action, dataset_attributes or {}, replace_all
        )
        return self.publish_all([publication], at=at)[0]

    def publish_all(
        self, publications: Sequence[Publication], *, at: datetime, structures: int | None = None
    ) -> list[DatasetVersion]:
        """Publish the steps of a delivery, in order and all or none of them.

        Every dataset gets at most one version; where nothing changes it keeps the one that
        it has. A version never holds from an earlier instant than the one before it.

        Args:
            publications: the steps.
            at: since when they hold.
            structures: the revision of the structures that the steps were checked against;
                None where they were not.

        Returns:
            The current version of each dataset, in the order in which they are named first.

        Raises:
            ValueError: if two rows of a step are about the same observation.
            SemanticError: if rows do not fit the layout or each other.
            Overtaken: if the structures have another revision by now.
            Unavailable: if the database cannot be written to now.
        """
        names = list(dict.fromkeys(publication.dataset for publication in publications))
        with writing(self._engine) as connection:
            _lock(connection, names)
            before = {name: _current(connection, name) for name in names}
            after, made = self._applied(publications, before)
            versions = [self._next(before[name], after[name], (name, at)) for name in names]
            new = [version for version in versions if version is not before[version.dataset]]
            if new:
                hold_revision(connection, STRUCTURES, structures)
            for version in new:
                _store(connection, version, after[version.dataset].index, made)
            if new:
                lock_revision(connection, STORE)
                raise_revision(connection, STORE, at)
        return versions

    def current(self, dataset: str, as_of: datetime | None = None) -> DatasetVersion | None:
        """Return the version that holds now, or held at an instant; None where none does."""
        if as_of is None:
            with reading(self._engine) as connection:
                return _current(connection, dataset)
        columns = dataset_versions.c
        statement = (
            _versions(dataset)
            .where(columns.published_at <= as_of)
            .order_by(columns.number.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            return next(_read_versions(connection, statement), None)

    def current_versions(
        self, known: Mapping[str, DatasetVersion]
    ) -> tuple[int, dict[str, DatasetVersion]]:
        """Return the revision that the store is at, and the versions that hold at it by dataset.

        Args:
            known: versions by dataset, read before; those that still hold are the same values.
        """
        pointed = datasets.join(
            dataset_versions,
            (dataset_versions.c.dataset == datasets.c.dataset)
            & (dataset_versions.c.number == datasets.c.current),
        )
        statement = (
            sa.select(revisions.c.number.label("revision"), *_COLUMNS)
            .select_from(revisions.outerjoin(pointed, sa.true()))
            .where(revisions.c.store == STORE)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(statement).all()
        held: dict[str, DatasetVersion] = {}
        for row in (row for row in rows if row.dataset is not None):
            before = known.get(row.dataset)
            is_known = before is not None and before.number == row.number
            held[row.dataset] = before if before and is_known else _version(row)
        return (rows[0].revision if rows else 0), held

    def versions(self, dataset: str) -> list[DatasetVersion]:
        """Return all versions of a dataset, the oldest first."""
        statement = _versions(dataset).order_by(dataset_versions.c.number)
        with reading(self._engine) as connection:
            return list(_read_versions(connection, statement))

    def datasets(self) -> list[str]:
        """Return the names of all datasets, sorted by code point."""
        statement = sa.select(datasets.c.dataset).where(datasets.c.current > 0)
        with reading(self._engine) as connection:
            return sorted(connection.scalars(statement))

    def revision(self) -> Revision:
        """Return how often observations were published, and when last."""
        return read_revision(self._engine, STORE)

    def revision_at(self, instant: datetime) -> Revision:
        """Return what tells the state at an instant from others; later ones leave it as it is.

        Its number counts the versions until then.
        """
        published_at = dataset_versions.c.published_at
        statement = sa.select(sa.func.count(), sa.func.max(published_at)).where(
            published_at <= instant
        )
        with reading(self._engine) as connection:
            number, *changed = connection.execute(statement).one()
        return revision_of(number, changed)

    def select(
        self,
        version: DatasetVersion,
        layout: Layout | None = None,
        *,
        masks: Mapping[str, Mask] | None = None,
        keys: Sequence[PartialKey] = (),
    ) -> Selection:
        """Select some series of a version and some of their observations.

        Args:
            version: the version, whichever holds now.
            layout: the columns wanted; components that the version does not know are absent
                everywhere. None for all that are stored.
            masks: by component id which texts are wanted, asked once for all distinct texts
                and None of a coded component; all must agree.
            keys: partial keys, of which a series must match one; empty for every series.

        Raises:
            Unavailable: if the layout gives a component another role than it is stored in.
        """
        wanted = Wanted(layout or version.layout, masks or {}, keys)
        index = self._index(version)
        return Selection(index, wanted, version.dataset_attributes, self._read_ahead)

    def changes(
        self,
        before: DatasetVersion | None,
        after: DatasetVersion,
        layout: Layout | None = None,
        *,
        masks: Mapping[str, Mask] | None = None,
        keys: Sequence[PartialKey] = (),
    ) -> Changes:
        """Select what differs between two versions of a dataset; arguments as in ``select``.

        Args:
            before: the earlier version; None for the time before the first.
            after: the later version.
            layout: the columns wanted; None for all that ``after`` has.
            masks: by component id which texts are wanted.
            keys: partial keys, of which a series must match one.

        Raises:
            Unavailable: as ``select``.
        """
        layout, masks = layout or after.layout, masks or {}
        index = self._index(after)
        held = self._index(before) if before else empty_index(index.layout)
        found = difference(held, index, self._read_one, self._arrangement)
        updated = Wanted(layout, masks, keys, found.updated)
        attributes = before.dataset_attributes if before else {}
        earlier = _alike(layout, held.layout)

        def of_earlier(places: Keys) -> Selection:
            wanted = Wanted(earlier, masks, keys, places)
            return Selection(held, wanted, attributes, self._read_ahead)

        return Changes(
            Selection(index, updated, after.dataset_attributes, self._read_ahead),
            of_earlier(found.deleted),
            of_earlier(found.former),
            {column: of_earlier(places) for column, places in found.emptied.items()},
        )

    def rows(self, version: DatasetVersion) -> pa.Table:
        """Return a whole version as rows: one column of texts a component, null where absent."""
        index = self._index(version)
        return whole_rows(index, self._read_one)

    def _applied(
        self,
        publications: Sequence[Publication],
        before: Mapping[str, DatasetVersion | None],
    ) -> tuple[dict[str, Contents], dict[str, bytes]]:
        """Return what every dataset holds after the steps, and the new chunks by digest."""
        made: dict[str, bytes] = {}

        def read(entry: ChunkEntry) -> Chunk:
            if entry.digest in made:
                return decode_chunk(made[entry.digest])
            return self._read_one(entry)

        shelf = Shelf(read, made.__setitem__)
        after: dict[str, Contents] = {}
        for step in publications:
            held = after.get(step.dataset)
            if held is None:
                held = self._contents(before[step.dataset], step.layout)
            after[step.dataset] = apply(step, held, shelf, self._arrangement)
        return after, made

    def _contents(self, version: DatasetVersion | None, layout: Layout) -> Contents:
        if version is None:
            return Contents(empty_index(layout), {})
        return Contents(self._index(version), version.dataset_attributes)

    def _next(
        self, before: DatasetVersion | None, after: Contents, named: tuple[str, datetime]
    ) -> DatasetVersion:
        """Return the version that holds the contents: the one before, if it does already."""
        dataset, at = named
        if before is not None and self._holds(before, after):
            return before
        return DatasetVersion(
            dataset=dataset,
            number=before.number + 1 if before else 1,
            published_at=max(at, before.published_at) if before else at,
            previous=before.number if before else None,
            series_count=len(after.index.counts),
            observation_count=int(after.index.counts.sum()),
            dataset_attributes=after.dataset_attributes,
            layout=after.index.layout,
        )

    def _holds(self, version: DatasetVersion, contents: Contents) -> bool:
        return (
            version.layout == contents.index.layout
            and version.dataset_attributes == contents.dataset_attributes
            and encode_index(self._index(version)) == encode_index(contents.index)
        )

    def _index(self, version: DatasetVersion) -> SeriesIndex:
        key = (version.dataset, version.number)
        index = self._indexes.get(key)
        if index is None:
            columns = dataset_versions.c
            statement = sa.select(columns.series_index).where(
                columns.dataset == version.dataset, columns.number == version.number
            )
            with reading(self._engine) as connection:
                blob = connection.execute(statement).scalar_one()
            index = decode_index(version.layout, decompress(blob))
            self._indexes.put(key, index, index.size)
        return index

    def _read_one(self, entry: ChunkEntry) -> Chunk:
        return self._fetched([entry.digest])[0]

    def _read_ahead(self, entries: Sequence[ChunkEntry]) -> Iterator[Chunk]:
        """Yield chunks in order; some are fetched together, and none held for long."""
        for start in range(0, len(entries), _READ_AHEAD):
            some = entries[start : start + _READ_AHEAD]
            yield from self._fetched([entry.digest for entry in some])

    def _fetched(self, digests: Sequence[str]) -> list[Chunk]:
        kept = {digest: self._chunks.get(digest) for digest in digests}
        found = {digest: chunk for digest, chunk in kept.items() if chunk is not None}
        missing = [digest for digest in kept if digest not in found]
        if missing:
            statement = sa.select(chunks).where(chunks.c.digest.in_(missing))
            with reading(self._engine) as connection:
                rows = connection.execute(statement).all()
            for row in rows:
                chunk = decode_chunk(row.content)
                self._chunks.put(row.digest, chunk, chunk.size)
                found[row.digest] = chunk
        return [found[digest] for digest in digests]


def _alike(layout: Layout, held: Layout) -> Layout:
    """Return a layout without the components that another has in another place, or not at all."""
    return replace(
        layout,
        series=tuple(column for column in layout.series if column in held.series),
        coded=tuple(column for column in layout.coded if column in held.coded),
        texts=tuple(column for column in layout.texts if column in held.texts),
    )


def _lock(connection: sa.Connection, names: Sequence[str]) -> None:
    """Make other publishers of these datasets wait.

    Datasets are locked in one order, so that no two publishers wait for each other.
    """
    ordered = sorted(names)
    insert_missing(connection, datasets, [{"dataset": name, "current": 0} for name in ordered])
    for name in ordered:
        connection.execute(sa.select(datasets).where(datasets.c.dataset == name).with_for_update())


def _current(connection: sa.Connection, dataset: str) -> DatasetVersion | None:
    pointer = sa.select(datasets.c.current).where(datasets.c.dataset == dataset)
    statement = _versions(dataset).where(dataset_versions.c.number == pointer.scalar_subquery())
    return next(_read_versions(connection, statement), None)


def _versions(dataset: str) -> sa.Select[Any]:
    return sa.select(*_COLUMNS).where(dataset_versions.c.dataset == dataset)


def _read_versions(
    connection: sa.Connection, statement: sa.Select[Any]
) -> Iterator[DatasetVersion]:
    return map(_version, connection.execute(statement))


def _version(row: sa.Row[Any]) -> DatasetVersion:
    return DatasetVersion(
        dataset=row.dataset,
        number=row.number,
        published_at=row.published_at,
        previous=row.number - 1 or None,
        series_count=row.series_count,
        observation_count=row.observation_count,
        dataset_attributes=_ATTRIBUTES.decode(row.dataset_attributes),
        layout=_LAYOUT.decode(row.layout),
    )


def _store(
    connection: sa.Connection,
    version: DatasetVersion,
    index: SeriesIndex,
    made: Mapping[str, bytes],
) -> None:
    """Store a version with its new chunks, and move the pointer to it."""
    wanted = {entry.digest for entry in index.chunks if entry.digest in made}
    insert_missing(connection, chunks, [{"digest": d, "content": made[d]} for d in sorted(wanted)])
    connection.execute(
        dataset_versions.insert(),
        {
            "dataset": version.dataset,
            "number": version.number,
            "published_at": version.published_at,
            "series_count": version.series_count,
            "observation_count": version.observation_count,
            "dataset_attributes": msgspec.json.encode(version.dataset_attributes),
            "layout": msgspec.json.encode(version.layout),
            "series_index": compress(encode_index(index)),
        },
    )
    connection.execute(
        datasets.update()
        .where(datasets.c.dataset == version.dataset)
        .values(current=version.number)
    )
