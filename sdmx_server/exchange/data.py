"""Answer data queries.

Source: SDMX-REST 2.2, doc/data.md; SDMX-REST 1.5, section 4.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from sdmx_server.dataset import (
    Action,
    Batch,
    Codes,
    Dataset,
    Level,
    ResolvedStructure,
)
from sdmx_server.errors import NoResults, QuerySyntaxError, SemanticError, TooLarge
from sdmx_server.exchange import batches as cut
from sdmx_server.exchange.cube import Slice, slices
from sdmx_server.exchange.groups import groups_of, shown_in
from sdmx_server.exchange.history import Episode, episodes
from sdmx_server.exchange.order import held_by_series, order_of, series_together
from sdmx_server.exchange.packaging import Packaging, keys_alone, packaging_of
from sdmx_server.exchange.selection import Selection, apart
from sdmx_server.exchange.stores import Stores
from sdmx_server.exchange.window import Window
from sdmx_server.query import ALL_DIMENSIONS, DataQuery


def answer(
    query: DataQuery, stores: Stores, *, by_row: bool = False, most: int = 0
) -> list[Dataset]:
    """Find the observations that a query asks for, one dataset a context artefact.

    The first batch of each dataset is fetched here, so that errors come before the answer
    begins.

    Args:
        query: the query.
        stores: where to look.
        by_row: whether the format writes one row an observation, so that an order may
            tear series apart.
        most: how many observations may be asked for at once; 0 for any number.

    Raises:
        QuerySyntaxError: if the query names components that no structure has.
        NoResults: if no observation matches.
        TooLarge: if more match than may be asked for at once.
        SemanticError: if changes are asked for that came after the instant asked about.
    """
    _check_instants(query)
    parts = slices(query.cube, stores, query.as_of)
    fitting = [
        (each, keys_alone(packed) if episode.is_deletion else packed, episode)
        for part, packed in _fitting(parts, query)
        for each in apart(part, stores)
        for episode in episodes(each, query, stores)
    ]
    _check_size([episode.selection for _, _, episode in fitting], query, most)
    found = list(_windowed(fitting, query, by_row))
    if not found:
        raise NoResults("No observation matches this query.")
    return found


def _check_instants(query: DataQuery) -> None:
    after = query.cube.updated_after
    if after is not None and query.as_of is not None and after > query.as_of:
        raise SemanticError(
            f"updatedAfter={after.isoformat()} is later than asOf={query.as_of.isoformat()}; "
            "allowed is an earlier instant."
        )


def _fitting(parts: list[Slice], query: DataQuery) -> list[tuple[Slice, Packaging]]:
    """Return the slices whose structure has what the query wants to see."""
    fitting: list[tuple[Slice, Packaging]] = []
    misfit: QuerySyntaxError | None = None
    for part in parts:
        try:
            fitting.append((part, packaging_of(query, part.structure)))
        except QuerySyntaxError as error:
            misfit = error
    if misfit is not None and not fitting:
        raise misfit
    return fitting


def _check_size(selections: Iterable[Selection], query: DataQuery, most: int) -> None:
    size = sum(int(selection.counts.sum()) for selection in selections)
    if most and size > most and (query.limit is None or query.limit > most):
        raise TooLarge(
            f"This query may match {size} observations; at most {most} are sent at once. "
            "Ask for fewer series or periods, or page with limit and offset."
        )


def _dataset(
    part: Slice,
    packed: Packaging,
    query: DataQuery,
    episode: Episode,
    batches: Iterator[Batch],
) -> Dataset:
    selection, values = episode.selection, episode.dataset_attributes
    return Dataset(
        structure=part.structure,
        dimension_at_observation=packed.dimension_at_observation,
        action=_action(query, part.structure, episode),
        attributes=packed.attributes,
        measures=packed.measures,
        levels=packed.levels,
        dictionaries=selection.dictionaries,
        with_observations=packed.with_observations,
        dataset_attributes={
            id_: values[id_]
            for id_, level in packed.levels.items()
            if level is Level.DATASET and id_ in values
        },
        groups=groups_of(part, packed, selection),
        constants=_constants(packed, selection),
        batches=batches,
        valid_from=episode.valid_from,
        valid_to=episode.valid_to,
    )


def _action(query: DataQuery, structure: ResolvedStructure, episode: Episode) -> Action:
    if episode.is_deletion:
        return Action.DELETE
    return Action.REPLACE if _is_whole(query, structure) else Action.MERGE


def _is_whole(query: DataQuery, structure: ResolvedStructure) -> bool:
    has_metadata = any(attribute.is_metadata for attribute in structure.attributes)
    wanted = (("all",),) if has_metadata else (("dsd",), ("all",))
    return query.attributes in wanted and query.measures == ("all",)


def _batches(
    part: Slice,
    packed: Packaging,
    query: DataQuery,
    selection: Selection,
    arrangement: tuple[bool, Window],
) -> Iterator[Batch]:
    """Return what is shown of a selection; the window counts rows in the order asked for."""
    by_row, window = arrangement
    found = selection.batches()
    if query.first_n is not None or query.last_n is not None:
        found = (cut.keep_ends(batch, query.first_n, query.last_n) for batch in found)
    if query.sort or packed.regrouped:
        table = cut.table_of(found)
        order = order_of(table, part.structure, packed, query.sort)
        is_flat = packed.dimension_at_observation == ALL_DIMENSIONS
        if packed.with_observations:
            order = order[window.take(len(order))]
        if not packed.with_observations or not (by_row or is_flat):
            order = series_together(table, order, packed.series_key)
        found = cut.grouped(table, order, packed.series_key, held_by_series(table, packed))
    elif packed.with_observations:
        found = _cut(found, window)
    if not packed.with_observations:
        found = _cut(map(cut.without_observations, found), window)
    shown = {*packed.attributes, *packed.measures, *(d.id for d in part.structure.key)}
    return (cut.only(batch, shown) for batch in found if batch.series_count)


def _cut(batches: Iterable[Batch], window: Window) -> Iterator[Batch]:
    """Return what a window shows of batches, counted in observations or else in series.

    A window that ends is filled at once, because what is left of it is for the datasets to
    come; one that only begins is passed once, and the rest then streams.
    """
    rest = iter(batches)
    taken: list[Batch] = []
    while not window.is_open and not window.is_used_up:
        batch = next(rest, None)
        if batch is None:
            return iter(taken)
        by_series = not batch.observation_count
        shown = window.take(batch.series_count if by_series else batch.observation_count)
        if shown.stop > shown.start:
            taken.append(cut.part_of(batch, shown.start, shown.stop, by_series=by_series))
    return chain(taken, rest) if window.is_open else iter(taken)


def _windowed(
    fitting: Iterable[tuple[Slice, Packaging, Episode]], query: DataQuery, by_row: bool
) -> Iterator[Dataset]:
    """Yield the datasets that have something to show in the window of the query."""
    window = Window(query.offset, query.limit)
    is_page = not window.is_open
    for part, packed, episode in fitting:
        batches = _batches(part, packed, query, episode.selection, (by_row, window))
        dataset = _dataset(part, packed, query, episode, batches)
        if is_page and dataset.groups:
            taken = list(batches)
            dataset = replace(dataset, groups=shown_in(dataset, taken), batches=iter(taken))
        first = next(dataset.batches, None)
        if first is not None:
            yield replace(dataset, batches=chain([first], dataset.batches))
        if window.is_used_up:
            return


def _constants(packed: Packaging, selection: Selection) -> Mapping[str, str]:
    """Return the dimensions that hold one and the same code in every selected series."""
    return {
        id_: selection.dictionaries[id_][int(codes[0])]
        for id_, codes in selection.series.items()
        if id_ in packed.series_key and len(codes) and _is_constant(codes)
    }


def _is_constant(codes: Codes) -> bool:
    return bool((codes == codes[0]).all())
