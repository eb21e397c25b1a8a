"""Versions of datasets as the database has them, and the pointers to those that hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from sdmx_server.dataset import Layout
from sdmx_server.errors import Unavailable
from sdmx_server.storage.database import insert_missing
from sdmx_server.storage.tables import dataset_versions, datasets

_ATTRIBUTES = msgspec.json.Decoder(dict[str, str])
_LAYOUT = msgspec.json.Decoder(Layout)


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """A published version of a dataset.

    Attributes:
        dataset: the name of the dataset.
        number: counts the versions of a dataset from 1.
        published_at: since when it holds, UTC.
        previous: number of the version before, whether that is kept or not; None for the first.
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


COLUMNS = tuple(
    column for column in dataset_versions.c if column is not dataset_versions.c.series_index
)
"""What ``version_of`` needs of a row."""


def lock(connection: sa.Connection, names: Sequence[str]) -> dict[str, int]:
    """Make other publishers of some datasets wait; return the numbers of the current versions.

    Datasets are locked in one order, so that no two publishers wait for each other.
    """
    ordered = sorted(names)
    insert_missing(connection, datasets, [{"dataset": name, "current": 0} for name in ordered])
    statement = sa.select(datasets.c.current).with_for_update()
    return {
        name: connection.execute(statement.where(datasets.c.dataset == name)).scalar_one()
        for name in ordered
    }


def current(connection: sa.Connection, dataset: str) -> DatasetVersion | None:
    """Return the version of a dataset that holds; None where none does."""
    pointer = sa.select(datasets.c.current).where(datasets.c.dataset == dataset)
    statement = of_dataset(dataset).where(dataset_versions.c.number == pointer.scalar_subquery())
    return next(read(connection, statement), None)


def of_dataset(dataset: str) -> sa.Select[Any]:
    """Return the query for all versions of a dataset."""
    return sa.select(*COLUMNS).where(dataset_versions.c.dataset == dataset)


def read(connection: sa.Connection, statement: sa.Select[Any]) -> Iterator[DatasetVersion]:
    """Yield the versions that a query finds."""
    return map(version_of, connection.execute(statement))


def version_of(row: sa.Row[Any]) -> DatasetVersion:
    """Return the version that a row tells of."""
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


def store(connection: sa.Connection, version: DatasetVersion, series_index: bytes) -> None:
    """Store a version, whose chunks are there, and move the pointer to it."""
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
            "series_index": series_index,
        },
    )
    connection.execute(
        datasets.update()
        .where(datasets.c.dataset == version.dataset)
        .values(current=version.number)
    )


def dropped() -> Unavailable:
    """Return the error for a version that is no longer there."""
    return Unavailable("The data that are being read were dropped meanwhile; ask for them again.")
