"""What is wanted of a version, as far as its index tells.

Masks and keys choose series here, without reading any observation; what they leave to be
asked of observations is a filter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sdmx_server.dataset import Layout
from sdmx_server.errors import Unavailable
from sdmx_server.storage.columns import Counts, Flags, Keys
from sdmx_server.storage.series_index import SeriesIndex

Mask = Callable[[Sequence[str | None]], npt.NDArray[np.bool_]]
"""Tells which of some texts, or of no text, are wanted."""

PartialKey = Mapping[str, frozenset[str]]
"""The codes allowed by dimension id; dimensions that are left out may have any."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is selected.

    Attributes:
        layout: the columns wanted, and what they are.
        masks: by component id which texts are wanted; all must agree.
        keys: partial keys, of which a series must match one; empty for every series.
        places: places of the observations wanted, counted over the whole version and
            ascending; None for all.
    """

    layout: Layout
    masks: Mapping[str, Mask]
    keys: Sequence[PartialKey]
    places: Keys | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """The masks as they apply to observations, without those that let all pass.

    Attributes:
        codes: by id of time or a coded attribute which codes pass, -1 at the end.
        texts: by id of a text column its mask.
    """

    codes: Mapping[str, Flags]
    texts: Mapping[str, Mask]


@dataclass(frozen=True, slots=True)
class Found:
    """What the index tells of the observations wanted.

    Attributes:
        rows: the series that may have some.
        counts: how many each has at most.
        places: their places, counted over the whole version; None for all of these series.
        filter: what is left to ask of each.
    """

    rows: Keys
    counts: Counts
    places: Keys | None
    filter: Filter


def find(index: SeriesIndex, wanted: Wanted, constants: Mapping[str, str]) -> Found:
    """Return the series that are wanted, and what is left to ask of observations."""
    _check_layout(index.layout, wanted.layout)
    rows, asked = _masked(index, wanted, constants)
    codes = dict(asked.codes)
    time = index.layout.time
    if time in codes:
        rows, is_needed = _in_periods(index, rows, codes[time])
        if not is_needed:
            del codes[time]
    needed = {column: passing for column, passing in codes.items() if not passing.all()}
    asked = Filter(needed, asked.texts)
    if wanted.places is not None:
        return Found(*_among(index, rows, wanted.places), asked)
    return Found(rows, index.column(index.counts, rows), None, asked)


def _masked(
    index: SeriesIndex, wanted: Wanted, constants: Mapping[str, str]
) -> tuple[Keys, Filter]:
    """Return the series that keys and masks leave, and the masks of observations."""
    rows = _rows_of_keys(index, wanted.keys)
    codes: dict[str, Flags] = {}
    texts: dict[str, Mask] = {}
    for column, mask in wanted.masks.items():
        if column in index.series:
            passing = _passing(mask, index.dictionaries[column])
            rows = _where(rows, passing[index.column(index.series[column], rows)])
        elif column in index.dictionaries:
            codes[column] = _passing(mask, index.dictionaries[column])
        elif column in index.layout.texts:
            texts[column] = mask
        elif not bool(mask([constants.get(column)])[0]):
            rows = rows[:0]
    return rows, Filter(codes, texts)


def _where(rows: Keys, passing: Flags) -> Keys:
    return rows if passing.all() else rows[passing]


def _among(index: SeriesIndex, rows: Keys, places: Keys) -> tuple[Keys, Counts, Keys]:
    """Return those series that some observations are of, how many are, and these places."""
    owners = np.searchsorted(index.offsets, places, "right") - 1
    wanted = np.zeros(len(index.counts), np.bool_)
    wanted[rows] = True
    passing = wanted[owners]
    found, counts = np.unique(owners[passing], return_counts=True)
    return found, counts, places[passing]


def _check_layout(held: Layout, wanted: Layout) -> None:
    """Make sure that what is stored can be shown as it is wanted.

    Raises:
        Unavailable: if a component has changed its role since the data were stored.
    """
    if (held.dimensions, held.time) != (wanted.dimensions, wanted.time):
        raise Unavailable("The data must be published again, because their dimensions changed.")
    kinds = ("series", "coded", "texts")
    for kind in kinds:
        for column in getattr(wanted, kind):
            if any(column in getattr(held, other) for other in kinds if other != kind):
                raise Unavailable(
                    f"The data must be published again, because {column} changed its place."
                )


def _passing(mask: Mask, dictionary: tuple[str, ...]) -> Flags:
    """Return which codes pass a mask; the last answer is for -1, an absent value."""
    return np.asarray(mask((*dictionary, None)), np.bool_)


def _in_periods(index: SeriesIndex, rows: Keys, passing: Flags) -> tuple[Keys, bool]:
    """Return the series with a wanted period between their first and last.

    Few pairs of first and last period occur, so each is looked at once.

    Returns:
        The series, and whether some of their periods may not be wanted.
    """
    pairs = index.period_pairs
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(passing[:-1])])
    wanted = before[pairs.last + 1] - before[pairs.first]
    may_pass, all_pass = wanted > 0, wanted == pairs.last + 1 - pairs.first
    if not may_pass.all():
        rows = _where(rows, may_pass[index.column(pairs.numbers, rows)])
    is_needed = not all_pass.all() and not all_pass[index.column(pairs.numbers, rows)].all()
    return rows, is_needed


def _rows_of_keys(index: SeriesIndex, keys: Sequence[PartialKey]) -> Keys:
    if not keys:
        return index.everything
    found = [_rows_of_key(index, key) for key in keys]
    return found[0] if len(found) == 1 else np.unique(np.concatenate(found))


def _rows_of_key(index: SeriesIndex, key: PartialKey) -> Keys:
    """Return the rows that match a partial key; leading single codes are bisected."""
    low, high = 0, len(index.counts)
    left = dict(key)
    for dimension in index.layout.dimensions:
        if len(left.get(dimension, ())) != 1:
            break
        (text,) = left.pop(dimension)
        code = index.positions[dimension].get(text, -1)
        ordered = index.series[dimension][low:high]
        start, stop = ordered.searchsorted(np.array([code, code + 1], np.int32)).tolist()
        low, high = low + start, low + stop
    rows = np.arange(low, high, dtype=np.int64)
    for dimension, texts in left.items():
        places = index.positions[dimension]
        passing = np.zeros(len(places) + 1, np.bool_)
        passing[[places[text] for text in texts if text in places]] = True
        rows = rows[passing[index.series[dimension][rows]]]
    return rows
