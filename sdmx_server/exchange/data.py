"""Answer data queries.

Source: SDMX-REST 2.2, doc/data.md; SDMX-REST 1.5, section 4.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from sdmx_server.dataset import Action, Batch, Codes, Dataset, GroupValues, Level
from sdmx_server.errors import NoResults, QuerySyntaxError, SemanticError, TooLarge
from sdmx_server.exchange import batches as cut
from sdmx_server.exchange.cube import Slice, slices
from sdmx_server.exchange.history import Episode, episodes
from sdmx_server.exchange.order import arranged
from sdmx_server.exchange.packaging import Packaging, keys_alone, packaging_of
from sdmx_server.exchange.selection import Selection
from sdmx_server.exchange.stores import Stores
from sdmx_server.query import DataQuery


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
        (part, packed, episode)
        for part, packed in _fitting(parts, query)
        for episode in episodes(part, query, stores)
    ]
    _check_size([episode.selection for _, _, episode in fitting], query, most)
    datasets = [_dataset(part, packed, query, episode, by_row) for part, packed, episode in fitting]
    found = list(_windowed(datasets, query))
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
    part: Slice, packed: Packaging, query: DataQuery, episode: Episode, by_row: bool
) -> Dataset:
    selection, values = episode.selection, episode.dataset_attributes
    if episode.is_deletion:
        packed = keys_alone(packed)
    return Dataset(
        structure=part.structure,
        dimension_at_observation=packed.dimension_at_observation,
        action=_action(query, episode),
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
        groups=_groups(part, packed, selection),
        constants=_constants(packed, selection),
        batches=_batches(part, packed, query, selection, by_row),
        valid_from=episode.valid_from,
        valid_to=episode.valid_to,
    )


def _action(query: DataQuery, episode: Episode) -> Action:
    if episode.is_deletion:
        return Action.DELETE
    return Action.REPLACE if _is_whole(query) else Action.MERGE


def _is_whole(query: DataQuery) -> bool:
    return query.attributes in (("dsd",), ("all",)) and query.measures == ("all",)


def _batches(
    part: Slice, packed: Packaging, query: DataQuery, selection: Selection, by_row: bool
) -> Iterator[Batch]:
    found: Iterable[Batch] = selection.batches()
    if query.first_n is not None or query.last_n is not None:
        found = (cut.keep_ends(batch, query.first_n, query.last_n) for batch in found)
    if query.sort or packed.regrouped:
        table = cut.table_of(found)
        torn = by_row and packed.with_observations  # bare series keys stand there once
        found = arranged(table, part.structure, packed, query.sort, by_row=torn)
    if not packed.with_observations:
        found = (cut.without_observations(batch) for batch in found)
    shown = {*packed.attributes, *packed.measures, *(d.id for d in part.structure.key)}
    return (cut.only(batch, shown) for batch in found if batch.series_count)


def _windowed(datasets: Iterable[Dataset], query: DataQuery) -> Iterator[Dataset]:
    """Yield the datasets that have something to show, cut to the window of the query."""
    skip, limit = query.offset, query.limit
    for dataset in datasets:
        if skip or limit is not None:
            skip, limit, taken = _window(dataset, skip, limit)
            dataset = replace(dataset, groups=_shown(dataset, taken), batches=iter(taken))
        rest = dataset.batches
        first = next(rest, None)
        if first is not None:
            yield replace(dataset, batches=chain([first], rest))
        if limit == 0:
            return


def _window(dataset: Dataset, skip: int, limit: int | None) -> tuple[int, int | None, list[Batch]]:
    """Cut a dataset to a window; return what is left of the window for the next ones."""
    by_series = not dataset.with_observations
    taken: list[Batch] = []
    for batch in dataset.batches:
        size = batch.series_count if by_series else batch.observation_count
        start, stop = min(skip, size), size if limit is None else min(size, skip + limit)
        skip -= start
        if stop > start:
            taken.append(cut.part_of(batch, start, stop, by_series=by_series))
            limit = None if limit is None else limit - (stop - start)
        if limit == 0:
            break
    return skip, limit, taken


def _shown(dataset: Dataset, taken: Sequence[Batch]) -> tuple[GroupValues, ...]:
    """Return the groups of a dataset that series in a window of it belong to."""
    seen: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for group in dataset.groups:
        columns = tuple(group.key)
        if columns not in seen:
            texts = [dataset.dictionaries[id_] for id_ in columns]
            seen[columns] = {
                tuple(known[code] for known, code in zip(texts, row, strict=True))
                for batch in taken
                for row in zip(*(batch.series[id_].tolist() for id_ in columns), strict=True)
            }
    return tuple(g for g in dataset.groups if tuple(g.key.values()) in seen[tuple(g.key)])


def _groups(part: Slice, packed: Packaging, selection: Selection) -> tuple[GroupValues, ...]:
    """Return the values of group attributes, one entry a group key that has any."""
    found: list[GroupValues] = []
    for group, dimensions in part.structure.groups.items():
        attributes = [
            a.id
            for a in part.structure.attributes
            if a.group == group and packed.levels.get(a.id) is Level.GROUP
        ]
        if attributes:
            key = [d.id for d in part.structure.dimensions if d.id in dimensions]
            found.extend(_group_values(group, key, attributes, selection))
    return tuple(found)


def _group_values(
    group: str, key: list[str], attributes: list[str], selection: Selection
) -> Iterator[GroupValues]:
    texts = selection.dictionaries
    for row in _distinct(selection, (*key, *attributes)):
        values = {
            id_: texts[id_][code]
            for id_, code in zip((*key, *attributes), row, strict=True)
            if code >= 0
        }
        reported = {id_: values[id_] for id_ in attributes if id_ in values}
        if reported:
            yield GroupValues(group, {id_: values[id_] for id_ in key}, reported)


def _distinct(selection: Selection, columns: tuple[str, ...]) -> list[list[int]]:
    """Return the distinct codes of some series columns, of series with observations alone."""
    if selection.is_exact:
        sources: Iterable[Mapping[str, Codes]] = [selection.series]
    else:
        sources = (batch.series for batch in selection.batches())
    found = [np.stack([source[id_] for id_ in columns]) for source in sources]
    if not found:
        return []
    rows: list[list[int]] = np.unique(np.concatenate(found, axis=1), axis=1).T.tolist()
    return rows


def _constants(packed: Packaging, selection: Selection) -> Mapping[str, str]:
    """Return the dimensions that hold one and the same code in every selected series."""
    return {
        id_: selection.dictionaries[id_][int(codes[0])]
        for id_, codes in selection.series.items()
        if id_ in packed.series_key and len(codes) and _is_constant(codes)
    }


def _is_constant(codes: Codes) -> bool:
    return bool((codes == codes[0]).all())
