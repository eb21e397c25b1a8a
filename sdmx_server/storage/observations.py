"""The observation store: immutable versions of datasets.

A version is a series index and chunks of whole series in key order; chunks that do not
change are shared with the version before. A pointer moves in the transaction that stores
a version, so readers see the old one or the new one and never wait.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa
import sqlalchemy as sa

from sdmx_server.dataset import Action, Layout
from sdmx_server.storage import versions
from sdmx_server.storage.cache import Cache
from sdmx_server.storage.changes import Difference, difference
from sdmx_server.storage.chunk_reader import ChunkReader
from sdmx_server.storage.chunk_writer import ChunkGone, ChunkWriter
from sdmx_server.storage.chunks import compress, decompress
from sdmx_server.storage.columns import Keys
from sdmx_server.storage.database import (
    Revision,
    hold_revision,
    lock_revision,
    raise_revision,
    read_revision,
    reading,
    revision_of,
    writing,
)
from sdmx_server.storage.draft import Arrangement, Shelf
from sdmx_server.storage.publication import Contents, Publication, apply
from sdmx_server.storage.retention import Freed, Retention, prune
from sdmx_server.storage.rows import whole_rows
from sdmx_server.storage.selection import Selection
from sdmx_server.storage.series_index import (
    SeriesIndex,
    decode_index,
    empty_index,
    encode_index,
    is_same,
)
from sdmx_server.storage.tables import STORES, dataset_versions, datasets, revisions
from sdmx_server.storage.versions import DatasetVersion
from sdmx_server.storage.wanted import Mask, PartialKey, Wanted

STRUCTURES, STORE = STORES

_DIFFERENCE_BYTES = 32_000_000
_ATTEMPTS = 3  # to publish without keeping others waiting, before they are made to wait


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


@dataclass(frozen=True, slots=True)
class _Made:
    """What becomes of a dataset.

    Attributes:
        before: the version that it was made of; None for the first.
        version: the version that holds from now on; the one before where nothing changes.
        series_index: its index as it is stored; nothing where nothing changes.
        digests: its chunks.
    """

    before: DatasetVersion | None
    version: DatasetVersion
    series_index: bytes = b""
    digests: frozenset[str] = frozenset()


class _Outdated(Exception):
    """A version was published, or a chunk was taken away, while another was being made."""


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
        chunk_bytes: int = 192_000_000,
        arrangement: Arrangement | None = None,
    ) -> None:
        self._engine = engine
        self._arrangement = arrangement or Arrangement()
        self._indexes: Cache[tuple[str, int], SeriesIndex] = Cache(index_bytes)
        self._differences: Cache[tuple[str, int, int], Difference] = Cache(_DIFFERENCE_BYTES)
        self._chunks = ChunkReader(engine, chunk_bytes)

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
        for _ in range(_ATTEMPTS):
            with suppress(_Outdated, ChunkGone), ChunkWriter(self._engine) as writer:
                made = self._made(publications, names, at, writer)
                if all(one.version is one.before for one in made):
                    return [one.version for one in made]
                with writing(self._engine) as connection:
                    return _publish(connection, made, (at, structures), writer)
        with ChunkWriter(self._engine, ahead=False) as writer, writing(self._engine) as connection:
            versions.lock(connection, names)
            made = self._made(publications, names, at, writer)
            return _publish(connection, made, (at, structures), writer)

    def prune(self, retention: Retention, *, dry_run: bool = False) -> Freed:
        """Drop old versions and free the chunks that nobody refers to; see ``retention``."""
        return prune(self._engine, retention, dry_run=dry_run)

    def current(self, dataset: str, as_of: datetime | None = None) -> DatasetVersion | None:
        """Return the version that holds now, or held at an instant; None where none does."""
        if as_of is None:
            with reading(self._engine) as connection:
                return versions.current(connection, dataset)
        columns = dataset_versions.c
        statement = (
            versions.of_dataset(dataset)
            .where(columns.published_at <= as_of)
            .order_by(columns.number.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            return next(versions.read(connection, statement), None)

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
            sa.select(revisions.c.number.label("revision"), *versions.COLUMNS)
            .select_from(revisions.outerjoin(pointed, sa.true()))
            .where(revisions.c.store == STORE)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(statement).all()
        held: dict[str, DatasetVersion] = {}
        for row in (row for row in rows if row.dataset is not None):
            before = known.get(row.dataset)
            is_known = before is not None and before.number == row.number
            held[row.dataset] = before if before and is_known else versions.version_of(row)
        return (rows[0].revision if rows else 0), held

    def versions(self, dataset: str) -> list[DatasetVersion]:
        """Return all versions of a dataset, the oldest first."""
        statement = versions.of_dataset(dataset).order_by(dataset_versions.c.number)
        with reading(self._engine) as connection:
            return list(versions.read(connection, statement))

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
        return Selection(index, wanted, version.dataset_attributes, self._chunks.many)

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
        found = self._differences.one(
            (after.dataset, before.number if before else 0, after.number),
            lambda: difference(held, index, self._chunks.many, self._arrangement),
            lambda difference: difference.size,
        )
        updated = Wanted(layout, masks, keys, found.updated)
        attributes = before.dataset_attributes if before else {}
        earlier = _alike(layout, held.layout)

        def of_earlier(places: Keys) -> Selection:
            wanted = Wanted(earlier, masks, keys, places)
            return Selection(held, wanted, attributes, self._chunks.many)

        return Changes(
            Selection(index, updated, after.dataset_attributes, self._chunks.many),
            of_earlier(found.deleted),
            of_earlier(found.former),
            {column: of_earlier(places) for column, places in found.emptied.items()},
        )

    def rows(self, version: DatasetVersion) -> pa.Table:
        """Return a whole version as rows: one column of texts a component, null where absent."""
        index = self._index(version)
        return whole_rows(index, self._chunks.one)

    def _made(
        self,
        publications: Sequence[Publication],
        names: Sequence[str],
        at: datetime,
        writer: ChunkWriter,
    ) -> list[_Made]:
        """Make the next version of each dataset, of what holds now."""
        with reading(self._engine) as connection:
            before = {name: versions.current(connection, name) for name in names}
        shelf = Shelf(writer.read, writer.keep)
        after: dict[str, Contents] = {}
        for step in publications:
            held = after.get(step.dataset) or self._contents(before[step.dataset], step.layout)
            after[step.dataset] = apply(step, held, shelf, self._arrangement)
        return [self._next(before[name], after[name], (name, at)) for name in names]

    def _contents(self, version: DatasetVersion | None, layout: Layout) -> Contents:
        if version is None:
            return Contents(empty_index(layout), {})
        return Contents(self._index(version), version.dataset_attributes)

    def _next(
        self, before: DatasetVersion | None, after: Contents, named: tuple[str, datetime]
    ) -> _Made:
        """Return the version that holds the contents: the one before, if it does already."""
        dataset, at = named
        if before is not None and self._holds(before, after):
            return _Made(before, before)
        version = DatasetVersion(
            dataset=dataset,
            number=before.number + 1 if before else 1,
            published_at=max(at, before.published_at) if before else at,
            previous=before.number if before else None,
            series_count=len(after.index.counts),
            observation_count=int(after.index.counts.sum()),
            dataset_attributes=after.dataset_attributes,
            layout=after.index.layout,
        )
        digests = frozenset(entry.digest for entry in after.index.chunks)
        return _Made(before, version, compress(encode_index(after.index)), digests)

    def _holds(self, version: DatasetVersion, contents: Contents) -> bool:
        return (
            version.layout == contents.index.layout
            and version.dataset_attributes == contents.dataset_attributes
            and is_same(self._index(version), contents.index)
        )

    def _index(self, version: DatasetVersion) -> SeriesIndex:
        key = version.dataset, version.number
        return self._indexes.one(key, lambda: self._read_index(version), lambda index: index.size)

    def _read_index(self, version: DatasetVersion) -> SeriesIndex:
        columns = dataset_versions.c
        statement = sa.select(columns.series_index).where(
            columns.dataset == version.dataset, columns.number == version.number
        )
        with reading(self._engine) as connection:
            blob = connection.execute(statement).scalar_one_or_none()
        if blob is None:
            raise versions.dropped()
        return decode_index(version.layout, decompress(blob))


def _alike(layout: Layout, held: Layout) -> Layout:
    """Return a layout without the components that another has in another place, or not at all."""
    return replace(
        layout,
        series=tuple(column for column in layout.series if column in held.series),
        coded=tuple(column for column in layout.coded if column in held.coded),
        texts=tuple(column for column in layout.texts if column in held.texts),
    )


def _publish(
    connection: sa.Connection,
    made: Sequence[_Made],
    when: tuple[datetime, int | None],
    writer: ChunkWriter,
) -> list[DatasetVersion]:
    """Store the versions that were made, and move the pointers to them.

    Raises:
        _Outdated: if they were made of what no longer holds.
        Overtaken: if the structures have another revision by now.
    """
    at, structures = when
    numbers = versions.lock(connection, [one.version.dataset for one in made])
    held = [one.before.number if one.before else 0 for one in made]
    if held != [numbers[one.version.dataset] for one in made]:
        raise _Outdated
    hold_revision(connection, STRUCTURES, structures)
    if not writer.finish(connection, frozenset().union(*(one.digests for one in made))):
        raise _Outdated
    for one in made:
        if one.series_index:
            versions.store(connection, one.version, one.series_index)
    lock_revision(connection, STORE)
    raise_revision(connection, STORE, at)
    return [one.version for one in made]
