"""The observations of an answer by what became of them: those that hold, changes, history.

Source: SDMX-REST 2.2, doc/data.md ("updatedAfter", "includeHistory", "asOf"); SDMX-REST 1.5,
section 4.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sdmx_server.exchange.cube import Slice
from sdmx_server.exchange.retrieval import Changed, before, changed, select, union
from sdmx_server.exchange.selection import Selection
from sdmx_server.exchange.stores import Stores
from sdmx_server.query import DataQuery
from sdmx_server.storage.versions import DatasetVersion


@dataclass(frozen=True, slots=True)
class Episode:
    """Observations that make one dataset of an answer.

    Attributes:
        selection: the observations; those that are gone, as they were.
        dataset_attributes: text by id of attributes of the whole dataset.
        deleted: None where the observations hold; else the components whose values are gone,
            empty for all of them.
        valid_from: since when they hold, where history was asked for.
        valid_to: until when they held.
    """

    selection: Selection
    dataset_attributes: Mapping[str, str]
    deleted: tuple[str, ...] | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


def episodes(part: Slice, query: DataQuery, stores: Stores) -> list[Episode]:
    """Return what a query wants of a slice: one episode, or more where it asks for changes.

    Asked for what changed after an instant, these are the observations that are new or
    different, then those that are gone, then the values that are gone, a component each.
    Asked for history, the same for every publication, the oldest first.
    """
    if query.include_history:
        return [
            episode
            for earlier, later in _steps(part, query.as_of, stores)
            for episode in _told(
                [changed(part, earlier, later, stores)],
                part,
                later.dataset_attributes,
                later.published_at,
            )
        ]
    attributes = part.versions[0].dataset_attributes
    if part.updated_after is None:
        return [Episode(select(part, stores), attributes)]
    found = [
        changed(part, before(version, part.updated_after, stores), version, stores)
        for version in part.versions
    ]
    return list(_told(found, part, attributes, None))


def _told(
    found: Sequence[Changed],
    part: Slice,
    dataset_attributes: Mapping[str, str],
    at: datetime | None,
) -> Iterator[Episode]:
    """Yield what has changed in one or several dataflows, at one instant where it is given."""
    updated = union([each.updated for each in found], part)
    yield Episode(updated, dataset_attributes, valid_from=at)
    deleted = [each.deleted for each in found if each.deleted is not None]
    if deleted:
        yield Episode(union(deleted, part), {}, deleted=(), valid_to=at)
    gone = {id_ for each in found for id_ in each.emptied}
    for id_ in (c.id for c in part.structure.components if c.id in gone):
        emptied = [each.emptied[id_] for each in found if id_ in each.emptied]
        yield Episode(union(emptied, part), {}, deleted=(id_,), valid_to=at)
    lost = {id_: text for each in found for id_, text in each.dataset_attributes.items()}
    for id_, text in lost.items():
        yield Episode(updated, {id_: text}, deleted=(id_,), valid_to=at)


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
