"""Answer availability queries: the values that data exist for.

Source: SDMX-REST 2.2, doc/availability.md; SDMX-REST 1.5, section 4.6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np

from sdmx_server.dataset import Codes, ResolvedStructure
from sdmx_server.errors import NoResults, QuerySyntaxError, SemanticError
from sdmx_server.exchange.cube import KeyMap, Slice, slices
from sdmx_server.exchange.retrieval import select
from sdmx_server.exchange.selection import Selection
from sdmx_server.exchange.stores import Stores
from sdmx_server.model.constraint import (
    AvailabilityConstraint,
    ComponentValue,
    ConstraintAttachment,
    CubeRegion,
    CubeRegionKey,
    Period,
    TimeRange,
)
from sdmx_server.model.datastructure import Dataflow
from sdmx_server.query import ArtefactQuery, AvailabilityQuery, Cube


@dataclass(frozen=True, slots=True)
class Extent:
    """What a selection holds.

    Attributes:
        values: codes by dimension id, sorted.
        period: first and last period; None without time or without observations.
        series_count: how many series.
        observation_count: how many observations.
    """

    values: Mapping[str, tuple[str, ...]]
    period: tuple[str, str] | None
    series_count: int
    observation_count: int


@dataclass(frozen=True, slots=True)
class Availability:
    """The values that data exist for, of one context artefact."""

    constraint: AvailabilityConstraint
    structure: ResolvedStructure


def answer(query: AvailabilityQuery, stores: Stores) -> list[Availability]:
    """Find the values that data exist for, one answer a context artefact.

    Raises:
        QuerySyntaxError: if the query names components that no structure has.
        NoResults: if no observation matches and, in mode ``available``, none would if one
            dimension were chosen anew.
    """
    parts = slices(query.cube, stores)
    found: list[Availability] = []
    for part in parts:
        shown = _shown(query, part)
        extent = _extent(part, stores)
        values = _values(query, part, extent, shown, stores)
        shown_extent = replace(extent, values=values, period=_period(query, part, extent, stores))
        constraint = _constraint(part, shown_extent, shown)
        if extent.series_count or constraint.cube_region.key_values:
            found.append(Availability(constraint, part.structure))
    if not found:
        raise NoResults("No observation matches this query.")
    return found


def of_dataflow(
    dataflow: Dataflow, stores: Stores, *, with_time: bool = True
) -> AvailabilityConstraint | None:
    """Return the values that data of a dataflow exist for; None where it has no data.

    Args:
        dataflow: the dataflow, in one version.
        stores: where to look.
        with_time: whether the periods are told as well.
    """
    exactly = ArtefactQuery((dataflow.agency_id,), (dataflow.id,), (dataflow.version,))
    try:
        (part,) = slices(Cube("dataflow", exactly), stores)
    except (NoResults, SemanticError):  # no data, or a structure that is not held whole
        return None
    shown = [d.id for d in part.structure.key if with_time or d.id != part.layout.time]
    extent = _extent(part, stores)
    return _constraint(part, extent, shown) if extent.series_count else None


def _shown(query: AvailabilityQuery, part: Slice) -> list[str]:
    known = [d.id for d in part.structure.key]
    unknown = [c for c in query.components if c not in known]
    if unknown:
        raise QuerySyntaxError(
            f"componentID={unknown[0]!r} is no dimension of {part.structure.dsd_urn}; "
            f"one of {', '.join(known)} is allowed."
        )
    return [id_ for id_ in known if not query.components or id_ in query.components]


def _values(
    query: AvailabilityQuery, part: Slice, extent: Extent, shown: Iterable[str], stores: Stores
) -> Mapping[str, tuple[str, ...]]:
    """Return the values to list; in mode ``available`` each dimension without its own filter."""
    if query.mode == "exact":
        return extent.values
    return {
        id_: _extent(_without(part, id_), stores, {id_}).values.get(id_, ())
        if _is_filtered(part, id_)
        else extent.values.get(id_, ())
        for id_ in shown
    }


def _period(
    query: AvailabilityQuery, part: Slice, extent: Extent, stores: Stores
) -> tuple[str, str] | None:
    time = part.layout.time
    if query.mode == "exact" or time is None or not _is_filtered(part, time):
        return extent.period
    return _extent(_without(part, time), stores, {time}).period


def _is_filtered(part: Slice, dimension: str) -> bool:
    return dimension in part.masks or any(dimension in key for key in part.keys)


def _without(part: Slice, dimension: str) -> Slice:
    keys: list[KeyMap] = [
        {id_: codes for id_, codes in key.items() if id_ != dimension} for key in part.keys
    ]
    masks = {id_: mask for id_, mask in part.masks.items() if id_ != dimension}
    periods = None if dimension == part.layout.time else part.periods
    return replace(part, keys=tuple(keys), masks=masks, periods=periods)


def _extent(part: Slice, stores: Stores, ids: Set[str] | None = None) -> Extent:
    """Return the extent of a slice, with the values of these dimensions; None for all.

    That of everything is found once.
    """
    if part.keys or part.masks or part.updated_after is not None:
        return _found(part, stores, ids)
    versions = tuple((version.dataset, version.number) for version in part.versions)
    key = ("extent", part.structure.urn, versions)
    return stores.remember(None, key, lambda: _found(part, stores, None))


def _found(part: Slice, stores: Stores, ids: Set[str] | None) -> Extent:
    selection = select(part, stores)
    if selection.is_exact:
        return _extent_of_series(part, selection, ids)
    return _extent_of_observations(part, selection)


def _extent_of_series(part: Slice, selection: Selection, ids: Set[str] | None) -> Extent:
    """Read the extent off the series index; no observation is touched."""
    values = {
        d.id: _occurring(selection.dictionaries[d.id], selection.series[d.id])
        for d in part.structure.dimensions
        if ids is None or d.id in ids
    }
    period = None
    if part.layout.time and len(selection.first):
        times = selection.dictionaries[part.layout.time]
        period = times[int(selection.first.min())], times[int(selection.last.max())]
    return Extent(values, period, len(selection.counts), int(selection.counts.sum()))


def _extent_of_observations(part: Slice, selection: Selection) -> Extent:
    seen: dict[str, set[int]] = {d.id: set() for d in part.structure.key}
    series_count = observation_count = 0
    for batch in selection.batches(columns=seen):
        series_count += batch.series_count
        observation_count += batch.observation_count
        for id_, codes in seen.items():
            column = batch.series[id_] if id_ in batch.series else batch.observations[id_]
            codes.update(np.unique(column).tolist())
    values = {
        id_: _texts(selection.dictionaries[id_], sorted(codes)) for id_, codes in seen.items()
    }
    times = values.pop(part.layout.time, ()) if part.layout.time else ()
    period = (times[0], times[-1]) if times else None
    return Extent(values, period, series_count, observation_count)


def _occurring(dictionary: tuple[str, ...], codes: Codes) -> tuple[str, ...]:
    """Return the texts that codes stand for, each once, in the order of the dictionary."""
    occurs = np.zeros(len(dictionary) + 1, np.bool_)
    occurs[codes] = True  # the last answer is for -1, an absent value
    return tuple(compress(dictionary, occurs.tolist()))


def _texts(dictionary: tuple[str, ...], codes: Iterable[int]) -> tuple[str, ...]:
    return tuple(dictionary[int(code)] for code in codes if code >= 0)


def _constraint(part: Slice, extent: Extent, shown: list[str]) -> AvailabilityConstraint:
    values = extent.values
    keys = [
        CubeRegionKey(id=id_, values=tuple(ComponentValue(value=v) for v in values[id_]))
        for id_ in shown
        if values.get(id_)
    ]
    if extent.period and part.layout.time in shown:
        start, end = extent.period
        time_range = TimeRange(start_period=Period(period=start), end_period=Period(period=end))
        keys.append(CubeRegionKey(id=part.layout.time, time_range=time_range))
    return AvailabilityConstraint(
        constraint_attachment=_attachment(part),
        cube_region=CubeRegion(key_values=tuple(keys)),
        series_count=extent.series_count,
        obs_count=extent.observation_count,
    )


def _attachment(part: Slice) -> ConstraintAttachment:
    urns = (part.structure.urn,)
    if part.structure.context == "datastructure":
        return ConstraintAttachment(data_structures=urns)
    if part.structure.context == "provisionagreement":
        return ConstraintAttachment(provision_agreements=urns)
    return ConstraintAttachment(dataflows=urns)
