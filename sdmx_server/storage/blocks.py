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
    if not len(held.series):
        return new
    both = np.concatenate(places)
    order = np.argsort(both, kind="stable")
    both = both[order]
    twice = both[1:] == both[:-1]
    final = np.flatnonzero(np.append(~twice, True))
    chosen = order[final]
    updated = np.append(False, twice)[final]
    before = np.where(updated, order[final - 1], chosen)

    together = join([held, new])
    if replace:
        return pick(together, chosen)
    return Block(
        together.series[chosen],
        {column: _coalesce(codes, chosen, before) for column, codes in together.codes.items()},
        {
            column: _coalesce_texts(texts, chosen, before)
            for column, texts in together.texts.items()
        },
    )


def _coalesce(codes: Codes, chosen: Keys, before: Keys) -> Codes:
    own = codes[chosen]
    return np.where(own < 0, codes[before], own)


def _coalesce_texts(texts: pa.Array, chosen: Keys, before: Keys) -> pa.Array:
    given = np.asarray(texts.is_valid())
    return texts.take(pa.array(np.where(given[chosen], chosen, before)))
