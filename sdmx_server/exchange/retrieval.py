"""What a slice asks of the stores: what holds, and what has changed.

Asked for a data structure, the server answers with the data of all its dataflows.

Source: SDMX-REST 2.2, doc/data.md ("updatedAfter").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from sdmx_server.dataset import Batch, Codes, Layout
from sdmx_server.errors import Unsupported
from sdmx_server.exchange.batches import Flags, series_of_rows
from sdmx_server.exchange.cube import KeyMap, Slice
from sdmx_server.exchange.predicates import Mask, one_of
from sdmx_server.exchange.reporting_year import by_observation, by_reporting_year
from sdmx_server.exchange.selection import (
    NOT_APPLICABLE,
    Narrowed,
    Selection,
    Union,
    WithoutDimensions,
)
from sdmx_server.exchange.stores import Stores
from sdmx_server.storage.versions import DatasetVersion


def select(part: Slice, stores: Stores) -> Selection:
    """Select what a slice asks for; nothing of the observations is read yet.

    Where the slice is about what has changed, these are the observations that are new or
    different since.
    """
    if part.updated_after is None:
        found = [whole(part, version, stores) for version in part.versions]
    else:
        found = [
            changed(part, before(version, part.updated_after, stores), version, stores).updated
            for version in part.versions
        ]
    return union(found, part)


def apart(part: Slice, stores: Stores) -> list[Slice]:
    """Return a slice as what can be one dataset each: whole, or one a dataflow.

    Seen from a data structure, its dataflows are one dataset unless they hold the same
    series, or differ in an attribute of the whole dataset.
    """
    if len(part.versions) == 1:
        return [part]
    together = union([whole(part, version, stores) for version in part.versions], part)
    keys = np.stack([together.series[id_] for id_ in part.layout.dimensions])
    is_distinct = np.unique(keys, axis=1).shape[1] == keys.shape[1]
    first, *others = (version.dataset_attributes for version in part.versions)
    if is_distinct and all(attributes == first for attributes in others):
        return [part]
    return [replace(part, versions=(version,)) for version in part.versions]


def before(version: DatasetVersion, instant: datetime, stores: Stores) -> DatasetVersion | None:
    """Return the version of the same dataset that held at an instant; None before the first.

    Raises:
        Unsupported: if it is no longer kept.
    """
    held = stores.observations.current(version.dataset, instant)
    oldest = None if held else stores.observations.versions(version.dataset)[0]
    if oldest is not None and oldest.previous is not None:
        raise Unsupported(
            f"What has changed since {instant.isoformat()} is not known any more: of "
            f"{version.dataset} the versions from {oldest.published_at.isoformat()} on are kept."
        )
    return held


def union(parts: Sequence[Selection], part: Slice) -> Selection:
    """Return several selections of a slice as one."""
    return parts[0] if len(parts) == 1 else Union(parts, part.layout.time)


def whole(part: Slice, version: DatasetVersion, stores: Stores) -> Selection:
    """Select what a slice asks for out of one version."""
    found: list[Selection] = []
    for each in by_reporting_year(part, (version,), stores):
        ask = _asked(each, version)
        some = stores.observations.select(version, ask.layout, masks=ask.masks, keys=ask.keys)
        found.append(ask.completed(some))
    return union(found, part)


@dataclass(frozen=True, slots=True)
class Changed:
    """What differs between two versions of the data that a slice asks for.

    Attributes:
        updated: observations that are new or different.
        deleted: observations, as they were, that are gone or no longer asked for; None where
            there were none.
        emptied: by component id observations, as they were, that have lost their value of it.
        dataset_attributes: text, as it was, by id of attributes of the dataset that are gone.
    """

    updated: Selection
    deleted: Selection | None
    emptied: Mapping[str, Selection]
    dataset_attributes: Mapping[str, str]


def changed(
    part: Slice, earlier: DatasetVersion | None, later: DatasetVersion, stores: Stores
) -> Changed:
    """Select what differs between two versions of a dataset.

    An attribute of the whole dataset belongs to every observation: where one has changed,
    all of them were updated.
    """
    if earlier is None:
        return Changed(whole(part, later, stores), None, {}, {})
    then, now = earlier.dataset_attributes, later.dataset_attributes
    found = _differences(part, earlier, later, stores)
    if then != now:
        updated = whole(part, later, stores)
        gone = _lacking(whole(part, earlier, stores), updated, part)
        lost = {id_: text for id_, text in then.items() if id_ not in now}
        return Changed(updated, gone, _by_component(found, part), lost)
    updated = union([each.updated for each in found], part)
    deleted = union([each.deleted for each in found], part)
    if set(part.masks) - {*part.layout.dimensions, part.layout.time}:
        deleted = _lacking(union([each.former for each in found], part), updated, part)
    return Changed(updated, deleted, _by_component(found, part), {})


@dataclass(frozen=True, slots=True)
class _Difference:
    updated: Selection
    deleted: Selection
    former: Selection
    emptied: Mapping[str, Selection]


def _differences(
    part: Slice, earlier: DatasetVersion, later: DatasetVersion, stores: Stores
) -> list[_Difference]:
    found = []
    for each in by_reporting_year(part, (earlier, later), stores):
        ask = _asked(each, later)
        some = stores.observations.changes(
            earlier, later, ask.layout, masks=ask.masks, keys=ask.keys
        )
        found.append(
            _Difference(
                ask.completed(some.updated),
                ask.completed(some.deleted),
                ask.completed(some.former),
                {id_: ask.completed(of_id) for id_, of_id in some.emptied.items()},
            )
        )
    return found


def _by_component(found: Sequence[_Difference], part: Slice) -> dict[str, Selection]:
    ids = dict.fromkeys(id_ for each in found for id_ in each.emptied)
    return {
        id_: union([each.emptied[id_] for each in found if id_ in each.emptied], part)
        for id_ in ids
    }


def _lacking(former: Selection, later: Selection, part: Slice) -> Selection:
    """Return the observations of one selection whose keys another one has not."""
    ids = [d.id for d in part.structure.key]
    places = {id_: {text: n for n, text in enumerate(former.dictionaries[id_])} for id_ in ids}
    translations = {
        id_: np.array([*(places[id_].get(t, -2) for t in later.dictionaries[id_]), -1], np.int32)
        for id_ in ids
    }
    held: set[bytes] = set()
    for batch in later.batches(columns=ids):
        held.update(_keys({i: translations[i][c] for i, c in _columns(batch, ids).items()}))

    def lacks(batch: Batch) -> Flags:
        keys = _keys(_columns(batch, ids))
        return np.fromiter((key not in held for key in keys), np.bool_, len(keys))

    return Narrowed(former, lacks)


def _columns(batch: Batch, ids: Sequence[str]) -> dict[str, Codes]:
    """Return one code an observation by component id."""
    rows = series_of_rows(batch.offsets)
    return {
        id_: batch.series[id_][rows] if id_ in batch.series else batch.observations[id_]
        for id_ in ids
    }


def _keys(columns: Mapping[str, Codes]) -> list[bytes]:
    return [row.tobytes() for row in np.stack(list(columns.values()), axis=1)]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a slice asks of one version, which may do without some dimensions."""

    part: Slice
    layout: Layout
    masks: Mapping[str, Mask]
    keys: Sequence[KeyMap]
    missing: frozenset[str]

    def completed(self, found: Selection) -> Selection:
        """Return a selection as it is asked for, with the dimensions that are missing."""
        asked = by_observation(self.part, found)
        return WithoutDimensions(asked, self.missing) if self.missing else asked


def _asked(part: Slice, version: DatasetVersion) -> _Asked:
    there = tuple(id_ for id_ in part.layout.dimensions if id_ in version.layout.dimensions)
    missing = frozenset(part.layout.dimensions) - frozenset(there)
    if not missing:
        return _Asked(part, part.layout, part.masks, part.keys, missing)
    masks = {id_: mask for id_, mask in part.masks.items() if id_ not in missing}
    keys = [
        {id_: codes for id_, codes in key.items() if id_ not in missing}
        for key in part.keys
        if all(NOT_APPLICABLE in key.get(id_, (NOT_APPLICABLE,)) for id_ in missing)
    ]
    refused = [i for i in missing if i in part.masks and not part.masks[i]([NOT_APPLICABLE])[0]]
    if refused or (part.keys and not keys):
        masks[there[0]] = one_of(frozenset())
    return _Asked(part, replace(part.layout, dimensions=there), masks, keys, missing)
