"""The observations of an answer by what became of them: those that hold, changes, history.

Source: SDMX-REST 2.2, doc/data.md ("updatedAfter", "includeHistory", "asOf"); SDMX-REST 1.5,
section 4.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sdmx_server.exchange.cube import Slice
from sdmx_server.exchange.selection import Selection, before, changed, select, union
from sdmx_server.exchange.stores import Stores
from sdmx_server.query import DataQuery
from sdmx_server.storage.observations import DatasetVersion


@dataclass(frozen=True, slots=True)
class Episode:
    """Observations that make one dataset of an answer.

    Attributes:
        selection: the observations.
        dataset_attributes: text by id of attributes of the whole dataset.
        is_deletion: whether they are gone, so that only their keys are told.
        valid_from: since when they hold, where history was asked for.
        valid_to: until when they held.
    """

    selection: Selection
    dataset_attributes: Mapping[str, str]
    is_deletion: bool = False
    valid_from: datetime | None = None
    valid_to: datetime | None = None


def episodes(part: Slice, query: DataQuery, stores: Stores) -> list[Episode]:
    """Return what a query wants of a slice: one episode, or more where it asks for changes.

    Asked for what changed after an instant, these are the observations that are new or
    different, then those that are gone. Asked for history, the same for every publication,
    the oldest first.
    """
    if query.include_history:
        return list(_publications(part, query.as_of, stores))
    if part.updated_after is None:
        return [Episode(select(part, stores), part.versions[0].dataset_attributes)]
    pairs = [
        changed(part, before(version, part.updated_after, stores), version, stores)
        for version in part.versions
    ]
    updated, deleted = (union(found, part) for found in zip(*pairs, strict=True))
    return [
        Episode(updated, part.versions[0].dataset_attributes),
        Episode(deleted, {}, is_deletion=True),
    ]


def _publications(part: Slice, as_of: datetime | None, stores: Stores) -> Iterator[Episode]:
    for earlier, later in _steps(part, as_of, stores):
        updated, deleted = changed(part, earlier, later, stores)
        at = later.published_at
        yield Episode(updated, later.dataset_attributes, valid_from=at)
        yield Episode(deleted, {}, is_deletion=True, valid_to=at)


def _steps(
    part: Slice, as_of: datetime | None, stores: Stores
) -> Sequence[tuple[DatasetVersion | None, DatasetVersion]]:
    """Return each version within the instants asked about with the one before it."""
    steps: list[tuple[DatasetVersion | None, DatasetVersion]] = []
    for current in part.versions:
        versions = stores.observations.versions(current.dataset)
        steps += zip([None, *versions], versions, strict=False)
    wanted = [
        (earlier, later)
        for earlier, later in steps
        if (part.updated_after is None or later.published_at > part.updated_after)
        and (as_of is None or later.published_at <= as_of)
    ]
    return sorted(wanted, key=lambda step: step[1].published_at)
