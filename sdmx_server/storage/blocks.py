"""Blocks: observations of neighbouring series while a new version is being made.

Series are numbered within the version in the making, and codes point into its
dictionaries; observations are in the order of series and time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sdmx_server.dataset import Codes, Layout
from sdmx_server.storage.columns import Flags, Keys
from sdmx_server.storage.series_index import observation_columns

Number = TypeVar("Number", Codes, Keys)

_FEW_STRETCHES = 200


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
    first = len(held.series)
    rows = np.arange(first, first + len(new.series))
    chosen = np.arange(first)
    if inserts.any():
        chosen = np.insert(chosen, spots[inserts], rows[inserts])
    before = spots[updates]
    at = before + np.cumsum(inserts)[updates]
    chosen[at] = rows[updates]
    merged = _Merged(chosen, at, before, replace)
    return Block(
        _merged_codes(held.series, new.series, merged),
        {c: _merged_codes(codes, new.codes[c], merged) for c, codes in held.codes.items()},
        {c: _merged_texts(texts, new.texts[c], merged) for c, texts in held.texts.items()},
    )


@dataclass(frozen=True, slots=True)
class _Merged:
    """Which observations stand where once two blocks are one.

    Attributes:
        chosen: places in both blocks, one behind the other.
        updated: those in the result that were there before.
        before: the places that these had.
        replace: whether nothing of them stays.
    """

    chosen: Keys
    updated: Keys
    before: Keys
    replace: bool


def _merged_codes(held: Number, new: Number, merged: _Merged) -> Number:
    codes = np.concatenate([held, new]).take(merged.chosen)
    if not merged.replace:
        own = codes[merged.updated]
        codes[merged.updated] = np.where(own < 0, held[merged.before], own)
    return codes


def _merged_texts(held: pa.Array, new: pa.Array, merged: _Merged) -> pa.Array:
    chosen, first = merged.chosen, len(held)
    if new.null_count and not merged.replace:
        own = chosen[merged.updated]
        kept = np.where(np.asarray(new.is_null())[own - first], merged.before, own)
        if len(chosen) == first and kept.max() < first:
            return held
        chosen = chosen.copy()
        chosen[merged.updated] = kept
    return _gathered(pa.concat_arrays([held, new]), chosen)


def _gathered(texts: pa.Array, places: Keys) -> pa.Array:
    """Return texts by their places; a few stretches are copied faster as such."""
    starts = np.append(0, np.flatnonzero(places[1:] != places[:-1] + 1) + 1)
    if len(starts) > _FEW_STRETCHES:
        return texts.take(pa.array(places))
    lengths = np.diff(starts, append=len(places)).tolist()
    return pa.concat_arrays(
        [texts.slice(*each) for each in zip(places[starts].tolist(), lengths, strict=True)]
    )
