"""The order of an answer, and series made anew where another dimension is observed.

Source: SDMX-REST 2.2, doc/data.md ("sort", "dimensionAtObservation").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, isnan

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from sdmx_server.dataset import Level, ResolvedStructure
from sdmx_server.errors import QuerySyntaxError
from sdmx_server.exchange.batches import Rows, Table
from sdmx_server.exchange.numbers import number
from sdmx_server.exchange.packaging import Packaging
from sdmx_server.exchange.predicates import NUMERIC_TYPES
from sdmx_server.query import SortLevel
from sdmx_server.storage.columns import pack


def order_of(
    table: Table,
    structure: ResolvedStructure,
    packaging: Packaging,
    sort: tuple[SortLevel, ...],
) -> Rows:
    """Return the rows of a table in the order asked for.

    Args:
        table: all observations of the answer.
        structure: what the columns mean.
        packaging: which dimensions make a series.
        sort: the order; empty for series key, then the dimension at observation level.

    Raises:
        QuerySyntaxError: if the order names a component that the structure lacks.
    """
    levels = _spelled_out(sort, structure, packaging)
    if not levels or not table.row_count:
        return np.arange(table.row_count)
    ranks = [_rank(level, table, structure) for level in levels]
    order: Rows = np.argsort(_packed(ranks), kind="stable")
    return order


def series_together(table: Table, order: Rows, key: tuple[str, ...]) -> Rows:
    """Bring rows of one series together, series in the order of their first row."""
    if not key or not len(order):
        return order
    keys = _packed([table.codes[id_][order] for id_ in key])
    _, first, series = np.unique(keys, return_index=True, return_inverse=True)
    together: Rows = order[np.argsort(first[series], kind="stable")]
    return together


def held_by_series(table: Table, packaging: Packaging) -> set[str]:
    """Return the columns that hold one value a series."""
    levels: Mapping[str, Level] = packaging.levels
    moved = {id_ for id_, level in levels.items() if level in (Level.GROUP, Level.SERIES)}
    return {id_ for id_ in table.codes if id_ in packaging.series_key or id_ in moved}


def _spelled_out(
    sort: tuple[SortLevel, ...], structure: ResolvedStructure, packaging: Packaging
) -> list[SortLevel]:
    everything = tuple(d.id for d in structure.key)
    at_observation = tuple(d for d in everything if d not in packaging.series_key)
    short = {"series_key": packaging.series_key, "*": everything}
    wanted = sort or (SortLevel("series_key"), *(SortLevel(d) for d in at_observation))
    levels: dict[str, SortLevel] = {}
    for level in wanted:
        for id_ in short.get(level.component, (level.component,)):
            if structure.component(id_) is None:
                known = ", ".join(c.id for c in structure.components)
                raise QuerySyntaxError(
                    f"sort={id_!r} is no component of {structure.dsd_urn}; "
                    f"one of series_key, *, {known} is allowed."
                )
            levels.setdefault(id_, SortLevel(id_, level.descending))
    return list(levels.values())


def _packed(ranks: Sequence[npt.NDArray[np.signedinteger]]) -> Rows:
    """Return one number a row that orders rows as their ranks do, the first leading."""
    lowest = [int(rank.min()) for rank in ranks]
    sizes = [int(rank.max()) - low + 1 for rank, low in zip(ranks, lowest, strict=True)]
    raised = [rank - low for rank, low in zip(ranks, lowest, strict=True)]
    return pack(raised, sizes, len(ranks[0]))


def _rank(level: SortLevel, table: Table, structure: ResolvedStructure) -> npt.NDArray[np.int64]:
    if level.component in table.codes:
        rank = table.codes[level.component].astype(np.int64)
    else:
        rank = _rank_of_texts(level.component, table, structure)
    return -rank if level.descending else rank


def _rank_of_texts(
    component_id: str, table: Table, structure: ResolvedStructure
) -> npt.NDArray[np.int64]:
    texts = table.texts.get(component_id)
    if texts is None:  # an attribute of the whole dataset, or one that no observation has
        return np.zeros(table.row_count, dtype=np.int64)
    component = structure.component(component_id)
    numeric = component is not None and component.data_type in NUMERIC_TYPES
    encoded = pc.dictionary_encode(texts)
    distinct = (*encoded.dictionary.to_pylist(), None)
    keys = [_number(text) if numeric else (0.0, text or "") for text in distinct]
    place = {key: n for n, key in enumerate(sorted(set(keys)))}
    ranks = np.array([place[key] for key in keys], dtype=np.int64)
    rank: npt.NDArray[np.int64] = ranks[np.asarray(encoded.indices.fill_null(-1))]
    return rank


def _number(text: str | None) -> tuple[float, str]:
    """Return what numbers are ordered by; before them all stands what is absent or none."""
    value = number(text)
    return (-inf, text or "") if isnan(value) else (value, "")
