"""Filters on time where the data say on which day their reporting years start.

What ``2010-Q1`` spans goes by that day, so data with different days are filtered apart.
The day may be an attribute of the dataset, of series or of observations; data without it
start their years on the first of January.

Source: SDMX 3.1 Technical Notes, section 4.2.3 (reporting time period, reporting year start
day).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from sdmx_server.dataset import Batch
from sdmx_server.exchange.batches import Flags
from sdmx_server.exchange.cube import YEAR_START_DAY, Slice
from sdmx_server.exchange.predicates import Mask, both, one_of
from sdmx_server.exchange.selection import Narrowed, Selection
from sdmx_server.exchange.stores import Stores
from sdmx_server.storage.versions import DatasetVersion


def by_reporting_year(
    part: Slice, versions: Sequence[DatasetVersion], stores: Stores
) -> list[Slice]:
    """Return a slice as one or more, in each of which the years start alike.

    Where they may differ between observations, the slice asks for those of every time;
    ``by_observation`` then leaves out what it does not ask for.

    Args:
        part: the slice.
        versions: the versions, the latest last, that are selected from.
        stores: where they are held.
    """
    latest = versions[-1]
    if part.periods is None:
        return [part]
    if YEAR_START_DAY in latest.layout.series:
        return list(_of_series(part, versions, stores))
    if _is_of_observations(part):
        return [_without_time(part)]
    return [_starting(part, latest.dataset_attributes.get(YEAR_START_DAY))]


def by_observation(part: Slice, selection: Selection) -> Selection:
    """Return a selection without the observations whose period is not asked for.

    That is one by the day on which the reporting year of the observation itself starts.
    """
    periods, time = part.periods, part.layout.time
    if periods is None or time is None or not _is_of_observations(part):
        return selection
    texts = selection.dictionaries
    masks: dict[str | None, Flags] = {}

    def is_asked_for(batch: Batch) -> Flags:
        days = np.array(_days(batch, texts.get(YEAR_START_DAY, ())), object)
        kept = np.zeros(batch.observation_count, np.bool_)
        for day in dict.fromkeys(days.tolist()):
            if day not in masks:
                masks[day] = periods(day)(texts[time])
            kept |= (days == day) & masks[day][batch.observations[time]]
        return kept

    return Narrowed(selection, is_asked_for)


def _is_of_observations(part: Slice) -> bool:
    return YEAR_START_DAY in (*part.layout.coded, *part.layout.texts)


def _days(batch: Batch, dictionary: Sequence[str]) -> list[str | None]:
    if YEAR_START_DAY in batch.observations:
        table = (*dictionary, None)
        return [table[code] for code in batch.observations[YEAR_START_DAY].tolist()]
    if YEAR_START_DAY not in batch.texts:
        return [None] * batch.observation_count
    found: list[str | None] = batch.texts[YEAR_START_DAY].to_pylist()
    return found


def _of_series(part: Slice, versions: Sequence[DatasetVersion], stores: Stores) -> Iterator[Slice]:
    selections = map(stores.observations.select, versions)
    days = {day for some in selections for day in some.dictionaries.get(YEAR_START_DAY, ())}
    for day in (*sorted(days), None):
        mask: Mask = one_of(frozenset({day}))
        if YEAR_START_DAY in part.masks:
            mask = both(mask, part.masks[YEAR_START_DAY])
        found = _starting(part, day)
        yield replace(found, masks={**found.masks, YEAR_START_DAY: mask})


def _starting(part: Slice, day: str | None) -> Slice:
    if part.periods is None or part.layout.time is None:
        return part
    return replace(part, masks={**part.masks, part.layout.time: part.periods(day)})


def _without_time(part: Slice) -> Slice:
    masks = {id_: mask for id_, mask in part.masks.items() if id_ != part.layout.time}
    return replace(part, masks=masks)
