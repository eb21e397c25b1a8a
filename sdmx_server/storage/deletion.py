"""Rows that take away: Delete.

A dimension (or time) without a value is a wildcard. A row without any other value deletes
the observations that it matches, or without time whole series; otherwise it deletes only
the values of the components that it names, whatever it says of them. An observation that
such a row leaves without any value is gone with its annotations, and so is a series without
observations.

A row with a provider deletes of the series of this provider alone; who provided a series is
no value of it, and cannot be deleted.

A deletion works at the lowest level that a row gives: one with a period that names a
component of observations leaves the attributes of series that it names to the other
observations of theirs.

Source: SDMX 3.1 Technical Notes, section on dataset actions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from sdmx_server.dataset import PROVIDER, Codes, Layout
from sdmx_server.model.annotations import OBSERVATION_ANNOTATIONS
from sdmx_server.storage.blocks import Block, blank, pick
from sdmx_server.storage.columns import Flags, Keys, among, check_columns
from sdmx_server.storage.draft import Arrangement, Draft, Shelf, Unit
from sdmx_server.storage.incoming import (
    Incoming,
    SeriesNumbers,
    number_series,
    partial_keys,
    patterns,
    read_rows,
)
from sdmx_server.storage.series_index import SeriesIndex


@dataclass(frozen=True, slots=True)
class _Rule:
    """What rows of one kind delete.

    Attributes:
        series_keys: one key a series, over the dimensions that the rows give.
        wanted: the keys that the rows give, with the period where they give one; sorted.
        periods: how many periods there are; 0 where the rows give none.
        matched: which series the rows match, and the provider that they give.
        named: the components whose values go, those of observations or those of series or
            both; empty for whole observations.
    """

    series_keys: Keys
    wanted: Keys
    periods: int
    matched: Flags
    named: tuple[str, ...]


def delete(
    index: SeriesIndex, rows: pa.Table, shelf: Shelf, arrangement: Arrangement
) -> SeriesIndex:
    """Return the version that is left of an older one; its new chunks are kept on the shelf.

    Rows that match nothing are no error.

    Raises:
        SemanticError: if the rows have a column that the layout does not know.
    """
    check_columns(index.layout, rows)
    incoming = read_rows(index, rows, arrangement.order)
    nothing = np.zeros(0, np.int32)
    none = dict.fromkeys(index.layout.dimensions, nothing)
    numbers = number_series(index, incoming.joined, none, 0)
    draft = Draft(index, incoming.joined, numbers, arrangement)
    rules = _rules(index, incoming, numbers, draft.attributes.get(PROVIDER))
    touched = np.zeros(numbers.count, np.bool_)
    for rule in rules:
        for column in draft.attributes.keys() & set(rule.named):
            draft.attributes[column][rule.matched] = -1
        if not rule.named or set(rule.named) - draft.attributes.keys():
            touched |= rule.matched

    def left(_: Unit, block: Block) -> Block:
        for rule in rules:
            block = _apply(rule, block, index.layout.time)
        return block

    units = [unit for unit in draft.ranges if unit.entry and touched[unit.start : unit.stop].any()]
    return draft.finish(units, left, shelf)


def _rules(
    index: SeriesIndex, incoming: Incoming, numbers: SeriesNumbers, providers: Codes | None
) -> list[_Rule]:
    layout = index.layout
    key = (*layout.dimensions, layout.time) if layout.time else layout.dimensions
    return [
        _limited(rule, provider, providers)
        for provider, rows in _by_provider(incoming)
        for named, some in _named_patterns(index, incoming, rows)
        for given, alike in patterns(incoming, key, some)
        for rule in [_rule(index, incoming, numbers, given, (_lowest(layout, given, named), alike))]
    ]


def _by_provider(incoming: Incoming) -> Iterator[tuple[int, Keys]]:
    """Yield the rows of each provider, those without one under -1."""
    codes = incoming.codes.get(PROVIDER, np.full(incoming.rows, -1, np.int32))
    for provider in np.unique(codes).tolist():
        yield provider, np.flatnonzero(codes == provider)


def _limited(rule: _Rule, provider: int, providers: Codes | None) -> _Rule:
    """Return a rule for the series of one provider; -1 for those of any."""
    if provider < 0 or providers is None:
        return rule
    return replace(rule, matched=rule.matched & (providers == provider))


def _named_patterns(
    index: SeriesIndex, incoming: Incoming, rows: Keys
) -> list[tuple[tuple[str, ...], Keys]]:
    """Group rows by the components, other than dimensions, that they name."""
    layout = index.layout
    coded = [column for column in (*layout.series, *layout.coded) if column != PROVIDER]
    texts = {
        column: np.asarray(values.is_valid()).astype(np.int32) - 1
        for column, values in incoming.texts.items()
    }
    flags: dict[str, Codes] = {**{column: incoming.codes[column] for column in coded}, **texts}
    said = Incoming(flags, {}, incoming.joined, incoming.rows)
    return patterns(said, tuple(flags), rows)


def _lowest(layout: Layout, given: Sequence[str], named: tuple[str, ...]) -> tuple[str, ...]:
    """Return the named components at the lowest level that rows of one kind give."""
    of_observations = tuple(column for column in named if column not in layout.series)
    is_of_observations = layout.time is None or layout.time in given
    return of_observations if of_observations and is_of_observations else named


def _rule(
    index: SeriesIndex,
    incoming: Incoming,
    numbers: SeriesNumbers,
    given: Sequence[str],
    kind: tuple[tuple[str, ...], Keys],
) -> _Rule:
    named, rows = kind
    time = index.layout.time
    dimensions = [column for column in given if column != time]
    series_keys, row_keys = partial_keys(incoming, numbers, dimensions, rows)
    matched = among(series_keys, np.unique(row_keys))
    if time is None or time not in given:
        return _Rule(series_keys, np.unique(row_keys), 0, matched, named)
    periods = len(incoming.joined.texts[time])
    _, dense = np.unique(np.concatenate([series_keys, row_keys]), return_inverse=True)
    series_keys, row_keys = dense[: numbers.count], dense[numbers.count :]
    wanted = np.unique(row_keys * periods + incoming.codes[time][rows])
    return _Rule(series_keys, wanted, periods, matched, named)


def _apply(rule: _Rule, block: Block, time: str | None) -> Block:
    keys = rule.series_keys[block.series]
    if rule.periods and time is not None:
        keys = keys * rule.periods + block.codes[time]
    hit = among(keys, rule.wanted) & rule.matched[block.series]
    if not rule.named:
        return pick(block, np.flatnonzero(~hit))
    named = [column for column in rule.named if column in block.codes or column in block.texts]
    for column in named:
        block = blank(block, hit, column)
    return pick(block, np.flatnonzero(~(hit & _is_bare(block, time)))) if named else block


def _is_bare(block: Block, time: str | None) -> Flags:
    """Tell which observations have no value of any component but their key."""
    bare = np.ones(len(block.series), np.bool_)
    for column, codes in block.codes.items():
        if column not in (time, OBSERVATION_ANNOTATIONS):
            bare &= codes < 0
    for texts in block.texts.values():
        bare &= np.asarray(texts.is_null())
    return bare
