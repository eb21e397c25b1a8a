"""Selections of one or several dataset versions, as one.

Asked for a data structure, the server answers with the data of all its dataflows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sdmx_server.dataset import Batch, Codes, Layout
from sdmx_server.exchange.cube import KeyMap, Slice
from sdmx_server.exchange.predicates import Mask, one_of
from sdmx_server.exchange.reporting_year import by_reporting_year
from sdmx_server.exchange.stores import Stores
from sdmx_server.model.period import sort_key
from sdmx_server.storage.observations import DatasetVersion


class Selection(Protocol):
    """Series and observations that were selected.

    Attributes:
        dictionaries: texts by component id; sorted by code point, time chronologically.
        series: one code a series by component id.
        first, last: time code of the first and last observation of each series.
        counts: number of observations of each series; too high where observations are
            filtered.
        is_exact: whether they are not.
    """

    @property
    def dictionaries(self) -> Mapping[str, tuple[str, ...]]:
        """Texts by component id."""

    @property
    def series(self) -> Mapping[str, Codes]:
        """Codes by component id."""

    @property
    def first(self) -> Codes:
        """First periods."""

    @property
    def last(self) -> Codes:
        """Last periods."""

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """Numbers of observations."""

    @property
    def is_exact(self) -> bool:
        """Whether every observation of these series was selected."""

    def batches(self) -> Iterator[Batch]:
        """Yield the observations, in the order of the series; can be called again."""


def select(part: Slice, stores: Stores) -> Selection:
    """Select what a slice asks for; nothing of the observations is read yet.

    Where the slice is about what has changed, these are the observations that are new or
    different since.
    """
    if part.updated_after is None:
        found = [whole(part, version, stores) for version in part.versions]
    else:
        found = [
            changed(part, before(version, part.updated_after, stores), version, stores)[0]
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
    """Return the version of the same dataset that held at an instant."""
    return stores.observations.current(version.dataset, instant)


def union(parts: Sequence[Selection], part: Slice) -> Selection:
    """Return several selections of a slice as one."""
    return parts[0] if len(parts) == 1 else Union(parts, part.layout.time)


def whole(part: Slice, version: DatasetVersion, stores: Stores) -> Selection:
    """Select what a slice asks for out of one version."""
    found: list[Selection] = []
    for each in by_reporting_year(part, version, stores):
        ask = _asked(each, version)
        some = stores.observations.select(version, ask.layout, masks=ask.masks, keys=ask.keys)
        found.append(ask.completed(some))
    return union(found, part)


def changed(
    part: Slice, earlier: DatasetVersion | None, later: DatasetVersion, stores: Stores
) -> tuple[Selection, Selection]:
    """Select what was updated and what was deleted between two versions of a dataset.

    An attribute of the whole dataset belongs to every observation: where one has changed,
    all of them were updated.
    """
    updated: list[Selection] = []
    deleted: list[Selection] = []
    for each in by_reporting_year(part, later, stores):
        ask = _asked(each, later)
        found = stores.observations.changes(
            earlier, later, ask.layout, masks=ask.masks, keys=ask.keys
        )
        updated.append(ask.completed(found.updated))
        deleted.append(ask.completed(found.deleted))
    if earlier is not None and earlier.dataset_attributes != later.dataset_attributes:
        return whole(part, later, stores), union(deleted, part)
    return union(updated, part), union(deleted, part)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a slice asks of one version, which may do without some dimensions."""

    layout: Layout
    masks: Mapping[str, Mask]
    keys: Sequence[KeyMap]
    missing: frozenset[str]

    def completed(self, found: Selection) -> Selection:
        """Return a selection with the dimensions that are missing."""
        return WithoutDimensions(found, self.missing) if self.missing else found


def _asked(part: Slice, version: DatasetVersion) -> _Asked:
    there = tuple(id_ for id_ in part.layout.dimensions if id_ in version.layout.dimensions)
    missing = frozenset(part.layout.dimensions) - frozenset(there)
    if not missing:
        return _Asked(part.layout, part.masks, part.keys, missing)
    masks = {id_: mask for id_, mask in part.masks.items() if id_ not in missing}
    keys = [
        {id_: codes for id_, codes in key.items() if id_ not in missing}
        for key in part.keys
        if all(NOT_APPLICABLE in key.get(id_, (NOT_APPLICABLE,)) for id_ in missing)
    ]
    refused = [i for i in missing if i in part.masks and not part.masks[i]([NOT_APPLICABLE])[0]]
    if refused or (part.keys and not keys):
        masks[there[0]] = one_of(frozenset())
    return _Asked(replace(part.layout, dimensions=there), masks, keys, missing)


NOT_APPLICABLE = "~"
"""What a dimension holds that a dataflow does without, seen from the data structure."""


@dataclass(frozen=True)
class WithoutDimensions:
    """A selection of a dataflow that does without some dimensions of its data structure."""

    rest: Selection
    missing: frozenset[str]

    @cached_property
    def dictionaries(self) -> Mapping[str, tuple[str, ...]]:
        """The texts, with the one that stands for what is missing."""
        return {**self.rest.dictionaries, **dict.fromkeys(self.missing, (NOT_APPLICABLE,))}

    @cached_property
    def series(self) -> Mapping[str, Codes]:
        """The series columns."""
        return self._completed(self.rest.series, len(self.rest.counts))

    @property
    def first(self) -> Codes:
        """Time code of the first observation of each series."""
        return self.rest.first

    @property
    def last(self) -> Codes:
        """Time code of the last observation of each series."""
        return self.rest.last

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """Number of observations of each series."""
        return self.rest.counts

    @property
    def is_exact(self) -> bool:
        """Whether every observation of these series was selected."""
        return self.rest.is_exact

    def batches(self) -> Iterator[Batch]:
        """Yield the batches, completed."""
        for batch in self.rest.batches():
            yield replace(batch, series=self._completed(batch.series, batch.series_count))

    def _completed(self, series: Mapping[str, Codes], count: int) -> Mapping[str, Codes]:
        return {**series, **dict.fromkeys(self.missing, np.zeros(count, dtype=np.int32))}


@dataclass(frozen=True)
class Union:
    """Several selections of one layout, one after the other."""

    parts: Sequence[Selection]
    time: str | None

    @cached_property
    def dictionaries(self) -> Mapping[str, tuple[str, ...]]:
        """The texts of all parts."""
        ids = dict.fromkeys(id_ for part in self.parts for id_ in part.dictionaries)
        return {id_: self._dictionary(id_) for id_ in ids}

    def _dictionary(self, id_: str) -> tuple[str, ...]:
        texts = {text for part in self.parts for text in part.dictionaries.get(id_, ())}
        return tuple(sorted(texts, key=sort_key if id_ == self.time else None))

    @cached_property
    def _remaps(self) -> list[dict[str, Codes]]:
        places = {i: {text: n for n, text in enumerate(t)} for i, t in self.dictionaries.items()}
        return [
            {
                id_: np.array([*(places[id_][text] for text in texts), -1], dtype=np.int32)
                for id_, texts in part.dictionaries.items()
            }
            for part in self.parts
        ]  # the last entry, reached by the code -1, keeps what is absent absent

    @cached_property
    def series(self) -> Mapping[str, Codes]:
        """The series columns of all parts."""
        ids = self.parts[0].series
        pairs = list(zip(self.parts, self._remaps, strict=True))
        return {i: np.concatenate([remap[i][p.series[i]] for p, remap in pairs]) for i in ids}

    @cached_property
    def first(self) -> Codes:
        """Time code of the first observation of each series."""
        return self._times([part.first for part in self.parts])

    @cached_property
    def last(self) -> Codes:
        """Time code of the last observation of each series."""
        return self._times([part.last for part in self.parts])

    def _times(self, columns: Sequence[Codes]) -> Codes:
        if self.time is None:
            return np.concatenate(columns)
        pairs = zip(columns, self._remaps, strict=True)
        return np.concatenate([remap[self.time][column] for column, remap in pairs])

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """Number of observations of each series."""
        return np.concatenate([part.counts for part in self.parts])

    @property
    def is_exact(self) -> bool:
        """Whether every observation of these series was selected."""
        return all(part.is_exact for part in self.parts)

    def batches(self) -> Iterator[Batch]:
        """Yield the batches of all parts."""
        for part, remap in zip(self.parts, self._remaps, strict=True):
            for batch in part.batches():
                yield Batch(
                    series={i: remap[i][codes] for i, codes in batch.series.items()},
                    offsets=batch.offsets,
                    observations={i: remap[i][codes] for i, codes in batch.observations.items()},
                    texts=batch.texts,
                )
