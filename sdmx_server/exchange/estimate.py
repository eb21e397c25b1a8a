"""How large an answer would be, told before any observation of it is read.

Series and observations are counted in the series index: never too few, and too many where
observations are filtered by something else than time. Bytes follow from a sample: some of
these series, with observations of usual length, are written in the format asked for, and what
a series and an observation take is multiplied.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from statistics import median_low

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sdmx_server.dataset import Batch, Codes, Component, Dataset, Role
from sdmx_server.errors import TooLarge
from sdmx_server.exchange.batches import Flags
from sdmx_server.exchange.cube import Slice
from sdmx_server.exchange.predicates import NUMERIC_TYPES
from sdmx_server.exchange.selection import Derived, Selection
from sdmx_server.query import DataQuery
from sdmx_server.storage.ends import Ends

Measure = Callable[[Sequence[Dataset]], int]
"""Returns how many bytes datasets take in the format asked for."""

_SMALLER = "Ask for fewer series or periods, or page with limit and offset."
_LATER = "Send the header Prefer: respond-async, and fetch the answer where the response says."
_USUAL_NUMBER, _USUAL_TEXT = "1234.5", "Twenty characters..."


@dataclass(frozen=True, slots=True)
class Estimate:
    """How large an answer would be.

    Attributes:
        series: how many series, at most.
        observations: how many observations, at most.
        bytes: about how many bytes, before they are compressed.
    """

    series: int
    observations: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How large an answer may be; 0 where it may be of any size.

    Attributes:
        observations: how many observations.
        bytes: how many bytes, before they are compressed.
        bytes_directly: how many bytes unless the client fetches the answer later.
    """

    observations: int = 0
    bytes: int = 0
    bytes_directly: int = 0

    def plainly_allow(self, size: Size) -> bool:
        """Whether bytes need not be estimated to know that an answer is not too large."""
        are_free = not self.bytes and not self.bytes_directly
        return are_free and (not self.observations or size.observations <= self.observations)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How large an answer may be, and how its bytes are found out."""

    limits: Limits
    measure: Measure


@dataclass(frozen=True, slots=True)
class Size:
    """How many series and observations a selection has at most."""

    series: int
    observations: int


def size_of(selection: Selection, part: Slice, query: DataQuery) -> Size:
    """Return how many series and observations of a selection are asked for, at most."""
    counts = np.minimum(selection.counts, _periods(selection, part))
    if query.first_n is not None or query.last_n is not None:
        counts = np.minimum(counts, (query.first_n or 0) + (query.last_n or 0))
    return Size(len(counts), int(counts.sum()))


def require_within(estimate: Estimate, limits: Limits) -> None:
    """Make sure that an answer is not larger than it may be.

    Raises:
        TooLarge: if it is.
    """
    rules = (
        ("observations", limits.observations, _SMALLER),
        ("bytes", limits.bytes, _SMALLER),
        ("bytes", limits.bytes_directly, _LATER),
    )
    for what, most, advice in rules:
        if most and getattr(estimate, what) > most:
            raise TooLarge(
                f"This query may match {estimate.observations} observations of {estimate.series} "
                f"series, about {estimate.bytes} bytes; at most {most} {what} are sent at once. "
                f"{advice}",
                asdict(estimate),
                {what: most},
            )


@dataclass(frozen=True, slots=True)
class Shape:
    """How many series a sample has beside those that show every code, and observations each."""

    series: int
    observations: int


_SHAPES = (Shape(0, 0), Shape(8, 1), Shape(8, 25))
_MOST_CODES = 4_000


def extrapolated(
    written: Callable[[Shape], int], samples: Sequence[Sample], size: Size
) -> Estimate:
    """Return the estimate for an answer of some size.

    Args:
        written: returns how many bytes samples of some shape take.
        samples: these, of whatever shape.
        size: how many series and observations there are.
    """
    _, some, more = _SHAPES
    least, with_series, with_observations = (written(shape) for shape in _SHAPES)
    added = len(samples) * some.series
    a_series = (with_series - least) / added
    an_observation = (with_observations - with_series) / (added * (more.observations - 1))
    around = least - sum(sample.breadth for sample in samples) * a_series
    rest = max(0, size.observations - size.series) * an_observation
    return Estimate(
        size.series, size.observations, max(0, round(around + size.series * a_series + rest))
    )


@dataclass(frozen=True)
class Sample(Derived):
    """Series of a selection, with observations that are made up and of usual length.

    First come as many made-up series as show each code that is there, because some
    formats list these; then, as the shape says, some series that there are.
    """

    part: Slice
    shape: Shape = Shape(0, 0)

    @cached_property
    def _codes(self) -> Mapping[str, Codes]:
        """The codes that occur, by id of a component of series or time."""
        found = {id_: np.unique(codes)[:_MOST_CODES] for id_, codes in self.rest.series.items()}
        time = self.part.layout.time
        if time is not None:
            found[time] = self._times(time)
        return found

    @property
    def breadth(self) -> int:
        """How many series it takes to show all codes."""
        return max((len(codes) for codes in self._codes.values()), default=1)

    def batches(
        self, ends: Ends | None = None, columns: Collection[str] | None = None
    ) -> Iterator[Batch]:
        """Yield the series that show all codes, then others."""
        ids = self.rest.series
        tiled = {id_: np.resize(codes, self.breadth) for id_, codes in self._codes.items()}
        yield self._batch({id_: tiled[id_] for id_ in ids}, tiled, Shape(self.breadth, 1))
        rows = np.linspace(0, len(self.rest.counts) - 1, self.shape.series).astype(np.int64)
        if len(rows):
            count = self.shape.series * self.shape.observations
            times = {id_: np.resize(codes, count) for id_, codes in self._codes.items()}
            series = {id_: codes[rows] for id_, codes in ids.items()}
            yield self._batch(series, times, self.shape)

    def _batch(
        self, series: Mapping[str, Codes], observed: Mapping[str, Codes], shape: Shape
    ) -> Batch:
        """Return the series of a shape, with their observations."""
        layout, structure = self.part.layout, self.part.structure
        each, count = shape.observations, shape.series * shape.observations
        observations = {id_: self._usual(id_, count) for id_ in layout.coded}
        if layout.time is not None:
            observations[layout.time] = observed[layout.time]
        known = {component.id: component for component in structure.components}
        return Batch(
            series,
            np.arange(0, count + 1, each, dtype=np.int64),
            observations,
            {id_: pa.array([_usual(known[id_])] * count, pa.string()) for id_ in layout.texts},
        )

    def _times(self, time: str) -> Codes:
        """Return the periods that are asked for, from the first that occurs to the last."""
        first, last = int(self.rest.first.min()), int(self.rest.last.max())
        times = np.arange(first, last + 1, dtype=np.int32)[:_MOST_CODES]
        passing = _passing(self.rest, self.part, time)
        return times if passing is None else times[passing[times]]

    def _usual(self, id_: str, count: int) -> Codes:
        """Return the code of the text of middle length; annotations nowhere."""
        texts = self.rest.dictionaries.get(id_, ())
        if not texts or id_.startswith("@"):
            return np.full(count, -1, np.int32)
        middle = median_low(sorted((len(text), code) for code, text in enumerate(texts)))
        return np.full(count, middle[1], np.int32)


def _usual(component: Component) -> str | None:
    if component.role is not Role.MEASURE and not component.mandatory:
        return None
    text = _USUAL_NUMBER if component.data_type in NUMERIC_TYPES else _USUAL_TEXT
    if not component.is_json:
        return text
    inner = f'{{"en":"{text}"}}' if component.is_multilingual else f'"{text}"'
    return component.depth * "[" + inner + component.depth * "]"


def _periods(selection: Selection, part: Slice) -> npt.NDArray[np.int64]:
    """Return how many of the periods asked for there are from the first to the last of each."""
    time = part.layout.time
    passing = None if time is None else _passing(selection, part, time)
    if passing is None:
        return selection.counts
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(passing)])
    found: npt.NDArray[np.int64] = before[selection.last + 1] - before[selection.first]
    return found


def _passing(selection: Selection, part: Slice, time: str) -> Flags | None:
    """Return which periods are asked for; None for all."""
    if time not in part.masks:
        return None
    return np.asarray(part.masks[time](selection.dictionaries[time]), np.bool_)
