"""The tables of the database.

Rows of ``artefacts``, ``dataset_versions`` and ``chunks`` are never changed once they are
there, except that an artefact row is closed; that is what makes caching by row safe. Rows of
``chunk_claims`` stand for chunks that a publication at work has written ahead.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

SCHEMA_VERSION = 1
"""Raised by every change to a table; a table that is new is laid out in any database."""


class Instant(sa.types.TypeDecorator[datetime]):
    """An instant with microseconds, in UTC on every database."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Turn an instant into what the database holds.

        Raises:
            ValueError: if it has no time zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone.")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Turn what the database holds into an instant in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")

STORES = ("artefacts", "observations")
"""What is published and has revisions of its own."""

SERVICE = "maintenance"
"""What has revisions of its own as well: whether the service is closed."""

metadata = sa.MetaData()

schema_version = sa.Table(
    "schema_version",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
)

revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("store", _ID, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("changed", Instant, nullable=False),
)

artefacts = sa.Table(
    "artefacts",
    metadata,
    sa.Column("row", _ROW, primary_key=True, autoincrement=True),
    sa.Column("urn", _ID, nullable=False),
    sa.Column("artefact_type", _ID, nullable=False),
    sa.Column("class_name", _ID, nullable=False),
    sa.Column("urn_class", _ID, nullable=False),
    sa.Column("agency_id", _ID, nullable=False),
    sa.Column("id", _ID, nullable=False),
    sa.Column("version", _ID, nullable=False),
    sa.Column("document", sa.LargeBinary, nullable=False),
    sa.Column("valid_from", Instant, nullable=False),
    sa.Column("valid_to", Instant),
)
sa.Index("artefacts_by_identity", artefacts.c.urn_class, artefacts.c.agency_id, artefacts.c.id)
sa.Index("artefacts_by_type", artefacts.c.artefact_type)
sa.Index("artefacts_by_urn", artefacts.c.urn)
sa.Index(
    "artefacts_one_current",
    artefacts.c.urn,
    unique=True,
    sqlite_where=artefacts.c.valid_to.is_(None),
    postgresql_where=artefacts.c.valid_to.is_(None),
)

artefact_references = sa.Table(
    "artefact_references",
    metadata,
    sa.Column("row", _ROW, sa.ForeignKey("artefacts.row"), primary_key=True),
    sa.Column("urn_class", _ID, primary_key=True),
    sa.Column("agency_id", _ID, primary_key=True),
    sa.Column("id", _ID, primary_key=True),
    sa.Column("version", _ID, primary_key=True),
)
sa.Index(
    "artefact_references_by_target",
    artefact_references.c.urn_class,
    artefact_references.c.agency_id,
    artefact_references.c.id,
)

datasets = sa.Table(
    "datasets",
    metadata,
    sa.Column("dataset", _ID, primary_key=True),
    sa.Column("current", sa.Integer, nullable=False),
)

dataset_versions = sa.Table(
    "dataset_versions",
    metadata,
    sa.Column("dataset", _ID, sa.ForeignKey("datasets.dataset"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("published_at", Instant, nullable=False),
    sa.Column("series_count", sa.BigInteger, nullable=False),
    sa.Column("observation_count", sa.BigInteger, nullable=False),
    sa.Column("dataset_attributes", sa.LargeBinary, nullable=False),
    sa.Column("layout", sa.LargeBinary, nullable=False),
    sa.Column("series_index", sa.LargeBinary, nullable=False),
)

chunks = sa.Table(
    "chunks",
    metadata,
    sa.Column("digest", _ID, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

chunk_claims = sa.Table(
    "chunk_claims",
    metadata,
    sa.Column("publication", _ID, primary_key=True),
    sa.Column("digest", _ID, primary_key=True),
    sa.Column("at", Instant, nullable=False),
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("hash", sa.String, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("expires", Instant),
    sa.Column("revoked", Instant),
    sa.Column("last_used", Instant),
)

maintenance = sa.Table(
    "maintenance",
    metadata,
    sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("message", sa.String, nullable=False),
    sa.Column("retry_after", sa.Integer, nullable=False),
    sa.Column("since", Instant, nullable=False),
)

self_checks = sa.Table(
    "self_checks",
    metadata,
    sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("version", sa.String, nullable=False),
    sa.Column("report", sa.String, nullable=False),
)
