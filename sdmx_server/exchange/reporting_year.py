"""Filters on time where the data say on which day their reporting years start.

What ``2010-Q1`` spans goes by that day, so data with different days are filtered apart.

Source: SDMX 3.1 Technical Notes, section 4.2.3 (reporting time period, reporting year start
day).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sdmx_server.exchange.cube import YEAR_START_DAY, Slice
from sdmx_server.exchange.predicates import Mask, both, one_of
from sdmx_server.exchange.stores import Stores
from sdmx_server.storage.observations import DatasetVersion


def by_reporting_year(part: Slice, version: DatasetVersion, stores: Stores) -> list[Slice]:
    """Return a slice of a version as one or more, in each of which the years start alike.

    The day may be an attribute of the dataset or of series; data without it start their
    years on the first of January.
    """
    if part.periods is None:
        return [part]
    if YEAR_START_DAY in version.layout.series:
        return list(_of_series(part, version, stores))
    return [_starting(part, version.dataset_attributes.get(YEAR_START_DAY))]


def _of_series(part: Slice, version: DatasetVersion, stores: Stores) -> Iterator[Slice]:
    days = stores.observations.select(version).dictionaries[YEAR_START_DAY]
    for day in (*days, None):
        mask: Mask = one_of(frozenset({day}))
        if YEAR_START_DAY in part.masks:
            mask = both(mask, part.masks[YEAR_START_DAY])
        found = _starting(part, day)
        yield replace(found, masks={**found.masks, YEAR_START_DAY: mask})


def _starting(part: Slice, day: str | None) -> Slice:
    if part.periods is None or part.layout.time is None:
        return part
    return replace(part, masks={**part.masks, part.layout.time: part.periods(day)})
