"""Blocks: observations of neighbouring series while a new version is being made.

Series are numbered within the version in the making, and codes point into its
dictionaries; observations are in the order of series and time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sdmx_server.dataset import Codes, Layout
from sdmx_server.storage.columns import Flags, Keys
from sdmx_server.storage.series_index import observation_columns

_FEW = 100  # texts that are put in between faster than all are gathered anew


@dataclass(frozen=True, slots=True)
class Block:
    """Some observations.

    Attributes:
        series: the number of the series of each observation.
        codes: by id of time and coded attributes one code an observation.
        texts: by id of measures and free attributes one text an observation.
    """

    series: Keys
    codes: Mapping[str, Codes]
    texts: Mapping[str, pa.Array]


def empty_block(layout: Layout) -> Block:
    """Return a block without observations."""
    return Block(
        np.zeros(0, np.int64),
        {column: np.zeros(0, np.int32) for column in observation_columns(layout)},
        {column: pa.array([], pa.string()) for column in layout.texts},
    )


def join(blocks: Sequence[Block]) -> Block:
    """Return the observations of blocks with the same columns, one block behind the other."""
    first = blocks[0]
    return Block(
        np.concatenate([block.series for block in blocks]),
        {c: np.concatenate([block.codes[c] for block in blocks]) for c in first.codes},
        {c: pa.concat_arrays([block.texts[c] for block in blocks]) for c in first.texts},
    )


def positions(block: Block, time: str | None, periods: int) -> Keys:
    """Return one number an observation that orders them by series and time."""
    if time is None:
        return block.series
    return block.series * periods + block.codes[time]


def pick(block: Block, rows: Keys) -> Block:
    """Return the observations at these places."""
    places = pa.array(rows)
    return Block(
        block.series[rows],
        {column: codes[rows] for column, codes in block.codes.items()},
        {column: texts.take(places) for column, texts in block.texts.items()},
    )


def part(block: Block, start: int, stop: int) -> Block:
    """Return the observations from one place to another."""
    return Block(
        block.series[start:stop],
        {column: codes[start:stop] for column, codes in block.codes.items()},
        {column: texts.slice(start, stop - start) for column, texts in block.texts.items()},
    )


def blank(block: Block, rows: Flags, column: str) -> Block:
    """Return the same observations with one column made absent in some rows."""
    if column in block.codes:
        codes = np.where(rows, np.int32(-1), block.codes[column])
        return Block(block.series, {**block.codes, column: codes}, block.texts)
    nothing = pa.scalar(None, pa.string())
    texts = pc.if_else(pa.array(rows), nothing, block.texts[column])
    return Block(block.series, block.codes, {**block.texts, column: texts})


def merge(held: Block, new: Block, places: tuple[Keys, Keys], *, replace: bool) -> Block:
    """Return the observations of both, those of ``new`` going before.

    Args:
        held: what was there.
        new: what comes in.
        places: ``positions`` of both.
        replace: whether a new observation replaces one that was there whole; otherwise it
            leaves what it says nothing of.
    """
    if not len(held.series) or not len(new.series):
        return held if len(held.series) else new
    spots = np.searchsorted(places[0], places[1])
    updates = places[0][np.minimum(spots, len(places[0]) - 1)] == places[1]
    inserts = ~updates
    if inserts.any():
        count = len(held.series)
        chosen = np.insert(np.arange(count), spots[inserts], np.flatnonzero(inserts) + count)
        held = pick(join([held, new]), chosen)
    rows = np.flatnonzero(updates)
    at = spots[rows] + np.cumsum(inserts)[rows]
    return Block(
        held.series,
        {
            c: _updated_codes(codes, at, new.codes[c][rows], replace)
            for c, codes in held.codes.items()
        },
        {
            c: _updated_texts(texts, at, new.texts[c].take(pa.array(rows)), replace)
            for c, texts in held.texts.items()
        },
    )


def _updated_codes(held: Codes, at: Keys, new: Codes, replace: bool) -> Codes:
    given = np.ones(len(new), np.bool_) if replace else new >= 0
    if not given.any():
        return held
    codes = held.copy()
    codes[at[given]] = new[given]
    return codes


def _updated_texts(held: pa.Array, at: Keys, new: pa.Array, replace: bool) -> pa.Array:
    if not replace:
        given = np.asarray(new.is_valid())
        at, new = at[given], new.drop_null()
    if len(at) > _FEW:
        chosen = np.arange(len(held))
        chosen[at] = np.arange(len(held), len(held) + len(at))
        return pa.concat_arrays([held, new]).take(pa.array(chosen))
    parts, start = [], 0
    for place, row in enumerate(at.tolist()):
        parts += [held.slice(start, row - start), new.slice(place, 1)]
        start = row + 1
    return pa.concat_arrays([*parts, held.slice(start)])
