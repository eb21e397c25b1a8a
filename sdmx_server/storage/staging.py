"""A staging area: a delivery that comes in parts, on its way to the store.

Codes and series are numbered as they arrive, columns kept as small numbers and Arrow texts;
what is more than the memory given lies in sorted runs on disk. What can only be told of the
delivery as a whole is told here: keys that repeat, attributes that contradict each other,
attributes that are nowhere given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import Codes, Layout
from sdmx_server.errors import SemanticError
from sdmx_server.storage.columns import (
    Keys,
    check_columns,
    chronological,
    coded_columns,
    describe,
    key_columns,
    pack,
    spans,
)
from sdmx_server.storage.dictionaries import GrowingDictionary
from sdmx_server.storage.lines import Lines
from sdmx_server.storage.runs import SERIES, Ranks, Run, count_rows, make_run, places_of, write_run
from sdmx_server.storage.series_index import observation_columns

LINE = "@line"
"""The column of a part that holds the line of each row; rows count from 1 without it."""

MEMORY = 100_000_000
"""How many bytes of rows are kept in memory, unless told otherwise."""

_LOOKED_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Repeated:
    """A row about an observation that an earlier row is about.

    Attributes:
        line, earlier: the lines of both.
        key: the texts of the dimensions, time last.
    """

    line: int
    earlier: int
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A row that gives an attribute another value than an earlier row of its series or group.

    Attributes:
        line, text: the row, and what it gives.
        earlier, other: the first row that gives a value, and that.
    """

    line: int
    text: str
    earlier: int
    other: str


@dataclass(frozen=True, slots=True)
class Given:
    """The values that an attribute is given, each once a series.

    Attributes:
        series: numbers of series.
        codes: the value of each.
        rows: the first row that gives it.
    """

    series: Codes
    codes: Codes
    rows: Keys


class Staging:
    """Takes the parts of a delivery, each row of which is one observation with its whole key.

    A context manager: files are gone at its end. Not for several threads at once.

    Args:
        layout: how the columns are stored.
        order: what periods are ordered by.
        memory: how many bytes of rows are kept in memory, more or less.
        folder: where files are made; None for the place of the system for such.

    Attributes:
        layout: as given.
        rows: how many rows there are.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        order: Callable[[str], Any] = chronological,
        memory: int = MEMORY,
        folder: Path | None = None,
    ) -> None:
        self.layout = layout
        self.rows = 0
        self._order = order
        self._memory, self._folder = memory, folder
        self._columns = {column: GrowingDictionary() for column in coded_columns(layout)}
        self._members: dict[str, Codes] = {d: np.zeros(0, np.int32) for d in layout.dimensions}
        self._first_rows = np.zeros(0, np.int64)
        self._given: dict[str, list[Given]] = {column: [] for column in layout.series}
        self._lines = Lines()
        self._parts: list[pa.Table] = []
        self._runs: list[Run] = []
        self._files = ExitStack()
        self._directory: Path | None = None

    def __enter__(self) -> Staging:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of everything, and remove the files."""
        self._parts, self._runs = [], []
        self._files.close()

    def add(self, part: pa.Table) -> None:
        """Take some rows, in the order in which they were delivered.

        Args:
            part: one column of texts a component, plain or with a dictionary, null where
                absent; those left out are absent. ``LINE`` holds the lines.

        Raises:
            SemanticError: if a row lacks a dimension, or a column is unknown or there twice.
        """
        lines = part.column(LINE) if LINE in part.schema.names else None
        columns = part.drop_columns([LINE]) if lines is not None else part
        check_columns(self.layout, columns)
        if not part.num_rows:
            return
        codes = {column: self._encode(columns, column) for column in self._columns}
        self._check_keys(codes)
        series, starts = self._number(codes)
        for column, given in self._given.items():
            given.append(_given(series, codes[column], self.rows, starts))
        self._lines.add(part.num_rows, lines)
        self._parts.append(self._compact(columns, codes, series))
        self.rows += part.num_rows
        if sum(held.nbytes for held in self._parts) > self._memory:
            self._spill()

    def encode(self, rows: pa.Table) -> dict[str, Codes]:
        """Return the codes of rows that are not taken, by id of a coded component."""
        return {column: self._encode(rows, column) for column in self._columns}

    @property
    def dictionaries(self) -> dict[str, Sequence[str]]:
        """By id of a coded component the texts that codes are positions of."""
        return {column: held.texts for column, held in self._columns.items()}

    @property
    def members(self) -> dict[str, Codes]:
        """By id of a dimension one code a series, in the order of their numbers."""
        return self._members

    @property
    def series(self) -> int:
        """How many series there are."""
        return len(self._first_rows)

    def given(self, column: str) -> Given:
        """Return the values that a series attribute is given; earlier rows first."""
        parts = self._given[column]
        size = len(self._columns[column].texts)
        series, codes, rows = (
            np.concatenate([np.zeros(0, np.int64), *(getattr(part, name) for part in parts)])
            for name in ("series", "codes", "rows")
        )
        _, firsts = np.unique(series * max(size, 1) + codes, return_index=True)
        places = np.sort(firsts)
        given = Given(series[places].astype(np.int32), codes[places].astype(np.int32), rows[places])
        self._given[column] = [given]
        return given

    def runs(self) -> list[Run]:
        """Return all rows in runs."""
        if self._parts:
            first = self.rows - sum(part.num_rows for part in self._parts)
            self._runs.append(make_run(self._parts, self.layout.time, self._ranks(), first))
            self._parts = []
        return self._runs

    def spread(self, column: str, dimensions: Sequence[str]) -> None:
        """Give an attribute that some series of a group have to all staged series of the group.

        Args:
            column: the attribute.
            dimensions: those that make the group.
        """
        given, groups = self.given(column), self._groups(dimensions)
        if len(given.series) in (0, len(groups)):
            return
        order = np.argsort(groups[given.series], kind="stable")
        sources = groups[given.series][order]
        places = np.minimum(np.searchsorted(sources, groups), len(sources) - 1)
        hit = np.flatnonzero(sources[places] == groups)
        codes = given.codes[order][places[hit]]
        self._given[column] = [Given(hit.astype(np.int32), codes, self._first_rows[hit])]

    def repeated(self) -> Iterator[Repeated]:
        """Yield the rows about an observation that an earlier row is about, in key order."""
        runs, ranks = self.runs(), self._ranks()
        found = np.zeros(len(ranks.series), np.int32)
        for run in runs:
            found[run.members] += 2 if run.repeats else 1
        suspect = found > 1
        counts = count_rows(runs, ranks.series, len(ranks.series))
        counts[ranks.series[~suspect]] = 0
        for start, stop in _stretches(counts):
            keys, rows = self._keys(runs, ranks, suspect, (start, stop))
            order = np.lexsort((rows, keys))
            keys, rows = keys[order], rows[order]
            firsts = np.maximum.accumulate(
                np.where(np.append(True, keys[1:] != keys[:-1]), np.arange(len(keys)), 0)
            )
            for place in np.flatnonzero(firsts != np.arange(len(keys))).tolist():
                yield Repeated(
                    self._lines.of(int(rows[place])),
                    self._lines.of(int(rows[firsts[place]])),
                    self._key(ranks, int(keys[place])),
                )

    def contradictions(self, column: str, dimensions: Sequence[str]) -> Iterator[Contradiction]:
        """Yield the rows that give an attribute another value than an earlier row, by row.

        Each value is told once a series or group, where it stands first.

        Args:
            column: the attribute.
            dimensions: those that make what it is attached to.
        """
        given = self.given(column)
        order = np.argsort(given.rows, kind="stable")
        groups = self._groups(dimensions)[given.series[order]]
        codes, rows = given.codes[order].astype(np.int64), given.rows[order]
        _, firsts, which = np.unique(groups, return_index=True, return_inverse=True)
        earlier = firsts[which]
        differs = np.flatnonzero(codes != codes[earlier])
        texts = self._columns[column].texts
        _, once = np.unique(which[differs] * len(texts) + codes[differs], return_index=True)
        for place in differs[np.sort(once)].tolist():
            other = int(earlier[place])
            yield Contradiction(
                self._lines.of(int(rows[place])),
                texts[int(codes[place])],
                self._lines.of(int(rows[other])),
                texts[int(codes[other])],
            )

    def lacking(self, column: str, dimensions: Sequence[str]) -> Iterator[int]:
        """Yield the first line of each series, or group, that an attribute is given nowhere.

        Args:
            column: the attribute.
            dimensions: those that make what it is attached to.
        """
        groups = self._groups(dimensions)
        has = np.isin(groups, groups[self.given(column).series])
        order = np.argsort(self._first_rows, kind="stable")
        order = order[~has[order]]
        _, firsts = np.unique(groups[order], return_index=True)
        for series in order[np.sort(firsts)].tolist():
            yield self._lines.of(int(self._first_rows[series]))

    def _encode(self, rows: pa.Table, column: str) -> Codes:
        if column not in rows.schema.names:
            return np.full(rows.num_rows, -1, np.int32)
        texts = rows.column(column)
        if pa.types.is_null(texts.type):
            texts = texts.cast(pa.string())
        return self._columns[column].encode(texts)

    def _check_keys(self, codes: dict[str, Codes]) -> None:
        """Make sure that all rows have whole keys.

        Raises:
            SemanticError: if one has not.
        """
        key = key_columns(self.layout)
        lacking = [int(np.argmin(codes[c])) for c in key if codes[c].min() < 0]
        if lacking:
            row = min(lacking)
            cells = {c: self._columns[c].texts[codes[c][row]] for c in key if codes[c][row] >= 0}
            missing = ", ".join(column for column in key if column not in cells)
            raise SemanticError(
                f"The row {describe(cells) or 'without any dimension'} has no value for "
                f"{missing}; an observation needs one for each of {', '.join(key)}."
            )

    def _number(self, codes: dict[str, Codes]) -> tuple[Codes, Keys]:
        """Return the series number of each row, and where another series begins."""
        dimensions = self.layout.dimensions
        sizes = [len(self._columns[d].texts) for d in dimensions]
        rows = len(next(iter(codes.values())))
        packed = pack([codes[d] for d in dimensions], sizes, rows)
        starts = np.append(0, np.flatnonzero(packed[1:] != packed[:-1]) + 1)
        held = len(self._first_rows)
        columns = {d: np.concatenate([self._members[d], codes[d][starts]]) for d in dimensions}
        keys = pack([columns[d] for d in dimensions], sizes, held + len(starts))
        _, firsts, which = np.unique(keys, return_index=True, return_inverse=True)
        new = np.sort(firsts[firsts >= held])
        numbers = np.where(firsts < held, firsts, held + np.searchsorted(new, firsts))
        places = np.concatenate([np.arange(held), new])
        self._members = {d: column[places] for d, column in columns.items()}
        self._first_rows = np.append(self._first_rows, self.rows + starts[new - held])
        of_starts = numbers[which[held:]].astype(np.int32)
        return np.repeat(of_starts, np.diff(np.append(starts, rows))), starts

    def _compact(self, part: pa.Table, codes: dict[str, Codes], series: Codes) -> pa.Table:
        columns = {SERIES: pa.array(series)}
        for column in observation_columns(self.layout):
            kind = np.min_scalar_type(-max(len(self._columns[column].texts), 1))
            columns[column] = pa.array(codes[column].astype(kind))
        for column in self.layout.texts:
            columns[column] = (
                part.column(column).cast(pa.string())
                if column in part.schema.names
                else pa.nulls(part.num_rows, pa.string())
            )
        return pa.table(columns)

    def _spill(self) -> None:
        """Write what is in memory to a file."""
        if self._directory is None:
            made = TemporaryDirectory(prefix="sdmx-server-", dir=self._folder)
            self._directory = Path(self._files.enter_context(made))
        run = self.runs().pop()
        self._runs.append(write_run(run, self._directory / f"{len(self._runs)}.arrow"))

    def _ranks(self) -> Ranks:
        """Return how the series and periods that have arrived so far are ordered."""
        dimensions, time = self.layout.dimensions, self.layout.time
        texts = [self._columns[d].texts for d in dimensions]
        ranked: list[Codes] = [
            _ranked(each, None).astype(np.int32)[self._members[d]]
            for d, each in zip(dimensions, texts, strict=True)
        ]
        count = len(self._first_rows)
        series = np.empty(count, np.int64)
        series[np.argsort(pack(ranked, [len(each) for each in texts], count))] = np.arange(count)
        periods = _ranked(self._columns[time].texts, self._order) if time else np.zeros(1, np.int64)
        return Ranks(series, periods)

    def _groups(self, dimensions: Sequence[str]) -> Keys:
        """Return a number a series, the same for all that share the codes of some dimensions."""
        sizes = [len(self._columns[d].texts) for d in dimensions]
        return pack([self._members[d] for d in dimensions], sizes, len(self._first_rows))

    def _keys(
        self, runs: Sequence[Run], ranks: Ranks, suspect: np.ndarray, stretch: tuple[int, int]
    ) -> tuple[Keys, Keys]:
        """Return a number for the key of each row of some series, and the row numbers."""
        keys, rows = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for run in runs:
            low, high = places_of(run, ranks.series, *stretch)
            start, stop = int(run.starts[low]), int(run.starts[high])
            chosen = np.flatnonzero(suspect[run.members[low:high]]) + low
            lengths = np.diff(run.starts)[chosen]
            places = spans(run.starts[chosen], lengths)
            found = np.repeat(ranks.series[run.members[chosen]], lengths)
            if self.layout.time is not None:
                times = np.asarray(run.part([self.layout.time], start, stop)[0])
                found = found * len(ranks.periods) + ranks.periods[times[places - start]]
            keys.append(found)
            rows.append(run.numbers(start, stop)[places - start])
        return np.concatenate(keys), np.concatenate(rows)

    def _key(self, ranks: Ranks, key: int) -> tuple[str, ...]:
        rank, period = divmod(key, len(ranks.periods))
        series = int(np.flatnonzero(ranks.series == rank)[0])
        texts = [self._columns[d].texts[codes[series]] for d, codes in self._members.items()]
        if self.layout.time is not None:
            code = int(np.flatnonzero(ranks.periods == period)[0])
            texts.append(self._columns[self.layout.time].texts[code])
        return tuple(texts)


def _given(series: Codes, codes: Codes, first: int, starts: Keys) -> Given:
    """Return the values of an attribute in some rows, each once a series and stretch of rows."""
    changes = np.flatnonzero(codes[1:] != codes[:-1]) + 1
    places = np.union1d(starts, changes) if len(changes) else starts
    places = places[codes[places] >= 0]
    return Given(series[places], codes[places], places + first)


def _ranked(texts: Sequence[str], order: Callable[[str], Any] | None) -> Keys:
    """Return the place of each text in order."""
    keys = texts if order is None else [order(text) for text in texts]
    ranks = np.empty(len(texts), np.int64)
    ranks[sorted(range(len(texts)), key=keys.__getitem__)] = np.arange(len(texts))
    return ranks


def _stretches(counts: Keys) -> Iterator[tuple[int, int]]:
    """Cut series, by rank, so that each stretch has some rows but not too many."""
    total = np.cumsum(counts)
    if not len(total) or not total[-1]:
        return
    places = (total - counts) // _LOOKED_AT_ONCE
    starts = np.flatnonzero(np.append(True, places[1:] != places[:-1])).tolist()
    yield from zip(starts, [*starts[1:], len(counts)], strict=True)
