"""Rows that come in: Append, Merge and Replace.

Source: SDMX 3.1 Technical Notes, section on dataset actions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import Codes
from sdmx_server.errors import SemanticError
from sdmx_server.storage.blocks import Block, empty_block, merge, part, pick, positions
from sdmx_server.storage.columns import Flags, Keys, among, check_columns, describe, pack
from sdmx_server.storage.draft import Arrangement, Draft, Read
from sdmx_server.storage.incoming import (
    Incoming,
    SeriesNumbers,
    number_series,
    partial_keys,
    patterns,
    read_rows,
)
from sdmx_server.storage.series_index import ChunkEntry, SeriesIndex, observation_columns


def insert(
    index: SeriesIndex,
    rows: pa.Table,
    read: Read,
    arrangement: Arrangement,
    *,
    replace: bool = False,
    replace_all: bool = False,
) -> tuple[SeriesIndex, dict[str, bytes]]:
    """Return the version that rows make of an older one, and its new chunks by digest.

    A row without time (with all or some dimensions) gives series attributes to every series
    that it matches.

    Args:
        index: the older version, of the same layout.
        rows: one column of texts a component.
        read: reads a chunk of the older version.
        arrangement: how versions are arranged.
        replace: whether an observation replaces one that was there whole.
        replace_all: whether nothing that was there stays.

    Raises:
        ValueError: if two rows are about the same observation.
        SemanticError: if a row lacks a dimension, or series attributes of rows contradict
            each other or match no series.
    """
    check_columns(index.layout, rows)
    incoming = read_rows(index, rows, arrangement.order)
    whole = _complete(index, incoming)
    places = np.flatnonzero(whole)
    numbers = number_series(index, incoming, places)
    draft = Draft(index, incoming, numbers, arrangement)
    _set_attributes(draft, incoming, places, numbers, keep=not replace_all)
    alive = np.zeros(numbers.count, np.bool_)
    alive[numbers.rows] = True
    alive[numbers.held] |= not replace_all
    _attach(draft, incoming, numbers, np.flatnonzero(~whole), alive)

    def held(entry: ChunkEntry | None) -> Block:
        if entry is None or replace_all:
            return empty_block(index.layout)
        return draft.block(entry, read(entry))

    block, ordered = _ordered(index, incoming, numbers, places)
    periods = _periods(index, incoming)
    for entry, start, stop in draft.ranges:
        low, high = (int(each) for each in np.searchsorted(block.series, [start, stop]))
        if entry and low == high and not replace_all:
            draft.carry(entry)
            continue
        old = held(entry)
        keys = positions(old, index.layout.time, periods), ordered[low:high]
        draft.add(merge(old, part(block, low, high), keys, replace=replace), start, stop)
    return draft.finish(), draft.contents


def _complete(index: SeriesIndex, incoming: Incoming) -> Flags:
    """Tell which rows are observations; the others may hold series attributes only.

    Raises:
        SemanticError: if a row has a value of an observation but not its whole key.
    """
    layout = index.layout
    key = (*layout.dimensions, layout.time) if layout.time else layout.dimensions
    whole = np.ones(incoming.rows, np.bool_)
    for column in key:
        whole &= incoming.codes[column] >= 0
    given = np.zeros(incoming.rows, np.bool_)
    for column in observation_columns(layout):
        given |= incoming.codes[column] >= 0
    for texts in incoming.texts.values():
        given |= np.asarray(texts.is_valid())
    wrong = np.flatnonzero(given & ~whole)
    if len(wrong):
        found = incoming.key(key, int(wrong[0]))
        missing = ", ".join(column for column, text in found.items() if text is None)
        raise SemanticError(
            f"The row {describe(found) or 'without any dimension'} has no value for {missing}; "
            f"an observation needs one for each of {', '.join(key)}."
        )
    return whole


def _periods(index: SeriesIndex, incoming: Incoming) -> int:
    return len(incoming.dictionaries[index.layout.time]) if index.layout.time else 1


def _ordered(
    index: SeriesIndex, incoming: Incoming, numbers: SeriesNumbers, rows: Keys
) -> tuple[Block, Keys]:
    """Return the observations among the rows in the order of series and time, and that order.

    Raises:
        ValueError: if two are about the same observation.
    """
    layout = index.layout
    everything = len(rows) == incoming.rows
    block = Block(
        numbers.rows,
        {c: incoming.codes[c][rows] for c in observation_columns(layout)},
        {c: t if everything else t.take(pa.array(rows)) for c, t in incoming.texts.items()},
    )
    places = positions(block, layout.time, _periods(index, incoming))
    if np.all(places[1:] > places[:-1]):
        return block, places
    order = np.argsort(places, kind="stable")
    places = places[order]
    twice = np.flatnonzero(places[1:] == places[:-1])
    if len(twice):
        key = (*layout.dimensions, layout.time) if layout.time else layout.dimensions
        found = incoming.key(key, int(rows[order[twice[0]]]))
        raise ValueError(f"Two rows are about the same observation: {describe(found)}.")
    return pick(block, order), places


def _set_attributes(
    draft: Draft, incoming: Incoming, rows: Keys, numbers: SeriesNumbers, *, keep: bool
) -> None:
    """Give series the attributes that stand beside their observations.

    Raises:
        SemanticError: if rows of one series give an attribute different values.
    """
    for column, held in draft.attributes.items():
        if not keep:
            held[:] = -1
        codes = incoming.codes[column][rows]
        given = np.flatnonzero(codes >= 0)
        series = numbers.rows[given]
        held[series] = codes[given]
        wrong = np.flatnonzero(held[series] != codes[given])
        if len(wrong):
            texts = incoming.dictionaries[column]
            first, second = int(codes[given[wrong[0]]]), int(held[series[wrong[0]]])
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
    sizes = [len(incoming.dictionaries[d]) for d in dimensions]
    lots = []
    while len(rows):
        keys = pack([incoming.codes[d][rows] for d in dimensions], sizes, len(rows))
        _, firsts = np.unique(keys, return_index=True)
        lots.append(rows[firsts])
        rows = np.delete(rows, firsts)
    return lots
