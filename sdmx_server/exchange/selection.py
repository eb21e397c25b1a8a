"""Selections of one or several dataset versions, as one.

Asked for a data structure, the server answers with the data of all its dataflows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sdmx_server.dataset import Batch, Codes
from sdmx_server.exchange.cube import Slice
from sdmx_server.exchange.stores import Stores
from sdmx_server.model.period import sort_key


class Selection(Protocol):
    """Series and observations that were selected.

    Attributes:
        dictionaries: texts by component id; sorted by code point, time chronologically.
        series: one code a series by component id.
        first, last: time code of the first and last observation of each series.
        counts: number of observations of each series; too high where observations are
            filtered.
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

    def batches(self) -> Iterator[Batch]:
        """Yield the observations, in the order of the series; can be called again."""


def select(part: Slice, stores: Stores) -> Selection:
    """Select what a slice asks for; nothing of the observations is read yet."""
    found = [
        stores.observations.select(version, part.layout, masks=part.masks, keys=part.keys)
        for version in part.versions
    ]
    return found[0] if len(found) == 1 else Union(found, part.layout.time)


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
