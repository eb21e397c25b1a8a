"""Selections of observations, and what is made of them: some left out, several as one.

Source: SDMX-REST 2.2, doc/data.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sdmx_server.dataset import Batch, Codes
from sdmx_server.exchange.batches import Flags, keep_ends, keep_rows
from sdmx_server.model.period import sort_key
from sdmx_server.storage.ends import Ends


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

    def batches(
        self, ends: Ends | None = None, columns: Collection[str] | None = None
    ) -> Iterator[Batch]:
        """Yield the observations, in the order of the series; can be called again.

        Args:
            ends: which of those selected, counted within each series; None for all.
            columns: the components needed of them, which may come with others; None for all.
        """

    def beyond(self, count: int) -> tuple[Selection, int]:
        """Leave out leading series that hold no more than so many observations together.

        Returns:
            What is left, and how many observations are left out; fewer than could be where
            their number is not known without reading them.
        """


NOT_APPLICABLE = "~"
"""What a dimension holds that a dataflow does without, seen from the data structure."""


@dataclass(frozen=True)
class Derived:
    """A selection made of another one; as it stands, the other one."""

    rest: Selection

    @property
    def dictionaries(self) -> Mapping[str, tuple[str, ...]]:
        """Texts by component id."""
        return self.rest.dictionaries

    @property
    def series(self) -> Mapping[str, Codes]:
        """Codes by component id."""
        return self.rest.series

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

    def batches(
        self, ends: Ends | None = None, columns: Collection[str] | None = None
    ) -> Iterator[Batch]:
        """Yield the observations."""
        return self.rest.batches(ends, columns)

    def beyond(self, count: int) -> tuple[Selection, int]:
        """Leave out nothing."""
        return self, 0


@dataclass(frozen=True)
class Narrowed(Derived):
    """A selection of which only some observations are kept, told a batch at a time."""

    keep: Callable[[Batch], Flags]

    @property
    def is_exact(self) -> bool:
        """Whether every observation of these series was selected, which is not known."""
        return False

    def batches(
        self, ends: Ends | None = None, columns: Collection[str] | None = None
    ) -> Iterator[Batch]:
        """Yield what is kept of the batches, with all columns, because any may tell that."""
        for batch in self.rest.batches():
            kept = keep_rows(batch, self.keep(batch))
            if ends is not None:
                kept = keep_ends(kept, ends)
            if kept.series_count:
                yield kept


@dataclass(frozen=True)
class WithoutDimensions(Derived):
    """A selection of a dataflow that does without some dimensions of its data structure."""

    missing: frozenset[str]

    @cached_property
    def dictionaries(self) -> Mapping[str, tuple[str, ...]]:
        """The texts, with the one that stands for what is missing."""
        return {**self.rest.dictionaries, **dict.fromkeys(self.missing, (NOT_APPLICABLE,))}

    @cached_property
    def series(self) -> Mapping[str, Codes]:
        """The series columns."""
        return self._completed(self.rest.series, len(self.rest.counts))

    def batches(
        self, ends: Ends | None = None, columns: Collection[str] | None = None
    ) -> Iterator[Batch]:
        """Yield the batches, completed."""
        for batch in self.rest.batches(ends, columns):
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

    def beyond(self, count: int) -> tuple[Selection, int]:
        """Leave out nothing."""
        return self, 0

    def batches(
        self, ends: Ends | None = None, columns: Collection[str] | None = None
    ) -> Iterator[Batch]:
        """Yield the batches of all parts."""
        for part, remap in zip(self.parts, self._remaps, strict=True):
            for batch in part.batches(ends, columns):
                yield Batch(
                    series={i: remap[i][codes] for i, codes in batch.series.items()},
                    offsets=batch.offsets,
                    observations={i: remap[i][codes] for i, codes in batch.observations.items()},
                    texts=batch.texts,
                )
