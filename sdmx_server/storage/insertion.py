"""Rows that come in: Append, Merge and Replace.

Source: SDMX 3.1 Technical Notes, section on dataset actions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial as bound

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import Codes, Layout
from sdmx_server.errors import SemanticError
from sdmx_server.storage.blocks import Block, join, merge, pick, positions
from sdmx_server.storage.columns import (
    Flags,
    Keys,
    among,
    check_columns,
    describe,
    key_columns,
    pack,
)
from sdmx_server.storage.dictionaries import Joined
from sdmx_server.storage.draft import Arrangement, Draft, Shelf, Unit
from sdmx_server.storage.incoming import (
    Incoming,
    SeriesNumbers,
    join_with,
    number_series,
    partial_keys,
    patterns,
)
from sdmx_server.storage.runs import Run, count_rows, places_of
from sdmx_server.storage.series_index import SeriesIndex, observation_columns
from sdmx_server.storage.staging import Staging


def insert(
    index: SeriesIndex,
    rows: pa.Table | Staging,
    shelf: Shelf,
    arrangement: Arrangement,
    *,
    replace: bool = False,
    replace_all: bool = False,
) -> SeriesIndex:
    """Return the version that rows make of an older one; its new chunks are kept on the shelf.

    A row without time (with all or some dimensions) gives series attributes to every series
    that it matches.

    Args:
        index: the older version, of the same layout.
        rows: one column of texts a component; or staged rows.
        shelf: where chunks are.
        arrangement: how versions are arranged.
        replace: whether an observation replaces one that was there whole.
        replace_all: whether nothing that was there stays.

    Raises:
        ValueError: if two rows are about the same observation.
        SemanticError: if a row lacks a dimension, or series attributes of rows contradict
            each other or match no series.
    """
    made = _Insertion(index, shelf, arrangement, replace, replace_all)
    if isinstance(rows, Staging):
        return made.of(rows, None)
    check_columns(index.layout, rows)
    whole, partial = _parted(index.layout, rows)
    with Staging(index.layout, order=arrangement.order) as staging:
        staging.add(whole)
        return made.of(staging, partial)


@dataclass(frozen=True, slots=True)
class _Insertion:
    """What ``insert`` is told beside the rows."""

    index: SeriesIndex
    shelf: Shelf
    arrangement: Arrangement
    replace: bool
    replace_all: bool

    def of(self, staging: Staging, partial: pa.Table | None) -> SeriesIndex:
        """Return the version that staged rows make, and rows that hold attributes alone."""
        _check_once(staging)
        index = self.index
        codes = staging.encode(partial) if partial is not None else None
        joined = join_with(index, staging.dictionaries, self.arrangement.order)
        numbers = number_series(index, joined, staging.members, staging.series)
        draft = Draft(index, joined, numbers, self.arrangement)
        _set_attributes(draft, staging, joined, numbers, keep=not self.replace_all)
        if partial is not None and codes is not None:
            alive = np.zeros(numbers.count, np.bool_)
            alive[numbers.new] = True
            alive[numbers.held] |= not self.replace_all
            apart = {column: joined.new[column][own] for column, own in codes.items()}
            incoming = Incoming(apart, {}, joined, partial.num_rows)
            _attach(draft, incoming, numbers, np.arange(incoming.rows), alive)
        runs = [_Arranged(run, numbers.new, joined.new) for run in staging.runs()]
        counts = count_rows(staging.runs(), numbers.new, numbers.count)
        units = draft.units(counts, replace_all=self.replace_all)
        return draft.finish(units, bound(self._merged, draft.periods, runs), self.shelf)

    def _merged(self, periods: int, runs: Sequence[_Arranged], unit: Unit, held: Block) -> Block:
        """Return the observations of a unit: those that come in, and those that stay."""
        time = self.index.layout.time
        parts = [run.block(self.index.layout, unit) for run in runs]
        parts = [some for some in parts if len(some.series)]
        if not parts:
            return held
        new = join(parts)
        places = positions(new, time, periods)
        if len(parts) > 1:
            order = np.argsort(places, kind="stable")
            new, places = pick(new, order), places[order]
        both = positions(held, time, periods), places
        return merge(held, new, both, replace=self.replace)


@dataclass(frozen=True, slots=True)
class _Arranged:
    """A run beside the version in the making.

    Attributes:
        run: the run.
        numbers: the number in that version of each staged series.
        translations: by coded component the codes in that version.
    """

    run: Run
    numbers: Keys
    translations: Mapping[str, Codes]

    def block(self, layout: Layout, unit: Unit) -> Block:
        """Return the rows of a unit."""
        run = self.run
        low, high = places_of(run, self.numbers, unit.start, unit.stop)
        start, stop = int(run.starts[low]), int(run.starts[high])
        coded = observation_columns(layout)
        columns = run.part([*coded, *layout.texts], start, stop)
        lengths = np.diff(run.starts[low : high + 1])
        return Block(
            np.repeat(self.numbers[run.members[low:high]], lengths),
            {
                column: self.translations[column][np.asarray(codes)]
                for column, codes in zip(coded, columns, strict=False)
            },
            dict(zip(layout.texts, columns[len(coded) :], strict=True)),
        )


def _parted(layout: Layout, rows: pa.Table) -> tuple[pa.Table, pa.Table | None]:
    """Part rows into observations and those that hold attributes of series alone."""
    key = key_columns(layout)
    if all(c in rows.schema.names and not rows.column(c).null_count for c in key):
        return rows, None
    apart = np.zeros(rows.num_rows, np.bool_)
    for column in key:
        apart |= _absent(rows, column)
    for column in (*layout.coded, *layout.texts):
        apart &= _absent(rows, column)
    return rows.filter(pa.array(~apart)), rows.filter(pa.array(apart))


def _absent(rows: pa.Table, column: str) -> Flags:
    if column not in rows.schema.names:
        return np.ones(rows.num_rows, np.bool_)
    absent: Flags = np.asarray(rows.column(column).is_null())
    return absent


def _check_once(staging: Staging) -> None:
    """Make sure that no two rows are about the same observation.

    Raises:
        ValueError: if two are.
    """
    for found in staging.repeated():
        key = dict(zip(key_columns(staging.layout), found.key, strict=True))
        raise ValueError(f"Two rows are about the same observation: {describe(key)}.")


def _set_attributes(
    draft: Draft, staging: Staging, joined: Joined, numbers: SeriesNumbers, *, keep: bool
) -> None:
    """Give series the attributes that stand beside their observations.

    Raises:
        SemanticError: if rows of one series give an attribute different values.
    """
    for column, held in draft.attributes.items():
        if not keep:
            held[:] = -1
        given = staging.given(column)
        codes, series = joined.new[column][given.codes], numbers.new[given.series]
        held[series] = codes
        wrong = np.flatnonzero(held[series] != codes)
        if len(wrong):
            texts = joined.texts[column]
            first, second = int(codes[wrong[0]]), int(held[series[wrong[0]]])
            raise SemanticError(
                f"{column} is {texts[first]!r} and {texts[second]!r} in rows of one series; "
                "it holds one value a series."
            )


def _attach(
    draft: Draft, incoming: Incoming, numbers: SeriesNumbers, rows: Keys, alive: Flags
) -> None:
    """Give series the attributes of rows with all or some dimensions and no observation."""
    named = [column for column in draft.attributes if np.any(incoming.codes[column][rows] >= 0)]
    if not named:
        return
    said = np.zeros(len(rows), np.bool_)
    for column in named:
        said |= incoming.codes[column][rows] >= 0
    for dimensions, alike in patterns(incoming, tuple(numbers.dimensions), rows[said]):
        for once in _one_each(incoming, dimensions, alike):
            _attach_alike(draft, incoming, numbers, (dimensions, once, alive))


def _attach_alike(
    draft: Draft,
    incoming: Incoming,
    numbers: SeriesNumbers,
    wanted: tuple[Sequence[str], Keys, Flags],
) -> None:
    dimensions, rows, alive = wanted
    series_keys, row_keys = partial_keys(incoming, numbers, dimensions, rows)
    series_keys = np.where(alive, series_keys, np.int64(-1))
    lost = np.flatnonzero(~among(row_keys, np.unique(series_keys)))
    if len(lost):
        key = describe(incoming.key(dimensions, int(rows[lost[0]])))
        raise SemanticError(
            f"Attributes are given for {key or 'every series'}, but no series with "
            "observations matches it."
        )
    order = np.argsort(row_keys)
    hit = np.flatnonzero(among(series_keys, row_keys[order]))
    source = rows[order][np.searchsorted(row_keys[order], series_keys[hit])]
    for column, held in draft.attributes.items():
        codes: Codes = incoming.codes[column][source]
        held[hit] = np.where(codes >= 0, codes, held[hit])


def _one_each(incoming: Incoming, dimensions: Sequence[str], rows: Keys) -> list[Keys]:
    """Deal rows into lots none of which has the same key twice, earlier rows first."""
    sizes = [len(incoming.joined.texts[d]) for d in dimensions]
    lots = []
    while len(rows):
        keys = pack([incoming.codes[d][rows] for d in dimensions], sizes, len(rows))
        _, firsts = np.unique(keys, return_index=True)
        lots.append(rows[firsts])
        rows = np.delete(rows, firsts)
    return lots
